"""200 schedules of reorganisations of depth 1 to 5 and of kills: every table equals a fresh index's (SPEC.md 13.6)."""

from __future__ import annotations

import pytest

from tests.audit.reorgs import played, rows, synced


@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_any_schedule__same_rows_as_a_fresh_index_and_as_all_receipts_say(seed, tmp_path):
    disturbed, fresh = f"sqlite:///{tmp_path / 'disturbed'}", f"sqlite:///{tmp_path / 'fresh'}"
    with played(seed, disturbed) as schedule:
        synced(schedule, fresh)

        assert schedule.chain.depths
        assert rows(fresh) == schedule.chain.truth(schedule.finality)
        assert rows(disturbed) == rows(fresh)
