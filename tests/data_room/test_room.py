"""A room of an agreement: put, give, revoke, renew, receipts, shred (SPEC.md 14.2-14.9)."""

from __future__ import annotations

from hashlib import sha256

import pytest
from eth_utils.crypto import keccak

from tests.data_room.house import CONTENT
from tests.support import events_of
from workpact.data_room.keyring import KeyRing
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.manifest import file_id
from workpact.data_room.reading import NoAccess
from workpact.data_room.salts import salt_of
from workpact.data_room.stream import commitment_salt
from workpact.preflight import ForeignSignature, SignatureMissing
from workpact.terms.room import Kind

OTHER = b"A second version.\n"


def test_put__one_transaction_with_all_its_events(house):
    put = house.put("contractor", kind=Kind.DELIVERABLE)
    (version,) = house.room.file(put.file).versions.values()
    signed = house.place.read_manifest(house.room.version_id(put.file, 1), version.manifest)
    secret = house.room.key_of_version(house.room.file(put.file), version, house.own("contractor"), house.place)
    assert signed.manifest.commitment == keccak(commitment_salt(secret) + sha256(CONTENT).digest())
    book, client, contractor = house.room.book, house.address("client"), house.address("contractor")
    about = {"book": book, "file": put.file}
    wraps = {reader: given.wrap_hash for reader, given in version.access.items()}
    named = {**about, "author": client, "side": 1, "version": 1, "kind": 2}
    assert events_of(put.sent) == [
        ("VersionPut", {**named, "content": signed.manifest.content, "manifest": signed.manifest.struct_hash}),
        *(
            (
                "AccessGiven",
                {**about, "reader": reader, "version": 1, "keyVersion": 1, "wrap": wraps[reader], "by": client},
            )
            for reader in (client, contractor)
        ),
    ]
    assert (put.version, put.readers, put.revoked) == (1, (client, contractor), ())
    assert bytes(house.contract.manifestOf(put.file, 1)) == signed.manifest.struct_hash
    assert house.read(put.file, "client") == house.read(put.file, "contractor") == CONTENT


def test_put__again__nothing_is_sent(house):
    put = house.put("contractor")
    before = house.contract.historyOf(house.room.book)
    again = house.put("contractor")
    assert (again.file, again.version, again.sent) == (put.file, 1, None)
    other = house.put("contractor", name="copy.pdf")
    assert other.file != put.file
    assert house.contract.historyOf(house.room.book) != before


def test_put__next_version_by_another_of_the_side__others_revoked(house):
    put = house.put("contractor", "client-operator")
    following = house.put("client", by="client-operator", content=OTHER, file=put.file)
    assert (following.version, following.revoked) == (2, (house.address("contractor"),))
    assert events_of(following.sent)[-1] == (
        "AccessRevoked",
        {"book": house.room.book, "file": put.file, "reader": house.address("contractor"), "version": 2},
    )
    assert house.read(put.file, "client") == OTHER
    assert house.read(put.file, "contractor", 1) == CONTENT
    with pytest.raises(NoAccess, match="taken away from version 2 on"):
        house.read(put.file, "contractor")
    again = house.put("client", by="client-operator", content=OTHER, file=put.file)
    assert (again.version, again.sent) == (2, None)


def test_put__empty_and_by_its_path(house):
    path = house.folder / "empty.csv"
    path.write_bytes(b"")
    house.ready("contractor")
    own, sender = house.own("client"), house.account("client")
    put = house.room.put(path, Kind.OTHER, ["contractor"], house.place, own=own, sender=sender)
    opened = house.room.open(put.file, None, house.own("contractor"), house.folder / "got", house.place)
    assert (opened.path.read_bytes(), opened.heading.name, opened.heading.media_type) == (b"", "empty.csv", "text/csv")
    again = house.room.open(put.file, None, house.own("contractor"), house.folder / "got", house.place)
    assert (opened.is_new, again.is_new) == (True, False)


def test_files__by_the_names_that_the_contract_gives(house):
    put = house.put("contractor")
    (found,) = house.room.files()
    assert (found.id, found.side, found.latest.number, found.is_shredded) == (put.file, 1, 1, False)
    assert salt_of(found, house.room.book) == house.contract.put.decode_input(put.sent.data)[1]["salt"]
    assert file_id(house.room.book, 1, b"\1" * 32) == bytes(house.contract.fileOf(house.room.book, 1, b"\1" * 32))


def test_give__then_the_reader_gives_on(house):
    put = house.put("contractor")
    shared = house.give(put.file, "contractor-operator", by="contractor")
    assert shared.readers == (house.address("contractor-operator"),)
    assert house.read(put.file, "contractor-operator") == CONTENT
    assert house.give(put.file, "contractor").sent is None
    with pytest.raises(NoAccess, match="never given"):
        house.read(put.file, "client-operator")


def test_revoke__sealed_anew_for_those_who_stay(house):
    put = house.put("contractor", "client-operator")
    gone = house.revoke(put.file, "contractor")
    client, operator = house.address("client"), house.address("client-operator")
    assert (gone.version, gone.readers, gone.revoked) == (2, (client, operator), (house.address("contractor"),))
    assert [name for name, _ in events_of(gone.sent)] == [
        "VersionPut",
        "AccessGiven",
        "AccessGiven",
        "AccessRevoked",
    ]
    assert house.read(put.file, "client-operator") == CONTENT
    with pytest.raises(NoAccess):
        house.read(put.file, "contractor")
    assert house.revoke(put.file, "contractor").sent is None
    assert house.room.file(put.file).revoked == {house.address("contractor"): 2}


