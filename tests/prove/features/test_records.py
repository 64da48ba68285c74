"""Cap table and Open Cap Format from thousands of acts in any order, against the state that made them (SPEC.md §9)."""

from __future__ import annotations

import random

import pytest

from tests.records.test_cap_table import compare_state, random_story
from tests.records.test_ocf import package_of
from tests.records.test_ocf_vesting import compare
from workpact.ocf import validate


@pytest.mark.parametrize("seed", range(40))
def test_any_long_story__gives_the_state_that_made_it(seed):
    story = random_story(random.Random(10_000 + seed), 500)

    compare_state(story)


@pytest.mark.parametrize("seed", range(30))
def test_any_long_story__is_valid_and_equals_the_chain_at_each_months_end(seed):
    story = random_story(random.Random(20_000 + seed), 150)
    package = package_of(story)

    validate(package)
    assert compare(story, package) > 100
