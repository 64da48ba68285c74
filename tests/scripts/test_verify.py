"""`ape run verify` as a user types it: exit code, table, and one JSON value."""

from __future__ import annotations

import json

import pytest
from ape import networks

from tests.scripts.desk import ACCOUNTS
from tests.scripts.rehearsal import CONTRACTS
from tests.scripts.typed import Terminal
from workpact.chain import deployments, playground

pytestmark = pytest.mark.threat("T78", "T79")


@pytest.fixture
def terminal(tmp_path, monkeypatch, chain) -> Terminal:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    playground.deploy()
    return Terminal(ACCOUNTS, monkeypatch)


def test_verify__as_deployed__short_table_and_nothing_sent(terminal, chain):
    height = chain.blocks.height
    shown = terminal.text("verify")
    assert shown.count("as released") == len(CONTRACTS)
    for name in CONTRACTS:
        assert deployments.contract(name).address in shown
    assert f"Block {height} (0x" in shown
    assert chain.blocks.height == height

    told = terminal.json("verify")
    assert told["differences"] == []
    assert told["contracts"] == {name: deployments.contract(name).address for name in CONTRACTS}
    head = networks.provider.web3.eth.get_block("latest")
    assert told["block"] | {"final": None} == {"number": height, "hash": "0x" + head["hash"].hex(), "final": None}
    assert told["record"] == str(deployments.path(31337))
    assert told["parameters"].endswith("params/default.yaml")


def test_verify__one_byte_of_code__row_with_what_to_do_and_exit_code_one(terminal):
    payroll = deployments.contract("Payroll").address
    code = bytearray(networks.provider.get_code(payroll))
    code[5_000] ^= 1
    networks.provider.set_code(payroll, bytes(code))

    done = terminal.run("verify", "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout)["differences"] == [
        {
            "contract": "Payroll",
            "field": "code",
            "recorded": f"0x{code[5_000] ^ 1:02x} at byte 5,000",
            "found": f"0x{code[5_000]:02x} at byte 5,000",
            "advice": "Send nothing to it, and warn whoever uses it: other code than the release's answers there.",
        }
    ]
    shown = terminal.run("verify")
    assert shown.exit_code == 1
    for words in ("Payroll", "code", f"found     0x{code[5_000]:02x} at byte 5,000", "Send nothing to it"):
        assert words in shown.stdout


def test_verify__local_network_trap__named(terminal):
    """A record that an older local chain left behind, and one of a chain with another id."""
    record = deployments.path(31337)
    content = json.loads(record.read_text())
    record.write_text(json.dumps(content | {"genesis": "0x" + "ab" * 32}))
    done = terminal.run("verify", "--json")
    assert done.exit_code == 1
    (only,) = json.loads(done.stdout)["differences"]
    assert (only["contract"], only["field"], only["recorded"]) == ("chain", "genesis", "0x" + "ab" * 32)
    assert "On a new local chain run: ape run deploy" in only["advice"]

    record.write_text(json.dumps(content | {"chainId": 11155111}))
    assert "records chain 11155111, not 31337" in terminal.fails("verify")


def test_verify__other_parameters__named(terminal, tmp_path):
    file = tmp_path / "other.yaml"
    file.write_text("salt: Workpact 1\ncontracts:\n  Agreement: {}\n  SLAOracle: {}\n  WorkerEquity: {}\n")
    done = terminal.run("verify", "--params", str(file), "--json")
    assert done.exit_code == 1
    found = {(each["contract"], each["field"], each["found"]) for each in json.loads(done.stdout)["differences"]}
    assert found == {(name, "record", "not in the parameters") for name in ("Payroll", "DataRoom", "TalentRegistry")}
