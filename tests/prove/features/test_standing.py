"""Standing (SPEC.md 15.8) of many drawn payments, by another way, and of rings that are tied to the honest anyhow."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.circles import (
    ASKER,
    CIRCLE,
    NAMES,
    TOKEN,
    between,
    check_bound,
    check_greatest,
    check_names,
    paid,
    payments,
    ring,
)
from workpact.market.standing import NEW, Standing

DEEP = settings(max_examples=5_000, deadline=None)


@DEEP
@given(payments(NAMES, 14))
def test_flow__is_the_greatest_by_another_way__and_divided_fairly(made):
    check_greatest(made)


@DEEP
@given(payments(NAMES, 12), payments([*CIRCLE, "bidder"], 14), payments([*CIRCLE, *NAMES], 4))
def test_circle__is_never_traced_above_what_was_paid_between_it_and_the_rest(honest, inner, ties):
    check_bound([*honest, *inner, *ties])


@DEEP
@given(payments([*NAMES, *CIRCLE], 16), st.randoms(use_true_random=False))
def test_names_and_order__change_nothing(made, random):
    check_names(made, random)


@pytest.mark.parametrize("seed", range(20))
def test_ring_of_fifty_tied_to_the_honest__stands_by_its_ties__each_and_all_together(seed):
    random = Random(seed)
    names = [f"honest {each}" for each in range(40)]
    honest = [paid(*random.sample([*names, ASKER], 2), random.randint(1, 1_000)) for _ in range(200)]
    members = [f"ring {each}" for each in range(50)]
    ties = []
    for _ in range(random.randint(0, 6)):
        pair = random.sample([random.choice([*names, ASKER]), random.choice(members)], 2)
        ties.append(paid(*pair, random.randint(1, 1_000), random.randint(0, 3), 3))
    made = [*honest, *ring(50, random, 10**12), *ties]
    limit = between(made, members)
    standing = Standing(made, TOKEN, ASKER, ())
    for member in members:
        found = standing.of(member)
        assert found.flow <= limit
        assert found.score(10_000) <= NEW + NEW * limit // 10_000
    gathered = [paid(each, "gatherer", 10**12) for each in members]
    assert Standing([*made, *gathered], TOKEN, ASKER, ()).of("gatherer").flow <= limit
