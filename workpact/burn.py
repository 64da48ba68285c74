"""The service period that still runs: what it comes to by the log so far, and how near its levels are to their bands.

Every number is a whole one, and follows from the figures, the document and the periods before alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workpact.preflight import NotReady, now
from workpact.reckoning import Before, LevelReckoning, Reckoning, reckon
from workpact.report import Measured
from workpact.service_levels import ServiceLevels
from workpact.terms import Level
from workpact.terms.units import PPM


@dataclass(frozen=True)
class Margin:
    """How near one level is to its next band, all that was counted so far unchanged."""

    misses: int | None
    """Of a ratio: the smallest number of further cases, all missed, that fails one band more. None if none does."""
    distance: int | None
    """Of an average: by how much the sum may still be worse, at the count so far, without failing one band more."""
    mended_by: int | None
    """Of a ratio that fails: the smallest number of further cases, none missed, that fails one band fewer."""
    then_rate: int | None
    """The period's credit rate once that next band is failed; None if it cannot be."""


def margin(month: Reckoning, each: LevelReckoning) -> Margin:
    """How near one of the levels of a reported `month` is to its next band."""
    level, failed = each.level, each.failed
    assert each.figure is not None, "what runs is by its figures"
    good, total = each.figure
    misses = distance = then = None
    if failed < len(level.bands):
        if level.form.is_ratio:
            misses = _misses(level, good, total, failed)
            missed = 0 if level.form.is_at_least else 1
            then = None if misses is None else (good + missed * misses, total + misses)
        elif each.is_judged:
            limit = level.bands[failed].threshold * total
            distance = good - limit if level.form.is_at_least else limit - good
            then = (limit - 1 if level.form.is_at_least else limit + 1, total)
    mended_by = _mended_by(level, good, total, failed) if failed and level.form.is_ratio else None
    return Margin(misses, distance, mended_by, None if then is None else _rate_with(month, level, *then))


def burn(levels: ServiceLevels, period: str | int | None, measure: Callable[[str], Measured]) -> Reckoning:
    """What a period comes to by its log so far; None for the one that runs by the chain's clock.

    `measure` gives the figures of a period by name. It is asked for the period, and for those before it that are not
    final. Raises `NotReady` where no period runs, or its figures are final.
    """
    index = _running(levels) if period is None else levels.agreement.period_index(period)
    if levels.result(index).is_final:
        name = levels.document.periods[index].name
        raise NotReady(f"The figures of {name} are final: show it without a log, or name a period that is open.")
    before: list[Before] = []
    for each in range(index):
        before.append(_before(levels, each, measure, before))
    return reckon(levels.document, levels.report_for(measure(levels.document.periods[index].name)), before)


def _before(levels: ServiceLevels, index: int, measure: Callable[[str], Measured], earlier: Sequence[Before]) -> Before:
    result = levels.result(index)
    if result.assessed_at is not None:
        return Before(result.period, frozenset(result.failed), result.rate, True)
    if result.is_final:
        return reckon(levels.document, levels.final_report(index), earlier, result.stage).as_before()
    return reckon(levels.document, levels.report_for(measure(result.period)), earlier).as_before()


def _rate_with(month: Reckoning, level: Level, good: int, total: int) -> int:
    """The period's rate if one level came to another figure."""
    figures = list(month.report.figures)
    figures[level.index] = (good, total, 0)
    report = replace(month.report, figures=tuple(figures))
    return Reckoning(month.document, report, month.stage, month.before).rate


def _running(levels: ServiceLevels) -> int:
    time = now()
    for period in levels.document.periods:
        if period.start <= time < period.end:
            return period.index
    names = ", ".join(period.name for period in levels.document.periods) or "none"
    raise NotReady(f"No service period runs now: name one of {names}.")


def _misses(level: Level, good: int, total: int, failed: int) -> int | None:
    # A missed case is one of the total that is not good; where bad cases are counted, one of both.
    threshold = level.bands[failed].threshold
    if level.form.is_at_least:
        if threshold == 0:
            return None
        needed = good * PPM // threshold + 1 - total
    else:
        if threshold == PPM:
            return None
        needed = (threshold * total - good * PPM) // (PPM - threshold) + 1
    return max(1, needed, _to_sample(level, total))


def _mended_by(level: Level, good: int, total: int, failed: int) -> int | None:
    threshold = level.bands[failed - 1].threshold
    if level.form.is_at_least:
        lacking, gain = threshold * total - good * PPM, PPM - threshold
    else:
        lacking, gain = good * PPM - threshold * total, threshold
    if lacking > 0 and gain == 0:
        return None
    return max(1, -(-lacking // gain) if gain else 0, _to_sample(level, total))


def _to_sample(level: Level, total: int) -> int:
    """How many further cases there must be for the level to be judged."""
    return max(0, max(level.minimum_sample, 1) - total)
