"""The verified history of an agreement, read by commands (SPEC.md §13)."""

from __future__ import annotations

import pytest

from tests.scripts.desk import Desk


@pytest.fixture
def desk(tmp_path, monkeypatch, chain) -> Desk:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    return Desk(tmp_path, monkeypatch)


def test_history__shows_every_event_in_order(desk):
    desk.open()
    assert "1 events, complete and in order" in desk.text("audit", "history", desk.file)
    shown = desk.json("audit", "history", desk.file)
    assert [each["name"] for each in shown["events"]] == ["Opened"]
