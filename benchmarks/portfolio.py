"""The list of 1,000 agreements: made for the first time, again in the next block, after one has changed.

Run from the repository: python -m benchmarks.portfolio
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.web.served import town
from workpact.web.pages.portfolio import Asked, portfolio_part
from workpact.web.portfolio import Portfolio

COUNT = 1_000


def main(count: int) -> None:
    """Opens them, and prints what each list takes."""
    with tempfile.TemporaryDirectory() as folder, town(Path(folder)) as made:
        for salt in range(1, count + 1):
            made.open(salt=salt)
        portfolio = Portfolio(made.site().follower)
        changes: dict[str, Callable[[], object]] = {
            "first": lambda: None,
            "again": lambda: None,
            "next block": made.mine,
            "one has changed": lambda: made.send(*made.act("contractor", "submit", 0, bytes([7]) * 32)),
        }
        for what, change in changes.items():
            change()
            begun = time.perf_counter()
            found = portfolio_part(*portfolio.lines(), Asked(made.address("client")))
            seconds = time.perf_counter() - begun
            print(f"{count:,} agreements, {what}: {seconds:.2f} s, {len(found.content):,} bytes")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
