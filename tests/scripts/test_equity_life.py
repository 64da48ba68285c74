"""What happens to grants after they are made, each command twice: SPEC.md 9.3 to 9.12."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

from tests.scripts.crew import FIRST, Crew
from tests.scripts.desk import UNIT

DAY = 86_400


@pytest.fixture
def crew(desk, tmp_path, monkeypatch) -> Crew:  # noqa: ARG001 - its folders
    """Three workers: 1 and 2 have 1 and 2 tokens by `time`, 3 has 3 by `work`."""
    made = Crew(tmp_path / "crew", monkeypatch)
    made.json("equity", "plan", made.file, account="client")
    made.enrol(1, 2, 3)
    for worker, plan in ((1, "time"), (2, "time"), (3, "work")):
        made.json(
            "equity", "grant", made.file, f"worker-{worker}", f"{worker} DESK", "--plan", plan, account="contractor"
        )
    return made


def states(crew: Crew) -> list[str]:
    return [each["state"] for each in crew.json("equity", "show", crew.file)["grants"]]


def test_grant__what_can_be_read_in_two_ways__refused(crew):
    grant = ("equity", "grant", crew.file)
    for amount in ("1200", "1,200", "5 USDC"):
        assert "can be read in two ways" in crew.refused(*grant, "1", amount, "--plan", "time")
    assert "no whole number of units" in crew.refused(*grant, "1", "1.5 units", "--plan", "time")
    assert "cannot be granted" in crew.refused(*grant, "1", "0 units", "--plan", "time")
    assert "The pool has 4,000,000 units (4 DESK) left" in crew.refused(*grant, "2", "4.000001 DESK", "--plan", "work")
    assert "Worker 9 is not enrolled" in crew.refused(*grant, "worker-9", "1 unit", "--plan", "time")
    assert "is no worker" in crew.refused(*grant, "Worker No. 2", "1 unit", "--plan", "time")
    assert "nobody's name" in crew.refused(*grant, "Ann", "1 unit", "--plan", "time", "--roster", crew.roster)
    assert "known are time, work" in crew.refused(*grant, "1", "1 unit", "--plan", "tine")
    assert "has the gate maximum, not none" in crew.refused(*grant, "1", "1 unit", "--plan", "work", "--gate", "none")
    assert "--account" in crew.refused(*grant, "1", "1 unit", "--plan", "time", account="client")
    assert "grant 1 by this plan already, of 1,000,000 units" in crew.refused(*grant, "1", "7 units", "--plan", "time")
    by_name = (*grant, "worker no. 2", "7 units", "--plan", "work", "--roster", crew.roster)
    assert crew.twice(*by_name)["grants"] == [4]


def test_plan__of_a_schedule__made_by_the_issuer_found_by_the_manager(crew):
    by_progress = ("--plan", "4y-1y-monthly", "--gate", "progress")
    grant = ("equity", "grant", crew.file, "worker-2", "1200 units", *by_progress)
    said = crew.refused(*grant)
    assert "plan FILE --schedule 4y-1y-monthly --gate progress --start DATE" in said
    plan = ("equity", "plan", crew.file, "--schedule", "4y-1y-monthly", "--gate", "progress", "--start")
    assert "start it later" in crew.refused(*plan, crew.day(-3), account="client")
    made = crew.twice(*plan, crew.day(5), account="client")
    assert (made["made"], made["plans"]) == (1, {"time": 1, "work": 2, "plan-3": 3})
    assert crew.twice(*grant)["grants"] == [4]
    (shown,) = [each for each in crew.json("equity", "show", crew.file)["grants"] if each["grant"] == 4]
    assert (shown["units"], shown["plan"]) == (1_200, "plan-3")


PLAN_NO_SCHEDULE = [
    ("1y-0-2y", "longer than the duration"),
    ("1y-2y-1d", "The cliff of"),
    ("0d-0-1d", "duration of zero"),
    ("1y-0-7d", "do not divide"),
    ("4y", "There is no plan '4y'"),
]


def test_plan__no_schedule__refused(crew):
    for schedule, said in PLAN_NO_SCHEDULE:
        plan = ("equity", "plan", crew.file, "--schedule", schedule, "--start", crew.day(5))
        assert said in crew.refused(*plan, account="client")


def test_plan__in_the_past__only_if_agreed(desk, tmp_path, monkeypatch):  # noqa: ARG001
    late = Crew(tmp_path / "late", monkeypatch)
    late.warp(days=2)
    plan = ("equity", "plan", late.file)
    assert "time: The plan starts at" in late.refused(*plan, account="client")
    assert late.twice(*plan, "--back-dated", account="client")["made"] == 2


def test_leave_and_return__stop_the_clock(crew):
    crew.warp(days=11)  # ten days of a hundred: one step
    assert crew.twice("equity", "leave", crew.file, "worker-1")["grants"] == [1]
    assert states(crew) == ["on leave", "live", "live"]
    crew.warp(days=15)
    assert crew.twice("equity", "return", crew.file, "grant-1")["grants"] == [1]
    crew.warp(days=6)
    claimed = crew.twice("equity", "claim", crew.file, "worker-1", "2", account="carrier")["claimed"]
    # 31 days for worker 2, 16 for worker 1
    assert claimed == {"1": {"units": 100_000, "revenue": 0}, "2": {"units": 600_000, "revenue": 0}}
    assert (crew.share(1), crew.share(2)) == (100_000, 600_000)
    assert "leave is not part of its plan" in crew.refused("equity", "leave", crew.file, "3")
    assert "There is no grant 17 in this pool" in crew.refused("equity", "leave", crew.file, "17")
    crew.accounts["worker 1"] = FIRST + 1
    assert "is for the pool's manager" in crew.refused("equity", "leave", crew.file, "1", account="worker 1")


def test_accelerate__only_rises(crew):
    assert crew.twice("equity", "accelerate", crew.file, "1", "--part", "25 %")["grants"] == [1]
    assert "can only rise" in crew.refused("equity", "accelerate", crew.file, "1", "--part", "20 %")
    assert "more than 0 %" in crew.refused("equity", "accelerate", crew.file, "1", "--part", "120 %")
    crew.warp(days=2)
    assert crew.json("equity", "show", crew.file)["grants"][0]["vested"] == 250_000


def test_end__with_notice_kept_finished(crew):
    end = ("equity", "end", crew.file, "1", "2", "--reason", "voluntary-other")
    made = crew.twice(*end)
    due = made["endsAt"]["1"]
    assert (made["reason"], due - crew.now, made["endsAt"]["2"]) == ("voluntary-other", 10 * DAY, due)
    assert "was announced as voluntary-other" in crew.refused(*end[:-1], "involuntary-other")
    assert "The notice of grant 1 runs until" in crew.refused("equity", "finish", crew.file, "1", account="carrier")
    assert crew.twice("equity", "keep", crew.file, "2")["grants"] == [2]
    assert states(crew) == ["ending", "live", "live"]
    assert "cannot be ended" in crew.refused("equity", "end", crew.file, "3", "--reason", "involuntary-death")

    crew.warp(days=12)
    assert "has come" in crew.refused("equity", "keep", crew.file, "1")
    assert crew.twice("equity", "finish", crew.file, account="carrier")["grants"] == [1]
    grant = crew.json("equity", "show", crew.file)["grants"][0]
    # the notice ran over nine days of the plan: no step of ten
    assert (grant["state"], grant["vested"]) == ("ended", 0)
    assert "Grant 1 has ended" in crew.refused("equity", "leave", crew.file, "1")
    assert "has no grant here that has not ended" in crew.refused("equity", "keep", crew.file, "worker-1")


def test_sync__raises_gates_once(crew):
    nothing = crew.json("equity", "sync", crew.file, account="carrier")
    assert (nothing["sent"], nothing["plans"]) == (False, {"work": {"reached": 0, "of": 2, "leaver": 0}})
    crew.json("agreement", "accept", crew.file, "plan", account="client")
    made = crew.twice("equity", "sync", crew.file, "work", account="carrier")
    assert made["plans"] == {"work": {"reached": 1, "of": 2, "leaver": 0}}


def test_distribute__claimed_by_all__once_unless_again(crew):
    crew.token.mint(crew.address("contractor"), 1_200 * UNIT, sender=crew.account("client"))
    share = ("equity", "distribute", crew.file, "600 TUSD")
    assert "are missing: say --approve" in crew.refused(*share)
    assert "has 1,200 TUSD" in crew.refused("equity", "distribute", crew.file, "1,200.01 TUSD")
    crew.twice(*share, "--approve")
    crew.twice(*share, "--approve", "--again", "second")
    assert crew.money("contractor") == 0
    # six tokens share 1,200
    claimed = crew.twice("equity", "claim", crew.file, account="carrier")["claimed"]
    assert {number: each["revenue"] for number, each in claimed.items()} == {
        "1": 200 * UNIT, "2": 400 * UNIT, "3": 600 * UNIT
    }  # fmt: skip
    assert [crew.money(crew.wallet(number)) for number in (1, 2, 3)] == [200 * UNIT, 400 * UNIT, 600 * UNIT]
    assert not crew.json("equity", "withdraw", crew.file, account="carrier")["sent"]


def test_rotate__by_the_worker__at_once_or_carried(crew):
    paper, old, new = str(crew.folder / "1.rotation.json"), crew.wallet(1), crew.wallet(11)
    signed = crew.as_worker(1, "equity", "rotate", "sign", crew.file, "worker-1", new, "--output", paper)
    assert (signed["worker"], signed["wallet"], signed["deadline"]) == (1, new, crew.now + 7 * DAY)
    assert crew.twice("equity", "rotate", "carry", crew.file, paper, account="carrier")["wallet"] == new
    # What was signed for one change is void for the next.
    other = str(crew.folder / "back.json")
    crew.as_worker(11, "equity", "rotate", "sign", crew.file, "1", old, "--output", other)
    crew.json("equity", "rotate", "carry", crew.file, other, account="carrier")
    assert f"is not that of {old}" in crew.refused("equity", "rotate", "carry", crew.file, paper, account="carrier")
    late = str(crew.folder / "late.json")
    crew.as_worker(1, "equity", "rotate", "sign", crew.file, "1", new, "--within", "2 days", "--output", late)
    crew.warp(days=3)
    assert "sign again with a later deadline" in crew.refused(
        "equity", "rotate", "carry", crew.file, late, account="carrier"
    )
    assert "has not signed" in crew.refused("equity", "rotate", "change", crew.file, "1", new, account="carrier")
    assert "is no wallet" in crew.refused("equity", "rotate", "change", crew.file, "1", new[:-1], account="carrier")
    assert "no worker 9" in crew.refused("equity", "rotate", "change", crew.file, "9", new, account="carrier")


def test_rotate__lost__proposed_vetoed_carried_out(crew):
    new, paper = crew.wallet(12), str(crew.folder / "veto.json")
    propose = ("equity", "rotate", "propose", crew.file, "worker-2", new)
    crew.twice(*propose)
    carry_out = ("equity", "rotate", "carry-out", crew.file, "worker-2")
    assert "can be carried out from" in crew.refused(*carry_out, account="carrier")
    crew.as_worker(2, "equity", "rotate", "sign-veto", crew.file, "worker-2", "--output", paper)
    crew.twice("equity", "rotate", "veto", crew.file, "worker-2", "--paper", paper, account="carrier")
    assert "vetoed a proposal: another one is possible from" in crew.refused(*propose)
    crew.warp(days=91)
    crew.twice(*propose)
    assert "is not that of" in crew.refused(
        "equity", "rotate", "veto", crew.file, "worker-2", "--paper", paper, account="carrier"
    )
    crew.warp(days=15)
    assert crew.twice(*carry_out, account="carrier")["wallet"] == new
    crew.json("equity", "claim", crew.file, "worker-2", account="carrier")
    assert (crew.units_of(new), crew.share(2)) == (2_000_000, 0)


def test_a_worker_without_eth__accepts_claims_rotates__all_carried(desk, tmp_path, monkeypatch):  # noqa: ARG001
    crew = Crew(tmp_path / "gasless", monkeypatch)
    crew.json("equity", "plan", crew.file, account="client")
    command = ("equity", "enrol", crew.file, "--from", crew.people(1), "--roster", crew.roster, "--reserve")
    crew.json(*command, account="contractor")
    batch, proofs = crew.table("grants.csv", "worker,units", "1,1000000"), str(crew.folder / "proofs.json")
    offer = ("equity", "grant-batch", crew.file, batch, "--plan", "time", "--offer", "--proofs", proofs)
    crew.json(*offer, "--roster", crew.roster, "--until", crew.day(30), account="contractor")
    signed, rotation = str(crew.folder / "1.signed.json"), str(crew.folder / "1.rotation.json")

    crew.as_worker(1, "equity", "sign", crew.file, proofs, "worker-1", "--output", signed)
    crew.twice("equity", "accept", crew.file, signed, account="carrier")
    crew.warp(days=52)
    crew.twice("equity", "claim", crew.file, "worker-1", account="carrier")
    crew.as_worker(1, "equity", "rotate", "sign", crew.file, "1", crew.wallet(2), "--output", rotation)
    crew.twice("equity", "rotate", "carry", crew.file, rotation, account="carrier")
    crew.warp(days=60)
    crew.twice("equity", "claim", crew.file, account="carrier")

    assert (crew.share(1), crew.share(2), crew.units_of(crew.address("carrier"))) == (500_000, 500_000, 0)


def test_tables_and_files__from_the_events(crew):
    crew.warp(days=26)
    crew.json("equity", "claim", crew.file, account="carrier")
    block = crew.height
    crew.json("equity", "end", crew.file, "1", "--reason", "voluntary-good-cause", account="contractor")
    now = crew.json("equity", "cap-table", crew.file)
    (pool,) = now["pools"]
    parts = {
        name: pool[name] for name in ("granted", "claimed", "claimable", "unvested", "offered", "forfeited", "left")
    }
    assert parts == {
        "granted": 6_000_000, "claimed": 600_000, "claimable": 0, "unvested": 5_400_000, "offered": 0, "forfeited": 0,
        "left": 4_000_000,
    }  # fmt: skip
    assert [each["state"] for each in now["grants"]] == ["ending", "live", "live"]
    before = crew.json("equity", "cap-table", crew.file, "--block", str(block))
    assert [each["state"] for each in before["grants"]] == ["live"] * 3
    assert "Worker No. 2" in crew.text("equity", "cap-table", crew.file, "--roster", crew.roster)
    assert "Worker No." not in crew.text("equity", "cap-table", crew.file)

    ocf, again = str(crew.folder / "a.zip"), str(crew.folder / "b.zip")
    made = crew.json("equity", "export-ocf", crew.file, "--out", ocf, "--block", str(block))
    crew.json("equity", "export-ocf", crew.file, "--out", again, "--block", str(block))
    assert Path(ocf).read_bytes() == Path(again).read_bytes()
    with zipfile.ZipFile(ocf) as archive:
        assert sorted(archive.namelist()) == made["files"]
        assert len(json.loads(archive.read("Stakeholders.ocf.json"))["items"]) == 3
    tax = str(crew.folder / "tax.csv")
    assert crew.json("equity", "tax", crew.file, "--out", tax, "--roster", crew.roster)["rows"] == 2
    rows = list(csv.DictReader(Path(tax).read_text().splitlines()))
    assert [(row["worker"], row["name"], row["kind"], row["amount"], row["amount_text"]) for row in rows] == [
        ("1", "Worker No. 1", "units", "200000", "0.200000"),
        ("2", "Worker No. 2", "units", "400000", "0.400000"),
    ]


def test_plot__svg_and_png__the_same_bytes_again(crew):
    crew.warp(days=26)
    crew.json("equity", "claim", crew.file, account="carrier")
    for what in (("1",), (), ("--pool",)):
        for name, start in (("a.svg", b"<?xml"), ("b.png", b"\x89PNG")):
            out = crew.folder / name
            crew.json("equity", "plot", crew.file, *what, "--out", str(out))
            first = out.read_bytes()
            crew.json("equity", "plot", crew.file, *what, "--out", str(out))
            assert first.startswith(start)
            assert out.read_bytes() == first
    assert ".svg" in crew.refused("equity", "plot", crew.file, "--out", "x.pdf", account=None)


def test_show__before_the_pool__says_what_to_type(desk, tmp_path, monkeypatch):  # noqa: ARG001
    crew = Crew(tmp_path / "bare", monkeypatch)
    assert "ape run equity plan FILE --account ALIAS" in crew.fails("equity", "show", crew.file)
