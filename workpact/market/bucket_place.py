"""Papers in what fsspec opens: S3 and what speaks like it, memory, and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workpact.market.errors import PlaceUnavailable, shown
from workpact.market.place import Place, is_subject


class BucketPlace(Place):
    """An address of fsspec; the credentials are those of its own configuration."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]

        try:
            opened = url_to_fs(address, use_listings_cache=False)
        except (ValueError, ImportError) as error:
            raise PlaceUnavailable(
                f"{self.address} cannot be opened: {shown(error)}. Name a folder, s3://BUCKET/… (pip install "
                "'workpact[s3]'), or a relay's https://…"
            ) from None
        self._files: Any = opened[0]
        self._root = str(opened[1]).rstrip("/")

    def _get(self, path: str, most: int) -> bytes | None:
        try:
            with self._files.open(f"{self._root}/{path}", "rb", block_size=most + 1) as file:
                return bytes(file.read(most + 1))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def _put(self, path: str, content: bytes) -> None:
        whole = f"{self._root}/{path}"
        try:
            self._files.pipe_file(whole, content)
        except FileNotFoundError:
            # Folders below the address are made where there are any; the address itself never is: it may be mistyped.
            if not self._files.exists(self._root):
                raise
            self._files.makedirs(whole.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(whole, content)

    def _list(self, kind: str, subject: str | None) -> Iterator[str]:
        if subject is not None:
            yield from (f"{kind}/{subject}/{name}" for name in self._names(f"{kind}/{subject}"))
            return
        for each in self._names(kind):
            is_open = is_subject(kind, each)
            yield f"{kind}/{each}/" if is_open else f"{kind}/{each}"
            if is_open:
                yield from (f"{kind}/{each}/{name}" for name in self._names(f"{kind}/{each}"))

    def _names(self, path: str) -> Iterator[str]:
        whole = f"{self._root}/{path}"
        try:
            found = self._files.ls(whole, detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in found:
            # Of a file itself, ls gives the file.
            if name.strip("/") != whole.strip("/"):
                yield name.rstrip("/").rpartition("/")[2]

    def _reason(self, error: Exception) -> str | None:
        return str(error) or type(error).__name__
