"""Where a log is read from, as an Ibis table: a file or samples, by DuckDB in memory, or a table of a database.

DuckDB reads the one file, then loses access to files, the network and its own settings. Of a database nothing but
SELECT is asked, by Ibis expressions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis.backends import BaseBackend
from numpy.typing import NDArray

from workpact.measurement.definition import Period
from workpact.measurement.errors import BadRow, LogError, MissingColumns, SourceError
from workpact.measurement.log import LogFile, file_state, is_parquet, read_log
from workpact.measurement.prometheus import Samples, is_prometheus
from workpact.measurement.times import spark_text
from workpact.terms.data_source import ConnectionDetails

PLACE = "workpact place"
_ALL = 2**62
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    # Logs hold personal data: nothing of them is spilled to disk.
    "temp_directory": "",
}
# Ibis has them show times in UTC when it connects; the user may have changed that since.
_SESSION: dict[str, tuple[str, ...]] = {
    "duckdb": ("SET TimeZone = 'UTC'",),
    "pyspark": ("SET TIME ZONE 'UTC'",),
    "postgres": (
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SET datestyle = 'ISO'",
        "SET timezone = 'UTC'",
        # It takes what a step leaves for a row or two, and would compute the step again for each row of another.
        "SET enable_nestloop = off",
        "SET jit = off",
    ),
}


class Engine:
    """An open log. `text` is its columns as text; `lines` its file, if events are the lines of one; `samples` what was
    read of a Prometheus, of one period alone.

    `has_place` says whether rows have a place: then the column `PLACE` counts them from 0.
    """

    def __init__(
        self,
        name: Path | str,
        backend: BaseBackend,
        table: ir.Table,
        lines: LogFile | None = None,
        *,
        columns: Sequence[str] | None = None,
        owned: bool = False,
        samples: Samples | None = None,
    ) -> None:
        self.name = name
        self.backend = backend
        self.lines = lines
        self._table = table
        self._owned = owned
        self.columns = {column.lower(): column for column in columns or table.columns if column != PLACE}
        self.has_place = PLACE in table.columns
        self.is_bytewise = backend.name == "postgres"
        self.samples = samples
        self._kept = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._owned:
            self.backend.disconnect()

    def text(self, columns: Mapping[str, str]) -> tuple[ir.Table, dict[str, str]]:
        """The wanted columns as text, and by which name each is there (its own in lower case leads to it).

        `columns` says of each where it is named. Raises `MissingColumns`, or `SourceError` for one that is no text,
        whole number, boolean, date or decimal.
        """
        missing = {column: user for column, user in columns.items() if column.lower() not in self.columns}
        if missing:
            raise MissingColumns(self.name, missing, list(self.columns.values()))
        names = {lower: f"c{index}" for index, lower in enumerate(dict.fromkeys(map(str.lower, columns)))}
        picked = {name: _as_text(self, self._table[self.columns[lower]], lower) for lower, name in names.items()}
        if self.has_place:
            picked[PLACE] = self._table[PLACE]
        return self._table.select(**picked), names

    def keep(self, table: ir.Table) -> ir.Table:
        """The table computed once, where that writes nothing to a database of others."""
        return self._created("TABLE", table)

    def staged(self, table: ir.Table) -> ir.Table:
        """The table as a step of its own, so that what its columns compute is computed once for each row."""
        return self._created("VIEW", table)

    def _created(self, kind: str, table: ir.Table) -> ir.Table:
        if self.backend.name == "pyspark":
            # In the session's memory. Left as one plan, steps are planned again and again.
            return self.ask(table.cache)
        if not self._owned:
            # All of its rows: over a limit PostgreSQL does not put what a column computes wherever it is read.
            return table.limit(_ALL)
        self._kept += 1
        name = f"kept {self._kept}"
        sql = f'CREATE TEMP {kind} "{name}" AS {ibis.to_sql(table, dialect="duckdb", pretty=False)}'
        self.ask(lambda: self.backend.raw_sql(sql))
        return self.backend.table(name)

    def forget_text(self) -> None:
        """Free the text of a log that was read; what was kept of it stays."""
        if self._owned:
            self.ask(lambda: self.backend.raw_sql("DROP TABLE log"))

    def rows(self, table: ir.Table) -> list[dict[str, Any]]:
        """The rows of a table."""
        return [row for batch in self._answer(table) for row in batch.to_pylist()]

    def places(self, table: ir.Table) -> NDArray[np.int64]:
        """The column of places of a table, in the order of a file."""
        parts = [np.from_dlpack(batch.column(0)) for batch in self._answer(table)]
        return np.sort(np.concatenate([np.empty(0, np.int64), *parts]))

    def _answer(self, table: ir.Table) -> list[pa.RecordBatch]:
        # For a whole table Ibis loads pandas, which takes longer than to measure a month.
        batches: list[pa.RecordBatch] = self.ask(lambda: list(self.backend.to_pyarrow_batches(table)))
        return batches

    def written(self, table: ir.Table) -> Iterator[bytes]:
        """Each row as a line of CSV: NULL is empty, an empty text is two quotes; commas and quotes are quoted."""
        for batch in self.ask(lambda: self.backend.to_pyarrow_batches(table)):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield ",".join(map(self._value, row)).encode()

    def _value(self, value: str | None) -> str:
        if value is None:
            return ""
        if "\n" in value or "\r" in value or "\0" in value:
            raise SourceError(self.name, f"has a line break in a value of the evidence: {value!r}; name other columns")
        return value if value and not {",", '"'} & set(value) else '"' + value.replace('"', '""') + '"'

    def ask(self, question: Any) -> Any:
        """The engine's answer; what it refuses is a `SourceError`."""
        try:
            return question()
        except Exception as error:
            # Each engine has errors of its own, with no base in common.
            raise SourceError(self.name, f"the engine refuses: {str(error).splitlines()[0]}") from error


