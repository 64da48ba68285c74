"""Whatever the chain does while it is read, and however often the reader is killed: the rows are the chain's (13.6)."""

from __future__ import annotations

import pytest

from tests.audit.indexed import rows
from tests.audit.reorgs import played, synced


@pytest.mark.threat("T75")
@pytest.mark.parametrize("seed", range(8))
def test_any_schedule_of_reorganisations_and_kills__same_rows_as_a_fresh_index_and_as_all_receipts_say(seed, tmp_path):
    disturbed, fresh = f"sqlite:///{tmp_path / 'disturbed'}", f"sqlite:///{tmp_path / 'fresh'}"
    with played(seed, disturbed) as schedule:
        synced(schedule, fresh)

        assert rows(fresh) == schedule.chain.truth(schedule.finality)
        assert rows(disturbed) == rows(fresh)
