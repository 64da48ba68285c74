"""Whose turn it is on each service period that is not settled, and until when (SPEC.md 8.7, 8.11 to 8.13)."""

from __future__ import annotations

from collections.abc import Iterator

from eth_utils.address import to_checksum_address

from workpact.service_results import Side, Stage
from workpact.terms.fields import ZERO_ADDRESS
from workpact.web.outcomes import MOST_SECONDS, Outcome, Position
from workpact.web.periods import CAN, charge_of, lapses, period_outcome, report_until
from workpact.web.service_book import Book, FiguresMissing
from workpact.web.snapshot import Snapshot
from workpact.web.turns import Item

Turn = tuple[str, str, int | None]
"""Whose, what they can do, until when."""


def period_items(snapshot: Snapshot, position: Position) -> Iterator[Item]:
    """One item for each period that is not settled, in the document's order."""
    book = Book.of(snapshot)
    for period in range(len(position.ends)):
        if period in position.settled:
            continue
        try:
            silence, missing = period_outcome(position, book, period), ""
        except FiguresMissing:
            silence, missing = None, "; its figures are not at hand, only their hash"
        turn, step, until = _turn(position, book, period, silence)
        who = _who(snapshot, position, book, period, turn)
        name = position.words.period(period)
        yield Item("period", period, name, turn, who, step + missing, until, silence)


def _turn(position: Position, book: Book, period: int, silence: Outcome | None) -> Turn:
    kept, now = book.period(period), position.now
    if lapses(position, period):
        return "", "wait: it ends after the agreement and lapses with it", position.ends_at
    if silence is not None and silence.calls and silence.at <= now + 1:
        can = " and ".join(CAN[each] for each in silence.calls)
        return "anyone", can, silence.at - 1
    if kept.stage is Stage.OPEN:
        return _unreported(position, book, period)
    if kept.stage.pending is not None:
        what = "answer the notice" if kept.is_notice else "answer the report, or accept it"
        return kept.stage.pending.other.words, what, kept.until
    if kept.stage is Stage.CONTESTED:
        return _contested(position, book, period)
    return _final(position, book, period)


def _unreported(position: Position, book: Book, period: int) -> Turn:
    end, until = position.ends[period], report_until(position, book, period)
    if position.now <= end:
        return "", "wait: it runs until then", end
    obliged = Side.CLIENT if int(book.service(None)["schedule"]["obliged"]) else Side.CONTRACTOR
    if position.now <= until:
        return obliged.words, "report it", until
    return "", "report it with both sides", None


def _contested(position: Position, book: Book, period: int) -> Turn:
    contest, clock = book.contest(period), book.period(period).times["PeriodContested"]
    ruling = min(int(contest["ruling"]), MOST_SECONDS)
    seat, until = ("arbiter", clock + ruling) if position.now <= clock + ruling else ("backup", clock + 2 * ruling)
    step = "choose between the two reports"
    if contest[seat] == ZERO_ADDRESS:
        seat, step = "", "wait: nobody is named to choose"
    charge = charge_of(position, book, period, position.now + 1)
    if charge is not None and 0 < charge.due <= position.held:
        step += f"; meanwhile anyone can have {position.words.money(charge.due)} paid, which are due whatever follows"
    return seat, step, until


def _final(position: Position, book: Book, period: int) -> Turn:
    """Final figures, and nothing can be settled now."""
    try:
        charge = charge_of(position, book, period, position.now + 1)
    except FiguresMissing:
        return "", "wait", None
    if charge is not None and charge.due > position.held:
        return "client", "fund what is due, then anyone settles it", None
    if not book.period(period).is_assessed:
        return "", "wait: an earlier period is not assessed, so its credit is open", None
    return "", "wait: a credit may still return by the periods that follow", None


def _who(snapshot: Snapshot, position: Position, book: Book, period: int, turn: str) -> tuple[str, ...]:
    """The party with its reporters, or whoever is to choose."""
    if turn in ("arbiter", "backup"):
        return (to_checksum_address(book.contest(period)[turn]),)
    if turn not in ("client", "contractor"):
        return ()
    party = to_checksum_address(position.deal[turn])
    if book.period(period).stage.is_final:
        return (party,)
    return (party, *_reporters(snapshot, book, period, turn))


def _reporters(snapshot: Snapshot, book: Book, period: int, side: str) -> list[str]:
    """Who signs for a side, by the document and what was replaced or removed since (SPEC.md 8.17)."""
    document = book.period(period).document or book.current
    named = book.service(document)["levels"]["reporters"]
    party = to_checksum_address(named[side])
    found: list[str] = [to_checksum_address(each) for each in named[f"{side}Reporters"]]
    for entry in snapshot.history.of("SLAOracle"):
        if entry.name == "ReporterReplaced" and bytes(entry["document"]) == document and entry["party"] == party:
            if entry["fromPeriod"] <= period:
                found = [each for each in found if each != entry["oldReporter"]]
                found += [entry["newReporter"]] if entry["newReporter"] != ZERO_ADDRESS else []
        elif entry.name == "ReporterRemoved" and bytes(entry["document"]) == document:
            found = [each for each in found if each != entry["reporter"]]
    return found
