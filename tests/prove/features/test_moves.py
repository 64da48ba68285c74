"""Moves of pages are exactly what contracts allow each account, and move what they say (SPEC 16.4)."""

from __future__ import annotations

from collections import Counter

from tests.web.moves_played import MovesPlayed
from tests.web.random_service import random_service

SEEDS = (31, 32)
STATES = 150
"""Of each."""
STEPS = 3
"""Acts between two states that are looked at."""
MET = {
    "allowed": (
        *("accept", "acceptUpTo", "applyDefault", "appoint", "assess", "close", "collect", "dispute", "endForCause"),
        *("endForNonPayment", "finalise", "fund", "giveNotice", "publish", "reclaim", "reject", "release"),
        *("releaseHoldback", "rule", "serve", "setPayee", "settle", "submit", "take", "waive"),
    ),
    "refused": (
        *("accept", "acceptUpTo", "applyDefault", "assess", "close", "collect", "dispute", "endForCause"),
        *("endForNonPayment", "finalise", "fund", "giveNotice", "reclaim", "reject", "release", "releaseHoldback"),
        *("rule", "settle", "submit", "take"),
    ),
    "moved": ("accept", "acceptUpTo", "reclaim", "release", "releaseHoldback", "rule", "settle"),
}
"""What must have happened for it to say anything."""


def test_moves__are_exactly_what_contracts_allow_in_random_states_and_move_what_they_say():
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        with random_service(seed) as life:
            for _ in range(STATES):
                for _ in range(STEPS):
                    life.step()
                seen.update(MovesPlayed(life, life.random.choice(life.deals[-4:])).check())
    missing = [f"{kind}: {name}" for kind, names in MET.items() for name in names if not seen[f"{kind}: {name}"]]
    assert missing == []
