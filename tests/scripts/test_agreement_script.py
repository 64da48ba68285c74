"""`ape run agreement`, command by command: what it prints, what a second run changes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_utils import keccak

from tests.scripts.desk import UNIT
from workpact.agreement import Agreement
from workpact.terms import load


def sums(status) -> bool:
    money = status["money"]
    return money["funded"] == sum(units for name, units in money.items() if name != "funded")


def test_new__template__loads_and_says_what_to_fill_in(desk, tmp_path):
    made = desk.json("agreement", "new", str(tmp_path / "mine.yaml"))

    assert made["file"] == str(tmp_path / "mine.yaml")
    assert set(made["unresolved"]) == {"USDC", "client", "contractor"}
    assert "is there already" in desk.run("agreement", "new", str(tmp_path / "mine.yaml")).stderr
    assert desk.json("agreement", "show", str(tmp_path / "mine.yaml"))["name"] == "mine"
    assert "'My Desk' goes on chain" in desk.fails("agreement", "new", str(tmp_path / "My Desk.yaml"))
    assert not (tmp_path / "My Desk.yaml").exists()


def test_new__like_and_renew__equal_terms_are_another_agreement(desk, tmp_path):
    first = desk.json("agreement", "digest", desk.file, "--chain-id", "31337")
    desk.json("agreement", "new", str(tmp_path / "again.yaml"), "--like", desk.file)
    desk.json("agreement", "new", str(tmp_path / "renewed.yaml"), "--like", desk.file, "--renew")

    assert desk.json("agreement", "digest", str(tmp_path / "again.yaml"), "--chain-id", "31337") == first
    renewed = desk.json("agreement", "digest", str(tmp_path / "renewed.yaml"), "--chain-id", "31337")
    assert renewed["id"] != first["id"]


@pytest.mark.threat("T28")
def test_digest__what_a_device_shows__makes_the_id(desk):
    shown = desk.json("agreement", "digest", desk.file, "--chain-id", "31337")

    parts = bytes.fromhex(shown["domainHash"][2:] + shown["messageHash"][2:])
    assert "0x" + keccak(b"\x19\x01" + parts).hex() == shown["id"] == "0x" + desk.agreement.id.hex()
    assert "Name the chain" in desk.run("agreement", "digest", desk.file).stderr


def test_where_that_cannot_be_measured__neither_signed_nor_opened(desk, contractor, tmp_path):
    broken = desk.change(("met = 'yes'", "random() > 1"), salt=2)
    agreement = Agreement(load(broken), desk.agreement.contract)
    signature = tmp_path / "contractor.sig"
    signature.write_text("0x" + agreement.sign(contractor).hex())
    desk.json("agreement", "approve", broken, account="client")
    height = desk.height

    for command, account in (
        (("sign", broken), "contractor"),
        (("typed-data", broken, "--chain-id", "31337"), None),
        (("open", broken, "--signature", str(signature)), "client"),
    ):
        said = desk.fails("agreement", *command, account=account)
        assert said.startswith("Error: desk: level in-time, good: ")
        assert said.endswith("Nobody could measure this: mend it in the file, and have that signed.\n")
    assert desk.height == height


def test_document__markdown_and_pdf__the_text_whose_hash_is_signed(desk, tmp_path):
    text, pdf = tmp_path / "desk.md", tmp_path / "desk.pdf"
    made = desk.json("agreement", "document", desk.file, "--output", str(text), "--pdf", str(pdf))

    assert made == {
        "markdown": str(text),
        "pdf": str(pdf),
        "legalTextHash": "0x" + desk.agreement.document.legal_text_hash.hex(),
    }
    assert text.read_text() == desk.agreement.document.document_markdown()
    assert pdf.read_bytes().startswith(b"%PDF")


def test_new__under_a_master__placed_when_opened(live, tmp_path):
    placed = str(tmp_path / "placed.yaml")
    until = ("--open-before", live.day(10), "--chain-id", "31337")
    live.json("agreement", "new", placed, "--like", live.file, "--under", live.file, *until)
    bid = str(tmp_path / "placed.sig")
    live.json("agreement", "sign", placed, "--output", bid, account="contractor")
    live.json("agreement", "approve", placed, account="client")

    opened = live.json("agreement", "open", placed, "--signature", bid, "--under", live.file, account="client")

    assert [event["name"] for event in opened["events"]] == ["PlacedUnder", "Opened"]
    assert opened["events"][0]["placed"] == opened["id"]
    assert live.json("agreement", "status", live.file)["events"] == 2


def test_open__without_allowance__says_what_is_missing_and_how_to_grant_it(desk, tmp_path):
    bid = str(tmp_path / "bid.sig")
    desk.json("agreement", "sign", desk.file, "--output", bid, account="contractor")

    said = desk.fails("agreement", "open", desk.file, "--signature", bid, account="client")
    assert "3,000 TUSD are missing" in said
    assert 'ape run agreement approve FILE "3,000 TUSD" --account' in said

    approved = desk.json("agreement", "approve", desk.file, account="client")
    assert (approved["sent"], approved["allowed"]) == (True, 3_000 * UNIT)
    assert not desk.json("agreement", "approve", desk.file, account="client")["sent"]
    opened = desk.json("agreement", "open", desk.file, "--signature", bid, account="client")
    assert opened["events"] == [
        {
            "name": "Opened",
            "origin": opened["id"],
            "client": desk.address("client"),
            "contractor": desk.address("contractor"),
            "token": desk.token.address,
            "deposit": 3_000 * UNIT,
        }
    ]
    again = desk.json("agreement", "open", desk.file, "--signature", bid, account="client")
    assert again == {
        "id": opened["id"],
        "origin": opened["id"],
        "sent": False,
        "transaction": None,
        "why": "desk is in force already.",
        "events": [],
    }


def test_open__carried_by_a_third_with_both_signatures_and_a_permit(desk, tmp_path):
    ours, theirs, permit = (str(tmp_path / name) for name in ("client.sig", "contractor.sig", "client.permit"))
    desk.json("agreement", "sign", desk.file, "--output", ours, "--permit", permit, account="client")
    desk.json("agreement", "sign", desk.file, "--output", theirs, account="contractor")

    signatures = ("--signature", theirs, "--signature", ours)
    opened = desk.json("agreement", "open", desk.file, *signatures, "--permit", permit, account="carrier")

    assert opened["sent"]
    assert desk.token.balanceOf(desk.address("client")) == 7_000 * UNIT


def test_withdraw_bid__then_open__refused(desk, tmp_path):
    bid = str(tmp_path / "bid.sig")
    desk.json("agreement", "sign", desk.file, "--output", bid, account="contractor")
    desk.json("agreement", "approve", desk.file, account="client")

    assert desk.json("agreement", "withdraw-bid", desk.file, account="contractor")["sent"]
    assert not desk.json("agreement", "withdraw-bid", desk.file, account="contractor")["sent"]
    said = desk.fails("agreement", "open", desk.file, "--signature", bid, account="client")
    assert "Agreement_NotOpenable" in said
    assert desk.json("agreement", "status", desk.file)["status"] == "WITHDRAWN"


def test_work__submit_reject_dispute_serve_rule_withdraw__each_once(live, tmp_path):
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"the plan")
    submit = ("agreement", "submit", live.file, "plan", str(plan))
    submitted = live.json(*submit, account="contractor")
    assert [event["name"] for event in submitted["events"]] == ["Submitted"]
    assert not live.json(*submit, account="contractor")["sent"]
    (seal,) = tmp_path.glob("plan.pdf.*.seal.json")
    kept = json.loads(seal.read_text())
    assert kept["hash"] == submitted["deliverable"] == submitted["events"][0]["deliverable"]

    reject = ("agreement", "reject", live.file, "plan", "--reason", "unreadable")
    assert live.json(*reject, account="client")["sent"]
    assert not live.json(*reject, account="client")["sent"]
    dispute = ("agreement", "dispute", live.file, "plan", "--reason", "readable")
    assert live.json(*dispute, account="contractor")["sent"]
    assert not live.json(*dispute, account="contractor")["sent"]
    waiting = live.json("agreement", "status", live.file)["milestones"][0]
    assert (waiting["phase"], waiting["turn"]) == ("DISPUTED", "arbiter")

    serve = ("agreement", "serve", live.file)
    assert live.json(*serve, account="arbiter")["sent"]
    assert not live.json(*serve, account="arbiter")["sent"]
    rule = ("agreement", "rule", live.file, "plan", "60 %")
    ruled = live.json(*rule, account="arbiter")["events"][0]
    # 500: fee 10, of which the contractor lost 40 % and bears 4, the client 6
    assert (ruled["toContractor"], ruled["toClient"], ruled["fee"]) == (296 * UNIT, 194 * UNIT, 10 * UNIT)
    assert not live.json(*rule, account="arbiter")["sent"]

    status = live.json("agreement", "status", live.file)
    assert status["money"] == {
        "funded": 3_000 * UNIT,
        "held": 2_500 * UNIT,
        "holdback": 0,
        "paid": 296 * UNIT,
        "refunded": 194 * UNIT,
        "owed": 10 * UNIT,
    }
    assert sums(status)
    withdraw = ("agreement", "withdraw", live.file)
    assert live.json(*withdraw, account="arbiter")["sent"]
    assert not live.json(*withdraw, account="arbiter")["sent"]
    assert live.token.balanceOf(live.address("arbiter")) == 10 * UNIT


def test_pay__fund_part_accept_release_reclaim__each_once(live, tmp_path):
    live.json("agreement", "approve", live.file, "5,000 TUSD", account="client")
    fund = ("agreement", "fund", live.file, "3,200 TUSD")
    assert live.json(*fund, account="client")["events"][0]["amount"] == 200 * UNIT
    assert not live.json(*fund, account="client")["sent"]

    part = ("agreement", "accept", live.file, "build", "--up-to", "400 TUSD")
    assert live.json(*part, account="client")["events"][0]["paid"] == 360 * UNIT
    assert not live.json(*part, account="client")["sent"]
    code = tmp_path / "code.zip"
    code.write_bytes(b"code")
    live.json("agreement", "submit", live.file, "build", str(code), account="contractor")
    assert "Escrow_TooEarly" in live.fails("agreement", "release", live.file, "build", account="carrier")
    live.warp(days=15)
    release = ("agreement", "release", live.file, "build")
    assert live.json(*release, account="carrier")["events"][0]["paid"] == 540_450_000
    assert not live.json(*release, account="carrier")["sent"]

    accept = ("agreement", "accept", live.file, "plan")
    assert "450 TUSD to the contractor" in live.text(*accept, account="client")
    assert "Nothing was sent." in live.text(*accept, account="client")
    reclaim = ("agreement", "reclaim", live.file, "report")
    assert live.json(*reclaim, account="contractor")["events"][0]["milestones"] == 4
    assert not live.json(*reclaim, account="contractor")["sent"]
    assert sums(live.json("agreement", "status", live.file))


def test_status__in_words__whose_turn_until_when_and_what_silence_does(live):
    shown = live.text("agreement", "status", live.file)

    assert "contractor: submit it" in shown
    assert "goes back to the client" in shown
    assert "funded 3,000 TUSD = █ held 3,000 TUSD" in shown
    assert "covers what the terms want held: 2,750.50 TUSD" in shown
    assert "1 events, history verified" in shown


def test_amend__signed_by_both__carried_by_anyone_and_once(live, tmp_path):
    change = tmp_path / "change.yaml"
    until = live.day(10)
    live.json("agreement", "new", str(change), "--replaces", live.file, "--open-before", until, "--chain-id", "31337")
    change.write_text(change.read_text().replace("1,000.50 TUSD", "1,200.50 TUSD").replace("3,750.50", "3,950.50"))
    files = [str(tmp_path / f"{party}.sig") for party in ("client", "contractor")]
    for party, file in zip(("client", "contractor"), files, strict=True):
        live.json("agreement", "sign", str(change), "--output", file, account=party)

    amend = ("agreement", "amend", live.file, str(change), "--signature", files[1])
    assert "client" in live.fails(*amend, account="carrier")
    done = live.json(*amend, "--signature", files[0], account="carrier")
    assert [event["name"] for event in done["events"]] == ["Amended"]
    assert not live.json(*amend, "--signature", files[0], account="carrier")["sent"]
    assert live.json("agreement", "status", str(change))["milestones"][1]["amount"] == 1_200_500_000
    old = live.json("agreement", "status", live.file)
    assert (old["inForce"], old["documentInForce"]) == (False, done["id"])
    again = live.json("agreement", "open", live.file, account="carrier")
    assert (again["sent"], again["why"]) == (False, "desk was opened already, and amended since.")


def test_end__by_both__pays_the_split_that_both_signed(live, tmp_path):
    closing, ours, theirs = (str(tmp_path / name) for name in ("closing.json", "a.sig", "b.sig"))
    split = ("agreement", "end", "split", live.file, closing)
    refused = live.run(*split, "--to-contractor", "1,000 TUSD")
    assert "Nothing was sent." in refused.stderr
    assert not Path(closing).exists()
    live.json(*split, "--to-contractor", "1,000 TUSD", "--output", ours, account="client")
    live.json(*split, "--output", theirs, account="contractor")
    both = ("agreement", "end", "both", live.file, closing, "--signature", theirs, "--signature", ours)

    assert "contractor" in live.fails(*both[:-4], account="client")
    done = live.json(*both, account="carrier")

    assert (done["events"][0]["toContractor"], done["events"][0]["toClient"]) == (1_000 * UNIT, 2_000 * UNIT)
    assert not live.json(*both, account="carrier")["sent"]
    assert not live.json("agreement", "end", "close", live.file, account="carrier")["sent"]
    assert live.json("agreement", "status", live.file)["status"] == "ENDED_BY_BOTH"


def test_end__with_notice_then_close(live):
    notice = ("agreement", "end", "notice", live.file)
    announced = live.json(*notice, account="client")["events"][0]
    # 30 days from now fall into the first period, which ends on day 36
    assert announced["endsAt"] == live.agreement.document.periods[0].end
    assert not live.json(*notice, account="client")["sent"]
    assert "to be ended by client at" in live.text("agreement", "status", live.file)
    assert "Agreement_Ending" in live.fails("agreement", "end", "close", live.file, account="carrier")

    live.warp(days=80)
    settled = live.json("agreement", "settle", live.file, "first", account="carrier")["events"][0]
    assert (settled["charge"], settled["credit"]) == (600 * UNIT, 0)
    assert not live.json("agreement", "settle", live.file, "first", account="carrier")["sent"]
    assert live.json("agreement", "end", "close", live.file, account="carrier")["events"][0]["toClient"] == 2_400 * UNIT
