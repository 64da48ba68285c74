"""What anyone can bring about when nobody acts: the call, and what money moves, to the unit (SPEC.md 16.3).

position = Position.of(snapshot)
release(position, 0).words
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workpact.audit.report.progress import Work
from workpact.audit.words import Words
from workpact.chain.state import Phase, Status
from workpact.terms.units import PPM
from workpact.web.snapshot import Snapshot

MOST_SECONDS = 2**29 - 1
"""Contracts cut a duration at this."""
MOST_AMOUNT = 2**96 - 1
MOST_PERIODS = 256
SETTLING = ("Accepted", "Released", "Ruled", "Reclaimed", "Settled")


@dataclass(frozen=True)
class Outcome:
    """What calls of anybody bring about, for one item alone. Amounts in the token's smallest unit."""

    at: int
    """The first second from which anyone can, Unix seconds; in the past where anyone can already."""
    calls: tuple[str, ...]
    """Functions in order; none where nothing can be done for want of money."""
    to_contractor: int = 0
    held_back: int = 0
    to_client: int = 0
    fee: int = 0
    still_owed: int = 0
    """What stays due because too little is held."""
    claim: int = 0
    """What it would take of what is held, were there enough."""
    competes: bool = False
    """Whether others claim the same money, and there is too little for all."""
    words: str = ""


@dataclass(frozen=True)
class Position:
    """What contracts know of an agreement at a block, from its verified history."""

    message: Mapping[str, Any]
    works: Sequence[Work]
    held: int
    holdback: int
    holdback_disputed_at: int | None
    status: Status
    ends_at: int | None
    ending: Status | None
    settled: frozenset[int]
    """The service periods that are settled."""
    interim: Mapping[int, int]
    settled_at: int
    """When a milestone or period was last settled or paid of."""
    now: int
    words: Words

    @classmethod
    def of(cls, snapshot: Snapshot) -> Position:
        """The position at the snapshot's block."""
        progress, ledger = snapshot.progress, snapshot.ledger
        own = snapshot.history.of("Agreement")
        return cls(
            message=snapshot.message,
            works=progress.works,
            held=ledger.held,
            holdback=ledger.holdback,
            holdback_disputed_at=progress.holdback_clock if progress.is_holdback_disputed else None,
            status=progress.status,
            ends_at=progress.ends_at,
            ending=progress.ending,
            settled=frozenset(ledger.periods),
            interim=ledger.interim,
            settled_at=max((each.log.timestamp for each in own if each.name in SETTLING), default=0),
            now=snapshot.head.timestamp,
            words=snapshot.words,
        )

    @property
    def deal(self) -> Mapping[str, Any]:
        """Parties, review and holdback of the terms."""
        found: Mapping[str, Any] = self.message["deal"]
        return found

    @property
    def conditions(self) -> Mapping[str, Any]:
        """Ending, billing and service of the terms."""
        found: Mapping[str, Any] = self.message["annex"]["conditions"]
        return found

    @property
    def ends(self) -> list[int]:
        """Ends of the service periods that contracts know."""
        return [int(each) for each in self.conditions["service"]["schedule"]["ends"][:MOST_PERIODS]]

    @property
    def is_live(self) -> bool:
        """Whether it is in force."""
        return self.status is Status.LIVE

    def rest(self, index: int) -> int:
        """What is open of a milestone."""
        work = self.works[index]
        return 0 if work.is_settled else work.amount - work.accepted

    def deadline(self, index: int) -> int:
        """Until when a milestone may be submitted, but for an ending."""
        work = self.works[index]
        deadline = work.due + int(self.deal["grace"])
        return max(deadline, work.clock + int(self.deal["review"])) if work.phase is Phase.REJECTED else deadline

    def due_at(self, index: int) -> int | None:
        """When a milestone fell or falls due for payment; None in a phase that silence does not pay."""
        work = self.works[index]
        if work.phase is Phase.OWED:
            return work.clock
        return work.clock + int(self.deal["review"]) if work.phase is Phase.SUBMITTED else None

    def first(self, at: int) -> int:
        """The first second from `at` on that a block can still have."""
        return max(at, self.now + 1)

    def is_over(self, at: int) -> bool:
        """Whether an ending has taken effect by then."""
        return self.ends_at is not None and at > self.ends_at

    def needed(self, at: int, without: int | None = None) -> int:
        """What must be held at a time (SPEC.md 6.6), without one of the milestones."""
        rests = sum(self.rest(index) for index in range(len(self.works)) if index != without)
        billing, ahead = self.conditions["billing"], 0
        for period, end in enumerate(self.ends):
            ahead += end > at
            if end > at and ahead > int(billing["cover"]):
                break
            if self.ends_at is not None and end > self.ends_at:
                break
            if period not in self.settled:
                rests += max(min(int(billing["cap"]), MOST_AMOUNT) - self.interim.get(period, 0), 0)
        return rests

    def parted(self, amount: int, at: int) -> tuple[int, int]:
        """A payment to the contractor at a time, and what is held back of it."""
        back = amount * int(self.deal["holdback"]) // PPM if at <= int(self.deal["holdbackUntil"]) else 0
        return amount - back, back

    def told(self, can: str, outcome: Outcome, *more: str) -> str:
        """An outcome in words; `can` is what anyone can do."""
        when = "Now" if outcome.at <= self.now + 1 else "Then"
        moved = [
            (outcome.to_contractor, "to the contractor"),
            (outcome.to_client, "back to the client"),
        ]
        parts = [f"{self.words.money(units)} go {where}" for units, where in moved if units]
        if outcome.held_back:
            parts.append(f"{self.words.money(outcome.held_back)} are held back")
        if outcome.still_owed:
            parts.append(f"{self.words.money(outcome.still_owed)} stay owed, as too little is held")
        said = ", ".join(parts) or "no money moves"
        return " ".join((f"{when} anyone can {can}: {said}.", *more))


