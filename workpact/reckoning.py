"""A period's credit worked out off chain, line by line, in the contracts' integers (SPEC.md 7.1, 8.4 to 8.8, 8.14).

month = reckon(document, report, before=[])
month.credit.credit_units
month.explained()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from workpact.level_words import failed_words
from workpact.report import BadReport, Report
from workpact.service_results import Credit, Stage
from workpact.terms import AgreementDocument, Level
from workpact.terms.credit import CreditSpec
from workpact.terms.credit_math import RATE_ONE, credit_rate, failed_bands, is_low_volume, year_room
from workpact.terms.units import PPM

MOST = 2**96 - 1
"""The largest figure, and the largest charge."""


@dataclass(frozen=True)
class Before:
    """What counts of an earlier period."""

    period: str
    failed: frozenset[str]
    """Names of the levels that failed."""
    rate: int
    """The credit, 1e-12 of the charge."""
    is_assessed: bool
    """Whether the oracle says so; else it was reckoned, and may still change."""


@dataclass(frozen=True)
class LevelReckoning:
    """What one level comes to."""

    level: Level
    figure: tuple[int, int] | None
    """Good and total, of an average sum and count; None where the period is final without figures."""
    failed: int
    """How many of its bands it fails, from the first on."""
    multiplier: int
    """What a failure counts: the level's `repeat` if it failed in the period before, else 1."""

    @property
    def allocation(self) -> int:
        """What it costs, ppm of the amount at risk."""
        return self.level.bands[self.failed - 1].allocation * self.multiplier if self.failed else 0

    @property
    def is_judged(self) -> bool:
        """Whether it is compared with its thresholds: there are figures, of cases enough."""
        return self.figure is not None and not is_low_volume(self.level, self.figure[1])

    @property
    def is_critical(self) -> bool:
        """Whether it fails so far that it alone gives a right to end."""
        return self.level.critical and self.is_judged and self.failed == len(self.level.bands)


@dataclass(frozen=True)
class Reckoning:
    """What a period comes to; rates in 1e-12 of the charge."""

    document: AgreementDocument
    report: Report
    stage: Stage
    before: tuple[Before, ...]
    """All periods before it, in order."""

    @property
    def period(self) -> str:
        """Its name."""
        return self.document.periods[self.report.period].name

    @cached_property
    def levels(self) -> tuple[LevelReckoning, ...]:
        """The levels in the document's order."""
        failed_before = self.before[-1].failed if self.before else frozenset()
        found = []
        for level in self.document.levels:
            multiplier = level.repeat if level.name in failed_before else 1
            if self.stage is Stage.REPORTED:
                good, total, _ = self.report.figures[level.index]
                found.append(LevelReckoning(level, (good, total), failed_bands(level, good, total), multiplier))
            else:
                missed = self.stage is Stage.DEFAULT_MISSED and level.is_credited
                found.append(LevelReckoning(level, None, int(missed), multiplier))
        return tuple(found)

    @property
    def failed(self) -> frozenset[str]:
        """Names of the levels that fail."""
        return frozenset(each.level.name for each in self.levels if each.failed)

    @property
    def allocation(self) -> int:
        """What all levels cost together, ppm of the amount at risk."""
        return sum(each.allocation for each in self.levels)

    @property
    def rate(self) -> int:
        """The rate of its credit."""
        return self._rate(self.allocation)

    @property
    def least(self) -> int:
        """The rate if all that is held returns (SPEC.md 8.14)."""
        earn_back = self._spec.earn_back
        if earn_back is None or self.report.period >= len(self.document.periods) - earn_back.periods:
            return self.rate
        return self._rate(sum(each.allocation for each in self.levels if not each.level.earn_back))

    @property
    def credit(self) -> Credit:
        """Charge, credit and what is due, in the token's smallest unit."""
        return self.credit_at(self.rate, self.least)

    def credit_at(self, rate: int, least: int | None = None) -> Credit:
        """The same with another rate."""
        billing = self.document.spec.billing
        assert billing is not None, "periods have a price"
        return Credit(billing.fixed, _variable(self.document, self.report), billing.cap, rate, least)

    @property
    def gives_right_to_end(self) -> bool:
        """Whether the client may end for cause on it (SPEC.md 8.8)."""
        rule = self._spec.right_to_end
        if any(each.is_critical for each in self.levels):
            return True
        window = [*(each.failed for each in self.before), self.failed][-rule.within :] if rule.within else []
        counts = [sum(name in failed for failed in window) for name in self.failed]
        return bool(rule.failures) and max(counts, default=0) >= rule.failures

    def as_before(self, *, is_assessed: bool = False) -> Before:
        """What counts of it for the periods that follow."""
        return Before(self.period, self.failed, self.rate, is_assessed)

    def explained(self) -> list[str]:
        """The calculation, one step a line."""
        spec, rates = self._spec, [each.rate for each in self.before]
        at_risk, cap, room = spec.at_risk, spec.period_cap * PPM, year_room(self.document, rates)
        lines = [_explained(each) for each in self.levels]
        lines.append(
            f"rate = min(at risk {at_risk} x {self.allocation} ppm, cap of a period {cap}, left of the year {room})"
        )
        if self.report.adjustment:
            lines.append(f"adjusted by both sides by {self.report.adjustment:+}, within 0 and {RATE_ONE}")
        lines.append(f"rate = {self.rate}")
        return lines + self.credit.explained()

    @property
    def _spec(self) -> CreditSpec:
        assert self.document.credit is not None, "levels come with credits"
        return self.document.credit.spec

    def _rate(self, allocation: int) -> int:
        rate = credit_rate(self.document, allocation, [each.rate for each in self.before])
        return max(0, min(rate + self.report.adjustment, RATE_ONE))


