"""Where the sides lay down their signed reports for each other: a shared folder, or an address that fsspec can write.

Files are named by their sha256 and never change. Everybody who can write there may lay down anything: what is read is
checked (`signed_report`), and a file that is not what its name says is damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from workpact.agent.errors import ExchangeUnavailable
from workpact.storage import Storage

MOST_BYTES = 65_536
"""A report is far smaller."""
MOST_FILES = 20_000
NAME = re.compile(r"([0-9a-f]{64})\.json")


class Exchange:
    """One folder; `ExchangeUnavailable` from every call."""

    def __init__(self, address: str) -> None:
        self._storage = Storage(address, ExchangeUnavailable)
        self.address = self._storage.address
        self._read: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        """Lays a file down, whole or not at all, and returns its name; again, it changes nothing."""
        name = f"{sha256(content).hexdigest()}.json"
        if not self._storage.exists(name):
            self._storage.write(name, content)
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

    def _names(self) -> list[str]:
        return [name for name in self._storage.names() if NAME.fullmatch(name)][:MOST_FILES]

    def _content(self, name: str) -> bytes:
        try:
            return self._storage.read(name, MOST_BYTES)
        except FileNotFoundError:
            return b""
