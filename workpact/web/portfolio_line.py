"""One agreement in short, from its snapshot or, where its document is not at hand, from its events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from eth_utils.address import to_checksum_address

from workpact.audit.entries import Entry
from workpact.audit.report.service import Course
from workpact.chain.state import Phase, Status
from workpact.ledger import Ledger
from workpact.service_results import Stage
from workpact.web.snapshot import Snapshot
from workpact.web.standing import Item, Standing

SOON = 7 * 86_400
"""Seconds ahead that count as soon."""
Withdrawn = Callable[[str, str], tuple[int, int]]
"""Where in the chain an account last withdrew a token: block and position; before all others if never."""


@dataclass(frozen=True)
class Token:
    """What amounts are in; symbol and decimals are None where no file says them."""

    address: str
    symbol: str | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Line:
    """One agreement in short; amounts in its token's smallest unit."""

    origin: bytes
    opened: int
    """Unix seconds."""
    client: str
    contractor: str
    status: str
    is_live: bool
    token: Token
    held: int
    """What is in escrow, the holdback included."""
    owed: Mapping[str, int]
    """What waits to be withdrawn or taken, by payee."""
    seats: frozenset[str]
    """All whom it names, or owes something."""
    title: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """Of the parties by address, where a file says them."""
    is_known: bool = True
    """Whether the document in force is at hand, as a file or published."""
    items: tuple[Item, ...] = ()
    next: Item | None = None
    lacking: int = 0
    """What the cover lacks."""
    is_disputed: bool = False
    """Whether a milestone, the holdback or a service period is before who rules."""

    def turns_of(self, account: str) -> bool:
        """Whether an account can act in any open item: by name, or as anyone."""
        return any(item.turn and (account in item.who or not item.who) for item in self.items)

    def ends_soon(self, now: int) -> bool:
        """Whether a date comes within seven days."""
        return any(item.until is not None and now <= item.until <= now + SOON for item in self.items)

    @property
    def by(self) -> int | None:
        """The next date."""
        return self.next.until if self.next else None


def line_of(snapshot: Snapshot, found: Standing, withdrawn: Withdrawn) -> Line:
    """The line of an agreement whose document is at hand."""
    deal, paper = snapshot.message["deal"], snapshot.words.paper
    entries = snapshot.history.of("Agreement")
    token = Token(to_checksum_address(deal["token"]))
    names = {}
    if paper is not None:
        token = Token(token.address, paper.token.symbol, paper.token.decimals)
        names = {each.wallet: each.legal_name for each in (paper.parties.client, paper.parties.contractor)}
    owed = owed_of(entries, token.address, withdrawn)
    roles = snapshot.history.subject.roles()
    is_live = snapshot.progress.status is Status.LIVE
    return Line(
        origin=snapshot.origin,
        opened=entries[0].log.timestamp,
        client=to_checksum_address(deal["client"]),
        contractor=to_checksum_address(deal["contractor"]),
        status=_status(snapshot.progress.status, snapshot.progress.ends_at),
        is_live=is_live,
        token=token,
        held=snapshot.ledger.held + snapshot.ledger.holdback,
        owed=owed,
        seats=frozenset(who for who, role in roles.items() if role != "token") | owed.keys(),
        title=paper.title if paper else None,
        names=names,
        items=found.items,
        next=found.next,
        lacking=found.cover.lacking if found.cover and is_live else 0,
        is_disputed=is_live and _is_disputed(snapshot),
    )


def unknown_line(entries: Sequence[Entry], withdrawn: Withdrawn) -> Line:
    """The line of an agreement by the events of the Agreement contract alone: nobody gave or published its document."""
    opened = entries[0]
    ledger = Ledger.of([each.event for each in entries], opened["client"], ())
    ended = [each for each in entries if each.name == "Ended"]
    status = Status(ended[-1]["status"]) if ended else Status.LIVE
    owed = owed_of(entries, opened["token"], withdrawn)
    return Line(
        origin=bytes(opened["origin"]),
        opened=opened.log.timestamp,
        client=opened["client"],
        contractor=opened["contractor"],
        status=status.words,
        is_live=status is Status.LIVE,
        token=Token(opened["token"]),
        held=ledger.held + ledger.holdback,
        owed=owed,
        seats=frozenset({opened["client"], opened["contractor"], *owed}),
        is_known=False,
    )


def owed_of(entries: Iterable[Entry], token: str, withdrawn: Withdrawn) -> dict[str, int]:
    """What is booked for payees and still there: who withdraws takes all that was booked before (SPEC.md 6)."""
    owed: Counter[str] = Counter()
    for entry in entries:
        if entry.name == "Booked":
            if entry["toTake"] or entry.place > withdrawn(token, entry["payee"]):
                owed[entry["payee"]] += entry["amount"]
        elif entry.name == "Taken":
            owed[entry["payee"]] -= entry["amount"]
        elif entry.name == "Ruled" and entry["fee"] and entry.place > withdrawn(token, entry["by"]):
            owed[entry["by"]] += entry["fee"]
    return {who: amount for who, amount in sorted(owed.items()) if amount}


def _status(status: Status, ends_at: int | None) -> str:
    return "ending" if status is Status.LIVE and ends_at is not None else status.words


def _is_disputed(snapshot: Snapshot) -> bool:
    courses: dict[int, Course] = {}
    for entry in snapshot.history.of("SLAOracle"):
        if entry.name.startswith("Period"):
            courses.setdefault(entry["period"], Course()).apply(entry)
    works = any(not work.is_settled and work.phase is Phase.DISPUTED for work in snapshot.progress.works)
    contested = any(course.stage is Stage.CONTESTED for course in courses.values())
    return works or contested or snapshot.progress.is_holdback_disputed
