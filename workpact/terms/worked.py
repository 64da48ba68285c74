"""The worked example of the document: what missing a level costs, in the integers that the contracts use."""

from __future__ import annotations

from dataclasses import dataclass

from workpact.terms import units
from workpact.terms.contents import Contents
from workpact.terms.levels import Level

RATE_ONE = 10**12
SAMPLE = 1_000


@dataclass(frozen=True)
class Example:
    """One level misses its target twice in a row, all others are met. Amounts in smallest units, rates in 1e-12."""

    level: Level
    good: int
    total: int
    quantities: tuple[int, ...]
    charge: int
    allocation: int
    rate: int
    credit: int
    repeated_rate: int
    repeated_credit: int


def worked_example(contents: Contents) -> Example | None:
    """The example for the first level that can be missed; None if there is none."""
    billing, credit = contents.spec.billing, contents.credit
    if not billing or not credit:
        return None
    for level in contents.levels:
        total = max(SAMPLE, level.minimum_sample)
        good = _just_missed(level, total)
        if good is None:
            continue
        quantities = tuple(SAMPLE for _ in billing.prices)
        variable = sum(price.rate * count for price, count in zip(billing.prices, quantities, strict=True))
        charge = min(billing.cap, billing.fixed + variable)
        allocation = level.bands[0].allocation
        rate = _rate(contents, allocation, 1, 0)
        repeated = _rate(contents, allocation * level.repeat, 2, rate)
        return Example(
            level=level,
            good=good,
            total=total,
            quantities=quantities,
            charge=charge,
            allocation=allocation,
            rate=rate,
            credit=charge * rate // RATE_ONE,
            repeated_rate=repeated,
            repeated_credit=charge * repeated // RATE_ONE,
        )
    return None


def _just_missed(level: Level, total: int) -> int | None:
    """The numerator nearest to the target that fails the first band and no other; None if there is none."""
    unit = units.PPM if level.form.is_ratio else 1
    good = -(-level.target * total // unit) - 1 if level.form.is_at_least else level.target * total // unit + 1
    if good < 0 or (level.form.is_ratio and good > total):
        return None
    return good if _failed_bands(level, good, total) == 1 else None


def _failed_bands(level: Level, good: int, total: int) -> int:
    given = good * (units.PPM if level.form.is_ratio else 1)
    failed = 0
    for band in level.bands:
        limit = band.threshold * total
        if given >= limit if level.form.is_at_least else given <= limit:
            break
        failed += 1
    return failed


def _rate(contents: Contents, allocation: int, periods: int, used: int) -> int:
    """SPEC.md 8.5 for the `periods`-th period, when the ones before came to `used`."""
    assert contents.credit is not None, "asked for a credit"
    spec = contents.credit.spec
    rate = min(spec.at_risk * allocation, spec.period_cap * units.PPM)
    if not spec.year_periods:
        return rate
    counted = min(periods, spec.year_periods)
    before = used if counted > 1 else 0
    room = max(0, spec.year_cap * units.PPM * counted - before)
    return min(rate, room)
