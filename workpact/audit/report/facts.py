"""What a report says, as one plain value: from a verified history and what else is given, never from a node.

value = facts(history, reports=reports)
canonical(value)                               # the report as JSON
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.entries import Entry, plain
from workpact.audit.history import History
from workpact.audit.report.progress import Progress
from workpact.audit.report.service import service_facts
from workpact.audit.report.shared import files_facts, reviews_facts
from workpact.audit.report.workers import equity_facts, payroll_facts
from workpact.audit.telling import Telling
from workpact.audit.words import Words
from workpact.chain.state import Status
from workpact.ledger import Ledger

Facts = dict[str, Any]

FORMAT = "workpact-report/1"


def facts(
    history: History,
    reports: Mapping[bytes, Mapping[str, Any]] | None = None,
    reconciliation: Mapping[str, Any] | None = None,
    books: Mapping[str, Any] | None = None,
    alerts: Mapping[str, Any] | None = None,
    statement: Mapping[str, Any] | None = None,
) -> Facts:
    """The report of a history at its block; the same value for the same block, wherever the history was read.

    `reports` are service-level reports by struct hash; `statement` is what a bundle proves, where the history is one's;
    the others are the JSON of a reconciliation, a comparison with the user's books, and alerts. What is not given is
    said to be missing.
    """
    subject, head = history.subject, history.head
    message = list(subject.messages.values())[-1]
    progress = Progress.of(history.of("Agreement"), subject.messages)
    ledger = _ledger(history, message)
    value = {
        "format": FORMAT,
        "chain": subject.chain_id,
        "agreement": subject.agreement,
        "origin": plain(subject.origin),
        "title": _title(history),
        "block": {"number": head.number, "hash": plain(head.hash), "timestamp": head.timestamp},
        "token": token_facts(history),
        "parties": parties_facts(history),
        "documents": _documents(history),
        "standing": standing_facts(progress, message),
        "money": money_facts(ledger),
        "milestones": milestones_facts(history, progress, ledger),
        "service": service_facts(history, reports or {}),
        "equity": equity_facts(history),
        "payroll": payroll_facts(history),
        "files": files_facts(history),
        "reviews": reviews_facts(history),
        "reconciliation": _placeless(reconciliation),
        "books": _placeless(books),
        "alerts": _placeless(alerts),
        "proof": _proof(history, statement),
        "timeline": _timeline(history),
    }
    return value | {"missing": _missing(value)}


def canonical(value: Facts) -> bytes:
    """As JSON of one form: keys sorted, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _title(history: History) -> str | None:
    paper = Words.of(history.subject).paper
    return paper.title if paper else None


def token_facts(history: History) -> Facts:
    """The agreement's token; symbol and decimals only where a file says them."""
    message = list(history.subject.messages.values())[-1]
    paper = Words.of(history.subject).paper
    symbol, decimals = (paper.token.symbol, paper.token.decimals) if paper else (None, None)
    return {"address": to_checksum_address(message["deal"]["token"]), "symbol": symbol, "decimals": decimals}


def parties_facts(history: History) -> list[Facts]:
    """Everybody whom its documents name, by role; names are those of files."""
    names: dict[str, str] = {}
    for paper in history.subject.papers.values():
        named = [paper.parties.client, paper.parties.contractor]
        names |= {each.wallet: each.legal_name for each in named}
        judges = [paper.spec.arbitration.arbiter, paper.spec.arbitration.backup]
        names |= {each.wallet: each.legal_name for each in judges if each}
    roles = [(who, role) for who, role in history.subject.roles().items() if role != "token"]
    return [{"role": role, "address": who, "name": names.get(who)} for who, role in roles]


def _documents(history: History) -> list[Facts]:
    subject = history.subject
    changes = [each for each in history.of("Agreement") if each.name in ("Opened", "Amended")]
    began = {subject.origin if each.name == "Opened" else bytes(each["id"]): each for each in changes}
    return [
        {
            "id": plain(id_),
            "since": began[id_].log.timestamp,
            "legalText": plain(subject.messages[id_]["annex"]["conditions"]["legalText"]),
            "file": id_ in subject.papers,
        }
        for id_ in subject.messages
    ]


def standing_facts(progress: Progress, message: Mapping[str, Any]) -> Facts:
    """How the agreement as a whole stands; `message` is the one in force."""
    is_live = progress.status is Status.LIVE
    payee = progress.payees.get(to_checksum_address(message["deal"]["contractor"]))
    return {
        "status": progress.status.words,
        "endsAt": progress.ends_at if is_live else None,
        "ending": progress.ending.words if progress.ending and is_live else None,
        "holdbackDisputed": progress.is_holdback_disputed,
        "payee": payee and {"address": payee[0], "pulled": payee[1]},
    }


