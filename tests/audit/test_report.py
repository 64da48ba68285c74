"""The report of an agreement at a block, by its command: from a node, and from a bundle (SPEC.md 13.10)."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ape import chain, networks
from eth_utils import keccak

from tests.audit.life import Life
from tests.audit.report_views import compare, compare_shared
from tests.audit.shared import SHARED
from tests.scripts.desk import Desk
from workpact.service_levels import ServiceLevels

UNIT = 10**6


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch, chain) -> None:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))


@pytest.fixture
def life(_folders, tmp_path, monkeypatch) -> Life:
    made = Life(tmp_path / "life", monkeypatch)
    made.play()
    return made


@pytest.fixture
def desk(_folders, tmp_path, monkeypatch) -> Desk:
    made = Desk(tmp_path / "desk", monkeypatch)
    made.open()
    return made


def reported(desk: Desk, *named: str) -> dict[str, Any]:
    """The facts that the command writes."""
    file = desk.folder / "report.json"
    desk.json("audit", "report", *(named or (desk.file,)), "--output", str(file))
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found


def test_numbers_and_sentences__are_the_contracts_own(life):
    value = reported(life, life.file, "--document", life.amended)
    compare(networks.provider.web3, value)
    # 3,000 deposited, 2,019.40 topped up; 500 of the plan, 700 of the build and 819.40 of the month, a tenth held back
    assert value["money"] == {
        "funded": "5019400000",
        "paid": "450000000",
        "refunded": "0",
        "owed": "1367460000",
        "fees": "0",
        "held": "3000000000",
        "holdback": "201940000",
        "exact": True,
        "booked": {life.contracts["Payroll"].address: "1367460000"},
        "feesOf": {},
    }
    assert [(each["name"], each["state"], each["toContractor"]) for each in value["milestones"]] == [
        ("plan", "accepted", "500000000"),
        ("build", "open", "700000000"),
        ("report", "open", "0"),
    ]
    first, second = value["service"][0]["periods"]
    assert first["working"] == [
        "Charge: fixed 600 TUSD + by quantity 250 TUSD = 850 TUSD, at most 1,000 TUSD: 850 TUSD.",
        "Rate: at risk 12 % x 30 % (in-time) = 3.6 %, at most 12 % of a period, 10 % that the year leaves: 3.6 %.",
        "Credit: 850 TUSD x 3.6 %, rounded down = 30.60 TUSD.",
        "Due to the contractor: 819.40 TUSD.",
    ]
    assert (first["checked"], first["failed"], first["note"]) == (True, ["in-time"], "")
    assert (first["settled"]["credit"], first["settled"]["paid"], first["settled"]["retained"]) == (
        "30600000", "737460000", "81940000",
    )  # fmt: skip
    assert (second["stage"], second["levels"], second["settled"]) == ("open", [], None)
    # 30 of 100 days on, of one token granted
    assert value["equity"][0]["totals"] == {
        "units": "10000000", "granted": "1000000", "offered": "0", "forfeited": "0", "claimed": "300000",
        "claimable": "0", "unvested": "700000", "left": "9000000",
    }  # fmt: skip
    (wages,) = value["payroll"]
    amounts = {name: wages[name] for name in ("collected", "wages", "margin", "free", "paid", "booked", "unclaimed")}
    assert amounts == {
        "collected": "450000000", "wages": "130000000", "margin": "0", "free": "320000000", "paid": "130000000",
        "booked": "0", "unclaimed": "0",
    }  # fmt: skip
    assert value["reconciliation"]["reconciled"] is True
    assert value["missing"] == ["No comparison with the user's books was given to this report."]
    told = [each["what"] for each in value["timeline"]]
    assert len(told) == 24 + len(SHARED)
    assert told[0] == "Opened: 3,000 TUSD came from the client."
    assert "plan accepted: 450 TUSD to the contractor, 50 TUSD held back." in told
    assert "The payroll took 450 TUSD." in told
    assert "first was assessed: service credit 3.6 % of the charge." in told

    compare_shared(life.shared(life.file), value, told)

    # The same sentences in the history, and in a sheet
    sheet = life.folder / "history.csv"
    named = (life.file, "--document", life.amended)
    shown = life.text("audit", "history", *named, "--csv", str(sheet))
    sentence = "first settled: charge 850 TUSD, credit 30.60 TUSD; 737.46 TUSD to the contractor, 81.94 TUSD held back."
    assert sum(line.endswith(sentence) for line in shown.splitlines()) == 1
    lines = sheet.read_text().splitlines()
    assert lines[0] == (
        "time (UTC),timestamp,block,position,transaction,contract,address,name,actor,role,sender,what,arguments"
    )
    assert len(lines) == 25 + len(SHARED)
    assert sum(f'"{sentence}"' in line for line in lines) == 1


def test_bundle__gives_the_report_that_a_node_gives__as_far_as_it_has_the_data(life, monkeypatch):
    whole = reported(life, life.file, "--document", life.amended)
    bundle = str(life.folder / "life.bundle")
    options = ("--receipts", "--reports", "--papers")
    bare = str(life.folder / "bare.bundle")
    life.json("audit", "export", life.file, "--document", life.amended, "--output", bare)
    made = life.json("audit", "export", life.file, "--document", life.amended, "--output", bundle, *options)
    block_hash = ("--block-hash", made["block"]["hash"])

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("A node was asked.")

    monkeypatch.setattr("workpact.audit.node.Node.__init__", refuse)
    monkeypatch.setattr(type(networks), "provider", property(refuse))
    offline = reported(life, bundle, *block_hash)
    assert made["block"] == whole["block"] == offline["block"]
    # What it rests on is another, and contracts cannot be asked for what they hold.
    of_source = {"proof", "reconciliation"}
    assert {name: each for name, each in offline.items() if name not in of_source} == {
        name: each for name, each in whole.items() if name not in of_source
    }
    assert offline["proof"]["byBundle"] is True
    assert offline["proof"]["books"] == whole["proof"]["books"]
    assert offline["proof"]["proves"] == made["proves"]
    assert offline["reconciliation"]["differences"] == []
    page = life.folder / "offline.html"
    life.json("audit", "report", bundle, *block_hash, "--output", str(page))
    assert b"the bundle proves" in page.read_bytes()

    value = reported(life, bare, *block_hash)
    assert value["title"] is None
    assert value["token"]["symbol"] is None
    assert [each["name"] for each in value["milestones"]] == ["milestone 0", "milestone 1", "milestone 2"]
    assert value["missing"] == [
        "No file of 2 of 2 documents was at hand: names, titles and decimals are those of the files that were; without "
        "any, amounts are in the token's smallest unit.",
        "period 0: The figures are not at hand, only their hash: give the report, or read them from a node.",
        "The bundle has no receipts: blocks, transactions and senders of events are not in it.",
        "No comparison with the user's books was given to this report.",
    ]
    first = value["service"][0]["periods"][0]
    assert (first["failed"], first["rate"], first["checked"], first["working"]) == (
        ["in-time"], 36_000_000_000, None, [],
    )  # fmt: skip
    for form in ("html", "pdf"):
        file = life.folder / f"bare.{form}"
        life.json("audit", "report", bare, *block_hash, "--output", str(file))
        assert file.stat().st_size > 5_000


def figures(levels: ServiceLevels, good: int, period: str) -> Any:
    measured = SimpleNamespace(
        period=period,
        figures=[SimpleNamespace(name="in-time", good=good, total=100, excluded=0)],
        quantities=[("tickets", 100)],
        evidence_root=keccak(text=f"{good}"),
        doubts=(),
    )
    return levels.report_for(measured)


def test_stages_and_verdicts__as_the_contracts_have_them_at_every_step(desk):
    levels, web3 = ServiceLevels.of(desk.agreement), networks.provider.web3
    carrier = desk.account("carrier")
    chain.mine(1, timestamp=levels.document.periods[0].end + 1)
    theirs, ours = figures(levels, 96, "first"), figures(levels, 90, "first")
    signed = [levels.sign(theirs, desk.account("contractor-reporter"))]
    levels.report_by_side(theirs, signed, sender=carrier)
    value = reported(desk)
    compare(web3, value)
    assert value["service"][0]["periods"][0]["stage"] == "contractor reported"

    levels.counter(ours, [levels.sign(ours, desk.account("client-reporter"))], sender=carrier)
    compare(web3, reported(desk))
    desk.json("agreement", "settle", desk.file, "first", account="carrier")
    compare(web3, reported(desk))
    levels.rule("first", ["in-time"], sender=desk.account("arbiter"))
    value = reported(desk)
    compare(web3, value)
    first = value["service"][0]["periods"][0]
    # 90 of 100 is below 95 % and not below 50 %
    assert (first["stage"], first["failed"], first["checked"]) == ("reported", ["in-time"], True)
    # 600 and 100 at 2.50, all quantities as the contractor has them; 12 % x 30 % off, 819.40 due; while it was
    # contested the rate could be 12 %: 748 was paid of it
    assert (first["interim"], first["working"][-1]) == ("748000000", "Due to the contractor: 819.40 TUSD.")
    levels.waive("first", sender=desk.account("client"))
    desk.json("agreement", "settle", desk.file, "first", account="carrier")
    value = reported(desk)
    compare(web3, value)
    first = value["service"][0]["periods"][0]
    assert (first["settled"]["charge"], first["settled"]["credit"]) == ("850000000", "0")
    assert first["note"] == "The client waived the credit."

    chain.mine(1, timestamp=levels.document.periods[1].end + 10 * 86_400 + 1)
    levels.apply_default("second", sender=carrier)
    value = reported(desk)
    compare(web3, value)
    second = value["service"][0]["periods"][1]
    # missed again, so its 30 % counts twice: 7.2 %; of 10 % a year for two periods 20 % - 3.6 % are left
    assert (second["stage"], second["rate"], second["checked"]) == ("default, missed", 72_000_000_000, True)
    assert second["levels"][0]["verdict"] == "missed: no figures"
    assert "Credit: 600 TUSD x 7.2 %, rounded down = 43.20 TUSD." in second["working"]


def test_milestones__as_the_contract_has_them_at_every_step(desk):
    agreement, web3 = desk.agreement, networks.provider.web3
    client, contractor = desk.account("client"), desk.account("contractor")

    def stands() -> list[str]:
        value = reported(desk)
        compare(web3, value)
        return [each["state"] for each in value["milestones"]]

    agreement.serve(sender=desk.account("arbiter"))
    agreement.submit("plan", b"plan", sender=contractor)
    agreement.submit("build", b"code", sender=contractor)
    agreement.reject("build", "does not start", sender=client)
    assert stands() == ["submitted", "rejected", "open"]
    agreement.dispute("build", "it does", sender=contractor)
    assert stands() == ["submitted", "disputed", "open"]
    agreement.rule("build", 600_000, sender=desk.account("arbiter"))
    agreement.accept("plan", sender=client)
    agreement.reclaim("report", sender=contractor)
    assert stands() == ["accepted", "ruled", "reclaimed"]
    agreement.give_notice(sender=client)
    value = reported(desk)
    compare(web3, value)
    assert value["standing"]["ending"] == "ended by client"
    desk.json("agreement", "publish", desk.file, account="carrier")
    by_id = reported(desk, value["origin"])
    assert (by_id["money"], by_id["standing"]) == (value["money"], value["standing"])
    assert by_id["parties"] == [each | {"name": None} for each in value["parties"]]
    assert by_id["token"] == value["token"] | {"symbol": None, "decimals": None}
    # pot 1000.50, fee 2 %
    assert value["money"]["feesOf"] == {desk.address("arbiter"): "20010000"}


def test_output__names_its_form_and_is_whole_or_not_there(desk, monkeypatch):
    wrong = str(desk.folder / "report.docx")
    assert desk.fails("audit", "report", desk.file, "--output", wrong) == (
        f"Error: {wrong} is neither .html, .pdf nor .json: name the file like report.html.\n"
    )
    assert not Path(wrong).exists()
    kept = desk.folder / "report.html"
    kept.write_text("before")

    def fail(*_: Any) -> bytes:
        raise OSError(28, "No space left on device", str(kept))

    with monkeypatch.context() as patch:
        patch.setattr("workpact.private_file.os.replace", fail)
        assert "No space left on device" in desk.fails("audit", "report", desk.file, "--output", str(kept))
    assert kept.read_text() == "before"
    assert sorted(each.name for each in desk.folder.glob(".report*")) == []
    told = desk.json("audit", "report", desk.file, "--output", str(kept))
    assert told["checks"] == {"History": True, "Money": True, "Reconciliation": True, "Worth a look": True}
    assert kept.read_bytes().startswith(b"<!doctype html>")
    assert "Written to" in desk.text("audit", "report", desk.file, "--output", str(kept))
