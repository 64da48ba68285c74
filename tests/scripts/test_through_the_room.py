"""What commands hand over goes through the agreement's room, with what opens its salted hash (SPEC.md 14.10)."""

from __future__ import annotations

import json
from array import array
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from ape import accounts
from eth_utils.crypto import keccak

from tests.scripts.crew import FIRST, Crew
from tests.scripts.desk import Desk
from workpact.chain.journal import data_folder
from workpact.data_room import keys
from workpact.data_room.keys import Keystore
from workpact.data_room.registry import DataRoom
from workpact.measurement.evidence import Evidence, events_of
from workpact.measurement.tree import Words
from workpact.private_file import MAGIC, on_behalf_of
from workpact.sealing import seal_file
from workpact.terms import load

PHRASE = "seven brass doorknobs"
WORK = b"The work itself, which only the client may see.\n" * 2_000
CANARY = "canary-5d20"


@pytest.fixture
def desk_with_keys(desk, tmp_path, monkeypatch) -> Desk:
    """Client and contractor have room keys; where the room's bytes lie is said."""
    monkeypatch.setattr(keys, "SCRYPT_N", 2)
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", PHRASE)
    monkeypatch.setenv("WORKPACT_ROOM", str(tmp_path / "place"))
    (tmp_path / "place").mkdir()
    for role in ("client", "contractor"):
        desk.json("room", "key", account=role)
    return desk


def files(desk: Desk, kind: str) -> list[dict[str, Any]]:
    """The room's files whose latest version is of a kind."""
    found = desk.json("room", "list", desk.file)["files"]
    return [each for each in found if each["versions"][-1]["kind"] == kind]


def got(desk: Desk, file: str, role: str) -> tuple[Path, Any]:
    """A file as a role gets it, and what its heading opens."""
    out = desk.folder / f"of-{role}-{file[:10]}"
    out.mkdir()
    said = desk.json("room", "get", desk.file, file, "--out", str(out), account=role)
    assert len(said.get("namedBy", [])) == (said["opens"] is not None)
    return Path(said["path"]), said["opens"]


def opened(opens: dict[str, str], content: bytes) -> bytes:
    """The salted hash that an opening is of."""
    assert opens["sha256"] == "0x" + sha256(content).hexdigest()
    return keccak(bytes.fromhex(opens["salt"][2:]) + sha256(content).digest())


def everything(*folders: Path) -> bytes:
    return b"".join(each.read_bytes() for folder in folders for each in folder.rglob("*") if each.is_file())


def event(desk: Desk, name: str) -> Any:
    return [each for each in desk.agreement.events() if each.name == name][-1]


def test_submit__client_gets_the_file_and_checks_it_against_what_was_submitted(desk_with_keys):
    desk = desk_with_keys
    desk.open()
    work = desk.folder / "work.bin"
    work.write_bytes(WORK)
    submit = ("agreement", "submit", desk.file, "plan", str(work))
    done = desk.json(*submit, account="contractor")
    assert done["room"]["readers"] == [desk.address("contractor"), desk.address("client")]
    (file,) = files(desk, "deliverable")
    assert (file["file"], file["side"]) == (done["room"]["file"], "contractor")

    path, opens = got(desk, file["file"], "client")
    assert (path.name, path.read_bytes()) == ("work.bin", WORK)
    assert opened(opens, WORK) == event(desk, "Submitted")["deliverable"]
    assert done["deliverable"] == "0x" + event(desk, "Submitted")["deliverable"].hex()

    # The salt is sealed for the contractor, and lies nowhere in plain.
    (salt,) = desk.folder.glob("work.bin.*.seal.json")
    assert salt.read_bytes().startswith(MAGIC)
    assert opens["salt"][2:].encode() not in everything(desk.folder, data_folder())
    assert json.loads(desk.json("room", "open", str(salt))["content"]) == {**opens, "hash": done["deliverable"]}

    height = desk.height
    again = desk.json(*submit, account="contractor")
    assert (again["sent"], again["room"]["put"], desk.height) == (False, False, height)
    assert len(files(desk, "deliverable")) == 1

    # Another file with a salt, which was put and never submitted.
    draft = desk.folder / "draft.bin"
    draft.write_bytes(CANARY.encode())
    with on_behalf_of(desk.address("contractor"), None):
        seal_file(draft)
    put = desk.json("room", "put", desk.file, str(draft), "--for", "client", account="contractor")
    said = desk.text("room", "get", desk.file, put["file"], "--out", str(desk.folder / "got.bin"), account="client")
    assert "nothing on chain names that: it may never have been handed in" in said