def _ledger(history: History, message: Mapping[str, Any]) -> Ledger:
    events = [each.event for each in history.of("Agreement")]
    amounts = [int(each["amount"]) for each in message["milestones"]]
    return Ledger.of(events, to_checksum_address(message["deal"]["client"]), amounts)


def money_facts(ledger: Ledger) -> Facts:
    """funded = paid + refunded + owed + fees + held + holdback; owed is what is booked for payees, and not taken."""
    parts = {"paid": ledger.paid, "refunded": ledger.refunded, "owed": ledger.booked.total()}
    parts |= {"fees": ledger.fees.total(), "held": ledger.held, "holdback": ledger.holdback}
    return {
        "funded": str(ledger.funded),
        **{name: str(amount) for name, amount in parts.items()},
        "exact": sum(parts.values()) == ledger.funded and min(parts.values()) >= 0,
        "booked": {who: str(amount) for who, amount in sorted(ledger.booked.items()) if amount},
        "feesOf": {who: str(amount) for who, amount in sorted(ledger.fees.items()) if amount},
    }


def milestones_facts(history: History, progress: Progress, ledger: Ledger) -> list[Facts]:
    """Each milestone as it stands."""
    words = Words.of(history.subject)
    return [
        {
            "index": index,
            "name": words.milestone(index),
            "title": words.paper.milestones[index].title
            if words.paper and index < len(words.paper.milestones)
            else None,
            "amount": str(work.amount),
            "due": work.due,
            "state": work.words,
            "settled": work.is_settled,
            "accepted": str(work.accepted),
            "rounds": work.rounds,
            "toContractor": str(ledger.milestones[index]),
        }
        for index, work in enumerate(progress.works)
    ]


def _timeline(history: History) -> list[Facts]:
    telling, roles = Telling.of(history.subject), history.subject.roles()
    return [_moment(each, telling, roles) for each in history.entries]


def _moment(entry: Entry, telling: Telling, roles: Mapping[str, str]) -> Facts:
    log = entry.log
    return {
        "time": log.timestamp,
        "block": log.block or None,
        "transaction": plain(log.transaction) if log.transaction else None,
        "contract": entry.contract,
        "event": entry.name,
        "actor": entry.actor or None,
        "role": roles.get(entry.actor),
        "sender": log.sender or None,
        "what": telling.told(entry.contract, entry.name, entry.arguments),
    }


def _proof(history: History, statement: Mapping[str, Any] | None) -> Facts:
    return {
        "byBundle": statement is not None,
        "proves": list(statement["proves"]) if statement else [],
        "restsOn": list(statement["restsOn"]) if statement else [],
        "events": len(history.entries),
        "books": [
            {
                "contract": each.book.contract,
                "address": each.book.address,
                "key": plain(each.book.key),
                "word": plain(each.word),
                "events": len(each.entries),
            }
            for each in history.books
        ],
    }


def _placeless(value: Any) -> Any:
    """Without the logs' indices in their block: a bundle knows those in the receipt alone."""
    if isinstance(value, Mapping):
        return {name: _placeless(each) for name, each in value.items() if name != "position"}
    if isinstance(value, (list, tuple)):
        return [_placeless(each) for each in value]
    return value


def _missing(value: Facts) -> list[str]:
    """What a reader could expect and this report has not."""
    found = []
    without = [each["id"] for each in value["documents"] if not each["file"]]
    if without:
        found.append(
            f"No file of {len(without)} of {len(value['documents'])} documents was at hand: names, titles and "
            "decimals are those of the files that were; without any, amounts are in the token's smallest unit."
        )
    found += [
        f"{period['name']}: {period['unknown']}"
        for desk in value["service"]
        for period in desk["periods"]
        if period["unknown"]
    ]
    if any(each["transaction"] is None for each in value["timeline"]):
        found.append("The bundle has no receipts: blocks, transactions and senders of events are not in it.")
    named = {
        "reconciliation": "reconciliation",
        "books": "comparison with the user's books",
        "alerts": "look for alerts",
    }
    found += [f"No {words} was given to this report." for name, words in named.items() if value[name] is None]
    if value["payroll"] and any(int(book["booked"]) for book in value["payroll"]):
        found.append("Whether booked wages have been withdrawn since is in no agreement's record.")
    return found
