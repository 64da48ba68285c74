"""Speeds off chain. Run as `make bench`."""

from benchmarks import measure

if __name__ == "__main__":
    measure.main()
