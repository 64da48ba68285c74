"""Where a request stands: who has sealed a bid, who is on the roll, whose bid is open, and what is wrong with the rest.

Pure: papers, the chain's time and the anchored times in; two people with the same papers get the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workpact.market.bid import BadBid, Bid, commitment
from workpact.market.errors import MarketError
from workpact.market.paper import Paper
from workpact.market.place import Place
from workpact.market.request import Request
from workpact.market.sealed_bid import MAX_SEALS, BadRoll, BadSealedBid, Roll, SealedBid


class State(StrEnum):
    """What has become of one bidder's bid."""

    SEALED = "sealed"
    OPEN = "open"
    UNOPENED = "not opened"
    INVALID = "invalid"
    DOUBLED = "doubled"
    LATE = "late"
    LEFT_OUT = "left out"
    MISSING = "missing"
    VOID = "void"


class NotYet(MarketError):
    """It is too early for this; says when."""


class NoRoll(MarketError):
    """The client has laid down no roll that counts."""


@dataclass(frozen=True)
class Entry:
    """One bidder's bid, or a sealed bid that a roll names and nobody has."""

    state: State
    bidder: str
    seal: str
    """The sealed bid's id; empty if there is none."""
    bid: str
    """The bid's id, once it is there."""
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tender:
    """All that is known of one request."""

    request: Request
    rolls: tuple[Roll, ...]
    seals: tuple[SealedBid, ...]
    entries: tuple[Entry, ...]
    bids: tuple[Bid, ...]
    """Those that count, by id: opened to the one roll that has them, and valid in every field."""
    ignored: tuple[str, ...] = field(default=())
    """Papers under the request that are none of it, and why."""

    @property
    def is_equivocal(self) -> bool:
        """Whether the client has signed two rolls: then no bid counts."""
        return len(self.rolls) > 1

    @property
    def roll(self) -> Roll:
        """The one roll; raises `NoRoll`."""
        if self.is_equivocal:
            both = " and ".join(roll.id for roll in self.rolls)
            raise NoRoll(
                f"The client {self.request.client} has signed {len(self.rolls)} rolls, {both}: no bid of the request "
                f"{self.request.id} counts. Keep both as proof; the client has to post another request."
            )
        if not self.rolls:
            raise NoRoll(
                f"There is no roll of the request {self.request.id} yet: its client makes it after the deadline with "
                "ape run market bids REQUEST --account CLIENT."
            )
        return self.rolls[0]

    def of_bidder(self, bidder: str) -> Entry | None:
        """A bidder's entry; the one that counts, if there are several."""
        own = [entry for entry in self.entries if entry.bidder == bidder]
        return min(own, key=lambda entry: entry.state is not State.OPEN, default=None)


def read_tender(place: Place, request: Request, now: int, anchored: Mapping[bytes, int] | None = None) -> Tender:
    """The papers of a request at a place; as `tender`."""
    kinds = {kind: place.papers(kind, request.id) for kind in ("roll", "seal", "bid")}
    return tender(request, kinds["roll"], kinds["seal"], kinds["bid"], now, anchored or {})


def tender(
    request: Request,
    rolls: Iterable[Paper],
    seals: Iterable[Paper],
    bids: Iterable[Paper],
    now: int,
    anchored: Mapping[bytes, int],
) -> Tender:
    """Judges all papers of a request; `anchored`: when bidders anchored contents of their sealed bids, Unix seconds."""
    ignored: list[str] = []
    known_rolls, known_seals = dict[str, Roll](), dict[str, SealedBid]()
    for paper in rolls:
        try:
            known_rolls[paper.id] = Roll.of(paper, request)
        except BadRoll as error:
            ignored.append(str(error))
    for paper in seals:
        try:
            known_seals[paper.id] = SealedBid.of(paper, request)
        except BadSealedBid as error:
            ignored.append(str(error))
    made = tuple(known_rolls[name] for name in sorted(known_rolls))
    papers = _by_author(bids)
    judge = _Judge(request, made, known_seals, papers, now, anchored)
    entries = [judge.entry(known_seals[name]) for name in sorted(known_seals)]
    entries += [judge.missing(name) for name in made[0].seals if name not in known_seals] if len(made) == 1 else []
    entries += judge.unsealed()
    ordered = tuple(sorted(entries, key=lambda entry: (entry.bidder.lower(), entry.seal, entry.bid)))
    valid = tuple(judge.valid[name] for name in sorted(judge.valid))
    return Tender(
        request, made, tuple(known_seals[name] for name in sorted(known_seals)), ordered, valid, tuple(ignored)
    )


