"""SPEC.md 14.9: no changed bit gives another plaintext; tests/prove has a hundred thousand."""

from __future__ import annotations

import pytest

from tests.data_room.flips import flip


@pytest.mark.threat("T51")
def test_read__a_bit_changed__refused_or_the_same():
    outcomes = flip(0, 500)

    assert outcomes.total() == 500
    assert {kind.split(":")[0] for kind in outcomes} == {"sealed", "wrap", "manifest"}
    assert "sealed: the same" not in outcomes
    assert "wrap: the same" not in outcomes
