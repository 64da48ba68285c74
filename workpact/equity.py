"""The share of those who do the work: tokens, pools, plans and grants on chain (SPEC.md §9).

    equity = WorkerEquity(contract)
    place = (agreement, origin, usdc)
    pool = equity.pool_in(equity.open_pool(token, contractor, 1_000_000_000, *place, sender=client))
    plan = equity.plan_in(pool.create_plan(Plan.read({"start": "2026-03-01", "duration": "360 days"}), sender=client))
    workers = equity.workers_in(equity.enrol([wallet], sender=contractor))
    (grant,) = equity.grants_in(plan.grant({workers[0]: 500_000_000}, sender=contractor))
    equity.claim([grant], sender=anyone)

A unit is 1e-6 of a worker token: names that end in `units` are whole numbers of them, the others `Decimal` tokens.
Writes take `sender`, an Ape account or a `workpact.chain.sender.Sender`, and return what was sent; what came of it is
read from the logs of its receipt by the methods that end in `_in`. Refusals of the contract are `ContractError`s.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.grants import Claim, Grant, Reason, tokens
from workpact.history import logs
from workpact.offers import Offer
from workpact.pools import Pool, PoolPlan
from workpact.preflight import ask, send
from workpact.roster import Worker
from workpact.vesting import Gate, Plan

__all__ = [
    "Claim",
    "Gate",
    "Grant",
    "NoResult",
    "Offer",
    "Plan",
    "Pool",
    "PoolPlan",
    "Reason",
    "Worker",
    "WorkerEquity",
    "book_of",
    "tokens",
]

NOBODY = "0x" + 40 * "0"
NO_AGREEMENT = (NOBODY, bytes(32))
"""Agreement contract and origin of what belongs to no agreement."""


Grants = Iterable[Grant | int]
"""Grants, or their numbers."""


class NoResult(WorkpactError):
    """What was sent has no such result in its logs: it failed, is only proposed, or was another call."""


def book_of(agreement: str, origin: bytes, issuer: str) -> bytes:
    """The book of what `issuer` did for an agreement; see `NO_AGREEMENT` for tokens and rosters."""
    return keccak(encode(["address", "bytes32", "address"], [agreement, origin, issuer]))


class WorkerEquity:
    """The contract that holds all grants."""

    def __init__(self, contract: Any) -> None:
        self.contract = contract

    def __repr__(self) -> str:
        return f"<WorkerEquity {self.contract.address}>"

    def pool(self, pool_id: int) -> Pool:
        """A pool by its number; nothing is asked of the chain yet."""
        return Pool(self, pool_id)

    def plan(self, plan_id: int) -> PoolPlan:
        """A plan by its number; nothing is asked of the chain yet."""
        return PoolPlan(self, plan_id)

    def grant(self, grant_id: int) -> Grant:
        """A grant by its number; nothing is asked of the chain yet."""
        return Grant(self, grant_id)

    def worker(self, manager: Any, number: int) -> Worker:
        """A worker of a manager's roster; nothing is asked of the chain yet."""
        return Worker(self, str(getattr(manager, "address", manager)), number)

    def wallet(self, manager: Any, worker: int) -> str | None:
        """The registered wallet of a worker on a manager's roster."""
        wallet: str = ask(self.contract.walletOf, manager, worker)
        return wallet if int(wallet, 16) else None

    def history(self, book: bytes) -> bytes:
        """The word that chains all events of a book; zero if there are none."""
        return bytes(ask(self.contract.historyOf, book))

    # Writes

    def create_token(self, name: str, symbol: str, *, sender: Any, intent: str | None = None) -> Any:
        """Creates a token that this contract alone mints; the sender is its issuer. The names are public for ever.

        Each call makes another one, unless an `intent` names what it is for: then the first one's receipt is returned.
        """
        return send(self.contract.createToken, name, symbol, sender=sender, intent=intent)

    def open_pool(
        self,
        token: Any,
        manager: Any,
        units: int,
        agreement: Any = NO_AGREEMENT[0],
        origin: bytes = NO_AGREEMENT[1],
        currency: Any = NOBODY,
        *,
        sender: Any,
    ) -> Any:
        """Sets units aside from which `manager` grants; revenue comes in `currency`. Only the token's issuer."""
        return send(self.contract.openPool, token, manager, units, agreement, origin, currency, sender=sender)

    def enrol(self, wallets: Iterable[Any], *, sender: Any) -> Any:
        """Puts wallets on the sender's roster."""
        return send(self.contract.enrol, list(wallets), sender=sender)

    def reserve(self, count: int, *, sender: Any) -> Any:
        """Sets numbers aside on the sender's roster for workers who have no wallet yet."""
        return send(self.contract.reserve, count, sender=sender)

    def claim(self, grants: Grants, *, sender: Any) -> Any:
        """Mints what has vested and pays its revenue, each grant to its worker's wallet. Anyone.

        Those with nothing to claim, and those of workers without a wallet, are passed over.
        """
        return send(self.contract.claim, _numbers(grants), sender=sender)

    def end(self, grants: Grants, reason: Reason, *, sender: Any) -> Any:
        """Announces that grants end after the notice of their plan; without one they end now. The pool's manager."""
        return send(self.contract.end, _numbers(grants), int(reason), sender=sender)

    def keep(self, grants: Grants, *, sender: Any) -> Any:
        """Withdraws announced ends that have not come yet. The pool's manager."""
        return send(self.contract.keep, _numbers(grants), sender=sender)

    def finish(self, grants: Grants, *, sender: Any) -> Any:
        """Carries out ends whose notice is over. Anyone."""
        return send(self.contract.finish, _numbers(grants), sender=sender)

    def grant_leave(self, grants: Grants, *, sender: Any) -> Any:
        """Stops the clocks of grants: their workers are on leave. The pool's manager."""
        return send(self.contract.grantLeave, _numbers(grants), sender=sender)

    def come_back(self, grants: Grants, *, sender: Any) -> Any:
        """Lets the clocks run on. The pool's manager, or the worker's wallet."""
        return send(self.contract.comeBack, _numbers(grants), sender=sender)

    def accelerate(self, grants: Grants, acceleration: int, *, sender: Any) -> Any:
        """Vests a part of what is unvested at once, in ppm of it, and of all that follows. The pool's manager."""
        return send(self.contract.accelerate, _numbers(grants), acceleration, sender=sender)

    # What came of them

    def token_in(self, sent: Any) -> str:
        """Address of the token that was created."""
        return str(self._event(sent, "TokenCreated").token)

    def pool_in(self, sent: Any) -> Pool:
        """The pool that was opened."""
        return self.pool(self._event(sent, "PoolOpened").pool)

    def plan_in(self, sent: Any) -> PoolPlan:
        """The plan that was created."""
        return self.plan(self._event(sent, "PlanCreated").plan)

    def workers_in(self, sent: Any) -> range:
        """The numbers of the workers that were enrolled, in the order of their wallets."""
        event = self._event(sent, "Enrolled")
        return range(event.first, event.first + len(event.wallets))

    def grants_in(self, sent: Any) -> list[Grant]:
        """The grants that were made, in the order of their lines."""
        event = self._event(sent, "Granted")
        return [self.grant(event.first + line) for line in range(len(event.lines))]

    def offer_in(self, sent: Any) -> Offer:
        """The offer that was made."""
        return Offer(self, self._event(sent, "Offered").offer)

    def accepted_in(self, sent: Any) -> list[Grant]:
        """The grants that were accepted."""
        return [self.grant(event.grant) for event in sent.decode_logs(self.contract.GrantAccepted)]

    def claimed_in(self, sent: Any) -> dict[int, Claim]:
        """The units that were minted and the revenue that was paid or booked, by grant number."""
        claimed: dict[int, Claim] = {}
        for event in sent.decode_logs(self.contract.Claimed):
            before = claimed.get(event.grant, Claim(0, 0))
            claimed[event.grant] = Claim(before.units + event.units, before.revenue + event.revenue)
        return claimed

    def logged(self, name: str, **indexed: Any) -> list[Any]:
        """All events of one kind with these indexed arguments, in order, from the logs."""
        from ape import networks

        abi = getattr(self.contract, name).abi
        named = (indexed.get(field.name) for field in abi.inputs if field.indexed)
        topics = [keccak(text=abi.selector), *map(_topic, named)]
        return list(networks.ethereum.decode_logs(logs(self.contract, topics), abi))

    def _event(self, sent: Any, name: str) -> Any:
        decode = getattr(sent, "decode_logs", None)
        found = list(decode(getattr(self.contract, name))) if decode else []
        if len(found) != 1:
            raise NoResult(f"There is no {name} in {sent!r}: ask again for the receipt once it is mined.")
        return found[0]


def _numbers(grants: Grants) -> list[int]:
    return [int(grant) for grant in grants]


def _topic(value: bytes | int | str | None) -> bytes | None:
    if isinstance(value, int):
        return value.to_bytes(32)
    return bytes.fromhex(value[2:]).rjust(32, b"\0") if isinstance(value, str) else value
