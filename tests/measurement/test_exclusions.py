"""Cases that an event of relief took out are in no total; how many they are is reported (SPEC 8.4, 8.10)."""

import pytest

from tests.measurement.desk import MARCH, SECRET, average, define, excluding, row, sliced, slo, write_log
from workpact.measurement import Figure, measure, verify
from workpact.measurement.errors import (
    DefinitionError,
    ExpressionError,
    LogError,
    MeasurementMismatch,
    MissingColumns,
)

OUTAGE = {"reason": "planned-outage", "where": "priority LIKE '4 -%'"}
CLIENT = {"reason": "client-cause", "where": "made_sla = 'client'"}


@pytest.fixture
def path(tmp_path):
    rows = [
        row(number="INC1"),
        row(number="INC2", made_sla="false"),
        row(number="INC3", priority="4 - Low", resolved_at="?"),
        row(number="INC4", priority="4 - Low", made_sla="client"),
        row(number="INC5", made_sla="client"),
        row(number="INC6", priority="1 - Critical", made_sla="client"),
    ]
    return write_log(tmp_path / "log.csv", rows)


COUNTED = "priority NOT LIKE '1 -%'"
MADE = ("made", "made_sla = 'true'", COUNTED)


def test_excluded__are_in_neither_and_counted_by_their_first_reason(path):
    levels = [
        excluding(slo(*MADE), OUTAGE, CLIENT),
        excluding(slo("turned", *MADE[1:]), CLIENT, OUTAGE),
        excluding(slo("twice", *MADE[1:]), OUTAGE, CLIENT, OUTAGE | {"where": "made_sla = 'false'"}),
        slo("all", *MADE[1:]),
    ]
    measured = measure(define(*levels), path, MARCH, SECRET)

    assert measured.figures == (
        Figure("made", 1, 2, (("planned-outage", 2), ("client-cause", 1))),
        Figure("turned", 1, 2, (("client-cause", 2), ("planned-outage", 1))),
        Figure("twice", 1, 1, (("planned-outage", 3), ("client-cause", 1))),
        Figure("all", 2, 5),
    )
    assert [figure.excluded for figure in measured.figures] == [3, 3, 4, 0]
    assert measured.to_json()["levels"][0] == {
        "name": "made",
        "good": 1,
        "total": 2,
        "excluded": 3,
        "exclusions": [{"reason": "planned-outage", "count": 2}, {"reason": "client-cause", "count": 1}],
    }
    assert measured.to_json()["levels"][3] == {"name": "all", "good": 2, "total": 5}
    # They stay events of the period.
    assert measured.event_count == 6


def test_excluded__of_an_average__only_what_would_have_counted(path):
    """INC3 has no resolution, so it would not have counted."""
    level = excluding(average("mean", COUNTED, "resolution_minutes"), OUTAGE, CLIENT)
    (figure,) = measure(define(level), path, MARCH, SECRET).figures
    assert figure == Figure("mean", 60, 2, (("planned-outage", 1), ("client-cause", 1)))


def test_excluded__of_a_clock_and_where_null_does_not_hold(path):
    never = {"reason": "force-majeure", "where": "NULL OR resolution_minutes > 30"}
    none = {"reason": "client-cause", "where": "NOT (resolution_minutes = 30)"}
    late = {"reason": "volume-above-forecast", "where": "resolution_minutes IS NULL"}
    (figure,) = measure(define(excluding(slo(*MADE), never, none, late)), path, MARCH, SECRET).figures
    assert figure == Figure("made", 1, 4, (("force-majeure", 0), ("client-cause", 0), ("volume-above-forecast", 1)))


def test_excluded__with_slices__is_in_no_slice(tmp_path):
    rows = [
        row(number="INC1", closed_at="1/3/2016 00:00"),
        row(number="INC2", closed_at="1/3/2016 00:30", made_sla="false", priority="4 - Low"),
        row(number="INC3", closed_at="1/3/2016 01:30", priority="4 - Low"),
        row(number="INC4", closed_at="1/3/2016 02:30", made_sla="false"),
    ]
    level = sliced(excluding(slo("made", "made_sla = 'true'", "true"), OUTAGE), "1")
    (figure,) = measure(define(level), write_log(tmp_path / "log.csv", rows), MARCH, SECRET).figures
    assert figure == Figure("made", 1, 2, (("planned-outage", 2),))


