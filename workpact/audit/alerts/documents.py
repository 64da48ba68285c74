"""Papers that come twice: invoices of the books, deliverables, evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from workpact.audit.alerts.facts import Facts
from workpact.audit.alerts.finding import Alert, Finding, Invoice, TooLittle, day
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.entries import Entry

MOST_OF_A_NUMBER = 4
"""What a supplier writes on more lines is no invoice number."""
_MISREAD = str.maketrans("OILS", "0115")


def duplicate_invoice(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Two lines of the books with one document, one number however written, or a number miswritten."""
    rule, lines = "duplicate-invoice", facts.invoices
    if not lines:
        yield TooLittle(rule, "no books given (--books)")
        return
    by_document: dict[str, list[Invoice]] = {}
    for line in lines:
        if line.document:
            by_document.setdefault(line.document.lower(), []).append(line)
    asked: set[tuple[Invoice, ...]] = set()
    for same in by_document.values():
        if len(same) > 1:
            asked.add(tuple(same))
            yield _twice(rule, same, "carry one document", limits)
    for one, other, why in _numbered(lines, limits.invoice_days):
        if not any(one in pair and other in pair for pair in asked):
            yield _twice(rule, (one, other), why, limits)


def _twice(rule: str, lines: Sequence[Invoice], why: str, limits: Thresholds) -> Alert:
    names = " and ".join(f"{each.reference or each.id} of {each.date}" for each in lines)
    question = f"Were {names} the same delivery? They {why}."
    facts = {"why": why, "amount": lines[0].amount, "counterparty": lines[0].counterparty}
    return Alert(rule, question, facts, limits.of("invoice_days"), invoices=tuple(lines))


def _numbered(lines: Sequence[Invoice], days: int) -> Iterator[tuple[Invoice, Invoice, str]]:
    groups: dict[tuple[str, int], list[Invoice]] = {}
    for line in lines:
        groups.setdefault((line.counterparty.casefold().strip(), line.amount), []).append(line)
    times = Counter((line.counterparty.casefold().strip(), number(line.reference)) for line in lines)
    for (who, amount), same in sorted(groups.items()):
        undone = {number(each.reference) for each in groups.get((who, -amount), ())}
        last: dict[str, Invoice] = {}
        for at, line in enumerate(same):
            own = number(line.reference)
            if own in last and own not in undone and times[who, own] <= MOST_OF_A_NUMBER:
                yield last[own], line, "have one number and amount"
            if own:
                last[own] = line
            for before in range(at - 1, -1, -1):
                if (date.fromisoformat(line.date) - date.fromisoformat(same[before].date)).days > days:
                    break
                if _is_transposed(number(same[before].reference), own):
                    yield same[before], line, "have one amount, and numbers with two digits swapped"


@cache
def number(reference: str) -> str:
    """An invoice number as it is compared: "inv 007", "INV-7" and "Inv. O07 copy" are one."""
    parts: list[str] = []
    for chunk in re.findall(r"[A-Z0-9]+", reference.upper()):
        head = re.match(r"[A-Z]*", chunk)[0]  # type: ignore[index]
        head = "" if set(head) == {"O"} else head
        tail = chunk[len(head) :].translate(_MISREAD)
        parts += [head] if head else []
        parts += [each.lstrip("0") or "0" for each in re.findall(r"\d+|[A-Z]+", tail)]
    while len(parts) > 1 and parts[-1].isalpha() and any(each.isdigit() for each in parts[:-1]):
        parts.pop()
    return "-".join(parts) if any(each.isdigit() for each in parts) else ""


def _is_transposed(one: str, other: str) -> bool:
    if len(one) != len(other) or one == other:
        return False
    differs = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differs) != 2 or differs[1] != differs[0] + 1:
        return False
    first, second = differs
    return one[first] == other[second] and one[second] == other[first] and one[first : second + 1].isdigit()


def same_deliverable(facts: Facts, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """One deliverable's hash handed in for two milestones."""
    for deliverable, entries in _given_twice(facts, "deliverable", "milestone", "Submitted"):
        names = " and ".join(facts.words.milestone(each) for each in sorted(entries))
        question = f"Were {names} the same delivery? They were handed in with one hash."
        found = {"deliverable": deliverable, "milestones": sorted(entries)}
        yield Alert("same-deliverable", question, found, {}, tuple(entries.values()))


def same_evidence(facts: Facts, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """One root of evidence in the reports of two periods: keys differ by period, so equal rows give other roots."""
    reports = ("PeriodPending", "PeriodContested", "PeriodReported")
    for evidence, entries in _given_twice(facts, "evidence", "period", *reports):
        names = " and ".join(facts.words.period(each) for each in sorted(entries))
        question = f"Do {names} rest on the same log? Their reports have one root of evidence."
        found = {"evidence": evidence, "periods": sorted(entries)}
        yield Alert("same-evidence", question, found, {}, tuple(entries.values()))


def _given_twice(facts: Facts, argument: str, item: str, *events: str) -> list[tuple[bytes, dict[int, Entry]]]:
    """Hashes that events have of several items, each with the first event of each item."""
    given: dict[bytes, dict[int, Entry]] = {}
    for entry in facts.named(*events):
        if any(bytes(entry[argument])):
            given.setdefault(bytes(entry[argument]), {}).setdefault(int(entry[item]), entry)
    return [(each, entries) for each, entries in given.items() if len(entries) > 1]


def edited_evidence(facts: Facts, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """A report made again with the same figures on other rows, or a deliverable changed after part was accepted."""
    reported = facts.reported
    for period, told in sorted(reported.first.items()):
        final = reported.final.get(period)
        for each in told:
            if final is None or each.message is None or final.message is None or not any(each.message["evidence"]):
                continue
            same = each.numbers == final.numbers
            if same and bytes(each.message["evidence"]) != bytes(final.message["evidence"]):
                yield Alert(
                    "edited-evidence",
                    f"Why do the figures of {facts.words.period(period)} rest on other rows since {each.side} first "
                    "reported the same?",
                    {"before": bytes(each.message["evidence"]), "after": bytes(final.message["evidence"])},
                    {},
                    (each.entry, final.entry),
                )
    yield from _changed_after_approval(facts)


def _changed_after_approval(facts: Facts) -> Iterator[Finding]:
    given: dict[int, Entry] = {}
    approved: dict[int, Entry] = {}
    for entry in facts.named("Submitted", "Rejected", "AcceptedUpTo"):
        which = int(entry["milestone"])
        if entry.name == "AcceptedUpTo":
            approved[which] = entry
            continue
        accepted = approved.pop(which, None)
        if entry.name == "Rejected":
            continue
        before = given.get(which)
        if accepted and before and bytes(before["deliverable"]) != bytes(entry["deliverable"]):
            yield Alert(
                "edited-evidence",
                f"Why was the deliverable of {facts.words.milestone(which)} replaced on {day(entry.log.timestamp)}, "
                "after part of it was accepted and without a rejection?",
                {"before": bytes(before["deliverable"]), "after": bytes(entry["deliverable"])},
                {},
                (before, accepted, entry),
            )
        given[which] = entry
