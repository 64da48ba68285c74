"""Thousands of grants' lives, counted second by second (SPEC.md 9.2, 9.3, 9.5, 9.8)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.equity.test_vesting_course import compare, lives


@settings(max_examples=5_000, deadline=None, derandomize=True)
@given(lives(), st.integers(0, 2**80 - 1))
def test_many_lives__vest_as_counted_by_seconds(life, units):
    compare(*life, units)
