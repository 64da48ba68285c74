"""What the chain has of a room's files: versions, who may open them, receipts (SPEC.md 14.2-14.6).

From the logs, proved complete, ordered and unedited against the word that the contract holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workpact.data_room.errors import RoomError
from workpact.history import Event, HistoryDiffers, height, read, recompute
from workpact.preflight import ask
from workpact.terms.room import Kind


class NoFile(RoomError):
    """The room has no such file, or the file no such version."""


@dataclass(frozen=True)
class Given:
    """Access to one version: the wrap's hash, and for which version of the reader's key it was made."""

    key_version: int
    wrap_hash: bytes
    by: str


@dataclass
class FileVersion:
    """One version of a file, as the chain has it. Instants in Unix seconds."""

    number: int
    author: str
    kind: int
    content: bytes
    """SHA-256 of the sealed bytes."""
    manifest: bytes
    """Struct hash of what the author signed."""
    put_at: int
    transaction: str
    access: dict[str, Given] = field(default_factory=dict)
    """Who may open it, by reader."""
    receipts: dict[str, int] = field(default_factory=dict)
    """Who says to have opened it, and when."""

    @property
    def kind_word(self) -> str:
        """Its kind as people write it; its number where this package knows none."""
        return Kind(self.kind).word if self.kind in set(Kind) else str(self.kind)


@dataclass
class RoomFile:
    """One file of a room, as the chain has it."""

    id: bytes
    side: int
    """Whose it is: 1 the client's, 2 the contractor's."""
    versions: dict[int, FileVersion] = field(default_factory=dict)
    revoked: dict[str, int] = field(default_factory=dict)
    """From whom access was taken, and from which version on."""
    shredded_at: int | None = None

    @property
    def latest(self) -> FileVersion:
        """The version that counts."""
        return self.versions[max(self.versions)]

    @property
    def is_shredded(self) -> bool:
        """Whether its side says that all of it is destroyed."""
        return self.shredded_at is not None

    def version(self, number: int | None = None) -> FileVersion:
        """That version, else the latest; raises `NoFile`."""
        if number is None:
            return self.latest
        if number not in self.versions:
            raise NoFile(f"File 0x{self.id.hex()} has versions 1 to {self.latest.number}, and none {number}.")
        return self.versions[number]


def files_in(events: Iterable[Event]) -> dict[bytes, RoomFile]:
    """The files of a room by id, in the order in which they were put."""
    files: dict[bytes, RoomFile] = {}
    for event in events:
        named = event.arguments
        if event.name == "VersionPut":
            file = files.setdefault(named["file"], RoomFile(named["file"], named["side"]))
            file.versions[named["version"]] = _version(event)
        elif "file" in named:
            _happened(files[named["file"]], event)
    return files


def _version(event: Event) -> FileVersion:
    members = {name: event[name] for name in ("author", "kind", "content", "manifest")}
    return FileVersion(event["version"], **members, put_at=event.timestamp, transaction=event.transaction)


def _happened(file: RoomFile, event: Event) -> None:
    named = event.arguments
    if event.name == "AccessGiven":
        reader = named["reader"]
        file.versions[named["version"]].access[reader] = Given(named["keyVersion"], named["wrap"], named["by"])
        if named["version"] == file.latest.number:
            file.revoked.pop(reader, None)
    elif event.name == "AccessRevoked":
        file.revoked[named["reader"]] = named["version"]
    elif event.name == "ReceiptGiven":
        file.versions[named["version"]].receipts[named["reader"]] = event.timestamp
    elif event.name == "Shredded":
        file.shredded_at = event.timestamp


def read_book(contract: Any, book: bytes) -> list[Event]:
    """All events of a room in order; raises `HistoryDiffers` if the node leaves some out or has edited them."""
    until = height()
    events = read(contract, [book], None, until)
    word = bytes(ask(contract.historyOf, book, block_id=until))
    if recompute(events) != word:
        raise HistoryDiffers(
            f"{len(events)} logs give another history than 0x{word.hex()}, which the data room holds: the node leaves "
            "logs out or has edited them. Ask another node."
        )
    return events
