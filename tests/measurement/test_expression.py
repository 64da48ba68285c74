"""A `where` is one expression over its row: it reads nothing else and always gives the same."""

import duckdb
import pytest

from tests.measurement.desk import MARCH, SECRET, define, row, slo, write_log
from workpact.measurement import measure
from workpact.measurement.engine import open_log
from workpact.measurement.errors import ExpressionError
from workpact.measurement.expression import MAX_LENGTH, ExpressionRefused, columns_of
from workpact.measurement.kinds import check


@pytest.mark.parametrize(
    ("where", "columns"),
    [
        ("true", ()),
        ("made_sla = 'true'", ("made_sla",)),
        ("priority LIKE '1 -%' AND resolution_minutes <= 240", ("priority", "resolution_minutes")),
        ("a = ';' OR b = '--' OR c = '/*'", ("a", "b", "c")),
        ('"made sla" = \'1\'', ("made sla",)),
        ("a IN ('x', 'y') AND b NOT IN ('z') AND NOT (c IS NULL) AND a IS NOT NULL", tuple("abc")),
        ("n BETWEEN 1 AND 2 AND m // 2 + 1 > 3 * n - 4 % 5", ("n", "m")),
        ("CASE WHEN a = '1' THEN b = '2' ELSE c = '3' END", tuple("abc")),
        ("CASE a WHEN '1' THEN 2 WHEN '3' THEN n END = 2", ("a", "n")),
        ("coalesce(a, b) = upper(trim(c)) || 'x'", tuple("abc")),
        ("starts_with(a, 'x') AND regexp_full_match(b, '[0-9]+(a|b)?') AND c NOT ILIKE 'q%'", tuple("abc")),
        ("CAST(a AS INTEGER) > 1 AND TRY_CAST(b AS BIGINT) = 2 AND n::VARCHAR = '3'", ("a", "b", "n")),
        ("a = 'x' -- the usual ones", ("a",)),
        ("substr(a, 2, 3) = left(b, 1) AND greatest(n, abs(-3), length(c)) = 3", ("a", "b", "n", "c")),
        ("nullif(a, '') IS NULL AND (a = b) IS NOT TRUE", ("a", "b")),
    ],
)  # fmt: skip
def test_expressions_and_their_columns(where, columns):
    assert columns_of(where) == columns
    check(where, {"n", "m", "resolution_minutes"})


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("a" * (MAX_LENGTH + 1), "is longer than 1000 characters"),
        ("a = '\0'", "has a NUL character"),
        ("a = ", "is not an SQL expression"),
        ("a = 'x'; DROP TABLE log", "is a query or a command"),
        ("a = 'x'; b = 'y'", "is more than one statement"),
        ("true); DROP TABLE log; SELECT (true", "is not an SQL expression"),
        ("true) FROM log WHERE (true", "is not an SQL expression"),
        ("true UNION SELECT true", "is a query or a command"),
        ("SELECT true", "is a query or a command"),
        ("FROM log", "is a query or a command"),
        ("DROP TABLE log", "is a query or a command"),
        ("INSERT INTO log VALUES (1)", "is a query or a command"),
        ("UPDATE log SET a = 1", "is a query or a command"),
        ("DELETE FROM log", "is a query or a command"),
        ("COPY log TO 'x'", "is a query or a command"),
        ("SET threads = 1", "is a query or a command"),
        ("PRAGMA x", "is a query or a command"),
        ("ATTACH 'x'", "is a query or a command"),
        ("(SELECT true)", "has a subquery"),
        ("a IN (SELECT b FROM log)", "has a subquery"),
        ("EXISTS (FROM log)", "has a subquery"),
        ("random() < 1", "calls rand()"),
        ("now() > a", "calls now()"),
        ("nextval('s') = 1", "calls nextval()"),
        ("getenv('HOME') = 'x'", "calls getenv()"),
        ("strptime(a, '%d') > b", "calls str_to_time()"),
        ("current_date = '1'", "calls current_date()"),
        ("a AT TIME ZONE 'UTC' > b", "uses attimezone"),
        ("count(*) > 1", "calls count()"),
        ("sum(n) > 1", "calls sum()"),
        ("length(DISTINCT a) > 1", "uses distinct"),
        ("row_number() OVER () = 1", "uses window"),
        ("a = ?", "uses placeholder"),
        ("a = $b", "uses placeholder"),
        ("#1", "uses positionalcolumn"),
        ("* = 1", "uses star"),
        ("COLUMNS('a') = 1", "calls columns()"),
        ("a COLLATE nocase = 'b'", "calls collate()"),
        ("length(x -> x) = 1", "uses lambda"),
        ("a[1] = 'b'", "uses bracket"),
        ("log.a = 'b'", "names 'log.a'; write the column alone"),
        ("n / 2 > 1", "divides with '/', which is not exact"),
        ("n // m = 1", "divides by something else than a number from 1"),
        ("n % 0 = 1", "divides by something else than a number from 1"),
        ("n < 0.5", "has 0.5; only whole numbers"),
        ("n < 1e3", "has 1e3; only whole numbers"),
        ("CAST(a AS DOUBLE) > 1", "casts to DOUBLE"),
        ("a::TIMESTAMPTZ > b", "casts to TIMESTAMPTZ"),
        ("a::DATE > b", "casts to DATE"),
        ("a", "is text, not true or false; compare it with something"),
        ("n", "is a whole number, not true or false"),
        ("a > 3", "puts a with 3: a whole number and text; write CAST"),
        ("length(n) = 1", "takes n for text, but it is a whole number"),
        ("a + 1 = 2", "takes a for a whole number, but it is text; write CAST"),
        ("a AND true", "takes a for boolean, but it is text"),
        ("(a = b) < true", "compares true with false"),
        ("a LIKE b", "has a LIKE with something else than a text"),
        ("a LIKE 'x!%' ESCAPE '!'", "uses escape"),
        ("a IN ('x', NULL)", "has NULL in a list"),
        ("a LIKE ANY ('x')", "uses any"),
        ("substr(a, -1) = 'x'", "cuts text at -1; write a number from 1"),
        ("left(a, n) = 'x'", "cuts text at n; write a number from 0"),
        ("a b", "uses alias"),
        ("a IS DISTINCT FROM b", "uses nullsafeneq"),
        *(
            (f"regexp_matches(a, '{pattern}')", "has a regular expression that engines read differently")
            for pattern in (".", "^a", "a$", "[^a]", "\\d", "a*?", "a++", "(?i)a", "[[:alpha:]]", "(", "a{1,1000}", "")
        ),
    ],
)
def test_what_is_no_expression_of_the_row(where, problem):
    with pytest.raises(ExpressionRefused) as caught:
        check(where, {"n", "m"})
    assert str(caught.value).startswith(problem)


