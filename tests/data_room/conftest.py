"""An agreement whose room is used, on Ape's local Anvil."""

import pytest
from ape.contracts.base import ContractCallHandler

from tests.data_room.house import House
from tests.data_room.walking import view_quickly
from tests.equity.pair import send_quickly
from tests.sdk.conftest import agreement, contract, create_document, deploy_mock, funded, live, oracle, roles
from workpact.chain.sender import Sender

__all__ = ["agreement", "contract", "create_document", "deploy_mock", "funded", "live", "oracle", "roles"]


@pytest.fixture
def room_folders(tmp_path, monkeypatch):
    """Journals and records of a test are its own."""
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))


@pytest.fixture
def house(room_folders, tmp_path, deploy, roles, live, monkeypatch) -> House:  # noqa: ARG001 - its own folders
    """A room with its seats, a place of its own, and a key for each role; without Ape's questions before each call."""
    monkeypatch.setattr(Sender, "call", send_quickly)
    monkeypatch.setattr(ContractCallHandler, "__call__", view_quickly)
    return House(deploy("DataRoom"), live, roles, tmp_path)
