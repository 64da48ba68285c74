"""The other half of test_pages.py."""

from __future__ import annotations

from tests.web.outcomes_played import check_many


def test_numbers_and_outcomes__are_the_contracts_own_in_more_random_states():
    check_many(seeds=(21, 23), states=250)
