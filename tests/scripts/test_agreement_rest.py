"""`ape run agreement`: the rarer commands, each twice, and what is refused leaving nothing behind."""

from __future__ import annotations

from eth_utils import keccak, to_checksum_address

from scripts._words import told
from tests.scripts.desk import UNIT
from workpact.history import Event


def test_submit__refused__leaves_no_salt_behind(desk, tmp_path):
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"the plan")
    submit = ("agreement", "submit", desk.file, "plan", str(plan))
    before = desk.height

    assert "Escrow_NotInForce" in desk.fails(*submit, account="contractor")
    assert "Name the account that pays" in desk.run(*submit).stderr
    assert (list(tmp_path.glob("*.seal.json")), desk.height) == ([], before)

    desk.open()
    assert "Escrow_Unauthorised" in desk.fails(*submit, account="carrier")
    assert "Escrow_WrongPhase" in desk.fails(
        "agreement", "reject", desk.file, "plan", "--reason", "late", account="client"
    )
    assert list(tmp_path.rglob("seals/*")) == list(tmp_path.glob("*.seal.json")) == []
    assert desk.json(*submit, account="contractor")["sent"]
    assert len(list(tmp_path.glob("*.seal.json"))) == 1


def test_publish_payee_appoint_release_holdback__from_the_terminal(live):
    assert live.json("agreement", "appoint", live.file, account="carrier")["sent"]
    assert not live.json("agreement", "appoint", live.file, account="carrier")["sent"]
    live.agreement.contract.publish(live.agreement.id, b"not the terms", sender=live.account("carrier"))
    assert live.json("agreement", "publish", live.file, account="carrier")["sent"]
    assert not live.json("agreement", "publish", live.file, account="carrier")["sent"]
    purse = to_checksum_address(keccak(text="purse")[-20:])
    payee = ("agreement", "payee", live.file)
    assert not live.json(*payee, live.address("contractor"), account="contractor")["sent"]
    assert live.json(*payee, purse, "--pulled", account="contractor")["events"][0]["pulled"]
    assert live.json(*payee, purse, account="contractor")["events"][0]["payee"] == purse
    assert not live.json(*payee, purse.lower(), account="contractor")["sent"]
    live.json("agreement", "accept", live.file, "plan", account="client-operator")
    live.warp(days=301)
    release = ("agreement", "release", live.file, "--holdback")
    assert live.json(*release, account="carrier")["events"][0]["paid"] == 50 * UNIT
    assert not live.json(*release, account="carrier")["sent"]
    assert live.token.balanceOf(purse) == 500 * UNIT


def test_holdback__disputed_and_ruled__each_once(live):
    live.json("agreement", "accept", live.file, "plan", account="client")
    dispute = ("agreement", "dispute", live.file, "holdback", "--reason", "unfinished")
    assert live.json(*dispute, account="client")["sent"]
    assert not live.json(*dispute, account="client")["sent"]
    live.json("agreement", "serve", live.file, account="arbiter")

    rule = ("agreement", "rule", live.file, "holdback", "50 %")
    ruled = live.json(*rule, account="arbiter")["events"][0]

    # 50 held back: a fee of 1, of which each lost half
    assert (ruled["toContractor"], ruled["toClient"], ruled["fee"]) == (24_500_000, 24_500_000, UNIT)
    assert not live.json(*rule, account="arbiter")["sent"]


def test_bad_input__named_with_what_to_do_and_nothing_sent(live, tmp_path):
    height = live.height
    taken = ("agreement", "withdraw", live.file, "--by-origin", "--to", live.address("arbiter"))
    assert "leave --to out" in live.run(*taken, account="carrier").stderr
    assert "the document has plan, build, report" in live.fails(
        "agreement", "accept", live.file, "plam", account="client"
    )
    assert 'write a number and the token, like "12,500 TUSD"' in live.fails(
        "agreement", "fund", live.file, "3000", account="client"
    )
    assert "is no signature" in live.fails(
        "agreement", "open", live.change(salt=7), "--signature", "no.sig", account="client"
    )
    nowhere = live.fails("agreement", "payee", live.file, "nobody", account="contractor")
    assert "nobody" in nowhere
    broken = tmp_path / "broken.yaml"
    broken.write_text(live.file_text().replace("timezone: UTC", "zone: UTC"))
    assert "broken.yaml:" in live.fails("agreement", "show", str(broken))
    assert live.height == height


def test_told__milestone_of_a_later_document__by_its_number(desk):
    agreement = desk.agreement
    facts = {"milestones": 0b1001, "paid": 5 * UNIT, "retained": 0}
    event = Event("Accepted", facts, 0, 0, 0, "0x", (), b"")

    assert told(agreement, event) == "plan, milestone 3 accepted: 5 TUSD to the contractor, 0 TUSD held back."
    assert agreement.ledger([event]).milestones == {0: 500 * UNIT}


def test_end__for_non_payment__once(desk, tmp_path):
    """4.5, 5.6: silence has accepted 1,000.50, of which 100 are held."""
    desk.file = desk.change(("deposit: 3,000 TUSD", "deposit: 600 TUSD"), salt=2)
    desk.open()
    desk.json("agreement", "accept", desk.file, "plan", account="client")
    (work := tmp_path / "work.txt").write_text("built")
    desk.json("agreement", "submit", desk.file, "build", str(work), account="contractor")
    end = ("agreement", "end", "non-payment", desk.file, "--milestone", "build")
    assert "Agreement_NotUnpaid" in desk.fails(*end, account="contractor")
    desk.warp(days=36)

    done = desk.json(*end, account="contractor")

    assert (done["sent"], done["events"][0]["name"]) == (True, "EndingAnnounced")
    assert desk.json("agreement", "status", desk.file)["ending"] == "ENDED_FOR_NON_PAYMENT"
    assert not desk.json(*end, account="contractor")["sent"]
