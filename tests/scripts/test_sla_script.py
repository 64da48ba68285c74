"""`ape run sla`: a log measured by both sides, signed, final, settled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scripts.desk import UNIT, Desk

HEADER = "number,changes,opened,resolved,closed,met"


@pytest.fixture
def log(desk, tmp_path) -> Path:
    """Forty cases of the first period, thirty-six of them in time."""
    day = desk.agreement.document.periods[0].start_at.replace(hour=9)
    rows = [
        f"INC{case:04d},1,{day:%Y-%m-%d %H:%M},{day:%Y-%m-%d %H:%M},{day:%Y-%m-%d %H:%M},{'no' if case < 4 else 'yes'}"
        for case in range(40)
    ]
    path = tmp_path / "log.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


@pytest.fixture
def measured(desk, log, tmp_path) -> Path:
    """The first period, as `sla measure --json` prints it."""
    path = tmp_path / "first.json"
    path.write_text(json.dumps(desk.json(*measure(desk, log), "--evidence", str(tmp_path / "evidence.json"))))
    return path


def measure(desk: Desk, log: Path) -> tuple[str, ...]:
    key = str(desk.folder / "evidence.key")
    return ("sla", "measure", desk.file, "--data", str(log), "--period", "first", "--secret", key)


def signed(desk: Desk, report: Path, *roles: str) -> list[str]:
    """The options that carry the roles' signatures."""
    options = []
    for role in roles:
        file = str(desk.folder / f"{role}.sig")
        desk.json("sla", "sign", desk.file, "--report", str(report), "--output", file, account=role)
        options += ["--signature", file]
    return options


def test_measure__figures_and_root__equal_for_equal_logs_and_secret(desk, log, measured):
    report = json.loads(measured.read_text())
    assert list(report) == ["period", "levels", "quantities", "evidenceRoot", "eventCount"]
    assert report["period"] == "first"
    assert report["levels"] == [{"name": "in-time", "good": 36, "total": 40}]
    assert report["quantities"] == [{"name": "tickets", "count": 40}]
    assert report["eventCount"] == 40

    assert desk.json(*measure(desk, log), "--compare", str(measured)) == report
    log.write_text(log.read_text().replace("INC0001,1", "INC0001,2"))
    assert "Do not sign" in desk.fails(*measure(desk, log), "--compare", str(measured))
    assert "yes" in log.read_text()
    other = desk.run("sla", "measure", desk.file, "--data", str(log), "--period", "third")
    assert (other.exit_code, "its periods are first, second" in other.stderr) == (1, True)


def test_report__signed_by_both_reporters__final_settled_and_shown(desk, measured, tmp_path):
    desk.open()
    desk.warp(days=36)
    report = ("sla", "report", desk.file, "--report", str(measured))
    ours = signed(desk, measured, "client-reporter")
    assert "The contractor's side has signed with 0 of 1 reporters" in desk.fails(*report, *ours, account="carrier")

    both = [*signed(desk, measured, "contractor-reporter"), *ours]
    done = desk.json(*report, *both, account="carrier")
    # 36 of 40 fails 95 %: at risk 12 % x 30 %
    assert {key: done[key] for key in ("stage", "failed", "rate", "variable")} == {
        "stage": "REPORTED",
        "failed": ["in-time"],
        "rate": 36_000_000_000,
        "variable": 100 * UNIT,
    }
    assert not desk.json(*report, *both, account="carrier")["sent"]

    (shown,) = desk.json("sla", "show", desk.file, "--period", "first")["periods"]
    assert (shown["charge"], shown["credit"], shown["due"]) == (700 * UNIT, 25_200_000, 674_800_000)
    assert "credit 25.20 TUSD: charge x 36000000000 / 1e12, rounded down" in desk.text("sla", "show", desk.file)
    settled = desk.json("agreement", "settle", desk.file, "first", account="carrier")["events"][0]
    assert (settled["charge"], settled["credit"]) == (700 * UNIT, 25_200_000)
    status = desk.json("agreement", "status", desk.file)["periods"][0]
    assert (status["settled"], status["charge"], status["credit"]) == (True, 700 * UNIT, 25_200_000)

    evidence = str(tmp_path / "evidence.json")
    prove = ("sla", "prove", desk.file, evidence, "3", "--report", str(measured))
    proved = desk.json(*prove, account="contractor")
    assert set(proved) == {"sent", "transaction", "line", "leaf", "proof", "evidenceRoot"}
    again = desk.json(*prove, account="contractor")
    assert (again["sent"], again["why"]) == (False, "The event of line 3 is on record already.")
    assert desk.json("sla", "show", desk.file)["events"] == 3


def test_report__figures_changed_after_signing__named_before_sending(desk, measured):
    desk.open()
    signatures = signed(desk, measured, "client-reporter", "contractor-reporter")
    measured.write_text(measured.read_text().replace('"good": 36', '"good": 39'))
    height = desk.height

    said = desk.fails("sla", "report", desk.file, "--report", str(measured), *signatures, account="carrier")

    assert "is no reporter's and no party's over this report" in said
    assert desk.height == height


def test_default__nobody_reported__missed_and_assessed_in_order(desk):
    desk.open()
    assert "SLAOracle_TooEarly" in desk.fails("sla", "default", desk.file, "first", account="carrier")
    desk.warp(days=80)

    second = desk.json("sla", "default", desk.file, "second", account="carrier")
    assert (second["stage"], second["assessedAt"]) == ("DEFAULT_MISSED", None)
    first = desk.json("sla", "default", desk.file, "first", account="carrier")
    assert (first["failed"], first["rate"]) == (["in-time"], 36_000_000_000)
    assessed = desk.json("sla", "assess", desk.file, "second", account="carrier")
    # twice in a row: repeat multiplier 2
    assert assessed["rate"] == 72_000_000_000
    assert assessed["rightToEndUntil"] == assessed["assessedAt"] + 60 * 86_400
    for again in ("default", "assess"):
        assert not desk.json("sla", again, desk.file, "second", account="carrier")["sent"]
    assert desk.json("agreement", "end", "cause", desk.file, "second", account="client")["sent"]
