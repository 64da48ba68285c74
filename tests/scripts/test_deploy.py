"""`ape run deploy` as a user types it: killed, misused, repeated."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import click
import pytest

from tests.anvil import ask
from tests.chain.fault_proxy import FaultProxy
from tests.scripts.rehearsal import CONTRACTS, SEPOLIA
from tests.support import ROOT

SCRIPTS = sorted(path.stem for path in (ROOT / "scripts").glob("*.py") if not path.stem.startswith("_"))


@pytest.mark.threat("T80")
def test_deploy__killed_again_and_again__same_addresses_and_no_second_copy(sepolia, user):
    """Before the node has a transaction, after it has and before the answer, in the first, middle and last contract."""
    with FaultProxy(sepolia) as proxy:
        deployer = user.account("deployer", 0xD1, sepolia)
        deploy = ["deploy", "--network", f"ethereum:sepolia:{proxy.url}", "--account", "deployer", "--yes"]
        deploy += ["--confirmations", "0", "--json"]
        for point in ["hold before", "hold after", "hold after", "hold after", "hold before"]:
            proxy.plan = [point]
            proxy.reached.clear()
            command = user.start(*deploy)
            assert proxy.reached.wait(120)
            command.kill()

        result = json.loads(user.run(*deploy).stdout)

    assert int(ask(sepolia, "eth_getTransactionCount", deployer, "latest"), 16) == 6
    assert len(set(proxy.sent)) == 6
    assert list(result["contracts"]) == CONTRACTS
    for contract in result["contracts"].values():
        receipt = ask(sepolia, "eth_getTransactionReceipt", contract["transaction"])
        assert (receipt["status"], int(receipt["blockNumber"], 16)) == ("0x1", contract["block"])
        assert contract["deployer"] == deployer
    record = json.loads((user.deployments / f"{SEPOLIA}.json").read_text())
    names = {name: contract["address"] for name, contract in record["contracts"].items()}
    assert names == {name: contract["address"] for name, contract in result["contracts"].items()}


@pytest.mark.threat("T81")
def test_deploy__no_passphrase_under_yes__says_which_and_sends_nothing(sepolia, user):
    deployer = user.account("deployer", 0xD1, sepolia)
    del user.environment["APE_ACCOUNTS_deployer_PASSPHRASE"]

    done = user.run(
        "deploy", "--network", f"ethereum:sepolia:{sepolia}", "--account", "deployer", "--yes", "--json", fails=True
    )

    assert "APE_ACCOUNTS_deployer_PASSPHRASE" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert int(ask(sepolia, "eth_getTransactionCount", deployer, "latest"), 16) == 0
    assert not user.deployments.exists()


def test_deploy__parameters_that_do_not_fit__named_before_anything_is_sent(sepolia, user, tmp_path):
    deployer = user.account("deployer", 0xD1, sepolia)
    parameters = tmp_path / "wrong.yaml"
    parameters.write_text("salt: a\ncontracts:\n  Agreement: {}\n  SLAOracle: {owner: 1}\n")
    deploy = ["deploy", "--network", f"ethereum:sepolia:{sepolia}", "--account", "deployer", "--yes"]

    done = user.run(*deploy, "--params", str(parameters), fails=True)

    assert "SLAOracle takes nothing, the parameters name owner." in done.stderr
    assert int(ask(sepolia, "eth_getTransactionCount", deployer, "latest"), 16) == 0


def test_help__lists_every_script(user):
    listed = user.run("--help").stdout
    commands = listed[listed.index("Commands:") :]
    assert [
        line.split()[0] for line in commands.splitlines()[1:] if line.startswith("  ") and line[2] != " "
    ] == SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS)
def test_help__every_command_has_an_example(script):
    def check(command: click.Command, path: list[str]) -> None:
        with click.Context(command, info_name=" ".join(path)) as context:
            if isinstance(command, click.Group):
                for name, inner in command.commands.items():
                    check(inner, [*path, name])
            else:
                text = command.get_help(context)
                assert "Example:" in text, path
                assert " ".join(path) in text.split("Example:")[1], path

    check(importlib.import_module(f"scripts.{script}").cli, ["ape", "run", script])


@pytest.mark.parametrize("script", SCRIPTS)
def test_import__takes_neither_web3_nor_the_package(script):
    """`ape run --help` imports every script: it is as slow as the slowest of them."""
    heavy = ["web3", "pydantic", "duckdb", "fpdf", "workpact.chain.contracts", "workpact.terms"]
    program = f"import sys, ape.cli\nbefore = set(sys.modules)\nimport scripts.{script}\n"
    program += f"print(sorted(set({heavy}) & (set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
