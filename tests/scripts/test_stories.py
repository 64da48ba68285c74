"""Nothing that can send is left out of the faults: found, not listed (SPEC 17.7)."""

from __future__ import annotations

import re

import pytest

from tests.scripts.entries import script_of, sending
from tests.scripts.stories import STORIES
from tests.scripts.weather import points
from tests.support import ROOT


@pytest.mark.threat("T25")
def test_every_command_that_can_send__is_typed_in_a_story():
    """A new command with an account belongs into a test of STORIES."""
    common = [f"tests/{file}.py" for file in ("scripts/desk", "scripts/crew", "agent/watched")]
    for path in sending():
        files = [file.partition("::")[0] for file in STORIES[script_of(path)]]
        text = "".join((ROOT / file).read_text() for file in [*files, *common])
        assert re.search(r",\s*".join(f'"{word}"' for word in path.split()), text), path


def test_one_place_alone_sends():
    """Whatever the SDK, the agent and the relayer send goes through the journal."""
    files = [*(ROOT / "workpact").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    senders = {file.name for file in files if re.search(r"eth_send|\.transact\(|send_transaction", file.read_text())}
    assert senders == {"sender.py"}


def test_every_labelled_point__is_in_the_manual():
    manual = (ROOT / "docs" / "sending.md").read_text()
    for point in points():
        assert point.name in manual, point
