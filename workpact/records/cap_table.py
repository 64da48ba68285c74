"""Who holds how much at any block, rebuilt from events alone (SPEC.md 9.6, 9.12). Whole units and whole money only.

table = CapTable.at(records, moment)
table.check()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from workpact.records.events import NOBODY, Record, RecordsDiffer, until
from workpact.records.holding_events import holdings_of
from workpact.records.holdings import GrantHolding, Holdings, Seat
from workpact.terms.units import PPM


class State(Enum):
    """What is the matter with a grant."""

    LIVE = "live"
    ON_LEAVE = "on leave"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True)
class PoolRow:
    """A pool. granted = claimed + claimable + unvested + offered + forfeited; left is what can be granted."""

    pool: int
    token: str
    manager: str
    currency: str
    units: int
    granted: int
    offered: int
    """In open offers, not accepted yet."""
    forfeited: int
    claimed: int
    claimable: int
    unvested: int
    left: int
    distributed: int
    """Revenue, in the currency's smallest unit."""


@dataclass(frozen=True)
class GrantRow:
    """A grant. units = vested + unvested + forfeited; vested = claimed + claimable."""

    grant: int
    pool: int
    plan: int
    manager: str
    worker: int
    units: int
    vested: int
    claimed: int
    claimable: int
    unvested: int
    forfeited: int
    revenue_earned: int
    """In the currency's smallest unit: settled and pending."""
    revenue_settled: int
    """Paid to the worker, or booked for it."""
    revenue_pending: int
    """What the next claim pays."""
    state: State


@dataclass(frozen=True)
class Revenue:
    """earned = paid + owed + pending, in the currency's smallest unit."""

    earned: int
    paid: int
    """Reached the worker's wallet."""
    owed: int
    """Booked, to be withdrawn."""
    pending: int
    """Paid by the next claims."""


@dataclass(frozen=True)
class WorkerRow:
    """All that one worker holds of one token."""

    token: str
    manager: str
    worker: int
    wallet: str | None
    grants: tuple[int, ...]
    granted: int
    claimed: int
    claimable: int
    unvested: int
    forfeited: int
    share_ppm: int
    """Claimed, claimable and unvested as a part of all units of the token's pools, rounded down."""
    revenue: dict[str, Revenue]
    """By currency."""


@dataclass(frozen=True)
class WalletEntry:
    """A wallet that was registered for a worker, from this event on."""

    manager: str
    worker: int
    wallet: str
    since: Record = field(repr=False)


