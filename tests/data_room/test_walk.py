"""Random steps in two rooms, beside a model of who can open what (SPEC.md §14)."""

import pytest

from tests.data_room.walking import walk


@pytest.mark.threat("T52")
@pytest.mark.usefixtures("room_folders")
def test_random_steps__exactly_the_granted_can_open(deploy, create_document, tmp_path, dollar, monkeypatch):
    walk(deploy, create_document, dollar, tmp_path, monkeypatch, seed=9, steps=30)
