"""Which tests are the stories of the faults, by the script whose commands they type."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.scripts.storm import SENDS_NOTHING, with_account
from tests.scripts.weather import WEATHER
from tests.support import ROOT

SCRIPTS = "tests/scripts"
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
    ],
    "payroll": [
        f"{SCRIPTS}/test_payroll_script.py",
        f"{SCRIPTS}/test_workers_without_eth.py",
        f"{SCRIPTS}/test_through_the_room.py",
    ],
    "room": ["tests/data_room/test_room_commands.py"],
    "market": ["tests/market/test_tender_commands.py", "tests/market/test_review.py", "tests/market/test_profile.py"],
}
BY_PROCESSES = {"deploy", "relayer", "sla watch"}
"""Killed and cut off as processes of their own, in tests of their own."""


def sending() -> Iterator[str]:
    """Every command that takes an account, but those that only sign or read."""
    return (path for path in with_account() if path not in SENDS_NOTHING)


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
    """Every command of the script that sends met every fault; a line for the table."""
    assert not tried["wrong"], "\n".join(tried["wrong"])
    wanted = {path for path in sending() if path.split()[0] == script} - BY_PROCESSES
    assert set(tried["sending"]) >= wanted, wanted - set(tried["sending"])
    assert set(tried["cells"].values()) == {len(WEATHER)}
    cells, kills, schedules = (sum(tried[name].values()) for name in ("cells", "kills", "schedules"))
    row = {
        "property": f"ape run {script}: no fault loses or doubles what is sent, SPEC 17.7",
        "effort": f"{len(tried['sending'])} commands × {len(WEATHER)} faults, kill -9 at every labelled point",
        "result": f"{cells} cells, {schedules} seeded schedules, {kills} kills, each done once: duplicates 0",
    }
    with open(os.environ.get("PROVE_ROWS", os.devnull), "a") as rows:
        rows.write(json.dumps(row) + "\n")
