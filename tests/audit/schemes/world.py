"""One agreement's life as things that happen, put into the shape of a verified record at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact.audit.alerts import Case, Invoice, Sanctions
from workpact.audit.entries import Entry, Log
from workpact.audit.history import BookHistory, Head, History
from workpact.audit.subject import Book, Subject
from workpact.audit.transfers import Transfer

BLOCK = 12
"""Seconds."""
DAY = 86_400
UNIT = 10**6
HOMES = {"WorkerEquity": "0x" + 40 * "4", "DataRoom": "0x" + 40 * "5"}
"""Contracts that no draw of a seed names."""


@dataclass
class Happening:
    """An event or a transfer at a time; `with_` is what it shares a transaction with."""

    time: int
    contract: str
    name: str
    arguments: dict[str, Any]
    sender: str
    with_: Any = None
    made: Any = None
    """The `Entry` or `Transfer` that it became."""

    @property
    def at(self) -> int:
        """The time of its block."""
        return int(self.with_.at) if self.with_ else self.time - self.time % BLOCK


@dataclass
class Job:
    """A milestone from its last submission to what the client did with it."""

    milestone: int
    amount: int
    submitted: Happening
    accepted: Happening
    """The acceptance or the release."""
    transfer: Happening


@dataclass
class Month:
    """A service period: its report messages, and what became final."""

    index: int
    end: int
    message: dict[str, Any]
    reported: Happening
    sides: list[tuple[Happening, dict[str, Any]]] = field(default_factory=list)


class World:
    """Everybody, and all that happens; a scheme changes it before `case`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.plan: Any = None
        self.names = 0
        self.people: dict[str, str] = {}
        self.happenings: list[Happening] = []
        self.invoices: list[Invoice] = []
        self.reports: dict[bytes, dict[str, Any]] = {}
        self.jobs: list[Job] = []
        self.months: list[Month] = []
        self.wages: list[Happening] = []
        """Claims, and transfers of pushed runs."""
        self.message: dict[str, Any] = {}
        self.amendments: dict[bytes, dict[str, Any]] = {}
        self.sanctions: Sanctions | None = None
        self.papers: dict[bytes, Any] = {}
        self.origin = self.word()
        self.start = 0
        self.until = 0

    # Names

    def word(self) -> bytes:
        """A hash that nothing else has."""
        self.names += 1
        return keccak(self.random.getrandbits(64).to_bytes(8, "big") + self.names.to_bytes(4, "big"))

    def someone(self, name: str = "") -> str:
        """A new address; a name makes it known."""
        if name and name in self.people:
            return self.people[name]
        address = str(to_checksum_address(self.word()[:20]))
        if name:
            self.people[name] = address
        return address

    # What happens

    def emit(
        self,
        time: int,
        contract: str,
        name: str,
        sender: str,
        with_: Happening | None = None,
        **arguments: Any,
    ) -> Happening:
        """An event of a contract."""
        made = Happening(time, contract, name, arguments, sender, with_)
        self.happenings.append(made)
        return made

    def move(self, time: int, sender: str, receiver: str, amount: int, with_: Happening | None = None) -> Happening:
        """A transfer of the token."""
        arguments = {"from": sender, "to": receiver, "amount": amount}
        by = with_.sender if with_ else sender
        made = Happening(time, "Token", "Transfer", arguments, by, with_)
        self.happenings.append(made)
        return made

    def drop(self, *happenings: Happening) -> None:
        """Takes back what did not happen after all."""
        gone = {id(each) for each in happenings}
        self.happenings = [each for each in self.happenings if id(each) not in gone]

    # The record

    def case(self) -> Case:
        """All of it, as alerts get it."""
        agreement, token = self.people["Agreement"], self.people["Token"]
        homes = {name: self.people[name] for name in ("Agreement", "SLAOracle", "Payroll", "Token")} | HOMES
        books = {name: Book(name, home, self.origin) for name, home in homes.items() if name != "Token"}
        entries: dict[str, list[Entry]] = {name: [] for name in books}
        transfers, positions, hashes = [], dict[int, int](), dict[int, bytes]()
        order = sorted(range(len(self.happenings)), key=lambda number: (self.happenings[number].at, number))
        for number in order:
            each = self.happenings[number]
            block = each.at // BLOCK
            positions[block] = positions.get(block, -1) + 1
            main = each.with_ or each
            hashes.setdefault(id(main), keccak(b"tx" + number.to_bytes(8, "big") + self.origin))
            place = (block, keccak(block.to_bytes(8, "big")), each.at, hashes[id(main)], each.sender, positions[block])
            log = Log(homes[each.contract], (), b"", *place)
            if each.contract == "Token":
                parts = each.arguments
                each.made = Transfer(token, parts["from"], parts["to"], parts["amount"], log)
                transfers.append(each.made)
            else:
                each.made = Entry(log, each.contract, each.name, each.arguments)
                entries[each.contract].append(each.made)
        subject = Subject(
            1,
            agreement,
            self.origin,
            homes["Payroll"],
            {self.origin: self.message} | self.amendments,
            self.papers,
            homes["DataRoom"],
        )
        last = max(each.at for each in self.happenings)
        head = Head(last // BLOCK, keccak(b"head"), last)
        history = History(
            subject, head, tuple(BookHistory(book, bytes(32), tuple(entries[name])) for name, book in books.items())
        )
        return Case(history, self.reports, tuple(transfers), tuple(self.invoices), self.sanctions)
