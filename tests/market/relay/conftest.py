"""Fixtures of a relay."""

from __future__ import annotations

import pytest

from tests.market.relay.relays import Clock
from workpact.market.relay_limits import Limits
from workpact.market.relay_store import Store


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def start(tmp_path, clock):
    """Starts the relay of a folder; what had the folder before is closed, as by its end."""
    stores = {}

    def start(limits=None, name="relay"):
        if name in stores:
            stores[name].close()
        stores[name] = Store(tmp_path / name, limits or Limits(), clock)
        return stores[name]

    yield start
    for store in stores.values():
        store.close()
