"""Any definition once more in plain integers: no SQL, no Ibis (SPEC 8.10).

What is drawn for a test is interpreted here as it was drawn, and is handed to the measurement as OpenSLO objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from tests.measurement.conditions import COMPARISONS, Expr, whole_in

Row = Mapping[str, str]
MISSING = "?"
PPM = 1_000_000
NUMBERS = ("n",)
DATES = ("opened", "closed")


@dataclass(frozen=True)
class Moment:
    """A date of the final row, or the time of the first or last row that meets a condition."""

    column: str | None = None
    first: Expr | None = None
    last: Expr | None = None


@dataclass(frozen=True)
class Hours:
    """Openings are (first weekday, last weekday, from minute, to minute)."""

    weekly: tuple[tuple[int, int, int, int], ...]
    holidays: tuple[date, ...]


@dataclass(frozen=True)
class Clock:
    name: str
    unit: int
    start: Moment
    end: Moment
    pause: Expr | None
    hours: Hours | None


@dataclass(frozen=True)
class Level:
    """`good` and `total`, or of an average `column` and `total`, or of a limit `column`, `op` and `limit`."""

    name: str
    total: Expr
    good: Expr | None = None
    bad: bool = False
    column: str | None = None
    op: str | None = None
    limit: int = 0
    exclusions: tuple[tuple[str, Expr], ...] = ()
    slices: tuple[int, int] | None = None
    weight: str | None = None

    def value(self, scope: dict[str, Any]) -> int | None:
        """What a case adds to good; of a share 1 or 0."""
        found: int | None = scope[self.column] if self.column else None
        if self.good:
            return int(self.good.value(scope) is True)
        return found if self.op is None or found is None else int(COMPARISONS[self.op](found, self.limit))


@dataclass(frozen=True)
class Drawn:
    """A definition: how rows are read, and what is counted."""

    zone: ZoneInfo
    form: str
    case: tuple[str, ...]
    order: bool
    at: bool
    drop: Expr | None
    attribution: Moment
    clocks: tuple[Clock, ...]
    levels: tuple[Level, ...]
    quantities: tuple[tuple[Expr, str | None], ...] = ()


@dataclass
class Case:
    """Its rows in order, with the time of each and the place in the file; its clocks."""

    rows: list[tuple[int | None, int, Row]]
    attributed: int | None = None
    scope: dict[str, Any] = field(default_factory=dict)


def seconds(text: str, drawn: Drawn) -> int | None:
    """The instant that a date is; a repeated hour is the later one, a skipped one is counted on from before."""
    if text == MISSING:
        return None
    moment = datetime.fromisoformat(text) if drawn.form == "ISO" else datetime.strptime(text, drawn.form)  # noqa: DTZ007
    return instant(moment, drawn.zone) if moment.tzinfo is None else _since_1970(moment)


def instant(local: datetime, zone: ZoneInfo) -> int:
    """Of the two instants that a clock's time may stand for where it changes, the one by the lesser offset."""
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
    return _since_1970(local.replace(tzinfo=timezone(min(offset for offset in offsets if offset is not None))))


