"""`ape run room`, typed by the people of one agreement on Ape's local chain."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from scripts._room_house import KINDS
from tests.scripts.desk import Desk
from workpact.data_room import keys
from workpact.signing import sign
from workpact.terms.room import Kind

CONTENT = "Nobody but the readers sees this line.\n" * 5_000
PHRASE = "nine grey herons"


@pytest.fixture
def room_desk(tmp_path, monkeypatch, chain, room_folders) -> Desk:  # noqa: ARG001 - connected, with its own folders
    """Opened; both parties have keys and seats, and a place by its variable."""
    monkeypatch.setattr(keys, "SCRYPT_N", 2)
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", PHRASE)
    desk = Desk(tmp_path / "desk", monkeypatch)
    desk.open()
    monkeypatch.setenv("WORKPACT_ROOM", str(tmp_path / "place"))
    (tmp_path / "place").mkdir()
    for role in ("client", "contractor"):
        desk.json("room", "key", account=role)
    desk.json("room", "seat", desk.file, account="carrier")
    return desk


def brief(desk: Desk, name: str = "brief.txt", content: str = CONTENT) -> str:
    path = desk.folder / name
    path.write_text(content)
    return str(path)


def put(desk: Desk, *options: str, account: str = "client", path: str | None = None) -> dict:
    return desk.json("room", "put", desk.file, path or brief(desk), *options, account=account)


def test_a_file__put_and_got_with_a_receipt__typed_again(room_desk):
    desk = room_desk
    made = put(desk, "--for", "contractor")
    assert made["readers"] == [desk.address("client"), desk.address("contractor")]
    again = put(desk, "--for", "contractor")
    assert (again["sent"], again["file"]) == (False, made["file"])
    out = desk.folder / "out"
    out.mkdir()
    get = ("room", "get", desk.file, made["file"][:10], "--out", str(out), "--receipt")
    got = desk.json(*get, account="contractor")
    assert (Path(got["path"]).read_text(), Path(got["path"]).name) == (CONTENT, "brief.txt")
    assert desk.json(*get, account="contractor")["sent"] is False
    listed = desk.json("room", "list", desk.file)
    (file,) = listed["files"]
    assert (file["file"], file["side"], file["latest"]) == (made["file"], "client", 1)
    assert [each["reader"] for each in file["versions"][0]["receipts"]] == [desk.address("contractor")]
    assert CONTENT[:20] not in json.dumps(listed)
    shown = desk.text("room", "list", desk.file)
    assert "client 0xf39Fd6…, contractor 0x709979…" in shown


def test_grant_revoke_shred__said_plainly(room_desk):
    desk = room_desk
    made = put(desk)
    file = made["file"]
    desk.json("room", "grant", desk.file, file, "--for", "contractor", account="client")
    granted = desk.json("room", "grant", desk.file, file, "--for", "contractor", account="client")
    assert (granted["sent"], granted["readers"]) == (False, [])
    following = put(desk, "--file", file, path=brief(desk, "next.txt", "next"))
    assert (following["version"], following["revoked"]) == (2, [])
    revoke = ("room", "revoke", desk.file, file, "--for", "contractor")
    said = desk.text(*revoke, account="client")
    assert "can open nothing from version 3 on" in said
    assert "What was opened before stays known" in said
    assert desk.json(*revoke, account="client")["sent"] is False
    assert "access was taken away from version 3 on" in desk.fails("room", "get", desk.file, file, account="contractor")
    shred = ("room", "shred", desk.file, file)
    assert "Copies elsewhere, and what was opened, are not" in desk.text(*shred, account="client")
    assert desk.json(*shred, account="client")["sent"] is False
    assert [path for path in (desk.folder.parent / "place").rglob("*") if path.is_file()] == []
    assert "was shredded by its side" in desk.fails("room", "get", desk.file, file, account="client")


def test_rotate_and_renew(room_desk):
    desk = room_desk
    made = put(desk, "--for", "contractor")
    rotated = desk.json("room", "rotate", account="contractor")
    assert (rotated["version"], rotated["account"]) == (2, desk.address("contractor"))
    # As if it had been killed once it was mined.
    (Path(rotated["keystore"]) / f"{rotated['account'].lower()}.rotating").write_text("2")
    again = desk.json("room", "rotate", account="contractor")
    assert (again["version"], again["sent"]) == (2, False)
    renew = ("room", "renew", desk.file, "--for", "contractor")
    renewed = desk.json(*renew, account="client")["renewed"]
    assert renewed == [{"file": made["file"], "version": 1, "readers": [desk.address("contractor")]}]
    assert desk.json(*renew, account="client")["sent"] is False
    out = str(desk.folder / "got.txt")
    desk.json("room", "get", desk.file, made["file"], "--out", out, account="contractor")
    assert Path(out).read_text() == CONTENT


def test_key_and_receipt__signed_and_carried(room_desk):
    desk = room_desk
    operator = desk.address("contractor-operator")
    shown = desk.json("room", "key", "--of", operator, "--typed-data")
    assert shown["typedData"]["primaryType"] == "Key"
    signature = sign(desk.account("contractor-operator"), {**shown["typedData"], "message": as_bytes(shown)})
    carried = ("room", "key", "--of", operator, "--signature", "0x" + signature.hex())
    assert desk.json(*carried, account="carrier")["version"] == 1
    assert desk.json("room", "key", account="contractor-operator")["sent"] is False
    made = put(desk, "--for", operator)
    receipt, out = str(desk.folder / "receipt.json"), str(desk.folder / "got.txt")
    get = ("room", "get", desk.file, made["file"], "--out", out, "--receipt-to", receipt)
    desk.json(*get, account="contractor-operator")
    given = desk.json("room", "receipts", desk.file, receipt, account="carrier")
    assert [(each["reader"], each["version"]) for each in given["receipts"]] == [(operator, 1)]
    assert desk.json("room", "receipts", desk.file, receipt, account="carrier")["sent"] is False
    assert operator[:8] in desk.text("room", "receipts", desk.file)


def as_bytes(shown: dict) -> dict:
    message = shown["typedData"]["message"]
    return message | {"key": bytes.fromhex(message["key"][2:])}


def test_a_submitted_deliverable__is_what_the_agreement_names(room_desk, monkeypatch):
    desk = room_desk
    work = brief(desk, "plan.txt", "the plan")
    monkeypatch.delenv("WORKPACT_ROOM")
    desk.json("agreement", "submit", desk.file, "plan", work, account="contractor")
    monkeypatch.setenv("WORKPACT_ROOM", str(desk.folder.parent / "place"))
    made = put(desk, "--kind", "deliverable", "--for", "client", account="contractor", path=work)
    out = str(desk.folder / "got.txt")
    got = desk.json("room", "get", desk.file, made["file"], "--out", out, account="client")
    (named,) = got["namedBy"]
    assert "submitted" in named.lower()
    assert Path(out).read_text() == "the plan"


def test_what_is_missing__named(room_desk, monkeypatch):
    desk = room_desk
    made = put(desk, "--for", "contractor")
    assert "is no file of this room" in desk.fails("room", "get", desk.file, "0xffffff", account="client")
    refused = desk.fails("room", "put", desk.file, brief(desk), "--kind", "payslip", account="client")
    assert "may not read a payslip" in refused
    assert "has no encryption key" in desk.fails("room", "put", desk.file, brief(desk), account="client-operator")
    monkeypatch.setenv("WORKPACT_ROOM_PASSPHRASE", "wrong")
    wrong = desk.fails("room", "get", desk.file, made["file"], account="contractor")
    assert "the passphrase is wrong" in wrong
    monkeypatch.delenv("WORKPACT_ROOM")
    done = desk.run("room", "get", desk.file, made["file"], account="contractor")
    assert (done.exit_code, "--place ADDRESS, or set WORKPACT_ROOM" in done.stderr) == (2, True)


def test_kinds__are_those_of_the_terms():
    assert tuple(kind.word for kind in Kind) == KINDS


def test_help__of_each_command_has_an_example():
    group = importlib.import_module("scripts.room").cli
    assert len(group.commands) >= 11
    assert [name for name, command in group.commands.items() if "Example:" not in (command.help or "")] == []
