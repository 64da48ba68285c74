"""The register of wages of one payroll book, rebuilt from events and token transfers alone (SPEC.md §12). No chain.

register = Register.of(records, book)
register.check()
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from eth_utils.crypto import keccak

from workpact.records.events import Record, RecordsDiffer, in_order
from workpact.records.holdings import Seat
from workpact.records.wage_runs import Collection, Line, Margin, Payslip, Run, Source, payslips_of
from workpact.terms.units import PPM

__all__ = ["Collection", "Line", "Margin", "Payslip", "Register", "Run", "Source", "payslips_of"]


class Register:
    """Collections, runs and margin of one book, in order."""

    def __init__(self, book: bytes) -> None:
        self.book = book
        self.employer: str | None = None
        self.token: str | None = None
        self.pledge = 0
        """ppm of what is collected that is for wages at least."""
        self.collections: list[Collection] = []
        self.runs: list[Run] = []
        self.margins: list[Margin] = []
        self._left: list[int] = []
        self._booked: list[Line] = []

    @classmethod
    def of(cls, records: Iterable[Record], book: bytes) -> Register:
        """Reads the events of a payroll, with the `Transfer`s out of it. Raises `RecordsDiffer`."""
        register, ordered = cls(book), in_order(records)
        groups: dict[str, list[Record]] = {}
        for record in ordered:
            if record.name in ("Transfer", "Booked"):
                groups.setdefault(record.transaction, []).append(record)
        for record in ordered:
            if record.name == "Withdrawn":
                register._withdrawn(record)
            elif record.arguments.get("book") == book:
                register._apply(record, groups.get(record.transaction, []))
        return register

    # Sums, in the token's smallest unit

    @property
    def collected(self) -> int:
        """All that came in."""
        return sum(each.amount for each in self.collections)

    @property
    def wages(self) -> int:
        """Set aside for wages by all runs, paid or not."""
        return sum(run.total for run in self.runs if not run.withdrawn)

    @property
    def margin(self) -> int:
        """Taken by the employer."""
        return sum(each.amount for each in self.margins)

    @property
    def free(self) -> int:
        """Neither set aside for wages nor taken as margin."""
        return self.collected - self.wages - self.margin

    @property
    def takeable(self) -> int:
        """What the employer could take as margin now (12.5)."""
        return max(0, self.collected - self.margin - max(self.wages, self.pledged))

    @property
    def pledged(self) -> int:
        """The least part of what is collected that is for wages, rounded up."""
        return -(-self.collected * self.pledge // PPM)

    @property
    def owed(self) -> int:
        """Wages set aside and not with their payees yet."""
        return sum(run.owed for run in self.runs)

    @property
    def paid(self) -> int:
        """Wages that reached payees."""
        return sum(run.paid for run in self.runs)

    @property
    def lines(self) -> Iterator[Line]:
        """All lines of all runs."""
        return (line for run in self.runs for line in run.lines)

    def name_workers(self, roster: Mapping[int, Seat]) -> None:
        """Says of each pushed line whose wallet it went to, by the employer's roster as it stood then.

        A wallet that was nobody's then, or of several workers, stays without one.
        """
        owners: dict[str, list[Seat]] = {}
        for seat in roster.values():
            for wallet in {wallet for wallet, _ in seat.wallets}:
                owners.setdefault(wallet, []).append(seat)
        for run in self.runs:
            for line in run.lines:
                if run.is_posted:
                    continue
                place = run.record.place
                found = [seat for seat in owners.get(line.payee, []) if seat.wallet_at(place) == line.payee]
                line.worker = found[0].worker if len(found) == 1 else None

    def owed_to(self, payee: str) -> int:
        """What pushed runs of this book have booked for a payee and it has not taken."""
        return sum(line.amount for line in self.lines if line.payee == payee and not line.paid)

    def check(self) -> None:
        """Raises `RecordsDiffer` unless 12.4 holds and each unit spent is attributed to a collection."""
        for run in self.runs:
            claimed = sum(line.amount for line in run.lines)
            if claimed > run.total or (not run.is_posted and claimed != run.total):
                raise RecordsDiffer(f"Run {run.number} set {run.total} aside, its lines are {claimed}.")
            if not run.withdrawn and sum(source.amount for source in run.sources) != run.total:
                raise RecordsDiffer(f"Run {run.number} spent more than was collected before it.")
        if self.free != sum(self._left) or self.wages != self.paid + self.owed:
            raise RecordsDiffer(f"{self.free} should be free, {sum(self._left)} of the collections is left.")

    # Events

    def _apply(self, record: Record, group: list[Record]) -> None:
        if record.name == "Collected":
            self.employer, self.token = record["employer"], record["token"]
            self.collections.append(Collection(record, record["amount"]))
            self._left.append(record["amount"])
        elif record.name == "Pledged":
            self.pledge = record["pledge"]
        elif record.name == "Paid":
            run = self._run(record, is_posted=False)
            run.lines = _pushed(run, record, [each for each in group if self._is_line(each, run)])
            self._booked += [line for line in run.lines if line.is_booked]
        elif record.name == "Posted":
            self._run(record, is_posted=True).binds_from = record["from"]
        elif record.name == "PostingWithdrawn":
            run = self.runs[record["run"] - 1]
            run.withdrawn = record
            for source in run.sources:
                self._left[source.collection] += source.amount
            run.sources = []
        elif record.name == "WageClaimed":
            run = self.runs[record["run"] - 1]
            run.lines.append(Line(run.number, record["wallet"], record["amount"], record, record["worker"]))
        elif record.name == "MarginTaken":
            if record["amount"] > self.takeable:
                raise RecordsDiffer(f"MarginTaken in {record.transaction} takes more than the {self.takeable} allowed.")
            self.margins.append(
                Margin(record, record["to"], record["amount"], tuple(self._spend(record, record["amount"])))
            )

    def _run(self, record: Record, *, is_posted: bool) -> Run:
        if record["run"] != len(self.runs) + 1:
            raise RecordsDiffer(f"Run {record['run']} follows run {len(self.runs)}: one is missing.")
        run = Run(record["run"], record, record["total"], bytes(record["payslips"]), is_posted)
        run.sources = list(self._spend(record, run.total))
        self.runs.append(run)
        return run

    def _spend(self, record: Record, amount: int) -> Iterator[Source]:
        """Takes an amount out of the oldest collections that have some left."""
        for number, left in enumerate(self._left):
            part = min(left, amount)
            if part:
                self._left[number] -= part
                amount -= part
                yield Source(number, part)
        if amount:
            raise RecordsDiffer(f"{record.name} in {record.transaction} spends {amount} more than was collected.")

    def _withdrawn(self, record: Record) -> None:
        """Whoever withdraws takes all that is booked for the payee."""
        if record["token"] != self.token:
            return
        for line in self._booked:
            if line.withdrawn is None and line.payee == record["payee"]:
                line.withdrawn = record

    def _is_line(self, record: Record, run: Run) -> bool:
        if record.name == "Transfer":
            return record.contract == self.token
        return bool(record["book"] == self.book and record["run"] == run.number)


def _pushed(run: Run, record: Record, found: list[Record]) -> list[Line]:
    """The lines of a pushed run: those that hash to what its event says, the only proof that none is missing."""
    after = [each for each in found if each.position > record.position][: record["count"]]
    lines = []
    for each in after:
        payee = each["to"] if each.name == "Transfer" else each["payee"]
        lines.append(Line(run.number, payee, each["amount"], each, is_booked=each.name == "Booked"))
    packed = b"".join((int(line.payee, 16) << 96 | line.amount).to_bytes(32) for line in lines)
    if keccak(packed) != bytes(record["lines"]):
        raise RecordsDiffer(
            f"The lines of run {run.number} are not those of its event: transfers or bookings are missing."
        )
    return lines
