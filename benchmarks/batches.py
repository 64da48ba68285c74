"""Time from a CSV file to all proofs of a batch of grants or a run of wages. Run as `python -m benchmarks.batches`."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workpact.batches.grants import OfferId, grant_leaves, read_grants
from workpact.batches.leaves import GRANT
from workpact.batches.proofs import Leaves
from workpact.batches.roster import Person, Roster
from workpact.batches.table import checksummed
from workpact.batches.wages import RunId, Token, read_run
from workpact.merkle import StandardTree

WORKERS = 10_000
LEAVES = 100_000
CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
TOKEN = Token("0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0", "USDC", 6)


def rows() -> dict[str, int]:
    """Milliseconds of each step, once each."""
    people, found = _roster(), dict[str, int]()
    offer = OfferId(1, CONTRACT, 3, 1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        grants, wages = place / "grants.csv", place / "wages.csv"
        _write(grants, "worker,units", (f'{worker},"{1_000 + worker:,} units"' for worker in people))
        _write(
            wages,
            "worker,gross,deductions,net",
            (f"{worker},3000,{worker % 999},{3000 - worker % 999}" for worker in people),
        )

        def timed(step: str, work: Callable[[], Any]) -> Any:
            start = time.perf_counter_ns()
            answer = work()
            found[f"{step}, ms"] = (time.perf_counter_ns() - start) // 1_000_000
            return answer

        timed("write the roster of 10,000", lambda: people.write(place / "roster.csv"))
        roster = timed("read the roster of 10,000", lambda: Roster.read(place / "roster.csv"))
        planned = timed("read and check 10,000 grants", lambda: read_grants(grants, roster, left=10**12))
        batch = timed("leaves and salts of 10,000 grants", lambda: grant_leaves(offer, planned, roster))
        timed("root of 10,000 grants", lambda: batch.root)
        timed("prove 10,000 grants", lambda: list(batch))
        timed("write the proofs of 10,000 grants", lambda: batch.write(place / "proofs.json"))
        timed("read and verify the proofs of 10,000 grants", lambda: Leaves.read(place / "proofs.json"))
        run = timed(
            "read and check 10,000 wages",
            lambda: read_run(wages, RunId(1, CONTRACT, bytes(32), 1), roster, TOKEN, free=10**12),
        )
        timed("payslips of 10,000, rooted", lambda: run.payslips.root)
        timed("10,000 posted wages, rooted and proved", lambda: list(run.claims))
    values = [
        (*offer.values, index, index + 1, CONTRACT[:-6] + f"{index:06x}", 1_000, bytes(32)) for index in range(LEAVES)
    ]
    tree = timed("tree of 100,000 leaves", lambda: StandardTree(GRANT.types, values))
    timed("prove 100,000 leaves", lambda: [tree.proof(index) for index in range(LEAVES)])
    dump = timed("dump 100,000 leaves", tree.dump)
    timed("load and check a dump of 100,000 leaves", lambda: StandardTree.load(dump))
    return found


def _roster() -> Roster:
    drawn = random.Random(0)
    wallets = (checksummed(f"0x{drawn.getrandbits(160):040x}") or "" for _ in range(WORKERS))
    return Roster(
        Person(worker, f"Worker {worker}", wallet, drawn.randbytes(32)) for worker, wallet in enumerate(wallets, 1)
    )


def _write(path: Path, header: str, lines: Any) -> None:
    path.write_text("\n".join([header, *lines]) + "\n")


if __name__ == "__main__":
    for step, milliseconds in rows().items():
        print(f"{milliseconds:>8,}  {step}")