class CapTable:
    """Pools, grants and workers at one moment."""

    def __init__(self, holdings: Holdings, moment: int) -> None:
        self.holdings = holdings
        self.moment = moment
        self.grants = [self._grant(grant) for _, grant in sorted(holdings.grants.items())]
        self.pools = [self._pool(number) for number in sorted(holdings.pools)]

    @classmethod
    def at(cls, records: Iterable[Record], moment: int) -> CapTable:
        """From the events until a Unix second, a block's time; later ones do not count. Raises `RecordsDiffer`."""
        return cls(holdings_of(until(records, moment)), moment)

    def workers(self) -> list[WorkerRow]:
        """By token, manager and number."""
        found: dict[tuple[str, str, int], list[GrantRow]] = {}
        tokens = {row.pool: row.token for row in self.pools}
        for row in self.grants:
            found.setdefault((tokens[row.pool], row.manager, row.worker), []).append(row)
        return [self._worker(*key, rows) for key, rows in sorted(found.items())]

    def wallets(self) -> list[WalletEntry]:
        """Every wallet that ever was a worker's, by manager and number, in order."""
        return [
            WalletEntry(manager, worker, wallet, record)
            for manager, roster in sorted(self.holdings.rosters.items())
            for worker, seat in sorted(roster.items())
            for wallet, record in seat.wallets
        ]

    def minted(self, token: str) -> int:
        """What was claimed of a token from the pools that are here."""
        return sum(row.claimed for row in self.pools if row.token == token)

    def fully_diluted(self, token: str) -> int:
        """All that the token's pools hold: the most that can ever be minted from them."""
        return sum(row.units for row in self.pools if row.token == token)

    def check(self) -> None:
        """Raises `RecordsDiffer` unless 9.6 holds in every pool and no more revenue is promised than came in (9.12)."""
        for row in self.pools:
            parts = row.claimed + row.claimable + row.unvested + row.offered + row.forfeited
            if row.granted != parts or row.granted - row.forfeited > row.units or row.left < 0:
                raise RecordsDiffer(f"Pool {row.pool} granted {row.granted} units, its parts are {parts}.")
            owed = sum(value for (pool, _), value in self.holdings.revenue_owed.items() if pool == row.pool)
            paid = sum(value for (pool, _), value in self.holdings.revenue_paid.items() if pool == row.pool)
            pending = sum(grant.revenue_pending for grant in self.grants if grant.pool == row.pool)
            settled = sum(grant.revenue_settled for grant in self.grants if grant.pool == row.pool)
            if settled != paid + owed or settled + pending > row.distributed:
                raise RecordsDiffer(f"Pool {row.pool} owes more revenue than the {row.distributed} that came in.")

    def require_supply(self, token: str, supply: int) -> None:
        """Raises `RecordsDiffer` unless the token's total supply is what was claimed: all its pools must be here."""
        if supply != self.minted(token):
            raise RecordsDiffer(f"{supply} units of {token} exist, {self.minted(token)} were claimed.")

    def _grant(self, grant: GrantHolding) -> GrantRow:
        vested = self.holdings.vested(grant, self.moment)
        pending = self.holdings.pending(grant)
        return GrantRow(
            grant=grant.id,
            pool=grant.pool,
            plan=grant.plan,
            manager=self.holdings.manager(grant),
            worker=grant.worker,
            units=grant.units,
            vested=vested,
            claimed=grant.claimed,
            claimable=vested - grant.claimed,
            unvested=grant.units - grant.forfeited - vested,
            forfeited=grant.forfeited,
            revenue_earned=grant.settled + pending,
            revenue_settled=grant.settled,
            revenue_pending=pending,
            state=_state(grant),
        )

    def _pool(self, number: int) -> PoolRow:
        pool = self.holdings.pools[number]
        rows = [row for row in self.grants if row.pool == number]
        return PoolRow(
            pool=number,
            token=pool.token,
            manager=pool.manager,
            currency=pool.currency,
            units=pool.units,
            granted=pool.granted,
            offered=sum(offer.open_units for offer in self.holdings.offers.values() if offer.pool == number),
            forfeited=pool.forfeited,
            claimed=sum(row.claimed for row in rows),
            claimable=sum(row.claimable for row in rows),
            unvested=sum(row.unvested for row in rows),
            left=pool.units - (pool.granted - pool.forfeited),
            distributed=pool.distributed,
        )

    def _worker(self, token: str, manager: str, worker: int, rows: list[GrantRow]) -> WorkerRow:
        seat: Seat | None = self.holdings.rosters[manager].get(worker)
        claimed, claimable, unvested = (
            sum(row.claimed for row in rows),
            sum(row.claimable for row in rows),
            sum(row.unvested for row in rows),
        )
        return WorkerRow(
            token=token,
            manager=manager,
            worker=worker,
            wallet=seat.wallet if seat else None,
            grants=tuple(row.grant for row in rows),
            granted=sum(row.units for row in rows),
            claimed=claimed,
            claimable=claimable,
            unvested=unvested,
            forfeited=sum(row.forfeited for row in rows),
            share_ppm=(claimed + claimable + unvested) * PPM // self.fully_diluted(token),
            revenue=self._revenue(worker, rows),
        )

    def _revenue(self, worker: int, rows: list[GrantRow]) -> dict[str, Revenue]:
        paid, owed, pending = Counter[str](), Counter[str](), Counter[str]()
        for pool in sorted({row.pool for row in rows}):
            currency = str(self.holdings.pools[pool].currency)
            if currency == NOBODY:
                continue
            paid[currency] += self.holdings.revenue_paid[(pool, worker)]
            owed[currency] += self.holdings.revenue_owed[(pool, worker)]
            pending[currency] += sum(row.revenue_pending for row in rows if row.pool == pool)
        return {
            currency: Revenue(
                paid[currency] + owed[currency] + pending[currency], *(part[currency] for part in (paid, owed, pending))
            )
            for currency in sorted(pending)
        }


def _state(grant: GrantHolding) -> State:
    if grant.ended:
        return State.ENDED
    if grant.announcements and not grant.announcements[-1].withdrawn:
        return State.ENDING
    return State.ON_LEAVE if grant.left else State.LIVE
