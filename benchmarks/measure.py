"""Time from a log to a report with its evidence tree. Run as `python -m benchmarks.measure [LOG]`.

Without a log it makes one of about 59,000 rows. The period spans the whole log.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.measurement.desk import ALL, SECRET, desk, generator
from workpact.measurement import EvidenceTree, Measurement, measure
from workpact.measurement.evidence import keccak

CASES_A_MONTH = 1000
LEAVES = 100_000
RUNS = 5


def rows(path: Path | None = None) -> dict[str, int]:
    """Events measured, and milliseconds: the first run, the best of five, writing, a tree of 100,000 leaves."""
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = Path(folder) / "incidents.csv.gz"
            generator().generate(path, cases_a_month=CASES_A_MONTH)
        log, results = path, []

        def run() -> None:
            results.append(measure(desk(), log, ALL, SECRET))

        times = [_milliseconds(run) for _ in range(RUNS)]
        measured: Measurement = results[0]
        written = _milliseconds(lambda: measured.evidence.write(Path(folder) / "evidence.json"))
    leaves = [keccak(number.to_bytes(32, "big")) for number in range(LEAVES)]
    return {
        "events": measured.event_count,
        "log to report and tree, first run, ms": times[0],
        "log to report and tree, best, ms": min(times),
        "write the evidence, ms": written,
        "tree of 100,000 leaves, ms": _milliseconds(lambda: EvidenceTree(leaves)),
    }


def _milliseconds(work: Callable[[], object]) -> int:
    start = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - start) // 1_000_000


def main() -> None:
    """Print the rows."""
    for name, value in rows(Path(sys.argv[1]) if sys.argv[1:] else None).items():
        sys.stdout.write(f"{name:40}{value:>10,}\n")


if __name__ == "__main__":
    main()
