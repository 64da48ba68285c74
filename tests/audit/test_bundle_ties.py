"""Headers tied over any distance by the chain's own record of block hashes, on a chain that is only made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import rlp
from eth_account import Account
from trie import HexaryTrie

from workpact.audit.bundle.anchors import tied
from workpact.audit.bundle.chain import RECORD, RING, prove, ring_slot
from workpact.audit.bundle.packing import BadBundle, Text
from workpact.audit.node import StateGone
from workpact.audit.proofs import EMPTY_ROOT, HEADER, BadProof, Header, Pool, keccak, listed
from workpact.audit.transactions import sender

KEY = "0x" + "42" * 32
SENT = Account.sign_transaction(
    {"nonce": 0, "gasPrice": 1, "gas": 21_000, "to": None, "value": 0, "data": b"", "chainId": 5}, KEY
)
RECEIPT = rlp.encode([1, 21_000, bytes(256), []])
NO_UNCLES = bytes(32)


class MadeUp:
    """A chain of which only some blocks exist; each state has the record, with the hashes of those before it."""

    def __init__(self, *numbers: int, keeps: int = 0, has_record: bool = True) -> None:
        self.keeps, self.has_record = keeps, has_record
        self.headers: dict[int, Header] = {}
        self.states: dict[int, dict[bytes, bytes]] = {}
        transactions, receipts = listed([bytes(SENT.raw_transaction)])[0], listed([RECEIPT])[0]
        wanted = set(numbers) | {each - RING * hop for each in numbers for hop in range(1, 4) if each > RING * hop}
        for number in sorted(wanted | {each + 1 + gap for each in numbers for gap in range(3)}):
            root, self.states[number] = self._state(number)
            before = self.headers.get(number - 1)
            fields: dict[str, Any] = dict.fromkeys(HEADER, b"")
            fields |= {"parentHash": before.hash if before else bytes(32), "sha3Uncles": NO_UNCLES, "stateRoot": root}
            fields |= {"transactionsRoot": transactions, "receiptsRoot": receipts, "number": number}
            fields["timestamp"] = number * 12
            self.headers[number] = Header.read(rlp.encode([fields[name] for name in HEADER]))

    def _state(self, number: int) -> tuple[bytes, dict[bytes, bytes]]:
        nodes: dict[bytes, bytes] = {}
        slots, accounts = HexaryTrie(nodes), HexaryTrie(nodes)
        for each, header in self.headers.items():
            if number - RING <= each < number:
                slots[keccak(ring_slot(each))] = rlp.encode(header.hash.lstrip(b"\0"))
        accounts[keccak(bytes(20))] = rlp.encode([0, 0, EMPTY_ROOT, keccak(b"")])
        if self.has_record:
            accounts[keccak(RECORD)] = rlp.encode([1, 0, slots.root_hash, keccak(b"code")])
        return accounts.root_hash, nodes

    # What is asked of a node

    def blocks(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        return [self._json(self.headers[each]) for each in numbers]

    def proof(self, _: str, slots: Sequence[bytes], block: int) -> dict[str, Any]:
        if block < self.keeps:
            raise StateGone("gone")
        header, pool = self.headers[block], Pool(self.states[block].values())
        found = pool.value(header.state_root, keccak(RECORD))
        for slot in slots if found else ():
            pool.value(rlp.decode(found)[2], keccak(slot))
        return {"accountProof": ["0x" + each.hex() for each in pool.used], "storageProof": []}

    def _json(self, header: Header) -> dict[str, Any]:
        fields = rlp.decode(header.raw)
        named = {name: "0x" + (each.hex() or "0") for name, each in zip(HEADER, fields, strict=True)}
        empty = {name: "0x" for name, each in zip(HEADER, fields, strict=True) if not each and name not in NUMBERED}
        return named | empty | {"hash": "0x" + header.hash.hex()}

    # The part of a bundle that is about headers

    def text(self, events: Sequence[int], last: int) -> tuple[Text, Pool]:
        known = {each: self.headers[each] for each in events}
        node: Any = self
        headers, ties, nodes = tied(node, known, self.headers[last])
        shown = {each for of in ties.values() for each in of}
        _, sent = listed([bytes(SENT.raw_transaction)])
        _, receipts = listed([RECEIPT])
        book = {"address": "0x" + "00" * 20, "contract": "Agreement", "key": "0x" + "00" * 32}
        book["events"] = [{"block": each, "log": 0, "transaction": 0} for each in events]
        loose = [each for each in sorted(headers)[:-1] if each + 1 not in headers and each not in shown]
        value = {
            "agreement": "0x" + "00" * 20,
            "books": [book],
            "chain": 5,
            "contracts": [],
            "documents": [],
            "format": "workpact-bundle",
            "headers": ["0x" + headers[each].raw.hex() for each in sorted(headers)],
            "nodes": [],
            "papers": None,
            "payroll": None,
            "room": None,
            "talent": None,
            "receipts": True,
            "reports": None,
            "revealed": [],
            "ties": [{"at": at, "of": ties[at]} for at in sorted(ties, reverse=True)],
            "untied": loose,
            "version": 2,
        }
        pool = Pool([*nodes, *sent.values(), *receipts.values(), *self.states[last].values()])
        prove(Text.model_validate(value), (), pool)
        value["nodes"] = ["0x" + each.hex() for each in pool.used]
        return Text.model_validate(value), pool


NUMBERED = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"}


def shape(text: Text) -> tuple[list[int], dict[int, list[int]], list[int]]:
    return [Header.read(each).number for each in text.headers], {each.at: each.of for each in text.ties}, text.untied


def test_sender__is_who_signed():
    assert "0x" + sender(bytes(SENT.raw_transaction))[0].hex() == Account.from_key(KEY).address.lower()


def test_small_gaps__are_filled_and_larger_ones_recorded():
    chain = MadeUp(100, 104, 109, 110)
    text, _ = chain.text([100, 104], 109)
    assert shape(text) == ([100, 101, 102, 103, 104, 109], {109: [104]}, [])
    head = chain.headers[109].hash
    assert prove(text, [head]).tied == {100, 101, 102, 103, 104, 109}


def test_far_headers__are_tied_by_hops():
    last = 30_000
    chain = MadeUp(100, 20_000, last)
    text, _ = chain.text([100, 20_000], last)
    # 30,000 reaches down to 21,809, from there 20,000 is reached; 20,000 reaches 11,809, that 3,618, and that 100.
    hops = {30_000: [21_809], 21_809: [20_000], 20_000: [11_809], 11_809: [3_618], 3_618: [100]}
    assert shape(text) == ([100, 3_618, 11_809, 20_000, 21_809, 30_000], hops, [])
    assert prove(text, [chain.headers[last].hash]).tied == {100, 3_618, 11_809, 20_000, 21_809, 30_000}


def test_far_headers__stay_loose_where_the_node_has_no_old_state():
    last = 30_000
    chain = MadeUp(100, 20_000, 29_000, last, keeps=last)
    text, _ = chain.text([100, 20_000, 29_000], last)
    assert shape(text) == ([100, 20_000, 29_000, 30_000], {30_000: [29_000]}, [100, 20_000])
    proved = prove(text, [chain.headers[last].hash])
    assert proved.tied == {29_000, 30_000}
    given = [chain.headers[each].hash for each in (100, 20_000, last)]
    assert prove(text, given).tied == {100, 20_000, 29_000, 30_000}


def test_chain_without_a_record__leaves_headers_loose():
    chain = MadeUp(100, 200, has_record=False)
    text, _ = chain.text([100], 200)
    assert shape(text) == ([100, 200], {}, [100])


@pytest.mark.threat("T73")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ties": []}, "superfluous"),
        ({"untied": [100]}, "not those"),
        ({"ties": [{"at": 200, "of": [100, 100]}]}, "not in its form"),
        ({"ties": [{"at": 200, "of": [100]}, {"at": 200, "of": [100]}]}, "not in order"),
        ({"ties": [{"at": 201, "of": [100]}]}, "not in its form"),
        ({"ties": [{"at": 100, "of": [100]}]}, "no record|not one|missing"),
    ],
)
def test_forged_ties__are_refused(changes, words):
    text, _ = MadeUp(100, 200).text([100], 200)
    plain = {name: getattr(text, name) for name in Text.model_fields} | changes
    made = Text.model_construct(**plain | {"ties": _ties(changes, text)})
    with pytest.raises((BadBundle, BadProof), match=words):
        prove(made, [])


def _ties(changes: dict[str, Any], text: Text) -> Any:
    kind = type(text.ties[0])
    return [kind(**each) for each in changes["ties"]] if "ties" in changes else text.ties
