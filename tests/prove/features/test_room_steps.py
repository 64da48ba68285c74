"""Five thousand random steps in data rooms against an independent model (SPEC.md §14), in walks of different seeds."""

import pytest

from tests.data_room.walking import walk_all


@pytest.mark.usefixtures("module_folders")
def test_random_steps__exactly_the_granted_can_open(chain, deploy, create_document, dollar, tmp_path, monkeypatch):
    walk_all(chain, (deploy, create_document, dollar, tmp_path, monkeypatch), range(2000, 2020))
