"""What happened, as the rules ask for it: approvals, payments, seats of people, wages; by the terms of the time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.alerts.finding import Invoice
from workpact.audit.alerts.reported import Reported
from workpact.audit.alerts.sanctions import Sanctions
from workpact.audit.entries import Entry
from workpact.audit.history import History
from workpact.audit.subject import SIDES
from workpact.audit.telling import bits
from workpact.audit.transfers import Transfer
from workpact.audit.words import Words
from workpact.terms import AgreementDocument
from workpact.terms.fields import ZERO_ADDRESS

Message = Mapping[str, Any]
Place = tuple[int, int]
NEUTRAL = "neither"
PAID = frozenset(
    {"Accepted", "AcceptedUpTo", "Released", "Settled", "PaidInterim", "HoldbackReleased", "Ruled", "Ended"}
)
APPROVED = frozenset({"Accepted", "AcceptedUpTo"})


@dataclass(frozen=True)
class Case:
    """All that alerts look at: one agreement's verified record, and what lies beside it."""

    history: History
    reports: Mapping[bytes, Message] = field(default_factory=dict)
    """EIP-712 `Report` messages by struct hash."""
    transfers: tuple[Transfer, ...] = ()
    """Of the agreement's token, around its people (`around.transfers_around`)."""
    invoices: tuple[Invoice, ...] = ()
    """Lines of the user's books."""
    sanctions: Sanctions | None = None
    unseen: int = 0
    """Addresses around its people whose own transfers were not read."""


@dataclass(frozen=True)
class Approval:
    """One acceptance by the client or its operator; `amount` with what is held back of it."""

    entry: Entry
    milestones: tuple[int, ...]
    amount: int
    by: str
    limit: int | None
    """The most that an operator may accept in a call; None for the client itself."""
    submitted: tuple[Entry, ...]
    """The last submission of each milestone that was submitted."""


@dataclass(frozen=True)
class Payment:
    """Money to the contractor, and the address that it was for."""

    entry: Entry
    amount: int
    payee: str

    @property
    def is_service(self) -> bool:
        """Whether it is for a service period."""
        return self.entry.name in ("Settled", "PaidInterim")


@dataclass(frozen=True)
class Seat:
    """An address in a role; `entry` is where it was set, None by a signed document."""

    address: str
    side: str
    """"client", "contractor" or "neither"."""
    role: str
    entry: Entry | None = None


@dataclass(frozen=True)
class Wage:
    """One wage that a payroll paid, booked or had claimed."""

    run: tuple[str, int]
    """Book (hex) and number."""
    payee: str
    amount: int
    worker: int | None
    entry: Entry
    """The run, or the claim."""
    transfer: Transfer | None = None


