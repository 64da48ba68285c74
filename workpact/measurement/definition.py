"""What is measured: how a log is read, and which of its cases count for which figure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from workpact.measurement.errors import DefinitionError, ExpressionError
from workpact.measurement.expression import ExpressionRefused, columns_of
from workpact.measurement.kinds import check
from workpact.terms.data_source import ConnectionDetails, Moment
from workpact.terms.levels import Slices
from workpact.terms.openslo import Exclusion


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Where(NamedTuple):
    """A condition and whose it is, as errors name it."""

    owner: str
    field: str
    text: str


class Level(_Model):
    """A service level as a ratio: of the cases that `total` selects, those that `good` selects.

    Where the agreement bounds a share from above, `good` selects what OpenSLO calls bad, and `counts_bad` says so.
    With `slices` both count slices of the period: those with a case, and of them the good ones, or the bad ones.
    Each case counts as many as `weight` says, a clock or a whole-number column.
    """

    name: str = Field(min_length=1)
    good: str
    total: str
    weight: str | None = Field(default=None, min_length=1)
    counts_bad: bool = False
    exclusions: tuple[Exclusion, ...] = ()
    slices: Slices | None = None

    def wheres(self) -> tuple[Where, ...]:
        """The conditions of `total`, of `good` and of what is excluded."""
        owner = f"level {self.name}"
        good = Where(owner, "bad" if self.counts_bad else "good", self.good)
        return Where(owner, "total", self.total), good, *_excluded(owner, self.exclusions)


class Average(_Model):
    """A service level as a mean: the sum of a clock or of a whole-number column over the cases
    that `where` selects and that have a value there, and their number."""

    name: str = Field(min_length=1)
    where: str
    column: str = Field(min_length=1)
    exclusions: tuple[Exclusion, ...] = ()

    def wheres(self) -> tuple[Where, ...]:
        """The condition of what counts, and of what is excluded."""
        owner = f"level {self.name}"
        return Where(owner, "where", self.where), *_excluded(owner, self.exclusions)


class Quantity(_Model):
    """A priced count: the cases that `where` selects, each as many as `weight` says."""

    name: str = Field(min_length=1)
    where: str
    weight: str | None = Field(default=None, min_length=1)

    def wheres(self) -> tuple[Where, ...]:
        """The one condition."""
        return (Where(f"quantity {self.name}", "where", self.where),)


class Definition(_Model):
    """All that turns a log and a period into figures. Equal on both sides, as it is signed.

    `time_zone` is that of dates which name none, and of opening hours without their own.
    """

    source: ConnectionDetails
    levels: tuple[Level | Average, ...]
    quantities: tuple[Quantity, ...] = ()
    time_zone: str = "UTC"

    def wheres(self) -> list[Where]:
        """Every condition on a case: those of the levels and the quantities."""
        wheres = [where for level in self.levels for where in level.wheres()]
        return wheres + [where for quantity in self.quantities for where in quantity.wheres()]

    def row_wheres(self) -> list[Where]:
        """Every condition on a row: those of the data source."""
        source, owner = self.source, "data source"
        wheres = [Where(owner, "drop", source.drop)] if source.drop else []
        for field, moment in self.moments():
            wheres += [Where(owner, field, text) for text in (moment.first, moment.last) if text]
        return wheres + [Where(owner, f"{clock.name}, pause", clock.pause) for clock in source.clocks if clock.pause]

    def moments(self) -> list[tuple[str, Moment]]:
        """The attribution and the ends of the clocks, with the field of each."""
        ends = [(f"{clock.name}, {end}", at) for clock in self.source.clocks for end, at in _ends(clock)]
        return [("attribution", self.source.attribution), *ends]

    def whole_numbers(self) -> dict[str, str]:
        """The columns that must hold whole numbers, with where they are named."""
        clocks = {clock.name.lower() for clock in self.source.clocks}
        named = dict.fromkeys(self.source.whole_numbers, "data source, wholeNumbers")
        used = [(f"quantity {each.name}, weight", each.weight) for each in self.quantities]
        for level in self.levels:
            field, column = ("average", level.column) if isinstance(level, Average) else ("weight", level.weight)
            used.append((f"level {level.name}, {field}", column))
        for user, column in used:
            if column is not None and column.lower() not in clocks:
                named.setdefault(column, user)
        return named

    def times(self) -> dict[str, str]:
        """The columns that must hold dates, with where they are named."""
        named = {self.source.at: "data source, at"} if self.source.at else {}
        for field, moment in self.moments():
            if moment.column and moment.column.lower() not in map(str.lower, named):
                named[moment.column] = f"data source, {field}"
        return named

    def columns(self) -> dict[str, str]:
        """Each column of the log that the definition names, with where it is named."""
        source = self.source
        named = dict.fromkeys(source.case, "data source, case")
        if source.order:
            named[source.order] = "data source, order"
        named |= self.times() | self.whole_numbers() | dict.fromkeys(source.columns, "data source, columns")
        clocks = {clock.name.lower() for clock in source.clocks}
        for where in [*self.row_wheres(), *self.wheres()]:
            for column in columns_of(where.text):
                if column.lower() not in clocks:
                    named.setdefault(column, f"{where.owner}, {where.field}")
        return named

    def require_sound(self) -> Self:
        """Raise `ExpressionError` for a condition that cannot be measured, `DefinitionError` for a clock's name."""
        numbers, clocks = set(self.whole_numbers()), [clock.name for clock in self.source.clocks]
        for wheres, known in ((self.row_wheres(), numbers), (self.wheres(), numbers | set(clocks))):
            for where in wheres:
                try:
                    check(where.text, known)
                except ExpressionRefused as refusal:
                    raise ExpressionError(*where, str(refusal)) from None
        for name in clocks:
            if any(name.lower() in map(str.lower, columns_of(where.text)) for where in self.row_wheres()):
                problem = "is a clock, which a case has and a row has not"
                raise DefinitionError("data source", name, problem)
        return self


class Period(_Model):
    """A service period: instants `start` ≤ t < `end`, in seconds since 1970-01-01 UTC."""

    name: str = Field(min_length=1)
    start: int
    end: int

    @classmethod
    def month(cls, name: str) -> Self:
        """The calendar month `YYYY-MM` in UTC."""
        try:
            first = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
        except ValueError:
            raise DefinitionError("period", name, "is not a month; write 2016-03") from None
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return cls(name=name, start=int(first.timestamp()), end=int(following.timestamp()))


def _ends(clock: Any) -> tuple[tuple[str, Moment], tuple[str, Moment]]:
    return ("from", clock.from_), ("to", clock.to)


def _excluded(owner: str, exclusions: Iterable[Exclusion]) -> list[Where]:
    return [Where(owner, f"exclude {each.reason}", each.where) for each in exclusions]
