"""What became of a service period: the oracle's verdict, and the credit worked out in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from fractions import Fraction
from typing import Any, Self

from workpact.agreement_state import moment

RATE = 10**12
"""The unit of a credit rate."""


class Basis(IntEnum):
    """How the figures of a period became final."""

    NONE = 0
    REPORTED = 1
    DEFAULT_MISSED = 2
    DEFAULT_MET = 3


@dataclass(frozen=True)
class PeriodResult:
    """A period in the oracle. Rates in 1e-12 of the charge, instants in Unix seconds."""

    period: str
    basis: Basis
    failed: tuple[str, ...]
    """The levels that failed."""
    assessed_at: int | None
    """When its credit became final; None until then: all periods before it come first."""
    rate: int
    cumulative: int
    """Sum of the rates up to and with this period."""
    end_until_at: int | None
    """Until when it gives the client a right to end."""
    variable_units: int
    """The variable part of its charge, Σ rate · quantity, in the token's smallest unit."""

    @classmethod
    def of_chain(cls, period: str, stored: Any, levels: Sequence[str]) -> Self:
        """From the contract's `ServicePeriod`; `levels` are the document's names."""
        result = stored.result
        failed = tuple(name for bit, name in enumerate(levels) if result.failed >> bit & 1)
        return cls(
            period=period,
            basis=Basis(result.basis),
            failed=failed,
            assessed_at=result.finalAt or None,
            rate=result.rate,
            cumulative=result.cumulative,
            end_until_at=result.endUntil or None,
            variable_units=stored.charge,
        )

    @property
    def is_final(self) -> bool:
        """Whether its figures can never change again."""
        return self.basis is not Basis.NONE

    @property
    def share(self) -> Fraction:
        """The credit as a share of the charge, exactly."""
        return Fraction(self.rate, RATE)

    @property
    def end_until(self) -> datetime | None:
        """Until when it gives the client a right to end."""
        return None if self.end_until_at is None else moment(self.end_until_at)


@dataclass(frozen=True)
class Credit:
    """How a period's charge and credit come about (SPEC.md 7.1); smallest units, `rate` in 1e-12."""

    fixed_units: int
    variable_units: int
    cap_units: int
    rate: int

    @property
    def charge_units(self) -> int:
        """min(cap, fixed + variable)"""
        return min(self.cap_units, self.fixed_units + self.variable_units)

    @property
    def credit_units(self) -> int:
        """⌊charge · rate / 1e12⌋, in favour of the contractor."""
        return self.charge_units * self.rate // RATE

    @property
    def due_units(self) -> int:
        """What the contractor gets, holdback included."""
        return self.charge_units - self.credit_units

    def explained(self) -> list[str]:
        """The calculation, one step a line."""
        whole = self.fixed_units + self.variable_units
        return [
            f"fixed {self.fixed_units} + variable {self.variable_units} = {whole}",
            f"charge = min({whole}, cap {self.cap_units}) = {self.charge_units}",
            f"credit = floor({self.charge_units} x {self.rate} / {RATE}) = {self.credit_units}",
            f"due = {self.charge_units} - {self.credit_units} = {self.due_units}",
        ]
