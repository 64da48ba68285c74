"""A chain that calls itself Sepolia, and a user with keystores, folders and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.anvil import anvil
from tests.scripts.desk import Desk
from tests.scripts.rehearsal import SEPOLIA, Rehearsal


@pytest.fixture
def sepolia() -> Iterator[str]:
    """The address of an Anvil with Sepolia's chain id, no accounts and nothing deployed."""
    with anvil("--chain-id", str(SEPOLIA), "--accounts", "0") as url:
        yield url


@pytest.fixture
def user(tmp_path) -> Rehearsal:
    return Rehearsal(tmp_path)


@pytest.fixture
def desk(tmp_path, monkeypatch, chain) -> Desk:  # noqa: ARG001 - connected
    """An agreement file on Ape's local chain, not signed yet."""
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    return Desk(tmp_path, monkeypatch)


@pytest.fixture
def live(desk) -> Desk:
    """Opened, with 3,000 held."""
    desk.open()
    return desk
