"""Relayers: `ape run relayer` as a process of its own, and one in this process with a key of the test's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from starlette.testclient import TestClient

from tests.support import ROOT, free_port
from tests.web.served import Town
from tests.web.workshop import CHAIN, Workshop
from workpact.chain import deployments
from workpact.chain.deployments import Deployment
from workpact.consents import DOMAIN, MESSAGES
from workpact.market.relay_server import relay_server
from workpact.web.relayer import Relayer, Send, Sent
from workpact.web.relayer_limits import RelayerLimits
from workpact.web.relayer_server import HTTP, create_app

GAS_KEY = 7
"""Which of Anvil's accounts pays: the contractor's reporter, who does nothing else here."""


SERVE = """
import sys
from ape import accounts, networks
from scripts.relayer import serve
url, account, port = sys.argv[1:]
with networks.parse_network_choice("ethereum:local:foundry", provider_settings={"host": url}):
    serve(accounts.test_accounts[int(account)], [], "127.0.0.1", int(port), None, "0.01 ether")
"""


PAGES = "http://127.0.0.1:8470"


@dataclass
class Process:
    """A running `ape run relayer`."""

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """As a machine dies."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def record(town: Town, monkeypatch: Any) -> None:
    """The town's contracts as deployed, for commands."""
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(town.folder / "deployments"))
    monkeypatch.setenv("WORKPACT_DATA", str(town.folder / "data"))
    known = {
        name: Deployment(
            name=name,
            address=each.address,
            arguments={},
            salt="0x" + each.salt.hex(),
            init_code_hash="0x",
            runtime_code_hash="0x",
            compiler={},
            transaction=None,
            block=0,
            deployer=None,
        )
        for name, each in town.planned.items()
    }
    deployments.write(31337, "0x", known)


@contextmanager
def relayer_process(town: Town, port: int | None = None) -> Iterator[Process]:
    """What `ape run relayer` does, until the block ends; `record` came before."""
    port = port or free_port()
    with started([sys.executable, "-c", SERVE, town.url, str(GAS_KEY), str(port)], port) as made:
        yield made


@contextmanager
def started(command: list[str], port: int, **given: Any) -> Iterator[Process]:
    """A relayer by its command, once it answers; it is over with the block."""
    heard = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE} | given
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **heard)
    made = Process(f"http://127.0.0.1:{port}", process)
    try:
        _wait(made)
        yield made
    finally:
        if process.poll() is None:
            made.kill()
        if process.stderr:
            process.stderr.close()


def _wait(made: Process) -> None:
    transport = httpx.HTTPTransport(retries=0)
    with httpx.Client(transport=transport) as client:
        while True:
            if made.process.poll() is not None:
                said = made.process.stderr.read().decode() if made.process.stderr else ""
                raise RuntimeError(f"The relayer ended: {said}")
            try:
                client.get(made.url + "/relay")
                return
            except httpx.TransportError:
                threading.Event().wait(0.05)


def sending_by(town: Town, role: str) -> Send:
    """Sends with a role's key, and waits until it is mined."""

    def send(contract: str, data: bytes) -> Sent:
        key, node = town.accounts[role], town.node
        made = {
            "to": contract,
            "data": "0x" + data.hex(),
            "value": 0,
            "nonce": int(node.ask("eth_getTransactionCount", key.address, "pending"), 16),
            "gas": 5_000_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 1,
            "chainId": node.chain_id,
        }
        raw = bytes(Account.sign_transaction(made, key.key).raw_transaction)
        sent = str(node.ask("eth_sendRawTransaction", "0x" + raw.hex()))
        receipt = town.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        return Sent(sent, int(receipt["blockNumber"]))

    return send


def relayer_of(town: Town, send: Send | None = None, **limits: int) -> Relayer:
    """One in this process, paid by the carrier's key."""
    made = RelayerLimits(**limits)
    return Relayer(town.node, town.contracts, town.address("carrier"), send or sending_by(town, "carrier"), made)


@contextmanager
def relaying(relayer: Relayer, port: int, *origins: str) -> Iterator[None]:
    """Its server in a thread of this process."""
    server = relay_server(create_app(relayer, origins), HTTP, "127.0.0.1", port)
    thread = threading.Thread(target=server.run)
    relayer.start()
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        relayer.stop()


def call_of(contract: Any, name: str, *arguments: Any) -> dict[str, str]:
    """What is posted for a call."""
    return {"contract": contract.address, "data": contract.functions[name](*arguments)._encode_transaction_data()}


def settled(client: Any, taken: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What became of calls, once nothing of them waits any more."""
    found = []
    for each in taken:
        now = each
        while now["state"] == "waiting":
            threading.Event().wait(0.02)
            now = client.get(f"/relay/{each['id']}").json()
        found.append(now)
    return found


class Office:
    """A relayer with its server, for one workshop."""

    def __init__(self, town: Town, shop: Workshop | None = None, send: Any = None, **limits: int) -> None:
        self.town, self.shop = town, shop or Workshop(town)
        self.relayer: Relayer = relayer_of(town, send, **limits)
        self.client = TestClient(create_app(self.relayer, [PAGES]))
        self.relayer.start()

    def post(self, call: dict[str, str], **headers: str) -> Any:
        """Asks for a call."""
        return self.client.post("/relay", json=call, headers=headers)

    def done(self, call: dict[str, str]) -> dict[str, Any]:
        """Asks for it and waits; it must be mined."""
        answer = self.post(call)
        assert answer.status_code == 202, answer.text
        (found,) = settled(self.client, [answer.json()])
        assert found["state"] == "mined", found
        return found

    def events(self, found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """All events of its transaction but those of tokens."""
        receipt = self.town.web3.eth.get_transaction_receipt(found["transaction"])
        known = (self.shop.equity, self.shop.payroll)
        kinds = [contract.events[abi["name"]] for contract in known for abi in contract.abi if abi["type"] == "event"]
        made = []
        for log in receipt["logs"]:
            for kind in kinds:
                if log["topics"][0] == keccak(text=_signature(kind().abi)) and log["address"] == kind().address:
                    made.append((str(kind.event_name), dict(kind().process_log(log)["args"])))
        return made

    def signed(self, kind: str, key: Any = None, **message: Any) -> bytes:
        """What the worker signs for others to carry."""
        types = {"EIP712Domain": DOMAIN, kind: MESSAGES[kind]}
        named = {name: [{"name": each, "type": of} for each, of in fields.items()] for name, fields in types.items()}
        contract = self.shop.payroll if kind == "Withdraw" else self.shop.equity
        name = "Workpact Payroll" if kind == "Withdraw" else "Workpact Equity"
        domain = {"name": name, "version": "1", "chainId": CHAIN, "verifyingContract": contract.address}
        typed = {"types": named, "primaryType": kind, "domain": domain, "message": message}
        return bytes((key or self.shop.worker).sign_message(encode_typed_data(full_message=typed)).signature)


def _signature(abi: Any) -> str:
    return f"{abi['name']}({','.join(_type(each) for each in abi['inputs'])})"


def _type(field: Any) -> str:
    if field["type"].startswith("tuple"):
        return f"({','.join(_type(each) for each in field['components'])}){field['type'][5:]}"
    return str(field["type"])
