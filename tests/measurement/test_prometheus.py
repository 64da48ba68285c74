"""Samples of a Prometheus as the log, from a server on a real socket."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.measurement import reference
from tests.measurement.desk import MARCH, SECRET, average, data_source, slo
from tests.measurement.prometheus_server import STALE, Prometheus, error, serving
from workpact.measurement import Definition, Doubt, Figure, Period, definition_from, measure, prometheus
from workpact.measurement.errors import (
    BadValue,
    DefinitionError,
    DoubtfulData,
    EmptyPeriod,
    LogError,
    MeasurementError,
    SourceError,
)

DAY = Period(name="day", start=1456790400, end=1456876800)
START = DAY.start * 1000
HOUR = 3_600_000
PROBES = 'probe_success{job="desk"}'
UP = slo("up", "value = '1'", "true")


@pytest.fixture
def server() -> Iterator[Prometheus]:
    with serving() as one:
        yield one


def source(*series: str, **details: Any) -> dict[str, Any]:
    """A data source of samples, each a case."""
    made = data_source()
    roles = {"case": ["series", "time"], "attribution": "time", "timeFormat": "ISO", "maxLag": "1 day"}
    made["spec"]["connectionDetails"] = {"series": list(series), **roles} | details
    return made


def define(*levels: dict[str, Any], series: Any = (PROBES,), **details: Any) -> Definition:
    return definition_from(source(*series, **details), levels or [UP])


def probes(server: Prometheus, *values: str, first: int = START, every: int = 6 * HOUR, **labels: str) -> None:
    samples = [(first + place * every, value) for place, value in enumerate(values)]
    server.add("probe_success", samples, job="desk", **labels)


def problem(server: Prometheus, definition: Definition | None = None, kind: type[LogError] = SourceError) -> str:
    with pytest.raises(kind) as caught:
        measure(definition or define(), server.url, DAY, SECRET)
    assert type(caught.value) is kind
    assert str(caught.value).startswith(f"{server.url}: ")
    return caught.value.problem


@pytest.mark.parametrize("includes_start", [True, False])
def test_probes__every_sample_a_case_of_the_period_alone(server, includes_start):
    server.includes_start = includes_start
    # Of 15 minutes each: the last of the day before and the first of the day after are in neither figure.
    values = ["0", *["1"] * 50, "0", *["1"] * 45, "0"]
    probes(server, *values, first=START - 15 * 60_000, every=15 * 60_000, instance="a")
    probes(server, "1", "0.5", first=START + 1, every=24 * HOUR - 2, instance="b")
    server.add("probe_success", [(START, "0")], job="other")

    measured = measure(define(), server.url, DAY, SECRET)

    assert measured.figures == (Figure("up", 50 + 45 + 1, 96 + 2),)
    assert measured.doubts == ()


def test_probes__evidence__is_the_rows_as_of_a_table(server):
    probes(server, "1", "0", first=START + 123, every=1000, instance='a"b')
    probes(server, "1", first=START, instance="c")
    definition = define(columns=["series", "time", "value", "instance", "zone"])

    measured = measure(definition, server.url, DAY, SECRET)

    name = 'probe_success{{instance={},job="desk"}}'
    rows = [
        [name.format(r'"a\"b"'), "2016-03-01T00:00:00.123Z", "1", 'a"b'],
        [name.format(r'"a\"b"'), "2016-03-01T00:00:01.123Z", "0", 'a"b'],
        [name.format('"c"'), "2016-03-01T00:00:00.000Z", "1", "c"],
    ]
    lines = [written(row) + b"," for row in rows]
    assert measured.evidence_root == reference.root(reference.leaves(lines, SECRET, "day"))
    assert measured.event_count == 3


def written(row: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue().encode()


def test_samples__written_out_by_one_side__audited_from_parquet(server, tmp_path):
    probes(server, "1", "0", "1", every=5 * HOUR)
    columns = {
        "series": ['probe_success{job="desk"}'] * 3,
        "time": [f"2016-03-01T{hour:02}:00:00.000Z" for hour in (0, 5, 10)],
        "value": ["1", "0", "1"],
    }
    path = tmp_path / "samples.parquet"
    pyarrow.parquet.write_table(pa.table(columns), path)

    measured = measure(define(), server.url, DAY, SECRET)

    assert measured.figures == (Figure("up", 2, 3),)
    assert measure(define(), path, DAY, SECRET).to_json() == measured.to_json()


INCREASE = average("requests", "true", "increase")
COUNTER = ("http_requests_total",)


def requests(server: Prometheus, *samples: tuple[int, str], **labels: str) -> None:
    server.add("http_requests_total", [(START + at, value) for at, value in samples], **labels)


@pytest.mark.parametrize(
    ("samples", "total", "count"),
    [
        # Without a predecessor the first counts nothing.
        ([(0, "100"), (1, "107"), (2, "107"), (3, "110")], 10, 3),
        # The base is the last sample before the period, of the hour before alone.
        ([(-HOUR, "90"), (-1, "95"), (0, "100")], 5, 1),
        ([(-HOUR, "90"), (HOUR, "100")], 10, 1),
        ([(-HOUR - 1, "90"), (0, "100"), (HOUR, "101")], 1, 1),
        # One that fell began again from zero; a gap changes nothing.
        ([(0, "100"), (1, "30"), (13 * HOUR, "31"), (14 * HOUR, "0"), (15 * HOUR, "2")], 33, 4),
        # A series that ended and came back.
        ([(0, "5"), (1, "8"), (2, STALE), (9 * HOUR, "10")], 5, 2),
        # What grew after the last sample belongs to the next period.
        ([(0, "5"), (24 * HOUR - 1, "8"), (24 * HOUR, "900")], 3, 1),
        ([(0, "9007199254740990"), (1, "9007199254740992")], 2, 1),
        ([(-1, "3")], 0, 0),
    ],
)
def test_increase__of_a_counter__in_whole_numbers(server, samples, total, count):
    requests(server, *samples)
    measured = measure(
        define(INCREASE, series=COUNTER), server.url, DAY, SECRET, allow_empty=True, accept=["truncated"]
    )
    assert measured.figures == (Figure("requests", total, count),)


def test_increase__each_series_has_its_own(server):
    requests(server, (0, "1"), (HOUR, "4"), code="200")
    requests(server, (0, "10"), (7 * HOUR, "15"), (14 * HOUR, "16"), code="500")
    by_code = [average(f"of-{code}", f"code = '{code}'", "increase") for code in (200, 500)]

    measured = measure(define(*by_code, series=COUNTER), server.url, DAY, SECRET)

    assert measured.figures == (Figure("of-200", 3, 1), Figure("of-500", 6, 2))


@pytest.mark.parametrize("value", ["0.5", "-1", "NaN", "+Inf", "1e+21", "9007199254740993"])
def test_increase__of_no_whole_number__is_refused(server, value):
    requests(server, (0, "1"), (1, value), code="200")
    found = problem(server, define(INCREASE, series=COUNTER), BadValue)
    expected = 'a whole number up to 2^53, as a counter of http_requests_total{code="200"} has for its increase'
    assert found == f"column 'value' is '{value}', expected {expected}"


@pytest.mark.parametrize("value", ["NaN", "+Inf", "0.25"])
def test_value__that_no_level_counts__stays_its_text(server, value):
    probes(server, "1", value)
    assert measure(define(), server.url, DAY, SECRET).figures == (Figure("up", 1, 2),)
    assert measure(define(slo("n", f"value = '{value}'", "true")), server.url, DAY, SECRET).figures[0].good == 1


def test_value__averaged__must_be_whole(server):
    probes(server, "1", "0.25")
    assert problem(server, define(average("mean", "true", "value")), BadValue).startswith("column 'value' is '0.25'")


def test_two_selectors__are_one_log(server):
    probes(server, "1")
    server.add("up", [(START, "1"), (START + 1, "0")], job="desk")
    probed = slo("probed", "value = '1'", "__name__ = 'probe_success'")

    measured = measure(define(probed, UP, series=(PROBES, "up")), server.url, DAY, SECRET)

    assert measured.figures == (Figure("probed", 1, 1), Figure("up", 2, 3))


def test_selectors__that_overlap__are_refused(server):
    probes(server, "1")
    found = problem(server, define(series=(PROBES, "probe_success")))
    assert found.startswith('gives samples of probe_success{job="desk"} twice')


def test_label__that_no_series_has__is_no_value(server):
    probes(server, "1", "0")
    level = slo("up", "value = '1'", "reason IS NULL OR reason <> 'maintenance'")
    assert measure(define(level), server.url, DAY, SECRET).figures == (Figure("up", 1, 2),)


@pytest.mark.parametrize("labels", [{"value": "x"}, {"zone": "a", "Zone": "b"}])
def test_labels__that_are_no_columns__are_refused(server, labels):
    probes(server, "1", **labels)
    assert "has labels that differ in case alone, or one that is series, time, value, increase" in problem(server)


# What is asked, and of whom


def test_request__instant_queries_of_ranges__one_after_the_other(server):
    probes(server, "1", "1", "1", "1")
    measure(define(), server.url, DAY, SECRET)
    asked = [(path, parameters["query"], parameters["time"]) for path, parameters, _ in server.asked]
    ends = [f"{DAY.start + 6 * 3600 * part - 1}.999" for part in (1, 2, 3, 4)]
    # All of it twice: what answers differently is no source.
    assert asked == 2 * [("/api/v1/query", f"{PROBES}[21600000ms]", end) for end in ends]
    assert {credentials for *_, credentials in server.asked} == {None}


def test_request__counters__begin_an_hour_before(server):
    requests(server, (0, "1"))
    measure(define(INCREASE, series=COUNTER), server.url, DAY, SECRET)
    first = server.asked[0][1]
    assert first == {"query": "http_requests_total[3600000ms]", "time": f"{DAY.start - 1}.999"}


def test_address__prefix_and_credentials__go_there_and_are_never_shown(server):
    server.prefix = "/tenant/desk"
    probes(server, "1")
    host = server.url.removeprefix("prometheus://")
    address = f"prometheus://reader:p%40ss@{host}/tenant/desk/"

    assert measure(define(), address, DAY, SECRET).figures == (Figure("up", 1, 1),)
    assert {credentials for *_, credentials in server.asked} == {"Basic cmVhZGVyOnBAc3M="}

    server.answers.append((401, "no p@ss p%40ss"))
    with pytest.raises(SourceError) as caught:
        measure(define(), address, DAY, SECRET)
    assert str(caught.value) == (
        f"prometheus://{host}/tenant/desk: answers 401, and not as Prometheus does; check address and credentials"
    )


@pytest.mark.parametrize(
    "address", ["prometheus://", "prometheus://u:secret@[::1", "prometheus://h:port", "prometheus://h?a=b"]
)
def test_address__that_is_none__is_named(address):
    with pytest.raises(SourceError, match="is no address of a Prometheus") as caught:
        measure(define(), address, DAY, SECRET)
    assert "secret" not in str(caught.value)


def test_address__nobody_there__is_named():
    host = "127.0.0.1:1"
    with pytest.raises(SourceError) as caught:
        measure(define(), f"prometheus://u:secret@{host}", DAY, SECRET)
    assert str(caught.value) == f"prometheus://{host}: cannot be reached: [Errno 111] Connection refused"


def test_data_source__without_series__is_named(server):
    made = source(PROBES)
    del made["spec"]["connectionDetails"]["series"]
    found = problem(server, definition_from(made, [UP]))
    assert found == "the data source names no series; write series: and a selector"


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (400, error("bad_data", "unexpected character"), "refuses {q}: bad_data: unexpected character"),
        (422, error("execution", "too many samples"), "refuses {q}: execution: too many samples"),
        (503, error("timeout", "query timed out"), "refuses {q}: timeout: query timed out"),
        (503, "Service Unavailable", "answers 503, and not as Prometheus does; check address and credentials"),
        (200, "<html>", "answers 200, and not as Prometheus does; check address and credentials"),
        (200, {}, "answers 200, and not as Prometheus does; check address and credentials"),
        (302, "", "answers 302, to ask elsewhere; name that address itself"),
        (
            200,
            {"status": "success", "data": {"resultType": "matrix", "result": []}, "warnings": ["store away"]},
            "warns that the answer may lack samples: store away",
        ),
        (200, {"status": "success"}, "answers otherwise than Prometheus does; name its address"),
        (
            200,
            {"status": "success", "data": {"resultType": "vector", "result": []}},
            "answers otherwise than Prometheus does; name its address",
        ),
    ],
)
def test_answer__that_is_none__is_named(server, status, body, shown):
    server.answers.append((status, body))
    assert problem(server) == shown.format(q=f"{PROBES}[21600000ms]")


@pytest.mark.parametrize(
    "series",
    [
        {"metric": {"__name__": "a"}, "values": [[1456790400, None]]},
        {"metric": {"__name__": "a"}, "values": [["x", "1"]]},
        {"metric": {"__name__": "a"}, "values": [[1456790400.0001, "1"]]},
        {"metric": {}, "values": [[1456790400, "1"]]},
        {"metric": {"__name__": "a", "job": None}, "values": [[1456790400, "1"]]},
        {"metric": [], "values": []},
        "a",
    ],
)
def test_answer__with_something_else_in_it__is_named(server, series):
    server.answers.append((200, {"status": "success", "data": {"resultType": "matrix", "result": [series]}}))
    assert problem(server) == "answers otherwise than Prometheus does; name its address"


def test_answer__histograms__are_refused(server):
    series = {"metric": {"__name__": "a"}, "histograms": [[1456790400, {}]]}
    server.answers.append((200, {"status": "success", "data": {"resultType": "matrix", "result": [series]}}))
    assert problem(server) == "has histograms in a{}; name a counter or a gauge"


def test_answer__one_series_of_two_replicas__is_refused(server):
    probes(server, "1", "1")
    probes(server, "1", "0")
    assert problem(server).startswith('gives samples of probe_success{job="desk"} twice')


def test_server__that_answers_differently_when_asked_twice__is_refused(server):
    probes(server, "1", "1")
    earlier = [server.answer({"query": f"{PROBES}[21600000ms]", "time": f"{DAY.start + 6 * 3600 - 1}.999"})]
    server.series[0][1].append((START + 7 * HOUR, "0"))
    empty = {"status": "success", "data": {"resultType": "matrix", "result": []}}
    server.answers += [*earlier, (200, empty), (200, empty), (200, empty)]
    found = problem(server, kind=LogError)
    assert found == "answers differently when asked twice; measure when it has all of the period"


# What is in doubt


def test_no_sample__only_where_that_is_allowed(server):
    with pytest.raises(EmptyPeriod) as caught:
        measure(define(), server.url, DAY, SECRET)
    assert caught.value.held == {}

    measured = measure(define(), server.url, DAY, SECRET, allow_empty=True)
    assert (measured.figures, measured.evidence_root) == ((Figure("up", 0, 0),), bytes(32))


def test_samples__that_end_early_or_begin_late__are_doubts(server):
    probes(server, "1", first=MARCH.start * 1000 + 24 * HOUR * 16)
    with pytest.raises(DoubtfulData) as caught:
        measure(define(maxLag="14 days"), server.url, MARCH, SECRET)
    lagging = Doubt("lagging", 1, "its newest row is 15 days older than the period's end, 14 days may be")
    truncated = Doubt("truncated", 1, "its oldest sample is 16 days younger than the period's start, 14 days may be")
    assert caught.value.doubts == (lagging, truncated)

    names = [doubt.name for doubt in caught.value.doubts]
    measured = measure(define(maxLag="14 days"), server.url, MARCH, SECRET, accept=names)
    assert measured.doubts == (lagging, truncated)
    assert measure(define(maxLag="16 days"), server.url, MARCH, SECRET).doubts == ()


def test_period_that_runs__is_read_to_a_minute_ago(server, monkeypatch):
    probes(server, "1", "1", "0", "0", every=HOUR)
    monkeypatch.setattr(prometheus, "time", lambda: DAY.start + 2 * 3600 + 60.5)
    assert measure(define(), server.url, DAY, SECRET).figures == (Figure("up", 2, 2),)
    assert server.asked[-1][1]["time"] == f"{DAY.start + 2 * 3600 - 1}.999"


# The document


@pytest.mark.parametrize(
    "selector",
    [
        "up",
        "job:requests:total",
        "up{}",
        'up{job="desk",instance=~"10\\\\.0\\\\..*",}',
        'up { job != "a\\"}" , env !~ "x|y" }',
    ],
)
def test_selector__name_and_matchers__is_taken(selector):
    assert define(series=[selector]).source.series == (selector,)


@pytest.mark.parametrize(
    "selector",
    [
        "rate(up[5m])",
        "up[5m]",
        "up offset 1d",
        "up @ 1456790400",
        "up[1h:5m]",
        "sum(up)",
        "up + up",
        "up or down",
        '{__name__="up"}',
        "up{job=desk}",
        'up{job="desk"',
        'up{job="a\\"}',
        "up{job='desk'}",
        "1",
    ],
)
def test_selector__of_anything_else__is_refused(selector):
    with pytest.raises(DefinitionError) as caught:
        define(series=[selector])
    assert caught.value.field == "spec.connectionDetails.series.0"
    assert "is not a metric's name with matchers of labels; write one like" in caught.value.problem
    assert "the column increase counts whole ones" in caught.value.problem
    assert isinstance(caught.value, MeasurementError)
