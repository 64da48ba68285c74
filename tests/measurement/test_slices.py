"""A level by time slices counts slices of the period, each by its cases (SPEC 8.10)."""

import pytest

from tests.measurement.desk import SECRET, average, define, row, sliced, slo, write_log
from workpact.measurement import Figure, Level, Period, measure
from workpact.measurement.errors import DefinitionError
from workpact.terms.levels import Slices

# 2016-03-01 00:00 to 02:30: two slices of an hour and one of half an hour.
PERIOD = Period(name="p", start=1456790400, end=1456790400 + 9000)


def log(tmp_path, *cases):
    """A case for each (minute of the period, whether made_sla)."""
    rows = [
        row(number=f"INC{place}", made_sla=made, closed_at=f"1/3/2016 {minute // 60:02}:{minute % 60:02}")
        for place, (minute, made) in enumerate(cases)
    ]
    return write_log(tmp_path / "log.csv", rows)


def figure(path, *levels, period=PERIOD):
    return measure(define(*levels), path, period, SECRET).figures


GOOD = ("made", "made_sla = 'true'", "made_sla <> '-'")
BAD = ("missed", "made_sla = 'false'", "made_sla <> '-'")


@pytest.mark.parametrize(
    ("cases", "target", "good", "bad", "total"),
    [
        # One of two good: the half that is asked for; and the half that may be bad, no more.
        ([(0, "true"), (59, "false")], "0.5", 1, 0, 1),
        ([(0, "true"), (59, "false")], "0.500001", 0, 1, 1),
        # The border between two slices belongs to the later one.
        ([(59, "true"), (60, "false")], "1", 1, 1, 2),
        ([(60, "true"), (119, "false")], "1", 0, 1, 1),
        # The last slice is half an hour; a case at the period's end is in none.
        ([(120, "true"), (149, "true"), (150, "false")], "1", 1, 0, 1),
        # Slices without a case, or with none that the total selects, do not count.
        ([(0, "true"), (60, "-"), (149, "true")], "1", 2, 0, 2),
        # A third rounds to nothing: 2/3 is at least 666666 ppm and less than 666667.
        ([(0, "true"), (1, "true"), (2, "false")], "0.666666", 1, 0, 1),
        ([(0, "true"), (1, "true"), (2, "false")], "0.666667", 0, 1, 1),
        # With the least target one good case makes a slice good, and none may be missing for it to be bad.
        ([(0, "false"), (1, "true"), (60, "false")], "0.000001", 1, 1, 2),
    ],
)
def test_slices__by_hand__good_and_bad(tmp_path, cases, target, good, bad, total):
    path = log(tmp_path, *cases)
    found = figure(path, sliced(slo(*GOOD), target), sliced(slo(*BAD), target, bad=True))
    assert found == (Figure("made", good, total), Figure("missed", bad, total))


def test_slices__neither_good_nor_bad__count_by_what_is_counted(tmp_path):
    """A case that is neither, keeps a slice from being good, and does not make it bad."""
    path = log(tmp_path, (0, "true"), (1, "?"))
    found = figure(path, sliced(slo(*GOOD), "0.6"), sliced(slo(*BAD), "0.6", bad=True))
    assert found == (Figure("made", 0, 1), Figure("missed", 0, 1))


@pytest.mark.parametrize(
    ("window", "total"), [("1m", 4), ("5m", 3), ("22m", 3), ("23m", 2), ("53m", 2), ("1h", 1), ("1d", 1)]
)
def test_slices__of_any_length__from_the_periods_start(tmp_path, window, total):
    path = log(tmp_path, (7, "true"), (9, "true"), (29, "true"), (60, "true"))
    period = Period(name="p", start=PERIOD.start + 420, end=PERIOD.end)
    (found,) = figure(path, sliced(slo(*GOOD), window=window), period=period)
    assert found.total == total


def test_slices__without_any_case__are_none(tmp_path):
    path = log(tmp_path, (0, "-"))
    assert figure(path, sliced(slo(*GOOD))) == (Figure("made", 0, 0),)


def test_slices__of_a_limit(tmp_path):
    """The tickets took 30 minutes each."""
    path = log(tmp_path, (0, "true"), (60, "true"))
    level = average("quick", "true", "resolution_minutes")
    spec = level["spec"]["indicator"]["spec"]["thresholdMetric"]["metricSource"]["spec"]
    spec["column"] = spec.pop("average")
    sliced(level)["spec"]["objectives"][0] |= {"op": "lt", "value": 31}
    definition = define(level)
    assert definition.levels == (
        Level(
            name="quick",
            good='CAST("resolution_minutes" AS BIGINT) < 31',
            total='(true) AND "resolution_minutes" IS NOT NULL',
            slices=Slices(seconds=3600, target=500_000),
        ),
    )
    assert measure(definition, path, PERIOD, SECRET).figures == (Figure("quick", 2, 2),)


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"timeSliceWindow": "1M"}, "objectives[0].timeSliceWindow", "'1M' is no length of a slice"),
        ({"timeSliceTarget": "1.5"}, "objectives[0].timeSliceTarget", "'1.5' is not above 0 and at most 1"),
        ({"timeSliceTarget": None}, "objectives[0]", "has no length and share of a slice"),
    ],
)
def test_slices__that_say_not_what_counts__are_refused(change, field, problem):
    level = sliced(slo(*GOOD))
    level["spec"]["objectives"][0] |= change
    with pytest.raises(DefinitionError) as caught:
        define(level)
    assert (caught.value.owner, caught.value.field) == ("level made", field)
    assert caught.value.problem.startswith(problem)


def test_slices__of_an_average__are_refused():
    with pytest.raises(DefinitionError, match="level mean, budgetingMethod: is Timeslices of an average; write Occ"):
        define(sliced(average("mean", "true", "resolution_minutes")))
