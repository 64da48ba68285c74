"""An Anvil of its own with the oracle on it, for tests and figures that need real transactions in numbers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from eth_typing import HexStr
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.exceptions import ContractCustomError
from web3.types import RPCEndpoint, TxReceipt

from tests.oracle import typed

ROOT = Path(__file__).parents[2]
GAS = 16_000_000
KEYS = [bytes(31) + bytes([number]) for number in range(1, 9)]


@dataclass
class Chain:
    """A running Anvil and what is deployed there."""

    web3: Web3
    oracle: Contract
    sender: str

    def report(self, service: dict[str, Any], given: dict[str, Any], *keys: bytes) -> TxReceipt:
        """Sends a report with the signatures of `keys`; the receipt of a transaction that succeeded."""
        signatures = typed.sign(given, keys, self.web3.eth.chain_id, self.oracle.address)
        schedule, levels = typed.schedule_hash(service), typed.abi_levels(service)
        return self.send("report", typed.abi_report(given), schedule, levels, signatures)

    def contest(
        self, service: dict[str, Any], client: dict[str, Any], contractor: dict[str, Any], *keys: bytes
    ) -> TxReceipt:
        """The client's side reports, the contractor's answers; `keys` is one of each. The receipt of the answer."""
        oracle, chain_id = self.oracle.address, self.web3.eth.chain_id
        terms = typed.abi_schedule(service), typed.abi_contest(service), typed.abi_levels(service)
        reports = [typed.abi_report(given) for given in (client, contractor)]
        self.send("reportBySide", reports[0], *terms, typed.sign(client, keys[:1], chain_id, oracle))
        return self.send("counter", *reports, *terms, typed.sign(contractor, keys[1:], chain_id, oracle))

    def rule(self, service: dict[str, Any], client: dict[str, Any], contractor: dict[str, Any], mask: int) -> TxReceipt:
        """Rules on a contested period; the sender is the arbiter."""
        terms = typed.abi_schedule(service), typed.abi_contest(service), typed.abi_levels(service)
        return self.send("rule", typed.abi_report(client), typed.abi_report(contractor), *terms, mask)

    def assess(self, service: dict[str, Any], given: dict[str, Any]) -> TxReceipt:
        """Assesses a period from the report that made it final."""
        schedule, levels = typed.schedule_hash(service), typed.abi_levels(service)
        return self.send("assess", typed.abi_report(given), schedule, levels)

    def send(self, name: str, *arguments: Any) -> TxReceipt:
        """Sends a call of the oracle and requires its success."""
        call = self.oracle.functions[name](*arguments)
        receipt = self.web3.eth.wait_for_transaction_receipt(
            call.transact({"from": self.sender, "gas": GAS}), poll_latency=0.002
        )
        if receipt["status"] != 1:
            call.call({"from": self.sender, "gas": GAS})
            raise AssertionError(f"{name} failed, and not when asked again")
        return receipt

    def error_of(self, name: str, *arguments: Any) -> tuple[str, tuple[Any, ...]]:
        """The name and arguments of the error that a call of the oracle reverts with."""
        try:
            self.oracle.functions[name](*arguments).call({"from": self.sender, "gas": GAS})
        except ContractCustomError as error:
            data = bytes.fromhex(str(error.data).removeprefix("0x"))
            for entry in self.oracle.abi:
                if entry["type"] == "error":
                    types = [argument["type"] for argument in entry["inputs"]]
                    selector = Web3.keccak(text=f"{entry['name']}({','.join(types)})")[:4]
                    if selector == data[:4]:
                        return entry["name"], self.web3.codec.decode(types, data[4:])
        raise AssertionError(f"{name} did not revert with an error of the oracle")

    def events(self, receipt: TxReceipt) -> list[tuple[str, dict[str, Any]]]:
        """All events of a receipt, decoded, in order."""
        decoders = {
            bytes(Web3.keccak(text=self._signature(entry))): self.oracle.events[entry["name"]]()
            for entry in self.oracle.abi
            if entry["type"] == "event" and entry["name"] != "EIP712DomainChanged"
        }
        logs = [(decoders[bytes(log["topics"][0])], log) for log in receipt["logs"]]
        decoded = [decoder.process_log(log) for decoder, log in logs]
        return [(event["event"], dict(event["args"])) for event in decoded]

    def warp(self, timestamp: int) -> None:
        """Gives the next block this time."""
        self.web3.provider.make_request(RPCEndpoint("evm_setNextBlockTimestamp"), [timestamp])

    @staticmethod
    def _signature(entry: Any) -> str:
        return f"{entry['name']}({','.join(argument['type'] for argument in entry['inputs'])})"


@contextmanager
def oracle_chain() -> Iterator[Chain]:
    """Starts Anvil on a free port, deploys the oracle, and ends Anvil at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["anvil", "--silent", "--port", str(port), "--timestamp", "1700000000"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        web3 = Web3(HTTPProvider(f"http://127.0.0.1:{port}", request_kwargs={"timeout": 60}))
        while not web3.is_connected():
            if process.poll() is not None:
                raise RuntimeError(f"anvil ended with {process.returncode}")
        sender = web3.eth.accounts[0]
        abi, bytecode = artefact("SLAOracle")
        creation = web3.eth.send_transaction({"from": sender, "gas": GAS, "data": HexStr(bytecode)})
        address = web3.eth.wait_for_transaction_receipt(creation)["contractAddress"]
        oracle = cast(Contract, web3.eth.contract(address, abi=abi))
        yield Chain(web3, oracle, sender)
    finally:
        process.terminate()
        process.wait()


@cache
def artefact(name: str) -> tuple[list[Any], str]:
    """Interface and bytecode of a contract, compiled by forge when its sources have changed."""
    subprocess.run(["forge", "build", f"contracts/{name}.sol", "--quiet"], cwd=ROOT, check=True)
    out = Path(os.environ.get("FOUNDRY_OUT", ROOT / "out"))
    compiled = json.loads((out / f"{name}.sol" / f"{name}.json").read_text())
    return compiled["abi"], compiled["bytecode"]["object"]
