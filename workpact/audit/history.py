"""The verified history: every event of every contract for one agreement, proved complete against the chain's words.

history = verified(node, subject, block)        # raises HistoryDiffers
for entry in history.entries:
    …
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from eth_utils.crypto import keccak

from workpact.audit.entries import BlockGone, Entry, Log, completed, decoded, in_order
from workpact.audit.node import Node
from workpact.audit.subject import Book, Subject
from workpact.history import OUTSIDE, HistoryDiffers, recompute
from workpact.service_record import documents_of, of_book


@dataclass(frozen=True)
class Head:
    """The block that a history was read at."""

    number: int
    hash: bytes
    timestamp: int


@dataclass(frozen=True)
class BookHistory:
    """One book: the word that the contract holds, and the events that make it."""

    book: Book
    word: bytes
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class History:
    """All books of one agreement at one block, each proved complete, ordered and unedited."""

    subject: Subject
    head: Head
    books: tuple[BookHistory, ...]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All events in the order of the chain."""
        return tuple(sorted((each for book in self.books for each in book.entries), key=lambda each: each.place))

    def of(self, contract: str) -> tuple[Entry, ...]:
        """Those of one kind of contract, in order."""
        found = (each for book in self.books if book.book.contract == contract for each in book.entries)
        return tuple(sorted(found, key=lambda each: each.place))

    def to_json(self) -> dict[str, Any]:
        """For programs; the same bytes for the same block from any node."""
        subject, head = self.subject, self.head
        return {
            "chain": subject.chain_id,
            "agreement": subject.agreement,
            "origin": "0x" + subject.origin.hex(),
            "documents": ["0x" + each.hex() for each in subject.messages],
            "block": {"number": head.number, "hash": "0x" + head.hash.hex(), "timestamp": head.timestamp},
            "books": [
                {
                    "contract": each.book.contract,
                    "address": each.book.address,
                    "key": "0x" + each.book.key.hex(),
                    "word": "0x" + each.word.hex(),
                    "events": len(each.entries),
                }
                for each in self.books
            ],
            "events": [each.to_json() for each in self.entries],
        }


class Logs(Protocol):
    """Where logs come from: a node (`NodeLogs`), or the index."""

    def read(self, address: str, topics: Sequence[bytes | None], last: int) -> list[Log]:
        """Logs of a contract with these topics until a block, in order; None stands for any."""


@dataclass(frozen=True)
class NodeLogs:
    """Logs asked of a node, from block `born` on."""

    node: Node
    born: int = 0

    def read(self, address: str, topics: Sequence[bytes | None], last: int) -> list[Log]:
        """As `Logs` says."""
        raw = [log for _, found in self.node.logs([address], topics, self.born, last) for log in found]
        return in_order(completed(self.node, raw))


def head(node: Node, which: int | str = "latest") -> Head:
    """A block by number, hash or tag ("latest", "finalized")."""
    found = node.block(which)
    return Head(int(found["number"], 16), bytes.fromhex(found["hash"][2:]), int(found["timestamp"], 16))


def verified(node: Node, subject: Subject, at: Head, logs: Logs | None = None) -> History:
    """The history until a block, compared with each contract's own word there.

    Raises `HistoryDiffers`, `Unclear`, `StateGone` for an older block that the node keeps no state of, `BlockGone`.
    """
    read = collected(subject, logs or NodeLogs(node), at.number)
    words = words_at(node, list(read), at.number)
    if head(node, at.number).hash != at.hash:
        raise BlockGone(f"Block {at.number} was replaced while it was read: run the same again.")
    books = [proved(subject, book, entries, words[book]) for book, entries in read.items()]
    return History(subject, at, tuple(books))


def words_at(node: Node, books: Sequence[Book], block: int) -> dict[Book, bytes]:
    """The word of each book as its contract answers at a block; zero where there is no such contract."""
    views = ["history" if each.contract == "Agreement" else "historyOf" for each in books]
    calls = [
        (each.address, keccak(text=f"{view}(bytes32)")[:4] + each.key) for each, view in zip(books, views, strict=True)
    ]
    answers = node.call_many(calls, block)
    return {book: answer.rjust(32, b"\0") for book, answer in zip(books, answers, strict=True)}


def collected(
    subject: Subject, logs: Logs, last: int, decode: Callable[[str, Log], Entry] = decoded
) -> dict[Book, list[Entry]]:
    """The events of each book until a block; of an oracle all those under the agreement's name."""

    def entries(contract: str, address: str, topics: Sequence[bytes | None]) -> list[Entry]:
        found = [decode(contract, log) for log in logs.read(address, topics, last)]
        return [each for each in found if each.name not in OUTSIDE]

    named = [bytes.fromhex(subject.agreement[2:]).rjust(32, b"\0"), subject.origin]
    served = {each: entries("SLAOracle", each, [None, *named]) for each in subject.oracles}
    moved = [each for found in served.values() for each in found if each.name == "DocumentReplaced"]
    read: dict[Book, list[Entry]] = {}
    for book in subject.books(moved):
        read[book] = entries(book.contract, book.address, [None, book.key])
        if book.contract == "SLAOracle":
            read[book] = sorted([*served[book.address], *read[book]], key=lambda each: each.place)
    return read


def proved(subject: Subject, book: Book, entries: Sequence[Entry], word: bytes) -> BookHistory:
    """The entries of a book that make its word; raises `HistoryDiffers`, `Unclear`."""
    events = [each.event for each in entries]
    if book.contract == "SLAOracle":
        known = {each for each in subject.services(book.address) if subject.service_key(each) == book.key}
        own = of_book(events, book.key, documents_of(book.key, known, events), word)
    else:
        own = events if recompute(events) == word else None
    if own is None:
        raise HistoryDiffers(
            f"{len(entries)} events of {book.contract} {book.address} give another history of book 0x{book.key.hex()} "
            f"than 0x{word.hex()}, which the contract holds: the node leaves logs out or has edited them. Ask another "
            "node."
        )
    chosen = {event.place for event in own}
    return BookHistory(book, word, tuple(each for each in entries if each.place in chosen))
