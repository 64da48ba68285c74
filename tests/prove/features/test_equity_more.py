"""Five thousand more: two parts, so that each is a matter of minutes."""

import pytest

from tests.equity.deep import walk_all
from tests.equity.pair import send_quickly
from workpact.chain.sender import Sender


@pytest.mark.usefixtures("module_folders")
def test_random_steps__match_the_model(chain, deploy, compiled, accounts, monkeypatch):
    monkeypatch.setattr(Sender, "call", send_quickly)
    walk_all(chain, deploy, compiled, accounts, range(1025, 1050))
