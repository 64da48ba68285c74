"""After set-up a shell with .venv/bin in front of PATH, and nothing else set, runs every tool."""

import pytest

from .support import ROOT, plain_shell, run


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["forge", "--version"], "1.7.1"),
        (["cast", "--version"], "1.7.1"),
        (["anvil", "--version"], "1.7.1"),
        (["node", "--version"], "v2"),
        (["ape", "--version"], "0.8.51"),
        (["ape", "run", "--help"], "Usage: ape run"),
        (["ape", "networks", "list"], "foundry"),
        (["pytest", "--version"], "pytest 8.4"),
        (["python", "-c", "import workpact; print(workpact.__file__)"], str(ROOT / "workpact")),
        (["python", "-c", "import solcx; print(solcx.get_installed_solc_versions())"], "0.8.37"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_tool_runs(command, expected, tmp_path):
    done = run(*command, cwd=ROOT, env=plain_shell(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert expected in done.stdout + done.stderr


@pytest.mark.threat("T81")
def test_accounts_of_hardware_wallets_and_safes_are_there(tmp_path):
    done = run("ape", "plugins", "list", cwd=ROOT, env=plain_shell(tmp_path))

    for plugin in ("foundry", "solidity", "ledger", "trezor", "safe"):
        assert f" {plugin} " in done.stdout
