"""SPEC.md 14.1: keys of readers, kept by their owner, never lost to a second one and never in the clear."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from eth_keyfile.keyfile import decode_keyfile_json

from workpact.data_room import keys
from workpact.data_room.errors import (
    KeyExists,
    KeystoreDamaged,
    KeystoreUnavailable,
    NoPassphrase,
    NoSuchKey,
    WrongPassphrase,
)
from workpact.data_room.keys import Keystore

ALICE = "0x00000000000000000000000000000000000000A1"
BOB = "0x00000000000000000000000000000000000000b2"
PASSPHRASE = "correct horse — 电池"


@pytest.fixture
def quick(monkeypatch) -> None:
    """Guessing costs nothing."""
    monkeypatch.setattr(keys, "SCRYPT_N", 2)


def secret_of(keystore, account=ALICE, version=1, passphrase=PASSPHRASE) -> bytes:
    return keystore.open(account, version, passphrase).private.private_bytes_raw()


@pytest.mark.usefixtures("quick")
def test_create__opened_again__the_same_key(tmp_path):
    keystore = Keystore(tmp_path / "keys")

    public = keystore.create(ALICE, 1, PASSPHRASE)

    opened = Keystore(tmp_path / "keys").open(ALICE.lower(), 1, PASSPHRASE)
    assert (opened.public, opened.version) == (public, 1)
    assert keystore.public(ALICE, 1) == public
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [f"{ALICE.lower()}-1.json"]


@pytest.mark.threat("T82")
def test_create__the_file__private_costly_and_without_the_secret(tmp_path):
    public = Keystore(tmp_path).create(ALICE, 1, PASSPHRASE)

    (path,) = tmp_path.iterdir()
    content = json.loads(path.read_text())
    # Any program for this form of file opens it.
    secret = decode_keyfile_json(content, PASSPHRASE.encode())
    assert X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw() == public
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert content["crypto"]["kdf"] == "scrypt"
    assert {name: content["crypto"]["kdfparams"][name] for name in "nrp"} == {"n": 2**18, "r": 8, "p": 1}
    assert sorted(content) == ["account", "checksum", "crypto", "id", "keyVersion", "public", "version"]
    assert secret.hex() not in path.read_text()


@pytest.mark.usefixtures("quick")
def test_create__next_version__the_old_one_stays(tmp_path):
    keystore = Keystore(tmp_path)
    made = [keystore.create(ALICE, version, PASSPHRASE) for version in (1, 2, 10)]
    keystore.create(BOB, 1, "another")
    (tmp_path / "notes.txt").write_text("not ours")
    (tmp_path / f".{ALICE.lower()}-3.json.draft").write_text("{")

    assert keystore.versions(ALICE) == (1, 2, 10)
    assert keystore.versions(BOB) == (1,)
    assert [keystore.open(ALICE, version, PASSPHRASE).public for version in (1, 2, 10)] == made


@pytest.mark.usefixtures("quick")
def test_create__exists__nothing_is_overwritten(tmp_path):
    keystore = Keystore(tmp_path)
    keystore.create(ALICE, 1, PASSPHRASE)
    (path,) = tmp_path.iterdir()
    before = path.read_bytes()

    with pytest.raises(KeyExists, match=f"{ALICE.lower()}-1.json exists already"):
        keystore.create(ALICE, 1, "another")

    assert path.read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_create__many_at_once__one_makes_it(tmp_path):
    def create(number: int) -> bytes | None:
        try:
            return Keystore(tmp_path).create(ALICE, 1, f"{number}")
        except KeyExists:
            return None

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(create, range(16)))

    (winner,) = [number for number, public in enumerate(made) if public is not None]
    assert Keystore(tmp_path).open(ALICE, 1, f"{winner}").public == made[winner]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.usefixtures("quick")
def test_create__breaks_off__no_key_and_no_draft(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeystoreUnavailable, match="No space left on device"):
        Keystore(tmp_path).create(ALICE, 1, PASSPHRASE)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_open__wrong_passphrase__named_and_not_shown(tmp_path):
    keystore = Keystore(tmp_path)
    keystore.create(ALICE, 1, PASSPHRASE)

    for wrong in ("", PASSPHRASE[:-1], PASSPHRASE + " ", "guess"):
        with pytest.raises(WrongPassphrase, match=f"{ALICE.lower()}-1.json: the passphrase is wrong") as raised:
            keystore.open(ALICE, 1, wrong)
        assert raised.value.__context__ is None
        assert not wrong or wrong not in str(raised.value)


def test_create__no_passphrase__refused(tmp_path):
    with pytest.raises(NoPassphrase):
        Keystore(tmp_path).create(ALICE, 1, "")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_open__no_such_key__named(tmp_path):
    keystore = Keystore(tmp_path / "absent")

    assert keystore.versions(ALICE) == ()
    with pytest.raises(NoSuchKey, match=r"-2\.json does not exist"):
        keystore.open(ALICE, 2, PASSPHRASE)
    with pytest.raises(NoSuchKey):
        keystore.public(ALICE, 2)


@pytest.mark.usefixtures("quick")
def test_open__any_byte_changed__damaged_and_never_another_key(tmp_path):
    keystore, random = Keystore(tmp_path), Random(1)
    keystore.create(ALICE, 1, PASSPHRASE)
    (path,) = tmp_path.iterdir()
    written, secret, damaged = path.read_bytes(), secret_of(keystore), 0

    for _ in range(500):
        changed, where = bytearray(written), random.randrange(len(written))
        changed[where] ^= 1 << random.randrange(8)
        path.write_bytes(changed)
        try:
            # A blank between words may become another one.
            assert secret_of(keystore) == secret
        except KeystoreDamaged:
            damaged += 1

    assert damaged > 400


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 4_000, b'{"checksum":"' + b"0" * 5_000 + b'"}'],
)
def test_open__no_key_file__damaged(tmp_path, content):
    (tmp_path / f"{ALICE.lower()}-1.json").write_bytes(content)

    for read in (Keystore(tmp_path).public, lambda *key: Keystore(tmp_path).open(*key, PASSPHRASE)):
        with pytest.raises(KeystoreDamaged, match="restore it from a copy"):
            read(ALICE, 1)


@pytest.mark.usefixtures("quick")
def test_open__file_of_another_account_or_version__damaged(tmp_path):
    keystore = Keystore(tmp_path)
    keystore.create(ALICE, 1, PASSPHRASE)
    (path,) = tmp_path.iterdir()

    for name in (f"{BOB.lower()}-1.json", f"{ALICE.lower()}-2.json"):
        path.rename(tmp_path / name)
        path = tmp_path / name
        account, version = name.removesuffix(".json").split("-")
        with pytest.raises(KeystoreDamaged):
            keystore.open(account, int(version), PASSPHRASE)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("cost", [{"n": 2**40}, {"n": 0}, {"r": 1_000_000}, {"p": 99}, {"n": "2"}])
def test_open__cost_that_nobody_set__damaged_at_once(tmp_path, cost):
    keystore = Keystore(tmp_path)
    keystore.create(ALICE, 1, PASSPHRASE)
    (path,) = tmp_path.iterdir()
    content = json.loads(path.read_text())
    content["crypto"]["kdfparams"] |= cost
    path.write_text(json.dumps(keys._with_checksum(content)))

    with pytest.raises(KeystoreDamaged) as raised:
        keystore.open(ALICE, 1, PASSPHRASE)
    assert raised.value.__context__ is None


@pytest.mark.parametrize(("account", "version"), [("alice", 1), ("../" + ALICE, 1), (ALICE, 0), (ALICE, -1)])
def test_create__no_address_or_version__refused(tmp_path, account, version):
    with pytest.raises(KeystoreUnavailable, match="counts from 1"):
        Keystore(tmp_path / "keys").create(account, version, PASSPHRASE)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_keystore__folder_is_a_file__named(tmp_path):
    (tmp_path / "keys").write_text("")
    keystore = Keystore(tmp_path / "keys")

    for act in (lambda: keystore.create(ALICE, 1, PASSPHRASE), lambda: keystore.versions(ALICE)):
        with pytest.raises(KeystoreUnavailable, match="Name a folder of your own"):
            act()
