"""Workers who hold no ETH, lost a wallet, or whose wallet the token refuses: all of it carried by others."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.scripts.crew import FIRST, Crew
from tests.scripts.desk import UNIT
from workpact.chain import playground

HEADER = "worker,gross,deductions,net"


@pytest.fixture
def crew(desk, tmp_path, monkeypatch) -> Crew:  # noqa: ARG001 - its folders
    """Two workers with numbers but no wallet yet, a payroll that holds 450; the token can block."""
    monkeypatch.setattr(playground, "token", partial(playground.token, blocks=True))
    made = Crew(tmp_path / "crew", monkeypatch)
    made.json("equity", "plan", made.file, account="client")
    people = ("--from", made.people(1, 2), "--roster", made.roster, "--reserve")
    made.json("equity", "enrol", made.file, *people, account="contractor")
    made.json("payroll", "setup", made.file, account="contractor")
    made.json("agreement", "accept", made.file, "plan", account="client")
    made.json("payroll", "collect", made.file, account="carrier")
    return made


def offer(crew: Crew) -> str:
    """2 tokens for worker 1, 1 for worker 2; the file of proofs."""
    proofs = str(crew.folder / "grants.proofs.json")
    batch = crew.table("grants.csv", "worker,units", '1,"2 tokens"', "2,1000000")
    command = ("equity", "grant-batch", crew.file, batch, "--plan", "time", "--offer", "--proofs", proofs)
    crew.json(*command, "--roster", crew.roster, "--until", crew.day(30), account="contractor")
    return proofs


def sign(crew: Crew, proofs: str, worker: int) -> str:
    paper = str(crew.folder / f"{worker}.signed.json")
    crew.as_worker(worker, "equity", "sign", crew.file, proofs, f"worker-{worker}", "--output", paper)
    return paper


def block(crew: Crew, wallet: str, blocked: bool = True) -> None:
    crew.token.setBlocked(wallet, blocked, sender=crew.account("client"))


def test_the_whole_path__accept_claim_rotate_wages__to_the_registered_wallet(crew):
    papers = [sign(crew, offer(crew), 1)]
    wages, proofs = crew.table("march.csv", HEADER, "1,100 TUSD,0,100 TUSD", "2,50 TUSD,0,50 TUSD"), "wages.proofs.json"
    post = ("payroll", "post", crew.file, wages, "--roster", crew.roster, "--proofs", str(crew.folder / proofs))
    crew.twice(*post)
    folder = crew.folder / "each"
    made = crew.json("equity", "proof", str(crew.folder / proofs), "--output", str(folder))
    assert (made["files"], made["kind"]) == (2, "wage")
    own = str(folder / "1.wage.json")
    homeless = crew.json("payroll", "claim", crew.file, own, account="carrier")
    assert (homeless["sent"], homeless["withoutWallet"]) == (False, [1])

    crew.twice("equity", "accept", crew.file, *papers, account="carrier")
    crew.warp(days=22)
    assert crew.twice("equity", "claim", crew.file, "worker-1", account="carrier")["claimed"] == {
        "1": {"units": 400_000, "revenue": 0}
    }
    rotation = str(crew.folder / "1.rotation.json")
    crew.as_worker(1, "equity", "rotate", "sign", crew.file, "worker-1", crew.wallet(9), "--output", rotation)
    crew.twice("equity", "rotate", "carry", crew.file, rotation, account="carrier")
    assert crew.twice("payroll", "claim", crew.file, own, account="carrier")["paid"] == {"1": 100 * UNIT}
    crew.warp(days=80)
    crew.twice("equity", "claim", crew.file, account="carrier")

    assert (crew.share(1), crew.share(9)) == (400_000, 1_600_000)
    assert (crew.money(crew.wallet(1)), crew.money(crew.wallet(9))) == (0, 100 * UNIT)
    assert (crew.money("carrier"), crew.units_of(crew.address("carrier"))) == (0, 0)
    # Worker 2 never accepted: its wage waits, its units go back.
    assert "has no wallet yet; the wage stays" in crew.text(
        "payroll", "claim", crew.file, str(crew.folder / proofs), account="carrier"
    )
    crew.twice("equity", "close-offer", crew.file, "1", "--plan", "time", account="carrier")
    assert crew.json("equity", "show", crew.file)["left"] == 8_000_000


def test_accept_and_change__by_the_wallet_itself(crew):
    proofs = offer(crew)
    crew.accounts["worker 1"] = FIRST + 1
    crew.account("client").transfer(crew.wallet(1), 10**18)
    accept = ("equity", "accept", crew.file, proofs, "--worker", "worker-1")
    assert crew.twice(*accept, account="worker 1")["grants"] == {"1": 1}
    change = ("equity", "rotate", "change", crew.file, "worker-1", crew.wallet(5))
    assert crew.twice(*change, account="worker 1")["wallet"] == crew.wallet(5)


def test_accept__signed_by_another_tool(crew):
    proofs = offer(crew)
    crew.accounts["worker 2"] = FIRST + 2
    message = crew.json("equity", "sign", crew.file, proofs, "2", "--typed-data", account="worker 2")
    assert message["primaryType"] == "Accept"
    assert message["message"]["units"] == 1_000_000
    signed = json.loads(Path(sign(crew, proofs, 2)).read_text())["signature"]
    command = ("equity", "accept", crew.file, proofs, "--worker", "2", "--signature", signed)
    assert crew.twice(*command, account="carrier")["grants"] == {"2": 2}


def test_revenue__refused_by_the_token__booked_and_withdrawn(crew):
    papers = [sign(crew, proofs, number) for proofs in [offer(crew)] for number in (1, 2)]
    crew.json("equity", "accept", crew.file, *papers, account="carrier")
    crew.token.mint(crew.address("client"), 300 * UNIT, sender=crew.account("client"))
    crew.json("equity", "distribute", crew.file, "300 TUSD", "--approve", account="client")
    block(crew, crew.wallet(1))
    claimed = crew.json("equity", "claim", crew.file, account="carrier")["claimed"]
    assert {number: each["revenue"] for number, each in claimed.items()} == {"1": 200 * UNIT, "2": 100 * UNIT}
    assert (crew.money(crew.wallet(1)), crew.money(crew.wallet(2))) == (0, 100 * UNIT)
    withdraw = ("equity", "withdraw", crew.file, "worker-1")
    refused = crew.json(*withdraw, account="carrier")
    assert (refused["sent"], refused["paid"], refused["refused"]) == (False, {}, [1])
    block(crew, crew.wallet(1), False)
    assert crew.twice(*withdraw, account="carrier")["paid"] == {"1": 200 * UNIT}
    assert crew.money(crew.wallet(1)) == 200 * UNIT


def test_wages__refused_by_the_token__booked_and_withdrawn(crew):
    people = ("--from", crew.people(3, 4, 5), "--roster", crew.roster)
    crew.json("equity", "enrol", crew.file, *people, account="contractor")
    rows = [f"{number},{number}0 TUSD,0,{number}0 TUSD" for number in (3, 4, 5)]
    plan = str(crew.folder / "march.plan.json")
    wages = crew.table("march.csv", HEADER, *rows)
    crew.json("payroll", "plan", crew.file, wages, "--roster", crew.roster, "--out", plan, account="contractor")
    for number in (3, 4, 5):
        block(crew, crew.wallet(number), number != 5)
    paid = crew.twice("payroll", "run", crew.file, plan)
    assert paid["booked"] == {crew.wallet(3): 30 * UNIT, crew.wallet(4): 40 * UNIT}
    assert crew.money(crew.wallet(5)) == 50 * UNIT

    block(crew, crew.wallet(4), False)
    withdrawn = crew.json("payroll", "withdraw", crew.file, account="carrier")
    assert (withdrawn["paid"], withdrawn["refused"]) == ({crew.wallet(4): 40 * UNIT}, {crew.wallet(3): 30 * UNIT})
    again = crew.json("payroll", "withdraw", crew.file, account="carrier")
    assert (again["sent"], again["paid"], again["refused"]) == (False, {}, {crew.wallet(3): 30 * UNIT})
    # Who is blocked signs where else it goes.
    paper = str(crew.folder / "3.withdrawal.json")
    crew.as_worker(3, "payroll", "sign-withdrawal", crew.file, "--to", crew.wallet(13), "--output", paper)
    found = json.loads(Path(paper).read_text())
    other = crew.folder / "other.json"
    other.write_text(json.dumps(found | {"to": crew.wallet(14)}))
    assert f"is not that of {crew.wallet(3)}" in crew.refused(
        "payroll", "withdraw", crew.file, "--paper", str(other), account="carrier"
    )
    crew.twice("payroll", "withdraw", crew.file, "--paper", paper, account="carrier")
    assert (crew.money(crew.wallet(13)), crew.money(crew.wallet(4))) == (30 * UNIT, 40 * UNIT)
    states = [(each["worker"], each["state"]) for each in crew.json("payroll", "register", crew.file)["lines"]]
    assert states == [(3, "paid"), (4, "paid"), (5, "paid")]
