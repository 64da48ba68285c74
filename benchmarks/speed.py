"""Speeds off chain, each size in a process of its own. Run as `make bench`; ten million events take minutes."""

import subprocess
import sys

SIZES = (60_000, 1_000_000, 10_000_000)


def main() -> None:
    """Print the rows of each size, and those of rosters, grants and wages for ten thousand."""
    subprocess.run([sys.executable, "-m", "benchmarks.batches"], check=True)
    for events in SIZES:
        subprocess.run([sys.executable, "-m", "benchmarks.measure", "--events", str(events)], check=True)


if __name__ == "__main__":
    main()