def open_log(
    data: Path | str | BaseBackend, source: ConnectionDetails, wanted: Collection[str], period: Period
) -> Engine:
    """Open a file, the URL of a database or of a Prometheus, or a connection of Ibis, for the wanted columns.

    Raises `LogError` or `SourceError`.
    """
    if isinstance(data, BaseBackend):
        return _of_database(f"{data.name} table {source.table}", data, source)
    if is_prometheus(str(data)):
        return _of_samples(Samples(str(data), source.series, period, wanted))
    if "://" in str(data):
        return _of_url(str(data), source)
    path = Path(data)
    file_state(path)
    return _of_parquet(path) if is_parquet(path) else _of_file(path, {column.lower() for column in wanted})


def _of_url(url: str, source: ConnectionDetails) -> Engine:
    parts = urlsplit(url)
    # Without user and password.
    name = f"{parts.scheme}://{parts.hostname or ''}{parts.path} table {source.table}"
    try:
        backend = ibis.connect(url)
    except Exception as error:
        problem = str(error).splitlines()[0].replace(url, name) if str(error) else type(error).__name__
        if parts.password:
            problem = problem.replace(parts.password, "…")
        raise SourceError(name, f"cannot be reached: {problem}") from None
    return _of_database(name, backend, source)


def _of_database(name: str, backend: BaseBackend, source: ConnectionDetails) -> Engine:
    if source.table is None:
        raise SourceError(name, "the data source names no table; write table: and its name")
    for statement in _SESSION.get(backend.name, ()):
        backend.raw_sql(statement)
    *schema, table = source.table.split(".")
    try:
        found = backend.table(table, database=".".join(schema) or None)
    except Exception as error:
        raise SourceError(name, f"has no table {source.table} that can be read: {str(error).splitlines()[0]}") from None
    return Engine(name, backend, found)


def _of_samples(samples: Samples) -> Engine:
    backend = _embedded()
    columns = ", ".join(f"{_name(column)} VARCHAR" for column in samples.columns)
    backend.raw_sql(f"CREATE TEMP TABLE log ({columns})")
    time = "strftime(make_timestamp_ms(time), '%Y-%m-%dT%H:%M:%S.%gZ')"
    for batch in samples.batches():
        backend.con.register("batch", batch)
        backend.raw_sql(f"INSERT INTO log SELECT * REPLACE ({time} AS time) FROM batch")
        backend.con.unregister("batch")
    _lock(backend)
    return Engine(samples.name, backend, backend.table("log"), owned=True, samples=samples)


def _of_parquet(path: Path) -> Engine:
    backend = _embedded()
    try:
        backend.raw_sql(
            f'CREATE TEMP TABLE log AS SELECT *, row_number() OVER () - 1 AS "{PLACE}"'
            f" FROM read_parquet({_text(_literal(path))})"
        )
    except duckdb.Error as error:
        raise LogError(path, f"is not Parquet that can be read: {error}") from None
    _lock(backend)
    return Engine(path, backend, backend.table("log"), owned=True)


def _of_file(path: Path, wanted: Collection[str]) -> Engine:
    log = read_log(path)
    if PLACE in log.header:
        raise BadRow(path, 1, f"has a column '{PLACE}', which is computed; rename it in the export")
    backend = _embedded()
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in log.header)
    names = ", ".join(_text(name) for name in log.header)
    picked = "".join(f"{_name(name)}, " for name in log.header if name.lower() in wanted)
    # `new_line` is left to DuckDB: with '\r\n' given it reads no row, and says nothing.
    query = (
        f'CREATE TEMP TABLE log AS SELECT {picked} row_number() OVER () - 1 AS "{PLACE}"'
        f" FROM read_csv({_text(_literal(path))}, auto_detect = false,"
        f" header = true, columns = {{{columns}}}, force_not_null = [{names}],"
        f" delim = {_text(log.separator)}, quote = '\"', escape = '\"', strict_mode = true,"
        f" encoding = 'utf-8', compression = {_text(log.compression)})"
    )
    try:
        backend.raw_sql(query)
    except duckdb.Error as error:
        raise LogError(path, f"is not CSV that can be read: {error}") from None
    _lock(backend)
    log.require_unchanged()
    engine = Engine(path, backend, backend.table("log"), log, columns=log.header, owned=True)
    (found,) = engine.rows(backend.table("log").aggregate(rows=lambda table: table.count()))
    if found["rows"] != len(log.numbers):
        raise LogError(path, f"has {len(log.numbers)} rows, of which {found['rows']} could be read as CSV")
    return engine


def _embedded() -> Any:
    return ibis.duckdb.from_connection(duckdb.connect(":memory:", config=_SETTINGS))


def _lock(backend: Any) -> None:
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")


def _as_text(engine: Engine, column: ir.Column, name: str) -> ir.Column:
    kind = column.type()
    if kind.is_string():
        return column
    if kind.is_timestamp() and engine.backend.name == "pyspark":
        return spark_text(column)
    if kind.is_integer() or kind.is_boolean() or kind.is_decimal() or kind.is_date() or kind.is_timestamp():
        return column.cast("string")
    problem = f"column '{name}' is {kind}, which engines write differently; give a view in which it is text"
    raise SourceError(engine.name, problem)


def _literal(path: Path) -> str:
    return re.sub(r"([\[*?])", r"[\1]", str(path.resolve()))


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
