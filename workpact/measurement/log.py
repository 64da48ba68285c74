"""The bytes of a ticket log: CSV, plain or gzip, one record a line.

Everything that is wrong with the file as such is found here, with its line number, so that what
DuckDB reads afterwards and the lines that the evidence commits to are the same rows.
"""

import csv
import gzip
import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

from workpact.measurement.errors import BadRow, EmptyLog, LogError, UnknownCompression

_GZIP = b"\x1f\x8b"
_OTHER = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"BZh": "compressed with bzip2",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"PAR1": "a Parquet file",
    b"\xff\xfe": "text in UTF-16, or binary",
    b"\xfe\xff": "text in UTF-16, or binary",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class LogFile:
    """A log as read once: `lines[i]` is row i without its newline, `numbers[i]` its line number.

    `state` tells whether the file was changed since.
    """

    path: Path
    compression: str
    header: tuple[str, ...]
    lines: tuple[bytes, ...]
    numbers: tuple[int, ...]
    state: tuple[int, ...]

    def require_unchanged(self) -> None:
        """Raise `LogError` if the file is no longer the one that was read."""
        if file_state(self.path) != self.state:
            raise LogError(self.path, "changed while it was read; measure a copy that is complete")


def read_log(path: Path) -> LogFile:
    """Read a log and check its form: encoding, line ends, header and number of values a line.

    Raises a `LogError` that names the file and, where there is one, the line.
    """
    state = file_state(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LogError(path, f"cannot be read: {error.strerror}") from None
    compression, data = _unpacked(path, data)
    text = data.removeprefix(_BYTE_ORDER_MARK)
    _check_text(path, text)

    lines = [line.removesuffix(b"\r") for line in text.split(b"\n")]
    if not lines[0].strip():
        raise EmptyLog(path, "is empty; expected a header and one row for each change of a ticket")
    header = _header(path, lines[0])
    numbers = tuple(number for number, line in enumerate(lines[1:], start=2) if line)
    if not numbers:
        raise EmptyLog(path, "has a header but no row; export the tickets as well")
    rows = tuple(lines[number - 1] for number in numbers)
    _check_rows(path, len(header), rows, numbers)
    return LogFile(path, compression, header, rows, numbers, state)


def file_state(path: Path) -> tuple[int, ...]:
    """What changes when a file is replaced or written to."""
    try:
        found = os.stat(path)
    except OSError as error:
        raise LogError(path, f"cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise LogError(path, "is not a regular file; name the log itself")
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _unpacked(path: Path, data: bytes) -> tuple[str, bytes]:
    for magic, compression in _OTHER.items():
        if data.startswith(magic):
            raise UnknownCompression(path, compression)
    if not data.startswith(_GZIP):
        return "none", data
    try:
        return "gzip", gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise LogError(path, f"is damaged gzip ({error}); fetch or export it again") from None


def _check_text(path: Path, data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRow(path, line, "is not UTF-8; export the log in UTF-8") from None
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise BadRow(path, line, "has a NUL byte; measure a CSV file")
    carriage = data.partition(b"\n")[0].endswith(b"\r")
    if data.count(b"\r") != (data.count(b"\n") if carriage else 0):
        raise BadRow(path, _other_line_end(data, carriage), "has another line end than line 1")


def _other_line_end(data: bytes, carriage: bool) -> int:
    lines = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        ended = line.endswith(b"\r")
        if b"\r" in line[:-1] or (number < len(lines) and ended != carriage):
            return number
    return len(lines)


def _header(path: Path, line: bytes) -> tuple[str, ...]:
    names = _values(path, 1, line)
    seen: set[str] = set()
    for name in names:
        if not name.strip():
            raise BadRow(path, 1, "has a column without a name")
        if name.lower() in seen:
            raise BadRow(path, 1, f"names column '{name}' twice (upper and lower case are one)")
        seen.add(name.lower())
    return tuple(names)


def _check_rows(path: Path, width: int, rows: tuple[bytes, ...], numbers: tuple[int, ...]) -> None:
    for number, row in zip(numbers, rows, strict=True):
        found = len(_values(path, number, row)) if b'"' in row else row.count(b",") + 1
        if found != width:
            raise BadRow(path, number, f"has {found} values, the header has {width}")


def _values(path: Path, number: int, line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8")], strict=True))
    except csv.Error:
        problem = "has a quote that does not close on the line; a record must stand on one line"
        raise BadRow(path, number, problem) from None
