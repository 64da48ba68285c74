"""What pictures of worker equity show, in whole numbers: filled from the chain or from the model, drawn elsewhere.

Units are millionths of a worker token, moments Unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workpact.terms.units import DAY
from workpact.vesting import BadCourse, Course, Plan


@dataclass(frozen=True)
class Vesting:
    """One grant over time."""

    title: str
    symbol: str
    plan: Plan
    units: int
    """What was granted."""
    course: Course
    now: int
    """Later is drawn as what comes if nothing else happens."""

    def until(self) -> int:
        """The last moment that there is something of: all has vested as far as time goes, or the grant ended."""
        ends = self.plan.ends(self.course)
        stopped = sum(last - first for first, last in self.plan.stops(self.course))
        return max(self.now, self.plan.start + self.plan.duration + stopped, ends or 0)

    def points(self, most: int = 1_000) -> tuple[tuple[int, int], ...]:
        """When more vests, and what has vested then in all; of a plan of finer steps every so manieth moment."""
        plan, until = self.plan, self.until()
        first = min([plan.start, self.now, *(moment for moment in self.course.turns())])
        if plan.duration // plan.step <= most:
            moments = set(plan.moments(self.course))
        else:
            moments = {plan.start + number * (until - plan.start) // most for number in range(most)}
            moments |= {edge for stop in plan.stops(self.course) for edge in stop}
            moments |= {plan.cliff_at(self.course), *self.course.turns(), plan.ends(self.course) or until}
        kept = sorted(moment for moment in moments | {first, self.now, until} if moment <= until)
        return tuple((moment, plan.vested_units(self.units, self.course, moment)) for moment in kept)


@dataclass(frozen=True)
class Split:
    """What many grants come to at one moment; together what was granted until then (9.6)."""

    moment: int
    claimed: int
    claimable: int
    unvested: int
    forfeited: int

    @property
    def granted(self) -> int:
        """All of it."""
        return self.claimed + self.claimable + self.unvested + self.forfeited


@dataclass(frozen=True)
class Holding:
    """One grant of many, with what was claimed of it: when, and how much in all."""

    plan: Plan
    units: int
    granted_at: int
    course: Course = field(default_factory=Course)
    claims: tuple[tuple[int, int], ...] = ()

    def split(self, moment: int) -> Split:
        """What it comes to at a moment; nothing before it was made. `BadCourse` if more is claimed than vested."""
        if moment < self.granted_at:
            return Split(moment, 0, 0, 0, 0)
        vested = self.plan.vested_units(self.units, self.course, moment)
        claimed = max((total for when, total in self.claims if when <= moment), default=0)
        if claimed > vested:
            raise BadCourse(f"{claimed:,} units are claimed at {moment}, and {vested:,} have vested.")
        rest = self.units - vested
        has_ended = self.course.finished_at is not None and self.course.finished_at <= moment
        return Split(moment, claimed, vested - claimed, 0 if has_ended else rest, rest if has_ended else 0)


@dataclass(frozen=True)
class Cohort:
    """Many grants over time, by what became of their units."""

    title: str
    symbol: str
    splits: tuple[Split, ...]
    """In the order of time."""

    @classmethod
    def of(cls, title: str, symbol: str, holdings: Iterable[Holding], moments: Iterable[int]) -> Cohort:
        """Sums at each moment."""
        held = tuple(holdings)
        splits = []
        for moment in sorted(moments):
            each = [holding.split(moment) for holding in held]
            splits.append(
                Split(
                    moment,
                    sum(one.claimed for one in each),
                    sum(one.claimable for one in each),
                    sum(one.unvested for one in each),
                    sum(one.forfeited for one in each),
                )
            )
        return cls(title, symbol, tuple(splits))


@dataclass(frozen=True)
class PoolState:
    """A pool from one moment on."""

    moment: int
    units: int
    """What the issuer set aside."""
    granted: int
    """Of grants, less what came back."""
    offered: int
    """Of open offers, as far as nobody accepted."""

    @property
    def left(self) -> int:
        """What can still be granted."""
        return self.units - self.granted - self.offered


@dataclass(frozen=True)
class Runway:
    """A pool over time, and how long it lasts."""

    title: str
    symbol: str
    states: tuple[PoolState, ...]
    """In the order of time, the first when the pool was opened."""
    now: int
    window: int = 90 * DAY
    """The present pace is that of the last so many seconds, or of the pool's life if that is shorter."""

    @property
    def present(self) -> PoolState:
        """The pool now."""
        return _at(self.states, self.now) or self.states[0]

    @property
    def used(self) -> tuple[int, int]:
        """The present pace: units granted and offered, less what came back, in so many seconds."""
        since = max(self.now - self.window, self.states[0].moment)
        before = _at(self.states, since - 1)
        committed = before.granted + before.offered if before else 0
        return self.present.granted + self.present.offered - committed, self.now - since

    @property
    def runs_out_at(self) -> int | None:
        """When nothing is left at the present pace, rounded up to a second; None if it lasts for ever."""
        used, seconds = self.used
        if not self.present.left:
            return self.now
        if used <= 0 or seconds <= 0:
            return None
        return self.now - -self.present.left * seconds // used


def _at(states: Sequence[PoolState], moment: int) -> PoolState | None:
    return next((state for state in reversed(states) if state.moment <= moment), None)
