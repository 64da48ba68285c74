"""`ape console`, judged by what it prints: it exits with 0 even when the code raises."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.measurement.desk import generator
from tests.scripts.demo import months_cost
from tests.support import ROOT, free_port


def console(folder: Path, lines: str) -> tuple[dict[int, str], str]:
    """What a pasted session answers, by the number of the line; and all that it printed."""
    environment = os.environ | {
        "WORKPACT_DATA": str(folder),
        "WORKPACT_DEPLOYMENTS": str(folder),
        # Where Ape starts its Anvil: at a port that it draws it fails if that is taken.
        "APE_FOUNDRY_HOST": f"http://127.0.0.1:{free_port()}",
    }
    done = subprocess.run(["ape", "console"], cwd=ROOT, env=environment, input=lines, capture_output=True, text=True)
    parts = re.split(r"^In \[(\d+)\]: ", done.stdout, flags=re.MULTILINE)
    answers = dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))
    return answers, done.stdout + done.stderr


@pytest.fixture(scope="module")
def readme() -> str:
    """The session of README.md."""
    (session,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert session.count("\n") == 12
    return session


def test_console__readme_session__funds_reports_a_breach_and_pays(tmp_path, readme):
    answers, printed = console(tmp_path, readme)

    log = tmp_path / "expected.csv"
    generator().generate(log)
    (month,) = months_cost(log, 1)
    charge, credit, paid, retained = month["numbers"]
    assert "Error" not in printed, printed
    missed = re.findall(r"'([\w-]+)'", answers[9])
    assert set(missed) == month["failed"]
    assert missed
    assert f"credit = floor({charge} x {int(month['rate'] * 10**12)} / 1000000000000) = {credit}" in answers[11]
    assert f"due = {charge} - {credit} = {paid + retained}" in answers[11]
    assert f"Ledger(funded=100000000000, paid={paid}, refunded=0, holdback={retained}," in answers[12]


SESSION = """
sorted(deployed) == sorted(deployments.read(chain.chain_id))
[deployed[name].address == deployments.contract(name).address for name in deployed]
len({each.address for each in (client, contractor, worker, arbiter, backup, carrier, client_reporter)})
[each.__name__ for each in (Agreement, ServiceLevels, WorkerEquity, Payroll, terms, measurement)]
token.balanceOf(client), token.decimals()
undefined_name
"""


def test_console__local_chain__contracts_actors_and_sdk(tmp_path):
    answers, printed = console(tmp_path, SESSION.strip() + "\n")

    def answer(line: int) -> str:
        return " ".join(answers[line].split(f"Out[{line}]: ")[-1].split())

    assert answer(1) == "True", printed
    assert answer(2) == "[True, True, True, True, True, True]"
    assert answer(3) == "7"
    named = "['Agreement', 'ServiceLevels', 'WorkerEquity', 'Payroll', 'workpact.terms', 'workpact.measurement']"
    assert answer(4) == named
    assert answer(5) == "(0, 6)"
    assert "NameError" in printed
