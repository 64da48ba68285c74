"""One definition gives the same integers on DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import ibis
import psycopg
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.measurement import reference
from tests.measurement.desk import (
    MARCH,
    SECRET,
    average,
    define,
    excluding,
    generator,
    metric,
    nine_levels,
    sliced,
    slo,
)
from tests.measurement.test_conditions import CASES
from workpact.measurement import Definition, Measurement, measure

EXPRESSIONS = [
    "t < 'b'",
    "t <= 'Z'",
    "t > 'z'",
    "t BETWEEN 'A' AND 'a'",
    "t IN ('ä', 'Zebra', 'it''s')",
    "t NOT IN ('ä', 'Zebra')",
    "lower(t) = 'zebra'",
    "upper(t) = 'STRASSE'",
    "t ILIKE 'Z%'",
    "t LIKE '_' OR t LIKE '%\"%'",
    "t NOT LIKE '%a%'",
    "length(t) = 1",
    "length(trim(t)) = 3",
    "ltrim(t) = 'pad ' OR rtrim(t) = ' pad'",
    "left(t, 2) = 'it'",
    "right(t, 3) = 'bra'",
    "right(t, 9) = t",
    "substr(t, 2, 2) = 'eb'",
    "substr(t, 3) = '''s'",
    "starts_with(t, 'Z') OR ends_with(t, 'e') OR contains(t, '%')",
    "regexp_matches(t, '[a-c][%b]')",
    "regexp_full_match(t, '(Z|S)[a-zß]+')",
    "t || t = 'ää'",
    "nullif(t, 'ä') IS NULL",
    "coalesce(nullif(t, 'ä'), 'x') = 'x'",
    "n // 7 = -1",
    "n % 7 = 6",
    "n // 7 * 7 + n % 7 = n",
    "abs(n) > 5",
    "greatest(n, 3) = 3 AND least(n, 0) < 0",
    "n BETWEEN -1 AND 8",
    "n IS NULL",
    "NOT (n > 0)",
    "NOT (n IN (1, 8))",
    "n > 0 OR t = 'ä'",
    "(n > 0) IS NOT TRUE",
    "(n > 0) IS FALSE",
    "CASE WHEN n > 0 THEN t WHEN n < 0 THEN 'ä' END = 'ä'",
    "CASE n WHEN 8 THEN 1 ELSE n END = 1",
    "CAST(CASE WHEN t = '12' THEN t ELSE '0' END AS INTEGER) = 12",
    "TRY_CAST(t AS INTEGER) = 12",
    "CAST(n AS VARCHAR) = '-8'",
]
TEXTS = ["a", "b", "B", "Z", "Zebra", "zebra", "ä", "é", "Straße", "it's", "ab%", 'q"q', " pad ", "12", "-", "\\"]
NUMBERS = ["1", "-1", "8", "-8", "0", "?"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[list[str]]]:
    """Every text with every number, as a file and as rows."""
    columns = ["id", "t", "n", "closed"]
    pairs = [(text, number) for text in TEXTS for number in NUMBERS]
    rows = [[str(place), *pair, "2016-03-27T02:30:00"] for place, pair in enumerate(pairs)]
    path = tmp_path_factory.mktemp("expressions") / "log.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns, *rows])
    return path, columns, rows


def expressions() -> Definition:
    return define(
        *(slo(f"e{place}", where, "true") for place, where in enumerate([*EXPRESSIONS, *CASES])),
        table="log", case="id", order=None, clocks=[], timeFormat="ISO", attribution="closed", wholeNumbers=["n"],
    )  # fmt: skip


def life(**details: Any) -> Definition:
    """The desk's levels, with every kind of clock, in a zone whose clock changes."""
    pause = {"pause": "incident_state LIKE 'Awaiting%'"}
    hours = {"weekly": ["Mon-Fri 08:00-18:00", "Sat 09:00-12:30"], "holidays": ["2016-03-28"]}
    ends = {"from": "opened_at", "to": "resolved_at"}
    first, last = {"first": "incident_state <> 'New'"}, {"last": "incident_state LIKE 'A%'"}
    clocks = [
        {"name": "resolution_minutes", "unit": "minutes", **ends},
        {"name": "net_seconds", "unit": "seconds", **ends, **pause},
        {"name": "office_minutes", "unit": "minutes", **ends, "hours": hours},
        {"name": "net_office_minutes", "unit": "minutes", **ends, **pause, "hours": hours},
        {"name": "response_seconds", "unit": "seconds", "from": {"first": "true"}, "to": first},
        {"name": "worked_seconds", "unit": "seconds", "from": "opened_at", "to": last},
    ]
    levels = [average(clock["name"], f"{clock['name']} >= 0", clock["name"]) for clock in clocks]
    outage = {"reason": "planned-outage", "where": "priority LIKE '4 -%'"}
    unresolved = {"reason": "client-cause", "where": "NOT (resolution_minutes > 60)"}
    levels += [
        weighed("by-minutes"),
        sliced(weighed("days-by-minutes"), "0.9", "1d"),
        sliced(slo("bad-shifts", "made_sla = 'false'", "true"), "0.6", "8h", bad=True),
        excluding(slo("relieved", "made_sla = 'true'", "true"), outage, unresolved),
        sliced(excluding(slo("relieved-days", "made_sla = 'true'", "true"), outage), "0.666667", "1d"),
        excluding(average("relieved-minutes", "true", "resolution_minutes"), unresolved),
    ]
    return define(
        *nine_levels(), *levels, zone="Europe/Berlin", clocks=clocks, at="sys_updated_at", table="log",
        columns=["number", "sys_mod_count", "incident_state", "sys_updated_at"], **details,
    )  # fmt: skip


