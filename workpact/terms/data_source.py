"""OpenSLO's DataSource: how a log of any schema is read. Conditions are SQL over its columns.

The document says what the log looks like; where it lies is given when it is measured.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from workpact.terms.fields import Duration, Line, Model, Name, Prose, Zone, failed

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ISO = "ISO"
DEFAULT_LAG = 7 * 86_400

_DIRECTIVES = set("YymdHMSIpfz")
_MATCHER = r'[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"'
_SELECTOR = re.compile(rf"[a-zA-Z_:][\w:]*(?:\s*\{{(?:\s*{_MATCHER}\s*(?:,\s*{_MATCHER}\s*)*,?)?\s*\}})?", re.ASCII)
_OPENING = re.compile(r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _time_format(value: str) -> str:
    used = re.findall("%(.?)", value)
    years = [directive for directive in used if directive in "Yy"]
    fixed = len(years) == 1 and {"m", "d"} <= set(used) <= _DIRECTIVES and len(used) == len(set(used))
    if value != ISO and (not fixed or ("I" in used) != ("p" in used) or {"H", "I"} <= set(used)):
        raise failed(
            "BadDate",
            f"is {value!r}, by which no date can be read",
            "write ISO, or %Y (or %y), %m and %d, perhaps with %H, %M, %S, %f, %z, or %I with %p",
        )
    return value


def _day(value: str) -> str:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise failed("BadDate", f"{value!r} is not a day", 'write it like "2016-12-26"')


def _opening(value: str) -> str:
    opening(value)
    return value


def opening(text: str) -> tuple[range, int, int]:
    """The weekdays (Monday is 0) of opening hours like `Mon-Fri 09:00-17:30`, and minutes of the day from and to."""
    found = _OPENING.fullmatch(text)
    if found and {found["first"], found["last"] or found["first"]} <= set(WEEKDAYS):
        first, last = (WEEKDAYS.index(found[part] or found["first"]) for part in ("first", "last"))
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in found.groups()[2:])
        start, end = 60 * from_hour + from_minute, 60 * to_hour + to_minute
        if first <= last and max(from_minute, to_minute) < 60 and start < end <= 24 * 60:
            return range(first, last + 1), start, end
    raise failed(
        "BadDate", f"{text!r} are not opening hours", 'write them like "Mon-Fri 09:00-17:30", to 24:00 at most'
    )


def _selector(value: str) -> str:
    if not _SELECTOR.fullmatch(value):
        raise failed(
            "BadValue",
            f"{value!r} is not a metric's name with matchers of labels",
            'write one like probe_success{job="desk"}; rate() and increase() would give fractions on which two sides '
            "differ: the column increase counts whole ones",
        )
    return value


TimeFormat = Annotated[Line, AfterValidator(_time_format)]
Opening = Annotated[Line, AfterValidator(_opening)]
Holiday = Annotated[Line, AfterValidator(_day)]
Selector = Annotated[Line, AfterValidator(_selector)]
_LIST = (
    BeforeValidator(_one_or_more),
    PlainSerializer(lambda value: value[0] if len(value) == 1 else list(value)),
)
Columns = Annotated[tuple[Line, ...], Field(min_length=1), *_LIST]
Selectors = Annotated[tuple[Selector, ...], *_LIST]


class Moment(Model):
    """An instant of a case: a date in a column of its final row, or the time of its first or last row that meets a
    condition. In the file a plain text is a column."""

    column: Line | None = None
    first: Prose | None = None
    last: Prose | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one(self) -> Moment:
        if [self.column, self.first, self.last].count(None) != 2:
            raise failed("BadValue", "is not one moment", "write a column, or {first: condition}, or {last: condition}")
        return self

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> Any:
        return self.column or handler(self)


class Hours(Model):
    """When a clock runs: weekly opening hours and days that are closed, in a time zone (else the document's)."""

    weekly: tuple[Opening, ...] = Field(min_length=1)
    holidays: tuple[Holiday, ...] = ()
    time_zone: Zone | None = None


class Clock(Model):
    """A span of each case as a whole number, floored: a column of its own in conditions and averages.

    Not counted is the time from a row that meets `pause` to the case's next row. Without `hours` it runs day and night.
    """

    name: Line
    unit: Literal["seconds", "minutes"]
    from_: Moment = Field(alias="from")
    to: Moment
    pause: Prose | None = None
    hours: Hours | None = None


class ConnectionDetails(Model):
    """How to read a log: its columns by role.

    Rows that share `case` (one column or several) are one case. Its final row has the highest `order`, a whole number,
    or else the latest `at`, a row's time; without both every row is a case of its own. `attribution` decides the period
    that a case belongs to. Rows that meet `drop` are not read. Of a database the rows are those of `table`, of a
    Prometheus the raw samples of `series`.
    """

    table: Line | None = None
    series: Selectors = ()
    case: Columns
    order: Line | None = None
    at: Line | None = None
    attribution: Moment
    time_format: TimeFormat
    missing: Line | None = None
    drop: Prose | None = None
    whole_numbers: tuple[Line, ...] = ()
    clocks: tuple[Clock, ...] = ()
    columns: tuple[Line, ...] = ()
    max_lag: Duration = DEFAULT_LAG

    @model_validator(mode="after")
    def _fits(self) -> ConnectionDetails:
        names = [clock.name.lower() for clock in self.clocks]
        if len(set(names)) < len(names):
            raise failed("BadName", "has two clocks of one name", "give each a name of its own")
        moments = [self.attribution, *(moment for clock in self.clocks for moment in (clock.from_, clock.to))]
        if self.at is None and any(moment.column is None for moment in moments):
            raise failed("BadValue", "asks for the time of a row, and has none", "name its column as at")
        if self.at is None and any(clock.pause for clock in self.clocks):
            raise failed("BadValue", "has a pause, which ends at the next row's time", "name its column as at")
        return self


class DataSourceSpec(Model):
    """A log: a file, a table of a database, or samples of a Prometheus."""

    type: Literal["workpact-log"]
    description: Prose | None = None
    connection_details: ConnectionDetails


class Named(Model):
    """Metadata of an OpenSLO object."""

    name: Name
    display_name: Line | None = None


class DataSource(Model):
    """OpenSLO DataSource."""

    api_version: Literal["openslo/v1"]
    kind: Literal["DataSource"]
    metadata: Named
    spec: DataSourceSpec
