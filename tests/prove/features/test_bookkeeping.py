"""Thousands of seeded books, clean and with one mistake of each of the twelve kinds (SPEC.md 13.8)."""

from __future__ import annotations

import pytest

from tests.audit.books.clerk import KINDS, Clerk
from tests.audit.books.story import played

SEEDS = 200
"""For each kind; other than those of the quick tests."""


@pytest.mark.parametrize("error", KINDS)
def test_mistakes__all_found_and_named(error):
    for seed in range(500_000, 500_000 + SEEDS):
        clerk = Clerk(played(seed, 16 + seed % 30, plain=seed % 2 == 0), seed)
        kept, about = clerk.mistaken(error)
        found = clerk.compared(kept)
        assert [(each.error, each.dues) for each in found.findings] == [(error, about)], seed


def test_clean_books__nothing_left_over():
    for seed in range(600_000, 600_000 + 10 * SEEDS):
        clerk = Clerk(played(seed, 10 + seed % 40), seed)
        kept = clerk.keep()
        found = clerk.compared(kept)
        assert (found.findings, found.apart) == ((), None), seed
        assert sum(len(each.lines) for each in found.matches) == len(kept.lines)
        assert sum(len(each.dues) for each in found.matches) == len(clerk.dues)
