"""Worker equity as SPEC.md §9 has it, in whole numbers and fractions; written from the text, not from the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

PPM = 10**6
NEVER = 2**32 - 1
UNIT = 2**64
"""What one unit earns is counted in parts of the currency's smallest unit (9.12)."""


class Refused(Exception):
    """The call changes nothing: the contract's error, by its name and arguments."""

    def __init__(self, name: str, *arguments: Any) -> None:
        self.name = "WorkerEquity_" + name
        self.arguments = arguments
        super().__init__(self.name, *arguments)


def need(holds: bool, name: str, *arguments: Any) -> None:
    """Refuses unless it holds."""
    if not holds:
        raise Refused(name, *arguments)


@dataclass
class Plan:
    """9.2; masks as sets."""

    pool: int
    start: int
    cliff: int
    duration: int
    step: int
    gate: str
    milestones: frozenset[int] = frozenset()
    periods: frozenset[int] = frozenset()
    notice: int = 0
    leave: int = 0
    leaver: int = 0
    accepted: int = 0
    met: int = 0
    offers: int = 0
    steps: list[tuple[int, int]] = field(default_factory=list)
    """When the gate rose, and to how many."""
    client_ended_at: int | None = None
    """When a sync found that the client had ended the agreement, if the plan has a leaver part."""

    @property
    def applied(self) -> int:
        """The leaver part, once it applies (9.3)."""
        return 0 if self.client_ended_at is None else self.leaver

    def share(self, clock: int) -> Fraction:
        """9.2 and 9.3: the fraction f when a grant's clock stands there."""
        time = Fraction(0)
        if clock >= self.start + self.cliff:
            time = min(Fraction(1), Fraction((clock - self.start) // self.step * self.step, self.duration))
        if self.gate == "none":
            return time
        gate = Fraction(self.accepted + self.met, len(self.milestones) + len(self.periods))
        return {"minimum": min(time, gate), "maximum": max(time, gate), "product": time * gate}[self.gate]


@dataclass
class Grant:
    """A grant; `kept` is what had vested when it ended."""

    plan: int
    worker: int
    units: int
    paid_to: int
    """The round up to which its revenue is paid."""
    claimed: int = 0
    leaves: list[tuple[int, int | None]] = field(default_factory=list)
    accelerations: list[tuple[int, int]] = field(default_factory=list)
    announced_at: int | None = None
    reason: int = 0
    finished_at: int | None = None
    kept: int = 0
    is_marked: bool = False
    """Whether it ever was on leave, accelerated, or to end."""

    @property
    def acceleration(self) -> int:
        """By the manager, ppm."""
        return max((ppm for _, ppm in self.accelerations), default=0)

    @property
    def on_leave(self) -> bool:
        """Whether a leave runs."""
        return bool(self.leaves) and self.leaves[-1][1] is None

    @property
    def sharing(self) -> int:
        """The units that earn revenue (9.12)."""
        return self.units if self.finished_at is None else self.kept


@dataclass
class Offer:
    """9.11; a leaf is worker, wallet, units and salt."""

    plan: int
    number: int
    first: int
    units: int
    opens_at: int
    until: int
    round: int
    root: bytes
    count: int
    leaves: list[tuple[int, str, int, bytes]]
    accepted: dict[int, int] = field(default_factory=dict)
    is_open: bool = True

    @property
    def left(self) -> int:
        """What is offered and not accepted."""
        return self.units - sum(self.accepted.values()) if self.is_open else 0


@dataclass
class Pool:
    """9.1, 9.6 and 9.12."""

    token: str
    manager: str
    issuer: str
    agreement: str
    origin: bytes
    currency: str | None
    book: bytes
    units: int
    granted: int = 0
    forfeited: int = 0
    earned: list[int] = field(default_factory=lambda: [0])
    """What a unit has earned until each round."""
    remainder: int = 0
    distributed: int = 0
    paid: int = 0
    owed: dict[int, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """What can be granted."""
        return self.units - (self.granted - self.forfeited)

    @property
    def round(self) -> int:
        """How many rounds there were."""
        return len(self.earned) - 1

    def since(self, round_: int) -> int:
        """What a unit has earned since a round."""
        return self.earned[-1] - self.earned[round_]


@dataclass
class Seat:
    """9.9 and 9.10."""

    wallet: str | None
    nonce: int = 0
    proposed: str | None = None
    ripe_at: int = 0


@dataclass
class State:
    """All of it; numbers start at 1 (9.7)."""

    pools: dict[int, Pool] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    grants: dict[int, Grant] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    rosters: dict[str, dict[int, Seat]] = field(default_factory=dict)
    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    """By token and account."""
    refusing: set[tuple[str, str]] = field(default_factory=set)
    """Currencies and the wallets that they do not pay."""
    made: int = 0
    """Grants and leaves offered: their numbers are used up."""

    def roster_of(self, manager: str) -> int:
        """The number of a manager's roster, as the managers needed one."""
        return list(self.rosters).index(manager) + 1

    def plan_of(self, grant: Grant) -> Plan:
        """Its plan."""
        return self.plans[grant.plan]

    def pool_of(self, grant: Grant) -> Pool:
        """Its pool."""
        return self.pools[self.plan_of(grant).pool]

    def seat_of(self, grant: Grant) -> Seat:
        """Its worker."""
        return self.rosters[self.pool_of(grant).manager][grant.worker]

    def ends_at(self, grant: Grant) -> int | None:
        """9.5: the notice counts from the announcement."""
        return None if grant.announced_at is None else grant.announced_at + self.plan_of(grant).notice

    def away(self, grant: Grant, until: int, only_over: bool = False) -> int:
        """9.8: for how long leaves have stopped the clock of a grant."""
        plan, ends_at = self.plan_of(grant), self.ends_at(grant)
        until = until if ends_at is None else min(until, ends_at)
        over = [(first, until if last is None else min(last, until)) for first, last in grant.leaves]
        if only_over and grant.on_leave:
            over.pop()
        return min(plan.leave, sum(max(0, last - max(first, plan.start)) for first, last in over))

    def vested(self, number: int, now: int) -> int:
        """One floor, on the cumulative value (9.3); an ended grant keeps what it had (9.5)."""
        grant = self.grants[number]
        if grant.finished_at is not None:
            return grant.kept
        plan, ends_at = self.plan_of(grant), self.ends_at(grant)
        share = plan.share((now if ends_at is None else min(now, ends_at)) - self.away(grant, now))
        share += (1 - share) * Fraction(max(plan.applied, grant.acceleration), PPM)
        return grant.units * share.numerator // share.denominator

    def claimable(self, number: int, now: int) -> int:
        """9.4."""
        return self.vested(number, now) - self.grants[number].claimed

    def revenue(self, number: int) -> int:
        """9.12: pending for a grant."""
        grant = self.grants[number]
        return grant.sharing * self.pool_of(grant).since(grant.paid_to) // UNIT

    def numbers(self, pool: int) -> list[int]:
        """The grants of a pool."""
        return [number for number, grant in self.grants.items() if self.plan_of(grant).pool == pool]

    def offered(self, pool: int) -> list[Offer]:
        """The open offers of a pool."""
        return [offer for offer in self.offers if offer.is_open and self.plans[offer.plan].pool == pool]

    def shares(self, pool: int) -> int:
        """9.12: who shares a round."""
        granted = sum(self.grants[number].sharing for number in self.numbers(pool))
        return granted + sum(offer.left for offer in self.offered(pool))

    def pending(self, pool: int) -> int:
        """Revenue that is neither paid nor booked."""
        offered = sum(offer.left * self.pools[pool].since(offer.round) for offer in self.offered(pool))
        return sum(map(self.revenue, self.numbers(pool))) + offered // UNIT

    def move(self, token: str, account: str, amount: int) -> None:
        """Changes a balance."""
        self.balances[token, account] = self.balances.get((token, account), 0) + amount

    def check(self, now: int, place: str) -> None:
        """9.6, the sums of 9.12 and I10; `place` is the address of the contract."""
        due: dict[str, int] = {}
        for number, pool in self.pools.items():
            grants = [(each, self.grants[each]) for each in self.numbers(number)]
            vested = {each: self.vested(each, now) for each, _ in grants}
            assert all(0 <= grant.claimed <= vested[each] <= grant.units for each, grant in grants)
            claimed = sum(grant.claimed for _, grant in grants)
            claimable = sum(vested[each] - grant.claimed for each, grant in grants)
            unvested = sum(grant.units - vested[each] for each, grant in grants if grant.finished_at is None)
            offered = sum(offer.left for offer in self.offered(number))
            assert pool.granted == claimed + claimable + unvested + offered + pool.forfeited
            assert pool.granted - pool.forfeited <= pool.units
            held = sum(pool.owed.values()) + self.pending(number)
            assert pool.paid + held <= pool.distributed
            if pool.currency:
                due[pool.currency] = due.get(pool.currency, 0) + held
        for currency, held in due.items():
            in_it = [pool for pool in self.pools.values() if pool.currency == currency]
            there = self.balances.get((currency, place), 0)
            assert there == sum(pool.distributed - pool.paid for pool in in_it) >= held
