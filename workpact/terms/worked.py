"""The worked example of the document: what missing a level costs, in the integers that the contracts use."""

from __future__ import annotations

from dataclasses import dataclass

from workpact.terms.contents import Contents
from workpact.terms.credit_math import RATE_ONE, credit_rate, failed_bands, scale
from workpact.terms.levels import Level

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
        rate = credit_rate(contents, allocation, [])
        repeated = credit_rate(contents, allocation * level.repeat, [rate])
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
    unit = scale(level.form)
    good = -(-level.target * total // unit) - 1 if level.form.is_at_least else level.target * total // unit + 1
    if good < 0 or (level.form.is_ratio and good > total):
        return None
    return good if failed_bands(level, good, total) == 1 else None
