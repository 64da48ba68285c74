"""Every movement of an agreement's money, from the events of its record.

balances(payments)      # what is held, held back, owed: as `workpact.ledger` has it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.agreement_state import HOLDBACK
from workpact.audit.entries import Entry
from workpact.audit.history import History
from workpact.audit.subject import Subject
from workpact.audit.words import Words
from workpact.chain.state import Status


class Pot(StrEnum):
    """Where money of an agreement lies; outside all of them it is somebody's own."""

    HELD = "held"
    HOLDBACK = "holdback"
    OWED = "owed"
    PAYROLL = "payroll"


class Kind(StrEnum):
    """Why money moved."""

    FUNDING = "funding"
    ACCEPTANCE = "acceptance"
    RELEASE = "release"
    SETTLEMENT = "settlement"
    INTERIM = "interim payment"
    RULING = "ruling"
    FEE = "arbiter's fee"
    REFUND = "refund"
    END = "end"
    HOLDBACK = "holdback"
    RETAINED = "held back"
    RETURNED = "no longer held back"
    TAKE = "taken"
    WAGES = "wages"
    WAGE = "wage"
    MARGIN = "margin"


@dataclass(frozen=True)
class Payment:
    """One movement. `amount` in the token's smallest unit, never zero; `items` are "milestone NAME", "period NAME"."""

    kind: Kind
    items: tuple[str, ...]
    payer: str
    payee: str
    """Whom the money went to; "" for a run of wages, whose payees the record does not name."""
    party: str
    """The role at the outer end: client, contractor, arbiter, funder, workers."""
    amount: int
    token: str
    out_of: Pot | None
    into: Pot | None
    entry: Entry
    to_take: bool = False
    """Booked for a payee that takes it itself."""

    @property
    def day(self) -> date:
        """Of its block, UTC."""
        return datetime.fromtimestamp(self.entry.log.timestamp, UTC).date()

    @property
    def words(self) -> str:
        """As books call it: "acceptance of milestone plan"."""
        return f"{self.kind} of {', '.join(self.items)}" if self.items else str(self.kind)


WORK = (Kind.ACCEPTANCE, Kind.RELEASE, Kind.SETTLEMENT, Kind.INTERIM, Kind.RULING, Kind.END)
"""What is paid for work, of which a part may be held back."""


def payments(history: History) -> list[Payment]:
    """All movements of a record, in the order of the chain."""
    reading = _Reading(history.subject)
    for entry in history.entries:
        reading.add(entry)
    return reading.found


def balances(found: Iterable[Payment]) -> Counter[Pot]:
    """What the movements leave in each pot."""
    left: Counter[Pot] = Counter()
    for each in found:
        if each.out_of is not None:
            left[each.out_of] -= each.amount
        if each.into is not None:
            left[each.into] += each.amount
    return left