def countable(tender: Tender, anchored: Mapping[bytes, int]) -> list[str]:
    """The ids of sealed bids that an honest roll has now: one of each bidder, none that was anchored late.

    Of more than a roll holds, those anchored in time first, which cost their bidders a transaction; then by id.
    """
    number = Counter(seal.bidder for seal in tender.seals)
    once = [
        seal
        for seal in tender.seals
        if number[seal.bidder] == 1 and anchored.get(seal.paper.content, 0) <= tender.request.deadline
    ]
    once.sort(key=lambda seal: (seal.paper.content not in anchored, seal.id))
    return sorted(seal.id for seal in once[:MAX_SEALS])


def _by_author(bids: Iterable[Paper]) -> dict[str, list[Paper]]:
    found: dict[str, list[Paper]] = {}
    for paper in bids:
        found.setdefault(paper.author, []).append(paper)
    return found


class _Judge:
    """Decides what each sealed bid has become."""

    def __init__(
        self,
        request: Request,
        rolls: tuple[Roll, ...],
        seals: Mapping[str, SealedBid],
        papers: Mapping[str, list[Paper]],
        now: int,
        anchored: Mapping[bytes, int],
    ) -> None:
        self.request, self.seals, self.papers, self.now, self.anchored = request, seals, papers, now, anchored
        self.is_void = len(rolls) > 1
        self.listed = frozenset(rolls[0].seals) if len(rolls) == 1 else None
        self.number = Counter(seal.bidder for seal in seals.values())
        self.listed_number = Counter(seals[name].bidder for name in self.listed or () if name in seals)
        self.opened: set[str] = set()
        self.valid: dict[str, Bid] = {}

    def entry(self, seal: SealedBid) -> Entry:
        if self.is_void:
            return self._entry(State.VOID, seal, "the client has signed two rolls")
        if self.listed is None:
            return self._before_roll(seal)
        if seal.id not in self.listed:
            return self._unlisted(seal)
        if self.listed_number[seal.bidder] > 1:
            return self._entry(State.DOUBLED, seal, "the roll has several sealed bids of this bidder: none counts")
        return self._listed(seal)

    def missing(self, name: str) -> Entry:
        return Entry(State.MISSING, "", name, "", ("the roll names it, and the place does not have it",))

    def unsealed(self) -> list[Entry]:
        """Bids that open no sealed bid of their author."""
        why = "it opens no sealed bid that is on the roll" if self.listed is not None else "there is no roll yet"
        found = []
        for author, papers in self.papers.items():
            rest = [paper.id for paper in papers if paper.id not in self.opened]
            if self.is_void or (rest and any(paper.id in self.opened for paper in papers)):
                continue
            found += [
                Entry(State.LATE if self.listed is not None else State.INVALID, author, "", name, (why,))
                for name in rest
            ]
        return found

    def _before_roll(self, seal: SealedBid) -> Entry:
        if self.number[seal.bidder] > 1:
            return self._entry(State.DOUBLED, seal, "this bidder has several sealed bids: none counts")
        if self.anchored.get(seal.paper.content, 0) > self.request.deadline:
            return self._entry(State.LATE, seal, "it was anchored after the deadline")
        return self._entry(State.SEALED, seal)

    def _unlisted(self, seal: SealedBid) -> Entry:
        anchored = self.anchored.get(seal.paper.content)
        if self.number[seal.bidder] > 1:
            return self._entry(
                State.DOUBLED, seal, "this bidder has several sealed bids, and the roll has not this one"
            )
        if anchored is not None and anchored <= self.request.deadline:
            return self._entry(State.LEFT_OUT, seal, "it was anchored in time, and the roll does not have it")
        return self._entry(State.LATE, seal, "the roll does not have it, and no anchor shows that it was there in time")

    def _listed(self, seal: SealedBid) -> Entry:
        for paper in self.papers.get(seal.bidder, []):
            if _opens(paper, seal):
                self.opened.add(paper.id)
                return self._judged(seal, paper)
        others = self.papers.get(seal.bidder, [])
        if others:
            self.opened.update(paper.id for paper in others)
            return self._entry(State.INVALID, seal, "its bid is not what was sealed", bid=others[0].id)
        if self.now > self.request.reveal:
            return self._entry(State.UNOPENED, seal, "it was not opened until reveal")
        return self._entry(State.SEALED, seal)

    def _judged(self, seal: SealedBid, paper: Paper) -> Entry:
        try:
            self.valid[paper.id] = Bid.of(paper, self.request)
        except BadBid as error:
            return Entry(State.INVALID, seal.bidder, seal.id, paper.id, error.problems)
        return Entry(State.OPEN, seal.bidder, seal.id, paper.id)

    def _entry(self, state: State, seal: SealedBid, *why: str, bid: str = "") -> Entry:
        return Entry(state, seal.bidder, seal.id, bid, why)


def _opens(paper: Paper, seal: SealedBid) -> bool:
    salt = paper.body.get("salt")
    if not isinstance(salt, str) or len(salt) != 66:
        return False
    try:
        return commitment(bytes.fromhex(salt[2:]), paper.content) == seal.commitment
    except ValueError:
        return False
