"""The contracts' credit arithmetic on an agreement file, in the same whole numbers (SPEC.md 8.4, 8.5)."""

from __future__ import annotations

from collections.abc import Sequence

from workpact.terms import units
from workpact.terms.contents import Contents
from workpact.terms.levels import Form, Level, LowVolume

RATE_ONE = 10**12
"""The unit of a credit rate."""


def scale(form: Form) -> int:
    """What a figure's numerator is multiplied by before it is compared with threshold · total."""
    return units.PPM if form.is_ratio else 1


def is_low_volume(level: Level, total: int) -> bool:
    """Whether there are too few cases to judge the level by its thresholds."""
    return total == 0 or total < level.minimum_sample


def failed_bands(level: Level, good: int, total: int) -> int:
    """How many of its bands a level fails, from the first on; the last of them says what it costs."""
    if is_low_volume(level, total):
        return min(len(level.bands), 1) if level.low_volume is LowVolume.MISSED else 0
    given = good * scale(level.form)
    failed = 0
    for band in level.bands:
        limit = band.threshold * total
        if given >= limit if level.form.is_at_least else given <= limit:
            break
        failed += 1
    return failed


def credit_rate(contents: Contents, allocation: int, before: Sequence[int]) -> int:
    """The rate of a period's credit, 1e-12 of its charge; `allocation` in ppm, `before` the rates of all before it."""
    assert contents.credit is not None, "asked for a credit"
    spec = contents.credit.spec
    return min(spec.at_risk * allocation, spec.period_cap * units.PPM, year_room(contents, before))


def year_room(contents: Contents, before: Sequence[int]) -> int:
    """What the cap over the year leaves for a period's rate, 1e-12; `before` are the rates of all periods before it."""
    assert contents.credit is not None, "asked for a credit"
    spec = contents.credit.spec
    if not spec.year_periods:
        return RATE_ONE
    counted = min(len(before) + 1, spec.year_periods)
    used = sum(before[len(before) + 1 - counted :])
    return max(0, spec.year_cap * units.PPM * counted - used)
