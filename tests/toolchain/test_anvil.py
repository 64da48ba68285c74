"""Ape's local network refuses what a network after EIP-7825 refuses."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from .support import ROOT

LIMIT = 16_777_216


@pytest.fixture(scope="module")
def rpc():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    command = [ROOT / ".venv" / "bin" / "anvil", "--port", str(port), "--silent"]
    with subprocess.Popen(command) as anvil:
        for _ in range(100):
            try:
                call("eth_chainId")
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield call
        anvil.terminate()


def test_transaction__at_the_limit__passes(rpc):
    assert "result" in send(rpc, LIMIT)


def test_transaction__above_the_limit__is_refused(rpc):
    answer = send(rpc, LIMIT + 1)

    assert "gas" in answer["error"]["message"]
    assert "result" not in answer


def send(rpc, gas):
    sender, receiver = rpc("eth_accounts")["result"][:2]
    return rpc("eth_sendTransaction", {"from": sender, "to": receiver, "value": "0x1", "gas": hex(gas)})
