"""Definitions are built from OpenSLO objects, or refused with the object and the field."""

import pytest

from tests.measurement.desk import (
    average,
    data_source,
    desk,
    metric,
    nine_levels,
    slo,
)
from workpact.measurement import Average, Level, Period, Quantity, definition_from
from workpact.measurement.errors import DefinitionError, ExpressionError


def refused(error, source=None, levels=(), quantities=None):
    with pytest.raises(error) as caught:
        definition_from(source or data_source(), levels, quantities)
    assert type(caught.value) is error
    return caught.value.owner, caught.value.field, caught.value.problem


def changed(objects, *path, to):
    """A deep change of one value; `...` deletes it."""
    inner = objects
    for key in path[:-1]:
        inner = inner[key]
    if to is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return objects


def test_the_example_in_order():
    definition = desk()

    source = definition.source
    assert (source.case, source.order, source.at, source.missing) == (("number",), "sys_mod_count", None, "?")
    assert (source.attribution.column, source.time_format) == ("closed_at", "%d/%m/%Y %H:%M")
    (clock,) = source.clocks
    assert (clock.name, clock.unit) == ("resolution_minutes", "minutes")
    assert (clock.from_.column, clock.to.column) == ("opened_at", "resolved_at")
    assert definition.time_zone == "UTC"
    assert [level.name for level in definition.levels] == [
        "made-sla",
        *(f"made-sla-p{p}" for p in range(1, 5)),
        *(f"resolved-in-target-p{p}" for p in range(1, 5)),
    ]
    assert definition.levels[5] == Level(
        name="resolved-in-target-p1",
        total="priority LIKE '1 -%' AND resolution_minutes IS NOT NULL",
        good="resolution_minutes <= 240",
    )
    assert definition.quantities == (Quantity(name="tickets-resolved", where="resolution_minutes IS NOT NULL"),)


def test_an_average():
    definition = definition_from(data_source(), [average("mean", "true", "resolution_minutes")])
    assert definition.levels == (Average(name="mean", where="true", column="resolution_minutes"),)


def test_a_bare_yaml_boolean_is_the_sql_one():
    definition = definition_from(data_source(), [slo("all", False, True)])
    assert definition.levels == (Level(name="all", good="false", total="true"),)


def test_a_month_is_from_its_first_second_to_the_next_months_in_utc():
    assert Period.month("2016-03") == Period(name="2016-03", start=1456790400, end=1459468800)
    assert Period.month("2016-12") == Period(name="2016-12", start=1480550400, end=1483228800)
    with pytest.raises(DefinitionError) as caught:
        Period.month("2016-13")
    assert str(caught.value) == "period, 2016-13: is not a month; write 2016-03"


def test_sources_that_cannot_be_read():
    kind = changed(data_source(), "spec", "type", to="prometheus")
    assert refused(DefinitionError, kind) == (
        "data source",
        "spec.type",
        "is 'prometheus', expected 'workpact-log'",
    )
    unknown = data_source(colour="red")
    assert refused(DefinitionError, unknown) == (
        "data source",
        "spec.connectionDetails.colour",
        "is no key of the format; leave it out, or spell it as docs/agreement-file.md does",
    )
    missing = changed(data_source(), "spec", "connectionDetails", "attribution", to=...)
    assert refused(DefinitionError, missing) == (
        "data source",
        "spec.connectionDetails.attribution",
        "is missing; add attribution:",
    )
    backwards = data_source(maxLag="-7 days")
    assert refused(DefinitionError, backwards) == (
        "data source",
        "spec.connectionDetails.maxLag",
        '\'-7 days\' is not a duration; write a number and a unit, like "14 days" or "36 hours"',
    )
    shape = data_source(clocks="all")
    assert refused(DefinitionError, shape) == (
        "data source",
        "spec.connectionDetails.clocks",
        "is 'all', which has another form; write it as docs/agreement-file.md does",
    )
    nothing = changed(data_source(), "spec", "connectionDetails", to=...)
    assert refused(DefinitionError, nothing) == (
        "data source",
        "spec.connectionDetails",
        "is missing",
    )
    with pytest.raises(DefinitionError) as caught:
        definition_from(data_source(), [], time_zone="Europe/Mordor")
    assert str(caught.value) == "data source, timeZone: is 'Europe/Mordor'; write an IANA name, like Europe/Rome"


