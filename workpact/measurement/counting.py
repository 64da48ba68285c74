"""From the cases of a period to a level's figure: what counts, by cases or by slices of the period."""

from __future__ import annotations

from typing import Any, NamedTuple

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
    """What is asked of a table of cases for one level. `value` is what an average is taken of."""

    def __init__(self, table: ir.Table, translation: Translation, level: Level | Average, value: Any) -> None:
        self._table = table
        self._level = level
        self._value = value
        self._counted: Any = translation.holds(level.where if isinstance(level, Average) else level.total)
        if isinstance(level, Average):
            self._counted &= value.notnull()
        self._excluded = []
        for exclusion in level.exclusions:
            meets = translation.holds(exclusion.where)
            # What meets several is the first one's.
            self._excluded.append(self._counted & meets)
            self._counted &= ~meets
        self._good = None if isinstance(level, Average) else self._counted & translation.holds(level.good)

    def asked(self) -> dict[str, Any]:
        """The aggregates over the table, by names of their own; slices are not among them."""
        asked = {f"excluded{index}": _count(self._table, each) for index, each in enumerate(self._excluded)}
        if isinstance(self._level, Average):
            asked |= {"good": self._value.sum(where=self._counted).cast("int64")}
        elif not self._level.slices:
            asked |= {"good": _count(self._table, self._good)}
        return asked | {"total": _count(self._table, self._counted)}

    def by_slices(self, start: int) -> ir.Table | None:
        """One row, `good` and `total`: the slices from `start` on; None for a level that counts cases."""
        if isinstance(self._level, Average) or not self._level.slices:
            return None
        slices = self._level.slices
        cases = self._table.select(
            slice=floored(self._table["attributed"] - start, slices.seconds), counted=self._counted, good=self._good
        )
        cases = cases.filter(cases["counted"])
        found = cases.group_by("slice").aggregate(good=_count(cases, cases["good"]), total=cases.count().cast("int64"))
        share = found["good"] * PPM
        if self._level.counts_bad:
            reached = share > found["total"] * (PPM - slices.target)
        else:
            reached = share >= found["total"] * slices.target
        return found.aggregate(good=_count(found, reached), total=found.count().cast("int64"))

    def counted(self, found: dict[str, Any]) -> Counted:
        """The figure, given what was found for all that was asked."""
        excluded = tuple(int(found[f"excluded{index}"]) for index in range(len(self._excluded)))
        return Counted(int(found["good"] or 0), int(found["total"] or 0), excluded)


def _count(table: ir.Table, condition: Any) -> Any:
    return table.count(where=condition).cast("int64")
