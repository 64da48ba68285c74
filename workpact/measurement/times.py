"""Dates in a log as whole seconds since 1970-01-01 UTC, as Ibis expressions: cut from the text and counted.

No engine's own dates are used, so no engine's time zone, locale or leniency either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from workpact.measurement.translation import floored, remainder
from workpact.terms.data_source import ISO, Hours, opening

DAY = 86_400
_DAYS_TO_1970 = 719_468
_LONE = "[0-9]{1,2}"
_NUMBER = {"Y": "[0-9]{4}", "y": "[0-9]{2}", "f": "[0-9]{1,9}", "p": "[AaPp][Mm]"}
_TWO = "[0-9]{2}"
_OFFSET = "[Zz]|[-+][0-9]{2}:?[0-9]{2}|[-+][0-9]{2}"
# Directives with what they match, and between them, without a name, what else does.
_ISO = [
    ("Y", "[0-9]{4}"), ("", "-"), ("m", _TWO), ("", "-"), ("d", _TWO),
    ("", "(?:[Tt ]"), ("H", _TWO), ("", ":"), ("M", _TWO),
    ("", "(?::"), ("S", _TWO), ("", "(?:[.,][0-9]{1,9})?)?"), ("z", _OFFSET), ("", "?)?"),
]  # fmt: skip


def parts_of(text: ir.StringValue, time_format: str) -> dict[str, Any]:
    """What a text has for each directive of a format (strptime's, or ISO 8601), NULL where it does not match."""
    pieces = _ISO if time_format == ISO else _pieces(time_format)
    parts = {}
    for wanted, _ in pieces:
        if wanted:
            # One group at a time: PostgreSQL takes twenty times as long for five.
            grouped = (f"({'' if name == wanted else '?:'}{piece})" if name else piece for name, piece in pieces)
            part = text.re_extract(f"^{''.join(grouped)}$", 1).nullif("")
            parts[wanted] = part if wanted in "pz" else part.cast("int64")
    return parts


def spark_text(moment: ir.TimestampValue) -> Any:
    """A typed time of Spark as other engines write it in UTC: `+00` after one with a zone. They are one to Ibis."""
    text = moment.cast("string")
    return ibis.ifelse(_typeof(moment) == "timestamp", text + "+00", text)


@ibis.udf.scalar.builtin(name="typeof")  # type: ignore[untyped-decorator]
def _typeof(moment: datetime) -> str:  # type: ignore[empty-body]
    """Spark's name of a value's type."""


def seconds_of(parts: Mapping[str, Any]) -> Any:
    """The seconds since 1970-01-01 that a clock of UTC has where it shows these parts; NULL if it never does."""

    def number(name: str) -> Any:
        zero = ibis.literal(0, "int64")
        return ibis.coalesce(parts[name], zero) if name in parts else zero

    year, month, day = (number(name) for name in ("Y", "m", "d"))
    if "y" in parts:
        year = parts["y"] + ibis.ifelse(parts["y"] < 69, 2000, 1900)
    hour = number("H")
    if "p" in parts:
        hour = remainder(number("I"), 12) + ibis.ifelse(parts["p"].isin(["PM", "pm", "Pm", "pM"]), 12, 0)
    valid = parts["d"].notnull() & _is_date(year, month, day)
    valid = valid & (number("H") < 24) & (number("M") < 60) & (number("S") < 60)
    if "p" in parts:
        valid = valid & number("I").between(1, 12)
    seconds = _days(year, month, day) * DAY + hour * 3600 + number("M") * 60 + number("S")
    return ibis.ifelse(valid, seconds, ibis.null("int64"))


def offset_of(parts: Mapping[str, Any]) -> Any:
    """The seconds that the written clock is ahead of UTC, NULL where it is not written; None if it never is."""
    return _offset(parts["z"]) if "z" in parts else None


def zone_offset(local: ir.IntegerValue, zone: ZoneInfo, first: int, last: int) -> Any:
    """What a zone's clock is ahead of UTC, when it shows `local`; an hour that it shows twice is the later one.

    `first` and `last` bound what `local` may be.
    """
    changes = _changes(zone, first - 2 * DAY, last + 2 * DAY)
    start = _offset_at(zone, first - 2 * DAY)
    offsets = [start, *(after for _, after in changes)]
    return stepwise(
        local, [moment + after for moment, after in changes], lambda step: ibis.literal(offsets[step], "int64")
    )


def to_utc(local: int, zone: ZoneInfo) -> int:
    """As `zone_offset`, for one number."""
    changes = _changes(zone, local - 2 * DAY, local + 2 * DAY)
    offset = _offset_at(zone, local - 2 * DAY)
    for moment, after in changes:
        offset = after if local >= moment + after else offset
    return local - offset


def open_seconds(hours: Hours, zone: ZoneInfo, first: int, last: int) -> Callable[[Any], Any]:
    """How long it was open up to an instant between `first` and `last`, from some moment before."""
    spans = _open_spans(hours, zone, first, last)
    starts = [start for start, _ in spans]
    before = [0]
    for start, end in spans:
        before.append(before[-1] + end - start)

    def elapsed(moment: Any) -> Any:
        def within(step: int) -> Any:
            if step == 0:
                return ibis.literal(0, "int64")
            start, end = spans[step - 1]
            return before[step - 1] + ibis.least(moment - start, ibis.literal(end - start, "int64"))

        # A moment that is missing is before no point, and LEAST would pass it over.
        return ibis.ifelse(moment.notnull(), stepwise(moment, starts, within), ibis.null("int64"))

    return elapsed


def stepwise(value: Any, points: Sequence[int], result: Callable[[int], Any], low: int = 0) -> Any:
    """`result(n)` where n is how many of the rising `points` are at most `value`."""
    if not points:
        return result(low)
    middle = len(points) // 2
    below = stepwise(value, points[:middle], result, low)
    above = stepwise(value, points[middle + 1 :], result, low + middle + 1)
    return ibis.ifelse(value < points[middle], below, above)


def _pieces(time_format: str) -> list[tuple[str, str]]:
    """The directives of a format and what stands between them, each with the regular expression of it."""
    pieces, rest = [("", "")], time_format
    while rest:
        if rest.startswith("%"):
            lone = rest[2:3] not in ("%", *"0123456789") and not pieces[-1][0]
            pieces.append((rest[1], _OFFSET if rest[1] == "z" else _NUMBER.get(rest[1], _LONE if lone else _TWO)))
            rest = rest[2:]
        else:
            pieces.append(("", rest[0] if re.fullmatch(r"[\w\s,/:;-]", rest[0]) else f"[{rest[0]}]"))
            rest = rest[1:]
    return pieces


def _is_date(year: Any, month: Any, day: Any) -> Any:
    leap = (remainder(year, 4) == 0) & ((remainder(year, 100) != 0) | (remainder(year, 400) == 0))
    february = 28 + ibis.ifelse(leap, 1, 0)
    length = ibis.ifelse(month == 2, february, ibis.ifelse(month.isin([4, 6, 9, 11]), 30, 31))
    return (year >= 1970) & month.between(1, 12) & (day >= 1) & (day <= length)


def _days(year: Any, month: Any, day: Any) -> Any:
    """Days from 1970-01-01, by the Gregorian calendar with years that begin in March."""
    march = ibis.ifelse(month <= 2, year - 1, year)
    of_year = floored(153 * remainder(month + 9, 12) + 2, 5) + day - 1
    return march * 365 + floored(march, 4) - floored(march, 100) + floored(march, 400) + of_year - _DAYS_TO_1970


def _offset(text: Any) -> Any:
    digits = ibis.ifelse(text.re_search("^[-+]"), text.re_replace("[-+:]", ""), ibis.literal("00"))
    minutes = ibis.coalesce(digits.substr(2, 2).nullif("").cast("int64"), ibis.literal(0, "int64"))
    size = digits.substr(0, 2).cast("int64") * 3600 + minutes * 60
    signed = ibis.ifelse(text.startswith("-"), -size, size)
    return ibis.ifelse(text.isnull(), ibis.null("int64"), signed)


def _offset_at(zone: ZoneInfo, moment: int) -> int:
    offset = datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _changes(zone: ZoneInfo, first: int, last: int) -> list[tuple[int, int]]:
    """The instants in which a zone's clock changes, with its offset from then on."""
    found = []
    for start in range(first, last, DAY):
        end = min(start + DAY, last)
        while _offset_at(zone, start) != _offset_at(zone, end):
            low, high = start, end
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset_at(zone, middle) == _offset_at(zone, start) else (low, middle)
            found.append((high, _offset_at(zone, high)))
            start = high
    return found


def _open_spans(hours: Hours, zone: ZoneInfo, first: int, last: int) -> list[tuple[int, int]]:
    """When it is open, in UTC: spans that do not touch, in order."""
    closed = set(hours.holidays)
    found = []
    day = datetime.fromtimestamp(first, UTC).date() - timedelta(days=2)
    while day <= datetime.fromtimestamp(last, UTC).date() + timedelta(days=2):
        for weekdays, start, end in map(opening, hours.weekly):
            if day.weekday() in weekdays and day.isoformat() not in closed:
                found.append((_instant(day, start, zone), _instant(day, end, zone)))
        day += timedelta(days=1)
    spans: list[tuple[int, int]] = []
    # Where a clock skips an hour, what it would have shown first comes later.
    for start, end in sorted(found):
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        elif end > start:
            spans.append((start, end))
    return spans


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return to_utc(midnight + 60 * minute, zone)
