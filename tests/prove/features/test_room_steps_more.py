"""Five thousand more: two parts, so that each is a matter of minutes."""

import pytest

from tests.data_room.walking import walk_all


@pytest.mark.usefixtures("module_folders")
def test_random_steps__exactly_the_granted_can_open(chain, deploy, create_document, dollar, tmp_path, monkeypatch):
    walk_all(chain, (deploy, create_document, dollar, tmp_path, monkeypatch), range(2020, 2040))
