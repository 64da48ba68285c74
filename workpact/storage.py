"""Objects in a folder or at any address that fsspec can write: whole or not at all, and never silently absent.

What lies there can be changed by others: whoever reads checks.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workpact import WorkpactError
from workpact.drafts import BLOCK, PART, Beside, Draft, FileDraft, Upload

CHUNK = 1_048_576
PUTS_WHOLE = {"s3", "s3a"}
"""Stores in which an object appears once all of it is there; elsewhere it is written beside, and renamed."""
ORDINARY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Storage:
    """The objects below one address, by paths with `/`; every call raises the error that it was made with."""

    def __init__(self, address: str, unavailable: type[WorkpactError]) -> None:
        self.address = re.sub(r"//[^/@]*@", "//", address)
        """As it may be shown: without a password."""
        self._unavailable = unavailable
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]

        try:
            self._files, self._root = url_to_fs(address)
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
        if self._puts_whole:
            with self._asking("written"):
                self._files.pipe_file(self._at(path), content)
        else:
            self.write_all(path, [content])

    def write_all(self, path: str, chunks: Iterable[bytes]) -> None:
        """Writes an object from its chunks, in constant memory; nothing is left of it if they break off."""
        self.check()
        if self._folder is not None:
            draft: Draft = FileDraft(self._folder, path)
        elif self._puts_whole:
            draft = Upload(self._files, self._at(path))
        else:
            draft = Beside(self._files, self._at(path))
        try:
            with self._asking("written"):
                draft.open()
            for chunk in chunks:
                with self._asking("written"):
                    draft.write(chunk)
            with self._asking("written"):
                draft.finish()
        except BaseException:
            with suppress(WorkpactError, FileNotFoundError), self._asking("cleared"):
                draft.discard()
            raise

    def chunks(self, path: str) -> Iterator[bytes]:
        """An object's bytes; raises `FileNotFoundError` if there is none."""
        self.check()
        with self._asking("read"):
            file = self._open(path)
        with file:
            while True:
                with self._asking("read"):
                    chunk = bytes(file.read(CHUNK))
                if not chunk:
                    return
                yield chunk

    def read(self, path: str, most: int) -> bytes:
        """The first `most` bytes of an object; raises `FileNotFoundError` if there is none."""
        self.check()
        with self._asking("read"):
            if self._folder is None:
                return bytes(self._files.cat_file(self._at(path), start=0, end=most))
            with self._open(path) as file:
                return bytes(file.read(most))

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

    def remove(self, path: str) -> bool:
        """Removes an object, or a folder with all that is in it, if it is there; whether no object is left."""
        self.check()
        self._check_bucket()
        with suppress(FileNotFoundError), self._asking("cleared"):
            self._files.invalidate_cache()
            if self._files.exists(self._at(path)):
                self._files.rm(self._at(path), recursive=True)
            self._files.invalidate_cache()
            found = self._files.find(self._at(path), detail=True).values()
            return all(each["type"] == "directory" for each in found)
        return True

    def clear_parts(self, folder: str, end: str) -> None:
        """Removes what writers who were killed left of objects in a folder whose names end so."""
        if not self._puts_whole:
            for name in self.names(folder):
                if name.endswith(end + PART):
                    self.remove(f"{folder}/{name}")
            return
        bucket, _, root = self._root.partition("/")
        # Who may write there may not always ask for this; then the bucket's own rules clear it.
        with suppress(self._unavailable), self._asking("cleared"):
            for upload in self._files.list_multipart_uploads(bucket):
                key = upload["Key"]
                if key.startswith(f"{root}/{folder}/".lstrip("/")) and key.endswith(end):
                    self._files.abort_mpu(bucket, key, upload["UploadId"])

    def keeps_removed(self) -> bool:
        """Whether the store is known to keep what is removed from it."""
        known = {}
        if self._puts_whole:
            with suppress(self._unavailable), self._asking("read"):
                known = self._files.call_s3("get_bucket_versioning", Bucket=self._root.partition("/")[0])
        return bool(known.get("Status"))

    def _check_bucket(self) -> None:
        """Nor is a bucket that is not there an empty one."""
        if not self._puts_whole:
            return
        bucket = self._root.partition("/")[0]
        try:
            with self._asking("cleared"):
                self._files.call_s3("head_bucket", Bucket=bucket)
        except FileNotFoundError:
            raise self._unavailable(f"{self.address}: there is no bucket {bucket}. Name the right one.") from None

    @property
    def _puts_whole(self) -> bool:
        return bool(self._kinds & PUTS_WHOLE)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else str(self._root)

    def _open(self, path: str) -> Any:
        if self._folder is None:
            self._files.invalidate_cache()
            return self._files.open(self._at(path), "rb", block_size=BLOCK)
        # In a folder that others can write there may be a pipe, which never ends, or a way out of it: neither is ours.
        name = self._folder / path
        if not stat.S_ISREG(name.lstat().st_mode):
            raise FileNotFoundError
        return open(name, "rb", opener=lambda name, _: os.open(name, ORDINARY))

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
