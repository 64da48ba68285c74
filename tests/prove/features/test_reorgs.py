"""200 schedules of reorganisations of depth 1 to 5 and of kills: every table equals a fresh index's (SPEC.md 13.6)."""

from __future__ import annotations

import random
from itertools import count

import pytest

from tests.audit.indexed import begun, rows, truth
from tests.audit.reorgs import Chain, played, replaced_at, synced


@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_any_schedule__same_rows_as_a_fresh_index_and_as_all_receipts_say(seed, tmp_path):
    disturbed, fresh = f"sqlite:///{tmp_path / 'disturbed'}", f"sqlite:///{tmp_path / 'fresh'}"
    with played(seed, disturbed) as schedule:
        synced(schedule, fresh)

        assert schedule.chain.depths
        assert rows(fresh) == schedule.chain.truth(schedule.finality)
        assert rows(disturbed) == rows(fresh)


def test_chain_changes_under_each_question__rows_of_what_it_is_then(tmp_path):
    with begun() as indexed:
        indexed.open()
        chain = Chain(indexed, random.Random(1))
        for question in count(1):
            database = f"sqlite:///{tmp_path / str(question)}"
            if not replaced_at(question, chain, database):
                break
            assert rows(database) == truth(indexed.node, indexed.contracts, None)

    assert question > 70
