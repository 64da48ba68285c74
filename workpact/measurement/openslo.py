"""OpenSLO objects, as plain mappings, read as what is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workpact.measurement.definition import Average, Definition, Level, Quantity
from workpact.measurement.errors import DefinitionError
from workpact.terms.data_source import ConnectionDetails
from workpact.terms.levels import slices_of, within
from workpact.terms.openslo import Exclusion, Objective

LOG_TYPE = "workpact-log"

Part = TypeVar("Part", bound=BaseModel)


def definition_from(
    data_source: Mapping[str, Any],
    objectives: Iterable[Mapping[str, Any]],
    quantities: Mapping[str, Mapping[str, Any]] | None = None,
    time_zone: str = "UTC",
) -> Definition:
    """Build a definition from OpenSLO objects as plain mappings.

    `data_source` is a DataSource of type `workpact-log`. `objectives` are SLOs with a
    `ratioMetric` of `total` and `good` or `bad`, or with a `thresholdMetric` whose spec has an
    `average`, or a `column` that is compared with the objective's value. `quantities` maps the
    name of each priced quantity to its metricSource. Order is kept: figures stand in it. Raises
    `DefinitionError` or, for a `where`, `ExpressionError`, naming the object and the field.
    """
    name = _at(data_source, "data source", "metadata", "name")
    source = _source(data_source)
    _require_zone(time_zone)
    levels = tuple(_level(objective, name) for objective in objectives)
    counts = tuple(
        Quantity(
            name=item, where=_where(metric, name, f"quantity {item}", "where"), weight=metric["spec"].get("weight")
        )
        for item, metric in (quantities or {}).items()
    )
    _require_distinct([level.name for level in levels])
    return Definition(source=source, levels=levels, quantities=counts, time_zone=time_zone).require_sound()


def _level(slo: Mapping[str, Any], data_source: str) -> Level | Average:
    name = _at(slo, "level", "metadata", "name")
    owner = f"level {name}"
    spec = _at(slo, owner, "spec", "indicator", "spec")
    if "thresholdMetric" not in spec:
        return _ratio(slo, _at(spec, owner, "ratioMetric"), data_source)
    metric = _at(spec, owner, "thresholdMetric", "metricSource")
    where, exclusions = _where(metric, data_source, owner, "where"), _exclusions(metric, owner)
    if "column" not in metric["spec"]:
        if _is_sliced(slo):
            raise DefinitionError(owner, "budgetingMethod", "is Timeslices of an average; write Occurrences")
        if "weight" in metric["spec"]:
            raise DefinitionError(owner, "weight", "weighs an average; leave it out, or write a ratioMetric")
        return Average(name=name, where=where, column=_at(metric, owner, "spec", "average"), exclusions=exclusions)
    objective = _objective(slo, owner)
    if objective.op is None or objective.value is None:
        problem = "has no op and value to compare a column with; write op: lte and value: 240"
        raise DefinitionError(owner, "objectives[0]", problem)
    good, total = within(where, str(metric["spec"]["column"]), objective.op, objective.value)
    weight, slices = metric["spec"].get("weight"), _slices(slo, owner)
    return Level(name=name, good=good, total=total, weight=weight, exclusions=exclusions, slices=slices)


def _ratio(slo: Mapping[str, Any], ratio: Mapping[str, Any], data_source: str) -> Level:
    name = slo["metadata"]["name"]
    owner = f"level {name}"
    numerator = "bad" if "bad" in ratio else "good"
    if {"good", "bad"} <= set(ratio):
        raise DefinitionError(owner, "ratioMetric", "has good and bad; keep the one to be counted")
    wheres = {
        field: _where(_at(ratio, owner, part, "metricSource"), data_source, owner, part)
        for field, part in (("total", "total"), ("good", numerator))
    }
    for key, verb in (("exclude", "excludes"), ("weight", "weighs")):
        if key in ratio[numerator]["metricSource"]["spec"]:
            raise DefinitionError(owner, numerator, f"{verb} cases; write {key} at total")
    return Level(
        name=name,
        **wheres,
        weight=ratio["total"]["metricSource"]["spec"].get("weight"),
        counts_bad=numerator == "bad",
        exclusions=_exclusions(ratio["total"]["metricSource"], owner),
        slices=_slices(slo, owner),
    )


def _exclusions(metric: Mapping[str, Any], owner: str) -> tuple[Exclusion, ...]:
    written = metric["spec"].get("exclude", [])
    if not isinstance(written, list):
        raise DefinitionError(owner, "exclude", "is no list; write - {reason: planned-outage, where: condition}")
    return tuple(_read(Exclusion, _texts(each), owner, f"exclude[{index}]") for index, each in enumerate(written))


def _is_sliced(slo: Mapping[str, Any]) -> bool:
    return bool(slo["spec"].get("budgetingMethod") == "Timeslices")


def _slices(slo: Mapping[str, Any], owner: str) -> Any:
    if not _is_sliced(slo):
        return None
    objective = _objective(slo, owner)
    if objective.time_slice_window is None or objective.time_slice_target is None:
        problem = "has no length and share of a slice; write timeSliceWindow: 1h and timeSliceTarget: 0.95"
        raise DefinitionError(owner, "objectives[0]", problem)
    return slices_of(objective.time_slice_window, objective.time_slice_target)


def _objective(slo: Mapping[str, Any], owner: str) -> Objective:
    objectives = _at(slo, owner, "spec", "objectives")
    if not isinstance(objectives, list) or len(objectives) != 1:
        raise DefinitionError(owner, "objectives", "is not one objective; write a second level as a second SLO")
    return _read(Objective, _texts(objectives[0]), owner, "objectives[0]")


def _source(data_source: Mapping[str, Any]) -> ConnectionDetails:
    kind = _at(data_source, "data source", "spec", "type")
    if kind != LOG_TYPE:
        raise DefinitionError("data source", "spec.type", f"is '{kind}', expected '{LOG_TYPE}'")
    details = _at(data_source, "data source", "spec", "connectionDetails")
    return _read(ConnectionDetails, details, "data source", "spec.connectionDetails")


def _read(model: type[Part], written: Any, owner: str, field: str) -> Part:
    """A part of an object as the terms read it."""
    try:
        return model.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in (field, *first["loc"]))
        raise DefinitionError(owner, path, _problem(first)) from None


def _problem(detail: ErrorDetails) -> str:
    """What is wrong, and what to write."""
    context = detail.get("ctx", {})
    if "problem" in context:
        return f"{context['problem']}; {context['advice']}"
    match detail["type"]:
        case "missing":
            return f"is missing; add {detail['loc'][-1]}:"
        case "extra_forbidden":
            return "is no key of the format; leave it out, or spell it as docs/agreement-file.md does"
        case "literal_error":
            return f"{detail['input']!r} is not known here; write {context['expected']}"
    return f"is {detail['input']!r}, which has another form; write it as docs/agreement-file.md does"


def _texts(written: Any) -> Any:
    """The values of a mapping as a file writes them; YAML may have read numbers and booleans."""
    if not isinstance(written, Mapping):
        return written
    return {key: str(each).lower() if isinstance(each, bool | int | float) else each for key, each in written.items()}


def _where(metric: Any, data_source: str, owner: str, field: str) -> str:
    reference = _at(metric, owner, "metricSourceRef")
    if reference != data_source:
        problem = f"metricSourceRef is '{reference}', but the data source is '{data_source}'"
        raise DefinitionError(owner, field, problem)
    if metric.get("type", LOG_TYPE) != LOG_TYPE:
        raise DefinitionError(owner, field, f"type is '{metric['type']}', expected '{LOG_TYPE}'")
    where = _at(metric, owner, "spec", "where")
    return str(where).lower() if isinstance(where, bool) else str(where)


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = f"is '{name}'; write an IANA name, like Europe/Rome"
        raise DefinitionError("data source", "timeZone", problem) from None


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
