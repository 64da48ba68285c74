"""What the model keeps, and how it refuses and says what happened."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.model.papers import Paper

PPM = 10**6
LIMIT = 2**96
LONGEST = 2**29 - 1
"""Where notices, windows and the like are cut (SPEC.md 3.6, 8.18)."""
HOLDBACK = 64
"""The holdback as an item."""
PERIODS = 65
"""Service period `p` is item `65 + p`."""

NONE, LIVE, DONE, BY_BOTH, BY_CLIENT, BY_CONTRACTOR, FOR_CAUSE, FOR_NON_PAYMENT, WITHDRAWN = range(9)
OPEN, SUBMITTED, REJECTED, DISPUTED, OWED = range(5)

Error = tuple[str, tuple[Any, ...]]
Said = tuple[str, str, dict[str, Any], bytes | None]
"""Contract, event, arguments, and the key of the history that it advances, if it does."""


class Refused(Exception):
    """The call must fail with one of these."""

    def __init__(self, errors: set[Error]) -> None:
        super().__init__(str(errors))
        self.errors = errors


class Doubts:
    """Gathers every error that applies."""

    def __init__(self) -> None:
        self.errors: set[Error] = set()

    def when(self, applies: bool, name: str, *arguments: Any) -> bool:
        if applies:
            self.errors.add((name, arguments))
        return applies

    def stop(self) -> None:
        """Refuses if anything applies: what follows could not be said."""
        if self.errors:
            raise Refused(self.errors)


@dataclass
class Step:
    """How far a milestone, or the disputed holdback, is."""

    accepted: int = 0
    clock: int = 0
    rounds: int = 0
    phase: int = OPEN
    ruled: bool = False
    """Nothing of it can be disputed or changed again."""


@dataclass
class Pact:
    """One agreement."""

    paper: Paper
    status: int = LIVE
    held: int = 0
    retained: int = 0
    settled: set[int] = field(default_factory=set)
    lapsed: set[int] = field(default_factory=set)
    steps: dict[int, Step] = field(default_factory=lambda: defaultdict(Step))
    holdback: Step = field(default_factory=Step)
    periods: set[int] = field(default_factory=set)
    """Service periods settled."""
    interim: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    ends_at: int = 0
    ending: int = NONE
    appointed: bool = False
    payee: str | None = None
    pulled: bool = False

    @property
    def origin(self) -> bytes:
        return self.paper.origin

    @property
    def open_items(self) -> list[int]:
        return [item for item in range(len(self.paper.milestones)) if item not in self.settled]

    def rest(self, item: int) -> int:
        return self.paper.milestones[item]["amount"] - self.steps[item].accepted

    def deadline(self, item: int) -> int:
        """Until when an open or rejected milestone can be submitted (SPEC.md 5.1, 5.3)."""
        step, deal = self.steps[item], self.paper.deal
        due = self.paper.milestones[item]["due"] + deal["grace"]
        return max(due, step.clock + deal["review"]) if step.phase == REJECTED else due

    @property
    def is_disputed(self) -> bool:
        return self.holdback.phase == DISPUTED or any(self.steps[item].phase == DISPUTED for item in self.open_items)


class State:
    """All that the model keeps; each part of the specification adds what happens to it."""

    def __init__(self, agreement: str, oracle: str) -> None:
        self.agreement = agreement
        self.oracle = oracle
        self.now = 0
        self.balances: dict[str, dict[str, int]] = {}
        """By token, then by account."""
        self.approved: set[tuple[str, bytes]] = set()
        """Wallets that have said yes to a digest."""
        self.blocked: dict[str, set[str]] = defaultdict(set)
        self.pacts: dict[bytes, Pact] = {}
        self.withdrawn: set[bytes] = set()
        self.serves: dict[tuple[bytes, str], bytes] = {}
        self.owed: dict[tuple[str, str], int] = defaultdict(int)
        self.to_take: dict[tuple[bytes, str, str], int] = defaultdict(int)
        self.books: dict[bytes, Any] = {}
        self.leads_to: dict[tuple[bytes, bytes], bytes] = {}
        """The book of a document that took another's place, by origin and document."""
        self.replaced: set[tuple[bytes, bytes]] = set()
        self.said: list[Said] = []
        self.moved: list[tuple[str, str, str, int]] = []
        """Token, from, to, amount."""

    def say(self, name: str, history: bytes | None, **arguments: Any) -> None:
        """An event of the agreement contract, in the history of an origin or id."""
        self.said.append(("Agreement", name, arguments, history))

    def in_force(self, paper: Paper, doubts: Doubts, live: bool = True) -> Pact:
        """The agreement whose document in force this is."""
        pact = self.pacts.get(paper.origin)
        if pact is None:
            status = WITHDRAWN if paper.origin in self.withdrawn else NONE
            raise Refused({("Escrow_NotInForce", (paper.id,)), ("Escrow_NotLive", (paper.origin, status))})
        doubts.when(live and pact.status != LIVE, "Escrow_NotLive", paper.origin, pact.status)
        doubts.when(pact.paper.id != paper.id, "Escrow_NotInForce", paper.id)
        doubts.stop()
        return pact

    def may_act(self, pact: Pact, caller: str, sides: tuple[str, ...], amount: int, doubts: Doubts) -> None:
        """A party, or its operator up to the limit (SPEC.md 4.9)."""
        parties = [str(pact.paper.deal[side]) for side in sides]
        if caller in parties:
            return
        operators = [each for side in sides for each in pact.paper.operators[side]]
        if pact.appointed and caller in operators:
            limit = pact.paper.operators["limit"]
            doubts.when(amount > limit, "Escrow_AboveLimit", caller, amount, limit)
            return
        for party in parties:
            doubts.when(True, "Escrow_Unauthorised", caller, party)

    def a_milestone(self, pact: Pact, item: int, doubts: Doubts) -> Step:
        """A milestone that the terms have and that is not settled."""
        count = len(pact.paper.milestones)
        doubts.when(item >= count, "Escrow_NoMilestone", item, count)
        doubts.when(item < count and item in pact.settled, "Escrow_MilestoneSettled", item)
        doubts.stop()
        return pact.steps[item]


def mask_of(numbers: set[int]) -> int:
    """One bit each."""
    return sum(1 << number for number in numbers)
