"""How many lines go into one transaction, and the fewest transactions for all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from workpact.batches.errors import TooDear

GAS_CAP = 16_777_216
"""The most gas that one transaction may use (EIP-7825)."""


SIZE_CAP = 120_000
"""The most bytes that the lines of one transaction may have: nodes do not pass on more than 131,072 in all."""


@dataclass(frozen=True)
class Cost:
    """Gas of a transaction: what it costs without lines, and what each line adds at most; and the bytes of a line."""

    base: int
    line: int
    size: int

    def fits(self, cap: int = GAS_CAP) -> int:
        """How many lines fit into one transaction."""
        lines = min((cap - self.base) // self.line, SIZE_CAP // self.size)
        if lines < 1:
            raise TooDear(f"One line needs {self.base + self.line:,} gas, a transaction has {cap:,}. Raise the cap.")
        return lines


# The measured rows are in benchmarks/gas.json; these lie above them, so that no transaction runs out of gas. The bytes
# are those of a proof for 65,536 leaves.
COSTS = {
    "enrol": Cost(60_000, 30_000, 32),
    "grant": Cost(120_000, 28_000, 64),
    "accept": Cost(60_000, 70_000, 960),
    "claim": Cost(60_000, 80_000, 32),
    "claim wages": Cost(60_000, 70_000, 736),
}


def split(count: int, cost: Cost, *, cap: int = GAS_CAP, is_balanced: bool = True) -> list[range]:
    """Lines 0 … count − 1 in the fewest transactions, in order: of even size, or each but the last one full."""
    most = cost.fits(cap)
    parts = -(-count // most)
    if not is_balanced:
        return [range(start, min(start + most, count)) for start in range(0, count, most)]
    bounds = [count * part // parts for part in range(parts + 1)] if parts else [0]
    return [range(start, end) for start, end in pairwise(bounds)]
