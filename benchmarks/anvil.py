"""An Anvil of its own for figures, and the contracts on it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3
from web3.contract import Contract

ROOT = Path(__file__).parents[1]
GAS = 16_000_000


@contextmanager
def anvil() -> Iterator[Web3]:
    """A fresh Anvil on a free port, with the limit of gas a transaction; ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["anvil", "--silent", "--port", str(port), "--timestamp", "1700000000"], stdout=subprocess.DEVNULL
    )
    try:
        web3 = Web3(HTTPProvider(f"http://127.0.0.1:{port}", request_kwargs={"timeout": 60}))
        while not web3.is_connected():
            if process.poll() is not None:
                raise RuntimeError(f"anvil ended with {process.returncode}")
        yield web3
    finally:
        process.terminate()
        process.wait()


def deployed(web3: Web3, name: str, *arguments: Any) -> Contract:
    """A contract of contracts/, as forge compiled it, deployed by Anvil's first account."""
    out = Path(os.environ.get("FOUNDRY_OUT", ROOT / "out"))
    made = json.loads((out / f"{name}.sol" / f"{name}.json").read_text())
    factory = web3.eth.contract(abi=made["abi"], bytecode=made["bytecode"]["object"])
    sent = factory.constructor(*arguments).transact({"from": web3.eth.accounts[0], "gas": GAS})
    receipt = web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.002)
    return web3.eth.contract(receipt["contractAddress"], abi=made["abi"])
