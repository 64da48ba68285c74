"""An Anvil of its own with the oracle on it, for tests and figures that need real transactions in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from web3 import Web3
from web3.contract import Contract
from web3.types import RPCEndpoint, TxReceipt

from tests import anvil
from tests.oracle import typed

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
        return anvil.send(self.oracle.functions[name](*arguments), self.sender)

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
    """The oracle on a fresh Anvil, which ends at the end."""
    with anvil.connected() as web3:
        yield Chain(web3, anvil.deployed(web3, "SLAOracle"), web3.eth.accounts[0])
