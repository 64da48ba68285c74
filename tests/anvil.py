"""An Anvil of its own, for tests and figures that need another chain than Ape's local one."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, cast

from hexbytes import HexBytes
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.types import RPCEndpoint, TxReceipt

from tests.support import ROOT, artefact

GAS = 16_000_000
START = 1_700_000_000
"""The time of a connected chain's first block."""
POLL = 0.002
"""Seconds between two looks for a receipt."""


@contextmanager
def anvil(*flags: str) -> Iterator[str]:
    """A fresh Anvil on a port of its own choice; yields its address, and ends it at the end."""
    command = ["anvil", "--port", "0", *flags]
    # Old states go to a folder that it leaves behind when it is killed: gigabytes for thousands of blocks.
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen([*command, "--cache-path", folder], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process,
    ):
        assert process.stdout is not None
        # It writes a line for each call, and stops answering when nobody reads them.
        reader = Thread(target=deque, args=(process.stdout, 0))
        try:
            heard = (re.match(r"Listening on (\S+)", line) for line in process.stdout)
            address = next((match.group(1) for match in heard if match), None)
            if address is None:
                raise RuntimeError(f"{' '.join(command)} ended with {process.wait()}")
            reader.start()
            yield f"http://{address}"
        finally:
            process.kill()
            if reader.ident:
                reader.join()


def ask(url: str, method: str, *parameters: Any) -> Any:
    """One JSON-RPC call, with nothing of Ape or web3 in between."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})) as answer:
        content = json.loads(answer.read())
    assert "error" not in content, content
    return content["result"]


@contextmanager
def connected() -> Iterator[Web3]:
    """A fresh Anvil through web3."""
    with anvil("--timestamp", str(START)) as url:
        yield web3_at(url)


def web3_at(url: str) -> Web3:
    """The node there, of which the chain's id is asked once; web3 asks before every call."""
    known = {RPCEndpoint("eth_chainId")}
    return Web3(HTTPProvider(url, {"timeout": 120}, cache_allowed_requests=True, cacheable_requests=known))


def deployed(web3: Web3, name: str, *arguments: Any) -> Contract:
    """A contract of contracts/ as forge compiles it now, deployed by Anvil's first account."""
    made = artefact(name)
    factory = web3.eth.contract(abi=made["abi"], bytecode=made["bytecode"]["object"])
    sent = factory.constructor(*arguments).transact({"from": web3.eth.accounts[0], "gas": GAS})
    receipt = web3.eth.wait_for_transaction_receipt(sent, poll_latency=POLL)
    assert receipt["status"] == 1, f"{name} was not deployed"
    return cast(Contract, web3.eth.contract(receipt["contractAddress"], abi=made["abi"]))


def send(call: Any, sender: str) -> TxReceipt:
    """The receipt of a call by one of Anvil's accounts; it must succeed."""
    return mined(call, sender, call.transact({"from": sender, "gas": GAS}))


def mined(call: Any, sender: str, transaction: HexBytes) -> TxReceipt:
    """The receipt of a transaction that makes this call; the contract's own error where it failed."""
    receipt: TxReceipt = call.w3.eth.wait_for_transaction_receipt(transaction, poll_latency=POLL)
    if receipt["status"] != 1:
        call.call({"from": sender, "gas": GAS})
        raise AssertionError(f"{call.fn_name} failed, and not when asked again")
    return receipt


def warp(web3: Web3, timestamp: int) -> None:
    """Gives the next block this time."""
    web3.provider.make_request(RPCEndpoint("evm_setNextBlockTimestamp"), [timestamp])
