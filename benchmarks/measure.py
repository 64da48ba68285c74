"""Time from a log to a report with its evidence tree. Run as `python -m benchmarks.measure [LOG]`.

Without a log it makes one of about 59,000 rows, or with `--events 1000000` of about as many. The period spans the whole
log.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.measurement.desk import ALL, SECRET, desk, generator
from workpact.measurement import EvidenceTree, Measurement, measure
from workpact.merkle import keccak

CASES_A_MONTH = 1000
LEAVES = 100_000
SMALL = 100_000


def rows(path: Path | None = None, events: int = 0) -> dict[str, int]:
    """Events measured, and milliseconds: the first run, the best of five of a small log, writing, a tree by itself.

    The first run loads what measuring needs; the most memory held is that of the whole process.
    """
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = Path(folder) / "incidents.csv"
            made = generator().generate(path, cases_a_month=CASES_A_MONTH)
            _repeat(path, max(1, round(events / made)))
        log, results = path, []

        def run() -> None:
            results.append(measure(desk(), log, ALL, SECRET))

        times = [_milliseconds(run) for _ in range(5 if events < SMALL else 1)]
        measured: Measurement = results[0]
        written = _milliseconds(lambda: measured.evidence.write(Path(folder) / "evidence.json"))
    leaves = [keccak(number.to_bytes(32, "big")) for number in range(LEAVES)]
    return {
        "events": measured.event_count,
        "log to report and tree, first run, ms": times[0],
        "log to report and tree, best, ms": min(times),
        "write the evidence, ms": written,
        "tree of 100,000 leaves, ms": _milliseconds(lambda: EvidenceTree(leaves)),
        "most memory held, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _repeat(path: Path, times: int) -> None:
    """The log over and over, each time with other numbers of cases."""
    header, _, body = path.read_bytes().partition(b"\n")
    with path.open("wb") as file:
        file.write(header + b"\n")
        for turn in range(times):
            file.write(body.replace(b"INC", b"I%dC" % turn))


def _milliseconds(work: Callable[[], object]) -> int:
    start = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - start) // 1_000_000


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("log", type=Path, nargs="?", help="a log in the example's columns")
    parser.add_argument("--events", type=int, default=0, help="make a log of about as many")
    options = parser.parse_args()
    for name, value in rows(options.log, options.events).items():
        sys.stdout.write(f"{name:40}{value:>10,}\n")


if __name__ == "__main__":
    main()
