"""From rows to cases: which belong to a period, how long their clocks ran, and what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from workpact.measurement.counting import Counted, LevelCount, count
from workpact.measurement.definition import Average, Definition, Period, Where
from workpact.measurement.engine import PLACE, Engine
from workpact.measurement.errors import Doubt, EmptyPeriod, ExpressionError, LogError, RepeatedRows
from workpact.measurement.rows import ORDER, Rows, cast_problem
from workpact.measurement.times import DAY, open_seconds
from workpact.measurement.translation import floored
from workpact.terms.data_source import Clock, Moment
from workpact.terms.units import write_duration


class Cases:
    """The cases of a period, one row each: a case's final row, with its clocks."""

    def __init__(self, engine: Engine, definition: Definition, period: Period) -> None:
        self._engine = engine
        self._definition = definition
        self._period = period
        self._source = definition.source
        self.rows = Rows(engine, definition)
        self._final = self._finals()
        self._chosen = engine.keep(self._in_period())
        self._table = engine.keep(self._clocked())

    def figures(self) -> tuple[list[Counted], list[int], list[Doubt]]:
        """What is counted of each level, each quantity's count, and what is doubtful of the cases."""
        clocks = {clock.name.lower(): self._table[f"x{index}"] for index, clock in enumerate(self._source.clocks)}
        translation = self.rows.translation(self._table, **clocks)
        asked: dict[str, Any] = {"cases": self._table.count()}
        counts = []
        for index, level in enumerate(self._definition.levels):
            number = self._number(level.column if isinstance(level, Average) else level.weight, clocks)
            counts.append(LevelCount(self._table, translation, level, number))
            asked |= {f"level{index}_{name}": each for name, each in counts[index].asked().items()}
        for index, quantity in enumerate(self._definition.quantities):
            holds, weight = translation.holds(quantity.where), self._number(quantity.weight, clocks)
            asked[f"quantity{index}"] = count(self._table, holds, weight)
            if weight is not None:
                asked[f"quantity{index}_negative"] = count(self._table, holds & (weight < 0))
        for index in range(len(clocks)):
            asked[f"backwards{index}"] = count(
                self._table, ibis.coalesce(self._table[f"x{index}"] < 0, ibis.literal(False))
            )
        asked |= {f"cast{index}": count(self._table, bad) for index, (_, bad) in enumerate(translation.casts)}
        (found,) = self._engine.rows(self._table.aggregate(**asked))
        for index in range(len(translation.casts)):
            if found[f"cast{index}"]:
                self._refuse_cast()
        self.count = int(found["cases"])
        self._require_weights(found)
        levels = [self._level(each, f"level{index}_", found) for index, each in enumerate(counts)]
        for level, counted in zip(self._definition.levels, levels, strict=True):
            if counted.good < 0:
                problem = f"level {level.name} sums to {counted.good}; leave negative values out"
                raise LogError(self._engine.name, problem)
        quantities = [int(found[f"quantity{i}"] or 0) for i in range(len(self._definition.quantities))]
        return levels, quantities, list(self._backwards(found))

    def require_any(self) -> None:
        """Raise `EmptyPeriod` without a case, with the months that have some. To be asked after `figures`."""
        if self.count:
            return
        days = floored(self._final["attributed"], DAY)
        table = self._final.filter(days.notnull()).group_by(day=days).aggregate(cases=lambda table: table.count())
        held: dict[str, int] = {}
        for row in sorted(self._engine.rows(table), key=lambda row: row["day"]):
            month = _month(row["day"])
            held[month] = held.get(month, 0) + row["cases"]
        raise EmptyPeriod(self._engine.name, self._period.name, held)

    def events(self) -> ir.Table:
        """All rows of the period's cases: their place in a file, or what the evidence writes of them."""
        columns = [PLACE] if self._engine.lines else [self.rows.scope_name(column) for column in self.rows.evidence]
        if not self.rows.is_grouped:
            return self._chosen.select(*dict.fromkeys(columns))
        table = self.rows.table
        return table.semi_join(self._chosen, self.rows.keys).select(*dict.fromkeys(columns))

    def repeated(self) -> Doubt | None:
        """Cases with several rows, in a log that has one row for each."""
        table, keys = self.rows.table, self.rows.keys
        if self.rows.is_grouped and self._engine.has_place:
            return None
        keys = [*keys, *self._order(table)] if self.rows.is_grouped else keys
        groups = table.group_by(keys).aggregate(rows=table.count())
        (found,) = self._engine.rows(groups.filter(groups.rows > 1).aggregate(cases=lambda table: table.count()))
        if not found["cases"]:
            return None
        if self.rows.is_grouped:
            raise RepeatedRows(self._engine.name, found["cases"])
        return Doubt("repeated", found["cases"], f"{found['cases']} cases have several rows, where one is expected")

    def truncated(self) -> Doubt | None:
        """Samples that begin long after the period does: servers keep them for 15 days unless told otherwise."""
        bounds = self._bounds() if self._engine.samples else None
        ahead = bounds[0] - self._period.start if bounds else 0
        if ahead <= self._source.max_lag:
            return None
        allowed = write_duration(self._source.max_lag)
        detail = f"its oldest sample is {ahead // DAY} days younger than the period's start, {allowed} may be"
        return Doubt("truncated", 1, detail)

    def lagging(self) -> Doubt | None:
        """A log that ends long before the period does."""
        bounds = self._bounds()
        if bounds is None:
            return None
        behind = self._period.end - bounds[1]
        if behind <= self._source.max_lag:
            return None
        allowed = write_duration(self._source.max_lag)
        detail = f"its newest row is {behind // DAY} days older than the period's end, {allowed} may be"
        return Doubt("lagging", 1, detail)

    def _bounds(self) -> tuple[int, int] | None:
        column = self._source.at or self._source.attribution.column
        return self.rows.at(column) if column else None

    def _finals(self) -> ir.Table:
        table = self._ordered(self.rows.table, latest=True)
        table = self._with_moments(table)
        return table.mutate(attributed=self._moment(table, self._source.attribution))

    def _ordered(self, table: ir.Table, *, latest: bool) -> ir.Table:
        """Of each case its last row, or its first."""
        if not self.rows.is_grouped:
            return table
        order = self._order(table)
        by = [ibis.desc(name) if latest else ibis.asc(name) for name in order]
        # Where places name the rows, what is put in order need not be all of them.
        ranked = table.select(*self.rows.keys, *order) if PLACE in order else table
        ranked = ranked.mutate(rank=ibis.row_number().over(group_by=self.rows.keys, order_by=by))
        ranked = ranked.filter(ranked["rank"] == 0).drop("rank")
        return table.semi_join(ranked, PLACE) if PLACE in order else ranked

    def _order(self, table: ir.Table) -> list[str]:
        first = ORDER if self._source.order else self.rows.time(self._source.at or "")
        return [first, *([PLACE] if PLACE in table.columns else [])]

    @cached_property
    def _row_moments(self) -> list[Moment]:
        """Moments that are times of rows, each once."""
        moments = [moment for _, moment in self._definition.moments() if moment.column is None]
        return list(dict.fromkeys(moments))

    def _with_moments(self, final: ir.Table) -> ir.Table:
        """Final rows with the time of each case's first or last row that meets a condition."""
        for index, moment in enumerate(self._row_moments):
            table = self.rows.table
            holds = self.rows.translation(table).holds(moment.first or moment.last or "")
            found = self._ordered(table.filter(holds), latest=moment.last is not None)
            assert self._source.at is not None, "checked when read"
            found = found.select(*self.rows.keys, **{f"m{index}": found[self.rows.time(self._source.at)]})
            final = final.left_join(found, self.rows.keys).drop(*(f"{key}_right" for key in self.rows.keys))
        return final

    def _moment(self, table: ir.Table, moment: Moment) -> Any:
        if moment.column is not None:
            return table[self.rows.time(moment.column)]
        return table[f"m{self._row_moments.index(moment)}"]

    def _in_period(self) -> ir.Table:
        table = self._final
        ends: dict[str, Any] = {}
        for index, clock in enumerate(self._source.clocks):
            ends |= {f"from{index}": self._moment(table, clock.from_), f"to{index}": self._moment(table, clock.to)}
        attributed = table["attributed"]
        chosen = table.filter((attributed >= self._period.start) & (attributed < self._period.end))
        return chosen.mutate(**ends)

    def _clocked(self) -> ir.Table:
        table = self._chosen
        for index, clock in enumerate(self._source.clocks):
            measure = self._measure(clock, index)
            paused = self._paused(clock, index, measure) if clock.pause else None
            if paused is not None:
                table = table.left_join(paused, self.rows.keys).drop(*(f"{key}_right" for key in self.rows.keys))
            span = measure(table[f"to{index}"]) - measure(table[f"from{index}"])
            if paused is not None:
                span = span - ibis.coalesce(table[f"paused{index}"], ibis.literal(0, "int64"))
            table = table.mutate(**{f"x{index}": floored(span, 60) if clock.unit == "minutes" else span})
        return table

    def _measure(self, clock: Clock, index: int) -> Any:
        """What of the time up to an instant counts."""
        if clock.hours is None:
            return lambda moment: moment
        ends = [self._chosen[f"{end}{index}"] for end in ("from", "to")]
        low, high = [end.min() for end in ends], [end.max() for end in ends]
        (found,) = self._engine.rows(self._chosen.aggregate(a=low[0], b=low[1], c=high[0], d=high[1]))
        known = [value for value in found.values() if value is not None] or [self._period.start]
        zone = ZoneInfo(clock.hours.time_zone or self._definition.time_zone)
        return open_seconds(clock.hours, zone, min(known), max(known))

    def _paused(self, clock: Clock, index: int, measure: Any) -> ir.Table:
        """For each case, what of its clock's time lies between a pausing row and the next row."""
        rows, keys, at = self.rows.table, self.rows.keys, self.rows.time(self._source.at or "")
        order = [ibis.asc(name) for name in self._order(rows)]
        rows = rows.mutate(following=rows[at].lead().over(group_by=keys, order_by=order))
        rows = rows.filter(self.rows.translation(rows).holds(clock.pause or "") & rows["following"].notnull())
        ends = self._chosen.select(*keys, start=self._chosen[f"from{index}"], end=self._chosen[f"to{index}"])
        spans = rows.select(*keys, begun=rows[at], following=rows["following"]).inner_join(ends, keys)
        begun, ended = ibis.greatest(spans["begun"], spans["start"]), ibis.least(spans["following"], spans["end"])
        length = ibis.ifelse(ended > begun, measure(ended) - measure(begun), ibis.literal(0, "int64"))
        return spans.group_by(keys).aggregate(**{f"paused{index}": length.sum().cast("int64")})

    def _number(self, column: str | None, clocks: dict[str, Any]) -> Any:
        """A clock, or a column of whole numbers."""
        if column is None:
            return None
        name = column.lower()
        return clocks[name] if name in clocks else self.rows.scope(self._table)[name]

    def _require_weights(self, found: dict[str, Any]) -> None:
        named = [(f"level {each.name}", f"level{index}") for index, each in enumerate(self._definition.levels)]
        named += [
            (f"quantity {each.name}", f"quantity{index}") for index, each in enumerate(self._definition.quantities)
        ]
        for owner, key in named:
            negative = found.get(f"{key}_negative")
            if negative:
                problem = f"{owner} counts {negative} cases by a negative weight; leave them out by its condition"
                raise LogError(self._engine.name, problem)

    def _level(self, asked: LevelCount, prefix: str, found: dict[str, Any]) -> Counted:
        own = {name.removeprefix(prefix): each for name, each in found.items() if name.startswith(prefix)}
        slices = asked.by_slices(self._period.start)
        if slices is not None:
            own |= self._engine.rows(slices)[0]
        return asked.counted(own)

    def _refuse_cast(self) -> None:
        clocks = {clock.name.lower(): self._table[f"x{index}"] for index, clock in enumerate(self._source.clocks)}
        for where in self._definition.wheres():
            translation = self.rows.translation(self._table, **clocks)
            translation.holds(where.text)
            self._require_casts(where, translation.casts)

    def _require_casts(self, where: Where, casts: Sequence[tuple[Any, Any]]) -> None:
        for value, bad in casts:
            for row in self._engine.rows(self._table.filter(bad).select(value=value).limit(1)):
                raise ExpressionError(*where, cast_problem(row["value"]))

    def _backwards(self, found: dict[str, Any]) -> Any:
        for index, clock in enumerate(self._source.clocks):
            count = int(found[f"backwards{index}"] or 0)
            if count:
                yield Doubt("backwards", count, f"{clock.name} is negative in {count} cases")


def _month(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY, UTC):%Y-%m}"
