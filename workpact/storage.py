"""Objects in a folder or at any address that fsspec can write: whole or not at all, and never silently absent.

What lies there can be changed by others: whoever reads checks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]

from workpact import WorkpactError

PART = ".part"
"""Ends the name of an object that is not whole yet."""
CHUNK = 1_048_576
PUTS_WHOLE = {"s3", "s3a"}
"""Stores in which an object appears once all of it is there; elsewhere it is written beside, and renamed."""


class Storage:
    """The objects below one address, by paths with `/`; every call raises the error that it was made with."""

    def __init__(self, address: str, unavailable: type[WorkpactError]) -> None:
        self.address = re.sub(r"//[^/@]*@", "//", address)
        """As it may be shown: without a password."""
        self._unavailable = unavailable
        try:
            self._files, self._root = fsspec.core.url_to_fs(address)
        except (ValueError, ImportError) as error:
            raise unavailable(f"{self.address} cannot be opened: {error}. Name a folder, or install that.") from None
        kinds = self._files.protocol
        self._kinds = {kinds} if isinstance(kinds, str) else set(kinds)
        self._folder = Path(self._root) if "file" in self._kinds else None
        self.check()

    def check(self) -> None:
        """A folder that is not mounted is not an empty one."""
        if self._folder is not None and not self._folder.is_dir():
            raise self._unavailable(f"{self.address} is no folder: make it, or mount what is shared.")

    def write(self, path: str, content: bytes) -> None:
        """Writes an object, over what is there."""
        if self._kinds & PUTS_WHOLE:
            with self._asking("written"):
                self._files.pipe_file(self._at(path), content)
            return
        self.write_all(path, [content])

    def write_all(self, path: str, chunks: Iterable[bytes]) -> None:
        """Writes an object from its chunks, in constant memory; nothing is left of it if they break off."""
        self.check()
        with self._asking("written"):
            self._make_folder(path.rpartition("/")[0])
        if self._kinds & PUTS_WHOLE:
            self._upload(self._at(path), chunks)
        else:
            self._write_beside(self._at(path), chunks)

    def chunks(self, path: str) -> Iterator[bytes]:
        """An object's bytes; raises `FileNotFoundError` if there is none."""
        self.check()
        with self._asking("read"):
            self._files.invalidate_cache()
            file = self._files.open(self._at(path), "rb")
        try:
            while True:
                with self._asking("read"):
                    chunk = bytes(file.read(CHUNK))
                if not chunk:
                    return
                yield chunk
        finally:
            file.close()

    def read(self, path: str, most: int) -> bytes:
        """The first `most` bytes of an object; raises `FileNotFoundError` if there is none."""
        self.check()
        with self._asking("read"):
            return bytes(self._files.cat_file(self._at(path), start=0, end=most))

    def exists(self, path: str) -> bool:
        """Whether there is anything."""
        self.check()
        with self._asking("read"):
            self._files.invalidate_cache()
            return bool(self._files.exists(self._at(path)))

    def names(self, folder: str = "") -> list[str]:
        """Of what is in a folder, in order; none if there is no such folder: stores of objects have none."""
        self.check()
        try:
            with self._asking("listed"):
                self._files.invalidate_cache()
                listed = self._files.ls(self._at(folder), detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(path).rstrip("/").rpartition("/")[2] for path in listed)

    def remove(self, path: str) -> None:
        """Removes an object, or a folder with all that is in it; nothing if it is not there."""
        self.check()
        with self._asking("cleared"):
            self._files.invalidate_cache()
            if self._files.exists(self._at(path)):
                self._files.rm(self._at(path), recursive=True)

    def keeps_removed(self) -> bool:
        """Whether the store is known to keep what is removed from it."""
        if not self._kinds & PUTS_WHOLE:
            return False
        with self._asking("read"):
            return bool(self._files.is_bucket_versioned(self._root.partition("/")[0]))

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else str(self._root)

    def _make_folder(self, folder: str) -> None:
        """Below the address alone: that itself is there, or is not mounted."""
        if self._folder is None:
            if not self._kinds & PUTS_WHOLE:
                self._files.makedirs(self._at(folder), exist_ok=True)
            return
        made = self._folder
        for name in folder.split("/") if folder else []:
            made = made / name
            made.mkdir(exist_ok=True)

    def _write_beside(self, path: str, chunks: Iterable[bytes]) -> None:
        try:
            with self._asking("written"):
                file = self._files.open(path + PART, "wb")
            with file:
                for chunk in chunks:
                    with self._asking("written"):
                        file.write(chunk)
                with self._asking("written"):
                    file.flush()
                    if self._folder is not None:
                        os.fsync(file.fileno())
            with self._asking("written"):
                self._files.mv(path + PART, path)
        except BaseException:
            with self._asking("cleared"):
                if self._files.exists(path + PART):
                    self._files.rm_file(path + PART)
            raise

    def _upload(self, path: str, chunks: Iterable[bytes]) -> None:
        with self._asking("written"):
            file = self._files.open(path, "wb", autocommit=False)
        try:
            for chunk in chunks:
                with self._asking("written"):
                    file.write(chunk)
            with self._asking("written"):
                file.close()
                file.commit()
        except BaseException:
            with self._asking("cleared"):
                file.discard()
            raise

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """The errors of the many kinds of storage have no base in common."""
        try:
            yield
        except FileNotFoundError:
            if what == "written":
                raise self._unavailable(f"{self.address} cannot be written: it is gone. Try again.") from None
            raise
        except Exception as error:
            reason: Any = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise self._unavailable(f"{self.address} cannot be {what}: {reason}. Try again.") from None
