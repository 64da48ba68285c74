"""An agreement in force, and a place where the sides exchange reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agent.pair import Pair, opened
from tests.agent.watched import Watched
from tests.anvil import anvil, ask
from tests.scripts.rehearsal import SEPOLIA, Rehearsal
from tests.scripts.stage import Stage


@pytest.fixture
def desk(request, tmp_path, monkeypatch, chain) -> Watched:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    desk = Watched(tmp_path, monkeypatch, *getattr(request, "param", ()))
    desk.exchange = tmp_path / "exchange"
    desk.exchange.mkdir()
    key = tmp_path / "evidence.key"
    key.write_text("5e" * 32)
    key.chmod(0o600)
    desk.open()
    return desk


@pytest.fixture(scope="session")
def stage(tmp_path_factory) -> Iterator[Stage]:
    """A chain for agents that are processes; it names the block two below its head as finalised."""
    with anvil("--chain-id", str(SEPOLIA), "--accounts", "0", "--slots-in-an-epoch", "1") as url:
        yield Stage(Rehearsal(tmp_path_factory.mktemp("user")), url)


@pytest.fixture(scope="session")
def opened_file(stage) -> tuple[str, int]:
    """The small desk, open on that chain: its file, and the end of its first period."""
    file = opened(stage)
    (first, _) = stage.act("agreement", "status", file)["periods"]
    return file, first["end"]


@pytest.fixture
def undone(stage) -> Iterator[Stage]:
    """That chain, as it was before once the test is over."""
    before = ask(stage.url, "evm_snapshot")
    yield stage
    ask(stage.url, "evm_revert", before)


@pytest.fixture
def pair(opened_file, undone, tmp_path) -> Pair:
    """Two users of the small desk."""
    return Pair(tmp_path, undone, *opened_file)
