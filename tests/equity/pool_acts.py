"""What the calls for rosters, pools, plans and revenue do, by SPEC.md §9, and all events that come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.equity.model import UNIT, Plan, Pool, Seat, State, need

Event = tuple[str, dict[str, Any]]

NOBODY = "0x" + 40 * "0"
DAY = 86_400


def book_of(agreement: str, origin: bytes, issuer: str) -> bytes:
    """10.1."""
    return keccak(encode(["address", "bytes32", "address"], [agreement, origin, issuer]))


@dataclass
class Source:
    """What an agreement, or the oracle, says if it is asked."""

    status: int = 1
    accepted: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    is_failing: dict[str, bool] = field(default_factory=lambda: {"agreement": False, "oracle": False})


@dataclass
class PoolActs(State):
    """The calls; each returns its events, or raises `Refused` and must then be forgotten with all it changed."""

    place: str = NOBODY
    """Address of the contract."""
    source: Source = field(default_factory=Source)

    # Roster: 9.9 and 9.10

    def enrol(self, manager: str, wallets: list[str]) -> list[Event]:
        need(bool(wallets), "Empty")
        first = self._seat(manager, wallets)
        return [self._roster("Enrolled", manager, first=first, wallets=wallets)]

    def reserve(self, manager: str, count: int) -> list[Event]:
        need(count > 0, "Empty")
        return [self._roster("Reserved", manager, first=self._seat(manager, [None] * count), count=count)]

    def rotate(
        self, manager: str, worker: int, wallet: str, now: int, sender: str, signer: str | None, deadline: int
    ) -> list[Event]:
        seat = self.rosters[manager].get(worker, Seat(None))
        need(seat.wallet is not None, "NoWorker", manager, worker)
        need(wallet != NOBODY, "NoWallet", 0)
        need(sender == seat.wallet or now <= deadline, "Late", deadline)
        need(seat.wallet in (sender, signer), "WrongSignature", seat.wallet)
        return self._set_wallet(manager, worker, wallet)

    def propose(self, manager: str, worker: int, wallet: str, now: int) -> list[Event]:
        need(worker in self.rosters[manager], "NoWorker", manager, worker)
        seat = self.rosters[manager][worker]
        need(wallet != NOBODY, "NoWallet", 0)
        need(seat.proposed is not None or now >= seat.ripe_at, "NotRipe", seat.ripe_at)
        seat.proposed, seat.ripe_at = wallet, now + 14 * DAY
        return [self._roster("WalletProposed", manager, worker=worker, wallet=wallet, ripeAt=seat.ripe_at)]

    def veto(self, manager: str, worker: int, now: int, sender: str, signer: str | None) -> list[Event]:
        seat = self.rosters[manager].get(worker, Seat(None))
        need(seat.proposed is not None, "NotProposed", worker, NOBODY)
        need(seat.wallet is not None and seat.wallet in (sender, signer), "WrongSignature", seat.wallet or NOBODY)
        vetoed, seat.proposed = seat.proposed, None
        seat.nonce += 1
        seat.ripe_at = now + 90 * DAY
        event = self._roster("WalletVetoed", manager, worker=worker, wallet=vetoed)
        event[1]["from"] = seat.ripe_at
        return [event]

    def set_wallet(self, manager: str, worker: int, wallet: str, now: int) -> list[Event]:
        seat = self.rosters[manager].get(worker, Seat(None))
        need(wallet not in (None, NOBODY) and wallet == seat.proposed, "NotProposed", worker, wallet)
        need(now >= seat.ripe_at, "NotRipe", seat.ripe_at)
        return self._set_wallet(manager, worker, wallet)

    # Pools: 9.1 to 9.3, 9.12

    def open_pool(self, pool: Pool) -> list[Event]:
        self.pools[len(self.pools) + 1] = pool
        shown = ("issuer", "token", "manager", "units", "agreement", "origin")
        facts = {name: getattr(pool, name) for name in shown} | {"currency": pool.currency or NOBODY}
        return [self._pool("PoolOpened", len(self.pools), **facts)]

    def raise_pool(self, number: int, units: int, sender: str) -> list[Event]:
        need(number in self.pools, "NoPool", number)
        pool = self.pools[number]
        need(units > pool.units, "NotRaised", number, units, pool.units)
        need(sender == pool.issuer, "NotIssuer", number, sender)
        pool.units = units
        return [self._pool("PoolRaised", number, units=units)]

    def create_plan(self, plan: Plan, struct: tuple[Any, ...]) -> list[Event]:
        self.plans[len(self.plans) + 1] = plan
        return [self._pool("PlanCreated", plan.pool, plan=len(self.plans), terms=struct)]

    def sync(self, number: int, now: int) -> list[Event]:
        need(number in self.plans, "NoPlan", number)
        plan, events = self.plans[number], []
        before = plan.accepted, plan.met
        if plan.gate != "none" and not self.source.is_failing["agreement"]:
            plan.accepted = max(plan.accepted, len(self.source.accepted & plan.milestones))
        if plan.gate != "none" and not self.source.is_failing["oracle"]:
            plan.met = max(plan.met, len(self.source.met & plan.periods))
        if before != (plan.accepted, plan.met):
            plan.steps.append((now, plan.accepted + plan.met))
            events = [self._pool("GateRaised", plan.pool, plan=number, accepted=plan.accepted, met=plan.met)]
        by_client = self.source.status == 4 and not self.source.is_failing["agreement"]
        if plan.leaver and plan.client_ended_at is None and by_client:
            plan.client_ended_at = now
            events.append(self._pool("LeaverRuleApplied", plan.pool, plan=number, acceleration=plan.leaver))
        return events

    def distribute(self, number: int, amount: int, sender: str) -> list[Event]:
        need(0 < amount < 2**96, "WrongAmount", amount)
        need(number in self.pools and self.pools[number].currency is not None, "NoShares", number)
        pool, shares = self.pools[number], self.shares(number)
        need(shares > 0, "NoShares", number)
        each, pool.remainder = divmod(amount * UNIT + pool.remainder, shares)
        pool.earned.append(pool.earned[-1] + each)
        pool.distributed += amount
        event = self._pool("Distributed", number, by=sender, round=pool.round, amount=amount, shares=shares)
        return [event, self._transfer(pool.currency, sender, self.place, amount)]

    def withdraw(self, number: int, workers: list[int]) -> list[Event]:
        pool, events = self.pools[number], []
        for worker in workers:
            amount = pool.owed.get(worker, 0)
            wallet = self.rosters[pool.manager].get(worker, Seat(None)).wallet
            if not amount or wallet is None or (pool.currency, wallet) in self.refusing:
                continue
            pool.owed[worker] = 0
            pool.paid += amount
            events.append(self._transfer(pool.currency, self.place, wallet, amount))
            events.append(self._pool("RevenueWithdrawn", number, worker=worker, wallet=wallet, amount=amount))
        return events

    # Parts

    def _set_aside(self, number: int, units: int) -> None:
        left = self.pools[number].left
        need(units <= left, "PoolExceeded", number, units, left)
        self.pools[number].granted += units

    def _seat(self, manager: str, wallets: list[Any]) -> int:
        roster = self.rosters[manager]
        first = len(roster) + 1
        roster.update((first + line, Seat(wallet)) for line, wallet in enumerate(wallets))
        return first

    def _set_wallet(self, manager: str, worker: int, wallet: str) -> list[Event]:
        seat = self.rosters[manager][worker]
        previous, seat.wallet = seat.wallet or NOBODY, wallet
        seat.nonce += 1
        if seat.proposed is not None:
            seat.proposed, seat.ripe_at = None, 0
        return [self._roster("WalletSet", manager, worker=worker, previous=previous, wallet=wallet)]

    def _roster(self, name: str, manager: str, /, **values: Any) -> Event:
        return name, {"book": book_of(NOBODY, bytes(32), manager), "manager": manager, **values}

    def _pool(self, name: str, number: int, /, **values: Any) -> Event:
        return name, {"book": self.pools[number].book, "pool": number, **values}

    def _transfer(self, token: str | None, giver: str, taker: str, amount: int) -> Event:
        assert token is not None
        if giver != NOBODY:
            self.move(token, giver, -amount)
        self.move(token, taker, amount)
        return "Transfer", {"from": giver, "to": taker, "value": amount}