def _since_1970(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def scope_of(row: Row) -> dict[str, Any]:
    """What conditions on a row read."""
    return dict(row) | {name: whole_in(row[name], MISSING) for name in NUMBERS}


def is_read(row: Row, drawn: Drawn) -> bool:
    """Whether a row is not dropped."""
    return drawn.drop is None or drawn.drop.value(scope_of(row)) is not True


def cases_of(rows: list[Row], drawn: Drawn, start: int, end: int) -> list[Case]:
    """The period's cases, in no order."""
    found: dict[Any, Case] = {}
    for place, row in enumerate(rows):
        if not is_read(row, drawn):
            continue
        is_grouped = drawn.order or drawn.at
        key = tuple(row[name] for name in drawn.case) if is_grouped else place
        time = seconds(row["written"], drawn) if drawn.at else None
        found.setdefault(key, Case([])).rows.append((time, place, row))
    for case in found.values():
        case.rows.sort(key=lambda each: (int(each[2]["seq"]) if drawn.order else each[0] or 0, each[1]))
        case.attributed = _moment(drawn.attribution, case, drawn)
    chosen = [case for case in found.values() if case.attributed is not None and start <= case.attributed < end]
    for case in chosen:
        case.scope = scope_of(case.rows[-1][2])
        case.scope |= {clock.name: _span(clock, case, drawn) for clock in drawn.clocks}
    return chosen


def _moment(moment: Moment, case: Case, drawn: Drawn) -> int | None:
    if moment.column is not None:
        return seconds(case.rows[-1][2][moment.column], drawn)
    condition = moment.first or moment.last
    assert condition is not None
    times = [time for time, _, row in case.rows if condition.value(scope_of(row)) is True]
    return times[0 if moment.first else -1] if times else None


def _span(clock: Clock, case: Case, drawn: Drawn) -> int | None:
    start, end = _moment(clock.start, case, drawn), _moment(clock.end, case, drawn)
    if start is None or end is None:
        return None
    span = _running(start, end, clock.hours, drawn.zone)
    for (begun, _, row), (following, _, _) in zip(case.rows, case.rows[1:], strict=False):
        if clock.pause and clock.pause.value(scope_of(row)) is True:
            assert begun is not None
            assert following is not None
            low, high = max(begun, start), min(following, end)
            span -= _running(low, high, clock.hours, drawn.zone) if low < high else 0
    return span // clock.unit


def _running(start: int, end: int, hours: Hours | None, zone: ZoneInfo) -> int:
    """The seconds from `start` to `end` that count; negative backwards."""
    if hours is None:
        return end - start
    if end < start:
        return -_running(end, start, hours, zone)
    spans = sorted(span for day in _days(start, end) for span in _open(day, hours, zone))
    total, reached = 0, start
    for opened, closed in spans:
        low, high = max(opened, reached), min(closed, end)
        if low < high:
            total, reached = total + high - low, high
    return total


def _days(start: int, end: int) -> list[date]:
    first = date(1970, 1, 1) + timedelta(days=start // 86_400 - 2)
    return [first + timedelta(days=each) for each in range((end - start) // 86_400 + 5)]


def _open(day: date, hours: Hours, zone: ZoneInfo) -> list[tuple[int, int]]:
    if day in hours.holidays:
        return []
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a clock's time
    return [
        (instant(midnight + timedelta(minutes=low), zone), instant(midnight + timedelta(minutes=high), zone))
        for first, last, low, high in hours.weekly
        if first <= day.weekday() <= last
    ]


@dataclass
class Counted:
    """What a level comes to; without one where what would be reported is negative."""

    good: int
    total: int
    excluded: dict[str, int]
    is_refused: bool


def figure_of(level: Level, cases: list[Case], start: int) -> Counted:
    """A level's figure over the cases of a period that begins at `start`."""
    excluded = {reason: 0 for reason, _ in level.exclusions}
    counted: list[tuple[int, int, int]] = []
    is_refused = False
    for case in cases:
        value, weight = level.value(case.scope), case.scope[level.weight] if level.weight else 1
        if level.total.value(case.scope) is not True or value is None or weight is None:
            continue
        is_refused |= weight < 0
        reasons = [reason for reason, where in level.exclusions if where.value(case.scope) is True]
        if reasons:
            excluded[reasons[0]] += weight
        else:
            assert case.attributed is not None
            counted.append((case.attributed - start, value * weight, weight))
    good, total = sum(value for _, value, _ in counted), sum(weight for _, _, weight in counted)
    if level.slices is not None:
        good, total = _by_slices(level, *level.slices, counted)
    return Counted(good, total, excluded, is_refused or good < 0)


def _by_slices(level: Level, length: int, target: int, counted: list[tuple[int, int, int]]) -> tuple[int, int]:
    slices: dict[int, tuple[int, int]] = {}
    for second, value, weight in counted:
        good, total = slices.get(second // length, (0, 0))
        slices[second // length] = good + value, total + weight
    filled = [(good, total) for good, total in slices.values() if total]
    if level.bad:
        return sum(good * PPM > total * (PPM - target) for good, total in filled), len(filled)
    return sum(good * PPM >= total * target for good, total in filled), len(filled)


def quantity_of(where: Expr, weight: str | None, cases: list[Case]) -> int | None:
    """The count, None where it is refused."""
    weights = [case.scope[weight] if weight else 1 for case in cases if where.value(case.scope) is True]
    known = [each for each in weights if each is not None]
    return None if any(each < 0 for each in known) else sum(known)
