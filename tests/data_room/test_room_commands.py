"""`ape run room`, typed by the people of one agreement on Ape's local chain."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from ape import accounts

from scripts._room_house import KINDS
from tests.scripts.desk import Desk
from workpact.data_room import keys
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


def test_a_file__put_and_got_with_a_receipt(room_desk):
    desk = room_desk
    made = put(desk, "--for", "contractor")
    assert made["readers"] == [desk.address("client"), desk.address("contractor")]
    out = desk.folder / "out"
    out.mkdir()
    got = desk.json("room", "get", desk.file, made["file"][:10], "--out", str(out), "--receipt", account="contractor")
    assert (Path(got["path"]).read_text(), Path(got["path"]).name) == (CONTENT, "brief.txt")
    listed = desk.json("room", "list", desk.file)
    (file,) = listed["files"]
    assert (file["file"], file["side"], file["latest"]) == (made["file"], "client", 1)
    assert [each["reader"] for each in file["versions"][0]["receipts"]] == [desk.address("contractor")]
    assert CONTENT[:20] not in json.dumps(listed)


def test_kinds__are_those_of_the_terms():
    assert tuple(kind.word for kind in Kind) == KINDS


def test_help__of_each_command_has_an_example():
    group = importlib.import_module("scripts.room").cli
    assert len(group.commands) >= 11
    assert [name for name, command in group.commands.items() if "Example:" not in (command.help or "")] == []


def test_accounts__are_those_of_the_desk(room_desk):
    assert accounts.test_accounts[0].address == room_desk.address("client")
