"""Places: everybody writes into them, and nothing that a stranger lays down breaks a reader (SPEC.md 15.1)."""

from __future__ import annotations

import os
import stat
from uuid import uuid4

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.market.papers import REGISTRY, account, dumped, raw, request_paper, seal_paper
from workpact.market import place as place_module
from workpact.market.bucket_place import BucketPlace
from workpact.market.errors import BadPaper, NotThere, PlaceUnavailable, WrongBytes
from workpact.market.folder_place import FolderPlace
from workpact.market.paper import Paper
from workpact.market.place import market_place
from workpact.market.relay_place import RelayPlace

REQUEST = request_paper()
SEALS = sorted((seal_paper(REQUEST, number) for number in range(2, 7)), key=lambda paper: paper.id)


@pytest.fixture
def in_memory():
    address = f"memory://{uuid4().hex}"
    yield market_place(address)
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture
def in_folder(tmp_path):
    return market_place(str(tmp_path / "market"))


@pytest.fixture(params=["in_folder", "in_memory"])
def somewhere(request):
    return request.getfixturevalue(request.param)


def test_address__says_which_place(tmp_path):
    assert isinstance(market_place(str(tmp_path)), FolderPlace)
    assert isinstance(market_place(f"file://{tmp_path}"), FolderPlace)
    assert isinstance(market_place("memory://x"), BucketPlace)
    assert isinstance(market_place("https://relay.example"), RelayPlace)
    with pytest.raises(PlaceUnavailable, match=r"nonsense://x cannot be opened: .*nonsense"):
        market_place("nonsense://x")


def test_address__a_password_in_it_is_not_shown():
    assert "hunter2" not in repr(market_place("https://me:hunter2@relay.example"))


def test_lay__what_is_laid_down_is_found(somewhere):
    assert [somewhere.lay(paper) for paper in (REQUEST, *SEALS)] == [REQUEST.id, *(paper.id for paper in SEALS)]
    assert somewhere.papers("request") == [REQUEST]
    assert somewhere.papers("request", REQUEST.subject) == [REQUEST]
    assert somewhere.papers("seal", REQUEST.id) == SEALS
    assert somewhere.papers("seal") == SEALS
    assert somewhere.paper("seal", REQUEST.id, SEALS[0].id) == SEALS[0]
    assert somewhere.papers("bid") == []
    assert somewhere.papers("seal", request_paper(9).id) == []
    assert somewhere.damaged == ()


def test_lay__at_kind_subject_id(in_folder, tmp_path):
    in_folder.lay(REQUEST)
    file = tmp_path / "market" / "request" / REQUEST.author.lower() / f"{REQUEST.id}.json"
    assert file.read_bytes() == REQUEST.to_bytes()
    assert [each for each in (tmp_path / "market").rglob("*") if each.is_file()] == [file]


def test_lay__the_first_signature_of_a_paper_stays(somewhere, monkeypatch):
    somewhere.lay(REQUEST)
    other = Paper(
        REQUEST.kind, REQUEST.chain_id, REQUEST.registry, REQUEST.author, REQUEST.body, REQUEST.signature + b"\1"
    )
    # What another signature of a contract would be: as valid as the first.
    monkeypatch.setattr(Paper, "require_signature", lambda self: None)  # noqa: ARG005
    assert somewhere.lay(other) == REQUEST.id
    assert somewhere.papers("request") == [REQUEST]


@pytest.mark.parametrize("spoilt", [b"", b"junk", dumped(raw(REQUEST) | {"signature": "0x00"}), SEALS[0].to_bytes()])
def test_lay__takes_an_address_back_that_somebody_spoilt(somewhere, spoilt):
    somewhere._put(REQUEST.address + ".json", spoilt)
    assert somewhere.papers("request") == []
    (told,) = somewhere.damaged
    assert told.startswith(f"{REQUEST.address}.json: ")

    somewhere.lay(REQUEST)
    assert somewhere.papers("request") == [REQUEST]


