"""A log of any schema is measured by its data source alone: clocks, moments, times, tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.measurement import reference
from tests.measurement.desk import ALL, SECRET, average, data_source, slo
from workpact.measurement import Definition, Doubt, Figure, Period, definition_from, measure
from workpact.measurement.cases import Cases
from workpact.measurement.errors import BadValue, DoubtfulData, LogError, MissingColumns, RepeatedRows, SourceError
from workpact.merkle import keccak

ROWS = (
    "case,step,written\n"
    "A,open,2016-03-24T16:00:00+01:00\n"
    "A,wait,2016-03-24T17:00:00+01:00\n"
    "A,work,2016-03-29T09:00:00+02:00\n"
    "A,done,2016-03-29T10:30:30+02:00\n"
    "B,open,2016-03-26T23:30:00Z\n"
    "B,done,2016-03-27T02:00:00Z\n"
)
OFFICE = {"weekly": ["Mon-Fri 09:00-18:00"], "holidays": ["2016-03-25", "2016-03-28"], "timeZone": "Europe/Berlin"}
NIGHT = {"weekly": ["Sat 22:00-24:00", "Sun 00:00-06:00"], "timeZone": "Europe/Berlin"}


def source(**details: Any) -> dict[str, Any]:
    """A data source of nothing but what is given."""
    made = data_source()
    made["spec"]["connectionDetails"] = {"maxLag": "40000 days"} | details
    return made


def clocked(**clock: Any) -> Definition:
    """One clock from a case's first row to its last, its sum over all cases."""
    ends = {"from": {"first": "step = 'open'"}, "to": {"last": "step = 'done'"}}
    one = {"name": "span", "unit": "seconds", **ends, **clock}
    details = {"case": "case", "at": "written", "timeFormat": "ISO", "attribution": {"first": "true"}, "clocks": [one]}
    return definition_from(source(**details), [average(case, f"\"case\" = '{case}'", "span") for case in "AB"])


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(ROWS)
    return path


@pytest.mark.parametrize(
    ("clock", "spans"),
    [
        # Five days less the hour that Berlin's clock leaves out, from 16:00 to 10:30:30.
        ({}, [5 * 86400 - 3600 - 5 * 3600 - 1800 + 30, 2 * 3600 + 1800]),
        ({"unit": "minutes"}, [6810, 150]),
        ({"pause": "step = 'wait'"}, [3600 + 5430, 9000]),
        # Thursday from 16:00 to 18:00, Tuesday from 9:00 to 10:30:30; Friday and Monday are holidays.
        ({"hours": OFFICE}, [7200 + 5430, 0]),
        ({"hours": OFFICE, "pause": "step = 'wait'"}, [3600 + 5430, 0]),
        # Saturday 22:00 to Sunday 6:00 has seven hours; B is within it from 0:30 to 4:00, without 2:00 to 3:00.
        ({"hours": NIGHT}, [7 * 3600, 9000]),
        # The clock skips from 2:00 to 3:00: 2:30 is counted on to what it shows as 3:30, after 3:15.
        ({"hours": {"weekly": ["Sun 02:30-02:45", "Sun 03:00-03:15"], "timeZone": "Europe/Berlin"}}, [1800, 1800]),
    ],
)
def test_clocks__by_hand(events, clock, spans):
    assert [figure.good for figure in measure(clocked(**clock), events, ALL, SECRET).figures] == spans


def test_clocks__in_opening_hours__without_an_end__are_empty(events):
    """A case that waits is not the sum of all hours."""
    open_only = {"to": {"last": "step = 'done' AND \"case\" = 'B'"}, "hours": OFFICE}
    assert [figure.total for figure in measure(clocked(**open_only), events, ALL, SECRET).figures] == [0, 1]
    no_start = {"from": {"first": "step = 'lost'"}, "hours": NIGHT, "pause": "step = 'wait'"}
    assert [figure.total for figure in measure(clocked(**no_start), events, ALL, SECRET).figures] == [0, 0]


def test_attribution__by_the_first_row(events):
    start, end = (int(datetime(2016, 3, day, tzinfo=UTC).timestamp()) for day in (24, 25))
    measured = measure(clocked(), events, Period(name="day", start=start, end=end), SECRET)
    assert [(figure.good > 0, figure.total) for figure in measured.figures] == [(True, 1), (False, 0)]
    assert measured.event_count == 4


def calls(**details: Any) -> Definition:
    """A log with one row for each call, in two columns a key."""
    levels = [
        slo("answered", "outcome = 'AGENT' AND wait <= 20", "outcome <> 'TEST'"),
        average("speed", "outcome = 'AGENT'", "wait"),
    ]
    roles = {"case": ["line", "call"], "timeFormat": "%y%m%d", "attribution": "date", "wholeNumbers": ["wait"]}
    return definition_from(source(**roles, drop="wait < 0", **details), levels)


