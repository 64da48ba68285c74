"""A run of wages from a CSV file with the columns worker, gross, deductions and net.

The same lines are paid in one of two lanes: pushed, one packed word a line, or posted as the root of salted leaves that
each worker claims by. Either way the root of all payslips goes along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from workpact.batches.errors import (
    AmountTooLarge,
    FileError,
    ForbiddenPayee,
    NetMismatch,
    RepeatedWorker,
    SumTooLarge,
    UnknownWorker,
    ZeroAmount,
)
from workpact.batches.leaves import PAYSLIP, WAGE
from workpact.batches.proofs import Leaves
from workpact.batches.roster import Person, Roster
from workpact.batches.table import Findings, Line, read_table
from workpact.terms.units import write_money

COLUMNS = ("worker", "gross", "deductions", "net")
AMOUNT_BITS = 96
AMOUNT = 2**AMOUNT_BITS - 1
"""The most that a line pays, in the token's smallest unit."""


@dataclass(frozen=True)
class RunId:
    """What names a run in its leaves: chain, contract, the employer's book there, and the run's number."""

    chain_id: int
    payroll: str
    book: bytes
    run: int

    @property
    def values(self) -> tuple[int, str, bytes, int]:
        """As the leaves begin."""
        return self.chain_id, self.payroll, self.book, self.run


@dataclass(frozen=True)
class Token:
    """The token that wages are paid in."""

    address: str
    symbol: str
    decimals: int

    def write(self, amount: int) -> str:
        """An amount as people read it."""
        return write_money(amount, self.symbol, self.decimals)


@dataclass(frozen=True)
class Wage:
    """What one worker gets: amounts in the token's smallest unit."""

    person: Person
    gross: int
    deductions: int
    net: int

    @property
    def worker(self) -> int:
        """The worker's number."""
        return self.person.worker

    @property
    def word(self) -> int:
        """The line as it is pushed: address in the high 160 bits, amount in the low 96."""
        return int(self.person.wallet, 16) << AMOUNT_BITS | self.net


@dataclass(frozen=True)
class Run:
    """One run of wages: what is pushed or posted, and its payslips."""

    id: RunId
    wages: tuple[Wage, ...]

    @property
    def total(self) -> int:
        """What is paid: the sum of all nets."""
        return sum(wage.net for wage in self.wages)

    @property
    def words(self) -> list[int]:
        """The lines as they are pushed, in the file's order."""
        return [wage.word for wage in self.wages]

    def part(self, first: int, count: int, number: int) -> Run:
        """`count` lines from the `first` on, as a run of its own; `number` counts on from this one's, from 0."""
        return Run(replace(self.id, run=self.id.run + number), self.wages[first : first + count])

    @cached_property
    def claims(self) -> Leaves:
        """The private lane: one salted leaf a line."""
        return Leaves(
            WAGE,
            [(*self.id.values, wage.worker, wage.net, WAGE.salt(wage.person, self.id.values)) for wage in self.wages],
        )

    @cached_property
    def payslips(self) -> Leaves:
        """The payslips of either lane."""
        return Leaves(
            PAYSLIP,
            [
                (
                    *self.id.values,
                    wage.worker,
                    wage.gross,
                    wage.deductions,
                    wage.net,
                    PAYSLIP.salt(wage.person, self.id.values),
                )
                for wage in self.wages
            ],
        )


def read_run(path: Path, run: RunId, roster: Roster, token: Token, *, free: int) -> Run:
    """The run that a file asks for, checked whole. `free` is what the payroll holds for it.

    Amounts are digits alone, in the token's smallest unit, or have its symbol like "1,250.50 USDC"; one way in a file,
    where 0 is either.
    Raises a `FileError` with the line: `SeveralErrors` if there are several.
    """
    findings, wages, first, total, passed = Findings(), list[Wage](), dict[int, int](), 0, 0
    lines = read_table(path, COLUMNS)
    leading = next((line for line in lines if line.values["gross"] != "0"), lines[0])
    forbidden = {token.address.lower(): "the token itself", run.payroll.lower(): "the payroll itself"}
    for line in lines:
        with findings.collected():
            _require_one_way(leading, line)
            wage = _wage(line, roster, token)
            if first.setdefault(wage.worker, line.number) != line.number:
                raise RepeatedWorker(path, line.number, wage.worker, first[wage.worker])
            if what := forbidden.get(wage.person.wallet.lower()):
                raise ForbiddenPayee(path, line.number, wage.worker, wage.person.wallet, what)
            wages.append(wage)
            total += wage.net
            if total > free and not passed:
                passed = line.number
    if passed:
        findings.add(SumTooLarge(path, passed, total, free, "what is free for wages", token.write))
    findings.raise_any()
    return Run(run, tuple(wages))


def _require_one_way(first: Line, line: Line) -> None:
    """A clerk who writes 1250 in one line and 1,250 USDC in another means the same; the contract would not."""
    for column in COLUMNS[1:]:
        if line.values[column] not in ("0", "") and line.values[column].isdigit() != first.values["gross"].isdigit():
            way = "digits alone" if first.values["gross"].isdigit() else "the token's symbol"
            advice = "write all amounts of a file one way: digits alone are the token's smallest unit"
            raise line.bad(column, f"is written another way than line {first.number}, which has {way}", advice)


def _wage(line: Line, roster: Roster, token: Token) -> Wage:
    worker = line.worker()
    gross, deductions, net = (line.amount(column, token.symbol, token.decimals) for column in COLUMNS[1:])
    problem: FileError | None = None
    if worker not in roster:
        problem = UnknownWorker(line.path, line.number, worker)
    elif gross - deductions != net:
        problem = NetMismatch(line.path, line.number, worker, (gross, deductions, net), token.write)
    elif not net:
        problem = ZeroAmount(line.path, line.number, worker, "net")
    elif gross > AMOUNT:
        problem = AmountTooLarge(line.path, line.number, worker, gross, AMOUNT, token.write)
    if problem:
        raise problem
    return Wage(roster[worker], gross, deductions, net)
