"""Objects of a storage while they are written: nobody sees one before it is whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO, Protocol

PART = ".part"
"""Ends the name of an object that is not whole yet."""
BLOCK = 8_388_608
"""What is asked of a store at once, and one part of several that go up; ten thousand are the most."""


def sync_folder(folder: Path) -> None:
    """What was named in it stays named after a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Draft(Protocol):
    """Opened, written and finished, or discarded."""

    def open(self) -> None: ...
    def write(self, chunk: bytes) -> object: ...
    def finish(self) -> None: ...
    def discard(self) -> None: ...


class FileDraft:
    """In a folder of this machine."""

    def __init__(self, root: Path, path: str) -> None:
        self._root = root
        self._path = root / path
        self._part = self._path.with_name(self._path.name + PART)
        self._file: BinaryIO | None = None

    def open(self) -> None:
        # Below the root alone: that itself is there, or is not mounted.
        for folder in [*self._path.relative_to(self._root).parents][-2::-1]:
            if not (self._root / folder).is_dir():
                (self._root / folder).mkdir(exist_ok=True)
                sync_folder((self._root / folder).parent)
        self._part.unlink(missing_ok=True)
        self._file = self._part.open("xb")

    def write(self, chunk: bytes) -> object:
        assert self._file is not None, "open"
        return self._file.write(chunk)

    def finish(self) -> None:
        assert self._file is not None, "open"
        with self._file as file:
            file.flush()
            os.fsync(file.fileno())
        os.replace(self._part, self._path)
        sync_folder(self._path.parent)

    def discard(self) -> None:
        if self._file is not None:
            self._part.unlink(missing_ok=True)
            self._file.close()


class Upload:
    """To a store where it appears at the end."""

    def __init__(self, files: Any, path: str) -> None:
        self._files = files
        self._path = path
        self._file: Any = None

    def open(self) -> None:
        self._file = self._files.open(self._path, "wb", autocommit=False, block_size=BLOCK)

    def write(self, chunk: bytes) -> object:
        return self._file.write(chunk)

    def finish(self) -> None:
        self._file.close()
        self._file.commit()

    def discard(self) -> None:
        if self._file is not None:
            self._file.discard()
            # Else its destructor would begin anew.
            self._file.closed = True


class Beside:
    """Under another name until it is whole."""

    def __init__(self, files: Any, path: str) -> None:
        self._files = files
        self._path = path
        self._file: Any = None

    def open(self) -> None:
        self._files.makedirs(self._path.rpartition("/")[0], exist_ok=True)
        self._file = self._files.open(self._path + PART, "wb")

    def write(self, chunk: bytes) -> object:
        return self._file.write(chunk)

    def finish(self) -> None:
        self._file.close()
        self._files.mv(self._path + PART, self._path)

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
            if self._files.exists(self._path + PART):
                self._files.rm_file(self._path + PART)