def test_submit__without_keys_or_passphrase__is_refused_before_anything_is_sent(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "SCRYPT_N", 2)
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", PHRASE)
    desk.open()
    work = desk.folder / "work.bin"
    work.write_bytes(WORK)
    (tmp_path / "place").mkdir()
    submit = ("agreement", "submit", desk.file, "plan", str(work))
    through = ("--room", str(tmp_path / "place"))

    def refused(*options: str) -> str:
        height = desk.height
        said = desk.fails(*submit, *options, account="contractor")
        assert desk.height == height
        assert list((tmp_path / "place").rglob("*")) == []
        return said

    assert f"{desk.address('contractor')}, {desk.address('client')}: no encryption key" in refused(*through)
    desk.json("room", "key", account="contractor")
    assert f"{desk.address('client')}: no encryption key" in refused(*through)
    assert f"{desk.address('client')}: no encryption key" in refused(*through, "--for", "client")
    desk.json("room", "key", account="client")
    assert "Nothing is in dispute now" in refused(*through, "--for", "arbiter")
    assert "may not read a deliverable" in refused(*through, "--for", desk.address("carrier"))
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", "another")
    assert "the passphrase is wrong" in refused(*through)
    monkeypatch.delenv("WORKPACT_ROOM_PASSPHRASE")
    assert "give the passphrase of its room key as WORKPACT_ROOM_PASSPHRASE" in refused(*through)
    assert "say with --room" in desk.run(*submit, "--for", "client", account="contractor").stderr
    # Without a room it needs no passphrase but that of the salt, which is sealed by now.
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", PHRASE)
    assert "room" not in desk.json(*submit, account="contractor")


def test_reasons__are_read_and_checked_by_the_other_side(desk_with_keys):
    desk = desk_with_keys
    desk.open()
    work = desk.folder / "work.bin"
    work.write_bytes(WORK)
    desk.json("agreement", "submit", desk.file, "plan", str(work), account="contractor")
    for command, name, field, by, other, reason in (
        ("reject", "Rejected", "reason", "client", "contractor", f"It lacks the night shift {CANARY}."),
        ("dispute", "Disputed", "reason", "contractor", "client", f"It was complete {CANARY}."),
    ):
        if command == "dispute":
            desk.json("agreement", "submit", desk.file, "plan", str(work), account="contractor")
        act = ("agreement", command, desk.file, "plan", "--reason", reason)
        done = desk.json(*act, account=by)
        path, opens = got(desk, done["room"]["file"], other)
        assert path.read_text() == reason
        assert opened(opens, reason.encode()) == event(desk, name)[field]
        path.unlink()
        height = desk.height
        again = desk.json(*act, account=by)
        assert (again["sent"], again["room"], desk.height) == (False, {**done["room"], "put": False}, height)
        assert "room" not in desk.json(*act[:-1], "Another reason.", account=by)
    assert len(files(desk, "other")) == 2
    assert CANARY.encode() not in everything(desk.folder, data_folder())


