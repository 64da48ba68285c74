"""All agreements of the index, a line each: made anew when something of it changed, or a date of it has come.

portfolio = Portfolio(follower)
head, lines = portfolio.lines()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock

from eth_utils.crypto import keccak
from sqlalchemy import func, select

from workpact.audit.entries import decoded
from workpact.audit.history import Head
from workpact.audit.index import IndexLogs
from workpact.audit.index.tables import blocks, logs
from workpact.audit.subject import AMENDED, OPENED, DocumentMissing
from workpact.web.follower import Follower
from workpact.web.portfolio_line import Line, line_of, unknown_line
from workpact.web.snapshot import Snapshot
from workpact.web.standing import Standing, standing

WITHDRAWN = keccak(text="Withdrawn(address,address,address,uint256)")
NEVER = (-1, -1)
Book = tuple[bytes, ...]
"""A contract and the first word or two that its events carry: what they belong to."""
Marks = Mapping[Book, tuple[int, bytes]]
"""How many events a book has, and the hash of the block of the last: others than before, and it has changed."""


@dataclass(frozen=True)
class _Kept:
    """A line with what it was made of."""

    line: Line
    marks: tuple[tuple[Book, tuple[int, bytes] | None], ...]
    files: int
    snapshot: Snapshot | None
    due: int | None
    """The next time at which it says something else although nothing happens, Unix seconds."""


class Portfolio:
    """The lines of one follower's agreements."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._lock = Lock()
        self._kept: dict[bytes, _Kept] = {}
        self._head: Head | None = None
        self._marks: Marks = {}

    def lines(self) -> tuple[Head, list[Line]]:
        """All agreements at the head, the first opened first."""
        head = self._follower.head
        with self._lock:
            if head != self._head:
                self._marks = self._read(head.number)
                self._head = head
            agreement = _word(self._follower.index.deployed.contracts["Agreement"])
            origins = [book[2] for book in self._marks if len(book) == 3 and book[:2] == (agreement, OPENED)]
            self._kept = {origin: self._line(origin, head) for origin in origins}
            lines = [kept.line for kept in self._kept.values()]
        return head, sorted(lines, key=lambda line: (line.opened, line.origin))

    # What has changed

    def _read(self, last: int) -> Marks:
        """The marks of all books until a block, and by event of what the Agreement contract logged first."""
        by_book = (logs.c.address, logs.c.topic1, logs.c.topic2)
        opened = select(logs.c.topic1).where(logs.c.topic0 == OPENED, logs.c.block <= last)
        counted = select(*by_book, func.count().label("events"), func.max(logs.c.block).label("block"))
        counted = counted.where(logs.c.address.in_(self._follower.index.deployed.contracts.values()))
        counted = counted.where(logs.c.block <= last).group_by(*by_book)
        agreement = self._follower.index.deployed.contracts["Agreement"]
        with self._follower.index.database.read() as connection:
            hashes = {row.number: row.hash for row in connection.execute(select(blocks.c.number, blocks.c.hash))}
            rows = connection.execute(counted).all()
            origins = list(connection.scalars(opened.where(logs.c.address == agreement)))
        found: dict[Book, tuple[int, int]] = {}
        for row in rows:
            place = _word(row.address)
            for book in ((place, row.topic1), (place, row.topic1, row.topic2)):
                count, block = found.get(book, (0, 0))
                found[book] = count + row.events, max(block, row.block)
        marks: dict[Book, tuple[int, bytes]] = {book: (count, hashes[block]) for book, (count, block) in found.items()}
        return marks | {(_word(agreement), OPENED, origin): (1, b"") for origin in origins}

    def _line(self, origin: bytes, head: Head) -> _Kept:
        known = self._kept.get(origin)
        files = len(self._follower.documents.of(origin))
        if known is None or known.files != files or any(self._marks.get(book) != mark for book, mark in known.marks):
            return self._made(origin, head, files)
        if known.snapshot is None or known.due is None or head.timestamp < known.due:
            return known
        history = replace(known.snapshot.history, head=head)
        return self._of(Snapshot(history, known.snapshot.reports), files)

    # Lines

    def _made(self, origin: bytes, head: Head, files: int) -> _Kept:
        try:
            return self._of(self._follower.snapshot(origin), files)
        except DocumentMissing:
            return self._unknown(origin, head, files)

    def _of(self, snapshot: Snapshot, files: int) -> _Kept:
        found = standing(snapshot)
        line = line_of(snapshot, found, self._withdrawn)
        subject = snapshot.history.subject
        agreement = _word(subject.agreement)
        books: list[Book] = [(_word(each.book.address), each.book.key) for each in snapshot.history.books]
        books += [(_word(oracle), agreement, snapshot.origin) for oracle in subject.oracles]
        books += [(agreement, _word(line.token.address), _word(payee)) for payee in line.owed]
        return _Kept(line, self._marked(books), files, snapshot, _due(snapshot, found))

    def _unknown(self, origin: bytes, head: Head, files: int) -> _Kept:
        agreement = self._follower.index.deployed.contracts["Agreement"]
        found = IndexLogs(self._follower.index).read(agreement, [None, origin], head.number)
        entries = [decoded("Agreement", log) for log in found]
        ids = [origin, *(log.topics[2] for log in found if log.topics[0] == AMENDED)]
        line = unknown_line([each for each in entries if each.name != "Published"], self._withdrawn)
        place = _word(agreement)
        books: list[Book] = [(place, each) for each in ids]
        books += [(place, _word(line.token.address), _word(payee)) for payee in line.owed]
        return _Kept(line, self._marked(books), files, None, None)

    def _marked(self, books: list[Book]) -> tuple[tuple[Book, tuple[int, bytes] | None], ...]:
        return tuple((book, self._marks.get(book)) for book in books)

    def _withdrawn(self, token: str, payee: str) -> tuple[int, int]:
        """Where a payee last withdrew a token from the Agreement contract."""
        agreement = self._follower.index.deployed.contracts["Agreement"]
        if (_word(agreement), _word(token), _word(payee)) not in self._marks or self._head is None:
            return NEVER
        read = IndexLogs(self._follower.index).read
        found = read(agreement, [WITHDRAWN, _word(token), _word(payee)], self._head.number)
        return found[-1].place if found else NEVER


def _due(snapshot: Snapshot, found: Standing) -> int | None:
    """When the first of its dates has passed."""
    dates = [item.until for item in found.items]
    dates += [item.silence.at for item in found.items if item.silence]
    ahead = [date for date in dates if date is not None and date >= snapshot.head.timestamp]
    return min(ahead) + 1 if ahead else None


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
