"""Where the sides lay down their signed reports for each other: a shared folder, or an address that fsspec can write.

Files are named by their sha256 and never change. Everybody who can write there may lay down anything: what is read is
checked (`signed_report`), and a file that is not what its name says is damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import fsspec  # type: ignore[import-untyped]

from workpact.agent.errors import ExchangeUnavailable

MOST_BYTES = 65_536
"""A report is far smaller."""
MOST_FILES = 20_000
NAME = re.compile(r"([0-9a-f]{64})\.json")


class Exchange:
    """One folder; `ExchangeUnavailable` from every call."""

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            self._files, self._root = fsspec.core.url_to_fs(address)
        except (ValueError, ImportError) as error:
            raise ExchangeUnavailable(f"{address} cannot be opened: {error}. Name a folder, or install that.") from None
        self._read: dict[str, bytes] = {}
        self._check_folder()

    def put(self, content: bytes) -> str:
        """Lays a file down, whole or not at all, and returns its name; again, it changes nothing."""
        name = f"{sha256(content).hexdigest()}.json"
        path = f"{self._root}/{name}"
        self._check_folder()
        try:
            if not self._files.exists(path):
                self._files.pipe_file(path + ".part", content)
                self._files.mv(path + ".part", path)
        except (OSError, NotImplementedError) as error:
            raise ExchangeUnavailable(f"{self.address} cannot be written: {error}.") from None
        self._read[name] = content
        return name

    def files(self) -> Iterator[tuple[str, bytes | None]]:
        """All files by name; None for one that is damaged: its content does not have the name's hash."""
        for name in self._names():
            if name not in self._read:
                content = self._content(name)
                if sha256(content).hexdigest() != name.removesuffix(".json"):
                    yield name, None
                    continue
                self._read[name] = content
            yield name, self._read[name]

    def _check_folder(self) -> None:
        """A folder that is not mounted is not an empty one."""
        if "file" in self._files.protocol and not Path(self._root).is_dir():
            raise ExchangeUnavailable(f"{self.address} is no folder: make it, or mount what both sides share.")

    def _names(self) -> list[str]:
        self._check_folder()
        self._files.invalidate_cache()
        try:
            listed = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            # Stores of objects have no folder before the first object.
            return []
        except (OSError, NotImplementedError) as error:
            raise ExchangeUnavailable(f"{self.address} cannot be listed: {error}.") from None
        names = sorted(str(path).rsplit("/", 1)[-1] for path in listed)
        return [name for name in names if NAME.fullmatch(name)][:MOST_FILES]

    def _content(self, name: str) -> bytes:
        try:
            return bytes(self._files.cat_file(f"{self._root}/{name}", start=0, end=MOST_BYTES))
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise ExchangeUnavailable(f"{self.address}/{name} cannot be read: {error}.") from None
