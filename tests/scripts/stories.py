"""Which tests are the stories of the faults, by the script whose commands they type."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.scripts.entries import script_of, sending
from tests.scripts.storm import BY_PROXY, SCHEDULES
from tests.scripts.weather import WEATHER, points
from tests.support import ROOT

SCRIPTS = "tests/scripts"
AGENTS = "tests/agent/test_stories.py"
STORIES = {
    "agreement": [
        f"{SCRIPTS}/test_agreement_script.py",
        f"{SCRIPTS}/test_agreement_rest.py",
        f"{SCRIPTS}/test_sla_script.py",
    ],
    "sla": [f"{SCRIPTS}/test_sla_script.py", f"{SCRIPTS}/test_sla_contest_script.py"],
    "equity": [
        f"{SCRIPTS}/test_equity_life.py",
        f"{SCRIPTS}/test_equity_batches.py",
        f"{SCRIPTS}/test_equity_script.py",
        f"{SCRIPTS}/test_workers_without_eth.py::test_accept_and_change__by_the_wallet_itself",
        f"{SCRIPTS}/test_workers_without_eth.py::test_revenue__refused_by_the_token__booked_and_withdrawn",
    ],
    "payroll": [
        f"{SCRIPTS}/test_payroll_script.py",
        f"{SCRIPTS}/test_workers_without_eth.py",
        f"{SCRIPTS}/test_through_the_room.py",
    ],
    "room": ["tests/data_room/test_room_commands.py"],
    "market": ["tests/market/test_tender_commands.py", "tests/market/test_review.py", "tests/market/test_profile.py"],
    "processes": [
        f"{SCRIPTS}/process_stories.py",
        f"{AGENTS}::test_agreed__equal_logs__final_and_settled_without_anybody",
        f"{AGENTS}::test_default__no_log_anywhere__applied_by_the_side_that_it_favours",
        f"{AGENTS}::test_contested__both_arbiters_silent__ended_as_the_terms_say",
        f"{AGENTS}::test_exchange_away__reported_alone_and_accepted_by_silence",
    ],
}


def play(script: str, folder: Path) -> dict[str, Any]:
    """Runs the stories of a script through all faults, in a pytest of its own; what was tried, by command."""
    log = folder / "log.json"
    command = ["pytest", "-q", "-p", "tests.scripts.storm_plugin", "-p", "no:cacheprovider", "--tb=short"]
    environment = os.environ | {"STORM_LOG": str(log), "STORM_SCRIPT": script, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, *STORIES[script]],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return dict(json.loads(log.read_text()))


def require_all(script: str, tried: dict[str, Any]) -> None:
    """Every command of the script that sends met every fault, and was killed at every point; a line for the table."""
    assert not tried["wrong"], "\n".join(tried["wrong"])
    wanted = {path for path in sending() if script_of(path) == script}
    assert {path.partition(":")[0] for path in tried["sending"]} == wanted
    assert set(tried["cells"].values()) == {len(WEATHER)}
    assert set(tried["schedules"].values()) == {SCHEDULES}
    labelled = {each.name for each in points() if script == "processes" or "/deploy" not in each.file}
    assert {name for reached in tried["reached"].values() for name in reached} == {*labelled, *BY_PROXY}
    least = {each.name for each in points() if "/deploy" not in each.file} | set(BY_PROXY)
    missed = {path: least - set(tried["reached"][path]) for path in tried["sending"]}
    assert not any(missed.values()), missed
    cells, kills, schedules = (sum(tried[name].values()) for name in ("cells", "kills", "schedules"))
    say(
        f"ape run {script}: no fault loses or doubles what is sent, SPEC 17.7",
        f"{len(tried['sending'])} commands × {len(WEATHER)} faults, kill -9 at every labelled point",
        f"{cells} cells, {schedules} seeded schedules, {kills} kills, each done once: wrong 0, twice 0",
    )


def say(property: str, effort: str, result: str) -> None:
    """A line for the table."""
    row = {"property": property, "effort": effort, "result": result}
    with open(os.environ.get("PROVE_ROWS", os.devnull), "a") as rows:
        rows.write(json.dumps(row) + "\n")
