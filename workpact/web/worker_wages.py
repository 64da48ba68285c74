"""Wages of one wallet: what was paid, what is booked for it, and the posted runs from which it may claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workpact.audit.entries import Entry, Log
from workpact.web.portfolio_line import Token
from workpact.web.worker_books import WorkerBooks


@dataclass(frozen=True)
class Paid:
    """A wage that reached a wallet of the worker."""

    run: int
    employer: str
    origin: bytes
    title: str | None
    token: Token
    amount: int
    time: int
    transaction: bytes
    is_claimed: bool
    """By proof, of a posted run; else the employer paid it."""


@dataclass(frozen=True)
class Posted:
    """A posted run of an employer, as far as the worker has claimed nothing of it."""

    book: bytes
    run: int
    employer: str
    origin: bytes
    title: str | None
    token: Token
    root: bytes
    left: int
    """What nobody has claimed yet."""
    opens_at: int
    workers: tuple[int, ...]
    """The wallet's numbers with that employer that have claimed nothing."""


@dataclass(frozen=True)
class Owed:
    """What is booked for the wallet because the token refused it."""

    token: Token
    amount: int


@dataclass(frozen=True)
class Wages:
    """All of it, in order."""

    paid: tuple[Paid, ...]
    posted: tuple[Posted, ...]
    owed: tuple[Owed, ...]
    tokens: Mapping[bytes, Token]
    """What each employer's book is in."""


Named = Callable[[bytes, str], Token]
Titled = Callable[[bytes], str | None]


def wages_of(books: WorkerBooks, named: Named, titled: Titled) -> Wages:
    """From the events of payrolls; tokens and agreements as files call them."""
    reading = _Reading(books, named, titled)
    for entry in books.wages:
        reading.apply(entry)
    found = tuple(reading.paid_all()), tuple(reading.posted()), tuple(reading.owed())
    return Wages(*found, {book: each.token for book, each in reading.employers.items()})


@dataclass(frozen=True)
class _Employer:
    """Whose book it is."""

    address: str
    origin: bytes
    token: Token
    title: str | None


class _Reading:
    def __init__(self, books: WorkerBooks, named: Named, titled: Titled) -> None:
        self._books, self._named, self._titled = books, named, titled
        self.employers: dict[bytes, _Employer] = {}
        self._postings: dict[tuple[bytes, int], Entry] = {}
        self._left: Counter[tuple[bytes, int]] = Counter()
        self._claimed: set[tuple[bytes, int, int]] = set()
        self._paid: list[tuple[tuple[int, int], Paid]] = []
        self._booked: list[tuple[tuple[int, int], Token, int]] = []
        self._runs: list[Entry] = []

    def apply(self, entry: Entry) -> None:
        """One event, in the order of the chain."""
        if "book" not in entry.arguments:
            return
        book = bytes(entry["book"])
        if entry.name == "Collected":
            origin = bytes(entry["origin"])
            token = self._named(origin, entry["token"])
            self.employers[book] = _Employer(entry["employer"], origin, token, self._titled(origin))
        elif entry.name == "Paid":
            self._runs.append(entry)
        elif entry.name == "Posted":
            self._postings[book, entry["run"]] = entry
            self._left[book, entry["run"]] = entry["total"]
        elif entry.name == "PostingWithdrawn":
            del self._postings[book, entry["run"]]
        elif entry.name == "WageClaimed":
            self._left[book, entry["run"]] -= entry["amount"]
            self._claimed.add((book, entry["run"], entry["worker"]))
            if (self.employers[book].address, entry["worker"]) in self._books.seats:
                self._note(entry, entry.log, entry["amount"], is_claimed=True)
        elif entry.name == "Booked" and entry["payee"] == self._books.wallet:
            self._booked.append((entry.place, self.employers[book].token, entry["amount"]))

    def paid_all(self) -> Sequence[Paid]:
        """Claimed wages, and those that the employer sent: the token's transfers after its `Paid`."""
        for token, log in self._books.transfers:
            run = _run_of(self._runs, log, token, self.employers)
            if run is not None and not self._is_other(log):
                self._note(run, log, int.from_bytes(log.data), is_claimed=False)
        return [paid for _, paid in sorted(self._paid, key=lambda each: each[0])]

    def posted(self) -> Sequence[Posted]:
        """The runs that the worker may have a wage in: only its own proof says."""
        found = []
        for (book, run), entry in self._postings.items():
            employer = self.employers[book]
            numbers = [worker for manager, worker in self._books.seats if manager == employer.address]
            open_ = tuple(each for each in numbers if (book, run, each) not in self._claimed)
            left = self._left[book, run]
            if open_ and left:
                place = (employer.address, employer.origin, employer.title, employer.token)
                found.append(Posted(book, run, *place, bytes(entry["root"]), left, entry["from"], open_))
        return found

    def owed(self) -> Sequence[Owed]:
        """What is booked since the wallet last withdrew: a withdrawal takes all."""
        last = {each["token"]: each.place for each in self._books.withdrawals}
        sums: Counter[Token] = Counter()
        for place, token, amount in self._booked:
            if place > last.get(token.address, (-1, -1)):
                sums[token] += amount
        return [Owed(token, amount) for token, amount in sorted(sums.items(), key=lambda each: each[0].address)]

    def _note(self, entry: Entry, log: Log, amount: int, *, is_claimed: bool) -> None:
        employer = self.employers[bytes(entry["book"])]
        made = Paid(
            entry["run"],
            employer.address,
            employer.origin,
            employer.title,
            employer.token,
            amount,
            log.timestamp,
            log.transaction,
            is_claimed,
        )
        self._paid.append((log.place, made))

    def _is_other(self, log: Log) -> bool:
        """Whether a transfer is of a claim or a withdrawal, in the same transaction as a run."""
        claims = (
            each for each in self._books.wages if each.name == "WageClaimed" and each["wallet"] == self._books.wallet
        )
        return any(
            each.log.transaction == log.transaction
            and (each.log.position == log.position + 1 or each.log.position == log.position - 1)
            for each in (*claims, *self._books.withdrawals)
        )


def _run_of(runs: Sequence[Entry], log: Log, token: str, employers: Mapping[bytes, _Employer]) -> Entry | None:
    """The run that a transfer is a line of: the last before it in its transaction, in its token."""
    before = [each for each in runs if each.log.transaction == log.transaction and each.place < log.place]
    same = [each for each in before if employers[bytes(each["book"])].token.address == token]
    return same[-1] if same else None