def reckon(
    document: AgreementDocument, report: Report, before: Sequence[Before], stage: Stage = Stage.REPORTED
) -> Reckoning:
    """What a report comes to, after all periods before it. Raises `BadReport` for what the oracle would refuse."""
    if len(before) != report.period or report.period >= len(document.periods):
        raise BadReport(
            f"The report is of period {report.period}, and {len(before)} of {len(document.periods)} come before: give "
            "all before it, and no more."
        )
    if stage is Stage.REPORTED:
        if len(report.figures) != len(document.levels) or len(report.quantities) != len(document.prices):
            raise BadReport(
                f"The report has {len(report.figures)} figures and {len(report.quantities)} quantities, the document "
                f"{len(document.levels)} levels and {len(document.prices)} prices: measure by this document."
            )
        for level, (good, total, _) in zip(document.levels, report.figures, strict=True):
            _check(level, good, total)
        if min(report.quantities, default=0) < 0 or _variable(document, report) > MOST:
            counts = ", ".join(map(str, report.quantities))
            raise BadReport(f"The quantities are {counts}: give what was counted, from 0 on.")
    return Reckoning(document, report, stage, tuple(before))


def _check(level: Level, good: int, total: int) -> None:
    if not (0 <= good <= MOST and 0 <= total <= MOST):
        raise BadReport(f"The figure of {level.name} is {good} of {total}: both are whole numbers from 0 on.")
    if level.form.is_ratio and good > total:
        raise BadReport(f"The figure of {level.name} is {good} of {total}: no more cases count than there are.")


def _variable(document: AgreementDocument, report: Report) -> int:
    """Σ rate · quantity; without quantities nothing."""
    return sum(price.rate * count for price, count in zip(document.prices, report.quantities, strict=False))


def _explained(each: LevelReckoning) -> str:
    level = each.level
    if not level.is_credited:
        verdict = "reported only"
    elif each.is_judged:
        verdict = failed_words(level, level.bands[each.failed - 1].threshold) if each.failed else "met"
    else:
        verdict = "no figures" if each.figure is None else "too few cases to judge"
        verdict += ", missed" if each.failed else ", not missed"
    if each.failed:
        verdict += f", costs {each.allocation} ppm of what is at risk"
        verdict += f" ({each.multiplier} times, as it was missed before)" if each.multiplier > 1 else ""
    figure = "" if each.figure is None else f" {each.figure[0]}/{each.figure[1]}"
    return f"{level.name}{figure}: {verdict}"
