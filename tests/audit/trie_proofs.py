"""Proofs of receipts, good ones and broken ones, and what OpenZeppelin's contract says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import rlp
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.audit.evidence import verifier
from tests.audit.long_life import Life
from workpact.audit.proofs import BadProof, Pool, listed
from workpact.audit.transactions import receipt

TOGETHER = 50


@dataclass(frozen=True)
class Case:
    """A claim that a trie with this root has the value under the key."""

    value: bytes
    root: bytes
    key: bytes
    proof: tuple[bytes, ...]

    @property
    def holds(self) -> bool:
        """What the package says."""
        pool = Pool(self.proof)
        try:
            found = pool.value(self.root, self.key)
            pool.check_used()
        except BadProof:
            return False
        return bool(found) and found == self.value

    @property
    def holds_alone(self) -> bool:
        """What the verifier in one file says."""
        nodes = verifier.Nodes(self.proof)
        try:
            found = nodes.value(self.root, self.key)
        except verifier.Refused:
            return False
        is_whole = [nodes.by_hash[each] for each in nodes.used] == list(self.proof)
        return bool(found) and found == self.value and is_whole


def cases(life: Life, blocks: Sequence[int], count: int, seed: int) -> list[Case]:
    """Of receipts of these blocks: every fourth case is good, the others broken somewhere."""
    random = Random(seed)
    tries = [_trie(life, each) for each in blocks]
    found: list[Case] = []
    while len(found) < count:
        good = _case(*random.choice(tries), random)
        other = _case(*random.choice(tries), random)
        found += [good, *(_broken(good, other, random) for _ in range(3))]
    return found[:count]


def _trie(life: Life, block: int) -> tuple[list[bytes], bytes, dict[bytes, bytes]]:
    found = life.node.block(block)
    values = [receipt(each) for each in life.node.receipts(block, found["transactions"])]
    root, nodes = listed(values)
    assert "0x" + root.hex() == found["receiptsRoot"]
    return values, root, nodes


def _case(values: list[bytes], root: bytes, nodes: dict[bytes, bytes], random: Random) -> Case:
    index = random.randrange(len(values))
    pool = Pool(nodes.values())
    assert pool.value(root, rlp.encode(index)) == values[index]
    return Case(values[index], root, rlp.encode(index), tuple(pool.used))


def _broken(good: Case, other: Case, random: Random) -> Case:
    at = random.randrange(len(good.proof))
    node = bytearray(good.proof[at])
    node[random.randrange(len(node))] ^= random.randrange(1, 256)
    ways = (
        replace(good, proof=(*good.proof[:at], bytes(node), *good.proof[at + 1 :])),
        replace(good, proof=(*good.proof[:at], *good.proof[at + 1 :])),
        replace(good, proof=(*good.proof, other.proof[-1])),
        replace(good, proof=tuple(reversed(good.proof))),
        replace(good, proof=(*good.proof[:at], good.proof[at], *good.proof[at:])),
        replace(good, value=other.value),
        replace(good, value=good.value[:-1]),
        replace(good, key=rlp.encode(random.randrange(500))),
        replace(good, root=other.root),
        replace(good, root=keccak(good.root)),
        replace(good, proof=other.proof),
        replace(good, proof=(*good.proof[:at], good.proof[at][: len(good.proof[at]) // 2], *good.proof[at + 1 :])),
    )
    return random.choice(ways)


def answers_of_contract(life: Life, address: str, given: Sequence[Case]) -> list[bool]:
    """What the contract says; a revert is a no."""
    selector = keccak(text="verify(bytes,bytes32,bytes,bytes[])")[:4]
    calls: list[Any] = [
        selector + encode(["bytes", "bytes32", "bytes", "bytes[]"], [each.value, each.root, each.key, each.proof])
        for each in given
    ]
    return [_answer(life, address, each) for each in calls]


def _answer(life: Life, address: str, data: bytes) -> bool:
    from workpact.audit.node import NodeRefused

    try:
        answer = life.node.ask("eth_call", {"to": address, "data": "0x" + data.hex(), "gas": hex(30_000_000)}, "latest")
    except NodeRefused:
        return False
    return int(answer, 16) == 1
