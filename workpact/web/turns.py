"""An open item of an agreement, and who has the turn on it (SPEC.md 16.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.address import to_checksum_address

from workpact.web.outcomes import Outcome, Position
from workpact.web.snapshot import Snapshot

Seats = Mapping[str, tuple[str, ...]]
"""The operators of each side that can act."""


@dataclass(frozen=True)
class Item:
    """Something open, and who is to act on it."""

    kind: str
    """milestone, holdback, period, ending"""
    index: int | None
    """Of a milestone or period."""
    name: str
    turn: str
    """client, contractor, arbiter, backup, anyone; empty where all wait."""
    who: tuple[str, ...]
    """The addresses that have the turn; none for anyone."""
    step: str
    """What they can do."""
    until: int | None
    """The last second of the turn, Unix seconds; in the past where anyone can act already; None without a date."""
    silence: Outcome | None
    """What anyone can bring about if nobody acts; None where time alone changes nothing."""


def seats_of(snapshot: Snapshot) -> Seats:
    """The operators of each side that can act."""
    operators = snapshot.message["annex"]["conditions"]["operators"]
    if not snapshot.progress.has_operators:
        return {}
    contractor = tuple(to_checksum_address(each) for each in operators["contractor"])
    client = tuple(to_checksum_address(each) for each in operators["client"])
    return {"contractor": contractor, "client": tuple(each for each in client if each not in contractor)}


def holder(position: Position, turn: str) -> tuple[str, ...]:
    """The address of a role."""
    named = position.message["arbitration"] | {each: position.deal[each] for each in ("client", "contractor")}
    return (to_checksum_address(named[turn]),) if turn in named else ()
