"""How an agreement and its milestones stand, from its events and signed messages alone (SPEC.md §4, §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workpact.agreement_state import HOLDBACK
from workpact.audit.entries import Entry
from workpact.audit.telling import bits
from workpact.chain.state import Phase, Status
from workpact.terms.units import PPM

Message = Mapping[str, Any]


@dataclass
class Work:
    """A milestone: amounts in the token's smallest unit."""

    amount: int
    due: int
    phase: Phase = Phase.OPEN
    accepted: int = 0
    """What of it was accepted or released so far; less than the amount until it is settled."""
    rounds: int = 0
    clock: int = 0
    """When its phase began, Unix seconds; of what is owed, when it fell due."""
    outcome: str = ""
    """Once it is settled: accepted, released, ruled, ruled for the client, reclaimed, lapsed."""

    @property
    def is_settled(self) -> bool:
        """Whether it is final."""
        return bool(self.outcome)

    @property
    def is_lapsed(self) -> bool:
        """Settled, but not by acceptance."""
        return self.outcome in ("ruled for the client", "reclaimed", "lapsed")

    @property
    def words(self) -> str:
        """How it stands."""
        return self.outcome or self.phase.name.lower()


@dataclass
class Progress:
    """What of an agreement is not money."""

    works: list[Work]
    status: Status = Status.NONE
    ends_at: int | None = None
    ending: Status | None = None
    payees: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Where a contractor's payments go if not to itself, and whether they wait there to be taken."""
    is_holdback_disputed: bool = False
    holdback_clock: int = 0
    """When it was disputed, Unix seconds."""
    has_operators: bool = False
    """Whether those of the document in force have their seats."""
    _review: int = 0
    _messages: Mapping[bytes, Message] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry], messages: Mapping[bytes, Message]) -> Progress:
        """Reads the events of the Agreement contract in order; `messages` are the documents' by id, the first first."""
        first = next(iter(messages.values()))
        progress = cls([Work(int(each["amount"]), int(each["due"])) for each in first["milestones"]])
        progress._messages, progress._review = messages, int(first["deal"]["review"])
        for entry in entries:
            apply = APPLIED.get(entry.name)
            if apply is not None:
                apply(progress, entry)
        return progress

    def _opened(self, _: Entry) -> None:
        self.status = Status.LIVE

    def _amended(self, entry: Entry) -> None:
        """What the new document changes of a milestone opens it again."""
        self.ends_at = self.ending = None
        self.has_operators = False
        message = self._messages[bytes(entry["id"])]
        self._review = int(message["deal"]["review"])
        changed: Sequence[Mapping[str, Any]] = message["milestones"]
        for index, given in enumerate(changed):
            amount, due = int(given["amount"]), int(given["due"])
            if index == len(self.works):
                self.works.append(Work(amount, due))
            elif (amount, due) != (self.works[index].amount, self.works[index].due):
                self.works[index] = Work(amount, due, accepted=self.works[index].accepted)

    def _appointed(self, _: Entry) -> None:
        self.has_operators = True

    def _submitted(self, entry: Entry) -> None:
        work = self.works[entry["milestone"]]
        work.phase, work.clock = Phase.SUBMITTED, entry.log.timestamp

    def _rejected(self, entry: Entry) -> None:
        work = self.works[entry["milestone"]]
        work.phase, work.rounds, work.clock = Phase.REJECTED, work.rounds + 1, entry.log.timestamp

    def _disputed(self, entry: Entry) -> None:
        if entry["item"] == HOLDBACK:
            self.is_holdback_disputed, self.holdback_clock = True, entry.log.timestamp
        else:
            work = self.works[entry["item"]]
            work.phase, work.clock = Phase.DISPUTED, entry.log.timestamp

    def _accepted(self, entry: Entry) -> None:
        for index in bits(entry["milestones"]):
            self.works[index].outcome = "accepted"

    def _accepted_up_to(self, entry: Entry) -> None:
        self.works[entry["milestone"]].accepted = entry["total"]

    def _released(self, entry: Entry) -> None:
        work = self.works[entry["milestone"]]
        work.accepted += entry["paid"] + entry["retained"]
        if work.accepted == work.amount:
            work.outcome = "released"
        elif work.phase is not Phase.OWED:
            work.phase, work.clock = Phase.OWED, work.clock + self._review

    def _ruled(self, entry: Entry) -> None:
        if entry["item"] == HOLDBACK:
            self.is_holdback_disputed = False
            return
        work = self.works[entry["item"]]
        pot = entry["toContractor"] + entry["toClient"] + entry["fee"]
        missing = (work.amount - work.accepted - pot) * entry["share"] // PPM
        if missing:
            work.accepted, work.phase, work.clock = work.amount - missing, Phase.OWED, entry.log.timestamp
        else:
            work.outcome = "ruled" if entry["share"] else "ruled for the client"

    def _reclaimed(self, entry: Entry) -> None:
        for index in bits(entry["milestones"]):
            self.works[index].outcome = "reclaimed"

    def _announced(self, entry: Entry) -> None:
        self.ends_at, self.ending = entry["endsAt"], Status(entry["ending"])

    def _ended(self, entry: Entry) -> None:
        self.status = Status(entry["status"])
        for work in self.works:
            work.outcome = work.outcome or "lapsed"

    def _payee_set(self, entry: Entry) -> None:
        self.payees[entry["contractor"]] = (entry["payee"], entry["pulled"])


APPLIED = {
    "Opened": Progress._opened,
    "Amended": Progress._amended,
    "OperatorsAppointed": Progress._appointed,
    "Submitted": Progress._submitted,
    "Rejected": Progress._rejected,
    "Disputed": Progress._disputed,
    "Accepted": Progress._accepted,
    "AcceptedUpTo": Progress._accepted_up_to,
    "Released": Progress._released,
    "Ruled": Progress._ruled,
    "Reclaimed": Progress._reclaimed,
    "EndingAnnounced": Progress._announced,
    "Ended": Progress._ended,
    "PayeeSet": Progress._payee_set,
}
