"""A hundred thousand changed bits of sealed bytes, wraps and manifests (SPEC.md 14.9)."""

from __future__ import annotations

import pytest

from tests.data_room.flips import flip


@pytest.mark.parametrize("seed", range(1, 11))
def test_read__ten_thousand_bits_changed__refused_or_the_same(seed):
    outcomes = flip(seed, 10_000)

    assert outcomes.total() == 10_000
    assert sum(count for kind, count in outcomes.items() if kind.startswith(("sealed", "wrap"))) > 6_000
    assert outcomes["sealed: the same"] == outcomes["wrap: the same"] == 0
