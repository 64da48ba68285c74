"""Vesting plans: read from what people write, packed for the contract, and worked out exactly (SPEC.md 9.2 to 9.8).

plan = Plan.read({"start": "2026-03-01", "schedule": "4y-1y-monthly", "leave": "90 days"})
plan.vested_units(1_000_000, Course(leaves=((left, back),)), moment)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from fractions import Fraction
from heapq import merge
from itertools import chain, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from workpact import WorkpactError
from workpact.terms.units import (
    MAX_SPAN,
    NEVER,
    PPM,
    UnitError,
    read_duration,
    read_instant,
    read_notice,
    read_share,
    read_span,
)
from workpact.vesting_course import BadCourse, Course
from workpact.vesting_presets import BadPreset, check_timing, read_timing

__all__ = ["NEVER", "BadCourse", "BadPlan", "Course", "Gate", "Plan"]

NOBODY = "0x" + 40 * "0"
SHOWN = "%Y-%m-%d %H:%M:%S UTC"
TIMES = ("duration", "cliff", "step")
KEYS = ("start", "schedule", *TIMES, "gate", "milestones", "periods", "notice", "leave", "leaver")


class BadPlan(WorkpactError):
    """A plan that the contract would refuse, or that is not written as plans are; the text says what to write."""


class Gate(IntEnum):
    """How the agreement's progress bears on a plan."""

    NONE = 0
    MINIMUM = 1
    """Progress is a ceiling of the time share."""
    MAXIMUM = 2
    """Progress is a floor of the time share: acceleration."""
    PRODUCT = 3


