"""Pools, plans, grants and rosters as the events of worker equity leave them (SPEC.md §9). No chain.

holdings = holdings_of(records)  # in workpact.records.holding_events
holdings.vested(holdings.grants[17], moment)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from workpact.grants import Reason
from workpact.records.events import Record
from workpact.vesting import Course, Gate, Plan

SCALE = 64
"""Revenue of a unit is counted in 2^-64 of the currency's unit (9.12)."""


@dataclass
class PoolHolding:
    """A pool and the revenue that it shares; `earned[r]` is what a unit earned until round r."""

    opened: Record
    units: int
    raises: list[Record] = field(default_factory=list)
    granted: int = 0
    forfeited: int = 0
    earned: list[int] = field(default_factory=lambda: [0])
    remainder: int = 0
    distributed: int = 0

    def __getattr__(self, name: str) -> Any:
        """What it was opened with: token, manager, issuer, agreement, origin, currency, book, pool."""
        try:
            return self.opened.arguments[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def shares(self) -> int:
        """The units that share revenue: of live grants and open offers all, of ended grants what had vested."""
        return self.granted - self.forfeited

    def since(self, last: int) -> int:
        """What a unit earned in the rounds after `last`."""
        return self.earned[-1] - self.earned[last]


@dataclass
class PlanHolding:
    """A plan, how far its gate is, and whether the client has ended the agreement."""

    id: int
    pool: int
    created: Record
    plan: Plan
    gate: list[Record] = field(default_factory=list)
    leaver: Record | None = None


@dataclass
class OfferHolding:
    """An offer by a Merkle root."""

    offered: Record
    pool: int
    units: int
    round: int
    accepted: int = 0
    closed: Record | None = None

    @property
    def open_units(self) -> int:
        """Offered and not accepted yet; none once it is closed."""
        return 0 if self.closed else self.units - self.accepted


@dataclass
class Announcement:
    """An end that was announced."""

    record: Record
    withdrawn: Record | None = None

    def holds(self, moment: int) -> bool:
        """Whether it stood at a Unix second."""
        gone = self.withdrawn is not None and self.withdrawn.timestamp <= moment
        return self.record.timestamp <= moment and not gone


@dataclass
class GrantHolding:
    """A grant and all that happened to it."""

    id: int
    pool: int
    plan: int
    worker: int
    units: int
    made: Record
    round: int
    offer: int | None = None
    """The number of its offer, if it was one."""
    claimed: int = 0
    claims: list[Record] = field(default_factory=list)
    settled: int = 0
    """Revenue that was paid to the worker or booked for it so far."""
    leaves: list[tuple[int, int]] = field(default_factory=list)
    """From and to, those that are over, as far as they count."""
    away: int = 0
    left: Record | None = None
    """The running leave."""
    leave_records: list[Record] = field(default_factory=list)
    accelerations: list[Record] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    ended: Record | None = None

    @property
    def earning(self) -> int:
        """The units that earn revenue now."""
        return self.ended["vested"] if self.ended else self.units

    @property
    def forfeited(self) -> int:
        """What went back to the pool."""
        return self.ended["forfeited"] if self.ended else 0

    @property
    def reason(self) -> Reason | None:
        """Why it ended, or ends."""
        last = self.announcements[-1] if self.announcements else None
        return Reason(last.record["reason"]) if last and not last.withdrawn else None


@dataclass
class Seat:
    """A worker on a roster with its wallets: each with the event that registered it."""

    worker: int
    seated: Record
    wallets: list[tuple[str, Record]] = field(default_factory=list)

    @property
    def wallet(self) -> str | None:
        """The registered wallet."""
        return self.wallets[-1][0] if self.wallets else None

    def wallet_at(self, place: tuple[int, int]) -> str | None:
        """The registered wallet at a place in the chain."""
        return next((wallet for wallet, record in reversed(self.wallets) if record.place <= place), None)


class Holdings:
    """All of it, at the last event."""

    def __init__(self) -> None:
        self.tokens: dict[str, Record] = {}
        self.pools: dict[int, PoolHolding] = {}
        self.plans: dict[int, PlanHolding] = {}
        self.grants: dict[int, GrantHolding] = {}
        self.offers: dict[tuple[int, int], OfferHolding] = {}
        self.rosters: dict[str, dict[int, Seat]] = defaultdict(dict)
        self.revenue_paid: dict[tuple[int, int], int] = defaultdict(int)
        """By pool and worker: what reached the worker's wallet."""
        self.revenue_owed: dict[tuple[int, int], int] = defaultdict(int)
        """By pool and worker: what is booked, to be withdrawn."""
        self.records: list[Record] = []

    def course(self, grant: GrantHolding, moment: int) -> Course:
        """What had happened to a grant at a Unix second, as far as it bears on vesting."""
        plan = self.plans[grant.plan]
        leaves: list[tuple[int, int | None]] = list(grant.leaves)
        if grant.left:
            leaves.append((max(grant.left.timestamp, plan.plan.start), None))
        announced = next((each.record for each in grant.announcements if each.holds(moment)), None)
        return Course(
            leaves=tuple(leaves),
            gate=tuple((raised.timestamp, raised["accepted"] + raised["met"]) for raised in plan.gate),
            accelerations=tuple((record.timestamp, record["acceleration"]) for record in grant.accelerations),
            announced_at=announced.timestamp if announced else None,
            finished_at=grant.ended.timestamp if grant.ended and grant.ended.timestamp <= moment else None,
            client_ended_at=plan.leaver.timestamp if plan.leaver else None,
        )

    def vested(self, grant: GrantHolding, moment: int) -> int:
        """What had vested of a grant at a Unix second, claimed included; later ones as it stands now (9.2 to 9.8)."""
        if moment < grant.made.timestamp:
            return 0
        if grant.ended and grant.ended.timestamp <= moment:
            return int(grant.ended["vested"])
        plan = self.plans[grant.plan].plan
        return plan.vested_units(grant.units, self.course(grant, moment), moment)

    def pending(self, grant: GrantHolding) -> int:
        """Revenue that the next claim of a grant pays."""
        return grant.earning * self.pools[grant.pool].since(grant.round) >> SCALE

    def manager(self, grant: GrantHolding) -> str:
        """On whose roster its worker is."""
        return str(self.pools[grant.pool].manager)

    def seat(self, grant: GrantHolding) -> Seat | None:
        """Its worker."""
        return self.rosters[self.manager(grant)].get(grant.worker)


def plan_of(terms: Any) -> Plan:
    """A plan from the struct that its event carries."""
    fields = dict(terms)
    fields["leave"] = fields.pop("mostLeave")
    fields |= {"gate": Gate(fields["gate"]), "document": bytes(fields["document"])}
    return Plan(**fields)
