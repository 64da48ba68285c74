"""The verified history: every event of every contract for one agreement, proved complete against the chain's words.

history = verified(node, subject, block)        # raises HistoryDiffers
for entry in history.entries:
    …
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.audit.entries import BlockGone, Entry, Log, completed, decoded, in_order
from workpact.audit.node import Node
from workpact.audit.subject import Book, Subject
from workpact.history import OUTSIDE, HistoryDiffers, link

MOST_UNCLEAR = 12
"""Events of which it must be tried whether they are of a book; twice as many trials for each."""


class Unclear(WorkpactError):
    """Strangers have written so much under the agreement's name that its own events cannot be told from theirs."""


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

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All events in the order of the chain."""
        return tuple(sorted((each for book in self.books for each in book.entries), key=lambda each: each.place))

    def of(self, contract: str) -> tuple[Entry, ...]:
        """Those of one kind of contract, in order."""
        return tuple(each for each in self.entries if each.contract == contract)

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
    books = [_proved(book, words[book], entries) for book, entries in read.items()]
    return History(subject, at, tuple(books))


def words_at(node: Node, books: Sequence[Book], block: int) -> dict[Book, bytes]:
    """The word of each book as its contract answers at a block; zero where there is no such contract."""
    views = ["history" if each.contract == "Agreement" else "historyOf" for each in books]
    calls = [
        (each.address, keccak(text=f"{view}(bytes32)")[:4] + each.key) for each, view in zip(books, views, strict=True)
    ]
    answers = node.call_many(calls, block)
    return {book: answer.rjust(32, b"\0") for book, answer in zip(books, answers, strict=True)}


def collected(subject: Subject, logs: Logs, last: int) -> dict[Book, list[Entry]]:
    """The events of each book until a block; of an oracle also those that may be a stranger's (`own` tells)."""
    named = [bytes.fromhex(subject.agreement[2:]).rjust(32, b"\0"), subject.origin]
    served = {each: _entries(logs, "SLAOracle", each, [None, *named], last) for each in subject.oracles}
    moved = [each for found in served.values() for each in found if each.name == "DocumentReplaced"]
    read: dict[Book, list[Entry]] = {}
    for book in subject.books(moved):
        read[book] = _entries(logs, book.contract, book.address, [None, book.key], last)
        if book.contract == "SLAOracle":
            documents = _documents(subject, book, moved)
            proofs = [each for each in read[book] if each.name == "RecordProved"]
            read[book] = _possible(served[book.address], book, documents) + proofs
            read[book].sort(key=lambda each: each.place)
    return read


def _entries(logs: Logs, contract: str, address: str, topics: Sequence[bytes | None], last: int) -> list[Entry]:
    found = [decoded(contract, log) for log in logs.read(address, topics, last)]
    return [each for each in found if each.name not in OUTSIDE]


def _documents(subject: Subject, book: Book, moved: Iterable[Entry]) -> frozenset[bytes]:
    """The service documents that lead to a book."""
    own = {each for each in subject.services(book.address) if subject.service_key(each) == book.key}
    for each in moved:
        if each.log.address == book.address and bytes(each["book"]) == book.key:
            own |= {bytes(each["oldDocument"]), bytes(each["newDocument"])}
    return frozenset(own)


def _possible(entries: Sequence[Entry], book: Book, documents: frozenset[bytes]) -> list[Entry]:
    """Without those that name a document, or a book, of somebody else: anyone can report on a document of its own."""
    told = [(each, _is_own(each, book, documents), each.arguments.get("period")) for each in entries]
    own = {period for _, is_own, period in told if is_own}
    foreign = {period for _, is_own, period in told if is_own is False} - own
    return [each for each, is_own, period in told if is_own or (is_own is None and period not in foreign)]


def _is_own(entry: Entry, book: Book, documents: frozenset[bytes]) -> bool | None:
    """Whether an event of the oracle is of a book; None where it does not say."""
    if entry.name == "DocumentReplaced":
        return bytes(entry["book"]) == book.key
    document = entry.arguments.get("document")
    return None if document is None else bytes(document) in documents


def _proved(book: Book, word: bytes, entries: Sequence[Entry]) -> BookHistory:
    own = choose(book, entries, word)
    if own is None:
        raise HistoryDiffers(
            f"{len(entries)} events of {book.contract} {book.address} give another history of book 0x{book.key.hex()} "
            f"than 0x{word.hex()}, which the contract holds: the node leaves logs out or has edited them. Ask another "
            "node."
        )
    return BookHistory(book, word, tuple(own))


def choose(book: Book, entries: Sequence[Entry], word: bytes) -> list[Entry] | None:
    """The events that make the word: all, or all but a stranger's that do not say whose they are; None if none do.

    Raises `Unclear` where too many could be a stranger's to try them.
    """
    if _linked(entries) == word:
        return list(entries)
    if book.contract != "SLAOracle":
        return None
    unclear = [number for number, each in enumerate(entries) if not {"document", "book"} & set(each.arguments)]
    if len(unclear) > MOST_UNCLEAR:
        raise Unclear(
            f"{len(unclear)} events of {book.address} under this agreement's name do not say which document they are "
            f"of, and together they are not its history: export at an earlier block (--block), before a stranger's."
        )
    for mask in range(1, 1 << len(unclear)):
        left_out = {number for bit, number in enumerate(unclear) if mask >> bit & 1}
        chosen = [each for number, each in enumerate(entries) if number not in left_out]
        if _linked(chosen) == word:
            return chosen
    return None


def _linked(entries: Iterable[Entry]) -> bytes:
    word = bytes(32)
    for each in entries:
        word = link(word, each.log.timestamp, each.log.hash)
    return word