def release(position: Position, index: int) -> Outcome:
    """A milestone that silence pays, or that is owed: `min(rest, held)` goes to the contractor."""
    due = position.due_at(index)
    assert due is not None, "submitted or owed"
    rest = position.rest(index)
    amount = min(rest, position.held)
    at = due + 1
    if not amount:
        words = f"Then {position.words.money(rest)} are due to the contractor, and nothing is held: they stay owed."
        return Outcome(at, (), still_owed=rest, claim=rest, words=words)
    paid, back = position.parted(amount, position.first(at))
    made = Outcome(at, ("release",), paid, back, still_owed=rest - amount, claim=rest)
    return _worded(position, made, "release it")


def reclaim(position: Position, index: int) -> Outcome:
    """A milestone that was not delivered: the surplus up to its rest goes back to the client."""
    at = position.deadline(index) + 1
    rest = position.rest(index)
    refunded = min(rest, max(position.held - position.needed(position.first(at), without=index), 0))
    made = Outcome(at, ("reclaim",), to_client=refunded)
    kept = "The rest stays held for what is still open." if refunded < min(rest, position.held) else ""
    return _worded(position, made, "reclaim it for the client", *filter(None, [kept]))


def split(position: Position, index: int) -> Outcome:
    """A disputed milestone that nobody has ruled on: the split of the terms, without fee."""
    rules, rest = position.message["arbitration"], position.rest(index)
    share, pot = int(rules["split"]), min(rest, position.held)
    part = pot * share // PPM
    missing = (rest - pot) * share // PPM
    at = position.works[index].clock + 2 * int(rules["window"]) + 1
    made = Outcome(at, ("rule",), part, to_client=pot - part, still_owed=missing, claim=rest)
    return _worded(position, made, "have it divided by the split of the terms")


def split_holdback(position: Position) -> Outcome:
    """The disputed holdback, that nobody has ruled on."""
    rules = position.message["arbitration"]
    assert position.holdback_disputed_at is not None, "disputed"
    part = position.holdback * int(rules["split"]) // PPM
    at = position.holdback_disputed_at + 2 * int(rules["window"]) + 1
    made = Outcome(at, ("rule",), part, to_client=position.holdback - part)
    return _worded(position, made, "have it divided by the split of the terms")


def release_holdback(position: Position) -> Outcome:
    """The holdback after its date."""
    made = Outcome(int(position.deal["holdbackUntil"]) + 1, ("releaseHoldback",), position.holdback)
    return _worded(position, made, "release it")


def close(position: Position) -> Outcome | None:
    """The end: what is held goes to the client. None while something else must be decided or announced first."""
    at = closes_at(position)
    if at is None:
        return None
    lapsing = [index for index, work in enumerate(position.works) if not work.is_settled]
    made = Outcome(at, ("close",), to_client=position.held)
    names = ", ".join(position.words.milestone(index) for index in lapsing)
    return _worded(position, made, "close the agreement", *([f"What is open lapses: {names}."] if lapsing else []))


def closes_at(position: Position) -> int | None:
    """The first second from which anyone can close it as it stands; None where it cannot be closed yet."""
    things = len(position.works) + len(position.ends)
    is_settled = all(work.is_settled for work in position.works)
    if things and is_settled and position.settled == frozenset(range(len(position.ends))):
        return position.settled_at
    if position.ends_at is None or undecided(position):
        return None
    after = [position.ends_at]
    for index, work in enumerate(position.works):
        if work.is_settled or work.phase is Phase.OPEN:
            continue
        due = position.due_at(index)
        after.append(work.clock + int(position.deal["review"]) if due is None else due)
    return max(after) + 1


def undecided(position: Position) -> list[str]:
    """What keeps an announced ending open until somebody acts, by name."""
    empty = not position.held
    flying = {Phase.DISPUTED} if empty else {Phase.DISPUTED, Phase.SUBMITTED, Phase.OWED}
    names = [
        position.words.milestone(index)
        for index, work in enumerate(position.works)
        if not work.is_settled and work.phase in flying
    ]
    if empty or position.ends_at is None:
        return names
    due = [period for period, end in enumerate(position.ends) if end <= position.ends_at]
    return names + [position.words.period(each) for each in due if each not in position.settled]


def _worded(position: Position, made: Outcome, can: str, *more: str) -> Outcome:
    return replace(made, words=position.told(can, made, *more))
