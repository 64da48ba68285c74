"""A pytest plugin: the tests that type commands become stories in which every command meets every fault."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripts.entries import script_of, sending
from tests.scripts.storm import Log, Storm, storming
from tests.scripts.weather import WEATHER

LOG = Log()


@pytest.fixture(autouse=True)
def storm(request, tmp_path_factory) -> Iterator[Storm]:
    """Before every other fixture, whose commands count too."""
    request.getfixturevalue("chain")
    chosen = os.environ.get("STORM_FAULTS")
    with storming(tmp_path_factory.mktemp("storm"), LOG, chosen.split(",") if chosen else WEATHER) as made:
        yield made


def pytest_runtest_protocol() -> bool | None:
    """No story more once all commands of the script have met all faults."""
    wanted = {path for path in sending() if script_of(path) == os.environ["STORM_SCRIPT"]}
    return True if wanted <= LOG.sending else None


def pytest_sessionfinish() -> None:
    """What was tried goes to the file that STORM_LOG names."""
    Path(os.environ["STORM_LOG"]).write_text(json.dumps(vars(LOG), default=sorted))
