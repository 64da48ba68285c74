"""An agreement in force, and a place where the sides exchange reports."""

from __future__ import annotations

import pytest

from tests.agent.watched import Watched


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
