"""Private files are sealed for their owner's key as soon as there is one, and read by its passphrase (14.11)."""

from __future__ import annotations

import json
import os
import random
import stat
import tracemalloc
from array import array
from io import BytesIO
from pathlib import Path

import pytest

from scripts._equity_papers import load_json, write_paper
from scripts._payroll_files import PlannedRun, PlannedWage, read_plan, write_plan
from workpact import private_file, sealing
from workpact.batches.proofs import Leaves
from workpact.batches.roster import Roster, read_newcomers
from workpact.batches.wages import RunId
from workpact.data_room import keys
from workpact.data_room.errors import Damaged, KeystoreDamaged, NotForYou, RoomError, WrongPassphrase
from workpact.data_room.keys import Keystore
from workpact.data_room.stream import open_sealed
from workpact.data_room.wraps import VersionId, unwrap
from workpact.measurement.evidence import Evidence, events_of
from workpact.measurement.tree import Words
from workpact.private_file import (
    MAGIC,
    PassphraseNeeded,
    PrivateFileDamaged,
    SealedForAnother,
    WhoseFile,
    on_behalf_of,
    read_private,
    seal_in_place,
    write_plain,
    write_private,
)

ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20
PHRASE = "four walnuts and a spoon"
CANARY = b"canary-7c1f"
HEAD = len(MAGIC) + 136
WALLET = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@pytest.fixture
def private_desk(tmp_path, monkeypatch) -> Path:
    """Folders of a user without a room key."""
    monkeypatch.setattr(keys, "SCRYPT_N", 2)
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    for name in (private_file.ACCOUNT, private_file.PASSPHRASE):
        monkeypatch.delenv(name, raising=False)
    made = tmp_path / "desk"
    made.mkdir()
    return made


@pytest.fixture
def sealing_desk(private_desk, monkeypatch) -> Path:
    """Alice has a key, and its passphrase is at hand."""
    _store().create(ALICE, 1, PHRASE)
    monkeypatch.setenv(private_file.PASSPHRASE, PHRASE)
    return private_desk


def _store() -> Keystore:
    return Keystore(Path(os.environ["WORKPACT_DATA"]) / "room")


def _everything(folder: Path) -> bytes:
    """All bytes of all files below a folder, hidden ones too."""
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _roster(folder: Path) -> tuple[Path, object, object]:
    path, made = folder / "roster.csv", Roster().add(7, CANARY.decode(), WALLET)
    made.write(path)
    return path, made[7], Roster.read(path)[7]


def _proofs(folder: Path) -> tuple[Path, object, object]:
    path, made = folder / "march.proofs.payslips.json", _run().payslips
    made.write(path)
    return path, made.rows, Leaves.read(path).rows


def _run() -> PlannedRun:
    return PlannedRun(RunId(1, WALLET, b"\3" * 32, 1), (PlannedWage(7, WALLET, 100, 20, 80, CANARY.ljust(32)),))


def _evidence(folder: Path) -> tuple[Path, object, object]:
    path = folder / "2016-03.evidence.json"
    made = Evidence(CANARY.decode(), events_of(array("Q", [4, 9]), Words.of([b"\1" * 32, b"\2" * 32]), b"k" * 32))
    made.write(path)
    again = Evidence.read(path)
    return path, (made.period, made.root, list(made.events)), (again.period, again.root, list(again.events))


def _plan(folder: Path) -> tuple[Path, object, object]:
    path = folder / "march.plan.json"
    write_plan(path, [_run()])
    return path, [_run()], read_plan(path)


def _salt_beside(folder: Path) -> tuple[Path, object, object]:
    work = folder / "work.pdf"
    work.write_bytes(b"the work itself is not ours to seal")
    made = sealing.seal_file(work)
    (path,) = folder.glob("work.pdf.*.seal.json")
    return path, made, sealing.kept_seal(work)


def _salt_of_a_reason(folder: Path) -> tuple[Path, object, object]:  # noqa: ARG001 - kept in the data folder
    made = sealing.seal(b"The roster lacks the night shift.")
    (path,) = (Path(os.environ["WORKPACT_DATA"]) / "seals").iterdir()
    return path, made, sealing.seal_of(made.hash)


KINDS = (_roster, _proofs, _evidence, _plan, _salt_beside, _salt_of_a_reason)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_key__files_stay_as_they_were(private_desk, kind):
    path, written, found = kind(private_desk)
    assert found == written
    assert _mode(path) == 0o600
    assert not path.read_bytes().startswith(MAGIC)
    assert path.read_bytes()[:1] in b"w{"