def test_papers__what_is_damaged_or_foreign_is_named_and_passed_over(somewhere):
    somewhere.lay(SEALS[0])
    folder = f"seal/{REQUEST.id}"
    stolen = raw(SEALS[1])
    stolen["paper"]["author"] = account(9).address
    misplaced = seal_paper(request_paper(7))
    stranger = Paper.unchecked(dumped(stolen))
    laid = {
        f"{folder}/README.txt": b"hello",
        f"{folder}/{'A' * 59}.json": b"{}",
        f"{folder}/\x1b[2J.json": b"{}",
        f"{folder}/{SEALS[2].id}.json": SEALS[1].to_bytes(),
        f"{folder}/{SEALS[3].id}.json": SEALS[3].to_bytes()[:-1],
        f"{folder}/{misplaced.id}.json": misplaced.to_bytes(),
        f"{folder}/{stranger.id}.json": stranger.to_bytes(),
        f"{folder}/{SEALS[4].id}.json": b" " * 300_000,
        "seal/nobody/x.json": b"{}",
        "seal/loose": b"{}",
    }
    for path, content in laid.items():
        somewhere._put(path, content)

    assert somewhere.papers("seal") == [SEALS[0]]
    named = {each.partition(": ")[0]: each.partition(": ")[2] for each in somewhere.damaged}
    assert named == {
        f"{folder}/README.txt": "is no paper's address",
        f"{folder}/{'A' * 59}.json": "is no paper's address",
        f"{folder}/\\x1b[2J.json": "is no paper's address",
        f"{folder}/{SEALS[2].id}.json": f"is the paper {SEALS[1].id} under another name",
        f"{folder}/{SEALS[3].id}.json": named[f"{folder}/{SEALS[3].id}.json"],
        f"{folder}/{misplaced.id}.json": f"is the paper {misplaced.id} under another name",
        f"{folder}/{stranger.id}.json": named[f"{folder}/{stranger.id}.json"],
        f"{folder}/{SEALS[4].id}.json": named[f"{folder}/{SEALS[4].id}.json"],
        "seal/nobody": "is no paper's address",
        "seal/loose": "is no paper's address",
    }
    assert named[f"{folder}/{SEALS[3].id}.json"].startswith("is not JSON")
    assert named[f"{folder}/{SEALS[4].id}.json"].startswith("is not JSON")
    assert named[f"{folder}/{stranger.id}.json"].startswith("is not signed by ")
    with pytest.raises(BadPaper, match=f"{SEALS[3].address} is not JSON"):
        somewhere.paper("seal", REQUEST.id, SEALS[3].id)
    with pytest.raises(WrongBytes, match="under another name"):
        somewhere.paper("seal", REQUEST.id, SEALS[2].id)


def test_papers__a_folders_traps_are_never_opened(in_folder, tmp_path):
    in_folder.lay(SEALS[0])
    folder = tmp_path / "market" / "seal" / REQUEST.id
    secret = tmp_path / "secret"
    secret.write_bytes(SEALS[1].to_bytes())
    os.mkfifo(folder / f"{SEALS[1].id}.json")
    os.symlink(secret, folder / f"{SEALS[2].id}.json")
    os.symlink("/dev/zero", folder / f"{SEALS[3].id}.json")
    (folder / f"{SEALS[4].id}.json").mkdir()
    os.symlink(folder, tmp_path / "market" / "seal" / "loop")

    assert in_folder.papers("seal") == [SEALS[0]]
    assert in_folder.damaged == tuple(
        sorted(
            [f"seal/{REQUEST.id}/{each.id}.json: {each.id}.json is no ordinary file" for each in SEALS[1:]]
            + ["seal/loop: is no paper's address"]
        )
    )
    # A trap at one's own address is put aside.
    in_folder.lay(SEALS[1])
    in_folder.lay(SEALS[2])
    assert in_folder.papers("seal") == sorted(SEALS[:3], key=lambda paper: paper.id)
    assert secret.read_bytes() == SEALS[1].to_bytes()
    assert stat.S_ISREG(os.lstat(folder / f"{SEALS[2].id}.json").st_mode)


