"""What a room refuses, and storage that lies: named, and nothing left behind (SPEC.md 14.9)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.data_room.breaking import Breaking, Interrupted
from tests.data_room.house import CONTENT
from tests.sdk.conftest import UNIT
from workpact.agreement import Agreement
from workpact.data_room import errors, room, sharing
from workpact.data_room.keyring import KeyNotHere, KeyRing
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.listing import NoFile
from workpact.data_room.readers import NoDispute, NotAReader, UnknownReader
from workpact.data_room.reading import NoAccess, NotTheAuthors, OutExists
from workpact.data_room.registry import WrongKeyVersion
from workpact.data_room.room import OtherKind, OtherReaders
from workpact.data_room.room_view import IsShredded, NoKey, NoSeat, NotInForce, NotYours
from workpact.data_room.sharing import ForeignKey
from workpact.signing import sign
from workpact.terms.room import Kind


def objects(house) -> list[Path]:
    return sorted(path for path in (house.folder / "place").rglob("*") if path.is_file())


def the(house, ending: str, version: int = 1) -> list[Path]:
    return [path for path in objects(house) if path.name.endswith(ending) and path.parent.name == str(version)]


@pytest.fixture
def unchanged(house):
    """Nothing of the test is on chain or in the place."""
    before = bytes(house.contract.historyOf(house.room.book))
    yield
    assert bytes(house.contract.historyOf(house.room.book)) == before
    assert objects(house) == []


# Before anything is sealed or sent


FORBIDDEN = [
    (NotAReader, r"\(client\) may not read a payslip: .* only contractor, worker", "client", (), Kind.PAYSLIP),
    (NotAReader, r"\(client\) may not read a roster", "contractor", ("client",), Kind.ROSTER),
    (NotAReader, r"\(arbiter\) may not read a credential", "client", ("ARBITER",), Kind.CREDENTIAL),
    (NotAReader, r"\(other\) may not read a other", "client", ("STRANGER",), Kind.OTHER),
    (NoDispute, "is an arbiter, and nothing that it rules on is in dispute", "client", ("ARBITER",), Kind.OTHER),
    (NoDispute, "Nothing is in dispute now", "client", ("arbiter",), Kind.EVIDENCE),
    (UnknownReader, "'boss' is no reader: write an address, client", "client", ("boss",), Kind.OTHER),
    (UnknownReader, "Worker 7 has no wallet on the roster", "client", ("worker-7",), Kind.OTHER),
    (NoSeat, "acts for no side of this room", "arbiter", ("client",), Kind.OTHER),
]


@pytest.mark.usefixtures("unchanged")
def test_put__whom_the_agreement_forbids(house, stranger):
    known = {"ARBITER": house.address("arbiter"), "STRANGER": stranger.address}
    for error, message, by, readers, kind in FORBIDDEN:
        with pytest.raises(error, match=message):
            house.put(*(known.get(each, each) for each in readers), by=by, kind=kind)


@pytest.mark.usefixtures("unchanged")
def test_put__reader_or_author_without_a_key(house):
    house.ready("client", "contractor")
    account = house.account("contractor")
    house.desk.register_key(account.address, bytes(32), 2, sender=account)
    with pytest.raises(NoKey, match=f"{account.address} has no encryption key, .* ape run room key"):
        house.put("contractor")
    with pytest.raises(NoKey):
        house.put("client", by="contractor")


@pytest.mark.usefixtures("unchanged")
def test_put__with_a_key_that_is_not_the_registered_one(house, client):
    foreign = KeyRing.of(client.address, EncryptionKey.generate())
    with pytest.raises(ForeignKey, match="another version 1 of the key"):
        house.put("contractor", own=foreign)
    with pytest.raises(ForeignKey, match="use its own"):
        house.put("contractor", own=house.own("contractor"))
    with pytest.raises(KeyNotHere, match=r"sealed for version 1 of the key .* here is none"):
        house.put("contractor", own=KeyRing.of(client.address))


@pytest.mark.usefixtures("unchanged")
def test_put__under_a_document_not_in_force(house, create_document):
    other = house.desk.of(Agreement(create_document(salt=2), house.agreement.contract))
    with pytest.raises(NotInForce, match="desk is not in force"):
        house.put("contractor", room=other)


def test_put__as_next_version_by_the_other_side__of_another_kind__of_a_shredded_file(house):
    put = house.put("contractor")
    before = house.contract.historyOf(house.room.book)
    with pytest.raises(NotYours, match=r"is the client's, and .* acts for the other side"):
        house.put(by="contractor", file=put.file, content=b"mine")
    with pytest.raises(OtherKind, match="is a other: put a credential"):
        house.put("contractor", file=put.file, kind=Kind.CREDENTIAL, content=b"more")
    with pytest.raises(NoFile, match="has no file 0x0909"):
        house.put("contractor", file=b"\x09" * 32, content=b"more")
    with pytest.raises(OtherReaders, match="cannot open it: ape run room grant"):
        house.put("contractor", "client-operator")
    assert house.contract.historyOf(house.room.book) == before
    house.room.shred(put.file, house.place, sender=house.account("client"))
    for act in (lambda: house.put("contractor"), lambda: house.put("contractor", file=put.file, content=b"more")):
        with pytest.raises(IsShredded, match="was shredded by its side"):
            act()
    assert objects(house) == []


def test_give_revoke_shred__by_whom_it_is_not(house):
    put = house.put("contractor")
    before = objects(house), house.contract.historyOf(house.room.book)
    with pytest.raises(NoAccess, match="never given"):
        house.give(put.file, "contractor", by="client-operator")
    with pytest.raises(NotYours):
        house.revoke(put.file, "client", by="contractor")
    with pytest.raises(NotYours, match="take its own access away"):
        house.revoke(put.file, "client")
    with pytest.raises(NoAccess, match="nothing to take away"):
        house.revoke(put.file, "contractor-operator")
    with pytest.raises(NotYours):
        house.room.shred(put.file, house.place, sender=house.account("contractor"))
    with pytest.raises(NoAccess):
        house.room.give_receipt(put.file, 1, house.address("arbiter"), sender=house.account("arbiter"))
    assert (objects(house), house.contract.historyOf(house.room.book)) == before


def test_key__of_low_order_or_not_the_next(house, stranger):
    with pytest.raises(errors.BadKey, match="low order"):
        house.desk.register_key(stranger.address, b"\1" + bytes(31), 1, sender=stranger)
    house.ready("client")
    with pytest.raises(WrongKeyVersion, match="the next is 2 and not 5"):
        house.desk.register_key(house.address("client"), b"\7" * 32, 5, sender=house.account("client"))


# Keys and rooms of others


def test_open__with_only_the_rotated_key_of_now__asks_for_renewal(house):
    put = house.put("contractor")
    second = house.rotate("contractor")
    with pytest.raises(KeyNotHere, match=r"sealed for version 1 .* here is 2: .* \(ape run room renew"):
        house.room.open(put.file, None, KeyRing.of(house.address("contractor"), second), house.folder, house.place)


def test_open__with_a_foreign_key_of_the_same_version(house):
    put = house.put("contractor")
    ring = KeyRing.of(house.address("contractor"), EncryptionKey.generate())
    with pytest.raises(errors.NotForYou, match="does not open with version 1 of its key"):
        house.room.open(put.file, None, ring, house.folder / "out", house.place)
    assert not (house.folder / "out").exists()


def test_open__a_file_of_another_agreement__a_version_that_is_none(house, create_document, client, contractor, dollar):
    put = house.put("contractor")
    second = Agreement(create_document(salt=2), house.agreement.contract)
    dollar.mint(client, 3_000 * UNIT, sender=client)
    second.approve(3_000 * UNIT, sender=client)
    second.open(contractor_signature=second.sign(contractor), sender=client)
    other = house.desk.of(second)
    other.seat(sender=client)
    with pytest.raises(NoFile, match="Each agreement has a room of its own"):
        house.read(put.file, "client", room=other)
    with pytest.raises(NoFile, match="has versions 1 to 1, and none 2"):
        house.read(put.file, "client", 2)
    there = house.put("contractor", room=other)
    assert there.file != put.file
    # Its bytes and wraps in the place of the first are of no use.
    for ending in (".sealed", ".wrap", ".json"):
        (first, *_) = [path for path in the(house, ending) if put.file.hex() in str(path)]
        (foreign, *_) = [path for path in the(house, ending) if there.file.hex() in str(path)]
        kept = first.read_bytes()
        first.write_bytes(foreign.read_bytes())
        if ending != ".wrap":
            with pytest.raises(errors.Damaged):
                house.read(put.file, "client")
        first.write_bytes(kept)
    assert house.read(put.file, "client") == CONTENT


def test_open__where_another_file_is(house):
    put = house.put("contractor")
    out = house.folder / "mine"
    out.write_bytes(b"my own")
    with pytest.raises(OutExists, match="exists, and is something else"):
        house.room.open(put.file, None, house.own("contractor"), out, house.place)
    assert out.read_bytes() == b"my own"
    hidden = house.put("contractor", name=".profile", content=b"evil")
    opened = house.room.open(hidden.file, None, house.own("contractor"), house.folder, house.place)
    assert opened.path.name == "_profile"


# Storage that lies


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def other(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


LIES = [
    (".sealed", Path.unlink, errors.NotThere),
    (".sealed", cut, errors.Truncated),
    (".sealed", longer, errors.TooLong),
    (".sealed", other, errors.OtherContent),
    (".wrap", Path.unlink, errors.NotThere),
    (".wrap", cut, errors.Truncated),
    (".wrap", longer, errors.TooLong),
    (".wrap", other, errors.OtherContent),
    (".json", Path.unlink, errors.NotThere),
    (".json", cut, errors.BadManifest),
    (".json", longer, errors.BadManifest),
]


@pytest.mark.threat("T51")
def test_open__storage_lies__named_and_nothing_left(house):
    put = house.put("contractor")
    kept = {path: path.read_bytes() for path in objects(house)}
    for ending, lie, error in LIES:
        for path in the(house, ending):
            lie(path)
        before = sorted(house.folder.rglob("*"))
        with pytest.raises(error):
            house.room.open(put.file, None, house.own("contractor"), house.folder / "out", house.place)
        assert sorted(house.folder.rglob("*")) == before
        for path, content in kept.items():
            path.write_bytes(content)
    assert house.read(put.file, "contractor") == CONTENT


@pytest.mark.threat("T50")
def test_open__the_place_is_of_before__or_answers_with_the_older_version(house):
    put = house.put("contractor")
    house.put("contractor", file=put.file, content=b"second")
    (older,), (newer,) = the(house, ".json", 1), the(house, ".json", 2)
    kept = newer.read_bytes()
    newer.write_bytes(older.read_bytes())
    with pytest.raises(errors.RolledBack, match="the place answers with version 1"):
        house.read(put.file, "contractor")
    newer.unlink()
    with pytest.raises(errors.RolledBack, match=r"has version 1 of file .*, and the chain's is 2"):
        house.read(put.file, "contractor")
    newer.write_bytes(kept)
    assert house.read(put.file, "contractor") == b"second"


@pytest.mark.threat("T51")
def test_open__manifest_signed_by_another__or_not_at_all(house, contractor):
    put = house.put("contractor")
    (path,) = the(house, ".json")
    written = json.loads(path.read_text())
    signed = house.place.read_manifest(house.room.version_id(put.file, 1), house.room.file(put.file).latest.manifest)
    foreign = sign(contractor, signed.manifest.typed_data(house.agreement.chain_id, house.contract.address))
    for signature in ("0x" + foreign.hex(), "0x"):
        path.write_text(json.dumps(written | {"signature": signature}, sort_keys=True, separators=(",", ":")))
        with pytest.raises(NotTheAuthors, match="is not signed by its author"):
            house.read(put.file, "contractor")


# What breaks off


def test_put__interrupted_at_each_step__done_again(house, monkeypatch):
    house.place = Breaking(str(house.folder / "place"))
    for after in range(5):
        name = f"{after}.pdf"
        house.place.after = after
        with monkeypatch.context() as patch:
            patch.setattr(room, "send", _broken)
            with pytest.raises(Interrupted):
                house.put("contractor", name=name)
        house.place.after = None
        assert len(house.room.files()) == after
        put = house.put("contractor", name=name)
        assert house.read(put.file, "contractor") == house.read(put.file, "client") == CONTENT
        assert [each.id for each in house.room.files()][after:] == [put.file]


def test_put_and_revoke__broken_off_after_sending__found_again(house, monkeypatch):
    def late(*given, **options):
        send(*given, **options)
        raise Interrupted

    send = room.send
    house.ready("client", "contractor")
    monkeypatch.setattr(room, "send", late)
    with pytest.raises(Interrupted):
        house.put("contractor")
    (found,) = house.room.files()
    again = house.put("contractor")
    assert (again.file, again.sent) == (found.id, None)
    with pytest.raises(Interrupted):
        house.revoke(found.id, "contractor")
    again = house.revoke(found.id, "contractor")
    assert (again.version, again.sent) == (2, None)
    assert house.read(found.id, "client") == CONTENT


def test_revoke__sent_and_refused__no_version_that_readers_take(house, monkeypatch):
    put = house.put("contractor")
    with monkeypatch.context() as patch:
        patch.setattr(room, "send", _broken)
        with pytest.raises(Interrupted):
            house.revoke(put.file, "contractor")
    assert len(the(house, ".json", 2)) == 1
    assert house.read(put.file, "contractor") == CONTENT
    assert house.revoke(put.file, "contractor").version == 2
    with pytest.raises(NoAccess):
        house.read(put.file, "contractor")


def test_shred__broken_off_between_place_and_chain__ended_by_the_same_again(house, monkeypatch):
    put = house.put("contractor")
    with monkeypatch.context() as patch:
        patch.setattr(sharing, "send", _broken)
        with pytest.raises(Interrupted):
            house.room.shred(put.file, house.place, sender=house.account("client"))
    assert objects(house) == []
    assert not house.room.file(put.file).is_shredded
    with pytest.raises(errors.NotThere):
        house.read(put.file, "contractor")
    house.room.shred(put.file, house.place, sender=house.account("client"))
    assert house.room.file(put.file).is_shredded


def _broken(*_given, **_options):
    raise Interrupted
