"""From the cases of a period to a level's figure: what counts, by cases or by slices of the period."""

from __future__ import annotations

from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir

from workpact.measurement.definition import Average, Level
from workpact.measurement.translation import Translation, floored
from workpact.terms.units import PPM


class Counted(NamedTuple):
    """Good of total, of an average sum and count; and the cases that each exclusion took out."""

    good: int
    total: int
    excluded: tuple[int, ...]


class LevelCount:
    """What is asked of a table of cases for one level. `value` is what is averaged, or what cases weigh."""

    def __init__(self, table: ir.Table, translation: Translation, level: Level | Average, value: Any) -> None:
        self._table = table
        self._level = level
        self._value = value
        self._counted: Any = translation.holds(level.where if isinstance(level, Average) else level.total)
        if isinstance(level, Average):
            self._counted &= value.notnull()
        self._selected = self._counted
        self._excluded = []
        for exclusion in level.exclusions:
            meets = translation.holds(exclusion.where)
            # What meets several is the first one's.
            self._excluded.append(self._counted & meets)
            self._counted &= ~meets
        self._good = None if isinstance(level, Average) else self._counted & translation.holds(level.good)

    def asked(self) -> dict[str, Any]:
        """The aggregates over the table, by names of their own; slices are not among them."""
        weight = None if isinstance(self._level, Average) else self._value
        asked = {f"excluded{index}": count(self._table, each, weight) for index, each in enumerate(self._excluded)}
        if isinstance(self._level, Average):
            asked |= {"good": count(self._table, self._counted, self._value)}
        elif not self._level.slices:
            asked |= {"good": count(self._table, self._good, weight)}
        if weight is not None:
            asked |= {"negative": count(self._table, self._selected & (weight < 0))}
        return asked | {"total": count(self._table, self._counted, weight)}

    def by_slices(self, start: int) -> ir.Table | None:
        """One row, `good` and `total`: the slices from `start` on; None for a level that counts cases."""
        if isinstance(self._level, Average) or not self._level.slices:
            return None
        slices = self._level.slices
        cases = self._table.select(
            slice=floored(self._table["attributed"] - start, slices.seconds),
            counted=self._counted,
            good=self._good,
            weight=ibis.literal(1) if self._value is None else self._value,
        )
        cases = cases.filter(cases["counted"])
        total = cases["weight"].sum().cast("int64")
        found = cases.group_by("slice").aggregate(good=count(cases, cases["good"], cases["weight"]), total=total)
        # One that weighs nothing is as one without a case.
        found = found.filter(found["total"] > 0)
        share = ibis.coalesce(found["good"], ibis.literal(0, "int64")) * PPM
        if self._level.counts_bad:
            reached = share > found["total"] * (PPM - slices.target)
        else:
            reached = share >= found["total"] * slices.target
        return found.aggregate(good=count(found, reached), total=found.count().cast("int64"))

    def counted(self, found: dict[str, Any]) -> Counted:
        """The figure, given what was found for all that was asked."""
        excluded = tuple(int(found[f"excluded{index}"] or 0) for index in range(len(self._excluded)))
        return Counted(int(found["good"] or 0), int(found["total"] or 0), excluded)


def count(table: ir.Table, condition: Any, weight: Any = None) -> Any:
    """How many rows meet a condition, each as many as its weight says; NULL where none has one."""
    return (table.count(where=condition) if weight is None else weight.sum(where=condition)).cast("int64")
