"""Shared files: access for somebody whom the agreement's table does not let read that kind (SPEC.md 14.7)."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.agreement_state import HOLDBACK
from workpact.audit.alerts.facts import NEUTRAL, Facts, seats_of
from workpact.audit.alerts.finding import Alert, Finding, TooLittle, day, short
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.entries import Entry
from workpact.audit.subject import SIDES
from workpact.audit.telling import bits, kind_of
from workpact.terms import Kind
from workpact.terms.room import DEFAULT_READERS

ANYONE = "other"
OF_PERIODS = ("service arbiter", "service backup")


def unexpected_reader(facts: Facts, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """A reader of no role that the document in force, or else the usual table, lets read files of that kind."""
    rule = "unexpected-reader"
    kinds: dict[tuple[bytes, int], int] = {}
    people, asked, files = _People(facts), dict[tuple[str, int], list[Entry]](), 0
    for entry in facts.entries:
        people.apply(entry)
        if entry.name == "VersionPut":
            kinds[bytes(entry["file"]), entry["version"]] = entry["kind"]
        elif entry.name == "AccessGiven":
            files += 1
            kind = kinds.get((bytes(entry["file"]), entry["version"]), Kind.OTHER)
            readers = readers_at(facts, entry, kind)
            if ANYONE not in readers and not readers & people.roles(entry):
                asked.setdefault((entry["reader"], kind), []).append(entry)
    if not files:
        yield TooLittle(rule, "no file was shared in the record")
    for (reader, kind), entries in sorted(asked.items()):
        yield _asked(facts, reader, kind, entries)


def readers_at(facts: Facts, entry: Entry, kind: int) -> frozenset[str]:
    """The roles that may read a kind at an event; none for a kind that the table has not."""
    paper = facts.paper(entry.place)
    table = DEFAULT_READERS if paper is None else paper.room
    return table[Kind(kind)] if kind in set(Kind) else frozenset()


def _asked(facts: Facts, reader: str, kind: int, entries: list[Entry]) -> Alert:
    first, role = entries[0], facts.role(reader)
    readers = sorted(readers_at(facts, first, kind))
    table = "The agreement" if facts.paper(first.place) else "The usual table, as no file of the agreement is at hand,"
    by = facts.role(first["by"])
    return Alert(
        "unexpected-reader",
        f"Should {short(reader) if role == reader else 'the ' + role} read files of the kind {kind_of(kind)}? "
        f"{short(by) if by == first['by'] else 'The ' + by} gave access on {day(first.log.timestamp)}. "
        f"{table} lets {_listed(readers)} read them.",
        {"address": reader, "by": first["by"], "kind": kind_of(kind), "readers": readers},
        {},
        tuple(entries),
    )


def _listed(readers: list[str]) -> str:
    """The roles in words; an arbiter reads only while it has something to rule on."""
    words = ["arbiter in a dispute" if each == "arbiter" else each for each in readers]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:]))) or "nobody"


class _People:
    """Who has which role, event after event: seats, the contractor's roster, and arbiters with something to rule on."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.reporters: dict[str, str] = {}
        self.wallets: dict[tuple[str, int], str] = {}
        self.disputed: set[int] = set()
        self.contested: set[int] = set()

    def apply(self, entry: Entry) -> None:
        """The next event."""
        if entry.name == "ReporterReplaced":
            self.reporters[entry["newReporter"]] = entry["party"]
        elif entry.name == "Enrolled":
            self.wallets |= {(entry["manager"], entry["first"] + n): each for n, each in enumerate(entry["wallets"])}
        elif entry.name == "WalletSet":
            self.wallets[entry["manager"], entry["worker"]] = entry["wallet"]
        elif entry.name == "PeriodContested":
            self.contested.add(entry["period"])
        elif entry.name in ("PeriodRuled", "PeriodReported", "PeriodDefaulted"):
            self.contested.discard(entry["period"])
        else:
            self._dispute(entry)

    def _dispute(self, entry: Entry) -> None:
        if entry.name == "Disputed":
            self.disputed.add(entry["item"])
        elif entry.name == "Ruled":
            self.disputed.discard(entry["item"])
        elif entry.name in ("Accepted", "Reclaimed"):
            self.disputed -= set(bits(entry["milestones"]))
        elif entry.name == "Ended":
            self.disputed &= {HOLDBACK}
        elif entry.name == "HoldbackReleased":
            self.disputed.discard(HOLDBACK)

    def roles(self, given: Entry) -> set[str]:
        """Those of the table that a reader has when access is given to it."""
        who, message = given["reader"], self.facts.terms(given.place)
        found = set()
        for seat in seats_of(message):
            if seat.address == who and seat.side != NEUTRAL:
                found.add(seat.side)
            elif seat.address == who and (self.contested if seat.role in OF_PERIODS else self.disputed):
                found.add("arbiter")
        parties = {seat.address: seat.role for seat in seats_of(message) if seat.role in SIDES}
        if self.reporters.get(who) in parties:
            found.add(parties[self.reporters[who]])
        contractor = self.facts.contractor(given.place)
        if any(who == wallet for (manager, _), wallet in self.wallets.items() if manager == contractor):
            found.add("worker")
        return found
