"""Who can open what, by SPEC.md §14 in plain words; knows no contract and no code of the room."""

from __future__ import annotations

from dataclasses import dataclass, field

READERS = {
    "other": {"client", "contractor", "arbiter", "other"},
    "deliverable": {"client", "contractor", "arbiter"},
    "payslip": {"contractor", "worker"},
    "roster": {"contractor"},
    "recording": {"client", "contractor", "arbiter"},
    "credential": {"client", "contractor"},
}
"""Of the document in the walk: its section lets others read what is of kind `other`."""


@dataclass
class Version:
    content: bytes
    access: dict[str, int]
    """For which version of its key each can open it."""
    receipts: set[str] = field(default_factory=set)


@dataclass
class File:
    room: int
    side: str
    kind: str
    versions: list[Version]
    revoked: set[str] = field(default_factory=set)
    shredded: bool = False

    @property
    def latest(self) -> Version:
        return self.versions[-1]


@dataclass
class Room:
    roles: dict[str, str]
    seated: bool = False
    disputed: bool = False

    def side(self, person: str) -> str | None:
        """Whose side somebody acts for; arbiters and others for none."""
        role = self.roles.get(person)
        return role if self.seated and role in ("client", "contractor") else None


class Model:
    """What is so now. Each act returns why it must be refused, as names of errors; none: it happened."""

    def __init__(self, rooms: list[Room]) -> None:
        self.rooms = rooms
        self.keys: dict[str, int] = {}
        self.without: set[str] = set()
        """Who has taken its key away."""
        self.files: dict[bytes, File] = {}

    def has_key(self, person: str) -> bool:
        return person in self.keys and person not in self.without

    def rotate(self, person: str, away: bool = False) -> None:
        self.keys[person] = self.keys.get(person, 0) + 1
        self.without.discard(person)
        if away:
            self.without.add(person)

    def unreadable(self, room: int, kind: str, readers: list[str]) -> set[str]:
        """Why some of these may not read this kind now."""
        found = set()
        for reader in readers:
            role = self.rooms[room].roles.get(reader, "other")
            if role not in READERS[kind]:
                found.add("NotAReader")
            elif role == "arbiter" and not self.rooms[room].disputed:
                found.add("NoDispute")
        return found

    def seatless(self, room: int, person: str) -> set[str]:
        return set() if self.rooms[room].side(person) else {"NoSeat"}

    def keyless(self, people: list[str]) -> set[str]:
        return set() if all(map(self.has_key, people)) else {"NoKey"}

    def put(
        self, name: bytes | None, room: int, author: str, kind: str, readers: list[str], content: bytes
    ) -> set[str]:
        """Of a new file its name is known only afterwards: then it is None, and `add` follows."""
        readers = [author, *readers]
        why = self.seatless(room, author) | self.unreadable(room, kind, readers) | self.keyless(readers)
        if name is None:
            return why
        file = self.files[name]
        why |= {"NotYours"} if file.side != self.rooms[room].side(author) else set()
        why |= {"IsShredded"} if file.shredded else set()
        if not why:
            self._append(file, readers, content)
        return why

    def add(self, name: bytes, room: int, author: str, kind: str, readers: list[str], content: bytes) -> None:
        side = self.rooms[room].side(author)
        assert side is not None
        self.files[name] = File(room, side, kind, [])
        self._append(self.files[name], [author, *readers], content)

    def _append(self, file: File, readers: list[str], content: bytes) -> None:
        if file.versions:
            file.revoked |= set(file.latest.access) - set(readers)
        file.revoked -= set(readers)
        file.versions.append(Version(content, {reader: self.keys[reader] for reader in readers}))

    def give(self, name: bytes, number: int, giver: str, readers: list[str]) -> set[str]:
        file = self.files[name]
        version = file.versions[number - 1]
        why = self.seatless(file.room, giver) | self.unreadable(file.room, file.kind, readers) | self.keyless(readers)
        why |= {"IsShredded"} if file.shredded else set()
        why |= {"NoAccess"} if giver not in version.access else set()
        isnt_own = self.rooms[file.room].side(giver) != file.side
        renewed = [each for each in readers if version.access.get(each, self.keys.get(each)) != self.keys.get(each)]
        if isnt_own and any(each != giver for each in renewed):
            why.add("NotYours")
        if not why:
            version.access |= {reader: self.keys[reader] for reader in readers}
            if version is file.latest:
                file.revoked -= set(readers)
        return why

    def revoke(self, name: bytes, author: str, out: list[str]) -> set[str]:
        file = self.files[name]
        why = self.seatless(file.room, author) | self.keyless([author])
        why |= {"NotYours"} if file.side != self.rooms[file.room].side(author) or author in out else set()
        why |= {"IsShredded"} if file.shredded else set()
        if not set(out) & set(file.latest.access):
            ever = {reader for version in file.versions for reader in version.access}
            return why | (set() if set(out) & ever else {"NoAccess"})
        why |= {"NoAccess"} if author not in file.latest.access else set()
        if not why:
            others = [each for each in file.latest.access if each not in (author, *out)]
            stay = [each for each in others if self.has_key(each) and not self.unreadable(file.room, file.kind, [each])]
            self._append(file, [author, *stay], file.latest.content)
        return why

    def renew(self, room: int, giver: str) -> set[str]:
        why = self.seatless(room, giver)
        for file in self.files.values():
            if why or file.room != room or file.shredded:
                continue
            for version in file.versions:
                if giver in version.access:
                    self._renew(file, version, giver)
        return why

    def _renew(self, file: File, version: Version, giver: str) -> None:
        is_own = self.rooms[file.room].side(giver) == file.side
        for reader in version.access:
            may = not self.unreadable(file.room, file.kind, [reader]) and (is_own or reader == giver)
            if may and self.has_key(reader) and reader not in file.revoked:
                version.access[reader] = self.keys[reader]

    def shred(self, name: bytes, person: str) -> set[str]:
        file = self.files[name]
        if file.shredded:
            return set()
        why = self.seatless(file.room, person)
        why |= {"NotYours"} if self.rooms[file.room].side(person) != file.side else set()
        file.shredded = not why
        return why

    def receipt(self, name: bytes, number: int, reader: str) -> set[str]:
        file = self.files[name]
        version = file.versions[number - 1]
        if reader in version.receipts:
            return set()
        why = {"IsShredded"} if file.shredded else set()
        why |= set() if reader in version.access else {"NoAccess"}
        if not why:
            version.receipts.add(reader)
        return why
