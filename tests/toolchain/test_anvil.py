"""Ape's local network refuses what a network after EIP-7825 refuses; and it goes on for as long as it is asked."""

import json
import urllib.request

import pytest
from web3.exceptions import Web3RPCError

from tests.anvil import POLL, anvil, ask, connected

LIMIT = 16_777_216
CALLS = 6_000
"""Anvil writes a line for each: more than a pipe holds that nobody reads."""


@pytest.fixture(scope="module")
def web3():
    with connected() as web3:
        yield web3


def test_transaction__at_the_limit__passes(web3):
    assert send(web3, LIMIT)["status"] == 1


def test_transaction__above_the_limit__is_refused(web3):
    before = web3.eth.block_number
    with pytest.raises(Web3RPCError, match="gas"):
        send(web3, LIMIT + 1)

    assert web3.eth.block_number == before


def send(web3, gas):
    sender, receiver = web3.eth.accounts[:2]
    sent = web3.eth.send_transaction({"from": sender, "to": receiver, "value": 1, "gas": gas})
    return web3.eth.wait_for_transaction_receipt(sent, poll_latency=POLL)


def test_anvil__thousands_of_calls__answers_them_all():
    calls = [{"jsonrpc": "2.0", "id": number, "method": "eth_blockNumber", "params": []} for number in range(CALLS)]
    body = json.dumps(calls).encode()
    with anvil() as url:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = {each["id"]: each["result"] for each in json.loads(answer.read())}
        assert found == dict.fromkeys(range(CALLS), "0x0")
        assert ask(url, "eth_blockNumber") == "0x0"
