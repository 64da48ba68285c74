"""What the contractor has not got, amount by amount, and why (SPEC.md 5, 6.3, 7.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workpact.agreement_state import HOLDBACK
from workpact.audit.report.progress import Work
from workpact.audit.telling import counted, write_rate
from workpact.chain.state import Phase
from workpact.terms.units import write_share
from workpact.web.snapshot import Snapshot

Facts = dict[str, Any]
OUTCOMES = {
    "ruled": "was ruled on",
    "ruled for the client": "was ruled for the client",
    "reclaimed": "was not delivered in time, and taken back by the client",
    "lapsed": "lapsed when the agreement ended",
}


def withheld(snapshot: Snapshot, desks: Sequence[Facts]) -> list[Facts]:
    """Each amount above zero, with what it is of, why it was not paid, until when (or None), and whose it is now."""
    found = [*_credits(desks), *_milestones(snapshot), *_holdback(snapshot), *_waiting(snapshot)]
    return [each | {"amount": str(each["amount"])} for each in found if each["amount"]]


def _line(amount: int, what: str, why: str, now: str, until: int | None = None) -> Facts:
    return {"amount": amount, "what": what, "why": why, "now": now, "until": until}


def _credits(desks: Sequence[Facts]) -> Iterator[Facts]:
    """Service credits, settled or worked out."""
    for desk in desks:
        for period in desk["periods"]:
            missed = [
                f"{each['name']}: {each['figure'] or 'no figures'}, {each['verdict']}" for each in _failed(period)
            ]
            why = "; ".join(missed) or ", ".join(f"{name} missed" for name in period["failed"])
            if period["rate"]:
                why += f"; a credit of {write_rate(period['rate'])} of the charge"
            now = "stays the client's" if period["settled"] else "will stay the client's once the period settles"
            yield _line(int(period["credit"] or 0), f"service credit of {period['name']}", why, now)


def _failed(period: Facts) -> list[Facts]:
    return [each for each in period["levels"] if each["failed"]]


def _milestones(snapshot: Snapshot) -> Iterator[Facts]:
    ruled = {each["item"]: each for each in snapshot.history.of("Agreement") if each.name == "Ruled"}
    for index, work in enumerate(snapshot.progress.works):
        name, got = snapshot.words.milestone(index), snapshot.ledger.milestones[index]
        if work.is_settled:
            why = f"It {OUTCOMES.get(work.outcome, 'was ' + work.outcome)}"
            if index in ruled:
                share, fee = ruled[index]["share"], ruled[index]["fee"]
                why += f": {write_share(share)} of what was disputed to the contractor"
                why += f", {snapshot.words.money(fee)} fee to who ruled" if fee else ""
            yield _line(work.amount - got, name, why, "is the client's, less fees")
        elif work.phase is not Phase.OPEN:
            yield _line(work.amount - got, name, *_open(work))


def _open(work: Work) -> tuple[str, str]:
    """Why a milestone in flight is not paid, and what that waits for."""
    if work.phase is Phase.SUBMITTED:
        return "It is submitted and under review.", "waits for the client"
    if work.phase is Phase.REJECTED:
        return f"The client sent it back {counted(work.rounds, 'time')}.", "waits for the contractor"
    if work.phase is Phase.DISPUTED:
        return "It is disputed.", "waits for the arbiters"
    return "Too little money was held when it fell due.", "is paid as money comes"


def _holdback(snapshot: Snapshot) -> Iterator[Facts]:
    deal, ledger = snapshot.message["deal"], snapshot.ledger
    share, until = int(deal["holdback"]), int(deal["holdbackUntil"])
    if snapshot.progress.is_holdback_disputed:
        yield _line(ledger.holdback, "holdback", "The client disputed it before its date.", "waits for the arbiters")
    elif ledger.holdback:
        why = f"{write_share(share)} of each payment is held back until its date; the client may dispute it before."
        over = snapshot.head.timestamp > until
        now = "anyone can release it to the contractor" if over else "waits for its date"
        yield _line(ledger.holdback, "holdback", why, now, until)
    for each in snapshot.history.of("Agreement"):
        if each.name == "Ruled" and each["item"] == HOLDBACK:
            lost = each["toClient"] + each["fee"]
            yield _line(lost, "holdback", "It was disputed, and ruled on.", "is the client's, less fees")


def _waiting(snapshot: Snapshot) -> Iterator[Facts]:
    roles = snapshot.history.subject.roles() | {snapshot.history.subject.payroll: "payroll"}
    for who, amount in sorted(snapshot.ledger.booked.items()):
        role = roles.get(who) or f"{who[:6]}…{who[-4:]}"
        why = "It was booked instead of sent: the token refused it, or the payee takes its money itself."
        yield _line(amount, f"booked for {role}", why, "the payee can take it")
