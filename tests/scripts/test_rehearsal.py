"""The road to a test network, rehearsed: keystore accounts, scripts alone, nothing asked."""

from __future__ import annotations

import json

from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak

from tests.anvil import ask
from tests.scripts.rehearsal import CONTRACTS, SEPOLIA


def test_rehearsal__deploy__recorded_once_and_unchanged_by_a_second_run(sepolia, user):
    deployer = user.account("deployer", 0xD1, sepolia)
    deploy = ["deploy", "--network", f"ethereum:sepolia:{sepolia}", "--account", "deployer", "--yes"]

    first = user.json(*deploy, "--confirmations", "0")
    record = (user.deployments / f"{SEPOLIA}.json").read_text()
    second = user.json(*deploy, "--confirmations", "0")

    assert (user.deployments / f"{SEPOLIA}.json").read_text() == record
    assert second == first
    assert first["chainId"] == json.loads(record)["chainId"] == SEPOLIA
    assert list(first["contracts"]) == CONTRACTS
    assert int(ask(sepolia, "eth_getTransactionCount", deployer, "latest"), 16) == 6
    for contract in first["contracts"].values():
        assert contract["deployer"] == deployer
        receipt = ask(sepolia, "eth_getTransactionReceipt", contract["transaction"])
        assert int(receipt["blockNumber"], 16) == contract["block"]
        assert int(receipt["gasUsed"], 16) < 16_777_216
        assert ask(sepolia, "eth_getCode", contract["address"], "latest") != "0x"
    equity = first["contracts"]["WorkerEquity"]["address"]
    payroll = first["contracts"]["Payroll"]
    assert payroll["arguments"] == {"workerEquity": equity}
    call = {"to": payroll["address"], "data": to_hex(keccak(text="equity()")[:4])}
    assert int(ask(sepolia, "eth_call", call, "latest"), 16) == int(equity, 16)
    verified = user.json("verify", "--network", f"ethereum:sepolia:{sepolia}")
    assert (verified["chainId"], verified["differences"]) == (SEPOLIA, [])
