"""`ape run equity`: pool and plans from the agreement's file, workers, grants, claims; each run twice."""

from __future__ import annotations

import pytest
from eth_utils import keccak, to_checksum_address

from tests.scripts.desk import Desk

EQUITY = """  legal:
    salt:"""
SECTION = """  equity:
    contract: ${WorkerEquity}
    tokenName: desk-share
    tokenSymbol: DESK
    units: 10,000,000
    plans:
      - {name: time, title: for time, start: DAY1, cliff: 0 days, duration: 100 days, step: 10 days}
      - name: work
        title: for the plan
        start: DAY1
        cliff: 0 days
        duration: 100 days
        step: 100 days
        gate: maximum
        milestones: [plan, build]
"""
WORKERS = [to_checksum_address(keccak(text=f"worker {number}")[-20:]) for number in (1, 2)]


@pytest.fixture
def desk(desk, tmp_path, monkeypatch) -> Desk:  # noqa: ARG001 - its folders
    made = Desk(tmp_path / "equity", monkeypatch, (EQUITY, SECTION + EQUITY))
    made.open()
    return made


def test_equity__plan_enrol_grant_claim__each_once(desk):
    made = desk.json("equity", "plan", desk.file, account="client")
    assert (made["pool"], made["plans"], made["made"], made["sent"]) == (1, {"time": 1, "work": 2}, 2, True)
    assert len(made["transactions"]) == 4  # token, pool, two plans
    nothing = {"sent": False, "transactions": []}
    assert desk.json("equity", "plan", desk.file, account="client") == made | nothing | {"made": 0}

    enrol = ("equity", "enrol", desk.file, *WORKERS)
    workers = dict(zip(WORKERS, (1, 2), strict=True))
    enrolled = desk.json(*enrol, account="contractor")
    assert (enrolled["workers"], enrolled["enrolled"], len(enrolled["transactions"])) == (workers, 2, 1)
    assert desk.json(*enrol, account="contractor") == enrolled | nothing | {"enrolled": 0}

    grant = ("equity", "grant", desk.file, "worker-1", "1 DESK", "--plan", "time")
    first = desk.json(*grant, account="contractor")
    assert (first["plan"], first["grants"], first["passedOver"]) == (1, [1], {})
    assert desk.json(*grant, account="contractor") == first | nothing | {"grants": [], "passedOver": {"1": 1}}
    second = desk.json("equity", "grant", desk.file, "2", "500,001 units", "--plan", "100d-0-10d", account="contractor")
    assert second["grants"] == [2]
    by_work = ("equity", "grant", desk.file, "1", "300 units", "--plan", "100d-0-100d", "--gate", "progress")
    third = desk.json(*by_work, account="contractor")
    assert (third["plan"], third["grants"]) == (2, [3])

    desk.warp(days=26)
    claim = ("equity", "claim", desk.file)
    # two of ten steps; nothing accepted yet
    claimed = desk.json(*claim, account="carrier")
    assert claimed["claimed"] == {"1": {"units": 200_000, "revenue": 0}, "2": {"units": 100_000, "revenue": 0}}
    assert desk.json(*claim, account="carrier") == nothing | {"gatesRaised": 0, "claimed": {}}
    desk.json("agreement", "accept", desk.file, "plan", account="client")
    again = desk.json(*claim, account="carrier")
    assert (again["gatesRaised"], again["claimed"]) == (1, {"3": {"units": 150, "revenue": 0}})

    shown = desk.json("equity", "show", desk.file)
    assert (shown["units"], shown["left"]) == (10_000_000, 8_499_699)
    assert shown["grants"][1] == {
        "grant": 2,
        "worker": 2,
        "wallet": WORKERS[1],
        "plan": "time",
        "units": 500_001,
        "vested": 100_000,
        "claimed": 100_000,
        "claimable": 0,
        "revenue": 0,
        "state": "live",
    }
    assert "Pool 1: 10,000,000 units (10 DESK)" in desk.text("equity", "show", desk.file)