@dataclass
class _Reading:
    subject: Subject
    found: list[Payment] = field(default_factory=list)
    _payouts: dict[str, str] = field(default_factory=dict)
    _cause: int = 0
    """Where the payments of the event begin that bookings follow."""

    def __post_init__(self) -> None:
        self._words = Words.of(self.subject)
        self._set(self.subject.origin)
        self._clients = {self._client}

    def add(self, entry: Entry) -> None:
        """Reads the next event; of the oracle's and worker equity's none moves money of the agreement."""
        if entry.contract == "Payroll":
            self._payroll(entry)
        elif entry.contract == "Agreement":
            if entry.name == "Booked":
                self._book(entry)
                return
            self._cause = len(self.found)
            getattr(self, "_on_" + entry.name, _nothing)(entry)

    def _set(self, id_: bytes) -> None:
        deal: Mapping[str, Any] = self.subject.messages[id_]["deal"]
        self._client = to_checksum_address(deal["client"])
        self._contractor = to_checksum_address(deal["contractor"])
        self._token = to_checksum_address(deal["token"])

    # The agreement's events

    def _on_Opened(self, entry: Entry) -> None:
        self._fund(entry, entry["client"], entry["deposit"])

    def _on_Funded(self, entry: Entry) -> None:
        self._fund(entry, entry["by"], entry["amount"])

    def _on_Amended(self, entry: Entry) -> None:
        self._set(bytes(entry["id"]))
        self._clients.add(self._client)

    def _on_PayeeSet(self, entry: Entry) -> None:
        self._payouts[entry["contractor"]] = entry["payee"]

    def _on_Accepted(self, entry: Entry) -> None:
        self._work(entry, Kind.ACCEPTANCE, self._milestones(entry["milestones"]))

    def _on_AcceptedUpTo(self, entry: Entry) -> None:
        self._work(entry, Kind.ACCEPTANCE, self._milestones(1 << entry["milestone"]))

    def _on_Released(self, entry: Entry) -> None:
        self._work(entry, Kind.RELEASE, self._milestones(1 << entry["milestone"]))

    def _on_Settled(self, entry: Entry) -> None:
        self._work(entry, Kind.SETTLEMENT, (f"period {self._words.period(entry['period'])}",))

    def _on_PaidInterim(self, entry: Entry) -> None:
        self._work(entry, Kind.INTERIM, (f"period {self._words.period(entry['period'])}",))

    def _on_Reclaimed(self, entry: Entry) -> None:
        self._pay(entry, Kind.REFUND, self._milestones(entry["milestones"]), "client", entry["refunded"])

    def _on_HoldbackReleased(self, entry: Entry) -> None:
        self._pay(entry, Kind.HOLDBACK, (), "contractor", entry["paid"], Pot.HOLDBACK)

    def _on_Ruled(self, entry: Entry) -> None:
        item = entry["item"]
        if item == HOLDBACK:
            self._return(entry)
        items = () if item == HOLDBACK else self._milestones(1 << item)
        self._pay(entry, Kind.RULING, items, "contractor", entry["toContractor"])
        self._pay(entry, Kind.REFUND, items, "client", entry["toClient"])
        self._move(entry, Kind.FEE, items, "arbiter", entry["fee"], Pot.HELD, Pot.OWED, entry["by"])

    def _on_Ended(self, entry: Entry) -> None:
        if entry["status"] == Status.ENDED_BY_BOTH:
            self._return(entry)
        self._pay(entry, Kind.END, (), "contractor", entry["toContractor"])
        self._pay(entry, Kind.REFUND, (), "client", entry["toClient"])

    def _on_Taken(self, entry: Entry) -> None:
        into = Pot.PAYROLL if entry["payee"] == self.subject.payroll else None
        self._move(entry, Kind.TAKE, (), "contractor", entry["amount"], Pot.OWED, into, entry["payee"])

    # Parts

    def _milestones(self, mask: int) -> tuple[str, ...]:
        chosen = (index for index in range(mask.bit_length()) if mask >> index & 1)
        return tuple(f"milestone {self._words.milestone(index)}" for index in chosen)

    def _fund(self, entry: Entry, payer: str, amount: int) -> None:
        party = "client" if payer in self._clients else "funder"
        self._move(entry, Kind.FUNDING, (), party, amount, None, Pot.HELD, self.subject.agreement, payer)

    def _work(self, entry: Entry, kind: Kind, items: tuple[str, ...]) -> None:
        self._pay(entry, kind, items, "contractor", entry["paid"])
        here = self.subject.agreement
        self._move(entry, Kind.RETAINED, items, "contractor", entry["retained"], Pot.HELD, Pot.HOLDBACK, here)

    def _return(self, entry: Entry) -> None:
        held_back = balances(self.found)[Pot.HOLDBACK]
        here = self.subject.agreement
        self._move(entry, Kind.RETURNED, (), "contractor", held_back, Pot.HOLDBACK, Pot.HELD, here)

    def _pay(
        self, entry: Entry, kind: Kind, items: tuple[str, ...], party: str, amount: int, out_of: Pot = Pot.HELD
    ) -> None:
        payee = self._client if party == "client" else self._payouts.get(self._contractor, self._contractor)
        self._move(entry, kind, items, party, amount, out_of, None, payee)

    def _move(
        self,
        entry: Entry,
        kind: Kind,
        items: tuple[str, ...],
        party: str,
        amount: int,
        out_of: Pot | None,
        into: Pot | None,
        payee: str,
        payer: str = "",
    ) -> None:
        if amount:
            payer = payer or (entry.log.address if out_of is Pot.PAYROLL else self.subject.agreement)
            self.found.append(Payment(kind, items, payer, payee, party, amount, self._token, out_of, into, entry))

    def _book(self, entry: Entry) -> None:
        """What the event before paid waits for its payee instead; of two equal parts the payee tells which."""
        parts = [
            number
            for number, each in enumerate(self.found[self._cause :], self._cause)
            if each.into is None and each.amount == entry["amount"]
        ]
        wanted = "client" if entry["payee"] in self._clients and not entry["toTake"] else "contractor"
        chosen = next((number for number in parts if self.found[number].party == wanted), parts[0])
        booked = replace(self.found[chosen], into=Pot.OWED, payee=entry["payee"], to_take=entry["toTake"])
        self.found[chosen] = booked

    # The payroll's events

    def _payroll(self, entry: Entry) -> None:
        run = (f"run {entry['run']}",) if "run" in entry.arguments else ()
        if entry.name == "Paid":
            self._move(entry, Kind.WAGES, run, "workers", entry["total"], Pot.PAYROLL, None, "")
        elif entry.name == "WageClaimed":
            self._move(entry, Kind.WAGE, run, "workers", entry["amount"], Pot.PAYROLL, None, entry["wallet"])
        elif entry.name == "MarginTaken":
            self._move(entry, Kind.MARGIN, (), "contractor", entry["amount"], Pot.PAYROLL, None, entry["to"])


def _nothing(entry: Entry) -> None:
    """Moves no money."""
