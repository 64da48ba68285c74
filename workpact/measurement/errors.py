"""What can be wrong with a definition, a log, a key or a report, each with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workpact import WorkpactError


class MeasurementError(WorkpactError):
    """Base of all errors here. `str(error)` says what is wrong, where, and what to do."""


class DefinitionError(MeasurementError):
    """A data source, a service level or a quantity is not one that can be measured."""

    def __init__(self, owner: str, field: str, problem: str) -> None:
        self.owner = owner
        self.field = field
        self.problem = problem
        super().__init__(f"{owner}, {field}: {problem}")


class ExpressionError(DefinitionError):
    """A condition is not one boolean expression over the columns of a row or of a case."""

    def __init__(self, owner: str, field: str, where: str, problem: str) -> None:
        super().__init__(owner, field, f"{problem} (in: {where})")
        self.where = where
        self.problem = problem


class LogError(MeasurementError):
    """A log cannot be measured as it is. `path` is its file, or says which table it is."""

    def __init__(self, path: Path | str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class SourceError(LogError):
    """A database cannot be reached, has no such table, or refuses a question."""


class UnknownCompression(LogError):
    """The file is neither plain text nor gzip."""

    def __init__(self, path: Path, compression: str) -> None:
        self.compression = compression
        super().__init__(path, f"is {compression}; unpack it, or compress it with gzip, and measure that file")


class EmptyLog(LogError):
    """The file has no header, or no row below it."""


class MissingColumns(LogError):
    """The header lacks columns which the definition names."""

    def __init__(self, path: Path | str, missing: Mapping[str, str], header: Sequence[str]) -> None:
        self.missing = dict(missing)
        self.header = tuple(header)
        wanted = ", ".join(f"'{column}' ({user})" for column, user in missing.items())
        super().__init__(
            path,
            f"has no column {wanted}; it has: {', '.join(header)}. Export the log with these columns,"
            " separated by commas or tabs, or name its own columns in the data source",
        )


class BadRow(LogError):
    """One row of the log cannot be read. `line` counts from 1, the header's; rows of a table have none."""

    def __init__(self, path: Path | str, line: int | None, problem: str) -> None:
        self.line = line
        super().__init__(path, f"line {line}: {problem}" if line is not None else problem)


class BadValue(BadRow):
    """One value of the log cannot be read, for instance a date."""

    def __init__(self, path: Path | str, line: int | None, column: str, value: str | None, expected: str) -> None:
        self.column = column
        self.value = value
        shown = "NULL" if value is None else f"'{value}'"
        super().__init__(path, line, f"column '{column}' is {shown}, expected {expected}")


class RepeatedRows(LogError):
    """Rows of a case have one order, in a table, where rows have no place: which is final cannot be said."""

    def __init__(self, path: Path | str, cases: int) -> None:
        self.cases = cases
        super().__init__(path, f"has {cases} cases with rows of one order; name an order that differs in a case")


class EmptyPeriod(LogError):
    """No case belongs to the period. `held` counts the cases of each month that has some."""

    def __init__(self, path: Path | str, period: str, held: Mapping[str, int]) -> None:
        self.period = period
        self.held = dict(held)
        months = ", ".join(f"{month} ({count})" for month, count in held.items())
        super().__init__(
            path,
            f"no case belongs to period {period}; cases a month: {months or 'none'}. Measure a"
            " period that the log covers, or allow an empty one if there was no case",
        )


@dataclass(frozen=True)
class Doubt:
    """Why a period's figures may be wrong though they could be counted: its name, how many rows or cases, in words."""

    name: str
    count: int
    detail: str


DOUBTS = ("lagging", "truncated", "repeated", "backwards")
"""The names of all doubts."""


class DoubtfulData(LogError):
    """The log can be counted, but hardly says what happened. `doubts` are those that were not accepted by name."""

    def __init__(self, path: Path | str, period: str, doubts: Sequence[Doubt]) -> None:
        self.period = period
        self.doubts = tuple(doubts)
        shown = "; ".join(f"{doubt.name}: {doubt.detail}" for doubt in doubts)
        names = ", ".join(doubt.name for doubt in doubts)
        super().__init__(
            path,
            f"period {period} is in doubt: {shown}. Mend the log, or accept by name what is right as it is ({names});"
            " the report then says so",
        )


class KeyFileError(MeasurementError):
    """The file of the evidence secret cannot be used."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class EvidenceError(MeasurementError):
    """An evidence file does not hold what it should, or an event is not in it."""


class ReportError(MeasurementError):
    """What the other side sent is not a report."""


class MeasurementMismatch(MeasurementError):
    """The own measurement differs from a report. `differences` has one sentence for each."""

    def __init__(self, period: str, differences: Sequence[str]) -> None:
        self.period = period
        self.differences = tuple(differences)
        super().__init__(
            f"period {period} differs from the report: {'; '.join(differences)}. Do not sign:"
            " compare the log, the definition and the evidence secret with the other side's"
        )
