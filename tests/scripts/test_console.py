"""`ape console` on a local chain, judged by what it prints: it exits with 0 even when the code raises."""

from __future__ import annotations

import os
import subprocess

from tests.support import ROOT

SESSION = """
token.mint(client, 1_000_000, sender=carrier)
assert token.balanceOf(client) == 1_000_000
assert client.address != contractor.address
names = ["Agreement", "SLAOracle", "WorkerEquity"]
assert [globals()[name].address for name in names] == [deployments.contract(name).address for name in names]
print("session", "complete")
"""


def test_console__local_chain__contracts_actors_and_token(tmp_path):
    folders = {"WORKPACT_DATA": str(tmp_path), "WORKPACT_DEPLOYMENTS": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name != "APE_FOUNDRY_HOST"} | folders
    command = ["ape", "console", "-c", "; ".join(SESSION.strip().splitlines())]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    assert "session complete" in done.stdout.splitlines(), done.stdout + done.stderr
