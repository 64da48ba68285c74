"""Cases that count as many as a column says: requests by counters, and what else comes in lots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import BaseConstructor

from tests.measurement.desk import SECRET, data_source, metric, slo
from tests.measurement.prometheus_server import serving
from workpact.measurement import Definition, Figure, Period, definition_from, measure
from workpact.measurement.errors import BadValue, DefinitionError, LogError, MissingColumns
from workpact.terms.lint import lint

HOUR = 3_600
DAY = Period(name="day", start=1456790400, end=1456876800)


def lots(path: Path, *rows: tuple[int, str, str]) -> Path:
    """A log of lots: the second of the day, the state and the size of each."""
    lines = [f"L{place},{_instant(at)},{state},{size}" for place, (at, state, size) in enumerate(rows)]
    path.write_text("\n".join(["lot,at,state,size", *lines]) + "\n")
    return path


def _instant(at: int) -> str:
    return f"2016-03-01T{at // HOUR:02}:{at % HOUR // 60:02}:{at % 60:02}Z"


def weighed(name: str = "good", total: str = "true", by: str = "size", **details: Any) -> dict[str, Any]:
    """A level: lots that are good, of all."""
    made = slo(name, "state = 'good'", total)
    made["spec"]["indicator"]["spec"]["ratioMetric"]["total"] = {
        "metricSource": metric(where=total, weight=by, **details)
    }
    return made


def define(*levels: dict[str, Any], quantities: Any = None, **details: Any) -> Definition:
    made = data_source()
    roles = {"case": "lot", "attribution": "at", "timeFormat": "ISO"}
    made["spec"]["connectionDetails"] = roles | details
    return definition_from(made, levels, quantities)


def figures(definition: Definition, path: Path) -> Sequence[Figure]:
    return measure(definition, path, DAY, SECRET).figures


def test_weight__good_of_total__in_units_of_the_column(tmp_path):
    path = lots(tmp_path / "log.csv", (0, "good", "7"), (1, "bad", "3"), (2, "good", "0"), (3, "good", ""))
    definition = define(
        weighed(),
        slo("lots", "state = 'good'", "true"),
        quantities={"made": metric(where="state = 'good'", weight="size")},
    )

    measured = measure(definition, path, DAY, SECRET)

    # One without a size counts nothing; unweighted, every lot is one.
    assert measured.figures == (Figure("good", 7, 10), Figure("lots", 3, 4))
    assert measured.quantities == (("made", 7),)
    assert measured.event_count == 4


def test_weight__no_case_at_all__is_none(tmp_path):
    path = lots(tmp_path / "log.csv", (0, "good", "7"))
    definition = define(weighed(total="state = 'x'"), quantities={"made": metric(where="state = 'x'", weight="size")})
    measured = measure(definition, path, DAY, SECRET)
    assert (measured.figures, measured.quantities) == ((Figure("good", 0, 0),), (("made", 0),))


def test_weight__a_clock(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "lot,at,to,state\n1,2016-03-01T00:00:00Z,2016-03-01T00:05:30Z,good\n2,2016-03-01T01:00:00Z,2016-03-01T01:02:00Z,bad\n"
    )
    clock = {"name": "minutes", "unit": "minutes", "from": "at", "to": "to"}
    assert figures(define(weighed(by="minutes"), clocks=[clock]), path) == (Figure("good", 5, 7),)


def test_weight__excluded__in_units_of_the_column(tmp_path):
    path = lots(tmp_path / "log.csv", (0, "good", "7"), (1, "bad", "3"), (2, "idle", "40"))
    level = weighed(exclude=[{"reason": "planned-outage", "where": "state = 'idle'"}])
    (figure,) = figures(define(level), path)
    assert (figure.good, figure.total, figure.excluded) == (7, 10, 40)


def sliced(level: dict[str, Any], target: str = "0.9") -> dict[str, Any]:
    objective = {"displayName": "x", "target": "0.5", "timeSliceTarget": target, "timeSliceWindow": "1h"}
    level["spec"] |= {"budgetingMethod": "Timeslices", "objectives": [objective]}
    return level


def test_weight__slices__each_by_what_its_cases_weigh(tmp_path):
    rows = [
        # 90 of 100, though one lot of two; then 89 of 100; then nothing that weighs.
        *((0, "good", "90"), (1, "bad", "10")),
        *((HOUR, "good", "89"), (HOUR + 1, "bad", "11")),
        *((2 * HOUR, "good", "0"), (2 * HOUR + 1, "bad", "")),
        # None is good.
        (3 * HOUR, "bad", "1"),
    ]
    path = lots(tmp_path / "log.csv", *rows)

    assert figures(define(sliced(weighed())), path) == (Figure("good", 1, 3),)
    assert figures(define(sliced(slo("good", "state = 'good'", "true"), "0.5")), path) == (Figure("good", 3, 4),)


@pytest.mark.parametrize("quantities", [None, {"made": metric(where="state = 'bad'", weight="size")}])
def test_weight__negative__is_refused_where_it_counts(tmp_path, quantities):
    path = lots(tmp_path / "log.csv", (0, "good", "7"), (1, "bad", "-3"))
    owner = "quantity made" if quantities else "level good"
    level = slo("lots", "true", "true") if quantities else weighed()
    with pytest.raises(LogError) as caught:
        figures(define(level, quantities=quantities), path)
    assert caught.value.problem == f"{owner} counts 1 cases by a negative weight; leave them out by its condition"

    assert figures(define(weighed(total="size >= 0")), path) == (Figure("good", 7, 7),)


def test_weight__that_is_no_whole_number_or_no_column__is_named(tmp_path):
    path = lots(tmp_path / "log.csv", (0, "good", "7.5"))
    with pytest.raises(BadValue) as caught:
        figures(define(weighed()), path)
    assert (caught.value.line, caught.value.column, caught.value.value) == (2, "size", "7.5")
    with pytest.raises(MissingColumns) as lacking:
        figures(define(weighed(by="length")), path)
    assert lacking.value.missing == {"length": "level good, weight"}


def test_weight__where_it_cannot_be__is_refused():
    own = slo("good", "true", "true")
    own["spec"]["indicator"]["spec"]["ratioMetric"]["good"] = {"metricSource": metric(where="true", weight="size")}
    with pytest.raises(DefinitionError, match="level good, good: weighs cases; write weight at total"):
        define(own)
    average = {"metricSource": metric(where="true", average="size", weight="size")}
    mean = {"metadata": {"name": "mean"}, "spec": {"indicator": {"spec": {"thresholdMetric": average}}}}
    with pytest.raises(DefinitionError, match="level mean, weight: weighs an average"):
        define(mean)


def test_requests__of_a_prometheus__good_of_all_by_counters():
    source = data_source()
    source["spec"]["connectionDetails"] = {
        "series": 'http_requests_total{job="desk"}',
        **{"case": ["series", "time"], "attribution": "time", "timeFormat": "ISO", "maxLag": "1 day"},
    }
    level = weighed("answered", by="increase")
    ratio = level["spec"]["indicator"]["spec"]["ratioMetric"]
    ratio["good"]["metricSource"]["spec"]["where"] = "NOT starts_with(code, '5')"
    asked = metric(where="true", weight="increase")
    start = DAY.start * 1000
    with serving() as server:
        for code, values in {"200": [100, 160, 20], "404": [7, 7, 9], "503": [1, 4, 4]}.items():
            samples = [(start + (place - 1) * 60_000, str(value)) for place, value in enumerate(values)]
            server.add("http_requests_total", samples, job="desk", code=code)

        measured = measure(definition_from(source, [level], {"requests": asked}), server.url, DAY, SECRET)

    # 200: 60, then a restart and 20; 404: 0 and 2; 503: 3 and 0.
    assert measured.figures == (Figure("answered", 82, 85),)
    assert measured.quantities == (("requests", 85),)


def test_openslo_file__of_a_prometheus__is_valid_and_measured():
    path = Path(__file__).with_name("website.yaml")
    loader = YAML(typ="safe", pure=True)
    loader.Constructor = BaseConstructor
    text = path.read_text(encoding="utf-8")
    assert lint(text, path.name) == []
    source, *levels = loader.load_all(text)
    start, every = DAY.start * 1000, 60_000
    with serving() as server:
        # One of three slices has a probe out of two that failed, the next one two out of three.
        probes = [(0, "1"), (1, "1"), (5, "0"), (6, "1"), (10, "0"), (11, "1"), (12, "0")]
        samples = [(start + at * every, value) for at, value in probes]
        server.add("probe_success", samples, job="website")
        for code, values in {"200": [5, 1005], "500": [0, 3]}.items():
            samples = [(start + (place - 1) * every, str(value)) for place, value in enumerate(values)]
            server.add("http_requests_total", samples, job="website", code=code)

        measured = measure(definition_from(source, levels), server.url, DAY, SECRET)

    assert measured.figures == (Figure("up", 2, 3), Figure("answered", 3, 1003))
