"""No fault between a command and its node loses or doubles what it sends: `ape run room`, SPEC 17.7."""

import pytest

from tests.scripts.stories import play, require_all


@pytest.mark.threat("T25")
def test_every_command__in_every_fault__ends_done_or_named_and_is_done_once(tmp_path):
    require_all("room", play("room", tmp_path))
