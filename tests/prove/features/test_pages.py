"""Numbers of pages are the contracts' own, and outcomes what calls of a stranger bring about, in random states.

Half of a thousand; the other half is in test_pages_more.py.
"""

from __future__ import annotations

from tests.web.outcomes_played import check_many


def test_numbers_and_outcomes__are_the_contracts_own_in_random_states():
    check_many(seeds=(22, 24), states=250)
