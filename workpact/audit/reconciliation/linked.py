"""Whether the events of each book make the word that its contract holds: none is missing, added or edited (10.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eth_utils.crypto import keccak

from workpact.audit.entries import Entry
from workpact.audit.node import Node, StateGone
from workpact.audit.reconciliation.result import Difference
from workpact.history import OUTSIDE, link

Key = tuple[str, str, bytes]
"""Contract, address and key of a book."""


def unlinked(node: Node, entries: Sequence[Entry], last: int) -> list[Difference]:
    """The books whose events are not those of their history until a block, each with the first block that differs."""
    books: dict[Key, list[Entry]] = {}
    for each in entries:
        if each.name not in OUTSIDE:
            books.setdefault((each.contract, each.log.address, each.log.topics[1]), []).append(each)
    keys = list(books)
    try:
        answers = node.call_many([_call(key) for key in keys], last)
    except StateGone:
        return []
    held = {key: answer.rjust(32, b"\0") for key, answer in zip(keys, answers, strict=True)}
    return [_difference(node, key, books[key], last) for key in keys if _word(books[key], last) != held[key]]


def _difference(node: Node, key: Key, entries: Sequence[Entry], last: int) -> Difference:
    def same(block: int) -> bool:
        try:
            return node.call(*_call(key), block).rjust(32, b"\0") == _word(entries, block)
        except StateGone:
            return True

    block = _first(same, 0, last)
    here = [each for each in entries if each.log.block == block]
    contract, _, book = key
    what = f"the events of {contract} 0x{book.hex()} are not those of its history: one is missing, added or edited"
    return Difference(block, "history", what, entry=here[-1] if here else None)


def _first(same: Callable[[int], bool], low: int, high: int) -> int:
    """The first block that is not the same, between one that is and one that is not: words never meet again."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if same(middle) else (low, middle)
    return high


def _call(key: Key) -> tuple[str, bytes]:
    contract, address, book = key
    view = "history" if contract == "Agreement" else "historyOf"
    return address, keccak(text=f"{view}(bytes32)")[:4] + book


def _word(entries: Sequence[Entry], block: int) -> bytes:
    word = bytes(32)
    for each in entries:
        if each.log.block <= block:
            word = link(word, each.log.timestamp, each.log.hash)
    return word
