"""An agreement whose room is used, on Ape's local Anvil."""

import pytest

from tests.data_room.house import House
from tests.sdk.conftest import agreement, contract, create_document, deploy_mock, funded, live, oracle, roles

__all__ = ["agreement", "contract", "create_document", "deploy_mock", "funded", "live", "oracle", "roles"]


@pytest.fixture
def room_folders(tmp_path, monkeypatch):
    """Journals and records of a test are its own."""
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))


@pytest.fixture
def house(room_folders, tmp_path, deploy, roles, live) -> House:  # noqa: ARG001 - its own folders
    """A room with its seats, a place of its own, and a key for each role."""
    return House(deploy("DataRoom"), live, roles, tmp_path)
