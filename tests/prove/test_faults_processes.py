"""No fault between a process and its node loses or doubles what it sends: deploying, agent, bot, relayer, SPEC 17.7."""

import pytest

from tests.scripts.stories import play, require_all


@pytest.mark.threat("T25", "T80")
def test_everything_that_goes_on_by_itself__in_every_fault__ends_done_or_named_and_is_done_once(tmp_path):
    require_all("processes", play("processes", tmp_path))