def test_one_row_a_case__tabs__two_columns_a_key__rows_dropped(tmp_path):
    path = tmp_path / "calls.tsv"
    lines = ["A\t1\t990201\t5\tAGENT", "A\t2\t990201\t21\tAGENT", "B\t1\t990202\t-1\tAGENT", "B\t2\t990203\t\tHANG"]
    path.write_text("\n".join(["line\tcall\tdate\twait\toutcome", *lines]) + "\n")

    measured = measure(calls(), path, ALL, SECRET)

    assert measured.figures == (Figure("answered", 1, 3), Figure("speed", 26, 2))
    leaves = reference.leaves([line.encode() for line in (lines[0], lines[1], lines[3])], SECRET, "all")
    assert measured.evidence_root == reference.root(leaves)


def test_one_row_a_case__more_than_is_read_at_once__every_row_in_its_place(tmp_path):
    """Forty megabytes, quotes and separators in them, so that no piece that the engine reads ends where a row does."""
    path = tmp_path / "calls.csv"
    long = 4000 * 'a "",""b'
    lines = [f'"{long}","{call}",990201,{call % 9},"A,""{call}"""' for call in range(1250)]
    path.write_text("\n".join(["line,call,date,wait,outcome", *lines]) + "\n")
    levels = [slo("whole", "ends_with(line, '\",\"b') AND length(line) = 24000", "outcome = 'A,\"' || call || '\"'")]
    roles = {"case": ["line", "call"], "timeFormat": "%y%m%d", "attribution": "date"}

    measured = measure(definition_from(source(**roles), levels), path, ALL, SECRET)

    assert measured.figures == (Figure("whole", 1250, 1250),)
    assert [event.row_hash for event in measured.evidence.events] == [keccak(line.encode()) for line in lines]
    assert measured.evidence.events.lines.tolist() == list(range(2, 1252))


