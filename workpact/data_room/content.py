"""What is to be sealed: read twice, once for its hash, and never kept."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import BinaryIO, cast

from workpact.data_room.errors import RoomError
from workpact.data_room.stream import Heading, open_sealed
from workpact.data_room.wraps import VersionId

PART = 1 << 20
UNKNOWN_TYPE = "application/octet-stream"


class Unreadable(RoomError):
    """The content to be put cannot be read. Nothing was sealed or sent."""


@dataclass(frozen=True)
class Content:
    """A content with its heading; `opened` gives it from its beginning, as often as needed."""

    heading: Heading
    digest: bytes
    """SHA-256 of the plaintext."""
    opened: Callable[[], AbstractContextManager[BinaryIO]]

    @classmethod
    def of(
        cls,
        source: Path | BinaryIO,
        name: str | None = None,
        media_type: str | None = None,
        opens: Mapping[str, str] | None = None,
    ) -> Content:
        """Of a file, or of what can be read from its beginning; that needs a `name`. Raises `Unreadable`."""
        named = name or (source.name if isinstance(source, Path) else "content")
        heading = Heading(named, media_type or mimetypes.guess_type(named)[0] or UNKNOWN_TYPE, opens)
        heading.to_bytes()

        def opened() -> AbstractContextManager[BinaryIO]:
            if isinstance(source, Path):
                return source.open("rb")
            source.seek(0)
            return nullcontext(source)

        try:
            with opened() as plain:
                return cls(heading, _digest(plain), opened)
        except OSError as error:
            raise Unreadable(f"{named} cannot be read: {error.strerror}. Name a file that can.") from None


def resealed(sealed: BinaryIO, key: bytes, number: VersionId, commitment: bytes) -> Content:
    """The content of a version that is to be sealed anew: plaintext passes through memory alone.

    `sealed` can be read again from its beginning. Raises what `open_sealed` does.
    """
    hashed = _Hashed()
    heading = open_sealed(sealed, cast(BinaryIO, hashed), key, number, commitment)

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        sealed.seek(0)
        reading, writing = os.pipe()

        def write() -> None:
            # Who reads no further closes its end.
            with suppress(BrokenPipeError), os.fdopen(writing, "wb") as out:
                open_sealed(sealed, out, key, number, commitment)

        thread = Thread(target=write)
        thread.start()
        try:
            with os.fdopen(reading, "rb") as plain:
                yield plain
        finally:
            thread.join()

    return Content(heading, hashed.hash.digest(), opened)


class _Hashed:
    def __init__(self) -> None:
        self.hash = sha256()

    def write(self, part: bytes) -> None:
        self.hash.update(part)


def _digest(plain: BinaryIO) -> bytes:
    hashed = sha256()
    while part := plain.read(PART):
        hashed.update(part)
    return hashed.digest()
