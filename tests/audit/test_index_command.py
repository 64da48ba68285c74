"""`ape run audit index` brings a database to a block, goes on where it ended, and says what it holds."""

from __future__ import annotations

import pytest

from tests.scripts.desk import Desk
from workpact.audit.entries import CONTRACTS


@pytest.fixture
def desk(tmp_path, monkeypatch, chain) -> Desk:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    return Desk(tmp_path, monkeypatch)


def test_index__in_a_file_of_the_users_own__goes_on_where_it_ended(desk, tmp_path):
    before = desk.json("audit", "index")
    desk.open()
    after = desk.json("audit", "index")

    assert len(list((tmp_path / "data").glob("index-31337-*.sqlite"))) == 1
    none = dict.fromkeys(CONTRACTS, 0)
    assert (before["agreements"], before["events"], before["transfers"], before["tokens"]) == (0, none, 0, 0)
    assert (after["agreements"], after["events"]) == (1, none | {"Agreement": 1})
    assert (after["transfers"], after["tokens"], after["blocks"]) == (1, 1, 1)
    assert after["block"]["number"] == desk.height
    assert desk.json("audit", "index") == after


def test_index__to_a_block_in_a_database__says_what_it_holds(desk, tmp_path):
    desk.open()
    opened = desk.height
    desk.warp(days=1)
    database = f"sqlite:///{tmp_path / 'own'}"
    shown = desk.text("audit", "index", "--database", database, "--block", str(opened))

    assert f"1 agreements, 1 events, 1 transfers of 1 tokens in 1 blocks, in {database}." in shown
    assert f"Read until block {opened}, 0x" in shown


def test_index__of_other_contracts__named(desk, tmp_path, monkeypatch):
    database = f"sqlite:///{tmp_path / 'own'}"
    desk.json("audit", "index", "--database", database)
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "empty"))
    assert f"records none of {', '.join(CONTRACTS)}" in desk.fails("audit", "index")
    other = (tmp_path / "deployments" / "31337.json").read_text().replace('"Payroll"', '"Elsewhere"')
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "31337.json").write_text(other)

    assert "is an index of other contracts (from block" in desk.fails("audit", "index", "--database", database)


def test_commands__on_an_index__say_what_they_say_on_the_node(desk, tmp_path):
    database = ("--database", f"sqlite:///{tmp_path / 'own'}")
    desk.open()
    for command in (("history", desk.file), ("reconcile", desk.file), ("reconcile", "--all")):
        on_node = desk.json("audit", *command)
        assert desk.json("audit", *command, *database) == on_node
    desk.json("agreement", "accept", desk.file, "plan", account="client")
    grown = desk.json("audit", "history", desk.file, *database)
    assert [each["name"] for each in grown["events"]] == ["Opened", "Accepted"]
    assert desk.json("audit", "index", *database)["events"]["Agreement"] == 2
