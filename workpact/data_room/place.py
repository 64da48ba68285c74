"""Where sealed bytes, wraps and manifests lie: a folder or any address that fsspec can write; trusted with nothing.

Every object is at book/file/version under the hash that the chain has of it, so that nobody overwrites another's, and a
put that was interrupted can be done again. Whoever reads gets what has this hash, or a named error.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from workpact.data_room.errors import (
    BadManifest,
    FolderUnavailable,
    KeepsCopies,
    NotThere,
    OtherContent,
    PlaceUnavailable,
    RolledBack,
    TooLong,
    Truncated,
)
from workpact.data_room.manifest import MOST_BYTES, SignedManifest
from workpact.data_room.stream import Sealed
from workpact.data_room.wraps import WRAP_BYTES, VersionId
from workpact.storage import CHUNK, Storage

SEALED = ".sealed"
WRAP = ".wrap"
MANIFEST = ".json"


class RoomPlace:
    """One place; `PlaceUnavailable` from every call, and what is not as it should be by a named error."""

    def __init__(self, url: str) -> None:
        self._storage = Storage(url, PlaceUnavailable)
        self.address = self._storage.address

    def __repr__(self) -> str:
        return f"<RoomPlace {self.address}>"

    def write_version(self, version: VersionId, source: BinaryIO, sealed: Sealed) -> None:
        """Lays sealed bytes down. Raises `Damaged` if they are not those that were sealed: nothing is there then."""
        path = _path(version, sealed.content, SEALED)
        source.seek(0)
        chunks = iter(lambda: source.read(CHUNK), b"")
        self._storage.write_all(path, _checked(chunks, f"the sealed draft of {version}", sealed.content, sealed.size))
        self._storage.clear_parts(_folder(version), SEALED)

    @contextmanager
    def open_version(self, version: VersionId, content: bytes, size: int, folder: Path) -> Iterator[BinaryIO]:
        """Sealed bytes that have this SHA-256 and number, as a copy without a name in `folder` while it is open.

        Raises `NotThere`, `Truncated`, `TooLong`, `OtherContent`, `FolderUnavailable`.
        """
        path = _path(version, content, SEALED)
        what = f"{self.address}/{path}: the sealed bytes of {version}"
        with _unnamed(folder) as copy:
            try:
                for chunk in _checked(self._storage.chunks(path), what, content, size):
                    _write(copy, chunk, folder)
            except FileNotFoundError:
                raise _not_there(what) from None
            copy.seek(0)
            yield copy

    def write_wrap(self, version: VersionId, wrapped: bytes) -> bytes:
        """Lays a wrap down and returns its SHA-256."""
        wrap_hash = sha256(wrapped).digest()
        self._storage.write(_path(version, wrap_hash, WRAP), wrapped)
        return wrap_hash

    def read_wrap(self, version: VersionId, wrap_hash: bytes) -> bytes:
        """The wrap with this SHA-256. Raises `NotThere`, `Truncated`, `TooLong`, `OtherContent`."""
        path = _path(version, wrap_hash, WRAP)
        what = f"{self.address}/{path}: a wrap of {version}"
        return b"".join(_checked([self._read(path, what, WRAP_BYTES + 1)], what, wrap_hash, WRAP_BYTES))

    def write_manifest(self, version: VersionId, signed: SignedManifest) -> None:
        """Lays a version's manifest down."""
        self._storage.write(_path(version, signed.manifest.struct_hash, MANIFEST), signed.to_bytes())

    def read_manifest(self, version: VersionId, struct_hash: bytes) -> SignedManifest:
        """The manifest of this struct hash, its signature unchecked. Raises `NotThere`, `RolledBack`, `BadManifest`."""
        path = _path(version, struct_hash, MANIFEST)
        what = f"{self.address}/{path}: the manifest of {version}"
        signed = SignedManifest.from_bytes(self._read(path, what, MOST_BYTES + 1), what)
        if signed.manifest.struct_hash == struct_hash:
            return signed
        if signed.manifest.file == version.file and signed.manifest.version < version.version:
            raise RolledBack(
                f"{what}: the place answers with version {signed.manifest.version}. Somebody has put an old copy back: "
                "ask for the place as it is now."
            )
        raise BadManifest(f"{what} is another one than its author put: ask the author to lay it down again.")

    def destroy(self, book: bytes, file: bytes) -> None:
        """Removes all sealed bytes, wraps and manifests of a file; again, it changes nothing.

        Raises `KeepsCopies`, after that, if the place is known to keep what is removed.
        """
        folder = f"{book.hex()}/{file.hex()}"
        is_empty = self._storage.remove(folder)
        self._storage.clear_parts(folder, "")
        if not is_empty:
            raise PlaceUnavailable(f"{self.address}/{folder} cannot be cleared: something is still there. Try again.")
        if self._storage.keeps_removed():
            raise KeepsCopies(
                f"{self.address}/{folder}: this bucket keeps older versions of what was removed. Remove these by the "
                "provider's tools; until then the file is not destroyed."
            )

    def _read(self, path: str, what: str, most: int) -> bytes:
        try:
            return self._storage.read(path, most)
        except FileNotFoundError:
            raise _not_there(what) from None


def _checked(chunks: Iterator[bytes] | list[bytes], what: str, content: bytes, size: int) -> Iterator[bytes]:
    """The chunks as they come; raises at the end, or where they are too many, if they are not those of this hash."""
    found, hashed = 0, sha256()
    for chunk in chunks:
        found += len(chunk)
        if found > size:
            raise TooLong(f"{what}: there are more than {size:,} bytes. Ask the author to lay it down again.")
        hashed.update(chunk)
        yield chunk
    if found < size:
        raise Truncated(f"{what}: {found:,} of {size:,} bytes are there. Ask the author to lay it down again.")
    if hashed.digest() != content:
        raise OtherContent(f"{what}: other bytes are there. Ask the author to lay it down again.")


def _unnamed(folder: Path) -> BinaryIO:
    try:
        return cast(BinaryIO, tempfile.TemporaryFile(dir=folder))
    except OSError as error:
        raise _no_folder(folder, error) from None


def _write(copy: BinaryIO, chunk: bytes, folder: Path) -> None:
    try:
        copy.write(chunk)
        copy.flush()
    except OSError as error:
        raise _no_folder(folder, error) from None


def _no_folder(folder: Path, error: OSError) -> FolderUnavailable:
    return FolderUnavailable(f"{folder} cannot take the file: {error.strerror}. Make room, or name another folder.")


def _not_there(what: str) -> NotThere:
    return NotThere(f"{what} is not there. Ask the author to lay it down, or for the right place.")


def _folder(version: VersionId) -> str:
    return f"{version.book.hex()}/{version.file.hex()}/{version.version}"


def _path(version: VersionId, named: bytes, kind: str) -> str:
    return f"{_folder(version)}/{named.hex()}{kind}"
