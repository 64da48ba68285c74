"""What is measured: where a ticket log keeps things, and which tickets count for which figure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from workpact.measurement.errors import DefinitionError, ExpressionError
from workpact.measurement.expression import ExpressionRefused, columns_of

LOG_TYPE = "workpact-ticket-log"
RESOLUTION = "resolution_minutes"

_DIRECTIVES = set("YmdHMSIp")
_DATE_DIRECTIVES = set("Ymd")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Source(_Model):
    """Where a ticket log keeps a case's number, the order of its rows and its dates.

    Fields name columns of the log, except `time_format` (strptime directives), `time_zone` (the
    IANA zone of its clock; an hour that the clock repeats is read as the later one) and `missing`,
    the text that stands for 'no value' in a date column.
    """

    case: str = Field(min_length=1)
    order: str = Field(min_length=1)
    opened: str = Field(min_length=1)
    resolved: str = Field(min_length=1)
    attribution: str = Field(min_length=1)
    time_format: str = Field(min_length=1)
    time_zone: str = "UTC"
    missing: str = ""

    @field_validator("time_format")
    @classmethod
    def _fixes_a_date(cls, value: str) -> str:
        used = re.findall("%(.?)", value)
        if not _DATE_DIRECTIVES <= set(used) <= _DIRECTIVES:
            problem = f"is '{value}'; it needs %Y, %m and %d, and may have %H, %M, %S, %I, %p"
            raise PydanticCustomError("time_format", "{problem}", {"problem": problem})
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problem = f"is '{value}'; write an IANA name, like Europe/Rome"
            raise PydanticCustomError("time_zone", "{problem}", {"problem": problem}) from None
        return value

    def columns(self) -> dict[str, str]:
        """Each column that the source names, with the field that names it."""
        fields = ("case", "order", "opened", "resolved", "attribution")
        return {getattr(self, field): f"data source, {field}" for field in fields}


class Where(NamedTuple):
    """An expression and whose it is, as errors name it."""

    owner: str
    field: str
    text: str


class Level(_Model):
    """A service level as a ratio: of the cases that `total` selects, those that `good` selects.

    Where the agreement bounds a share from above, `good` selects what OpenSLO calls bad.
    """

    name: str = Field(min_length=1)
    good: str
    total: str

    def wheres(self) -> tuple[Where, ...]:
        """The expressions of `total` and `good`."""
        owner = f"level {self.name}"
        return Where(owner, "total", self.total), Where(owner, "good", self.good)


class Average(_Model):
    """A service level as a mean: the sum of a whole-number column over the cases that `where`
    selects and that have a value there, and their number."""

    name: str = Field(min_length=1)
    where: str
    column: str = Field(min_length=1)

    def wheres(self) -> tuple[Where, ...]:
        """The one expression."""
        return (Where(f"level {self.name}", "where", self.where),)


class Quantity(_Model):
    """A priced count: the cases that `where` selects."""

    name: str = Field(min_length=1)
    where: str

    def wheres(self) -> tuple[Where, ...]:
        """The one expression."""
        return (Where(f"quantity {self.name}", "where", self.where),)


class Definition(_Model):
    """All that turns a log and a period into figures. Equal on both sides, as it is signed."""

    source: Source
    levels: tuple[Level | Average, ...]
    quantities: tuple[Quantity, ...] = ()

    def wheres(self) -> list[Where]:
        """Every expression of the levels and the quantities."""
        wheres = [where for level in self.levels for where in level.wheres()]
        return wheres + [where for quantity in self.quantities for where in quantity.wheres()]

    def columns(self) -> dict[str, str]:
        """Each column that the source or an average names, with where it is named."""
        averages = (level for level in self.levels if isinstance(level, Average))
        named = {level.column: f"level {level.name}, average" for level in averages}
        return named | self.source.columns()


class Period(_Model):
    """A service period: instants `start` ≤ t < `end`, in seconds since 1970-01-01 UTC."""

    name: str = Field(min_length=1)
    start: int
    end: int

    @classmethod
    def month(cls, name: str) -> Self:
        """The calendar month `YYYY-MM` in UTC."""
        try:
            first = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
        except ValueError:
            raise DefinitionError("period", name, "is not a month; write 2016-03") from None
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return cls(name=name, start=int(first.timestamp()), end=int(following.timestamp()))


def definition_from(
    data_source: Mapping[str, Any],
    objectives: Iterable[Mapping[str, Any]],
    quantities: Mapping[str, Mapping[str, Any]] | None = None,
) -> Definition:
    """Build a definition from OpenSLO objects as plain mappings.

    `data_source` is a DataSource of type `workpact-ticket-log`. `objectives` are SLOs with a
    `ratioMetric` of `total` and `good` or `bad`, or with a `thresholdMetric` whose spec has an
    `average`. `quantities` maps the name of each priced quantity to its metricSource. Order is
    kept: figures stand in it. Raises `DefinitionError` or, for a `where`, `ExpressionError`,
    naming the object and the field.
    """
    name = _at(data_source, "data source", "metadata", "name")
    source = _source(data_source)
    levels = tuple(_level(objective, name) for objective in objectives)
    counts = tuple(
        Quantity(name=item, where=_where(metric, name, f"quantity {item}", "where"))
        for item, metric in (quantities or {}).items()
    )
    _require_distinct([level.name for level in levels])
    return Definition(source=source, levels=levels, quantities=counts)


def _level(objective: Mapping[str, Any], data_source: str) -> Level | Average:
    name = _at(objective, "level", "metadata", "name")
    owner = f"level {name}"
    spec = _at(objective, owner, "spec", "indicator", "spec")
    if "thresholdMetric" in spec:
        metric = _at(spec, owner, "thresholdMetric", "metricSource")
        where = _where(metric, data_source, owner, "where")
        return Average(name=name, where=where, column=_at(metric, owner, "spec", "average"))
    ratio = _at(spec, owner, "ratioMetric")
    numerator = "bad" if "bad" in ratio else "good"
    if {"good", "bad"} <= set(ratio):
        raise DefinitionError(owner, "ratioMetric", "has good and bad; keep the one to be counted")
    wheres = {
        field: _where(_at(ratio, owner, part, "metricSource"), data_source, owner, part)
        for field, part in (("total", "total"), ("good", numerator))
    }
    return Level(name=name, **wheres)


def _source(data_source: Mapping[str, Any]) -> Source:
    kind = _at(data_source, "data source", "spec", "type")
    if kind != LOG_TYPE:
        raise DefinitionError("data source", "spec.type", f"is '{kind}', expected '{LOG_TYPE}'")
    return source_from(_at(data_source, "data source", "spec", "connectionDetails"))


def source_from(details: Any) -> Source:
    """The source that connectionDetails describe. Raises `DefinitionError` with the field."""
    try:
        return Source.model_validate(details)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in ("spec.connectionDetails", *first["loc"]))
        raise DefinitionError("data source", field, first["msg"]) from None


def _where(metric: Any, data_source: str, owner: str, field: str) -> str:
    reference = _at(metric, owner, "metricSourceRef")
    if reference != data_source:
        problem = f"metricSourceRef is '{reference}', but the data source is '{data_source}'"
        raise DefinitionError(owner, field, problem)
    if metric.get("type", LOG_TYPE) != LOG_TYPE:
        raise DefinitionError(owner, field, f"type is '{metric['type']}', expected '{LOG_TYPE}'")
    where = _at(metric, owner, "spec", "where")
    text = str(where).lower() if isinstance(where, bool) else str(where)
    try:
        columns_of(text)
    except ExpressionRefused as refusal:
        raise ExpressionError(owner, field, text, str(refusal)) from None
    return text


def _require_distinct(names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DefinitionError("level", "metadata.name", f"'{repeated[0]}' is used more than once")


def _at(mapping: Any, owner: str, *keys: str) -> Any:
    """The value at a path of keys, or an error that names the path."""
    value = mapping
    for position, key in enumerate(keys):
        if not isinstance(value, Mapping) or key not in value:
            raise DefinitionError(owner, ".".join(keys[: position + 1]), "is missing")
        value = value[key]
    return value
