"""Tests on real logs: collected only when WORKPACT_LOGS names the folder that holds them."""

import os
from pathlib import Path

import pytest

collect_ignore_glob = [] if "WORKPACT_LOGS" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def logs() -> Path:
    """The folder of the real logs and their reference answers."""
    return Path(os.environ["WORKPACT_LOGS"])
