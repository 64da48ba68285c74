"""Long random lives reconciled to the unit at every block, and a thousand ways to spoil one found (SPEC.md 13.7)."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.audit.independent import assert_as_the_contracts_say
from tests.audit.random_life import random_life
from tests.audit.spoiling import KINDS, lie, points, spoil
from workpact.audit.reconciliation import reconcile_all

STEPS = 1000
KINDS_OF_EVENTS = 35
"""At least so many kinds must have happened in a long life for it to say anything."""


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_acts__are_reconciled_to_the_unit_at_every_block(seed):
    with random_life(1000 + seed, STEPS) as life:
        whole, at = life.read()
        found = reconcile_all(whole, at, life.node)
        assert [str(each) for each in found.differences] == []
        assert found.coverage.is_full
        assert found.left_out == ()
        assert len({(each.contract, each.name) for each in whole.entries}) >= KINDS_OF_EVENTS
        assert_as_the_contracts_say(life, found)
        for number in range(20):
            spoiled = spoil(whole, found.donations, random.Random(number))
            worse = reconcile_all(spoiled.whole, at, life.node)
            assert worse.differences[0].block == spoiled.block, (number, spoiled.kind)


def test_a_thousand_ways_to_spoil_a_life__are_found_where_they_were_done():
    with random_life(2000, 150) as life:
        whole, at = life.read()
        found = reconcile_all(whole, at, life.node)
        assert found.is_reconciled
        kinds: Counter[str] = Counter()
        for seed in range(1000):
            spoiled = spoil(whole, found.donations, random.Random(seed))
            worse = reconcile_all(spoiled.whole, at, life.node)
            assert not worse.is_reconciled, (seed, spoiled.kind)
            assert worse.differences[0].block == spoiled.block, (seed, spoiled.kind)
            kinds[spoiled.kind] += 1
        assert set(kinds) == set(KINDS)
        first = {account: found_there[0].block for account, found_there in points(whole).items()}
        for seed in range(200):
            liar, account, since = lie(life.node.url, found, first, random.Random(seed))
            worse = reconcile_all(whole, at, liar)
            assert [(each.account, each.block) for each in worse.differences] == [(account, since)], seed
