"""Five thousand other steps of the model and the contracts side by side (SPEC.md 17.5)."""

from tests.model.deep import walk_until


def test_many_other_steps__model_and_contracts_agree():
    walk_until(5_000, first=2_000)
