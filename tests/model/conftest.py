"""One chain for all tests of the second opinion."""

import pytest

from tests.model.stage import stage


@pytest.fixture(scope="module")
def second_stage():
    with stage() as made:
        yield made
