"""What the agreement's page shows, as one plain value: from a snapshot, without its timeline (SPEC.md 16.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workpact.audit.entries import Entry, plain
from workpact.audit.report.facts import (
    milestones_facts,
    parties_facts,
    standing_facts,
    token_facts,
)
from workpact.audit.report.workers import equity_facts, payroll_facts
from workpact.chain.state import Status
from workpact.records.events import until
from workpact.records.holding_events import holdings_of
from workpact.web.service_facts import service
from workpact.web.snapshot import Snapshot
from workpact.web.withheld import withheld

Facts = dict[str, Any]
PARTIES = ("client", "contractor", "arbiter", "backup")
"""Who is shown first."""
MONEY = {
    "paid": ("paid", "sent to the contractor or its payee"),
    "owed": ("owed", "booked for who has not taken it yet"),
    "holdback": ("held back", "kept of payments until its date"),
    "held": ("held", "not promised to anybody yet"),
    "refunded": ("refunded", "sent back to the client"),
}
"""Parts of what was funded, in the order of the bar, and what each is."""
SHOWN = 200
"""Workers that are linked from the page."""


def agreement_facts(snapshot: Snapshot) -> Facts:
    """All of it; the same value for the same block. Amounts are decimal text in the token's smallest units."""
    history, progress = snapshot.history, snapshot.progress
    people = parties_facts(history)
    desks = service(snapshot)
    payroll = payroll_facts(history)
    return {
        "chain": history.subject.chain_id,
        "agreement": history.subject.agreement,
        "origin": plain(snapshot.origin),
        "history": plain(next(each.word for each in history.books if each.book.contract == "Agreement")),
        "title": snapshot.words.paper.title if snapshot.words.paper else None,
        "block": snapshot.head,
        "token": token_facts(history),
        "parties": [each for each in people if each["role"] in PARTIES],
        "others": [each for each in people if each["role"] not in PARTIES],
        "names": {history.subject.payroll: "the payroll"}
        | {each["address"]: each["name"] for each in people if each["name"]},
        "standing": standing_facts(progress, snapshot.message),
        "ended": _ended(snapshot),
        "documents": len(history.subject.messages),
        "money": _money(snapshot, desks),
        "milestones": [_whole(each) for each in milestones_facts(history, progress, snapshot.ledger)],
        "desks": desks,
        "withheld": withheld(snapshot, desks),
        "equity": equity_facts(history),
        "payroll": payroll,
        "workers": _workers(snapshot),
        "unknown": _unknown(snapshot, desks, payroll),
    }


def _whole(milestone: Facts) -> Facts:
    """What is accepted in one act counts as accepted, as what is accepted in parts does."""
    is_whole = milestone["state"] in ("accepted", "released")
    return milestone | ({"accepted": milestone["amount"]} if is_whole else {})


def _money(snapshot: Snapshot, desks: Sequence[Facts]) -> Facts:
    """funded = paid + owed + held back + held + refunded; owed is booked for payees and, as fees, for arbiters."""
    ledger = snapshot.ledger
    names = ("funded", "paid", "owed", "holdback", "held", "refunded")
    waits = [(who, amount, "payment") for who, amount in sorted(ledger.booked.items()) if amount]
    waits += [(who, amount, "fee of who ruled") for who, amount in sorted(ledger.fees.items()) if amount]
    credits = [
        {"period": period["name"], "credit": period["settled"]["credit"]}
        for desk in desks
        for period in desk["periods"]
        if period["settled"] and int(period["settled"]["credit"])
    ]
    return {
        **{name: str(getattr(ledger, name)) for name in names},
        "waits": [{"address": who, "amount": str(amount), "what": what} for who, amount, what in waits],
        "credits": credits,
        "credited": str(sum(int(each["credit"]) for each in credits)),
    }


def _ended(snapshot: Snapshot) -> Facts | None:
    """How it ended: by whom it was announced, who closed it, and where the rest went."""
    if snapshot.progress.status is Status.LIVE:
        return None
    entries = snapshot.history.of("Agreement")
    end = next((each for each in reversed(entries) if each.name == "Ended"), None)
    if end is None:
        return None
    said = next((each for each in reversed(entries) if each.name == "EndingAnnounced"), None)
    roles = snapshot.history.subject.roles()
    return {
        "status": Status(end["status"]).words,
        "time": end.log.timestamp,
        "by": _who(end, roles),
        "toContractor": str(end["toContractor"]),
        "toClient": str(end["toClient"]),
        "announced": said and {"time": said.log.timestamp, "by": _who(said, roles), "endsAt": said["endsAt"]},
    }


def _who(entry: Entry, roles: dict[str, str]) -> str:
    return roles.get(entry.actor) or entry.actor


def _workers(snapshot: Snapshot) -> Facts:
    """The wallets of enrolled workers by manager and number; `more` are those that are not listed."""
    found: dict[str, None] = {}
    for address in snapshot.history.subject.equities:
        own = [each.record for each in snapshot.history.of("WorkerEquity") if each.log.address == address]
        rosters = holdings_of(until(own, snapshot.head.timestamp)).rosters
        seats = [seat for _, roster in sorted(rosters.items()) for _, seat in sorted(roster.items())]
        found |= dict.fromkeys(seat.wallet for seat in seats if seat.wallet is not None)
    return {"wallets": list(found)[:SHOWN], "more": max(0, len(found) - SHOWN)}


def _unknown(snapshot: Snapshot, desks: Sequence[Facts], payroll: Sequence[Facts]) -> list[str]:
    """What a reader could expect here and the page cannot know."""
    subject = snapshot.history.subject
    without = [each for each in subject.messages if each not in subject.papers]
    found = []
    if without:
        found.append(
            f"No file of {len(without)} of its {len(subject.messages)} documents was given to this server. They were "
            "read as they were published: people's names, titles and the token's decimals are in files alone; without "
            "any, amounts are in the token's smallest unit."
        )
    found += [
        f"{period['name']}: {period['unknown']}" for desk in desks for period in desk["periods"] if period["unknown"]
    ]
    if payroll:
        found.append("Whether booked wages have been withdrawn since is in no agreement's record.")
    if any(snapshot.ledger.booked.values()) or any(snapshot.ledger.fees.values()):
        found.append("Whether what was booked has been withdrawn since is in no agreement's record.")
    found.append("What was said or delivered outside the contracts: they know it by its hash alone, if at all.")
    return found