def test_evidence__is_shared_with_the_report_and_must_be_its_own(desk_with_keys, monkeypatch):
    desk = desk_with_keys
    monkeypatch.setenv("WORKPACT_ROOM_ACCOUNT", desk.address("contractor"))
    desk.open()
    day = (
        datetime.fromtimestamp(desk.agreement.document.periods[0].start, UTC).replace(hour=9).strftime("%Y-%m-%d %H:%M")
    )
    row = f"1,{day},{day},{day},yes"
    log, report, key = (desk.folder / each for each in ("log.csv", "first.json", "evidence.key"))
    log.write_text("number,changes,opened,resolved,closed,met\n" + "".join(f"INC{n},{row}\n" for n in range(40)))
    evidence, others = str(desk.folder / "first.evidence.json"), str(desk.folder / "other.evidence.json")
    measure = ("sla", "measure", desk.file, "--data", str(log), "--period", "first", "--secret")
    report.write_text(json.dumps(desk.json(*measure, str(key), "--evidence", evidence)))
    Evidence("first", events_of(array("Q", [2]), Words.of([b"\1" * 32]), b"k" * 32)).write(Path(others))
    desk.warp(days=36)
    desk.json("sla", "sign", desk.file, "--report", str(report), account="contractor-reporter")

    send = ("sla", "report", desk.file, "--report", str(report), "--one-side", "--evidence")
    height = desk.height
    assert "give the evidence that was kept when these figures were measured" in desk.fails(
        *send, others, account="contractor"
    )
    assert desk.height == height
    done = desk.json(*send, evidence, account="contractor")
    assert done["sent"]
    path, opens = got(desk, done["room"]["file"], "client")
    content = json.loads(path.read_bytes())
    root = json.loads(report.read_text())["evidenceRoot"]
    assert (content["evidenceRoot"], content["eventCount"], opens) == (
        root,
        40,
        {"evidenceRoot": root, "period": "first"},
    )
    height = desk.height
    assert desk.json(*send, evidence, account="contractor")["room"]["put"] is False
    assert desk.height == height
    # What the contractor keeps is sealed, and still proves an event.
    assert Path(evidence).read_bytes().startswith(MAGIC)
    assert desk.json("sla", "diff", evidence, str(path))["equal"]
    desk.json("sla", "sign", desk.file, "--report", str(report), account="client-reporter")
    desk.json("sla", "report", desk.file, "--report", str(report), account="carrier")
    proved = desk.json("sla", "prove", desk.file, evidence, "3", "--report", str(report), account="contractor")
    assert (proved["sent"], proved["line"], proved["evidenceRoot"]) == (True, 3, root)


def test_agreement_file__is_in_the_room_once_it_is_open(desk_with_keys):
    desk = desk_with_keys
    signature = str(desk.folder / "contractor.sig")
    desk.json("agreement", "sign", desk.file, "--output", signature, account="contractor")
    desk.json("agreement", "approve", desk.file, account="client")
    done = desk.json("agreement", "open", desk.file, "--signature", signature, account="client")
    path, _ = got(desk, done["room"]["file"], "contractor")
    assert load(path) == load(desk.file)
    assert load(path).id(31337, desk.agreement.contract.address) == desk.agreement.id
    height = desk.height
    again = desk.json("agreement", "open", desk.file, account="client")
    assert (again["sent"], again["room"]["put"], desk.height) == (False, False, height)


@pytest.fixture
def staff(desk_with_keys, tmp_path, monkeypatch) -> Crew:  # noqa: ARG001 - its folders and keys
    """Three workers on the roster, 450 TUSD collected; two of them have room keys."""
    made = Crew(tmp_path / "crew", monkeypatch)
    made.enrol(1, 2, 3)
    made.json("payroll", "setup", made.file, account="contractor")
    made.json("agreement", "accept", made.file, "plan", account="client")
    made.json("payroll", "collect", made.file, account="carrier")
    for worker in (1, 2):
        give_key(made, worker)
    return made


def give_key(crew: Crew, worker: int) -> None:
    """A worker signs for its key, and somebody else carries it: it has no ETH."""
    wallet, room = crew.wallet(worker), DataRoom.deployed()
    public = Keystore(data_folder() / "room").create(wallet, 1, PHRASE)
    signature = room.key_message(wallet, public, 1).sign(accounts.test_accounts[FIRST + worker])
    room.register_key(wallet, public, 1, signature=signature, sender=crew.account("carrier"))


def test_roster_and_payslips__the_contractors_own_and_each_workers_own(staff):
    """One desk for both, as it takes long to set up."""
    the_roster_is_the_contractors(staff)
    each_worker_opens_its_own_payslip(staff)


