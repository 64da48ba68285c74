"""A `where` is one expression over its row: it reads nothing else and always gives the same."""

import duckdb
import pytest

from tests.measurement.desk import MARCH, SECRET, define, row, slo, write_log
from workpact.measurement import measure
from workpact.measurement.errors import ExpressionError, MissingColumns
from workpact.measurement.expression import MAX_LENGTH, ExpressionRefused, columns_of
from workpact.measurement.log import read_log
from workpact.measurement.tickets import TicketLog


@pytest.mark.parametrize(
    ("where", "columns"),
    [
        ("true", ()),
        ("made_sla = 'true'", ("made_sla",)),
        ("priority LIKE '1 -%' AND resolution_minutes <= 240", ("priority", "resolution_minutes")),
        ("a = ';' OR b = '--' OR c = '/*'", ("a", "b", "c")),
        ('"made sla" = 1', ("made sla",)),
        ("a IN ('x', 'y') AND b NOT IN ('z') AND NOT (c IS NULL) AND a IS NOT NULL", tuple("abc")),
        ("a BETWEEN 1 AND 2 AND b // 2 + 1 > 3 * c - 4 % 5", tuple("abc")),
        ("CASE WHEN a = '1' THEN b = '2' ELSE c = '3' END", tuple("abc")),
        ("coalesce(a, b) = upper(trim(c)) || 'x'", tuple("abc")),
        ("starts_with(a, 'x') AND regexp_full_match(b, '[0-9]+') AND c NOT ILIKE 'q%'", tuple("abc")),
        ("CAST(a AS INTEGER) > 1 AND TRY_CAST(b AS BIGINT) = 2 AND a::DATE > DATE '2016-01-01'", ("a", "b")),
        ("a = 'x' -- the usual ones", ("a",)),
    ],
)  # fmt: skip
def test_expressions_and_their_columns(where, columns):
    assert columns_of(where) == columns


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("a" * (MAX_LENGTH + 1), "is longer than 1000 characters"),
        ("a = '\0'", "has a NUL character"),
        ("a = ", "is not an SQL expression"),
        ("a = 'x'; DROP TABLE log", "is not an SQL expression"),
        ("true); DROP TABLE log; SELECT (true", "is not an SQL expression"),
        ("true); SELECT (true", "is more than one statement"),
        ("true) FROM log WHERE (true", "is a query"),
        ("true), (true", "is a query"),
        ("true) UNION SELECT (true", "is a query"),
        ("true) ORDER BY (1", "is a query"),
        ("true) LIMIT (1", "is a query"),
        ("true) GROUP BY (1", "is a query"),
        ("(SELECT true)", "has a subquery"),
        ("a IN (SELECT b FROM log)", "has a subquery"),
        ("EXISTS (FROM log)", "has a subquery"),
        ("random() < 1", "calls random()"),
        ("now() > a", "calls now()"),
        ("nextval('s') = 1", "calls nextval()"),
        ("getenv('HOME') = 'x'", "calls getenv()"),
        ("current_setting('threads') = '1'", "calls current_setting()"),
        ("strptime(a, '%d') > b", "calls strptime()"),
        ("a AT TIME ZONE 'UTC' > b", "calls timezone()"),
        ("count(*) > 1", "calls count_star()"),
        ("sum(a) > 1", "calls sum()"),
        ("length(DISTINCT a) > 1", "calls length()"),
        ("row_number() OVER () = 1", "uses window"),
        ("a = ?", "uses parameter"),
        ("a = $b", "uses parameter"),
        ("#1", "uses positional reference"),
        ("* = 1", "uses star"),
        ("COLUMNS('a') = 1", "uses star"),
        ("a COLLATE nocase = 'b'", "uses collate"),
        ("length(x -> x) = 1", "uses lambda"),
        ("a[1] = 'b'", "uses array_extract"),
        ("log.a = 'b'", "names 'log.a'; write the column alone"),
        ("a / 2 > 1", "divides with '/', which is not exact"),
        ("resolution_minutes < 0.5", "uses type DECIMAL"),
        ("resolution_minutes < 1e3", "uses type DOUBLE"),
        ("CAST(a AS DOUBLE) > 1", "uses type DOUBLE"),
        ("a::TIMESTAMPTZ > b", "uses type TIMESTAMP WITH TIME ZONE"),
    ],
)
def test_what_is_no_expression_of_the_row(where, problem):
    with pytest.raises(ExpressionRefused) as caught:
        columns_of(where)
    assert str(caught.value).startswith(problem)


def test_an_expression_nested_as_deep_as_its_length_allows_is_read_or_refused():
    assert columns_of("(" * 490 + "a" + ")" * 490) == ("a",)
    assert columns_of("NOT " * 200 + "a") == ("a",)


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("made_sla", "is VARCHAR, not true or false; compare it with something"),
        ("resolution_minutes", "is BIGINT, not true or false; compare it with something"),
        ("length(resolution_minutes) = 1", "Binder Error: No function matches"),
        ("priority > 3", "Binder Error: Cannot compare values of type VARCHAR"),
        ("priority::INTEGER > 3", "Conversion Error: Could not convert string '3 - Moderate'"),
    ],
)
def test_what_only_the_log_can_show_names_level_and_field(tmp_path, where, problem):
    path = write_log(tmp_path / "log.csv", [row()])

    with pytest.raises(ExpressionError) as caught:
        measure(define(slo("made", where, "true")), path, MARCH, SECRET)

    assert (caught.value.owner, caught.value.field, caught.value.where) == (
        "level made",
        "good",
        where,
    )
    assert caught.value.problem.startswith(problem)


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
    with TicketLog(read_log(path), define(slo("made", "true", "true"))) as tickets, refused:
        tickets._run(query.format(path=path))
    assert list(tmp_path.iterdir()) == [path]


def test_names_of_sql_values_are_columns_or_nothing(tmp_path):
    """`current_date` without parentheses would be the day of measuring, were it not a column."""
    path = write_log(tmp_path / "log.csv", [row()])

    with pytest.raises(MissingColumns, match="has no column 'current_date'"):
        measure(define(slo("made", "current_date = '1'", "true")), path, MARCH, SECRET)