class Plan(BaseModel):
    """A schedule with its gate, as the contract takes it: Unix seconds, seconds, one bit a milestone or period."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    start: int = Field(ge=0, lt=2**40)
    cliff: int = Field(default=0, ge=0, lt=2**32)
    duration: int = Field(ge=0)
    step: int = Field(ge=0)
    gate: Gate = Gate.NONE
    milestones: int = Field(default=0, ge=0, lt=2**64)
    periods: int = Field(default=0, ge=0, lt=2**256)
    oracle: str = NOBODY
    """Who answers for the periods; the zero address if none count."""
    document: bytes = bytes(32)
    """Struct hash of the service document that the periods belong to; zero if none count."""
    notice: int = Field(default=0, ge=0, le=NEVER)
    """Seconds from announcing that a grant ends to its end; `NEVER` if none of the plan can be ended."""
    leave: int = Field(default=0, ge=0, le=MAX_SPAN)
    """The most seconds that leaves stop the clock of one grant, all together."""
    leaver: int = Field(default=0, ge=0)
    """What of the unvested vests at once when the client has ended the agreement by notice, ppm."""

    @model_validator(mode="after")
    def _fits(self) -> Plan:
        check_timing(self.duration, self.cliff, self.step, BadPlan)
        if self.leaver > PPM:
            raise BadPlan(f"A leaver part of {self.leaver} ppm is more than all that is unvested: at most 100 %.")
        if (self.gate == Gate.NONE) != (self.size == 0):
            raise BadPlan("A gate counts milestones or periods, a plan without one counts none: name both or neither.")
        if (self.periods == 0) != (int(self.oracle, 16) == 0) or (self.periods == 0) != (not any(self.document)):
            raise BadPlan("Oracle and document are for a gate that counts periods, and needed by it.")
        return self

    @classmethod
    def read(
        cls,
        written: Mapping[str, Any],
        *,
        zone: str = "UTC",
        milestones: Sequence[str] = (),
        periods: Sequence[str] = (),
        oracle: str = NOBODY,
        document: bytes = bytes(32),
    ) -> Plan:
        """A plan from a YAML section: `start`, `duration`, and if wanted `cliff`, `step` (else one second), `gate`.

        Instead of the times it may have a `schedule` such as `4y-1y-monthly`. Its `milestones` and `periods` are
        numbers from 0, or names out of those given here. Also `notice` ("30 days", "never"), `leave` ("90 days") and
        `leaver` ("50 %"), else nothing. Raises `BadPlan`.
        """
        unknown = [key for key in written if key not in KEYS]
        if unknown:
            raise BadPlan(f"{unknown[0]}: a plan has no such key; it has {', '.join(KEYS)}.")
        duration, cliff, step = _times(written)
        if "start" not in written:
            raise BadPlan("start: is missing in the plan.")
        gate = str(written.get("gate", "none"))
        if gate.upper() not in Gate.__members__:
            raise BadPlan(f"gate: {gate!r} is none; write none, minimum, maximum or product.")
        counted = _mask(written, "periods", periods)
        try:
            return cls(
                start=_read("start", written["start"], lambda text: read_instant(text, ZoneInfo(zone), last=False)),
                cliff=cliff,
                duration=duration,
                step=step,
                gate=Gate[gate.upper()],
                milestones=_mask(written, "milestones", milestones),
                periods=counted,
                oracle=oracle if counted else NOBODY,
                document=document if counted else bytes(32),
                notice=_read("notice", written.get("notice", "0 days"), read_notice),
                leave=_read("leave", written.get("leave", "0 days"), read_span),
                leaver=_read("leaver", written.get("leaver", "0 %"), read_share),
            )
        except ValidationError as error:
            first = error.errors()[0]
            raise BadPlan(f"{first['loc'][0]}: {first['msg']}.") from None

    @classmethod
    def of_struct(cls, struct: Sequence[Any]) -> Plan:
        """A plan from the tuple of its Solidity struct, as an agreement's document makes it."""
        fields = dict(zip(cls.model_fields, struct, strict=True))
        return cls(**fields | {"gate": Gate(fields["gate"]), "document": bytes(fields["document"])})

    @classmethod
    def of_chain(cls, schedule: Any, condition: Any, rules: Any) -> Plan:
        """A plan from what `planOf`, `conditionOf` and `rulesOf` answer."""
        return cls(
            start=schedule.start,
            cliff=schedule.cliff,
            duration=schedule.duration,
            step=schedule.step,
            gate=Gate(schedule.gate),
            milestones=condition.milestones,
            periods=condition.periods,
            oracle=condition.oracle,
            document=bytes(condition.document),
            notice=rules.notice,
            leave=rules.mostLeave,
            leaver=rules.leaver,
        )

    def struct(self) -> tuple[Any, ...]:
        """The tuple of `Plan` in contracts/types/Equity.sol."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return tuple((values | {"gate": int(self.gate)}).values())

    @property
    def size(self) -> int:
        """How many milestones and periods the gate counts."""
        return self.milestones.bit_count() + self.periods.bit_count()

    @property
    def starts_at(self) -> datetime:
        """When vesting starts to count."""
        return datetime.fromtimestamp(self.start, UTC)

    @property
    def ends_at(self) -> datetime:
        """When all has vested, as far as time goes."""
        return self.starts_at + timedelta(seconds=self.duration)

    def require_ahead(self, now: int) -> None:
        """Raises `BadPlan` if the plan starts before the Unix second `now`: its grants would be back-dated."""
        if self.start < now:
            today = datetime.fromtimestamp(now, UTC)
            raise BadPlan(f"The plan starts at {self.starts_at:{SHOWN}}, and it is {today:{SHOWN}}: start it later.")

    def ends(self, course: Course) -> int | None:
        """When the announced end takes effect; None if none was announced. Raises `BadPlan` if there can be none."""
        if course.announced_at is None:
            return None
        if self.notice == NEVER:
            raise BadPlan("A grant of this plan cannot be ended: its notice is never.")
        ends = course.announced_at + self.notice
        if course.finished_at is not None and course.finished_at < ends:
            raise BadPlan(f"The end is carried out {ends - course.finished_at} s before its notice is over.")
        return ends

    def clock(self, course: Course, moment: int) -> int:
        """The Unix second that a grant's time stands at: `moment` or its end, less its leaves (9.8)."""
        ends = self.ends(course)
        moment = moment if ends is None else min(moment, ends)
        return moment - sum(max(0, min(moment, last) - first) for first, last in self.stops(course))

    def stops(self, course: Course) -> tuple[tuple[int, int], ...]:
        """From when to when leaves stop the clock (9.8)."""
        return tuple(course.stops(self.start, self.leave))

    def cliff_at(self, course: Course) -> int:
        """When time lets anything vest for the first time."""
        return _standing_at(self.start + self.cliff, self.stops(course))

    def time_share(self, clock: int) -> Fraction:
        """The part that time gives when a grant's clock stands at a Unix second (9.2)."""
        if clock < self.start + self.cliff:
            return Fraction(0)
        steps = min(clock - self.start, self.duration) // self.step
        return Fraction(steps * self.step, self.duration)

    def share(self, course: Course, moment: int) -> Fraction:
        """The part of a grant that has vested at a Unix second: f + (1 − f) · a (9.3)."""
        share = self.time_share(self.clock(course, moment))
        if self.gate != Gate.NONE:
            progress = Fraction(course.reached(moment), self.size)
            share = {Gate.MINIMUM: min, Gate.MAXIMUM: max}.get(self.gate, lambda a, b: a * b)(share, progress)
        return share + (1 - share) * Fraction(course.acceleration(moment, self.leaver), PPM)

    def vested_units(self, units: int, course: Course, moment: int) -> int:
        """What has vested of `units` granted at a Unix second, claimed included; one floor, on the whole (9.3)."""
        share = self.share(course, moment)
        return units * share.numerator // share.denominator

    def moments(self, course: Course) -> Iterator[int]:
        """The Unix seconds at which more may vest, in order; some may be there twice."""
        ends = self.ends(course)
        stops = self.stops(course)
        later = range(self.start + (self.cliff // self.step + 1) * self.step, self.start + self.duration + 1, self.step)
        by_time = (_standing_at(clock, stops) for clock in chain((self.start, self.start + self.cliff), later))
        within = takewhile(lambda moment: ends is None or moment <= ends, by_time)
        return merge(within, sorted(moment for moment in course.turns() if moment == course.known(moment)))

    def calendar(self, units: int, course: Course | None = None) -> Iterator[tuple[datetime, int]]:
        """When more vests, and what has vested then in all; with all of the gate reached unless a course is given."""
        course = Course(gate=((0, self.size),)) if course is None else course
        before = 0
        for moment in self.moments(course):
            vested = self.vested_units(units, course, moment)
            if vested != before:
                yield datetime.fromtimestamp(moment, UTC), vested
            before = vested


def _standing_at(clock: int, stops: Iterable[tuple[int, int]]) -> int:
    """The first Unix second at which a grant's clock stands at `clock`, given when it stood still."""
    for first, last in stops:
        if clock > first:
            clock += last - first
    return clock


def _times(written: Mapping[str, Any]) -> tuple[int, int, int]:
    """Duration, cliff and step."""
    if "schedule" in written:
        also = [key for key in TIMES if key in written]
        if also:
            raise BadPlan(f"{also[0]}: is in the schedule already; write one of the two.")
        try:
            timing = read_timing(str(written["schedule"]))
        except BadPreset as error:
            raise BadPlan(f"schedule: {error}") from None
        return timing.duration, timing.cliff, timing.step
    if "duration" not in written:
        raise BadPlan("duration: is missing in the plan.")
    defaults = {"cliff": "0 days", "step": "1 second"}
    duration, cliff, step = (_read(key, written.get(key, defaults.get(key)), read_duration) for key in TIMES)
    return duration, cliff, step


def _read(key: str, text: Any, reader: Any) -> int:
    try:
        return int(reader(str(text)))
    except UnitError as error:
        raise BadPlan(f"{key}: {error.problem}; {error.advice}.") from None


def _mask(written: Mapping[str, Any], key: str, names: Sequence[str]) -> int:
    mask = 0
    items: Iterable[Any] = written.get(key, ())
    for item in items:
        if isinstance(item, str) and item in names:
            number = names.index(item)
        elif str(item).isdecimal():
            number = int(item)
        else:
            raise BadPlan(f"{key}: there is no {item!r}; known are {', '.join(names) or 'numbers from 0'}.")
        if mask >> number & 1:
            raise BadPlan(f"{key}: {item!r} is counted twice; keep one.")
        mask |= 1 << number
    return mask
