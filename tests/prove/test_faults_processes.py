"""No fault between a process and its node loses or doubles what it sends: deploying, agent, bot, relayer, SPEC 17.7.

Not reached: accounts that send in their own way, such as a Safe; `ape run demo`, which sends on a chain of its own; the
pages, whose wallets send (tests/web). What fails while silverback itself starts is silverback's to say.
"""

import pytest

from tests.scripts.entries import sending
from tests.scripts.stories import play, require_all, say
from tests.scripts.storm import SCHEDULES


@pytest.mark.threat("T25", "T80")
def test_everything_that_goes_on_by_itself__in_every_fault__ends_done_or_named_and_is_done_once(tmp_path):
    require_all("processes", play("processes", tmp_path))
    least = SCHEDULES * len(sending())
    assert least >= 200
    say(
        "Seeded schedules of faults and kills, over all parts, SPEC 17.7",
        f"{SCHEDULES} of each entry point",
        f"{least} at least",
    )