def test_verify__compares_what_is_signed_of_them(path):
    definition = define(excluding(slo(*MADE), OUTAGE, CLIENT))
    report = measure(definition, path, MARCH, SECRET).to_json()
    del report["levels"][0]["exclusions"]
    verify(definition, path, MARCH, SECRET, report)

    report["levels"][0]["excluded"] = 2
    with pytest.raises(MeasurementMismatch) as caught:
        verify(definition, path, MARCH, SECRET, report)
    assert caught.value.differences == ("made is 1/2 without 3 excluded here, 1/2 without 2 excluded there",)


@pytest.mark.parametrize(
    ("exclusions", "error", "field", "problem"),
    [
        (
            [OUTAGE | {"reason": "weather"}],
            DefinitionError,
            "exclude[0].reason",
            "'weather' is not known here; write 'client-cause'",
        ),
        ([OUTAGE, {"reason": "client-cause"}], DefinitionError, "exclude[1].where", "is missing; add where:"),
        ([OUTAGE | {"whre": "true"}], DefinitionError, "exclude[0].whre", "is no key of the format; leave it out"),
        ({"reason": "client-cause", "where": "true"}, DefinitionError, "exclude", "is no list; write - {reason: "),
        ([OUTAGE | {"where": "priority"}], ExpressionError, "exclude planned-outage", "is text, not true or false"),
        ([OUTAGE | {"where": "DELETE FROM log"}], ExpressionError, "exclude planned-outage", "is a query or a command"),
    ],
)
def test_exclusions__that_cannot_be_measured__are_refused(exclusions, error, field, problem):
    level = slo(*MADE)
    level["spec"]["indicator"]["spec"]["ratioMetric"]["total"]["metricSource"]["spec"]["exclude"] = exclusions
    with pytest.raises(DefinitionError) as caught:
        define(level)
    assert type(caught.value) is error
    assert (caught.value.owner, caught.value.field) == ("level made", field)
    assert caught.value.problem.startswith(problem)


def test_exclusions__at_the_numerator__are_refused():
    level = slo(*MADE)
    level["spec"]["indicator"]["spec"]["ratioMetric"]["good"]["metricSource"]["spec"]["exclude"] = [OUTAGE]
    with pytest.raises(DefinitionError, match="level made, good: excludes cases; write exclude at total"):
        define(level)


def test_exclusions__their_columns_are_the_logs(path):
    level = excluding(slo(*MADE), {"reason": "client-cause", "where": "on_hold = 'yes'"})
    with pytest.raises(MissingColumns) as caught:
        measure(define(level), path, MARCH, SECRET)
    assert caught.value.missing == {"on_hold": "level made, exclude client-cause"}


def test_exclusions__a_text_cast_that_is_no_number__names_them(path):
    level = excluding(slo(*MADE), {"reason": "client-cause", "where": "CAST(priority AS INTEGER) = 1"})
    with pytest.raises(ExpressionError) as caught:
        measure(define(level), path, MARCH, SECRET)
    assert (caught.value.owner, caught.value.field) == ("level made", "exclude client-cause")


def test_excluded__by_a_negative_weight__is_refused(tmp_path):
    """What is reported as excluded is never negative."""
    rows = [row(number="INC1", made_sla="3"), row(number="INC2", made_sla="-3", priority="4 - Low")]
    level = excluding(slo("made", "true", "true"), OUTAGE)
    level["spec"]["indicator"]["spec"]["ratioMetric"]["total"]["metricSource"]["spec"]["weight"] = "made_sla"
    with pytest.raises(LogError, match="level made counts 1 cases by a negative weight"):
        measure(define(level), write_log(tmp_path / "log.csv", rows), MARCH, SECRET)
