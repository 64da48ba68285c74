"""A ticket log in DuckDB: rows to cases, cases to the period, cases to counts.

The database lives in memory, reads the one file, then loses access to files, the network and its
own settings before any text of a definition runs in it.
"""

import re
from typing import Any

import duckdb

from workpact.measurement.definition import RESOLUTION, Definition, Period, Where
from workpact.measurement.errors import (
    BadRow,
    BadValue,
    EmptyPeriod,
    ExpressionError,
    LogError,
    MissingColumns,
)
from workpact.measurement.expression import ExpressionRefused, as_select_item, columns_of
from workpact.measurement.log import LogFile

# Names that the queries here use for themselves.
_RESERVED = (RESOLUTION, "rowid")
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    # Logs hold personal data: nothing of them is spilled to disk.
    "temp_directory": "",
}


class TicketLog:
    """A log read into DuckDB. Rows keep their place in the file as `rowid`."""

    def __init__(self, log: LogFile, definition: Definition) -> None:
        self._log = log
        self._source = definition.source
        self._require_columns(definition)
        self._connection = duckdb.connect(":memory:", config=_SETTINGS)
        try:
            self._load()
            self._lock()
            self._check_values()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "TicketLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the database."""
        self._connection.close()

    def select(self, period: Period) -> int:
        """Take the cases of a period and return how many there are."""
        case, order = _name(self._source.case), _name(self._source.order)
        attributed = self._seconds(self._source.attribution)
        minutes = _floor_minutes(self._seconds(self._source.resolved), self._seconds(self._source.opened))
        self._run(
            "CREATE OR REPLACE TEMP TABLE final AS SELECT * FROM log QUALIFY row_number() OVER"
            f" (PARTITION BY {case} ORDER BY {order}::BIGINT DESC, rowid DESC) = 1"
        )
        self._run(
            f"CREATE OR REPLACE TEMP TABLE cases AS SELECT *, {minutes} AS {RESOLUTION} FROM final"
            f" WHERE {attributed} >= {period.start} AND {attributed} < {period.end}"
        )
        return self._count("SELECT count(*) FROM cases")

    def verdicts(self, where: Where) -> list[bool]:
        """Whether an expression holds, for each selected case. NULL does not hold."""
        item = as_select_item(where.text)
        try:
            described = self._run(f"DESCRIBE SELECT {item} FROM cases").fetchone()
            rows = self._run(f"SELECT {item} FROM cases").fetchall()
        except duckdb.Error as error:
            raise ExpressionError(*where, str(error).splitlines()[0]) from None
        assert described is not None
        if described[1] != "BOOLEAN":
            problem = f"is {described[1]}, not true or false; compare it with something"
            raise ExpressionError(*where, problem)
        return [bool(row[0]) for row in rows]

    def values(self, column: str, where: Where) -> list[int]:
        """A whole-number column of the selected cases where an expression holds, as far as they
        have a value there."""
        verdicts = self.verdicts(where)
        item = RESOLUTION if column == RESOLUTION else self._whole_number(column)
        rows = self._run(f"SELECT {item} FROM cases").fetchall()
        pairs = zip(rows, verdicts, strict=True)
        values = [row[0] for row, counted in pairs if counted and row[0] is not None]
        if min(values, default=0) < 0:
            problem = "has a case resolved before it was opened; leave it out by"
            raise LogError(self._log.path, f"{problem} '{where.text} AND {RESOLUTION} >= 0'")
        return values

    def event_rows(self) -> list[int]:
        """The rows of the selected cases, by their place in the file from 0."""
        case = _name(self._source.case)
        query = f"SELECT rowid FROM log WHERE {case} IN (SELECT {case} FROM cases) ORDER BY rowid"
        return [row[0] for row in self._run(query).fetchall()]

    def empty_period(self, period: Period) -> EmptyPeriod:
        """The error for a period without a case, with the months that have some."""
        attributed = self._timestamp(self._source.attribution)
        query = (
            f"SELECT strftime({attributed}, '%Y-%m'), count(*) FROM final"
            f" WHERE {attributed} IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return EmptyPeriod(self._log.path, period.name, dict(self._run(query).fetchall()))

    def _require_columns(self, definition: Definition) -> None:
        present = {name.lower() for name in self._log.header}
        for name in _RESERVED:
            if name in present:
                problem = f"has a column '{name}', which is computed; rename it in the export"
                raise BadRow(self._log.path, 1, problem)
        wanted = definition.columns()
        for where in definition.wheres():
            try:
                columns = columns_of(where.text)
            except ExpressionRefused as refusal:
                raise ExpressionError(*where, str(refusal)) from None
            for column in columns:
                wanted.setdefault(column, f"{where.owner}, {where.field}")
        known = present | {RESOLUTION}
        missing = {column: user for column, user in wanted.items() if column.lower() not in known}
        if missing:
            raise MissingColumns(self._log.path, missing, self._log.header)

    def _load(self) -> None:
        path = re.sub(r"([\[*?])", r"[\1]", str(self._log.path.resolve()))
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in self._log.header)
        names = ", ".join(_text(name) for name in self._log.header)
        # `new_line` is left to DuckDB: with '\r\n' given it reads no row, and says nothing.
        query = (
            f"CREATE TABLE log AS SELECT * FROM read_csv({_text(path)}, auto_detect = false,"
            f" header = true, columns = {{{columns}}}, force_not_null = [{names}],"
            " delim = ',', quote = '\"', escape = '\"', strict_mode = true, parallel = false,"
            f" encoding = 'utf-8', compression = {_text(self._log.compression)})"
        )
        try:
            self._run(query)
        except duckdb.Error as error:
            raise LogError(self._log.path, f"is not CSV that can be read: {error}") from None
        self._log.require_unchanged()
        found = self._count("SELECT count(*) FROM log")
        if found != len(self._log.lines):
            problem = f"has {len(self._log.lines)} rows, of which {found} could be read as CSV"
            raise LogError(self._log.path, problem)

    def _lock(self) -> None:
        self._run("SET enable_external_access = false")
        self._run("SET lock_configuration = true")

    def _check_values(self) -> None:
        source = self._source
        case, order = _name(source.case), _name(source.order)
        self._require(source.case, f"{case} NOT IN ('', {_text(source.missing)})", "a case number")
        self._require(source.order, f"regexp_full_match({order}, '-?[0-9]{{1,18}}')", "a whole number")
        for column in (source.opened, source.resolved, source.attribution):
            value = _name(column)
            readable = (
                f"({value} = {_text(source.missing)}"
                f" OR coalesce({self._timestamp(column)} >= TIMESTAMP '1970-01-01', false))"
            )
            self._require(column, readable, f"a date like {source.time_format}")

    def _require(self, column: str, condition: str, expected: str) -> None:
        query = f"SELECT rowid, {_name(column)} FROM log WHERE NOT ({condition}) ORDER BY rowid LIMIT 1"
        row = self._run(query).fetchone()
        if row is not None:
            line = self._log.numbers[row[0]]
            raise BadValue(self._log.path, line, column, row[1], expected)

    def _whole_number(self, column: str) -> str:
        name, missing = _name(column), _text(self._source.missing)
        whole = f"{name} = {missing} OR regexp_full_match({name}, '[0-9]{{1,18}}')"
        self._require(column, whole, "a whole number, not negative")
        return f"CASE WHEN {name} = {missing} THEN NULL ELSE {name}::BIGINT END"

    def _timestamp(self, column: str) -> str:
        value = _name(column)
        return (
            f"CASE WHEN {value} = {_text(self._source.missing)} THEN NULL"
            f" ELSE try_strptime({value}, {_text(self._source.time_format)}) END"
        )

    def _seconds(self, column: str) -> str:
        moment, zone = self._timestamp(column), self._source.time_zone
        return f"(epoch_us({moment if zone == 'UTC' else f'timezone({_text(zone)}, {moment})'}) // 1000000)"

    def _run(self, query: str) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(query)

    def _count(self, query: str) -> int:
        row: Any = self._run(query).fetchone()
        return int(row[0])


def _floor_minutes(later: str, earlier: str) -> str:
    # DuckDB's `//` cuts towards zero; a span that runs backwards is floored like any other.
    span = f"({later} - {earlier})"
    return f"(({span} - ({span} % 60 + 60) % 60) // 60)"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