@pytest.mark.parametrize(
    "form", ["%d/%m", "%Y%m%d%H%M%Z", "%d/%m/%Y %", "%c", "%Y-%m-%d %q", "%Y-%y-%m-%d", "%Y%m%d %I"]
)
def test_time_formats_that_do_not_fix_a_date(form):
    assert refused(DefinitionError, data_source(timeFormat=form)) == (
        "data source",
        "spec.connectionDetails.timeFormat",
        f"is {form!r}, by which no date can be read; write ISO, or %Y (or %y), %m and %d, perhaps with %H, %M, %S, %f,"
        " %z, or %I with %p",
    )


def test_levels_that_cannot_be_counted():
    path = ("spec", "indicator", "spec", "ratioMetric")
    unnamed = changed(slo("a", "true", "true"), "metadata", to={})
    assert refused(DefinitionError, levels=[unnamed]) == ("level", "metadata.name", "is missing")
    no_ratio = changed(slo("a", "true", "true"), *path, to=...)
    assert refused(DefinitionError, levels=[no_ratio]) == ("level a", "ratioMetric", "is missing")
    no_good = changed(slo("a", "true", "true"), *path, "good", to=...)
    assert refused(DefinitionError, levels=[no_good]) == (
        "level a",
        "good",
        "is missing",
    )
    both = changed(slo("a", "true", "true"), *path, "bad", to={})
    assert refused(DefinitionError, levels=[both]) == (
        "level a",
        "ratioMetric",
        "has good and bad; keep the one to be counted",
    )
    where = (*path, "total", "metricSource", "spec", "where")
    no_where = changed(slo("a", "true", "true"), *where, to=...)
    assert refused(DefinitionError, levels=[no_where]) == ("level a", "spec.where", "is missing")
    twice = [*nine_levels(), slo("made-sla", "true", "true")]
    assert refused(DefinitionError, levels=twice) == (
        "level",
        "metadata.name",
        "'made-sla' is used more than once",
    )


def test_a_metric_of_another_source_or_type():
    other = metric(where="true") | {"metricSourceRef": "phone-log"}
    assert refused(DefinitionError, quantities={"calls": other}) == (
        "quantity calls",
        "where",
        "metricSourceRef is 'phone-log', but the data source is 'incident-log'",
    )
    kind = metric(where="true") | {"type": "prometheus"}
    assert refused(DefinitionError, quantities={"calls": kind}) == (
        "quantity calls",
        "where",
        "type is 'prometheus', expected 'workpact-log'",
    )


def test_a_bad_expression_names_its_level_and_field():
    with pytest.raises(ExpressionError) as caught:
        definition_from(data_source(), [slo("made", "made_sla = 'true'; DROP TABLE log", "true")])

    assert (caught.value.owner, caught.value.field) == ("level made", "good")
    assert str(caught.value) == (
        "level made, good: is a query or a command; write one boolean expression over the row's columns"
        " (in: made_sla = 'true'; DROP TABLE log)"
    )


COMMAND = "DELETE FROM log"
CLOCK = {"name": "waited", "unit": "seconds", "from": "opened_at", "to": "closed_at"}


@pytest.mark.threat("T86")
@pytest.mark.parametrize(
    ("details", "level", "owner", "field"),
    [
        ({"drop": COMMAND}, None, "data source", "drop"),
        ({"at": "opened_at", "attribution": {"first": COMMAND}}, None, "data source", "attribution"),
        ({"at": "opened_at", "clocks": [CLOCK | {"to": {"last": COMMAND}}]}, None, "data source", "waited, to"),
        ({"at": "opened_at", "clocks": [CLOCK | {"pause": COMMAND}]}, None, "data source", "waited, pause"),
        ({}, slo("made", "true", COMMAND), "level made", "total"),
        ({}, slo("made", COMMAND, "true"), "level made", "good"),
        ({}, average("mean", COMMAND, "resolution_minutes"), "level mean", "where"),
    ],
)
def test_a_command_is_refused_wherever_a_condition_stands(details, level, owner, field):
    found = refused(ExpressionError, data_source(**details), [level] if level else [])
    assert found[:2] == (owner, field)
    assert found[2].startswith("is a query or a command; write one boolean expression over the row's columns")


def test_a_command_is_refused_as_a_quantity():
    found = refused(ExpressionError, quantities={"tickets": metric(where=COMMAND)})
    assert found[:2] == ("quantity tickets", "where")