def weighed(name: str) -> dict[str, Any]:
    """A level in which each case counts as many as it took minutes."""
    level = slo(name, "made_sla = 'true'", "true")
    total = metric(where="resolution_minutes >= 0", weight="resolution_minutes")
    level["spec"]["indicator"]["spec"]["ratioMetric"]["total"] = {"metricSource": total}
    return level


@pytest.fixture(scope="module")
def desk_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str], list[list[str]]]:
    """The generated log as CSV, as Parquet and as rows."""
    folder = tmp_path_factory.mktemp("desk")
    path, parquet = folder / "log.csv", folder / "log.parquet"
    generator().generate(path, cases_a_month=12)
    columns, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    pyarrow.parquet.write_table(pa.table(arrays, names=columns), parquet)
    return path, parquet, columns, rows


def whole(definition: Definition, data: Any) -> Measurement:
    return measure(definition, data, MARCH, SECRET, accept=["backwards"])


def test_life__on_postgres__as_on_the_files(desk_log, postgres):
    path, parquet, columns, rows = desk_log
    to_postgres(postgres, "log", columns, rows)

    found = whole(life(), postgres)

    assert figures(found) == figures(whole(life(), path))
    assert found.to_json() == whole(life(), parquet).to_json()
    assert found.event_count > 12


def test_life__on_spark__as_on_the_files(desk_log, spark, tmp_path):
    _, parquet, columns, rows = desk_log
    to_spark(spark, "log", columns, rows, tmp_path)

    assert whole(life(), spark).to_json() == whole(life(), parquet).to_json()


def to_postgres(url: str, name: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table of text."""
    with psycopg.connect(url) as connection:
        shown = ", ".join(f'"{column}" text' for column in columns)
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        connection.execute(f'CREATE TABLE "{name}" ({shown})')
        with connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
            for each in rows:
                copy.write_row(each)


def to_spark(backend: Any, name: str, columns: list[str], rows: list[list[str]], folder: Path) -> None:
    """A view on a Parquet file of text."""
    arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    path = folder / f"{name}.parquet"
    pyarrow.parquet.write_table(pa.table(arrays, names=columns), path)
    backend._session.read.parquet(str(path)).createOrReplaceTempView(name)


def figures(measured: Any) -> list[Any]:
    return [(figure.name, figure.good, figure.total, *figure.exclusions) for figure in measured.figures]


def test_conditions__on_postgres__as_on_the_file(table, postgres):
    path, columns, rows = table
    to_postgres(postgres, "log", columns, rows)
    expected = figures(measure(expressions(), path, MARCH, SECRET))

    found = measure(expressions(), postgres, MARCH, SECRET)

    assert figures(found) == expected
    own = zip(EXPRESSIONS, expected, strict=False)
    trivial = {where for where, (_, good, total) in own if not 0 < good < total}
    assert trivial == {"upper(t) = 'STRASSE'", "right(t, 9) = t"}


def test_conditions__on_spark__as_on_the_file(table, spark, tmp_path):
    path, columns, rows = table
    to_spark(spark, "log", columns, rows, tmp_path)

    found = measure(expressions(), spark, MARCH, SECRET)

    assert figures(found) == figures(measure(expressions(), path, MARCH, SECRET))


# The summer time of Berlin began at 2:00 on the 27th; the last is in March in UTC, and in April in Berlin.
TYPED = [
    ("A", "2016-03-27 00:30:00+00", "2016-03-27 03:30:00"),
    ("B", "2016-03-01 08:00:00.25+00", "2016-03-01 09:00:00.75"),
    ("C", "2016-03-31 23:30:00+00", "2016-04-01 02:00:00"),
]


def typed() -> Definition:
    """A span from a moment with a zone to one of the agreement's clock."""
    taken = {"name": "taken", "unit": "seconds", "from": "opened", "to": "closed"}
    return define(
        average("taken", "true", "taken"), slo("hour", "taken = 3600", "taken > 0"),
        zone="Europe/Berlin", table="typed", case="id", order=None, timeFormat="ISO", attribution="opened",
        clocks=[taken],
    )  # fmt: skip


def selected(zoned: str, plain: str) -> str:
    """The rows as a query."""
    rows = (f"SELECT '{case}' id, {zoned}'{opened}' opened, {plain}'{closed}' closed" for case, opened, closed in TYPED)
    return " UNION ALL ".join(rows)


def test_typed_times__in_a_session_of_another_zone__the_same_integers_and_evidence(postgres, spark):
    with psycopg.connect(postgres) as connection:
        connection.execute("DROP TABLE IF EXISTS typed")
        connection.execute(f"CREATE TABLE typed AS {selected('timestamptz', 'timestamp')}")
        connection.execute("ALTER ROLE workpact SET timezone = 'Asia/Tokyo'")
    duck = ibis.duckdb.connect()
    duck.raw_sql(f"CREATE TABLE typed AS {selected('timestamptz', 'timestamp')}")
    duck.raw_sql("SET TimeZone = 'Asia/Tokyo'")
    spark._session.sql(selected("timestamp", "timestamp_ntz")).createOrReplaceTempView("typed")
    spark._session.conf.set("spark.sql.session.timeZone", "America/New_York")

    found = [whole(typed(), data) for data in (postgres, duck, spark)]

    assert [figures(each) for each in found] == 3 * [[("taken", 5400, 3), ("hour", 1, 2)]]
    lines = [f"{closed},{case},{opened}".encode() for case, opened, closed in TYPED]
    root = reference.root(reference.leaves(lines, SECRET, MARCH.name))
    assert [each.evidence_root for each in found] == 3 * [root]
