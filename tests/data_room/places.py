"""What lies in a place, what a reader does with it, and the lies that it may tell."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from fsspec.implementations.memory import MemoryFileSystem

from tests.data_room.sample import VERSION, Put
from workpact.data_room.errors import (
    BadManifest,
    NotThere,
    OtherContent,
    TooLong,
    Truncated,
)
from workpact.data_room.place import RoomPlace
from workpact.data_room.stream import open_sealed
from workpact.data_room.wraps import unwrap

FOLDER = Path(VERSION.book.hex()) / VERSION.file.hex() / "3"


class Objects:
    """What lies in a place, by whoever runs it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def names(self) -> list[str]:
        """All objects, below the place."""
        if "://" not in self._url:
            return sorted(str(path.relative_to(self._url)) for path in Path(self._url).rglob("*") if path.is_file())
        root = self._url.removeprefix("memory:/")
        return sorted(name.removeprefix(root + "/") for name in MemoryFileSystem.store if name.startswith(root))

    def read(self, name: str) -> bytes:
        if "://" not in self._url:
            return (Path(self._url) / name).read_bytes()
        return MemoryFileSystem().cat_file(f"{self._url}/{name}")

    def write(self, name: str, content: bytes | None) -> None:
        """None removes it."""
        if "://" in self._url:
            store, path = MemoryFileSystem(), f"{self._url}/{name}"
            store.rm_file(path) if content is None else store.pipe_file(path, content)
        elif content is None:
            (Path(self._url) / name).unlink()
        else:
            (Path(self._url) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(self._url) / name).write_bytes(content)

    def one(self, end: str) -> str:
        (name,) = [name for name in self.names() if name.endswith(end)]
        return name


def fetch(place: RoomPlace, made: Put, folder: Path) -> bytes:
    """All that a reader does with a place."""
    signed = place.read_manifest(made.version, made.signed.manifest.struct_hash)
    manifest = signed.manifest
    with place.open_version(made.version, manifest.content, manifest.size, folder) as sealed:
        wrapped = place.read_wrap(made.version, made.access.wrap_hash)
        key = unwrap(wrapped, made.own, made.version, made.access.reader, 1)
        out = io.BytesIO()
        open_sealed(sealed, out, key, made.version, manifest.commitment)
    return out.getvalue()


def nothing(_: bytes) -> None:
    return None


LIES: list[tuple[str, Callable[[bytes], bytes | None], type[Exception], str]] = [
    (".sealed", nothing, NotThere, "the sealed bytes of file"),
    (".sealed", lambda _: b"", Truncated, "0 of 66,741 bytes are there"),
    (".sealed", lambda was: was[:-1], Truncated, "66,740 of 66,741 bytes are there"),
    (".sealed", lambda was: was + b"\0", TooLong, "more than 66,741 bytes"),
    (".sealed", lambda was: was * 100, TooLong, "more than 66,741 bytes"),
    (".sealed", lambda was: was[:-1] + bytes([was[-1] ^ 1]), OtherContent, "other bytes are there"),
    (".sealed", lambda was: bytes(len(was)), OtherContent, "other bytes are there"),
    (".wrap", nothing, NotThere, "a wrap of file"),
    (".wrap", lambda was: was[:79], Truncated, "79 of 80 bytes are there"),
    (".wrap", lambda was: was + b"\0", TooLong, "more than 80 bytes"),
    (".wrap", lambda was: was * 1_000, TooLong, "more than 80 bytes"),
    (".wrap", lambda _: bytes(80), OtherContent, "other bytes are there"),
    (".json", nothing, NotThere, "the manifest of file"),
    (".json", lambda was: was[:-1], BadManifest, "cannot be read"),
    (".json", lambda _: b'{"format":', BadManifest, "cannot be read"),
    (".json", lambda was: b" " * 2_000_000 + was, BadManifest, "cannot be read"),
    (".json", lambda was: was.replace(b'"kind":6', b'"kind":0'), BadManifest, "another one than its author put"),
]