def the_roster_is_the_contractors(crew: Crew) -> None:
    """Sealed at rest, and in the room for the contractor alone; the next of it is its next version."""
    (file,) = files(crew, "roster")
    assert [each["reader"] for each in file["versions"][0]["access"]] == [crew.address("contractor")]
    path, _ = got(crew, file["file"], "contractor")
    assert "Worker No. 1" in path.read_text()
    assert "access was never given" in crew.fails(
        "room", "get", crew.file, file["file"], "--out", str(crew.folder), account="client"
    )
    assert Path(crew.roster).read_bytes().startswith(MAGIC)
    assert crew.json("room", "open", crew.roster)["content"] == path.read_text()
    crew.json("equity", "enrol", crew.file, "--from", crew.people(4), "--roster", crew.roster, account="contractor")
    (file,) = files(crew, "roster")
    assert file["latest"] == 2


def each_worker_opens_its_own_payslip(crew: Crew) -> None:
    """Who has no key is named, and gets its own once it has one."""
    wages = crew.table(
        "march.csv",
        "worker,gross,deductions,net",
        "1,100 TUSD,20 TUSD,80 TUSD",
        "2,7 TUSD,0,7 TUSD",
        "3,9 TUSD,0,9 TUSD",
    )
    plan = str(crew.folder / "march.plan.json")
    crew.json("payroll", "plan", crew.file, wages, "--roster", crew.roster, "--out", plan, account="contractor")
    assert Path(plan).read_bytes().startswith(MAGIC)
    crew.json("payroll", "run", crew.file, plan, account="contractor")

    share = ("payroll", "share", crew.file, plan)
    done = crew.json(*share, account="contractor")
    assert (sorted(done["files"]), done["before"], done["withoutKey"]) == (["1", "2"], [], [3])
    out = crew.folder / "one"
    out.mkdir()
    mine = crew.as_worker(1, "room", "get", crew.file, done["files"]["1"], "--out", str(out))
    slip = crew.json("payroll", "verify", crew.file, mine["path"])
    assert (slip["worker"], slip["gross"], slip["net"], slip["isPaid"]) == (1, 100_000_000, 80_000_000, True)
    crew.accounts["worker 2"] = FIRST + 2
    for other in ("worker 2", "client"):
        assert "access was never given" in crew.fails(
            "room", "get", crew.file, done["files"]["1"], "--out", str(out), account=other
        )
    give_key(crew, 3)
    again = crew.json(*share, account="contractor")
    assert (sorted(again["files"]), again["before"], again["withoutKey"]) == (["1", "2", "3"], [1, 2], [])
    assert {number: again["files"][number] for number in ("1", "2")} == done["files"]
    height = crew.height
    assert not crew.json(*share, account="contractor")["sent"]
    assert crew.height == height


def test_open_and_close__of_private_files_of_before(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "SCRYPT_N", 2)
    path = tmp_path / "roster.csv"
    path.write_text(f"worker,name\n1,{CANARY}\n")
    assert "there is no room key yet" in desk.fails("room", "close", str(path))
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", PHRASE)
    desk.json("room", "key", account="client")
    assert desk.json("room", "close", str(path)) == {"sealed": [str(path)]}
    assert desk.json("room", "close", str(path)) == {"sealed": []}
    assert CANARY.encode() not in path.read_bytes()
    assert desk.text("room", "open", str(path)) == f"worker,name\n1,{CANARY}\n"
    out = tmp_path / "plain.csv"
    desk.json("room", "open", str(path), "--output", str(out))
    assert (out.read_text(), out.stat().st_mode & 0o777) == (f"worker,name\n1,{CANARY}\n", 0o600)
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", "another")
    assert "the passphrase is wrong" in desk.fails("room", "open", str(path))
    monkeypatch.delenv("WORKPACT_ROOM_PASSPHRASE")
    assert "give the passphrase of its room key as WORKPACT_ROOM_PASSPHRASE" in desk.fails("room", "open", str(path))
