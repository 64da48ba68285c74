"""The rows of a log, read: what conditions ask for, numbers as numbers, dates as seconds, each of them checked."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from workpact.measurement.definition import Definition
from workpact.measurement.engine import PLACE, Engine
from workpact.measurement.errors import BadRow, BadValue, ExpressionError, LogError
from workpact.measurement.expression import columns_of
from workpact.measurement.times import offset_of, parts_of, seconds_of, to_utc, zone_offset
from workpact.measurement.translation import WHOLE, Translation, whole

ORDER = "row_order"


class _Check(NamedTuple):
    """Of a column that must be read: where it cannot be, what stands there, and what was expected."""

    column: str
    bad: Any
    value: Any
    expected: str

    @property
    def shown(self) -> Any:
        return ibis.coalesce(self.value, ibis.literal("NULL"))


class Rows:
    """A log's rows as a table of the engine.

    Its columns: `keys` name the case, `order` its rows in time, `PLACE` their place in a file; what conditions read
    is under `scope`, dates are under `time`, in seconds since 1970-01-01 UTC.
    """

    def __init__(self, engine: Engine, definition: Definition) -> None:
        self.engine = engine
        self.definition = definition
        self._source = definition.source
        self._missing = self._source.missing or ""
        self._zone = ZoneInfo(definition.time_zone)
        wanted = definition.columns()
        self.evidence = () if engine.lines else tuple(self._source.columns or sorted(wanted))
        self._text, self._names = engine.text(wanted)
        self._require_free_names()
        self.keys = [f"k{index}" for index in range(len(self._source.case))]
        self.is_grouped = bool(self._source.order or self._source.at)
        self._checked: list[tuple[str, str]] = []
        self._typed = engine.keep(self._read())
        engine.forget_text()
        self._check()

    @cached_property
    def table(self) -> ir.Table:
        """The rows, dates in UTC."""
        times = {f"t{index}": self._utc(index) for index in range(len(self._times))}
        read = {"bad", "bad_text", *(f"{part}{index}" for index in range(len(times)) for part in "lf")}
        return self._typed.select(*(name for name in self._typed.columns if name not in read), **times)

    @property
    def order(self) -> list[str]:
        """The columns that put a case's rows in order."""
        return [ORDER, *([PLACE] if self.engine.has_place else [])]

    def time(self, column: str) -> str:
        """The column of the table that has a date of the log."""
        return f"t{self._times.index(column.lower())}"

    def scope(self, table: ir.Table) -> dict[str, ir.Value]:
        """What conditions on a row of `table` read: text, or whole numbers where they were named so."""
        columns = {lower: table[name] for lower, name in self._names.items() if name in table.columns}
        return columns | {lower: table[name] for lower, name in self._numbers.items()}

    def scope_name(self, column: str) -> str:
        """The column of the table that has a column of the log as text."""
        return self._names[column.lower()]

    def translation(self, table: ir.Table, **columns: ir.Value) -> Translation:
        """For conditions on the rows of `table`, and on further columns of it."""
        scope = {**self.scope(table), **columns}
        return Translation(scope, self._missing, bytewise=self.engine.is_bytewise)

    def at(self, column: str) -> tuple[int, int] | None:
        """The earliest and the latest of a date's column, None without any."""
        low, high = self._bounds[self._times.index(column.lower())]
        return None if low is None else (self._number_to_utc(column, low), self._number_to_utc(column, high))

    @cached_property
    def _times(self) -> list[str]:
        return [name.lower() for name in self.definition.times()]

    @cached_property
    def _numbers(self) -> dict[str, str]:
        return {name.lower(): f"n{index}" for index, name in enumerate(self.definition.whole_numbers())}

    def _require_free_names(self) -> None:
        for clock in self._source.clocks:
            if clock.name.lower() in self.engine.columns:
                problem = f"has a column '{clock.name}', which is a clock; rename the clock"
                raise BadRow(self.engine.name, 1 if self.engine.lines else None, problem)

    def _column(self, table: ir.Table, name: str) -> Any:
        return table[self._names[name.lower()]]

    def _value(self, table: ir.Table, name: str) -> Any:
        return self._column(table, name).nullif(self._missing)

    def _read(self) -> ir.Table:
        table = self._text
        table = table.mutate(**{name: whole(self._value(table, lower)) for lower, name in self._numbers.items()})
        if self._source.drop:
            translation = self.translation(table)
            dropped = translation.holds(self._source.drop)
            self._require_casts(table, translation, "drop", self._source.drop)
            table = table.filter(~dropped)
        table = self._with_dates(table)
        picked: dict[str, Any] = {
            key: self._column(table, name) for key, name in zip(self.keys, self._source.case, strict=True)
        }
        picked |= {name: table[name] for name in table.columns if name in self._kept}
        checks = self._checks(table)
        self._checked = [(check.column, check.expected) for check in checks]
        # Of a row the first check that fails: a column for each would be most of the table.
        picked["bad"] = ibis.cases(*((check.bad, ibis.literal(n, "int64")) for n, check in enumerate(checks)))
        picked["bad_text"] = ibis.cases(*((check.bad, check.shown) for check in checks))
        if self._source.order:
            picked[ORDER] = whole(self._column(table, self._source.order))
        return table.select(**picked)

    @cached_property
    def _kept(self) -> set[str]:
        """What stays of the text: what conditions and the evidence read."""
        wheres = [*self.definition.row_wheres(), *self.definition.wheres()]
        read = {column.lower() for where in wheres for column in columns_of(where.text)} | {
            column.lower() for column in self.evidence
        }
        kept = {name for lower, name in self._names.items() if lower in read}
        dates = {f"{part}{index}" for index in range(len(self._times)) for part in "lf"}
        return kept | dates | set(self._numbers.values()) | {PLACE}

    def _with_dates(self, table: ir.Table) -> ir.Table:
        parts: dict[str, Any] = {}
        names: list[dict[str, str]] = []
        for index, date in enumerate(self._times):
            found = parts_of(self._column(table, date), self._source.time_format)
            # By number: to an engine that ignores case, %m and %M are one.
            names.append({part: f"p{index}_{number}" for number, part in enumerate(found)})
            parts |= {names[index][part]: value for part, value in found.items()}
        table = self.engine.staged(table.mutate(**parts))
        dates: dict[str, Any] = {}
        for index, own in enumerate(names):
            read = {part: table[name] for part, name in own.items()}
            dates[f"l{index}"], offset = seconds_of(read), offset_of(read)
            dates |= {} if offset is None else {f"f{index}": offset}
        return self.engine.staged(table.mutate(**dates))

    def _checks(self, table: ir.Table) -> list[_Check]:
        checks = []
        for name in self._source.case:
            value = self._column(table, name)
            checks.append(_Check(name, self._value(table, name).isnull() | (value == ""), value, "a case"))
        if self._source.order:
            value = self._column(table, self._source.order)
            bad = ~ibis.coalesce(value.re_search(WHOLE), ibis.literal(False))
            checks.append(_Check(self._source.order, bad, value, "a whole number"))
        for name, number in self._numbers.items():
            value = self._value(table, name)
            checks.append(_Check(name, value.notnull() & table[number].isnull(), value, "a whole number"))
        for index, name in enumerate(self.definition.times()):
            value = self._value(table, name)
            needed = name == self._source.at
            bad = table[f"l{index}"].isnull() & (ibis.literal(True) if needed else value.notnull())
            checks.append(_Check(name, bad, self._column(table, name), f"a date like {self._source.time_format}"))
        return checks

    def _check(self) -> None:
        typed = self._typed
        asked = {"rows": typed.count(), "bad": typed["bad"].min()}
        for index in range(len(self._times)):
            seconds = self._since(index)
            asked |= {f"low{index}": seconds.min(), f"high{index}": seconds.max()}
        (found,) = self.engine.rows(typed.aggregate(**asked))
        self.count = int(found["rows"])
        if not self.count and not self.engine.samples:
            raise LogError(self.engine.name, "has no row; export the rows as well")
        if found["bad"] is not None:
            self._refuse(found["bad"])
        self._bounds = [(found[f"low{index}"], found[f"high{index}"]) for index in range(len(self._times))]

    def _refuse(self, check: int) -> None:
        rows = self._typed.filter(self._typed["bad"] == check)
        order = PLACE if self.engine.has_place else "bad_text"
        (row,) = self.engine.rows(rows.order_by(order).limit(1).select(order, value=rows["bad_text"]))
        column, expected = self._checked[check]
        raise BadValue(self.engine.name, self.line_of(row.get(PLACE)), column, row["value"], expected)

    def line_of(self, place: int | None) -> int | None:
        """The line of a file's row."""
        return None if self.engine.lines is None or place is None else self.engine.lines.numbers[place]

    def _require_casts(self, table: ir.Table, translation: Translation, field: str, where: str) -> None:
        for value, bad in translation.casts:
            for row in self.engine.rows(table.filter(bad).select(value=value).limit(1)):
                raise ExpressionError("data source", field, where, cast_problem(row["value"]))

    def _since(self, index: int) -> Any:
        seconds = self._typed[f"l{index}"]
        if f"f{index}" not in self._typed.columns:
            return seconds
        return seconds - ibis.coalesce(self._typed[f"f{index}"], ibis.literal(0, "int64"))

    def _utc(self, index: int) -> Any:
        low, high = self._bounds[index]
        local = self._typed[f"l{index}"]
        if low is None or self.definition.time_zone == "UTC":
            return self._since(index)
        ahead = zone_offset(local, self._zone, low - 86_400, high + 86_400)
        if f"f{index}" in self._typed.columns:
            ahead = ibis.coalesce(self._typed[f"f{index}"], ahead)
        return local - ahead

    def _number_to_utc(self, column: str, seconds: int) -> int:
        has_offset = f"f{self._times.index(column.lower())}" in self._typed.columns
        return seconds if has_offset else to_utc(seconds, self._zone)


def cast_problem(value: str) -> str:
    """What is wrong where a text is cast that is no whole number."""
    return f"casts '{value}', which is no whole number; leave such rows out by CASE, or use TRY_CAST, which gives NULL"
