"""Many steps, counted, and written down for the table of the proofs."""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import count
from pathlib import Path

from tests.model.kinds import SEEN
from tests.model.machine import Tally, opine
from tests.model.stage import stage

EXAMPLES = 25
LEAST = 3
"""How often each kind of call must have succeeded."""


def walk_until(steps: int, first: int) -> None:
    """Walks from one seed after another, on one chain, until that many steps agreed."""
    tally = Tally()
    with stage() as made:
        for number in count(first):
            if tally.steps >= steps:
                break
            opine(made, number, EXAMPLES, tally)
    seldom = {kind: tally.done[kind] for kind in SEEN if tally.done[kind] < LEAST}
    assert not seldom, f"{seldom} of {tally.done}"
    said = {
        "property": "a model in Python and the contracts do the same, call by call (SPEC 17.5)",
        "effort": f"{tally.steps:,} steps of {len(SEEN)} kinds from seed {first:,}",
        "result": f"no difference; {counts(tally.done)} succeeded, {counts(tally.refused)} refused as foretold",
    }
    if rows := os.environ.get("PROVE_ROWS"):
        with Path(rows).open("a") as file:
            file.write(json.dumps(said) + "\n")


def counts(calls: Counter[str]) -> str:
    """How many, and of which kinds."""
    return f"{calls.total():,} ({', '.join(f'{number} {kind}' for kind, number in calls.most_common())})"
