"""What a month costs, worked out line by line from the agreement and the measured figures alone, in whole numbers.

Nothing of it is asked of the chain: the chain's answer is compared with it. Rates are in 1e-12 of the charge, shares in
ppm, amounts in the token's smallest unit (SPEC.md 7.1, 8.4, 8.5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workpact.measurement import Figure, Measurement
from workpact.terms import AgreementDocument, Level, LowVolume
from workpact.terms.units import PPM, write_money, write_share

RATE = 10**12


@dataclass
class Month:
    """One service period."""

    period: str
    figures: tuple[Figure, ...]
    charge: int = 0
    rate: int = 0
    credit: int = 0
    retained: int = 0
    failed: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    """The calculation, one step a line."""

    @property
    def paid(self) -> int:
        """What reaches the contractor at once."""
        return self.charge - self.credit - self.retained


def reckon(document: AgreementDocument, measured: Sequence[Measurement]) -> list[Month]:
    """The months from the first one on, in order, settled before the holdback's date."""
    months: list[Month] = []
    for measurement in measured:
        month = Month(measurement.period, measurement.figures)
        _charge(document, measurement, month)
        _rate(document, measurement, months, month)
        month.credit = month.charge * month.rate // RATE
        due = month.charge - month.credit
        month.retained = due * document.spec.review.holdback // PPM
        money = _money(document)
        month.lines += [
            f"credit = floor({month.charge} x {month.rate} / {RATE}) = {month.credit} = {money(month.credit)}",
            f"due = {month.charge} - {month.credit} = {due}, held back floor({due} x "
            f"{document.spec.review.holdback} / {PPM}) = {month.retained}, paid {month.paid} = {money(month.paid)}",
        ]
        months.append(month)
    return months


def _charge(document: AgreementDocument, measurement: Measurement, month: Month) -> None:
    billing = document.spec.billing
    assert billing is not None, "the example has prices"
    counts = dict(measurement.quantities)
    whole = billing.fixed
    words = [f"fixed {billing.fixed}"]
    for price in billing.prices:
        whole += price.rate * counts[price.quantity]
        words.append(f"{price.rate} x {counts[price.quantity]} {price.quantity}")
    month.charge = min(billing.cap, whole)
    month.lines.append(
        f"charge = min({' + '.join(words)}, cap {billing.cap}) = {month.charge} = {_money(document)(month.charge)}"
    )


def _rate(document: AgreementDocument, measurement: Measurement, before: list[Month], month: Month) -> None:
    assert document.credit is not None, "the example has credits"
    credit = document.credit.spec
    figures = {figure.name: figure for figure in measurement.figures}
    points = 0
    for level in document.levels:
        allocation, verdict = _allocation(level, figures[level.name])
        if allocation is not None:
            again = bool(before) and level.name in before[-1].failed
            month.failed.add(level.name)
            points += allocation * (level.repeat if again else 1)
            verdict += f" x {level.repeat}, failed twice" if again and level.repeat > 1 else ""
        month.lines.append(f"{level.name} {figures[level.name].good}/{figures[level.name].total}: {verdict}")
    counted = min(credit.year_periods, len(before) + 1)
    used = sum(other.rate for other in before[len(before) + 1 - counted :])
    room = max(0, credit.year_cap * PPM * counted - used)
    month.rate = min(credit.at_risk * points, credit.period_cap * PPM, room)
    month.lines.append(
        f"rate = min(at risk {credit.at_risk} x {points} ppm, cap of a month {credit.period_cap * PPM}, "
        f"left of the year {room}) = {month.rate}"
    )


def _allocation(level: Level, figure: Figure) -> tuple[int | None, str]:
    """What a level costs, ppm of the amount at risk, None if it did not fail; and why."""
    if not level.is_credited:
        return None, "reported only"
    if figure.total == 0 or figure.total < level.minimum_sample:
        if level.low_volume is LowVolume.MISSED:
            return level.bands[
                0
            ].allocation, f"too few cases, {write_share(level.bands[0].allocation)} of what is at risk"
        return None, "too few cases to judge"
    unit = PPM if level.form.is_ratio else 1
    failed = None
    for band in level.bands:
        reached, wanted = figure.good * unit, band.threshold * figure.total
        if reached < wanted if level.form.is_at_least else reached > wanted:
            failed = band
    if failed is None:
        return None, "met"
    limit = write_share(failed.threshold) if level.form.is_ratio else str(failed.threshold)
    side = "below" if level.form.is_at_least else "above"
    return failed.allocation, f"{side} {limit}, costs {write_share(failed.allocation)} of what is at risk"


def _money(document: AgreementDocument) -> Callable[[int], str]:
    return lambda units: write_money(units, document.token.symbol, document.token.decimals)
