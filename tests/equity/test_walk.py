"""Random steps against an independent model (SPEC.md §9, §10), sent by the SDK as its users send."""

import pytest

from tests.equity.walk import Walk


@pytest.mark.usefixtures("module_folders")
def test_random_steps__match_the_model(chain, deploy, compiled, accounts):
    Walk(chain, deploy, compiled, accounts, seed=9).run(120)
