"""What became of a service period: its stage, the oracle's verdict, and the credit worked out in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from fractions import Fraction
from typing import Any, Self

from workpact.agreement_state import moment
from workpact.terms.credit_math import RATE_ONE


class Side(IntEnum):
    """A side of an agreement, as the terms number them."""

    CONTRACTOR = 0
    CLIENT = 1

    @property
    def other(self) -> Side:
        """The other side."""
        return Side(1 - self)

    @property
    def words(self) -> str:
        """As people write it."""
        return self.name.lower()


class Stage(IntEnum):
    """How far a period is (SPEC.md 8.11 to 8.13); from REPORTED on its figures are final."""

    OPEN = 0
    CLIENT_REPORTED = 1
    CONTRACTOR_REPORTED = 2
    CONTESTED = 3
    REPORTED = 4
    DEFAULT_MISSED = 5
    DEFAULT_MET = 6

    @property
    def is_final(self) -> bool:
        """Whether figures can never change again."""
        return self >= Stage.REPORTED

    @property
    def pending(self) -> Side | None:
        """Whose report waits for the other's answer."""
        return {Stage.CLIENT_REPORTED: Side.CLIENT, Stage.CONTRACTOR_REPORTED: Side.CONTRACTOR}.get(self)

    @property
    def words(self) -> str:
        """As people write it: "default, met"."""
        return {Stage.DEFAULT_MISSED: "default, missed", Stage.DEFAULT_MET: "default, met"}.get(
            self, self.name.lower().replace("_", " ")
        )


@dataclass(frozen=True)
class PeriodResult:
    """A period in the oracle. Rates in 1e-12 of the charge, instants in Unix seconds."""

    period: str
    stage: Stage
    since_at: int | None
    """When the stage began, while figures are not final."""
    failed: tuple[str, ...]
    """The levels that failed."""
    assessed_at: int | None
    """When its credit became final; None until then: all periods before it come first."""
    rate: int
    """Until it is assessed, the most that it can be."""
    cumulative: int
    """Sum of the rates up to and with this period."""
    end_until_at: int | None
    """Until when it gives the client a right to end."""
    waived: bool
    """The client has waived the credit."""
    held_rate: int
    """The part of the rate that may return to the contractor, or has; what became of it is in `Credit`."""
    held_for: tuple[str, ...]
    """The levels that must be met for it to return."""
    variable_units: int
    """The variable part of its charge, Σ rate · quantity, in the token's smallest unit; contested, the least of it."""

    @classmethod
    def of_chain(cls, period: str, stored: Any, levels: Sequence[str]) -> Self:
        """From the contract's `ServicePeriod`; `levels` are the document's names."""
        result, held = stored.result, stored.held
        stage = Stage(result.stage)
        return cls(
            period=period,
            stage=stage,
            since_at=None if stage is Stage.OPEN or stage.is_final else result.clock,
            failed=_named(result.failed, levels),
            assessed_at=result.finalAt or None,
            rate=result.rate,
            cumulative=result.cumulative,
            end_until_at=result.endUntil or None,
            waived=result.waived,
            held_rate=held.rate,
            held_for=_named(held.levels, levels),
            variable_units=stored.charge,
        )

    @property
    def is_final(self) -> bool:
        """Whether its figures can never change again."""
        return self.stage.is_final

    @property
    def share(self) -> Fraction:
        """The credit as a share of the charge, exactly."""
        return Fraction(self.rate, RATE_ONE)

    @property
    def end_until(self) -> datetime | None:
        """Until when it gives the client a right to end."""
        return None if self.end_until_at is None else moment(self.end_until_at)


def _named(mask: int, levels: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(levels) if mask >> bit & 1)


@dataclass(frozen=True)
class Credit:
    """How a period's charge and credit come about (SPEC.md 7.1); smallest units, rates in 1e-12."""

    fixed_units: int
    variable_units: int
    cap_units: int
    rate: int
    least: int | None = None
    """The rate if a credit that is held returns; None where nothing is held."""

    @property
    def charge_units(self) -> int:
        """min(cap, fixed + variable)"""
        return min(self.cap_units, self.fixed_units + self.variable_units)

    @property
    def credit_units(self) -> int:
        """⌊charge · rate / 1e12⌋, in favour of the contractor."""
        return self.charge_units * self.rate // RATE_ONE

    @property
    def held_units(self) -> int:
        """The part of the credit that may still return to the contractor."""
        return self.credit_units - self.charge_units * (self.rate if self.least is None else self.least) // RATE_ONE

    @property
    def due_units(self) -> int:
        """What the contractor gets whatever follows, holdback included."""
        return self.charge_units - self.credit_units

    def explained(self) -> list[str]:
        """The calculation, one step a line."""
        whole = self.fixed_units + self.variable_units
        lines = [
            f"fixed {self.fixed_units} + variable {self.variable_units} = {whole}",
            f"charge = min({whole}, cap {self.cap_units}) = {self.charge_units}",
            f"credit = floor({self.charge_units} x {self.rate} / {RATE_ONE}) = {self.credit_units}",
            f"due = {self.charge_units} - {self.credit_units} = {self.due_units}",
        ]
        if self.held_units:
            lines.append(f"held = credit - floor({self.charge_units} x {self.least} / {RATE_ONE}) = {self.held_units}")
        return lines
