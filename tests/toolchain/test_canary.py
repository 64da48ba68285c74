"""The gate can fail: in a project like this one, one failing test of any runner turns `.ci/run` red."""

import shutil

import pytest

from .support import ROOT, outer_shell, run

SOLIDITY = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

contract CanaryTest {{
    function test_answer() external pure {{
        require({outcome}, "canary");
    }}
}}
"""
PYTHON = "def test_answer():\n    assert {outcome}\n"


@pytest.fixture
def gate(tmp_path):
    for path in ("Makefile", "foundry.toml", "pyproject.toml", "ape-config.yaml", ".ci/run"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    for folder in (".venv", ".toolchain"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for folder in ("contracts", "node_modules", "tests/forge", "tests/services", "tests/web"):
        (tmp_path / folder).mkdir(parents=True)

    def run_gate(forge, pytest, services=True, web=True):
        solidity = SOLIDITY.format(outcome=str(forge).lower())
        (tmp_path / "tests" / "forge" / "Canary.t.sol").write_text(solidity)
        (tmp_path / "tests" / "test_canary.py").write_text(PYTHON.format(outcome=pytest))
        (tmp_path / "tests" / "services" / "test_engines.py").write_text(PYTHON.format(outcome=services))
        (tmp_path / "tests" / "web" / "test_pages.py").write_text(PYTHON.format(outcome=web))
        # `true` in the place of Python: the canary lives on this project's own set-up.
        return run("bash", tmp_path / ".ci" / "run", env=outer_shell(PYTHON="true", HOME=str(tmp_path)))

    return run_gate


def test_gate__all_pass__is_green(gate):
    done = gate(forge=True, pytest=True)

    assert done.returncode == 0, done.stdout + done.stderr
    closing = done.stdout.partition("closing lines:")[2]
    assert "1 tests passed, 0 failed" in closing
    assert "1 passed" in closing


def test_gate__forge_test_fails__is_red(gate):
    done = gate(forge=False, pytest=True)

    assert done.returncode != 0
    assert "0 tests passed, 1 failed" in done.stdout


def test_gate__python_test_fails__is_red(gate):
    done = gate(forge=True, pytest=False)

    assert done.returncode != 0
    assert "1 failed" in done.stdout.partition("closing lines:")[2]


def test_gate__service_test_fails__is_red(gate):
    done = gate(forge=True, pytest=True, services=False)

    assert done.returncode != 0
    assert "1 failed" in done.stdout.partition("closing lines:")[2]


def test_gate__web_test_fails__is_red(gate):
    done = gate(forge=True, pytest=True, web=False)

    assert done.returncode != 0
    assert "1 failed" in done.stdout.partition("closing lines:")[2]
