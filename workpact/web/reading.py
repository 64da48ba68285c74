"""One agreement, block after block: what was read, decoded and proved stays, and only what is new is read.

What a block does not change is not made again, but nothing is taken over unproved: each snapshot's events make the
words that the contracts hold at its block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from workpact.audit.entries import BlockGone, Entry, Log, decoded
from workpact.audit.history import BookHistory, Head, History, collected, head, proved, words_at
from workpact.audit.index import IndexLogs
from workpact.audit.node import Node
from workpact.audit.reports import reports_of
from workpact.audit.subject import Book, Subject
from workpact.history import recompute
from workpact.web.answers import answers_of
from workpact.web.snapshot import Snapshot

Find = Callable[[int], Subject]
"""The agreement with all the documents that it has at a block."""


class Reading:
    """One agreement through one index, as long as no block that it was read from is replaced."""

    def __init__(self, node: Node, logs: IndexLogs, find: Find) -> None:
        self.lock = Lock()
        self._node = node
        self._find = find
        self._logs = _Kept(logs)
        self._subject: Subject | None = None
        self._books: dict[Book, tuple[int, BookHistory]] = {}
        self._calls: dict[bytes, bytes] = {}
        self.made: Snapshot | None = None

    def at(self, at: Head) -> Snapshot:
        """The agreement at a block, or at a later one that it was read at already.

        Raises what `verified` and `Subject.found` do.
        """
        known = self.made
        if known is not None and known.head.number >= at.number:
            return known
        subject, read = self._collected(at.number)
        words = words_at(self._node, list(read), at.number)
        self._require_there(at)
        history = History(subject, at, tuple(self._proved(book, found, words[book]) for book, found in read.items()))
        answers = answers_of(self._node, self._logs, history)
        self._require_there(at)
        if known is not None and known.history.subject is subject and known.history.books == history.books:
            self.made = known.at(at, answers)
        else:
            self.made = Snapshot(history, self._reports(history, known), answers)
        return self.made

    def __len__(self) -> int:
        """Events that are kept."""
        return len(self._logs)

    def concerns(self, log: Log) -> bool:
        """Whether a log is of one of its books, as far as they are known."""
        topics = log.topics[1:3]
        return any(book.address == log.address and book.key in topics[:1] for book in self._books) or (
            self._subject is not None and self._subject.origin in topics
        )

    def _require_there(self, at: Head) -> None:
        if head(self._node, at.number).hash != at.hash:
            raise BlockGone(f"Block {at.number} was replaced while it was read: run the same again.")

    def _collected(self, last: int) -> tuple[Subject, dict[Book, list[Entry]]]:
        subject = self._subject or self._find(last)
        while True:
            read = collected(subject, self._logs, last, self._logs.decoded)
            (own,) = (found for book, found in read.items() if book.contract == "Agreement")
            ids = [subject.origin, *(bytes(each["id"]) for each in own if each.name == "Amended")]
            if ids == list(subject.messages):
                self._subject = subject
                return subject, read
            subject = self._find(last)
            if ids != list(subject.messages):
                raise BlockGone(f"Block {last} was replaced while it was read: run the same again.")

    def _proved(self, book: Book, found: Sequence[Entry], word: bytes) -> BookHistory:
        count, known = self._books.get(book, (0, None))
        made = None
        if known is not None and (count, known.word) == (len(found), word):
            made = known
        elif known is not None and book.contract != "SLAOracle":
            new = tuple(found[count:])
            if recompute((each.event for each in new), known.word) == word:
                made = BookHistory(book, word, known.entries + new)
        assert self._subject is not None
        made = made or proved(self._subject, book, found, word)
        self._books[book] = len(found), made
        return made

    def _reports(self, history: History, known: Snapshot | None) -> Mapping[bytes, Mapping[str, Any]]:
        entries = history.of("SLAOracle")
        if known is not None and known.history.of("SLAOracle") == entries:
            return known.reports
        new = list(dict.fromkeys(each.log.transaction for each in entries if each.log.transaction not in self._calls))
        for name, found in zip(new, self._node.transactions(["0x" + each.hex() for each in new]), strict=True):
            self._calls[name] = bytes.fromhex(found["input"][2:])
        return reports_of(entries, [self._calls[each] for each in dict.fromkeys(e.log.transaction for e in entries)])


class _Kept:
    """Logs that are read and decoded once."""

    def __init__(self, logs: IndexLogs) -> None:
        self._logs = logs
        self._found: dict[tuple[str, tuple[bytes | None, ...]], tuple[int, list[Log]]] = {}
        self._entries: dict[tuple[int, int], Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def read(self, address: str, topics: Sequence[bytes | None], last: int) -> list[Log]:
        """As `Logs` says; never of an earlier block than before."""
        key = (address, tuple(topics))
        until, found = self._found.get(key, (-1, []))
        if last > until:
            found = found + self._logs.read(address, topics, last, until + 1)
            self._found[key] = last, found
        return found

    def decoded(self, contract: str, log: Log) -> Entry:
        """A log as what it says."""
        if log.place not in self._entries:
            self._entries[log.place] = decoded(contract, log)
        return self._entries[log.place]
