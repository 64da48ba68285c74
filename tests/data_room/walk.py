"""Random steps in the rooms of two agreements on a chain, beside the model; what opens is compared all along."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ape import accounts
from eth_utils.crypto import keccak

from tests.data_room.breaking import Breaking, Interrupted
from tests.data_room.model import READERS, File, Model
from tests.data_room.model import Room as Expected
from workpact.agreement import Agreement
from workpact.data_room.errors import NotForYou, RoomError
from workpact.data_room.keyring import KeyRing
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.listing import RoomFile
from workpact.data_room.reading import NoAccess
from workpact.data_room.registry import NO_KEY, DataRoom
from workpact.data_room.room import Room
from workpact.data_room.room_view import IsShredded
from workpact.data_room.wraps import unwrap
from workpact.history import height
from workpact.terms import change_order
from workpact.terms.room import Kind
from workpact.terms.units import write_instant

PEOPLE = {"client": 0, "contractor": 1, "arbiter": 3, "client-operator": 5, "contractor-operator": 6, "stranger": 8}
ROLES = {
    "client": "client",
    "client-operator": "client",
    "contractor": "contractor",
    "contractor-operator": "contractor",
    "arbiter": "arbiter",
}
SECTION = ("  legal:\n", "  room: {other: [client, contractor, arbiter, other]}\n  legal:\n")
MILESTONES = ("plan", "build", "report")


class Kept(Room):
    """Lists its files once a block."""

    listed: tuple[int, list[RoomFile]] = (0, [])

    def files(self) -> list[RoomFile]:
        now = height()
        if self.listed[0] != now:
            self.listed = (now, super().files())
        return self.listed[1]


class Walk:
    """Two rooms of the same people, one place, and whatever happens in them."""

    def __init__(self, contract: Any, agreements: list[Agreement], folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.desk = DataRoom(contract)
        self.agreements = agreements
        self.rooms = [Kept(self.desk, agreement) for agreement in agreements]
        self.folder = folder
        self.place = Breaking(f"memory://walk-{seed}-{contract.address}")
        self.people = {name: accounts.test_accounts[number] for name, number in PEOPLE.items()}
        self.address = {name: str(account.address) for name, account in self.people.items()}
        self.keys: dict[str, list[EncryptionKey]] = {name: [] for name in PEOPLE}
        self.model = Model([Expected(dict(ROLES)) for _ in agreements])
        self.left = [list(MILESTONES) for _ in agreements]
        self.done: Counter[str] = Counter()
        self.contents = 0

    def run(self, steps: int) -> None:
        """That many steps, each compared."""
        for person in PEOPLE:
            self.rotate(person)
        for room in range(len(self.agreements)):
            self.seat(room)
        often = [self.put, self.put, self.put_next, self.put_next, self.give, self.give, self.give, self.revoke]
        acts = [*often, *often, self.revoke, self.any_rotate, self.any_rotate, self.renew, self.renew, self.receipt]
        acts += [self.receipt, self.any_rotate_away, self.shred, self.dispute, self.amend, self.any_seat]
        for _ in range(steps):
            before = self.taken
            while self.taken == before:
                self.random.choice(acts)()
            self.look(3)
            self.cross(3)
        self.look_at_all()

    @property
    def taken(self) -> int:
        """How many acts were tried."""
        return self.done.total() - self.done["look"] - self.done["cross"] - self.done["interrupted"]

    # What people do

    def rotate(self, person: str, away: bool = False) -> None:
        key = EncryptionKey.generate(len(self.keys[person]) + 1)
        self.keys[person].append(key)
        account = self.people[person]
        self.desk.register_key(account.address, NO_KEY if away else key.public, key.version, sender=account)
        self.model.rotate(person, away)
        self.done["rotate"] += 1

    def any_rotate(self) -> None:
        self.rotate(self._person())

    def any_rotate_away(self) -> None:
        person = self._person()
        self.rotate(person, away=True)
        if self.random.random() < 0.9:
            self.rotate(person)

    def seat(self, room: int) -> None:
        self.room(room).seat(sender=self.people["stranger"])
        self.model.rooms[room].seated = True
        self.done["seat"] += 1

    def any_seat(self) -> None:
        self.seat(self._room())

    def put(self) -> None:
        room, author, readers, kind = self._room(), self._person(), self._readers(), self._kind()
        content = self._content()
        why = self.model.put(None, room, author, kind, readers, content)
        put = self._same_again(lambda: self._put(room, author, kind, readers, content), why, "put")
        if put is not None:
            self.model.add(put.file, room, author, kind, readers, content)

    def put_next(self) -> None:
        name = self._file()
        if name is None:
            return
        file, readers, content = self.model.files[name], self._readers(), self._content()
        author = self._owner(file)
        why = self.model.put(name, file.room, author, file.kind, readers, content)
        self._same_again(lambda: self._put(file.room, author, file.kind, readers, content, name), why, "put_next")

    def give(self) -> None:
        name = self._file()
        if name is None:
            return
        file, readers = self.model.files[name], self._readers()[:2] or [self._person()]
        giver = self._owner(file)
        number = self.random.randrange(len(file.versions)) + 1
        why = self.model.give(name, number, giver, readers)
        given = (name, number, [self.address[each] for each in readers], self.place)
        room, options = self.room(file.room), {"own": self.own(giver), "sender": self.people[giver]}
        self._same_again(lambda: room.give(*given, **options), why, "give")

    def revoke(self) -> None:
        name = self._file()
        if name is None:
            return
        file = self.model.files[name]
        author, readers = self._owner(file), sorted(file.latest.access)
        out = [self.random.choice(readers)] if self.random.random() < 0.7 else self._readers()[:2] or [self._person()]
        why = self.model.revoke(name, author, out)
        given = (name, [self.address[each] for each in out], self.place)
        room, options = self.room(file.room), {"own": self.own(author), "sender": self.people[author]}
        self._same_again(lambda: room.revoke(*given, **options), why, "revoke")

    def renew(self) -> None:
        room, giver = self._room(), self._person()
        why = self.model.renew(room, giver)
        options = {"own": self.own(giver), "sender": self.people[giver]}
        self._expect(lambda: self.room(room).renew(self.place, **options), why, "renew")

    def receipt(self) -> None:
        name = self._file()
        if name is None:
            return
        file = self.model.files[name]
        reader = self.random.choice([*file.latest.access, self._person()])
        number = self.random.randrange(len(file.versions)) + 1
        room, account = self.room(file.room), self.people[reader]
        carrier, signature = account, b""
        if self.random.random() < 0.5:
            carrier = self.people["stranger"]
            signature = room.receipt_message(name, number, account.address).sign(account)
        why = self.model.receipt(name, number, reader)
        options = {"signature": signature, "sender": carrier}
        self._expect(lambda: room.give_receipt(name, number, account.address, **options), why, "receipt")

    def shred(self) -> None:
        name = self._file()
        if name is None or self.random.random() < 0.5:
            return
        file = self.model.files[name]
        person = self._owner(file)
        why = self.model.shred(name, person)
        room, sender = self.room(file.room), self.people[person]
        self._same_again(lambda: room.shred(name, self.place, sender=sender), why, "shred")

    def dispute(self) -> None:
        """Opens one, or ends the one there is."""
        number = self._room()
        agreement, left, room = self.agreements[number], self.left[number], self.model.rooms[number]
        if room.disputed:
            agreement.rule(left.pop(0), 400_000, sender=self.people["arbiter"])
        elif left and self.random.random() < 0.7:
            agreement.submit(left[0], b"work", sender=self.people["contractor"])
            agreement.dispute(left[0], "not so", sender=self.people["client"])
        else:
            return
        room.disputed = not room.disputed
        self.done["dispute"] += 1

    def amend(self) -> None:
        """The client's operator comes or goes; nobody has a seat then."""
        number = self._room()
        room, live = self.model.rooms[number], self.agreements[number]
        if room.disputed or self.random.random() < 0.5:
            return
        goes = "client-operator" in room.roles

        def edit(plain: Any) -> None:
            plain[0]["spec"]["parties"]["client"]["operators"] = [] if goes else [self.address["client-operator"]]

        until = write_instant(live.document.spec.offer.open_before, live.document.zone, last=True)
        names = {"origin": live.origin, "replaces": live.id, "open_before": until}
        salts = {"offer_salt": keccak(live.id), "legal_salt": keccak(text="legal")}
        following = live.amended(change_order(live.document, **names, **salts, edit=edit))
        signature = following.sign(self.people["contractor"])
        live.amend(following.document, [signature], sender=self.people["client"])
        self.agreements[number], self.rooms[number] = following, Kept(self.desk, following)
        room.seated = False
        if goes:
            del room.roles["client-operator"]
        else:
            room.roles["client-operator"] = "client"
        if self.random.random() < 0.9:
            self.seat(number)
        self.done["amend"] += 1

    # What is compared

    def look(self, times: int) -> None:
        """Somebody opens some version, or cannot, as the model says."""
        for _ in range(times if self.model.files else 0):
            name = self._file()
            assert name is not None
            self._open(name, self.random.randrange(len(self.model.files[name].versions)) + 1, self._person())

    def look_at_all(self) -> None:
        """Everybody opens every version, or cannot; and the listing has whom it should."""
        for name, file in self.model.files.items():
            found = self.room(file.room).file(name)
            for number, version in enumerate(file.versions, 1):
                access = {reader: given.key_version for reader, given in found.version(number).access.items()}
                assert access == {self.address[reader]: key for reader, key in version.access.items()}
                assert set(found.version(number).receipts) == {self.address[reader] for reader in version.receipts}
                for person in PEOPLE:
                    self._open(name, number, person)
            assert (found.is_shredded, set(found.revoked)) == (
                file.shredded,
                {self.address[each] for each in file.revoked},
            )

    def cross(self, times: int) -> None:
        """A wrap opens for the key, reader, file and version that it was made for, and for nothing else."""
        wraps = [*self._wraps(), *self._wraps()]
        for _ in range(times if wraps else 0):
            name, number, reader, wrapped, key_version = self.random.choice(wraps)
            other, person = self.random.choice(wraps), self._person()
            right = self.keys[reader][key_version - 1]
            if other[:4] != (name, number, reader, wrapped):
                self._opens_not(wrapped, right, *other[:3], other[4])
            for key in self.keys[person]:
                if key is not right:
                    self._opens_not(wrapped, key, name, number, reader, key_version)

    def _open(self, name: bytes, number: int, person: str) -> None:
        file = self.model.files[name]
        version, room, out = file.versions[number - 1], self.room(file.room), self.folder / "out"
        given = (name, number, self.own(person), out, self.place)
        if file.shredded or person not in version.access:
            with pytest.raises(IsShredded if file.shredded else NoAccess):
                room.open(*given)
        else:
            opened = room.open(*given)
            assert (opened.path.read_bytes(), opened.latest) == (version.content, len(file.versions))
            out.unlink()
        assert list(self.folder.iterdir()) == []
        self.done["look"] += 1

    def _opens_not(
        self, wrapped: bytes, key: EncryptionKey, name: bytes, number: int, reader: str, key_version: int
    ) -> None:
        version = self.room(self.model.files[name].room).version_id(name, number)
        with pytest.raises(NotForYou):
            unwrap(wrapped, key, version, self.address[reader], key_version)
        self.done["cross"] += 1

    def _wraps(self) -> Iterator[tuple[bytes, int, str, bytes, int]]:
        name = self._file()
        file = self.model.files[name] if name else None
        if name is None or file is None or file.shredded:
            return
        room, names = self.room(file.room), {address: person for person, address in self.address.items()}
        for number, version in room.file(name).versions.items():
            for reader, given in version.access.items():
                wrapped = self.place.read_wrap(room.version_id(name, number), given.wrap_hash)
                yield name, number, names[reader], wrapped, given.key_version

    # How

    def room(self, number: int) -> Room:
        return self.rooms[number]

    def own(self, person: str) -> KeyRing:
        return KeyRing.of(self.address[person], *self.keys[person])

    def _put(self, room: int, author: str, kind: str, readers: list[str], content: bytes, file: Any = None) -> Any:
        named = [self.address[each] for each in readers]
        options = {"own": self.own(author), "sender": self.people[author], "file": file, "name": "a file"}
        return self.room(room).put(io.BytesIO(content), Kind[kind.upper()], named, self.place, **options)

    def _same_again(self, act: Callable[[], Any], why: set[str], name: str) -> Any:
        """At times it is interrupted at one of its writes, and done again."""
        if self.random.random() < 0.15:
            self.place.after = self.random.randrange(4)
            try:
                act()
            except Interrupted:
                self.done["interrupted"] += 1
            except RoomError:
                pass
            finally:
                self.place.after = None
        return self._expect(act, why, name)

    def _expect(self, act: Callable[[], Any], why: set[str], name: str) -> Any:
        if not why:
            self.done[name] += 1
            return act()
        with pytest.raises(RoomError) as info:
            act()
        assert type(info.value).__name__ in why
        self.done[type(info.value).__name__] += 1
        return None

    def _room(self) -> int:
        return self.random.randrange(len(self.agreements))

    def _person(self) -> str:
        return self.random.choice([*PEOPLE, *3 * ["client"], *3 * ["contractor"]])

    def _owner(self, file: File) -> str:
        """Mostly one who can open it and is of its side."""
        own = [each for each in file.latest.access if self.model.rooms[file.room].side(each) == file.side]
        return self.random.choice(own) if own and self.random.random() < 0.8 else self._person()

    def _kind(self) -> str:
        return self.random.choice([*READERS, *4 * ["other"], *2 * ["deliverable"], *2 * ["recording"]])

    def _readers(self) -> list[str]:
        people = [each for each in PEOPLE if self.random.random() < 0.35]
        return (
            people if self.random.random() < 0.3 else [each for each in people if each not in ("arbiter", "stranger")]
        )

    def _file(self) -> bytes | None:
        recent = list(self.model.files)[-12:]
        return self.random.choice(recent) if recent else None

    def _content(self) -> bytes:
        self.contents += 1
        size = self.random.choice((0, 1, 40, 500, 65_536, 70_000))
        return self.contents.to_bytes(4) + self.random.randbytes(size)
