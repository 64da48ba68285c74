"""What a wage register is made of: collections, runs with their lines, payslips and margin (SPEC.md §12)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workpact.batches.proofs import Leaves
from workpact.records.events import Record, RecordsDiffer


@dataclass(frozen=True)
class Collection:
    """Money that came in from the agreement."""

    record: Record
    amount: int


@dataclass(frozen=True)
class Source:
    """What a run or a margin took of one collection, first in, first out."""

    collection: int
    """Its place in `Register.collections`, from 0."""
    amount: int


@dataclass
class Line:
    """One payee of a pushed run, or one claim of a posted one; amounts in the token's smallest unit."""

    run: int
    payee: str
    amount: int
    record: Record
    """The transfer, the booking or the claim."""
    worker: int | None = None
    """The worker's number, where a claim says it."""
    is_booked: bool = False
    """The token refused it."""
    withdrawn: Record | None = None
    """When a booked line was taken after all."""

    @property
    def paid(self) -> Record | None:
        """What paid it; None while it is owed."""
        return self.withdrawn if self.is_booked else self.record


@dataclass
class Run:
    """One payment of wages."""

    number: int
    record: Record
    total: int
    payslips: bytes
    """Root over its payslips."""
    is_posted: bool
    binds_from: int | None = None
    """When a posted run became binding and open to claims."""
    lines: list[Line] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    withdrawn: Record | None = None
    """A posted run that was withdrawn before it was binding; its total was free again."""

    @property
    def paid(self) -> int:
        """What reached payees."""
        return sum(line.amount for line in self.lines if line.paid)

    @property
    def owed(self) -> int:
        """What did not yet: booked lines, and wages that nobody has claimed."""
        return 0 if self.withdrawn else self.total - self.paid


@dataclass(frozen=True)
class Payslip:
    """What one worker gets in one run, and why: gross − deductions = net, in the token's smallest unit."""

    worker: int
    gross: int
    deductions: int
    net: int


@dataclass(frozen=True)
class Margin:
    """Margin that the employer took."""

    record: Record
    to: str
    amount: int
    sources: tuple[Source, ...]


def payslips_of(run: Run, leaves: Leaves) -> dict[int, Payslip]:
    """The payslips of a run by worker, from their file. Raises `RecordsDiffer` unless they are the run's (12.3)."""
    if leaves.root != run.payslips:
        raise RecordsDiffer(f"These payslips make another root than run {run.number} carries.")
    if leaves.total != run.total:
        raise RecordsDiffer(f"The payslips of run {run.number} add up to {leaves.total}, it paid {run.total}.")
    fields = ("worker", "gross", "deductions", "net")
    slips = [Payslip(*(proof[name] for name in fields)) for proof in leaves]
    for slip in slips:
        if slip.gross - slip.deductions != slip.net:
            raise RecordsDiffer(f"Run {run.number}, worker {slip.worker}: gross less deductions is not net.")
    return {slip.worker: slip for slip in slips}
