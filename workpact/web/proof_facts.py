"""What a browser needs to prove a record by one block hash (SPEC.md 16.9): nothing of it is to be believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workpact.audit.bundle.anchors import proof_nodes
from workpact.audit.bundle.chain import slot_of
from workpact.audit.entries import BlockGone, plain
from workpact.audit.history import BookHistory, History
from workpact.audit.node import Node
from workpact.audit.proofs import Header
from workpact.terms import eip712

FORMAT = "workpact-proof/1"


def proof(node: Node, history: History) -> bytes:
    """JSON of the record's events as they were emitted, the words they make, and the proofs of these.

    Raises `BlockGone`, `StateGone`, `NotEthereum`.
    """
    subject, head = history.subject, history.head
    header = Header.of(node.block(head.number))
    if header.hash != head.hash:
        raise BlockGone(f"Block {head.number} was replaced while it was read: load the page again.")
    value = {
        "format": FORMAT,
        "chain": subject.chain_id,
        "agreement": subject.agreement,
        "origin": plain(subject.origin),
        "block": {"number": head.number, "hash": plain(head.hash), "timestamp": head.timestamp},
        "header": plain(header.raw),
        "documents": [_document(each) for each in subject.messages.values()],
        "named": subject.named,
        "books": [_book(each) for each in history.books],
        "nodes": _nodes(node, history),
    }
    return json.dumps(value, separators=(",", ":")).encode()


def _document(message: Mapping[str, Any]) -> dict[str, Any]:
    """What was signed, without the domain, which follows from chain and agreement."""
    typed = eip712.typed_data("Agreement", message, {})
    del typed["types"]["EIP712Domain"]
    return {name: typed[name] for name in ("types", "message")}


def _book(book: BookHistory) -> dict[str, Any]:
    return {
        "contract": book.book.contract,
        "address": book.book.address,
        "key": plain(book.book.key),
        "word": plain(book.word),
        "events": [
            {
                "time": each.log.timestamp,
                "topics": [plain(topic) for topic in each.log.topics],
                "data": plain(each.log.data),
            }
            for each in book.entries
        ],
    }


def _nodes(node: Node, history: History) -> list[str]:
    """Of the trie of accounts and those of storage, each once."""
    slots: dict[str, list[bytes]] = {}
    for each in history.books:
        slots.setdefault(each.book.address, []).append(slot_of(each.book.contract, each.book.key))
    ways = (proof_nodes(node, bytes.fromhex(at[2:]), slots[at], history.head.number) for at in slots)
    return [plain(each) for each in dict.fromkeys(each for way in ways for each in way)]
