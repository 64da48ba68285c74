"""`ape run audit export` and `verify`, and commands of the audit on a bundle, with no node (SPEC.md 13.3–13.5)."""

from __future__ import annotations

from typing import Any

import pytest
from ape import networks

from tests.scripts.desk import Desk
from workpact.audit.entries import CONTRACTS


@pytest.fixture
def desk(tmp_path, monkeypatch, chain) -> Desk:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    desk = Desk(tmp_path, monkeypatch)
    desk.open()
    return desk


@pytest.fixture
def bundle(tmp_path) -> str:
    return str(tmp_path / "desk.bundle")


@pytest.fixture
def no_node(monkeypatch) -> None:
    """Any touch of a node fails."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("A node was asked.")

    monkeypatch.setattr("ape.cli.commands.parse_network", refuse)
    monkeypatch.setattr("workpact.audit.node.Node.__init__", refuse)
    monkeypatch.setattr(type(networks), "provider", property(refuse))


def exported(desk: Desk, bundle: str, *options: str) -> Any:
    return desk.json("audit", "export", desk.file, "--output", bundle, *options)


def test_export_and_verify__say_the_same(desk, bundle):
    made = exported(desk, bundle)
    assert (made["events"], made["receipts"], made["untied"]) == (1, False, [])
    named = [desk.contracts[name].address for name in CONTRACTS if name != "WorkerEquity"]
    assert made["release"] == dict.fromkeys(named, True)
    found = desk.json("audit", "verify", bundle, "--block-hash", made["block"]["hash"])
    assert found == {name: each for name, each in made.items() if name not in ("file", "bytes")}


def test_bundle__takes_the_place_of_a_node(desk, bundle, request):
    told = desk.json("audit", "history", desk.file)
    made = exported(desk, bundle, "--receipts")
    request.getfixturevalue("no_node")
    shown = desk.json("audit", "history", bundle, "--block-hash", made["block"]["hash"])
    for event in shown["events"]:
        event["position"] %= 1_000_000
    assert shown == told
    text = desk.text("audit", "history", bundle, "--block-hash", made["block"]["hash"])
    assert "1 events, complete and in order" in text


def test_bundle__needs_its_block_hash(desk, bundle):
    made = exported(desk, bundle)
    done = desk.run("audit", "verify", bundle)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--block-hash" in done.stderr
    other = "0x" + "ab" * 32
    said = desk.fails("audit", "verify", bundle, "--block-hash", other)
    assert f"block {made['block']['number']} of chain 31337, {made['block']['hash']}" in said
    assert other in said


def test_export__carries_what_is_asked_for(desk, bundle, tmp_path):
    handed = tmp_path / "plan.txt"
    handed.write_text("The plan.")
    desk.json("agreement", "submit", desk.file, "plan", str(handed), account="contractor")
    made = exported(desk, bundle, "--receipts", "--papers", "--reports", "--reveal", str(handed))
    assert made["events"] == 2
    assert [line.split(":")[0] for line in made["proves"]] == [
        "inclusion, completeness and order",
        "time",
        "authorship",
        "service levels",
        "files",
        "agreement files",
        "block, transaction and sender of 2 events, and their order",
    ]


def test_export__writes_nothing_when_it_fails(desk, bundle, tmp_path):
    stranger = tmp_path / "other.txt"
    stranger.write_text("Never handed over.")
    before = sorted(tmp_path.iterdir())
    said = desk.fails("audit", "export", desk.file, "--output", bundle, "--reveal", str(stranger))
    assert "no salt beside" in said
    assert sorted(tmp_path.iterdir()) == before


def test_commands__name_a_file_that_is_no_bundle(desk, tmp_path):
    foreign = tmp_path / "foreign.bundle"
    foreign.write_bytes(b"PK\x03\x04 something else")
    assert "no bundle" in desk.fails("audit", "verify", str(foreign), "--block-hash", "0x" + "00" * 32)
    foreign.write_bytes(b"\xfd7zXZ\x00\x00")
    assert "ends before" in desk.fails("audit", "verify", str(foreign), "--block-hash", "0x" + "00" * 32)