class Facts:
    """A case, read once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.subject = case.history.subject
        self.entries = case.history.entries
        self.words = Words.of(self.subject)
        self.transfers = tuple(sorted(case.transfers, key=lambda each: each.log.place))
        self.invoices = tuple(sorted(case.invoices))

    def named(self, *names: str) -> Iterator[Entry]:
        """Events of these names, in order."""
        return (each for each in self.entries if each.name in names)

    # Terms

    @cached_property
    def _documents(self) -> tuple[list[Place], list[Message]]:
        messages = dict(self.subject.messages)
        places: list[Place] = [(-1, 0)]
        found = [messages.get(self.subject.origin) or next(iter(messages.values()))]
        for each in self.named("Amended"):
            if bytes(each["id"]) in messages:
                places.append(each.place)
                found.append(messages[bytes(each["id"])])
        return places, found

    def terms(self, place: Place) -> Message:
        """The document in force at a place."""
        places, found = self._documents
        return found[bisect_right(places, place) - 1]

    def paper(self, place: Place) -> AgreementDocument | None:
        """The file of that document, if there is one."""
        message, papers = self.terms(place), self.subject.papers
        return next((papers.get(id_) for id_, each in self.subject.messages.items() if each is message), None)

    @property
    def documents(self) -> list[Message]:
        """All that were in force, in order."""
        return self._documents[1]

    @cached_property
    def contracts(self) -> frozenset[str]:
        """Addresses that are no people's."""
        own = {self.subject.agreement, *self.subject.oracles, *self.subject.equities, ZERO_ADDRESS}
        own |= {each for each in self.subject.named.values() if each is not None}
        tokens = {to_checksum_address(each["deal"]["token"]) for each in self.documents}
        return frozenset(own | tokens)

    @cached_property
    def reported(self) -> Reported:
        """The reports of its service periods."""
        return Reported(self.entries, self.terms, self.case.reports)

    @cached_property
    def has_network(self) -> bool:
        """Whether transfers beside the agreement are at hand."""
        return any(not {each.sender, each.receiver} & self.contracts for each in self.transfers)

    # Money

    @cached_property
    def approvals(self) -> tuple[Approval, ...]:
        """All acceptances, in order."""
        found, submitted = [], {}
        for entry in self.entries:
            if entry.name == "Submitted":
                submitted[entry["milestone"]] = entry
            elif entry.name in APPROVED:
                which = tuple(bits(entry["milestones"])) if entry.name == "Accepted" else (int(entry["milestone"]),)
                operators = self.terms(entry.place)["annex"]["conditions"]["operators"]
                is_operator = entry.actor in {to_checksum_address(each) for each in operators["client"]}
                limit = int(operators["limit"]) if is_operator else None
                before = tuple(submitted[each] for each in which if each in submitted)
                amount = entry["paid"] + entry["retained"]
                found.append(Approval(entry, which, amount, entry.actor, limit, before))
        return tuple(found)

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        """All that the contractor got or had booked, in order; without nothings."""
        found, payee = [], ""
        for entry in self.entries:
            if entry.name == "PayeeSet":
                payee = entry["payee"]
            elif entry.name in PAID:
                amount = entry.arguments.get("toContractor", entry.arguments.get("paid", 0))
                to = payee if payee not in ("", ZERO_ADDRESS) else self.contractor(entry.place)
                if amount:
                    found.append(Payment(entry, amount, to))
        return tuple(found)

    def contractor(self, place: Place) -> str:
        """The contractor of the document in force."""
        return to_checksum_address(self.terms(place)["deal"]["contractor"])

    # People

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """Who sits where by documents and events, each once."""
        found = [seat for message in self.documents for seat in seats_of(message)]
        for entry in self.named("PayeeSet", "ReporterReplaced"):
            if entry.name == "PayeeSet" and entry["payee"] not in self.contracts:
                found.append(Seat(entry["payee"], "contractor", "payout address", entry))
            elif entry.name == "ReporterReplaced" and entry["newReporter"] != ZERO_ADDRESS:
                client = to_checksum_address(self.terms(entry.place)["deal"]["client"])
                side = "client" if entry["party"] == client else "contractor"
                found.append(Seat(entry["newReporter"], side, f"{side} reporter", entry))
        first: dict[tuple[str, str], Seat] = {}
        for seat in found:
            first.setdefault((seat.address, seat.role), seat)
        return tuple(first.values())

    @cached_property
    def sides(self) -> dict[str, str]:
        """The side of each address with a seat; of several sides, the first."""
        found: dict[str, str] = {}
        for seat in self.seats:
            found.setdefault(seat.address, seat.side)
        return found

    def role(self, address: str) -> str:
        """What an address is called."""
        return next((seat.role for seat in self.seats if seat.address == address), address)

    # Wages

    @cached_property
    def wages(self) -> tuple[Wage, ...]:
        """All wages of its payroll, in order: claims, and lines of pushed runs as far as transfers are at hand."""
        moved: dict[bytes, list[Transfer]] = {}
        for each in self.transfers:
            if each.sender == self.subject.payroll:
                moved.setdefault(each.log.transaction, []).append(each)
        found = []
        for entry in self.case.history.of("Payroll"):
            if entry.name == "WageClaimed":
                run = (bytes(entry["book"]).hex(), int(entry["run"]))
                found.append(Wage(run, entry["wallet"], entry["amount"], entry["worker"], entry))
            elif entry.name == "Paid":
                run = (bytes(entry["book"]).hex(), int(entry["run"]))
                after = [each for each in moved.get(entry.log.transaction, []) if each.log.place > entry.place]
                found += [Wage(run, each.receiver, each.amount, None, entry, each) for each in after[: entry["count"]]]
            elif entry.name == "Booked":
                run = (bytes(entry["book"]).hex(), int(entry["run"]))
                found.append(Wage(run, entry["payee"], entry["amount"], None, entry))
        return tuple(found)


def seats_of(message: Message) -> Iterable[Seat]:
    """Who sits where by a document."""
    deal, ruling, conditions = message["deal"], message["arbitration"], message["annex"]["conditions"]
    contest, reporters = conditions["service"]["schedule"]["contest"], conditions["service"]["levels"]["reporters"]
    named = [(deal[side], side, side) for side in SIDES]
    for side in SIDES:
        named += [(each, side, f"{side} operator") for each in conditions["operators"][side]]
        named += [(each, side, f"{side} reporter") for each in reporters[f"{side}Reporters"]]
    named += [(ruling["arbiter"], NEUTRAL, "arbiter"), (ruling["backup"], NEUTRAL, "backup")]
    named += [(contest["arbiter"], NEUTRAL, "service arbiter"), (contest["backup"], NEUTRAL, "service backup")]
    return [Seat(to_checksum_address(who), side, role) for who, side, role in named if who != ZERO_ADDRESS]
