"""Every type of transaction in one block, read back from its header (SPEC.md 13.4)."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_account import Account

from tests.anvil import anvil, ask
from tests.audit.evidence import verifier
from workpact.audit.node import Node
from workpact.audit.proofs import Header, NotEthereum, Pool, keccak, listed
from workpact.audit.transactions import logs_in, receipt, sender, transaction

CHAIN = 31337
SENDERS = [Account.from_key(f"0x{number:064x}") for number in range(1, 7)]
SINK = "0x" + "11" * 20
FEES = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1}
ACCESS = [{"address": SINK, "storageKeys": ["0x" + "01" * 32, "0x" + "02" * 32]}]
PLAIN = {"to": SINK, "value": 5, "gas": 100_000, "nonce": 0, "data": b"\x01\x02"}
LOGGING = bytes.fromhex("7f" + "aa" * 32 + "60005260206000a0")
"""Init code that logs a word without topics."""


def signed() -> list[bytes]:
    """One of each type, and one that is for any chain."""
    legacy, old, listed_, new, code, creating = SENDERS
    authorization = creating.sign_authorization({"chainId": CHAIN, "address": SINK, "nonce": 1})
    made = [
        legacy.sign_transaction({**PLAIN, "gasPrice": 10**10, "chainId": CHAIN}),
        old.sign_transaction({**PLAIN, "gasPrice": 10**10}),
        listed_.sign_transaction(
            {**PLAIN, "gasPrice": 10**10, "chainId": CHAIN, "accessList": ACCESS, "type": 1},
        ),
        new.sign_transaction({**PLAIN, **FEES, "chainId": CHAIN, "accessList": ACCESS, "type": 2}),
        code.sign_transaction({**PLAIN, **FEES, "chainId": CHAIN, "authorizationList": [authorization], "type": 4}),
        creating.sign_transaction({**FEES, "gas": 200_000, "nonce": 0, "data": LOGGING, "value": 0, "chainId": CHAIN}),
    ]
    return [bytes(each.raw_transaction) for each in made]


def mined(url: str, raw: list[bytes]) -> Any:
    """A block of these transactions, and its receipts."""
    for each in raw:
        ask(url, "eth_sendRawTransaction", "0x" + each.hex())
    ask(url, "evm_mine")
    node = Node(url)
    found = node.ask("eth_getBlockByNumber", "latest", True)
    return found, node.receipts(int(found["number"], 16), [each["hash"] for each in found["transactions"]])


@pytest.fixture(scope="module")
def block() -> Any:
    with anvil("--order", "fifo") as url:
        ask(url, "evm_setAutomine", False)
        for each in SENDERS:
            ask(url, "anvil_setBalance", each.address, hex(10**20))
        return mined(url, signed())


def test_every_type__hashes_to_the_header(block):
    found, receipts = block
    header = Header.of(found)
    assert [each["type"] for each in found["transactions"]] == ["0x0", "0x0", "0x1", "0x2", "0x4", "0x2"]
    raw = [transaction(each) for each in found["transactions"]]
    assert listed(raw)[0] == header.transactions_root
    made = [receipt(each) for each in receipts]
    root, nodes = listed(made)
    assert root == header.receipts_root
    assert [len(logs_in(each)) for each in made] == [0, 0, 0, 0, 0, 1]
    assert logs_in(made[-1])[0].data == b"\xaa" * 32
    pool = Pool(nodes.values())
    assert [pool.value(root, rlp.encode(index)) for index in range(7)] == [*made, b""]


def test_every_type__tells_who_signed_and_for_which_chain(block):
    found, _ = block
    told = [sender(transaction(each)) for each in found["transactions"]]
    assert ["0x" + who.hex() for who, _ in told] == [each.address.lower() for each in SENDERS]
    assert [chain for _, chain in told] == [CHAIN, None, CHAIN, CHAIN, CHAIN, CHAIN]


def test_every_type__in_one_file_too(block):
    found, _ = block
    for each in found["transactions"]:
        raw = transaction(each)
        assert verifier.signer(raw) == sender(raw)
        assert keccak(raw).hex() == each["hash"][2:]


def test_blob_transaction__is_read_from_its_json():
    hashes, key = ["0x01" + "22" * 31, "0x01" + "33" * 31], SENDERS[0]
    fields = {**PLAIN, **FEES, "chainId": CHAIN, "maxFeePerBlobGas": 10**9, "accessList": ACCESS, "type": 3}
    made = key.sign_transaction(fields | {"blobVersionedHashes": hashes})
    told = {name: hex(each) if isinstance(each, int) else each for name, each in fields.items()}
    told |= {"input": "0x0102", "blobVersionedHashes": hashes, "hash": "0x" + bytes(made.hash).hex()}
    told |= {"yParity": hex(made.v), "r": hex(made.r), "s": hex(made.s)}
    raw = transaction(told)
    assert raw == bytes(made.raw_transaction)
    assert sender(raw) == (bytes.fromhex(key.address[2:]), CHAIN)
    assert verifier.signer(raw) == sender(raw)


def test_edited_transaction__is_no_transaction(block):
    found, _ = block
    for each in found["transactions"]:
        with pytest.raises(NotEthereum):
            transaction(each | {"value": "0x6"})


def test_edited_header__is_no_header(block):
    found, _ = block
    with pytest.raises(NotEthereum, match="do not hash"):
        Header.of(found | {"gasUsed": "0x1"})
