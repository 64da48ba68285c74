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
      - {name: time, title: for time, start: DAY0, cliff: 0 days, duration: 100 days, step: 10 days}
      - name: work
        title: for the plan
        start: DAY0
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
    assert (made["pool"], made["plans"], made["made"]) == (1, {"time": 1, "work": 2}, 2)
    again = desk.json("equity", "plan", desk.file, account="client")
    assert again == made | {"made": 0}

    enrol = ("equity", "enrol", desk.file, *WORKERS)
    assert desk.json(*enrol, account="contractor") == {
        "workers": dict(zip(WORKERS, (1, 2), strict=True)),
        "enrolled": 2,
    }
    assert desk.json(*enrol, account="contractor")["enrolled"] == 0

    twice = desk.run("equity", "grant", desk.file, "time", "1=5", "1=7", account="contractor")
    assert "A worker is named twice" in twice.stderr
    grant = ("equity", "grant", desk.file, "time", "1=1,000,000", "2=500,001")
    assert desk.json(*grant, account="contractor") == {"grants": [1, 2], "passedOver": []}
    assert desk.json(*grant, account="contractor") == {"grants": [], "passedOver": [1, 2]}
    assert desk.json("equity", "grant", desk.file, "work", "1=300", account="contractor")["grants"] == [3]

    desk.warp(days=25)
    claim = ("equity", "claim", desk.file)
    # two of ten steps; nothing accepted yet
    assert desk.json(*claim, account="carrier")["claimed"] == {"1": 200_000, "2": 100_000}
    assert desk.json(*claim, account="carrier") == {"claimed": {}}
    desk.json("agreement", "accept", desk.file, "plan", account="client")
    assert desk.json(*claim, account="carrier")["claimed"] == {"3": 150}

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
    }
    assert "8,499,699 not granted yet" in desk.text("equity", "show", desk.file)


def test_equity__before_the_pool__says_what_to_type(desk):
    assert "ape run equity plan FILE --account ALIAS" in desk.fails("equity", "show", desk.file)
    desk.json("equity", "plan", desk.file, account="client")
    said = desk.fails("equity", "grant", desk.file, "tine", "1=5", account="contractor")
    assert "known are time, work" in said
