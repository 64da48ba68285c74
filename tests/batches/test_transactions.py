"""The fewest transactions under the gas cap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workpact.batches.errors import TooDear
from workpact.batches.transactions import COSTS, GAS_CAP, Cost, split


def test_the_cap_is_that_of_eip_7825():
    assert GAS_CAP == 2**24


@given(st.integers(0, 5_000), st.integers(0, 500), st.integers(1, 500), st.booleans())
def test_all_lines_in_order_in_the_fewest_that_fit(count, base, line, is_balanced):
    cost, cap = Cost(base, line, 1), 2_000
    parts = split(count, cost, cap=cap, is_balanced=is_balanced)
    assert [each for part in parts for each in part] == list(range(count))
    assert all(len(part) and base + len(part) * line <= cap for part in parts)
    # One transaction less could not hold them.
    assert max(len(parts) - 1, 0) * ((cap - base) // line) < count or not count
    if is_balanced and parts:
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
    elif parts:
        assert {len(part) for part in parts[:-1]} <= {(cap - base) // line}


def test_both_ways_by_example():
    assert split(10, Cost(1, 3, 1), cap=13) == [range(0, 3), range(3, 6), range(6, 10)]
    assert split(10, Cost(1, 3, 1), cap=13, is_balanced=False) == [range(0, 4), range(4, 8), range(8, 10)]
    assert split(0, Cost(1, 3, 1), cap=13) == []


def test_a_line_that_fits_into_no_transaction_is_refused():
    with pytest.raises(TooDear, match="One line needs 14 gas, a transaction has 13"):
        split(1, Cost(1, 13, 1), cap=13)
    with pytest.raises(TooDear):
        split(1, Cost(14, 1, 1), cap=13)


def test_every_known_kind_fits_many_lines():
    assert {kind: cost.fits() for kind, cost in COSTS.items() if cost.fits() < 100} == {}
