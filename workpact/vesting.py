"""Vesting plans: read from what people write, packed for the contract, and worked out exactly (SPEC.md 9.2, 9.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from fractions import Fraction
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from workpact import WorkpactError
from workpact.terms.units import UnitError, read_duration, read_instant

NOBODY = "0x" + 40 * "0"
KEYS = ("start", "cliff", "duration", "step", "gate", "milestones", "periods")


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
    duration: int = Field(gt=0, lt=2**32)
    step: int = Field(gt=0, lt=2**32)
    gate: Gate = Gate.NONE
    milestones: int = Field(default=0, ge=0, lt=2**64)
    periods: int = Field(default=0, ge=0, lt=2**256)
    oracle: str = NOBODY
    """Who answers for the periods; the zero address if none count."""
    document: bytes = bytes(32)
    """Struct hash of the service document that the periods belong to; zero if none count."""

    @model_validator(mode="after")
    def _fits(self) -> Plan:
        if self.cliff > self.duration:
            raise BadPlan(f"The cliff of {self.cliff} s is longer than the duration of {self.duration} s: shorten it.")
        if self.duration % self.step:
            raise BadPlan(f"Steps of {self.step} s do not divide {self.duration} s: choose a step that does.")
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

        Its `milestones` and `periods` are numbers from 0, or names out of those given here. Raises `BadPlan`.
        """
        unknown = [key for key in written if key not in KEYS]
        if unknown:
            raise BadPlan(f"{unknown[0]}: a plan has no such key; it has {', '.join(KEYS)}.")
        for key in ("start", "duration"):
            if key not in written:
                raise BadPlan(f"{key}: is missing in the plan.")
        gate = str(written.get("gate", "none"))
        if gate.upper() not in Gate.__members__:
            raise BadPlan(f"gate: {gate!r} is none; write none, minimum, maximum or product.")
        counted = _mask(written, "periods", periods)
        try:
            return cls(
                start=_read("start", written["start"], lambda text: read_instant(text, ZoneInfo(zone), last=False)),
                cliff=_read("cliff", written.get("cliff", "0 days"), read_duration),
                duration=_read("duration", written["duration"], read_duration),
                step=_read("step", written.get("step", "1 second"), read_duration),
                gate=Gate[gate.upper()],
                milestones=_mask(written, "milestones", milestones),
                periods=counted,
                oracle=oracle if counted else NOBODY,
                document=document if counted else bytes(32),
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
    def of_chain(cls, schedule: Any, condition: Any) -> Plan:
        """A plan from what `planOf` and `conditionOf` answer."""
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

    def time_share(self, moment: int) -> Fraction:
        """The part that time gives at a Unix second."""
        if moment < self.start + self.cliff:
            return Fraction(0)
        steps = min(moment - self.start, self.duration) // self.step
        return Fraction(steps * self.step, self.duration)

    def vested_units(self, units: int, moment: int, reached: int = 0) -> int:
        """What has vested of `units` at a Unix second when `reached` milestones and periods count; rounded down."""
        share = self.time_share(moment)
        if self.gate != Gate.NONE:
            progress = Fraction(reached, self.size)
            share = {Gate.MINIMUM: min, Gate.MAXIMUM: max}.get(self.gate, lambda a, b: a * b)(share, progress)
        return units * share.numerator // share.denominator

    def calendar(self, units: int, reached: int | None = None) -> Iterator[tuple[datetime, int]]:
        """When more vests, and what has vested then in all; with all of the gate reached unless said otherwise."""
        reached = self.size if reached is None else reached
        before = 0
        later = range(self.start + (self.cliff // self.step + 1) * self.step, self.start + self.duration + 1, self.step)
        for moment in chain((self.start, self.start + self.cliff), later):
            vested = self.vested_units(units, moment, reached)
            if vested != before:
                yield datetime.fromtimestamp(moment, UTC), vested
            before = vested


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
