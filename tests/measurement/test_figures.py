"""Which case counts for which figure."""

import gzip

import pytest

from tests.measurement import reference
from tests.measurement.desk import (
    ALL,
    MARCH,
    SECRET,
    average,
    define,
    desk,
    example,
    generator,
    row,
    slo,
    write_log,
)
from workpact.measurement import Doubt, Figure, Period, measure
from workpact.measurement.errors import DoubtfulData, LogError

MADE = slo("made", "made_sla = 'true'", "true")


def figure(definition, path, period=MARCH):
    (only,) = measure(definition, path, period, SECRET).figures
    return only


def test_only_the_final_row_of_a_case_counts(tmp_path):
    path = write_log(
        tmp_path / "log.csv",
        [row(), row(sys_mod_count="1"), row(sys_mod_count="2", made_sla="false")],
    )

    assert figure(define(MADE), path) == Figure("made", good=0, total=1)


def test_the_final_row_has_the_highest_order_as_a_number_wherever_it_stands(tmp_path):
    path = write_log(
        tmp_path / "log.csv",
        [
            row(sys_mod_count="10", made_sla="false"),
            row(number="INC2"),
            row(sys_mod_count="9"),
            row(number="INC2", sys_mod_count="1"),
            row(sys_mod_count="-1"),
        ],
    )

    assert figure(define(MADE), path) == Figure("made", good=1, total=2)


def test_of_rows_with_an_equal_order_the_last_is_final(tmp_path):
    rows = [row(made_sla="true"), row(made_sla="false")]

    assert figure(define(MADE), write_log(tmp_path / "a.csv", rows)).good == 0
    assert figure(define(MADE), write_log(tmp_path / "b.csv", rows[::-1])).good == 1


def test_a_period_includes_its_start_and_not_its_end(tmp_path):
    moments = {
        "29/2/2016 23:59": 0,
        "1/3/2016 00:00": 1,
        "31/3/2016 23:59": 1,
        "1/4/2016 00:00": 0,
    }
    for number, (closed, counted) in enumerate(moments.items()):
        path = write_log(tmp_path / f"{number}.csv", [row(closed_at=closed)])
        measured = measure(define(MADE), path, MARCH, SECRET, allow_empty=True)
        assert measured.figures == (Figure("made", good=counted, total=counted),), closed


def test_a_case_that_is_not_closed_belongs_to_no_period(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(closed_at="?"), row(number="INC2")])

    assert figure(define(MADE), path, ALL) == Figure("made", good=1, total=1)


def test_an_unresolved_case_counts_neither_as_in_time_nor_as_late(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(), row(number="INC2", resolved_at="?")])
    within = slo("within", "resolution_minutes <= 30", "resolution_minutes IS NOT NULL")
    all_cases = slo("all", "resolution_minutes <= 30", "true")

    assert figure(define(within), path) == Figure("within", good=1, total=1)
    assert figure(define(all_cases), path) == Figure("all", good=1, total=2)


def test_good_counts_only_among_total(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(), row(number="INC2", priority="1 - Critical")])
    level = slo("p1", "made_sla = 'true'", "priority LIKE '1 -%'")

    assert figure(define(level), path) == Figure("p1", good=1, total=1)


def test_bad_of_total_is_the_numerator_when_the_level_says_bad(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(), row(number="INC2", made_sla="false")])
    level = slo("missed", "made_sla = 'false'", "true")
    ratio = level["spec"]["indicator"]["spec"]["ratioMetric"]
    ratio["bad"] = ratio.pop("good")

    assert figure(define(level), path) == Figure("missed", good=1, total=2)


def test_resolution_is_in_whole_minutes_rounded_down(tmp_path):
    form = "%Y-%m-%d %H:%M:%S"
    dates = {"opened_at": "2016-03-01 09:00:30", "closed_at": "2016-03-06 09:00:00"}
    spans = {"2016-03-01 09:31:29": 30, "2016-03-01 09:31:30": 31, "2016-03-01 09:00:29": -1}
    for resolved, minutes in spans.items():
        level = slo("exact", f"resolution_minutes = {minutes}", "true")
        path = write_log(tmp_path / "log.csv", [row(resolved_at=resolved, **dates)])
        measured = measure(define(level, timeFormat=form), path, MARCH, SECRET, accept=["backwards"])
        assert measured.figures[0].good == 1, resolved


ROME = {"zone": "Europe/Rome"}


@pytest.mark.parametrize(
    ("opened", "resolved", "minutes"),
    [
        ("26/3/2016 22:00", "27/3/2016 06:00", 7 * 60),  # the clock leaves out 02:00 to 03:00
        ("29/10/2016 22:00", "30/10/2016 06:00", 9 * 60),  # it shows 02:00 to 03:00 twice
        ("30/10/2016 01:30", "30/10/2016 02:30", 2 * 60),  # the later 02:30
        ("27/3/2016 01:30", "27/3/2016 02:30", 60),  # 02:30 is never shown; 03:30 is meant
    ],
)
def test_a_resolution_is_the_time_that_passed_not_what_the_clock_shows(tmp_path, opened, resolved, minutes):
    path = write_log(tmp_path / "log.csv", [row(opened_at=opened, resolved_at=resolved)])
    level = slo("exact", f"resolution_minutes = {minutes}", "true")

    assert figure(define(level, **ROME), path) == Figure("exact", good=1, total=1)