def test_one_row_a_case__repeated__is_a_doubt(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("line,call,date,wait,outcome\nA,1,990201,5,AGENT\nA,1,990201,6,AGENT\n")

    with pytest.raises(DoubtfulData) as caught:
        measure(calls(), path, ALL, SECRET)

    assert caught.value.doubts == (Doubt("repeated", 1, "1 cases have several rows, where one is expected"),)
    assert measure(calls(), path, ALL, SECRET, accept=["repeated"]).figures[0] == Figure("answered", 2, 2)


@pytest.mark.threat("T83")
def test_a_log_that_ends_before_the_period__is_a_doubt(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("line,call,date,wait,outcome\nA,1,990214,5,AGENT\n")
    definition = calls(maxLag="14 days")
    for month, lag in (("1999-02", 15), ("1999-03", 46)):
        with pytest.raises(DoubtfulData) as caught:
            measure(definition, path, Period.month(month), SECRET, allow_empty=True)
        detail = f"its newest row is {lag} days older than the period's end, 14 days may be"
        assert caught.value.doubts == (Doubt("lagging", 1, detail),)
    assert measure(calls(maxLag="15 days"), path, Period.month("1999-02"), SECRET).doubts == ()


OUTAGES = source(
    table="outages",
    case="sensor_event",
    timeFormat="ISO",
    attribution="raised",
    wholeNumbers=["severity"],
    clocks=[{"name": "down_minutes", "unit": "minutes", "from": "raised", "to": "cleared"}],
    columns=["sensor_event", "raised", "cleared", "note"],
)
LEVELS = [slo("cleared-in-time", "down_minutes <= 30", "severity >= 2"), average("downtime", "true", "down_minutes")]
OUTAGE_LINES = [
    b"1,2024-05-01 10:00:00,2024-05-01 10:30:59,",
    b'2,2024-05-02 00:00:00,2024-05-02 01:00:00,"pump, ""north"""',
    b'3,2024-05-03 00:00:00,,""',
]


@pytest.fixture
def outages(tmp_path):
    """Typed columns, NULL and an empty text, in a Parquet file and in a table."""
    moments = [datetime(2024, 5, 1, 10), datetime(2024, 5, 2), datetime(2024, 5, 3)]  # noqa: DTZ001
    cleared = [datetime(2024, 5, 1, 10, 30, 59), datetime(2024, 5, 2, 1), None]  # noqa: DTZ001
    table = pa.table(
        {
            "sensor_event": pa.array([1, 2, 3], pa.int64()),
            "raised": pa.array(moments, pa.timestamp("us")),
            "cleared": pa.array(cleared, pa.timestamp("us")),
            "severity": pa.array([2, 3, 1], pa.int32()),
            "note": pa.array([None, 'pump, "north"', ""], pa.string()),
            "load": pa.array([0.5, 0.5, 0.5], pa.float64()),
        }
    )
    path = tmp_path / "outages.parquet"
    pyarrow.parquet.write_table(table, path)
    with duckdb.connect(tmp_path / "outages.db") as connection:
        connection.execute(f"CREATE TABLE outages AS SELECT * FROM '{path}' ORDER BY random()")
    return path, f"duckdb://{tmp_path / 'outages.db'}"


def test_another_schema__in_parquet_and_in_a_table__by_its_data_source_alone(outages):
    definition = definition_from(OUTAGES, LEVELS)
    measured, other = (measure(definition, data, ALL, SECRET) for data in outages)

    assert measured.figures == (Figure("cleared-in-time", 1, 2), Figure("downtime", 90, 2))
    assert other.to_json() == measured.to_json()
    assert measured.evidence_root == reference.root(reference.leaves(OUTAGE_LINES, SECRET, "all"))
    for line in OUTAGE_LINES:
        found = measured.evidence.line_of(line)
        assert measured.evidence.events[found - 1].row_hash == reference.keccak(line)
        assert measured.evidence.prove(found).root == measured.evidence_root


def test_tables__that_cannot_be_measured(outages):
    path, url = outages
    definition = definition_from(OUTAGES, LEVELS)

    def refused(error, definition, data=url):
        with pytest.raises(error) as caught:
            measure(definition, data, ALL, SECRET)
        return caught.value.problem

    def changed(**details: Any) -> Definition:
        made = source(**OUTAGES["spec"]["connectionDetails"] | details)
        return definition_from(made, LEVELS)

    assert refused(SourceError, changed(table=None)) == "the data source names no table; write table: and its name"
    assert refused(SourceError, changed(table="other")).startswith("has no table other that can be read")
    assert refused(SourceError, definition, "postgres://u:secret@127.0.0.1:1/x").startswith("cannot be reached")
    assert "load" in refused(SourceError, changed(columns=["load"]))
    assert refused(MissingColumns, changed(case="event")).startswith("has no column 'event' (data source, case)")
    assert refused(BadValue, changed(attribution="note")).startswith("column 'note' is 'pump, \"north\"'")
    backend = ibis.duckdb.connect()
    backend.raw_sql("CREATE TABLE outages AS SELECT '1' AS c, 1 AS o, '2024-05-01' AS day FROM range(2)")
    twice = source(table="outages", case="c", order="o", timeFormat="ISO", attribution="day")
    with pytest.raises(RepeatedRows) as caught:
        measure(definition_from(twice, [slo("all", "true", "true")]), backend, ALL, SECRET)
    assert caught.value.cases == 1
    by_time = source(table="outages", case="c", at="day", timeFormat="ISO", attribution="day")
    with pytest.raises(RepeatedRows):
        measure(definition_from(by_time, [slo("all", "true", "true")]), backend, ALL, SECRET)
    assert str(path) not in str(caught.value)


class Growing(Cases):
    """A table to which somebody writes while it is measured."""

    def events(self):
        self._engine.backend.raw_sql(
            "INSERT INTO outages SELECT * REPLACE (9 AS sensor_event) FROM outages WHERE sensor_event = 1"
        )
        return super().events()


@pytest.mark.threat("T85")
def test_a_table__that_grows_while_it_is_measured__is_refused(outages, monkeypatch):
    path, _ = outages
    backend = ibis.duckdb.connect()
    backend.raw_sql(f"CREATE TABLE outages AS FROM '{path}'")
    definition = definition_from(OUTAGES, LEVELS)
    assert measure(definition, backend, ALL, SECRET).event_count == 3

    monkeypatch.setattr("workpact.measurement.cases.Cases", Growing)
    with pytest.raises(LogError) as caught:
        measure(definition, backend, ALL, SECRET)

    assert caught.value.problem == "answers differently when asked twice; measure when nobody writes to it"


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("ISO", "2016-02-29", datetime(2016, 2, 29, tzinfo=UTC)),
        ("ISO", "2016-02-29T23:59:59.999Z", datetime(2016, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("ISO", "2016-03-01 01:30-0530", datetime(2016, 3, 1, 7, 0, tzinfo=UTC)),
        ("ISO", "2016-03-01T01:30:00+05", datetime(2016, 2, 29, 20, 30, tzinfo=UTC)),
        ("%m/%d/%y %I:%M %p", "2/29/16 12:05 am", datetime(2016, 2, 29, 0, 5, tzinfo=UTC)),
        ("%m/%d/%y %I:%M %p", "12/31/70 12:05 PM", datetime(1970, 12, 31, 12, 5, tzinfo=UTC)),
        ("%Y%m%d.%H%M%S", "20000229.235959", datetime(2000, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("%d.%m.%Y|%H:%M:%S.%f %z", "1.1.2100|0:00:00.5 +01:00", datetime(2099, 12, 31, 23, 0, tzinfo=UTC)),
        ("ISO", "2015-02-29", None),
        ("ISO", "2016-02-29T24:00", None),
        ("ISO", "2016-2-29", None),
        ("%Y%m%d", "21000229", None),
        ("%m/%d/%y %I:%M %p", "2/29/16 13:05 am", None),
        ("%Y%m%d", "19691231", None),
    ],
)
def test_dates__of_many_forms(tmp_path, form, text, moment):
    path = tmp_path / "log.csv"
    path.write_text(f"id,day\n1,{text}\n")
    definition = definition_from(
        source(case="id", timeFormat=form, attribution="day"), [slo("all", "true", "true")], time_zone="UTC"
    )
    if moment is None:
        with pytest.raises(BadValue) as caught:
            measure(definition, path, ALL, SECRET)
        assert (caught.value.line, caught.value.column, caught.value.value) == (2, "day", text)
        return
    second = int(moment.timestamp())
    assert measure(definition, path, Period(name="s", start=second, end=second + 1), SECRET).figures[0].total == 1