@pytest.mark.parametrize("kind", KINDS)
def test_with_a_key__files_are_sealed_and_read_back(sealing_desk, monkeypatch, kind):
    drafts = []
    for name in ("replace", "link"):
        move = getattr(os, name)
        monkeypatch.setattr(
            f"workpact.private_file.os.{name}",
            lambda old, new, move=move: (drafts.append(Path(old).read_bytes()), move(old, new)),
        )
    path, written, found = kind(sealing_desk)
    assert found == written
    assert _mode(path) == 0o600
    assert path.read_bytes().startswith(MAGIC)
    assert drafts == [path.read_bytes()]
    for secret in (CANARY, CANARY.hex().encode(), b"salt", b"wallet", b"evidenceRoot", WALLET.encode()):
        assert secret not in _everything(sealing_desk) + b"".join(drafts)
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_passphrase__a_named_error_that_tells_nothing(sealing_desk, monkeypatch, kind):
    path, *_ = kind(sealing_desk)
    monkeypatch.delenv(private_file.PASSPHRASE)
    with pytest.raises(PassphraseNeeded) as caught:
        read_private(path)
    expected = f"{path} is sealed for {ALICE}: give the passphrase of its room key as WORKPACT_ROOM_PASSPHRASE."
    assert str(caught.value) == expected
    monkeypatch.setenv(private_file.PASSPHRASE, "another passphrase")
    with pytest.raises(WrongPassphrase) as wrong:
        read_private(path)
    assert "another passphrase" not in repr(wrong.value) + str(wrong.value)


