"""What one agreement shows of its two sides, from its verified events alone (SPEC.md 15.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.agreement_state import HOLDBACK
from workpact.audit.entries import Entry
from workpact.chain.state import Status
from workpact.terms import eip712
from workpact.terms.units import PPM

Message = Mapping[str, Any]
PERIODS = 256
"""Service periods that an agreement has at most (3.6)."""
PAYMENTS = frozenset({"Accepted", "AcceptedUpTo", "Released", "Settled", "PaidInterim", "HoldbackReleased"})


@dataclass(frozen=True)
class Facts:
    """The verified events of one agreement until a block; `messages` are those of its documents that are known, by id.

    Entries are of recorded contracts alone, in order.
    """

    origin: bytes
    agreement: tuple[Entry, ...]
    oracle: tuple[Entry, ...]
    reviews: tuple[Entry, ...]
    messages: Mapping[bytes, Message]
    is_clear: bool = True
    """False where an oracle's events cannot be told from strangers': then none are here."""

    @property
    def is_known(self) -> bool:
        """Whether every document that was in force is known, and every event."""
        ids = [self.origin, *(bytes(each["id"]) for each in self.agreement if each.name == "Amended")]
        return self.is_clear and all(each in self.messages for each in ids)


@dataclass
class Dealing:
    """What passed between one client and one contractor in one agreement. Money in the token's smallest unit."""

    origin: bytes
    client: str
    contractor: str
    token: str
    is_known: bool
    """Whether all documents are; else levels, and what lapsed at an end, are not counted."""
    is_first: bool = True
    """Whether these two opened it; else a party came in by assignment."""
    status: Status | None = Status.LIVE
    """None: it went on between others."""
    paid: int = 0
    """To the contractor, sent or booked; what is held back counts when it is released."""
    accepted: int = 0
    """Milestones that the client accepted, or let pass."""
    silent: int = 0
    """Of these, by the client's silence."""
    ruled: list[int] = field(default_factory=list)
    """The contractor's share of each ruling, ppm."""
    lapsed: int = 0
    """Milestones not delivered in time, or given up."""
    lost: int = 0
    """Milestones, and levels of periods, that an end for cause left undone."""
    met: int = 0
    measured: int = 0
    """Levels that can fail, once a period with final figures, or without for want of the contractor's report."""
    plain: int = 0
    """Settled periods of a service without such levels."""
    charges: int = 0
    credits: int = 0
    """Of settled periods."""
    disputes: int = 0
    late: int = 0
    """Payments of debts, after they had fallen due."""

    @property
    def units(self) -> int:
        """All that was promised and decided: milestones, rulings, levels, plain periods."""
        return self.accepted + len(self.ruled) + self.lapsed + self.lost + self.measured + self.plain

    @property
    def quality(self) -> Fraction | None:
        """The share of `units` that was kept, a ruling by its share; None if nothing was decided.

        Nothing is kept of an agreement that ended for cause and whose documents nobody has published.
        """
        if self.status is Status.ENDED_FOR_CAUSE and not self.is_known:
            return Fraction(0)
        if not self.units:
            return None
        kept = (self.accepted + self.met + self.plain) * PPM + sum(self.ruled)
        return Fraction(kept, self.units * PPM)


def dealings(facts: Facts) -> list[Dealing]:
    """The dealings of an agreement, one for each pair of client and contractor that it had, in order.

    What happened while a document was in force that is not known is in none of them: nobody can say whose it was.
    """
    walk = _Walk(facts)
    for entry in facts.agreement:
        walk.read(entry)
    walk.measure(facts.oracle)
    walk.end()
    return walk.made


