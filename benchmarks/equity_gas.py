"""Receipt gas of worker equity, linked history included. Run as `python -m benchmarks.equity_gas`.

Amounts have the digits of real ones; plan, pool and history exist before what is measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from web3.contract import Contract

from tests.anvil import connected, deployed, send, warp
from workpact.merkle import StandardTree

START = 1_800_000_000
DAY = 86_400
BATCH = 500
CLAIMS = 98
MANY = 10_000
ORIGIN = keccak(text="origin")
NOBODY = "0x" + 40 * "0"
REVENUE = 123_456 * 10**18
LEAF = ["uint256", "address", "uint256", "uint256", "uint256", "uint256", "address", "uint256", "bytes32"]


def rows() -> dict[str, int]:
    """The rows that have a mark; warm: the wallet holds both tokens already."""
    with _chain() as chain:
        found = {f"grant in a batch of {BATCH}, each": -(-chain.grant(BATCH) // BATCH)}
        offer, tree, found[f"set root for {MANY} grants"] = chain.offer()
        found["accept a grant by proof"] = chain.accept(offer, tree, 7)
        claimed = list(range(1, CLAIMS + 2))
        for day in (90, 120):
            chain.distribute()
            chain.at(day)
            found["claim tokens and revenue, warm"] = chain.call("claim", claimed[:1])
            many = chain.call("claim", claimed[1:])
        found[f"claim tokens and revenue in a batch of {CLAIMS}, each, warm"] = -(-many // CLAIMS)
    return found


def more() -> dict[str, int]:
    """What else an issuer, a manager and a carrier pay; cold: the wallet holds neither token yet."""
    with _chain() as chain:
        found = {"enrol in a batch of 500, each": -(-chain.call("enrol", _wallets("new", BATCH)) // BATCH)}
        found["grant alone"] = chain.grant(1)
        chain.grant(CLAIMS)
        chain.call("createPlan", 1, _plan(gate=1, milestones=7))
        chain.distribute()
        found["distribute"] = chain.distribute()
        chain.at(90)
        found["claim tokens and revenue, cold"] = chain.call("claim", [1])
        many = chain.call("claim", list(range(2, CLAIMS + 2)))
        found[f"claim tokens and revenue in a batch of {CLAIMS}, each, cold"] = -(-many // CLAIMS)
        chain.at(120)
        found["claim tokens alone, warm"] = chain.call("claim", [1])
        found["grant leave"] = chain.call("grantLeave", [1])
        found["announce an end"] = chain.call("end", [1], 0)
        chain.at(160)
        found["carry an end out"] = chain.call("finish", [1])
        send(chain.source.functions.accept(ORIGIN, 3), chain.manager)
        found["sync a gate"] = chain.call("sync", 2)
        found["raise a pool"] = chain.call("raisePool", 1, 2 * 10**17)
        found["propose a wallet"] = chain.call("proposeWallet", 1, chain.manager)
        chain.at(180)
        found["change a wallet"] = chain.call("setWallet", chain.manager, 1, chain.manager)
    return found


@dataclass
class _Chain:
    """A chain with a pool, a plan by months and 500 workers; the first account is issuer and manager."""

    equity: Contract
    source: Contract
    manager: str

    def call(self, name: str, *arguments: Any, sender: str | None = None) -> int:
        return int(send(self.equity.functions[name](*arguments), sender or self.manager)["gasUsed"])

    def at(self, day: int) -> None:
        warp(self.equity.w3, START + day * DAY)

    def grant(self, lines: int) -> int:
        return self.call("grant", 1, [(worker, _units(worker)) for worker in range(1, lines + 1)])

    def distribute(self) -> int:
        return self.call("distribute", 1, REVENUE)

    def offer(self) -> tuple[Any, StandardTree, int]:
        """An offer to the 500 workers and to 9,500 whose numbers it sets aside; one before it has been made."""
        place = (self.equity.w3.eth.chain_id, self.equity.address, 1, 2)
        wallets = [*self.wallets, *_wallets("new", MANY - BATCH)]
        leaves = [
            (*place, index, index + 1, wallets[index], _units(index + 1), keccak(index.to_bytes(2)))
            for index in range(MANY)
        ]
        tree = StandardTree(LEAF, leaves)
        units = sum(leaf[7] for leaf in leaves)
        time = int(self.equity.w3.eth.get_block("latest")["timestamp"])
        self.call("offer", 1, tree.root, units, MANY, time, time + 30 * DAY, MANY - BATCH)
        used = self.call("offer", 1, tree.root, units, MANY, time, time + 30 * DAY, 0)
        made = self.equity.events.Offered.get_logs(from_block=0)[-1]
        self.leaves = leaves
        return tuple(made["args"]["offer"].values()), tree, used

    def accept(self, offer: Any, tree: StandardTree, index: int) -> int:
        _, _, _, _, _, worker, wallet, units, salt = self.leaves[index]
        leaf = (index, worker, wallet, units, salt, tree.proof(index), b"")
        return self.call("accept", offer, [leaf], sender=wallet)

    @property
    def wallets(self) -> list[str]:
        return [*self.equity.w3.eth.accounts, *_wallets("worker", BATCH - len(self.equity.w3.eth.accounts))]


@contextmanager
def _chain() -> Iterator[_Chain]:
    with connected() as web3:
        manager = web3.eth.accounts[0]
        chain = _Chain(deployed(web3, "WorkerEquity"), deployed(web3, "ProgressMock"), manager)
        currency = deployed(web3, "TokenMock", "USD Coin", "USDC", 18)
        send(currency.functions.mint(manager, 10 * REVENUE), manager)
        send(currency.functions.approve(chain.equity.address, 10 * REVENUE), manager)
        chain.at(0)
        chain.call("createToken", "Desk Units", "DESK")
        (created,) = chain.equity.events.TokenCreated.get_logs(from_block=0)
        place = (chain.source.address, ORIGIN, currency.address)
        chain.call("openPool", created["args"]["token"], manager, 10**17, *place)
        chain.call("enrol", chain.wallets)
        chain.call("createPlan", 1, _plan())
        yield chain


def _plan(gate: int = 0, milestones: int = 0) -> tuple[Any, ...]:
    times = (START, 90 * DAY, 360 * DAY, 30 * DAY)
    return (*times, gate, milestones, 0, NOBODY, bytes(32), 30 * DAY, 90 * DAY, 500_000)


def _units(worker: int) -> int:
    return 500_000_000 + 123_456 * worker


def _wallets(name: str, count: int) -> list[str]:
    return [to_checksum_address(keccak(text=f"{name} {number}")[:20]) for number in range(count)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(rows() | more(), indent=2) + "\n")
