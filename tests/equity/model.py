"""Worker equity as SPEC.md §9 has it, in whole numbers and fractions; written from the text, not from the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Plan:
    """9.2; masks as sets."""

    pool: int
    start: int
    cliff: int
    duration: int
    step: int
    gate: str
    milestones: frozenset[int]
    periods: frozenset[int]
    accepted: int = 0
    met: int = 0

    def share(self, now: int) -> Fraction:
        """9.2 and 9.3: the fraction f."""
        time = Fraction(0)
        if now >= self.start + self.cliff:
            time = min(Fraction(1), Fraction((now - self.start) // self.step * self.step, self.duration))
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
    claimed: int = 0
    ended_at: int = 0
    kept: int = 0


@dataclass
class Pool:
    """9.1 and 9.6."""

    manager: str
    units: int
    granted: int = 0
    forfeited: int = 0

    @property
    def left(self) -> int:
        """What can be granted."""
        return self.units - (self.granted - self.forfeited)


@dataclass
class Model:
    """All of it; numbers start at 1 (9.7)."""

    pools: dict[int, Pool] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    grants: dict[int, Grant] = field(default_factory=dict)
    rosters: dict[str, dict[int, str]] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=dict)

    def vested(self, number: int, now: int) -> int:
        """One floor, on the cumulative value (9.3); an ended grant keeps what it had (9.5)."""
        grant = self.grants[number]
        if grant.ended_at:
            return grant.kept
        share = self.plans[grant.plan].share(now)
        return grant.units * share.numerator // share.denominator

    def claimable(self, number: int, now: int) -> int:
        """9.4."""
        return self.vested(number, now) - self.grants[number].claimed

    def sync(self, number: int, accepted: set[int], met: set[int]) -> bool:
        """9.3: only rises; whether it rose."""
        plan = self.plans[number]
        before = plan.accepted, plan.met
        plan.accepted = max(plan.accepted, len(accepted & plan.milestones))
        plan.met = max(plan.met, len(met & plan.periods))
        return before != (plan.accepted, plan.met)

    def claim(self, numbers: list[int], now: int) -> dict[int, int]:
        """9.4; what was minted, by grant."""
        minted = {}
        for number in numbers:
            grant = self.grants[number]
            units = self.claimable(number, now)
            if not units:
                continue
            grant.claimed += units
            minted[number] = units
            wallet = self.rosters[self.pools[self.plans[grant.plan].pool].manager][grant.worker]
            self.balances[wallet] = self.balances.get(wallet, 0) + units
        return minted

    def end(self, number: int, now: int) -> tuple[int, int]:
        """9.5; what had vested and what is forfeited."""
        grant = self.grants[number]
        grant.kept = self.vested(number, now)
        grant.ended_at = now
        forfeited = grant.units - grant.kept
        self.pools[self.plans[grant.plan].pool].forfeited += forfeited
        return grant.kept, forfeited

    def check(self, now: int) -> None:
        """9.6, for each pool."""
        for pool_number, pool in self.pools.items():
            numbers = [n for n, grant in self.grants.items() if self.plans[grant.plan].pool == pool_number]
            claimed = sum(self.grants[number].claimed for number in numbers)
            claimable = sum(self.claimable(number, now) for number in numbers)
            alive = [number for number in numbers if not self.grants[number].ended_at]
            unvested = sum(self.grants[number].units - self.vested(number, now) for number in alive)
            assert pool.granted == claimed + claimable + unvested + pool.forfeited
            assert pool.granted - pool.forfeited <= pool.units
