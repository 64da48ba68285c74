"""Round after round, for as long as there is something to do."""

from __future__ import annotations

import time
from collections.abc import Callable

from ape.exceptions import ApeException
from web3.exceptions import Web3Exception

from workpact import WorkpactError
from workpact.agent.errors import AgentError
from workpact.agent.health import Health
from workpact.agent.reporter import Reporter

MOST_SECONDS = 900
"""The longest pause while the chain cannot be read."""


def attempt(reporter: Reporter) -> Health:
    """One round; without a chain, a health that says so. Raises the `AgentError`s that no later round mends."""
    try:
        return reporter.round()
    except AgentError:
        raise
    except (WorkpactError, ApeException, Web3Exception, OSError) as error:
        return Health(reporter.side, problems=[f"The chain cannot be read: {error}"])


def watch(
    reporter: Reporter, show: Callable[[Health], None], every: int, wait: Callable[[int], None] = time.sleep
) -> None:
    """Rounds with `every` seconds between them, longer while the chain is away, until nothing is left to do."""
    away = 0
    while True:
        health = attempt(reporter)
        show(health)
        if health.over:
            return
        away = 0 if health.now is not None else away + 1
        wait(min(every << min(away, 10), max(every, MOST_SECONDS)))
