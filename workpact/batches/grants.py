"""A batch of grants from a CSV file with the columns worker and units, offered by one Merkle root."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from workpact.batches.errors import (
    AmountTooLarge,
    RepeatedWorker,
    SumTooLarge,
    UnknownWorker,
    ZeroAmount,
)
from workpact.batches.leaves import GRANT
from workpact.batches.proofs import Leaves
from workpact.batches.roster import Roster
from workpact.batches.table import Findings, read_table

COLUMNS = ("worker", "units")
UNITS = 2**80 - 1
"""The most units that a grant holds."""


@dataclass(frozen=True)
class OfferId:
    """What names an offer in its leaves: chain, contract, plan and number of the offer by that plan, from 1."""

    chain_id: int
    equity: str
    plan: int
    number: int

    @property
    def values(self) -> tuple[int, str, int, int]:
        """As the leaves begin."""
        return self.chain_id, self.equity, self.plan, self.number


def read_grants(path: Path, roster: Container[int], *, left: int, funded: int | None = None) -> dict[int, int]:
    """Units by worker, in the file's order. `left` is what the pool has not granted yet, `funded` what was funded.

    Raises a `FileError` with the line: `SeveralErrors` if there are several.
    """
    findings, lines, first, total = Findings(), dict[int, int](), dict[int, int](), 0
    limits = [(left, "what the pool has left")]
    if funded is not None:
        limits.insert(0, (funded, "what was funded"))
    limit, source = min(limits, key=lambda each: each[0])
    passed = 0
    for line in read_table(path, COLUMNS):
        with findings.collected():
            worker, units = line.worker(), line.units()
            if first.setdefault(worker, line.number) != line.number:
                raise RepeatedWorker(path, line.number, worker, first[worker])
            if worker not in roster:
                raise UnknownWorker(path, line.number, worker)
            if not units:
                raise ZeroAmount(path, line.number, worker, "units")
            if units > UNITS:
                raise AmountTooLarge(path, line.number, worker, units, UNITS)
            lines[worker] = units
            total += units
            if total > limit and not passed:
                passed = line.number
    if passed:
        findings.add(SumTooLarge(path, passed, total, limit, source))
    findings.raise_any()
    return lines


def grant_leaves(offer: OfferId, grants: Mapping[int, int], roster: Roster) -> Leaves:
    """The leaves of an offer: grants by worker, in that order; leaf i becomes grant `first + i`."""
    rows = []
    for index, (worker, units) in enumerate(grants.items()):
        person = roster[worker]
        rows.append((*offer.values, index, worker, person.wallet, units, GRANT.salt(person, offer.values)))
    return Leaves(GRANT, rows)
