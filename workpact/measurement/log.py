"""The bytes of a log file: CSV or TSV, plain or gzip, one record a line.

Everything that is wrong with the file as such is found here, with its line number, so that what the engine reads
afterwards and the lines that the evidence commits to are the same rows. The file is read once and never held.
"""

from __future__ import annotations

import csv
import gzip
import os
import stat
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from sha3 import keccak_256

from workpact.measurement.errors import BadRow, EmptyLog, LogError, UnknownCompression

PARQUET = b"PAR1"
_GZIP = b"\x1f\x8b"
_OTHER = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"BZh": "compressed with bzip2",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"\xff\xfe": "text in UTF-16, or binary",
    b"\xfe\xff": "text in UTF-16, or binary",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class LogFile:
    """A log as read once: of row i the hash of its line, 32 bytes each in `hashes`, and its number in `numbers`.

    `state` tells whether the file was changed since.
    """

    path: Path
    compression: str
    separator: str
    header: tuple[str, ...]
    hashes: bytes
    numbers: array[int]
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
    compression = _compression(path)
    try:
        with gzip.open(path) if compression == "gzip" else path.open("rb") as file:
            lines = _lines(path, file)
            first = next(lines, b"").removeprefix(_BYTE_ORDER_MARK)
            if not first.strip():
                raise EmptyLog(path, "is empty; expected a header and the rows below it")
            separator = "\t" if b"\t" in first else ","
            header = _header(path, first, separator)
            hashes, numbers = _rows(path, lines, len(header), separator)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LogError(path, f"is damaged gzip ({error}); fetch or export it again") from None
    except OSError as error:
        raise LogError(path, f"cannot be read: {error.strerror}") from None
    if not numbers:
        raise EmptyLog(path, "has a header but no row; export the rows as well")
    return LogFile(path, compression, separator, header, hashes, numbers, state)


def is_parquet(path: Path) -> bool:
    """Whether a file's first bytes say Parquet."""
    return _start(path).startswith(PARQUET)


def file_state(path: Path) -> tuple[int, ...]:
    """What changes when a file is replaced or written to."""
    try:
        found = os.stat(path)
    except OSError as error:
        raise LogError(path, f"cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise LogError(path, "is not a regular file; name the log itself")
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise LogError(path, f"cannot be read: {error.strerror}") from None


def _compression(path: Path) -> str:
    start = _start(path)
    for magic, compression in _OTHER.items():
        if start.startswith(magic):
            raise UnknownCompression(path, compression)
    return "gzip" if start.startswith(_GZIP) else "none"


def _lines(path: Path, file: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without their ends, all of which must be alike."""
    carriage = False
    for number, line in enumerate(file, start=1):
        ended = line.endswith(b"\n")
        line = line[:-1] if ended else line
        if number == 1:
            carriage = line.endswith(b"\r")
        if carriage and (ended or line.endswith(b"\r")):
            if not (ended and line.endswith(b"\r")):
                raise BadRow(path, number, "has another line end than line 1")
            line = line[:-1]
        if b"\r" in line:
            raise BadRow(path, number, "has another line end than line 1")
        if not line.isascii():
            _check_text(path, number, line)
        elif b"\0" in line:
            raise BadRow(path, number, "has a NUL byte; measure a CSV file")
        yield line


def _check_text(path: Path, number: int, line: bytes) -> None:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRow(path, number, "is not UTF-8; export the log in UTF-8") from None
    if b"\0" in line:
        raise BadRow(path, number, "has a NUL byte; measure a CSV file")


def _header(path: Path, line: bytes, separator: str) -> tuple[str, ...]:
    names = _values(path, 1, line, separator)
    seen: set[str] = set()
    for name in names:
        if not name.strip():
            raise BadRow(path, 1, "has a column without a name")
        if name.lower() in seen:
            raise BadRow(path, 1, f"names column '{name}' twice (upper and lower case are one)")
        seen.add(name.lower())
    return tuple(names)


def _rows(path: Path, lines: Iterator[bytes], width: int, separator: str) -> tuple[bytes, array[int]]:
    hashes, numbers, between = BytesIO(), array("Q"), separator.encode()
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        found = len(_values(path, number, line, separator)) if b'"' in line else line.count(between) + 1
        if found != width:
            raise BadRow(path, number, f"has {found} values, the header has {width}")
        hashes.write(keccak_256(line).digest())
        numbers.append(number)
    return hashes.getvalue(), numbers


def _values(path: Path, number: int, line: bytes, separator: str) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8")], delimiter=separator, strict=True))
    except csv.Error:
        problem = "has a quote that does not close on the line; a record must stand on one line"
        raise BadRow(path, number, problem) from None
