"""The people of one agreement, their encryption keys, and the place that they share files in."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from workpact.agreement import Agreement
from workpact.data_room.keyring import KeyRing
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.place import RoomPlace
from workpact.data_room.registry import DataRoom
from workpact.data_room.room import Put, Room
from workpact.terms.room import Kind

CONTENT = b"The canary sings at dawn, and nobody outside may hear it.\n" * 3_000
"""More than two chunks."""


class House:
    """A room with its seats; everybody has a key when it is needed."""

    def __init__(self, contract: Any, agreement: Agreement, roles: dict[str, Any], folder: Path) -> None:
        self.contract = contract
        self.agreement = agreement
        self.people = roles
        self.folder = folder
        self.desk = DataRoom(contract)
        self.room = self.desk.of(agreement)
        (folder / "place").mkdir()
        self.place = RoomPlace(str(folder / "place"))
        self.keys: dict[str, list[EncryptionKey]] = {}
        self.room.seat(sender=self.people["client"])

    def account(self, role: str) -> Any:
        return self.people[role]

    def address(self, role: str) -> str:
        return str(self.people[role].address)

    def rotate(self, role: str) -> EncryptionKey:
        """The next key of a role, registered by itself."""
        key = EncryptionKey.generate(len(self.keys.setdefault(role, [])) + 1)
        self.keys[role].append(key)
        account = self.people[role]
        self.desk.register_key(account.address, key.public, key.version, sender=account)
        return key

    def ready(self, *roles: str) -> None:
        """They have keys."""
        for role in roles:
            if role in self.people and role not in self.keys:
                self.rotate(role)

    def own(self, role: str) -> KeyRing:
        """The role with all its keys."""
        self.ready(role)
        return KeyRing.of(self.address(role), *self.keys[role])

    def named(self, reader: str) -> str:
        """Operators have no word of their own."""
        self.ready(*(("arbiter", "backup") if reader == "arbiter" else (reader,)))
        return self.address(reader) if reader.endswith("-operator") else reader

    def put(
        self,
        *readers: str,
        by: str = "client",
        content: bytes = CONTENT,
        name: str = "brief.pdf",
        kind: Kind = Kind.OTHER,
        room: Room | None = None,
        **options: Any,
    ) -> Put:
        """A content put by a role for others, named by role or as the room names them."""
        named = [self.named(each) for each in readers]
        arguments = {"own": self.own(by), "sender": self.people[by], "name": name, **options}
        return (room or self.room).put(io.BytesIO(content), kind, named, self.place, **arguments)

    def give(self, file: bytes, *readers: str, by: str = "client", version: int | None = None) -> Any:
        named = [self.named(each) for each in readers]
        return self.room.give(file, version, named, self.place, own=self.own(by), sender=self.people[by])

    def revoke(self, file: bytes, *readers: str, by: str = "client") -> Put:
        named = [self.named(each) for each in readers]
        return self.room.revoke(file, named, self.place, own=self.own(by), sender=self.people[by])

    def read(self, file: bytes, by: str, version: int | None = None, room: Room | None = None) -> bytes:
        """What a role gets; nothing else may be left in its folder."""
        out = self.folder / f"out-{by}"
        out.mkdir(exist_ok=True)
        try:
            opened = (room or self.room).open(file, version, self.own(by), out, self.place)
            return opened.path.read_bytes()
        finally:
            for each in out.iterdir():
                assert not each.name.startswith(".room-")
                each.unlink()
