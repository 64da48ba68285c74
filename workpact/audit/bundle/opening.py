"""Opening a bundle: every part is checked before anything of it is given out (SPEC.md 13.3–13.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address

from workpact import WorkpactError
from workpact.audit.bundle.chain import Carried, Proved, prove
from workpact.audit.bundle.extras import papers_in, reports_in, revealed_in
from workpact.audit.bundle.messages import read
from workpact.audit.bundle.packing import BadBundle, BookText, LogText, PlaceText, Text, unpacked
from workpact.audit.bundle.statement import Statement, stated
from workpact.audit.entries import Entry, Log, decoded
from workpact.audit.history import BookHistory, Head, History
from workpact.audit.proofs import Header
from workpact.audit.subject import Book, Subject
from workpact.audit.transactions import RawLog
from workpact.history import HistoryDiffers, link
from workpact.terms import eip712

STRIDE = 1_000_000
"""A log's position in a bundle: its transaction's index times this, plus its index in the receipt. The index in the
block, which a node gives, is proved by no single receipt."""


Logs = Mapping[tuple[int, int], Sequence[Log]]
"""Of transactions with receipts, by block and index."""


class OtherBlock(WorkpactError):
    """The bundle is not of the block whose hash was given."""


@dataclass(frozen=True)
class Opened:
    """What a bundle proves, and what on (`statement`)."""

    history: History
    reports: Mapping[bytes, Mapping[str, Any]]
    """Service-level reports by struct hash, as far as it has them."""
    logs: tuple[Log, ...]
    """All logs of the transactions of its events, also of other contracts, in order; none without receipts."""
    revealed: Mapping[bytes, bytes]
    """Files by the salted hash that an event has."""
    statement: Statement


def opened(content: bytes, block_hashes: Sequence[bytes]) -> Opened:
    """The bundle that a file is, checked against the hash of its block; more hashes tie more of its headers.

    Raises `NotABundle`, `BundleTruncated`, `BundleDamaged`, `OtherVersion`, `BadBundle`, `BadProof`, `OtherBlock`,
    `HistoryDiffers`, `ForeignLog`.
    """
    text = unpacked(content)
    proved = prove(text, block_hashes)
    _check_hashes(text, proved, block_hashes)
    logs = {place: _logs(each) for place, each in proved.carried.items()}
    books = tuple(_book(each, word, logs) for each, word in zip(text.books, proved.words, strict=True))
    if not text.receipts:
        books = _placed(books)
    entries = [entry for book in books for entry in book.entries]
    messages = _messages(text, entries)
    subject = _subject(text, messages, papers_in(text, messages))
    moved = [entry for entry in entries if entry.name == "DocumentReplaced"]
    if tuple(each.book for each in books) != subject.books(moved):
        raise BadBundle("The bundle's books are not all those of its documents, in order.")
    head = proved.head
    history = History(subject, Head(head.number, head.hash, head.timestamp), books)
    reports, revealed = reports_in(text, entries), revealed_in(text, entries)
    statement = stated(text, proved, history, reports, revealed)
    return Opened(history, reports, _in_order(logs), revealed, statement)


def _check_hashes(text: Text, proved: Proved, given: Sequence[bytes]) -> None:
    head, known = proved.head, {each.hash: each.number for each in proved.headers}
    of = f"The bundle is of block {head.number} of chain {text.chain}, 0x{head.hash.hex()}"
    if head.hash not in given:
        for each in given:
            if each in known:
                raise OtherBlock(f"{of}. 0x{each.hex()} is its earlier block {known[each]}: give the last one's hash.")
        raise OtherBlock(
            f"{of}; {', '.join('0x' + each.hex() for each in given) or 'no hash'} is given. Either that hash is of "
            "another block or another chain, or the chain was reorganised since: then export again."
        )
    for each in given:
        if each not in known:
            raise OtherBlock(f"{of}. It has no block 0x{each.hex()}: leave that hash out, or check it.")


def _in_order(logs: Logs) -> tuple[Log, ...]:
    return tuple(log for place in sorted(logs) for log in logs[place])


def _book(text: BookText, word: bytes, carried: Logs) -> BookHistory:
    """A book whose events make its word."""
    book = Book(text.contract, to_checksum_address(text.address), text.key)
    logs = [_log(event, book, carried) for event in text.events]
    if any(after.place <= before.place for before, after in pairwise(logs) if after.block):
        raise BadBundle(f"Events of {book.contract} {book.address} are not in order.")
    made = bytes(32)
    for log in logs:
        made = link(made, log.timestamp, log.hash)
    if made != word:
        raise HistoryDiffers(
            f"The events of {book.contract} {book.address} make 0x{made.hex()}, the contract holds 0x{word.hex()}: one "
            "is missing, added, moved or edited."
        )
    try:
        return BookHistory(book, word, tuple(decoded(book.contract, log) for log in logs))
    except (DecodingError, ValueError, OverflowError):
        raise BadBundle(
            f"An event of {book.contract} {book.address} has not the arguments of one: the contract is another."
        ) from None


def _log(event: LogText | PlaceText, book: Book, carried: Logs) -> Log:
    if isinstance(event, LogText):
        raw = RawLog(b"", tuple(event.topics), event.data)
        return Log(book.address, raw.topics, raw.data, 0, b"", event.time, b"", "", 0)
    logs = carried[event.block, event.transaction]
    if event.log >= len(logs):
        raise BadBundle(f"Transaction {event.transaction} of block {event.block} has no log {event.log}.")
    log = logs[event.log]
    if log.address != book.address:
        raise BadBundle(f"Log {log.position} of block {log.block} is not one of {book.address}.")
    return log


@lru_cache(4096)
def _address(raw: bytes) -> str:
    return to_checksum_address(raw)


def _logs(carried: Carried) -> list[Log]:
    header: Header = carried.header
    sender = _address(carried.sender)
    first = carried.index * STRIDE
    return [
        Log(
            _address(raw.address),
            raw.topics,
            raw.data,
            header.number,
            header.hash,
            header.timestamp,
            carried.hash,
            sender,
            first + index,
        )
        for index, raw in enumerate(carried.logs)
    ]


def _placed(books: Sequence[BookHistory]) -> tuple[BookHistory, ...]:
    """Books without receipts: the order between contracts is by time, then by book, and nothing more is proved."""
    order = sorted(
        (entry.log.timestamp, number, index)
        for number, book in enumerate(books)
        for index, entry in enumerate(book.entries)
    )
    position = {(number, index): place for place, (_, number, index) in enumerate(order)}
    return tuple(
        BookHistory(
            book.book,
            book.word,
            tuple(_at(entry, position[number, index]) for index, entry in enumerate(book.entries)),
        )
        for number, book in enumerate(books)
    )


def _at(entry: Entry, position: int) -> Entry:
    log = entry.log
    moved = Log(log.address, log.topics, log.data, 0, b"", log.timestamp, b"", "", position)
    return Entry(moved, entry.contract, entry.name, entry.arguments)


def _messages(text: Text, entries: Iterable[Entry]) -> dict[bytes, Mapping[str, Any]]:
    """The documents by id, which are those that the events brought into force, in order."""
    agreement = to_checksum_address(text.agreement)
    domain = eip712.domain(eip712.AGREEMENT_DOMAIN, text.chain, agreement)
    read_ = [read("Agreement", each, f"documents.{index}") for index, each in enumerate(text.documents)]
    found = {eip712.digest("Agreement", each, domain): each for each in read_}
    own = [each for each in entries if each.contract == "Agreement"]
    origins = [bytes(each["origin"]) for each in own if each.name == "Opened"]
    ids = origins + [bytes(each["id"]) for each in own if each.name == "Amended"]
    if len(origins) != 1 or list(found) != ids or len(read_) != len(ids):
        raise BadBundle(
            f"The bundle's documents are not those that its events brought into force on chain {text.chain} at "
            f"{agreement}: chain, contract or a document was exchanged."
        )
    return found


def _subject(text: Text, messages: Mapping[bytes, Mapping[str, Any]], papers: Mapping[bytes, Any]) -> Subject:
    payroll, room, talent = (
        None if each is None else to_checksum_address(each) for each in (text.payroll, text.room, text.talent)
    )
    agreement = to_checksum_address(text.agreement)
    return Subject(text.chain, agreement, next(iter(messages)), payroll, messages, papers, room, talent)
