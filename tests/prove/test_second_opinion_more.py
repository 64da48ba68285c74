"""Five thousand other steps of the model and the contracts side by side, and models that are wrong (SPEC.md 17.5)."""

import pytest

from tests.model.broken import BROKEN
from tests.model.deep import walk_until
from tests.model.machine import Tally, opine
from tests.model.stage import stage


def test_many_other_steps__model_and_contracts_agree():
    walk_until(5_000, first=2_000)


@pytest.mark.parametrize("model", BROKEN, ids=lambda model: model.__name__)
def test_wrong_model__is_found(model):
    with stage() as made, pytest.raises(AssertionError, match=r"the contracts|the model"):
        opine(made, 1, 200, Tally(), model, shrinks=False)
