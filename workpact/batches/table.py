"""CSV tables as spreadsheets write them, read with the number of each line, and the values in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workpact.batches.errors import BadColumns, BadRow, BadValue, FileError, SeveralErrors, UnreadableFile
from workpact.merkle import keccak
from workpact.private_file import read_private
from workpact.terms.units import UnitError, read_money

WORKERS = 2**24 - 1
"""The highest number on a manager's roster."""

_WORKER = re.compile(r"[1-9]\d{0,7}", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_BARE = re.compile(r"\d{1,40}", re.ASCII)
_UNITS = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?: (unit|token)s?)?", re.ASCII)


@dataclass(frozen=True)
class Line:
    """One line of a table: where it stands and its values by column, without blanks around them."""

    path: Path | str
    number: int
    values: dict[str, str]

    def bad(self, column: str, problem: str, advice: str) -> BadValue:
        """The error that a value is none."""
        return BadValue(self.path, self.number, column, self.values[column], problem, advice)

    def worker(self) -> int:
        """The number of the line's worker."""
        text = self.values["worker"]
        if not _WORKER.fullmatch(text) or int(text) > WORKERS:
            raise self.bad("worker", "is not a worker's number", f"write digits, 1 to {WORKERS}")
        return int(text)

    def units(self) -> int:
        """The line's units: "1200", "1,200 units" or "0.0012 tokens"."""
        match = _UNITS.fullmatch(self.values["units"])
        if not match:
            raise self.bad("units", "is not a number of units", 'write it like 1200, "1,200 units" or "0.5 tokens"')
        if match[2] == "token":
            return self._money("units", f"{match[1]} token", "token", 6)
        if "." in match[1]:
            raise self.bad("units", "is no whole number of units", "write whole units: a token has 1,000,000")
        return self._money("units", f"{match[1]} unit", "unit", 0)

    def amount(self, column: str, symbol: str, decimals: int) -> int:
        """Money in the token's smallest unit: digits alone are it, else a number with the token's symbol."""
        text = self.values[column]
        return int(text) if _BARE.fullmatch(text) else self._money(column, text, symbol, decimals)

    def _money(self, column: str, text: str, symbol: str, decimals: int) -> int:
        try:
            return read_money(text, symbol, decimals)
        except UnitError as error:
            problem = error.problem.removeprefix(repr(text)).strip()
            raise self.bad(column, problem, error.advice) from None


class Findings:
    """Collects what is wrong with the lines of a file, to say it all at once."""

    def __init__(self) -> None:
        self.found: list[FileError] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Go on after a mistake."""
        try:
            yield
        except FileError as error:
            self.found.extend(error.errors)

    def add(self, error: FileError) -> None:
        """Keep a mistake of the whole file."""
        self.found.append(error)

    def raise_any(self) -> None:
        """Raise what was found: one error as itself, several as `SeveralErrors`."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            raise SeveralErrors(sorted(self.found, key=lambda error: error.line))


def read_table(path: Path, columns: Sequence[str]) -> list[Line]:
    """The lines of a CSV file with just these columns, in any order. Raises a `FileError`."""
    text = _text(path)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines, findings, header, end = [], Findings(), None, 0
    while True:
        start = end + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise UnreadableFile(
                path, start, f"is not CSV: {error}", "close every quote, and double those inside"
            ) from None
        if row is None:
            break
        end = rows.line_num
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if header is None:
            header = _header(path, cells, columns)
            continue
        with findings.collected():
            lines.append(_line(path, start, header, cells, end > start))
    findings.raise_any()
    if not lines:
        raise UnreadableFile(
            path, 0, "has no line" + (" below its header" if header else ""), "write one line a worker"
        )
    return lines


def _text(path: Path) -> str:
    try:
        data = read_private(path)
    except OSError as error:
        raise UnreadableFile(path, 0, f"cannot be read: {error.strerror}", "name a CSV file") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(path, line, "is not text in UTF-8", "export it as CSV in UTF-8") from None
    if "\0" in text:
        raise UnreadableFile(path, text.count("\n", 0, text.index("\0")) + 1, "holds a zero byte", "export it as CSV")
    return text


def _header(path: Path, cells: list[str], columns: Sequence[str]) -> list[str]:
    if len(cells) == 1 and re.search(r"[;\t]", cells[0]):
        raise UnreadableFile(path, 1, "is separated by semicolons or tabs", "export it separated by commas")
    if repeated := sorted({cell for cell in cells if cells.count(cell) > 1}):
        raise UnreadableFile(path, 1, f"has the column {repeated[0]!r} twice", "leave one of them")
    missing = [column for column in columns if column not in cells]
    unknown = [cell for cell in cells if cell not in columns]
    if missing or unknown:
        raise BadColumns(path, missing, unknown, columns)
    return cells


def _line(path: Path, number: int, header: list[str], cells: list[str], is_long: bool) -> Line:
    if is_long:
        raise BadRow(path, number, "has a line break in a value", "write each worker on one line")
    if len(cells) != len(header):
        advice = "put quotes around a value with a comma" if len(cells) > len(header) else "write one for each column"
        raise BadRow(path, number, f"has {len(cells)} values, the header {len(header)}", advice)
    return Line(path, number, dict(zip(header, cells, strict=True)))


def checksummed(text: str) -> str | None:
    """An address as wallets show it (EIP-55); None if it is none, zero, or has a mistyped digit."""
    if not _ADDRESS.fullmatch(text) or not int(text, 16):
        return None
    digits = text[2:].lower()
    nibbles = keccak(digits.encode()).hex()
    shown = "0x" + "".join(
        digit.upper() if nibble > "7" else digit for digit, nibble in zip(digits, nibbles, strict=False)
    )
    return shown if text[2:] in (digits, digits.upper(), shown[2:]) else None
