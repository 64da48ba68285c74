"""Thousands of random definitions and logs against the interpreter (SPEC.md 8.10)."""

from hypothesis import given
from hypothesis import strategies as st

from tests.measurement.test_any_definition import compare, compare_orders, compare_with_more, logged, seeded


@seeded(2_000)
@given(logged())
def test_many_definitions__any_log__as_interpreted(case):
    compare(*case)


@seeded(300)
@given(logged(ordered=True), st.randoms(use_true_random=False))
def test_many_definitions__rows_in_another_order__measured_alike(case, random):
    compare_orders(case, random)


@seeded(300)
@given(logged(), st.data())
def test_many_definitions__one_more_good_case__lowers_no_share(case, data):
    compare_with_more(case, data)