def test_papers__a_flood_of_junk_names_is_counted(in_folder, tmp_path):
    in_folder.lay(SEALS[0])
    folder = tmp_path / "market" / "seal" / REQUEST.id
    for number in range(500):
        (folder / f"junk-{number:03}").touch()

    assert in_folder.papers("seal") == [SEALS[0]]
    assert len(in_folder.damaged) == 101
    assert in_folder.damaged[-1] == "400 more that are no papers"


def test_papers__more_names_or_bytes_than_a_listing_takes_are_told(somewhere, monkeypatch):
    for paper in SEALS:
        somewhere.lay(paper)
    monkeypatch.setattr(place_module, "READ", len(SEALS[0].to_bytes()) + 1)
    assert somewhere.papers("seal", REQUEST.id) == SEALS[:2]
    (told,) = somewhere.damaged
    assert told.startswith("seal/…: has more than ")
    assert told.endswith(f"what follows {SEALS[2].address} was not read")
    # What a roll names is read all the same.
    assert somewhere.paper("seal", REQUEST.id, SEALS[4].id) == SEALS[4]

    monkeypatch.setattr(place_module, "NAMES", 3)
    assert len(somewhere.papers("seal", REQUEST.id)) <= 2
    assert f"seal/{REQUEST.id}: has more than 3 names; the rest was not looked at" in somewhere.damaged


def test_papers__a_flood_of_contracts_signatures_asks_the_node_a_bounded_number_of_times(somewhere, monkeypatch):
    monkeypatch.setattr(place_module, "ASKED", 2)
    asked = []

    def signed(author, *_):
        asked.append(author)
        return False

    monkeypatch.setattr("workpact.market.paper._node", lambda _: object())
    monkeypatch.setattr("workpact.market.paper.is_signed", signed)
    for number in range(20, 25):
        forged = dumped(raw(seal_paper(REQUEST, number)) | {"signature": "0x00"})
        somewhere._put(f"seal/{REQUEST.id}/{Paper.unchecked(forged).id}.json", forged)
    somewhere.lay(SEALS[0])

    assert somewhere.papers("seal") == [SEALS[0]]
    assert len(asked) == 2
    whys = sorted(each.partition(": ")[2].partition(" 0x")[0] for each in somewhere.damaged)
    assert whys == ["is not signed by its author"] * 2 + ["is not signed by the key of its author"] * 3


def test_folder__a_draft_of_a_writer_that_died_is_no_paper(in_folder, tmp_path, monkeypatch):
    in_folder.lay(SEALS[0])

    def die(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", die)
        with pytest.raises(PlaceUnavailable, match="No space left on device"):
            in_folder.lay(SEALS[1])
    (tmp_path / "market" / "seal" / REQUEST.id / f".{SEALS[2].id}.json.0123.part").write_bytes(b"half")

    assert in_folder.papers("seal") == [SEALS[0]]
    assert in_folder.damaged == ()
    in_folder.lay(SEALS[1])
    assert in_folder.papers("seal") == sorted(SEALS[:2], key=lambda paper: paper.id)


def test_folder__that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(PlaceUnavailable, match=r"cannot be read or written: .*file.*Check --place"):
        market_place(str(tmp_path / "file")).lay(REQUEST)


def test_paper__asked_for_by_what_is_no_address(somewhere):
    for kind, subject, paper_id in [
        ("seal", "..", REQUEST.id),
        ("sealed", REQUEST.id, REQUEST.id),
        ("seal", REQUEST.id, "../../x"),
    ]:
        with pytest.raises(BadPaper, match="is no paper's address"):
            somewhere.paper(kind, subject, paper_id)
    with pytest.raises(NotThere, match=f"does not have seal/{REQUEST.id}/{SEALS[0].id}"):
        somewhere.paper("seal", REQUEST.id, SEALS[0].id)
    with pytest.raises(BadPaper, match="no kind of papers"):
        somewhere.papers("../x")


def test_papers__of_any_chain_and_registry_lie_beside_each_other(somewhere):
    other = Paper.signed(account(1), "request", {"decide": 1}, 1337, REGISTRY)
    somewhere.lay(REQUEST)
    somewhere.lay(other)
    assert somewhere.papers("request") == sorted([REQUEST, other], key=lambda paper: paper.id)
