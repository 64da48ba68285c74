"""What an agreement document says about measuring, as this package takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workpact.measurement.definition import Average, Definition, Level, Period, Quantity
from workpact.measurement.errors import DefinitionError

if TYPE_CHECKING:
    from workpact.terms import AgreementDocument, levels


def definition_of(document: AgreementDocument) -> Definition:
    """The definition that an agreement signs: its levels and prices, in the order of its reports.

    Dates of the log are in the agreement's time zone. Raises `DefinitionError` when levels and prices do not all read
    one log, and `ExpressionError` for a `where`.
    """
    named = [(f"level {level.name}", level.data_source) for level in document.levels]
    named += [(f"quantity {price.quantity}", price.metric_source.metric_source_ref) for price in document.prices]
    if not named:
        raise DefinitionError("agreement", "levels", "has no service level and no price, so nothing to measure")
    source = named[0][1]
    for owner, other in named:
        if other != source:
            problem = f"is '{other}', others read '{source}'; one report measures one log"
            raise DefinitionError(owner, "metricSourceRef", problem)

    return Definition(
        source=document.data_source(source).spec.connection_details,
        levels=tuple(_level(level) for level in document.levels),
        quantities=tuple(
            Quantity(name=price.quantity, where=price.where, weight=price.weight) for price in document.prices
        ),
        time_zone=document.zone.key,
    ).require_sound()


def period_of(document: AgreementDocument, name: str) -> Period:
    """A service period of an agreement by its name. Raises `DefinitionError` with the names it has."""
    for period in document.periods:
        if period.name == name:
            return Period(name=name, start=period.start, end=period.end)
    names = ", ".join(period.name for period in document.periods)
    raise DefinitionError("agreement", "period", f"has no '{name}'; its periods are {names}")


def _level(level: levels.Level) -> Level | Average:
    if level.average is not None:
        where, column = level.where_total, level.average
        return Average(name=level.name, where=where, column=column, exclusions=level.exclusions)
    assert level.where_good is not None, "a ratio has a numerator"
    return Level(
        name=level.name,
        good=level.where_good,
        total=level.where_total,
        weight=level.weight,
        counts_bad=not level.form.is_at_least,
        exclusions=level.exclusions,
        slices=level.slices,
    )