def test_an_expression_nested_as_deep_as_its_length_allows_is_read_or_refused():
    assert columns_of("(" * 20 + "a" + ")" * 20) == ("a",)
    with pytest.raises(ExpressionRefused, match="is nested too deeply"):
        columns_of("(" * 490 + "a" + ")" * 490)


def test_a_text_that_is_cast_and_no_number_names_level_field_and_value(tmp_path):
    path = write_log(tmp_path / "log.csv", [row(priority="7"), row(number="INC2"), row(number="INC3", priority="?")])
    where = "CAST(priority AS INTEGER) > 3"

    with pytest.raises(ExpressionError) as caught:
        measure(define(slo("made", where, "true")), path, MARCH, SECRET)
    measured = measure(define(slo("made", where.replace("CAST", "TRY_CAST"), "true")), path, MARCH, SECRET)

    assert (caught.value.owner, caught.value.field, caught.value.where) == ("level made", "good", where)
    assert caught.value.problem == (
        "casts '3 - Moderate', which is no whole number; leave such rows out by CASE, or use TRY_CAST, which gives NULL"
    )
    assert (measured.figures[0].good, measured.figures[0].total) == (1, 3)


@pytest.mark.threat("T86")
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('{path}')",
        "SELECT * FROM '{path}'",
        "SELECT * FROM read_text('{path}')",
        "COPY log TO '{path}.copy'",
        "ATTACH '{path}.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ],
)
def test_the_database_of_a_log_reaches_nothing_else(tmp_path, query):
    """Even if an expression got past the parser."""
    path = write_log(tmp_path / "log.csv", [row()])
    refused = pytest.raises(duckdb.Error, match=r"disabled (by|through) configuration|configuration has been locked")
    with open_log(path, define(slo("made", "true", "true")).source, ["number"], MARCH) as engine, refused:
        engine.backend.raw_sql(query.format(path=path))
    assert list(tmp_path.iterdir()) == [path]