def test_readers__say_what_a_sealed_file_lacks_not_that_it_is_malformed(sealing_desk, monkeypatch):
    roster, *_ = _roster(sealing_desk)
    plan, *_ = _plan(sealing_desk)
    proofs, *_ = _proofs(sealing_desk)
    evidence, *_ = _evidence(sealing_desk)
    _salt_beside(sealing_desk)
    monkeypatch.delenv(private_file.PASSPHRASE)
    readers = (
        lambda: Roster.read(roster),
        lambda: read_newcomers(roster, Roster()),
        lambda: read_plan(plan),
        lambda: Leaves.read(proofs),
        lambda: load_json(proofs),
        lambda: Evidence.read(evidence),
        lambda: sealing.kept_seal(sealing_desk / "work.pdf"),
        lambda: sealing.seal_file(sealing_desk / "work.pdf"),
    )
    for read in readers:
        with pytest.raises(PassphraseNeeded):
            read()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_any_size_in_any_pieces__comes_back(sealing_desk, size):
    dice = random.Random(size)
    content, pieces, at = dice.randbytes(size), list[bytes](), 0
    while at < size:
        step = dice.randrange(0, 70_000)
        pieces.append(content[at : at + step])
        at += step
    path = sealing_desk / "any"
    write_private(path, iter(pieces))
    assert read_private(path) == content
    assert path.stat().st_size <= HEAD + size + 24 + 2 + 128 + 17 * (2 + size // 65_536)


def test_writing__takes_constant_memory(sealing_desk):
    piece = bytes(1 << 20)
    write_private(sealing_desk / "first", [piece])
    tracemalloc.start()
    write_private(sealing_desk / "many", (piece for _ in range(24)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000


def test_any_changed_byte__is_never_read_as_the_content(sealing_desk):
    path = sealing_desk / "one"
    write_private(path, [CANARY])
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        if place < len(MAGIC):  # then it is no sealed file, and what is read are its bytes
            assert CANARY not in read_private(path)
            continue
        with pytest.raises((PrivateFileDamaged, SealedForAnother)) as caught:
            read_private(path)
        assert CANARY.decode() not in str(caught.value)
    for length in range(len(MAGIC), len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(PrivateFileDamaged, match="restore it from a copy"):
            read_private(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(PrivateFileDamaged):
        read_private(path)


def test_a_key_of_somebody_else__is_named_by_its_file(sealing_desk, monkeypatch, tmp_path):
    path, *_ = _roster(sealing_desk)
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "another machine"))
    with pytest.raises(SealedForAnother, match=f"{path} is sealed for version 1 of the room key of {ALICE}"):
        Roster.read(path)


def test_rotated__older_files_open_and_new_ones_are_for_the_new_key(sealing_desk):
    old, new = sealing_desk / "old", sealing_desk / "new"
    write_private(old, [b"first"])
    _store().create(ALICE, 2, PHRASE)
    write_private(new, [b"second"])
    versions = [int.from_bytes(each.read_bytes()[len(MAGIC) + 20 :][:4]) for each in (old, new)]
    assert versions == [1, 2]
    assert (read_private(old), read_private(new)) == (b"first", b"second")


def test_several_keys__the_account_is_named_or_acts_or_nothing_is_written(sealing_desk, monkeypatch):
    _store().create(BOB, 1, PHRASE)
    path = sealing_desk / "one"

    def owner() -> str:
        write_private(path, [CANARY])
        return "0x" + path.read_bytes()[len(MAGIC) :][:20].hex()

    with pytest.raises(WhoseFile, match=f"keys of {ALICE}, {BOB}: say in WORKPACT_ROOM_ACCOUNT"):
        owner()
    with on_behalf_of("0x" + "c0" * 20, None), pytest.raises(WhoseFile):
        owner()
    assert list(sealing_desk.iterdir()) == []
    with on_behalf_of(BOB.upper().replace("0X", "0x"), None):
        assert owner() == BOB
    monkeypatch.setenv(private_file.ACCOUNT, ALICE)
    with on_behalf_of(BOB, None):
        assert owner() == ALICE
    assert read_private(path) == CANARY


def test_account_named_without_a_key__is_refused_not_written_in_plain(private_desk, monkeypatch):
    monkeypatch.setenv(private_file.ACCOUNT, BOB)
    with pytest.raises(WhoseFile, match="has keys of nobody"):
        write_private(private_desk / "one", [CANARY])
    assert list(private_desk.iterdir()) == []


def test_damaged_key__nothing_is_written_in_plain(sealing_desk):
    (file,) = _store().folder.iterdir()
    file.write_text(file.read_text().replace('"public": "0x', '"public": "0x0'))
    with pytest.raises(KeystoreDamaged):
        write_private(sealing_desk / "one", [CANARY])
    assert list(sealing_desk.iterdir()) == []


def test_passphrase__is_asked_for_once_a_command(sealing_desk, monkeypatch):
    monkeypatch.delenv(private_file.PASSPHRASE)
    asked = []

    def ask(account: str) -> str:
        asked.append(account)
        return PHRASE

    for name in ("one", "two"):
        write_private(sealing_desk / name, [name.encode()])
    with on_behalf_of(None, ask):
        assert [read_private(sealing_desk / name) for name in ("one", "two")] == [b"one", b"two"]
    assert asked == [ALICE]
    with pytest.raises(PassphraseNeeded):
        read_private(sealing_desk / "one")


def test_what_is_handed_on__stays_readable_for_others(sealing_desk):
    paper = {"worker": "7", "salt": "0x00"}
    assert write_paper(sealing_desk / "7.proof.json", paper) == str(sealing_desk / "7.proof.json")
    assert json.loads((sealing_desk / "7.proof.json").read_bytes()) == paper
    write_plain(sealing_desk / "report.csv", [b"a,b\n", b"1,2\n"])
    assert (sealing_desk / "report.csv").read_bytes() == b"a,b\n1,2\n"
    assert _mode(sealing_desk / "report.csv") == 0o600


def test_failed_while_written__leaves_what_was_there(sealing_desk):
    path = sealing_desk / "one"
    write_private(path, [b"before"])

    def broken():
        yield b"x" * 100_000
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_private(path, broken())
    assert read_private(path) == b"before"
    assert [each.name for each in sealing_desk.iterdir()] == ["one"]


def test_salt_that_is_there__is_never_overwritten(sealing_desk):
    path = sealing_desk / "one"
    write_private(path, [b"before"], over=False)
    with pytest.raises(FileExistsError):
        write_private(path, [b"after"], over=False)
    assert read_private(path) == b"before"
    assert [each.name for each in sealing_desk.iterdir()] == ["one"]


def test_plain_file_of_before__is_read_and_sealed_when_next_written(private_desk, monkeypatch):
    path, person, _ = _roster(private_desk)
    assert CANARY in path.read_bytes()
    _store().create(ALICE, 1, PHRASE)
    assert Roster.read(path)[7] == person
    Roster.read(path).write(path)
    assert CANARY not in _everything(private_desk)
    monkeypatch.setenv(private_file.PASSPHRASE, PHRASE)
    assert Roster.read(path)[7] == person


def test_seal_in_place__once_and_only_with_a_key(private_desk, monkeypatch):
    path = private_desk / "one"
    path.write_bytes(CANARY)
    with pytest.raises(WhoseFile, match="there is no room key yet"):
        seal_in_place(path)
    assert path.read_bytes() == CANARY
    _store().create(ALICE, 1, PHRASE)
    assert [seal_in_place(path), seal_in_place(path)] == [True, False]
    assert CANARY not in _everything(private_desk)
    monkeypatch.setenv(private_file.PASSPHRASE, PHRASE)
    assert read_private(path) == CANARY


@pytest.mark.parametrize("book", [bytes(32), b"\5" * 32])
def test_sealed_private_file__is_never_a_rooms_file(sealing_desk, book):
    path = sealing_desk / "one"
    write_private(path, [CANARY])
    head, stream = path.read_bytes()[len(MAGIC) : HEAD], path.read_bytes()[HEAD:]
    own = _store().open(ALICE, 1, PHRASE)
    key = unwrap(head[24:104], own, private_file._domain(), ALICE, 1)
    for chain, contract, file in ((1, WALLET, b"\6" * 32), (0, "0x" + 40 * "0", b"\6" * 32)):
        room = VersionId(chain, contract, book, file, 1)
        with pytest.raises(NotForYou):
            unwrap(head[24:104], own, room, ALICE, 1)
        with pytest.raises(Damaged):
            open_sealed(BytesIO(stream), BytesIO(), key, room, head[104:])


def test_errors__are_all_of_the_room():
    errors = (WhoseFile, PassphraseNeeded, PrivateFileDamaged, SealedForAnother)
    assert all(issubclass(each, RoomError) for each in errors)
