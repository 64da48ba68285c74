"""How well alerts find what they should. Run as `python -m benchmarks.alerts [FIRST LAST]`, seeds; minutes.

Without seeds those that nothing was tuned on.
"""

from __future__ import annotations

import sys
import time

from tests.audit.schemes import SCHEMES
from tests.audit.schemes.measuring import REPORTED, clean, missed
from workpact.audit.alerts import RULES


def main(seeds: range) -> None:
    """Print the recall of each scheme, and false alarms of each rule on honest agreements."""
    begun = time.perf_counter()
    print(f"seeds {seeds.start} to {seeds.stop - 1}")
    print(f"{'scheme':50} {'rule':20} found")
    for name, scheme in sorted(SCHEMES.items(), key=lambda item: (list(RULES).index(item[1].rule), item[0])):
        found = len(seeds) - len(missed(scheme, seeds))
        print(f"{name.replace('_', ' '):50} {scheme.rule:20} {found} of {len(seeds)}")
    corpus = clean(seeds)
    print(f"\n{corpus.agreements} honest agreements, {corpus.events:,} events, false alarms:")
    for rule in RULES:
        print(f"{rule:20} {corpus.alarms[rule]}")
    total = corpus.alarms.total()
    print(
        f"{'all':20} {total}, {total * 1_000_000 // corpus.events} in a million events, in {corpus.touched} agreements"
    )
    print(f"{round(time.perf_counter() - begun)} s")


if __name__ == "__main__":
    main(range(int(sys.argv[1]), int(sys.argv[2]) + 1) if len(sys.argv) > 2 else REPORTED)
