"""What `ape console` starts with: the SDK, the deployed contracts and, on a local chain, named actors with a token.

A fresh local chain gets the contracts first, and its clock is set into the dates of examples/it-service-desk.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent / "examples" / "it-service-desk"))


def ape_init_extras(networks: Any) -> dict[str, Any]:
    """The names of the console's session; `deployed` has the contracts by name."""
    from workpact import measurement, terms
    from workpact.agreement import Agreement
    from workpact.chain import clock, contracts, deployments, errors
    from workpact.chain.sender import Sender
    from workpact.data_room.registry import DataRoom
    from workpact.equity import Plan, WorkerEquity
    from workpact.payroll import Payroll
    from workpact.service_levels import ServiceLevels

    names: dict[str, Any] = {
        "Agreement": Agreement,
        "ServiceLevels": ServiceLevels,
        "WorkerEquity": WorkerEquity,
        "Plan": Plan,
        "Payroll": Payroll,
        "DataRoom": DataRoom,
        "Sender": Sender,
        "clock": clock,
        "contracts": contracts,
        "deployments": deployments,
        "errors": errors,
        "measurement": measurement,
        "terms": terms,
    }
    node = networks.active_provider
    if node is None:
        return names
    if node.network.is_local:
        return names | local(node)
    return names | {"deployed": recorded(node.chain_id)}


def local(node: Any) -> dict[str, Any]:
    """A local chain made ready: actors, token, contracts, and `example()`, the incident desk among these actors."""
    from desk import FIRST_DAY, reporters

    from workpact.chain import clock, playground

    if node.get_block("latest").number == 0:
        clock.start_at(FIRST_DAY)
    actors = reporters() | playground.actors()
    deployed, token = playground.deploy(), playground.token()
    return actors | {"deployed": deployed, "token": token, "example": partial(_example, actors, token, deployed)}


def recorded(chain_id: int) -> dict[str, Any]:
    """The contracts recorded for the chain; one that is not what was recorded is left out, and said."""
    from ape.logging import logger

    from workpact import WorkpactError
    from workpact.chain import deployments

    found = {}
    for name in deployments.read(chain_id):
        try:
            found[name] = deployments.contract(name)
        except WorkpactError as error:
            logger.warning(str(error))
    return found


def _example(actors: Any, token: Any, deployed: Any) -> Any:
    """examples/it-service-desk with this chain's addresses and a small log; signed by nobody yet."""
    from desk import Desk, Log

    from workpact.chain.journal import data_folder

    folder = data_folder() / "example"
    folder.mkdir(parents=True, exist_ok=True)
    return Desk.on_chain(actors, token, deployed, Log.at(None, folder))