def test_a_period_begins_and_ends_by_the_logs_clock(tmp_path):
    """March in Rome is from 2016-02-29 23:00 to 2016-03-31 22:00 UTC: the summer clock begins in it."""
    march = Period(name="2016-03", start=MARCH.start - 3600, end=MARCH.end - 7200)
    for closed, counted in {
        "29/2/2016 23:59": 0,
        "1/3/2016 00:00": 1,
        "31/3/2016 23:59": 1,
        "1/4/2016 00:00": 0,
    }.items():
        path = write_log(tmp_path / "log.csv", [row(closed_at=closed)])
        measured = measure(define(MADE, **ROME), path, march, SECRET, allow_empty=True)
        assert measured.figures == (Figure("made", good=counted, total=counted),), closed


def test_an_average_is_a_sum_and_a_count(tmp_path):
    path = write_log(
        tmp_path / "log.csv",
        [
            row(),
            row(number="INC2", resolved_at="1/3/2016 10:15"),
            row(number="INC3", resolved_at="?"),
            row(number="INC4", priority="1 - Critical"),
        ],
    )
    level = average("mean", "priority LIKE '3 -%'", "resolution_minutes")

    assert figure(define(level), path) == Figure("mean", good=30 + 75, total=2)


def test_an_average_reads_a_column_of_whole_numbers(tmp_path):
    rows = [row(priority="12"), row(number="INC2", priority="30"), row(number="INC3", priority="?")]
    path = write_log(tmp_path / "log.csv", rows)

    assert figure(define(average("mean", "true", "priority")), path) == Figure("mean", 42, 2)


def test_a_span_that_runs_backwards_is_a_doubt(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(resolved_at="1/3/2016 08:59"), row(number="INC2")])
    definition = define(average("mean", "true", "resolution_minutes"))

    with pytest.raises(DoubtfulData) as caught:
        figure(definition, path)
    measured = measure(definition, path, MARCH, SECRET, accept=["backwards"])

    doubt = Doubt("backwards", 1, "resolution_minutes is negative in 1 cases")
    assert caught.value.doubts == measured.doubts == (doubt,)
    assert measured.figures == (Figure("mean", good=29, total=2),)
    assert measured.to_json()["doubts"] == [{"name": "backwards", "count": 1, "detail": doubt.detail}]
    assert str(caught.value) == (
        f"{path}: period 2016-03 is in doubt: backwards: {doubt.detail}. Mend the log, or accept by name what is right"
        " as it is (backwards); the report then says so"
    )


def test_an_average_whose_sum_is_negative_is_refused(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(resolved_at="1/3/2016 08:59")])

    with pytest.raises(LogError) as caught:
        measure(define(average("mean", "true", "resolution_minutes")), path, MARCH, SECRET, accept=["backwards"])

    assert caught.value.problem == "level mean sums to -1; leave negative values out"


def test_columns_are_text_as_it_stands_in_the_file(tmp_path):
    path = tmp_path / "log.csv"
    header = "number,sys_mod_count,opened_at,resolved_at,closed_at,note"
    dates = "1/3/2016 09:00,?,6/3/2016 09:30"
    path.write_text(f'{header}\nINC1,0,{dates},"a, ""b"""\nINC2,0,{dates},\nINC3,0,{dates}, NULL \n')

    for where in ("note = 'a, \"b\"'", "note = ''", "note = ' NULL '"):
        assert figure(define(slo("note", where, "true")), path) == Figure("note", 1, 3), where


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("closing", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_line_ends_marks_and_compression_change_nothing(tmp_path, ending, mark, closing, packed):
    plain = write_log(tmp_path / "plain.csv", [row(), row(number="INC2", made_sla="false")])
    text = plain.read_text().replace("\n", ending)
    data = mark + (text if closing else text.removesuffix(ending)).encode()
    # Named against its content: what a file is stands in its first bytes.
    other = tmp_path / ("log.csv" if packed else "log[1]*?.csv.gz")
    other.write_bytes(gzip.compress(data) if packed else data)

    expected = measure(desk(), plain, MARCH, SECRET)
    found = measure(desk(), other, MARCH, SECRET)

    assert found.to_json() == expected.to_json()
    assert expected.event_count == 2


def test_an_empty_period_can_be_allowed(tmp_path):
    path = write_log(tmp_path / "log.csv", [row()])

    measured = measure(desk(), path, Period.month("2016-04"), SECRET, allow_empty=True)

    assert {(figure.good, figure.total) for figure in measured.figures} == {(0, 0)}
    assert measured.quantities == (("tickets-resolved", 0),)
    assert (measured.evidence_root, measured.event_count) == (bytes(32), 0)


@pytest.mark.parametrize(("definition", "net"), [(desk(), False), (example(), True)], ids=["desk", "example"])
def test_the_examples_log_gives_the_reference_figures_in_each_of_its_twelve_periods(tmp_path, definition, net):
    path = tmp_path / "incidents.csv.gz"
    generator().generate(path)
    rows, _ = reference.read(path)
    awaited = reference.waiting(rows) if net else None
    months = [f"2016-{month:02}" for month in range(3, 13)] + ["2017-01", "2017-02"]

    for month in months:
        period = Period.month(month)
        cases = reference.cases_in(rows, period.start, period.end)
        measured = measure(definition, path, period, SECRET)
        expected = [Figure(*figure) for figure in reference.figures(cases, awaited)]

        assert list(measured.figures) == expected
        assert len(cases) == 40
        assert all(figure.total for figure in measured.figures)
        resolved = sum(case["resolved_at"] != "?" for case in cases)
        assert [count for _, count in measured.quantities] == [resolved]
