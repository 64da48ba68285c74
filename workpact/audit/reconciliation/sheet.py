"""Accounts and the moves of money between them, as events say them (SPEC.md 6.1, 9.12, 12.4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from workpact.audit.entries import Entry


@dataclass(frozen=True, order=True, slots=True)
class Account:
    """One sum of money that events lead to, in the token's smallest unit."""

    contract: str
    """"Agreement", "WorkerEquity" or "Payroll"."""
    address: str
    name: str
    """What it counts: "held", "owed", …"""
    key: tuple[str, ...]
    """Of what: origin, book, pool, token or payee, as the contract has them."""
    token: str

    def __str__(self) -> str:
        return f"{self.contract} {self.name} {' '.join(self.key)}".rstrip()


@dataclass(frozen=True, slots=True)
class Move:
    """Money in or out of a contract that an event tells of."""

    account: Account
    entry: Entry
    is_in: bool
    other: str | None
    """Whom it comes from or goes to; None where no event says it."""
    amount: int


@dataclass(frozen=True)
class Run:
    """A pushed run of wages: its lines are the transfers and bookings that follow its event, by their hash."""

    account: Account
    entry: Entry
    booked: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Contradiction:
    """Events that cannot stand beside each other: one is missing, added or edited."""

    entry: Entry
    what: str
    account: Account | None = None
    expected: int | None = None
    actual: int | None = None


class Sheet:
    """All accounts so far, and what the transaction that is read has moved."""

    def __init__(self) -> None:
        self.values: dict[Account, int] = {}
        self.touched: dict[Account, Entry] = {}
        """Accounts that events of this block are about, each with the last of them."""
        self.promised: Counter[tuple[str, str]] = Counter()
        """What a contract holds of a token for all, by both addresses."""
        self.moves: list[Move] = []
        self.runs: list[Run] = []
        self.contradictions: list[Contradiction] = []

    def set(self, account: Account, value: int, entry: Entry) -> None:
        """An account after an event."""
        self.values[account] = value
        self.touched[account] = entry

    def add(self, account: Account, amount: int, entry: Entry) -> None:
        """More, or less, in an account."""
        self.set(account, self.values.get(account, 0) + amount, entry)

    def promise(self, account: Account, amount: int) -> None:
        """More, or less, that the account's contract must hold."""
        self.promised[account.address, account.token] += amount

    def push(self, move: Move) -> None:
        """A move that the token's transfers must show; nothing is no move."""
        if move.amount:
            self.moves.append(move)

    def contradict(self, entry: Entry, what: str) -> None:
        """Notes what does not stand beside the other events."""
        self.contradictions.append(Contradiction(entry, what))

    def withhold(self, booking: Entry, account: Account) -> None:
        """What was booked was not sent: the last move like it is none."""
        for move in reversed(self.moves):
            same = move.account == account and move.amount == booking["amount"] and not move.is_in
            if same and move.entry.log.transaction == booking.log.transaction:
                payee = booking.arguments.get("payee")
                if move.other is not None and payee is not None and move.other != payee:
                    self.contradict(booking, f"books for {payee} what {move.entry.name} pays to {move.other}")
                self.moves.remove(move)
                return
        self.contradict(booking, f"books {booking['amount']}, which no event before it pays")