class _Walk:
    """Reads one agreement's events in order; `now` is the dealing of the document in force, None if it is unknown."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.made: list[Dealing] = []
        self.now: Dealing | None = None
        self.changes: list[tuple[int, Dealing | None]] = []
        self.document: Message | None = None
        self.status = Status.LIVE
        self.decided: set[int] = set()
        self.settled: list[tuple[Dealing, Message | None]] = []
        self.final: set[int] = set()

    def read(self, entry: Entry) -> None:
        """The next event of the agreement."""
        if entry.name == "Opened":
            self.document = self.facts.messages.get(self.facts.origin)
            self._turn(entry, entry["client"], entry["contractor"], entry["token"])
        elif entry.name == "Amended":
            self._amended(entry)
        elif entry.name == "Ended":
            self.status = Status(entry["status"])
        self._milestones(entry)
        if self.now is not None:
            self._money(self.now, entry)
            if entry.name == "Disputed":
                self.now.disputes += 1

    def measure(self, entries: Iterable[Entry]) -> None:
        """The recorded oracle's events of its books: by their time, as they are of another contract."""
        masks = {}
        for message in self.facts.messages.values():
            service = message["annex"]["conditions"]["service"]
            masks[eip712.struct_hash("Service", service)] = _levels(message)
        for entry in entries:
            if entry.name not in ("PeriodReported", "PeriodDefaulted"):
                continue
            mask, dealing = masks.get(bytes(entry["document"])), self._at(entry.log.timestamp)
            self.final.add(entry["period"])
            if mask is None or dealing is None or (entry.name == "PeriodDefaulted" and not entry["failed"]):
                continue
            dealing.measured += mask.bit_count()
            dealing.met += (mask & ~entry["failed"]).bit_count()

    def end(self) -> None:
        """What follows from how it stands at the end."""
        for dealing, document in self.settled:
            dealing.plain += document is not None and not _levels(document)
        for dealing in self.made:
            dealing.status = self.status if dealing is self.now else None
        if self.now is None or self.document is None or self.status is not Status.ENDED_FOR_CAUSE:
            return
        undone = len(self.document["milestones"]) - len(self.decided)
        periods = min(len(self.document["annex"]["conditions"]["service"]["schedule"]["ends"]), PERIODS)
        levels = _levels(self.document).bit_count()
        self.now.lost = undone + levels * sum(period not in self.final for period in range(periods))

    def _turn(self, entry: Entry, client: str, contractor: str, token: str) -> None:
        pair = to_checksum_address(client), to_checksum_address(contractor)
        known = (each for each in self.made if (each.client, each.contractor) == pair)
        dealing = next(known, None)
        if dealing is None:
            dealing = Dealing(
                self.facts.origin, *pair, to_checksum_address(token), self.facts.is_known, is_first=not self.made
            )
            self.made.append(dealing)
        self.now = dealing
        self.changes.append((entry.log.timestamp, dealing))

    def _amended(self, entry: Entry) -> None:
        self.document = self.facts.messages.get(bytes(entry["id"]))
        if self.document is None:
            self.now = None
            self.changes.append((entry.log.timestamp, None))
        else:
            deal = self.document["deal"]
            self._turn(entry, deal["client"], deal["contractor"], deal["token"])

    def _at(self, timestamp: int) -> Dealing | None:
        """Who dealt at that time: those of the last change until then."""
        return next((dealing for at, dealing in reversed(self.changes) if at <= timestamp), None)

    def _milestones(self, entry: Entry) -> None:
        """The first word on each milestone decides it; what is paid of it later was a debt."""
        named: list[int] = []
        if entry.name in ("Accepted", "Reclaimed"):
            named = [bit for bit in range(entry["milestones"].bit_length()) if entry["milestones"] >> bit & 1]
        elif entry.name == "Released":
            named = [entry["milestone"]]
        elif entry.name == "Ruled":
            named = [entry["item"]]
        new = [each for each in named if each not in self.decided]
        self.decided.update(each for each in new if each < HOLDBACK)
        if self.now is None:
            return
        if entry.name == "Ruled":
            self.now.ruled.append(entry["share"])
        elif entry.name == "Reclaimed":
            self.now.lapsed += len(new)
        else:
            self.now.accepted += len(new)
            self.now.silent += len(new) if entry.name == "Released" else 0
            self.now.late += len(named) - len(new)

    def _money(self, now: Dealing, entry: Entry) -> None:
        if entry.name in PAYMENTS:
            now.paid += entry["paid"]
        elif entry.name in ("Ruled", "Ended"):
            now.paid += entry["toContractor"]
        if entry.name == "Settled":
            now.charges += entry["charge"]
            now.credits += entry["credit"]
            self.settled.append((now, self.document))


def _levels(message: Message) -> int:
    """The levels of a document that can fail, one bit each."""
    levels = message["annex"]["conditions"]["service"]["levels"]["levels"]
    return sum(1 << index for index, level in enumerate(levels) if level["bands"])
