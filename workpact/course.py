"""How an agreement's service levels went, period by period, with the credits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workpact.preflight import NotReady
from workpact.reckoning import Reckoning
from workpact.service_levels import ServiceLevels
from workpact.service_state import ReportUnknown
from workpact.terms import Level


@dataclass(frozen=True)
class Mark:
    """What one level came to in one period."""

    index: int
    """The period's."""
    good: int | None
    """None, with `total`, where there are no figures: a default, or a report that is in no call that can be read."""
    total: int | None
    failed: bool
    is_final: bool


@dataclass(frozen=True)
class Bill:
    """The credit of one period, in the token's smallest unit."""

    index: int
    credit_units: int
    is_final: bool


@dataclass(frozen=True)
class Course:
    """How an agreement's levels went so far."""

    title: str
    periods: tuple[str, ...]
    """Names of all periods."""
    marks: tuple[tuple[Level, tuple[Mark, ...]], ...]
    bills: tuple[Bill, ...]
    money: Callable[[int], str]
    symbol: str
    decimals: int

    @property
    def drawn(self) -> list[int]:
        """Numbers of the periods that there is something of, in order."""
        found = {mark.index for _, marks in self.marks for mark in marks} | {bill.index for bill in self.bills}
        return sorted(found)

    @property
    def shown(self) -> list[str]:
        """Their names."""
        return [self.periods[index] for index in self.drawn]


def course_of(levels: ServiceLevels, month: Reckoning | None = None) -> Course:
    """All periods with final figures, from the chain, and `month` as it is reckoned. Raises `NotReady` if none is."""
    document = levels.document
    marks: list[list[Mark]] = [[] for _ in document.levels]
    bills = []
    for period in document.periods:
        result = levels.result(period.index)
        if not result.is_final:
            continue
        figures = _figures(levels, period.index)
        for number, level in enumerate(document.levels):
            good, total = figures[number] if number < len(figures) else (None, None)
            marks[number].append(Mark(period.index, good, total, level.name in result.failed, True))
        if result.assessed_at is not None:
            bills.append(Bill(period.index, levels.credit(period.index).credit_units, True))
    if month is not None:
        index = month.report.period
        for number, each in enumerate(month.levels):
            good, total = each.figure or (None, None)
            marks[number].append(Mark(index, good, total, each.failed > 0, False))
        bills.append(Bill(index, month.credit.credit_units, False))
    if not any(marks):
        raise NotReady("No period is final yet: give the log of the running one to draw it.")
    money, token = levels.agreement.money, document.token
    together = tuple(zip(document.levels, map(tuple, marks), strict=True))
    names = tuple(period.name for period in document.periods)
    return Course(document.title, names, together, tuple(bills), money, token.symbol, token.decimals)


def _figures(levels: ServiceLevels, index: int) -> tuple[tuple[int, int], ...]:
    try:
        return tuple((good, total) for good, total, _ in levels.final_report(index).figures)
    except ReportUnknown:
        return ()
