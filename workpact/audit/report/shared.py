"""What was shared in a room, and said in reviews, from a record's events alone (SPEC.md §14, 15.9)."""

from __future__ import annotations

from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.entries import Entry, plain
from workpact.audit.history import History
from workpact.audit.telling import kind_of

Facts = dict[str, Any]
MARKS = ("overall", "quality", "communication", "punctuality")


def files_facts(history: History) -> list[Facts]:
    """One value for each file, in the order they were first put; who was given access can open that version still."""
    found: dict[bytes, _File] = {}
    for entry in history.of("DataRoom"):
        if entry.name != "Seated":
            found.setdefault(bytes(entry["file"]), _File(bytes(entry["file"]))).apply(entry)
    roles = history.subject.roles()
    return [each.facts(roles) for each in found.values()]


class _File:
    """One file's versions, each with its readers and who says to have opened it."""

    def __init__(self, file: bytes) -> None:
        self.file = file
        self.side = 0
        self.versions: list[Entry] = []
        self.readers: dict[int, dict[str, Entry]] = {}
        self.opened: dict[int, dict[str, Entry]] = {}
        self.shredded: int | None = None

    def apply(self, entry: Entry) -> None:
        """The next event of the file."""
        if entry.name == "VersionPut":
            self.side = entry["side"]
            self.versions.append(entry)
        elif entry.name == "AccessGiven":
            self.readers.setdefault(entry["version"], {}).setdefault(entry["reader"], entry)
        elif entry.name == "ReceiptGiven":
            self.opened.setdefault(entry["version"], {})[entry["reader"]] = entry
        elif entry.name == "Shredded":
            self.shredded = entry.log.timestamp

    def facts(self, roles: dict[str, str]) -> Facts:
        """As the report has it."""
        return {
            "file": plain(self.file),
            "side": "client" if self.side == 1 else "contractor",
            "shredded": self.shredded,
            "versions": [self._version(each, roles) for each in self.versions],
        }

    def _version(self, put: Entry, roles: dict[str, str]) -> Facts:
        version = put["version"]
        opened = self.opened.get(version, {})
        return {
            "version": version,
            "kind": kind_of(put["kind"]),
            "put": put.log.timestamp,
            "author": put["author"],
            "role": roles.get(put["author"]),
            "content": plain(put["content"]),
            "readers": [
                {
                    "address": who,
                    "role": roles.get(who),
                    "since": given.log.timestamp,
                    "by": given["by"],
                    "opened": opened[who].log.timestamp if who in opened else None,
                }
                for who, given in self.readers.get(version, {}).items()
            ],
        }


def reviews_facts(history: History) -> list[Facts]:
    """One value for each sealed review, in order; its marks once it is opened, and what stays sealed is withheld."""
    entries = history.of("TalentRegistry")
    opened = {bool(each["byClient"]): each for each in entries if each.name == "ReviewRevealed"}
    client = to_checksum_address(list(history.subject.messages.values())[-1]["deal"]["client"])
    found = []
    for sealed in (each for each in entries if each.name == "ReviewSealed"):
        by_client = sealed["author"] == client
        marks = opened.get(by_client)
        found.append(
            {
                "by": "client" if by_client else "contractor",
                "author": sealed["author"],
                "of": sealed["subject"],
                "sealed": sealed.log.timestamp,
                "opened": marks and marks.log.timestamp,
                "marks": {name: marks[name] for name in MARKS} if marks else None,
                "text": plain(marks["text"]) if marks and any(bytes(marks["text"])) else None,
            }
        )
    return found
