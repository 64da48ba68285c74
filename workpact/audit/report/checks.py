"""What was checked for a report, and how it went: the lines at its head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workpact.audit.telling import counted


@dataclass(frozen=True)
class Check:
    """One line; `is_good` is None where nothing was compared."""

    name: str
    is_good: bool | None
    words: str


def checks(value: dict[str, Any]) -> list[Check]:
    """All lines of a report's facts."""
    return [_history(value), _money(value), *_credits(value)]


def _history(value: dict[str, Any]) -> Check:
    proof = value["proof"]
    count = counted(proof["events"], "event")
    return Check("History", True, f"{count}, complete and in order: they make the words that the contracts hold.")


def _money(value: dict[str, Any]) -> Check:
    is_exact = bool(value["money"]["exact"])
    words = "what was funded is what was paid, refunded, booked and is held, to the smallest unit."
    return Check("Money", is_exact, words if is_exact else "the parts are not what was funded.")


def _credits(value: dict[str, Any]) -> list[Check]:
    checked = [period["checked"] for desk in value["service"] for period in desk["periods"]]
    known = [each for each in checked if each is not None]
    assessed = sum(period["assessed"] is not None for desk in value["service"] for period in desk["periods"])
    if not assessed:
        return []
    if not known:
        return [
            Check("Service credits", None, f"the figures of {counted(assessed, 'assessed period')} are not at hand.")
        ]
    words = (
        f"{sum(known)} of {counted(assessed, 'assessed period')} worked out from the figures, equal to the oracle's."
    )
    return [Check("Service credits", all(known) and (True if len(known) == assessed else None), words)]
