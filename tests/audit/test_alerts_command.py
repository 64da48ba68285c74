"""`ape run audit alerts` on a chain: what lies around an agreement, the user's files, and errors (SPEC.md 13.9)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from ape import networks

from tests.audit.life import Life
from tests.audit.poor_node import PoorNode
from tests.scripts.desk import UNIT, Desk
from workpact.audit.alerts import around
from workpact.audit.alerts.around import transfers_around
from workpact.audit.history import NodeLogs, head, verified
from workpact.audit.node import Node
from workpact.audit.subject import Subject
from workpact.audit.transfers import Transfer
from workpact.terms import load


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch, chain) -> None:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))


@pytest.fixture
def desk(_folders, tmp_path, monkeypatch) -> Desk:
    made = Desk(tmp_path / "desk", monkeypatch)
    made.open()
    return made


def short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"


def test_a_fresh_agreement__no_question_and_what_each_rule_needs(desk):
    shown = desk.json("audit", "alerts", desk.file)
    assert shown["alerts"] == []
    said = {each["rule"]: each["reason"] for each in shown["notApplicable"]}
    assert said["duplicate-invoice"] == "no books given (--books)"
    assert said["sanctioned"] == "no list given (--sanctions)"
    assert said["off-hours"] == "0 acceptances of one signer, 20 needed"
    assert said["round-trip"] == "no transfers between people at hand"
    assert "no question by" in desk.text("audit", "alerts", desk.file)


def test_a_full_life__the_same_answer_twice_and_from_its_file_of_json(tmp_path, monkeypatch):
    life = Life(tmp_path / "life", monkeypatch)
    life.play()
    named = ("audit", "alerts", life.file, "--document", life.amended)
    first = life.json(*named)
    assert first == life.json(*named)
    assert json.loads(json.dumps(first)) == first


def test_an_arbiter_paid_by_the_client__is_asked_about_with_its_transfer_by_any_node(desk):
    paid = desk.token.transfer(desk.address("arbiter"), 70 * UNIT, sender=desk.account("client"))
    (alert,) = desk.json("audit", "alerts", desk.file)["alerts"]
    assert alert["rule"] == "paid-elsewhere"
    assert alert["question"].startswith(f"What did the client pay the arbiter {short(desk.address('arbiter'))} 70 TUSD")
    assert alert["facts"] == {
        "by": "client",
        "to": desk.address("arbiter"),
        "role": "arbiter",
        "amount": str(70 * UNIT),
    }
    assert alert["threshold"] == {"round_trip_days": 30, "hub_counterparties": 12}
    assert (alert["events"], alert["lines"]) == ([], [])
    block = networks.provider.web3.eth.get_block(paid.block_number)
    (moved,) = alert["transfers"]
    assert moved == {
        "block": paid.block_number,
        "blockHash": "0x" + bytes(block["hash"]).hex(),
        "position": 0,
        "transaction": paid.txn_hash,
        "time": datetime.fromtimestamp(block["timestamp"], UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "token": desk.token.address,
        "from": desk.address("client"),
        "to": desk.address("arbiter"),
        "amount": str(70 * UNIT),
    }
    shown = desk.text("audit", "alerts", desk.file)
    assert "1 question worth a look." in shown
    assert f"  transfer of {70 * UNIT}, block {paid.block_number}, {paid.txn_hash}" in shown
    url = str(networks.provider.web3.provider.endpoint_uri)
    with PoorNode(url) as poor:
        poor.widest = 2
        assert around_of(desk, poor.url) == around_of(desk, url)
    assert len(around_of(desk, url)[0]) > 1


def around_of(desk: Desk, url: str) -> tuple[tuple[Transfer, ...], int]:
    """The transfers as one node tells them."""
    node = Node(url)
    at = head(node, desk.height)
    subject = Subject.found(node, desk.contracts["Agreement"].address, None, [load(desk.file)], at.number, None)
    return transfers_around(node, verified(node, subject, at, NodeLogs(node)))


def test_money_over_somebody_between__is_found_as_far_as_it_is_read(desk, monkeypatch):
    between = desk.account("carrier")
    desk.token.mint(desk.address("contractor"), 500 * UNIT, sender=desk.account("client"))
    desk.token.transfer(between, 100 * UNIT, sender=desk.account("contractor"))
    desk.token.transfer(desk.address("client-reporter"), 97 * UNIT, sender=between)
    (alert,) = desk.json("audit", "alerts", desk.file)["alerts"]
    assert alert["rule"] == "paid-elsewhere"
    assert [(each["from"], each["to"], each["amount"]) for each in alert["transfers"]] == [
        (desk.address("contractor"), between.address, str(100 * UNIT)),
        (between.address, desk.address("client-reporter"), str(97 * UNIT)),
    ]
    monkeypatch.setattr(around, "MOST_AROUND", 0)
    said = desk.json("audit", "alerts", desk.file)["notApplicable"]
    assert {"rule": "round-trip", "reason": "the transfers of 1 addresses around were not read"} in said


def test_a_bundle__is_asked_offline_about_what_it_holds(desk):
    bundle = str(desk.folder / "desk.bundle")
    made = desk.json("audit", "export", desk.file, "--output", bundle, "--receipts")
    desk.token.transfer(desk.address("arbiter"), 70 * UNIT, sender=desk.account("client"))
    shown = desk.json("audit", "alerts", bundle, "--block-hash", made["block"]["hash"])
    assert shown["alerts"] == []
    assert {"rule": "paid-elsewhere", "reason": "no transfers between people at hand"} in shown["notApplicable"]


def test_a_sanctions_list__shows_its_date(desk, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(f"address,date\n{desk.address('contractor').lower()},2026-10-30\n{'0x' + '11' * 20},2026-11-02\n")
    (alert,) = desk.json("audit", "alerts", desk.file, "--sanctions", str(file))["alerts"]
    assert alert["question"] == "May anybody deal with contractor? The list of 2026-11-02 has it."
    assert alert["facts"] == {"address": desk.address("contractor"), "role": "contractor", "list": "2026-11-02"}


def test_books__are_read_for_invoices_booked_twice(desk, tmp_path):
    file = tmp_path / "bills.csv"
    file.write_text(
        "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,Total,Description,*Quantity,*UnitAmount,*AccountCode\n"
        "Contractor Ltd.,INV-017,2026-03-02,2026-03-09,500.00,Plan,1,500.00,400\n"
        "Contractor Ltd.,inv 17 copy,2026-03-04,2026-03-09,500.00,Plan,1,500.00,400\n"
        "Contractor Ltd.,INV-018,2026-03-04,2026-03-09,500.00,Plan,1,500.00,400\n"
    )
    (alert,) = desk.json("audit", "alerts", desk.file, "--books", str(file))["alerts"]
    assert alert["rule"] == "duplicate-invoice"
    assert [each["reference"] for each in alert["lines"]] == ["INV-017", "inv 17"]
    assert {abs(int(each["amount"])) for each in alert["lines"]} == {500 * UNIT}


def test_a_file_it_cannot_take__is_named_and_nothing_is_shown(desk, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("split_dais: 7\n")
    said = desk.fails("audit", "alerts", desk.file, "--thresholds", str(file))
    assert f"{file}: split_dais: Extra inputs are not permitted" in said
