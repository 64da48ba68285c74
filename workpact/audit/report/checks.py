"""What was checked for a report, and how it went: the lines at its head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workpact.audit.telling import counted

Facts = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """One line; `is_good` is None where there is something to look at, or nothing was compared."""

    name: str
    is_good: bool | None
    words: str


def checks(value: Facts) -> list[Check]:
    """All lines of a report's facts."""
    found = [_history(value), _money(value), *_credits(value)]
    if value["reconciliation"] is not None:
        found.append(_reconciled(value["reconciliation"]))
    if value["books"] is not None:
        found.append(_matched(value["books"]))
    if value["alerts"] is not None:
        found.append(_alerts(value["alerts"]))
    return found


def _history(value: Facts) -> Check:
    count = counted(value["proof"]["events"], "event")
    end = "proved to the block's hash." if value["proof"]["byBundle"] else "as a node answers."
    return Check("History", True, f"{count}, complete and in order: they make the words that the contracts hold, {end}")


def _money(value: Facts) -> Check:
    is_exact = bool(value["money"]["exact"])
    words = "what was funded is what was paid, refunded, booked and is held, to the smallest unit."
    return Check("Money", is_exact, words if is_exact else "the parts are not what was funded.")


def _credits(value: Facts) -> list[Check]:
    assessed = [each for desk in value["service"] for each in desk["periods"] if each["assessed"] is not None]
    known = [each["checked"] for each in assessed if each["checked"] is not None]
    if not assessed:
        return []
    count = counted(len(assessed), "assessed period")
    if not known:
        return [Check("Service credits", None, f"the figures of {count} are not at hand.")]
    words = f"{sum(known)} of {count} worked out from the figures, equal to the oracle's."
    is_good = False if not all(known) else True if len(known) == len(assessed) else None
    return [Check("Service credits", is_good, words)]


def _reconciled(found: Facts) -> Check:
    coverage = found["coverage"]
    count = f"{coverage['accounts']} of {coverage['accountsOf']} accounts compared at every block"
    if not found["reconciled"]:
        return Check("Reconciliation", False, f"{counted(len(found['differences']), 'difference')}; {count}.")
    is_full = coverage["comparisons"] == coverage["comparisonsOf"]
    return Check("Reconciliation", True if is_full else None, f"events, contracts and transfers agree; {count}.")


def _matched(found: Facts) -> Check:
    lines = f"{len(found['matches']):,} matched"
    if not found["findings"]:
        return Check("The user's books", True, f"every line and every payment matches: {lines}.")
    apart = "" if found["apart"] is None else f", apart from the chain after block {found['apart']}"
    return Check("The user's books", False, f"{lines}, {counted(len(found['findings']), 'finding')}{apart}.")


def _alerts(found: Facts) -> Check:
    count, silent = len(found["alerts"]), len({each["rule"] for each in found["notApplicable"]})
    words = f"{counted(count, 'question')}; {counted(silent, 'rule')} had too little to ask by."
    return Check("Worth a look", None if count else True, words)
