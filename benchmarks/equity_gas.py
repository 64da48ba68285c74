"""Receipt gas of worker equity, linked history included. Run as `python -m benchmarks.equity_gas`.

Amounts have the digits of real ones; plan, pool and history exist before what is measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from web3.contract import Contract

from tests.anvil import connected, deployed, send, warp

START = 1_800_000_000
DAY = 86_400
BATCH = 500
CLAIMS = 98
ORIGIN = keccak(text="origin")
NOBODY = "0x" + 40 * "0"

Call = Callable[..., int]


def rows() -> dict[str, int]:
    """The gas of a line in the largest batch that people would sign."""
    with _chain() as (call, _, _):
        batch = _grant(call, BATCH)
    return {f"grant in a batch of {BATCH}, each": -(-batch // BATCH)}


def more() -> dict[str, int]:
    """What else an issuer, a manager and a carrier of claims pay; cold: the wallet holds none of the token yet."""
    with _chain() as (call, equity, source):
        found = {"enrol in a batch of 500, each": -(-call("enrol", _wallets("new", BATCH)) // BATCH)}
        found["grant alone"] = _grant(call, 1)
        _grant(call, CLAIMS)
        call("createPlan", 1, (START, 0, 360 * DAY, 30 * DAY, 1, 7, 0, NOBODY, bytes(32)))
        warp(equity.w3, START + 90 * DAY)
        found["claim, cold"] = call("claim", [1])
        found[f"claim in a batch of {CLAIMS}, each, cold"] = -(-call("claim", list(range(2, CLAIMS + 2))) // CLAIMS)
        warp(equity.w3, START + 120 * DAY)
        found["claim, warm"] = call("claim", [1])
        found[f"claim in a batch of {CLAIMS}, each, warm"] = -(-call("claim", list(range(2, CLAIMS + 2))) // CLAIMS)
        found["end a grant by time"] = call("end", 1, 0)
        send(source.functions.accept(ORIGIN, 3), equity.w3.eth.accounts[0])
        found["sync a gate"] = call("sync", 2)
        found["raise a pool"] = call("raisePool", 1, 2 * 10**15)
    return found


@contextmanager
def _chain() -> Iterator[tuple[Call, Contract, Contract]]:
    """A chain with a pool, a plan by months and 500 workers; the first account is issuer and manager."""
    with connected() as web3:
        manager = web3.eth.accounts[0]
        equity, source = deployed(web3, "WorkerEquity"), deployed(web3, "ProgressMock")

        def call(name: str, *arguments: Any) -> int:
            return int(send(equity.functions[name](*arguments), manager)["gasUsed"])

        warp(web3, START)
        call("createToken", "Desk Units", "DESK")
        (created,) = equity.events.TokenCreated.get_logs(from_block=0)
        call("openPool", created["args"]["token"], manager, 10**15, source.address, ORIGIN)
        call("enrol", _wallets("worker", BATCH))
        call("createPlan", 1, (START, 90 * DAY, 360 * DAY, 30 * DAY, 0, 0, 0, NOBODY, bytes(32)))
        yield call, equity, source


def _grant(call: Call, lines: int) -> int:
    return call("grant", 1, [(worker, 500_000_000 + 123_456 * worker) for worker in range(1, lines + 1)])


def _wallets(name: str, count: int) -> list[str]:
    return [to_checksum_address(keccak(text=f"{name} {number}")[:20]) for number in range(count)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(rows() | more(), indent=2) + "\n")
