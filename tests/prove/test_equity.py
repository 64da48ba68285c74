"""Ten thousand random steps against an independent model (SPEC.md §9, §10), in walks of different seeds."""

import pytest

from tests.equity.walk import Walk


@pytest.mark.usefixtures("module_folders")
@pytest.mark.parametrize("seed", range(50))
def test_random_steps__match_the_model(chain, deploy, compiled, accounts, seed):
    Walk(chain, deploy, compiled, accounts, seed=1000 + seed).run(200)
