"""The gate can fail: in a project like this one, one failing test of any runner turns `.ci/run` red."""

import os
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

    def run_gate(*command, forge=True, pytest=True, services=True, web=True, programs=""):
        solidity = SOLIDITY.format(outcome=str(forge).lower())
        (tmp_path / "tests" / "forge" / "Canary.t.sol").write_text(solidity)
        (tmp_path / "tests" / "test_canary.py").write_text(PYTHON.format(outcome=pytest))
        (tmp_path / "tests" / "services" / "test_engines.py").write_text(PYTHON.format(outcome=services))
        (tmp_path / "tests" / "web" / "test_pages.py").write_text(PYTHON.format(outcome=web))
        # `true` in the place of Python: the canary lives on this project's own set-up.
        environment = outer_shell(PYTHON="true", HOME=str(tmp_path), PATH=f"{programs}:{os.environ['PATH']}")
        return run(*command, cwd=tmp_path, env=environment)

    return run_gate


def closing(done):
    return done.stdout.partition("closing lines:")[2]


def test_gate__all_pass__is_green(gate):
    done = gate("bash", ".ci/run")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 tests passed, 0 failed" in closing(done)
    assert closing(done).count("1 passed") == 3


@pytest.mark.parametrize(
    ("tier", "red", "said"),
    [
        ("test", "forge", "0 tests passed, 1 failed"),
        ("test", "pytest", "1 failed"),
        ("test-services", "services", "1 failed"),
        ("test-web", "web", "1 failed"),
    ],
)
def test_tier__a_test_of_a_runner_fails__is_red(gate, tier, red, said):
    done = gate("make", tier, **{red: False})

    assert done.returncode != 0
    assert said in done.stdout


@pytest.mark.parametrize("red", ["", "test", "test-services", "test-web"])
def test_gate__a_tier_is_red__is_red(gate, tmp_path, red):
    """With the lines of runners that pass in the place of the tiers."""
    make = tmp_path / "programs" / "make"
    make.parent.mkdir()
    make.write_text(f"""#!/bin/sh
echo "Ran 1 test suite in 1s: 1 tests passed, 0 failed"
echo "== 1 passed in 1s =="
[ "$1" != "{red}" ]
""")
    make.chmod(0o755)

    done = gate("bash", ".ci/run", programs=make.parent)

    assert (done.returncode == 0) == (red == ""), done.stdout + done.stderr


def test_gate__forge_runs_nothing__is_red(gate, tmp_path):
    make = tmp_path / "programs" / "make"
    make.parent.mkdir()
    make.write_text('#!/bin/sh\necho "== 1 passed in 1s =="\n')
    make.chmod(0o755)

    assert gate("bash", ".ci/run", programs=make.parent).returncode != 0