def test_revoke__who_has_no_key_any_more_is_left_out_too(house):
    put = house.put("contractor", "client-operator")
    account = house.account("client-operator")
    house.desk.register_key(account.address, bytes(32), 2, sender=account)
    gone = house.revoke(put.file, "contractor")
    assert set(gone.revoked) == {house.address("contractor"), account.address}
    assert gone.readers == (house.address("client"),)


@pytest.mark.threat("T52")
def test_rotated__old_key_opens_the_old_wrap__renewed_for_the_next(house):
    put = house.put("contractor")
    second = house.rotate("contractor")
    assert house.read(put.file, "contractor") == CONTENT
    (renewed,) = house.room.renew(house.place, own=house.own("client"), sender=house.account("client"))
    assert (renewed.file, renewed.version, renewed.readers) == (put.file, 1, (house.address("contractor"),))
    ring = KeyRing.of(house.address("contractor"), second)
    opened = house.room.open(put.file, None, ring, house.folder / "by-second", house.place)
    assert opened.path.read_bytes() == CONTENT
    assert house.room.file(put.file).latest.access[house.address("contractor")].key_version == 2
    assert house.room.renew(house.place, own=house.own("client"), sender=house.account("client")) == []


def test_renew__not_for_who_was_revoked(house):
    put = house.put("contractor", "client-operator")
    house.revoke(put.file, "contractor")
    house.rotate("contractor")
    house.rotate("client-operator")
    renewed = house.room.renew(house.place, own=house.own("client"), sender=house.account("client"))
    assert {(each.version, each.readers) for each in renewed} == {
        (1, (house.address("client-operator"),)),
        (2, (house.address("client-operator"),)),
    }


def test_arbiter__from_the_dispute_on_until_the_ruling(house, arbiter, backup, contractor, client):
    put = house.put("contractor", kind=Kind.EVIDENCE)
    house.agreement.submit("plan", b"plan", sender=contractor)
    house.agreement.dispute("plan", "not a plan", sender=client)
    assert house.give(put.file, "arbiter", by="contractor").readers == (arbiter.address, backup.address)
    assert house.read(put.file, "arbiter") == CONTENT
    house.agreement.serve(sender=arbiter)
    house.agreement.rule("plan", 0, sender=arbiter)
    # Once it has ruled, the next version is not for it.
    gone = house.revoke(put.file, house.address("contractor"))
    assert set(gone.revoked) == {arbiter.address, backup.address, house.address("contractor")}


def test_receipt__by_the_reader_or_by_its_signature__once(house, carrier):
    put = house.put("contractor", "client-operator")
    contractor, operator = house.account("contractor"), house.account("client-operator")
    sent = house.room.give_receipt(put.file, None, contractor.address, sender=contractor)
    about = {"book": house.room.book, "file": put.file, "version": 1}
    assert events_of(sent) == [("ReceiptGiven", {**about, "reader": contractor.address})]
    with pytest.raises(SignatureMissing):
        house.room.give_receipt(put.file, 1, operator.address, sender=carrier)
    signature = house.room.receipt_message(put.file, 1, operator.address).sign(operator)
    carried = house.room.give_receipt(put.file, 1, operator.address, signature=signature, sender=carrier)
    assert events_of(carried) == [("ReceiptGiven", {**about, "reader": operator.address})]
    assert house.room.give_receipt(put.file, 1, operator.address, signature=signature, sender=carrier) is None
    assert set(house.room.file(put.file).latest.receipts) == {contractor.address, operator.address}


def test_key__by_signature_and_by_a_contract(house, deploy_mock, stranger, carrier):
    key = EncryptionKey.generate()
    signature = house.desk.key_message(stranger.address, key.public, 1).sign(stranger)
    house.desk.register_key(stranger.address, key.public, 1, signature=signature, sender=carrier)
    found = house.desk.key_of(stranger.address)
    assert (found.public, found.version) == (key.public, 1)
    wallet = deploy_mock("AccountMocks", "WalletMock")
    message = house.desk.key_message(wallet.address, key.public, 1)
    with pytest.raises(ForeignSignature, match=f"is not that of {wallet.address}"):
        house.desk.register_key(wallet.address, key.public, 1, signature=b"\1", sender=carrier)
    wallet.approve(message.digest, sender=stranger)
    house.desk.register_key(wallet.address, key.public, 1, signature=b"\1", sender=carrier)
    assert house.desk.key_of(wallet.address).public == key.public
    assert [event["version"] for event in house.desk.key_events(wallet.address)] == [1]


def test_shred__place_first__then_the_chain(house):
    put = house.put("contractor")
    sent = house.room.shred(put.file, house.place, sender=house.account("client"))
    by = house.address("client")
    assert events_of(sent) == [("Shredded", {"book": house.room.book, "file": put.file, "by": by})]
    assert [path for path in (house.folder / "place").rglob("*") if path.is_file()] == []
    assert house.room.shred(put.file, house.place, sender=house.account("client")) is None
