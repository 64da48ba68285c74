"""Thousands at once: newcomers, batches and offers from files, resumed and refused; SPEC.md 9.9, 9.11."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import _equity_book
from tests.scripts.crew import FIRST, Crew
from workpact.batches.grants import OfferId, grant_leaves
from workpact.batches.roster import Roster
from workpact.batches.transactions import COSTS, GAS_CAP

DAY = 86_400


@pytest.fixture
def crew(desk, tmp_path, monkeypatch) -> Crew:  # noqa: ARG001 - its folders
    made = Crew(tmp_path / "crew", monkeypatch)
    made.json("equity", "plan", made.file, account="client")
    return made


def test_enrol__from_a_file__names_stay_in_the_roster_file(crew, chain):
    command = ("equity", "enrol", crew.file, "--from", crew.people(1, 2, 3), "--roster", crew.roster)
    has = crew.account("contractor").balance
    chain.set_balance(crew.address("contractor"), 1)
    assert "too little" in crew.refused(*command)
    assert not Path(crew.roster).exists()
    chain.set_balance(crew.address("contractor"), has)
    made = crew.twice(*command)

    assert (made["enrolled"], made["workers"]) == (3, 3)
    rows = crew.rows(crew.roster)
    assert [(row["worker"], row["name"], row["wallet"]) for row in rows] == [
        (str(number), f"Worker No. {number}", crew.wallet(number)) for number in (1, 2, 3)
    ]
    assert len({row["salt"] for row in rows}) == 3
    assert stat.S_IMODE(Path(crew.roster).stat().st_mode) == 0o600
    shown = crew.json("equity", "roster", crew.file, "--roster", crew.roster)["workers"]
    assert shown[2] == {"worker": 3, "wallet": crew.wallet(3), "name": "Worker No. 3", "agrees": True}
    crew.text("equity", "roster", crew.file, "--roster", crew.roster, "--remove", "worker-2")
    assert [row["worker"] for row in crew.rows(crew.roster)] == ["1", "3"]


def test_enrol__sent_but_not_kept__takes_over_the_numbers(crew):
    crew.json("equity", "enrol", crew.file, crew.wallet(1), crew.wallet(2), account="contractor")
    made = crew.json(
        "equity", "enrol", crew.file, "--from", crew.people(2, 1), "--roster", crew.roster, account="contractor"
    )

    assert not made["sent"]
    assert [(row["worker"], row["wallet"]) for row in crew.rows(crew.roster)] == [
        ("1", crew.wallet(1)),
        ("2", crew.wallet(2)),
    ]


ENROL_BAD_LINES = [
    (("Ann,{1}", "Ben,{1}"), "people.csv:3: wallet {1} is the one of line 2 already"),
    (("Ann,0x0000000000000000000000000000000000000000",), "people.csv:2: wallet '0x000"),
    (("Ann,0x123",), "people.csv:2: wallet '0x123' is not an address"),
    ((",{1}",), "people.csv:2: name '' is empty"),
]


def test_enrol__bad_lines__refused_by_number(crew):
    for rows, said in ENROL_BAD_LINES:
        path = crew.table("people.csv", "name,wallet", *(row.format("", crew.wallet(1)) for row in rows))
        found = crew.refused("equity", "enrol", crew.file, "--from", path, "--roster", crew.roster)
        assert said.format("", crew.wallet(1)) in found
        assert not Path(crew.roster).exists()


def test_grant_batch__in_parts__goes_on_after_a_failure_without_granting_twice(crew, monkeypatch):
    crew.enrol(1, 2, 3, 4, 5)
    batch = crew.table("grants.csv", "worker,units", '1,"1,000 units"', "2,0.5 tokens", "3,7", "4,8", "5,9")
    # Two lines fit into a transaction.
    monkeypatch.setitem(COSTS, "grant", replace(COSTS["grant"], base=GAS_CAP - 2 * COSTS["grant"].line))
    command = ("equity", "grant-batch", crew.file, batch, "--plan", "time", "--roster", crew.roster)
    cut = _equity_book.batches
    with monkeypatch.context() as patch:
        patch.setattr("scripts._equity_book.batches", lambda items, kind: list(cut(items, kind))[:2])
        begun = crew.json(*command, account="contractor")
    assert (begun["grants"], len(begun["transactions"])) == ([1, 2, 3, 4], 2)

    rest = crew.twice(*command)
    assert (rest["grants"], rest["passedOver"]) == ([5], {"1": 1, "2": 2, "3": 3, "4": 4})
    assert [(each["worker"], each["units"]) for each in crew.json("equity", "show", crew.file)["grants"]] == [
        (1, 1_000), (2, 500_000), (3, 7), (4, 8), (5, 9)
    ]  # fmt: skip

    # The same once more is another act, with a name.
    assert crew.twice(*command, "--again", "bonus")["grants"] == [6, 7, 8, 9, 10]
    other = crew.table("grants.csv", "worker,units", "1,2000")
    assert "grants.csv: worker 1 has grant 1 by this plan already, of 1,000 units" in crew.refused(*command)
    assert other == batch


GRANT_BATCH_BAD_LINES = [
    (("1,5", "1,6"), "grants.csv:3: worker 1 is on line 2 already"),
    (("1,5", "9,6"), "grants.csv:3: worker 9 is not on the roster"),
    (("1,9000000", "2,1000001"), "grants.csv:3: here the sum passes what the pool has left"),
    (("1,0",), "grants.csv:2: units of worker 1 is zero"),
    (("1,1.5",), "grants.csv:2: units '1.5' is no whole number of units"),
]


def test_grant_batch__bad_lines__refused_by_number(crew):
    crew.enrol(1, 2)
    for rows, said in GRANT_BATCH_BAD_LINES:
        batch = crew.table("grants.csv", "worker,units", *rows)
        for more in ((), ("--roster", crew.roster)):
            assert said in crew.refused("equity", "grant-batch", crew.file, batch, "--plan", "time", *more)
        offer = ("--offer", "--proofs", str(crew.folder / "p.json"), "--until", crew.day(30), "--roster", crew.roster)
        assert said in crew.refused("equity", "grant-batch", crew.file, batch, "--plan", "time", *offer)
        assert not (crew.folder / "p.json").exists()


def test_grant_batch__roster_file_of_another_wallet__refused(crew):
    crew.enrol(1, 2)
    text = Path(crew.roster).read_text().replace(crew.wallet(2), crew.wallet(3))
    Path(crew.roster).write_text(text)
    batch = crew.table("grants.csv", "worker,units", "1,5")
    command = ("equity", "grant-batch", crew.file, batch, "--plan", "time", "--roster", crew.roster)
    assert f"worker 2: {crew.wallet(3)} here, {crew.wallet(2)} on chain" in crew.refused(*command)
    crew.json("equity", "roster", crew.file, "--roster", crew.roster, "--update")
    assert crew.json(*command, account="contractor")["grants"] == [1]


def offered(crew: Crew, *rows: str, more: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    proofs = str(crew.folder / "proofs.json")
    batch = crew.table("grants.csv", "worker,units", *rows)
    command = ("equity", "grant-batch", crew.file, batch, "--plan", "time", "--offer", "--proofs", proofs)
    return proofs, (*command, "--roster", crew.roster, "--until", crew.day(40), *more)


def test_offer__signed_carried_accepted__and_closed_after_its_time(crew):
    crew.enrol(1, 2)
    reserved = ("equity", "enrol", crew.file, "--from", crew.people(3), "--roster", crew.roster, "--reserve")
    crew.twice(*reserved)
    proofs, command = offered(crew, "1,1000", "2,2000", "3,3000")
    made = crew.twice(*command)
    assert (made["offer"], made["first"], made["count"], made["units"]) == (1, 1, 3, 6_000)
    assert stat.S_IMODE(Path(proofs).stat().st_mode) == 0o600
    shown = crew.json("equity", "show", crew.file)
    assert (shown["left"], shown["grants"]) == (9_994_000, [])
    # The file lost, the same lines give it back.
    before = Path(proofs).read_bytes()
    Path(proofs).unlink()
    assert not crew.json(*command, account="contractor")["sent"]
    assert Path(proofs).read_bytes() == before

    signed = []
    for number in (1, 3):
        own, paper = str(crew.folder / f"{number}.json"), str(crew.folder / f"{number}.signed.json")
        crew.json("equity", "proof", proofs, f"worker-{number}", "--output", own)
        assert "Worker No." not in Path(own).read_text()
        crew.as_worker(number, "equity", "sign", crew.file, own, "--output", paper)
        signed.append(paper)
    accepted = crew.twice("equity", "accept", crew.file, *signed, account="carrier")
    assert (accepted["grants"], len(accepted["transactions"])) == ({"1": 1, "3": 3}, 1)
    grants = crew.json("equity", "show", crew.file)["grants"]
    assert [(each["grant"], each["wallet"], each["units"]) for each in grants] == [
        (1, crew.wallet(1), 1_000), (3, crew.wallet(3), 3_000)
    ]  # fmt: skip

    close = ("equity", "close-offer", crew.file, "1", "--plan", "time")
    assert "Offer 1 is binding until" in crew.refused(*close, account="carrier")
    crew.warp(days=41)
    crew.as_worker(2, "equity", "sign", crew.file, proofs, "worker-2", "--output", signed[0])
    assert "its time is over" in crew.refused("equity", "accept", crew.file, signed[0], account="carrier")
    assert crew.twice(*close, account="carrier")["returned"] == 2_000
    assert crew.json("equity", "show", crew.file)["left"] == 9_996_000
    assert "There is no offer 7 by this plan: there are 1" in crew.refused(
        "equity", "close-offer", crew.file, "7", "--plan", "time"
    )


def test_offer__not_binding_yet__is_withdrawn_and_made_again(crew):
    crew.enrol(1)
    proofs, command = offered(crew, "1,1000", more=("--from", crew.day(10)))
    crew.twice(*command)
    crew.as_worker(1, "equity", "sign", crew.file, proofs, "worker-1", "--output", str(crew.folder / "1.json"))
    accept = ("equity", "accept", crew.file, str(crew.folder / "1.json"))
    assert "not open yet" in crew.refused(*accept, account="carrier")
    crew.twice("equity", "close-offer", crew.file, "1", "--plan", "time")
    other = offered(crew, "1,1500")[1]
    assert "has the proofs of another offer" in crew.refused(*other)
    made = crew.twice(*other[:-4], *other[-4:], "--proofs", str(crew.folder / "more.json"))
    assert (made["offer"], made["units"]) == (2, 1_500)


def paper_of(crew: Crew, value: object) -> str:
    path = crew.folder / "other.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_accept__wrong_papers__refused_before_sending(crew):
    crew.enrol(1, 2)
    proofs, command = offered(crew, "1,1000", "2,2000")
    crew.json(*command, account="contractor")
    own, paper = str(crew.folder / "1.json"), str(crew.folder / "1.signed.json")
    crew.json("equity", "proof", proofs, "1", "--output", own)
    crew.as_worker(1, "equity", "sign", crew.file, own, "--output", paper)
    accept = ("equity", "accept", crew.file)

    assert "has not signed" in crew.refused(*accept, own, account="carrier")
    assert "say whose" in crew.refused(*accept, proofs, account="carrier")
    # the proof of another
    crew.accounts["worker 2"] = FIRST + 2
    said = crew.refused("equity", "sign", crew.file, own, "--output", paper, account="worker 2")
    assert f"The signature is not that of {crew.wallet(1)}" in said
    signed = json.loads(Path(paper).read_text())
    for name, value in (("worker", "2"), ("units", "9000"), ("wallet", crew.wallet(2)), ("index", "1")):
        other = json.loads(json.dumps(signed))
        other["proof"]["value"][name] = value
        assert "is not under root" in crew.refused(*accept, paper_of(crew, other), account="carrier"), name
    # whole trees of another chain, contract and offer
    roster, place = Roster.read(Path(crew.roster)), (31337, crew.contracts["WorkerEquity"].address, 1, 1)
    for part, value, said in (
        (0, 1, "chainId 1,"),
        (1, crew.token.address, "equity"),
        (2, 2, "number 1"),
        (3, 5, "number 5"),
    ):
        leaves = grant_leaves(OfferId(*place[:part], value, *place[part + 1 :]), {1: 1000, 2: 2000}, roster)
        other = {"proof": leaves.of(1).to_json(), "signature": signed["signature"]}
        refusal = crew.refused(*accept, paper_of(crew, other), account="carrier")
        assert f"This grant is of {said}" in refusal
    leaves = grant_leaves(OfferId(*place), {1: 1001, 2: 2000}, roster)
    other = {"proof": leaves.of(1).to_json(), "signature": signed["signature"]}
    assert "This grant is of root" in crew.refused(*accept, paper_of(crew, other), account="carrier")
    assert "is no paper of a worker" in crew.refused(*accept, crew.file, account="carrier")


def test_offer__dates_in_the_past__refused(crew):
    crew.enrol(1)
    _, command = offered(crew, "1,5")
    assert "--until" in crew.refused(*command[:-1], crew.day(-2))
    assert "is past: write a date that is to come" in crew.refused(*command, "--from", crew.day(-2))
    assert "would end" in crew.refused(*command, "--from", crew.day(50))
