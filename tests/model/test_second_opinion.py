"""A few hundred steps of model and contracts side by side (SPEC.md 17.5); the many are in tests/prove."""

import pytest

from tests.model.broken import MissingField
from tests.model.machine import Tally, opine


def test_random_steps__model_and_contracts_agree(second_stage):
    tally = Tally()
    opine(second_stage, 1, 5, tally)
    assert tally.steps >= 100


def test_wrong_model__is_found(second_stage):
    """Others are in tests/prove."""
    with pytest.raises(AssertionError, match=r"the contracts|the model"):
        opine(second_stage, 1, 100, Tally(), MissingField, shrinks=False)
