"""What each of two hundred workers is to get in the quarter of examples/worker-owned-desk, without code of the project.

From the example's files (log of tickets, wages) and from what its agreement says, in fractions and whole numbers.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path

from eth_account import Account
from eth_utils.crypto import keccak

DOLLAR = 10**6
CENT = 10**4
TOKEN = 10**6
WORKERS = range(1, 201)
LEADS = range(1, 21)
AWAY, LEAVER, LOST, BLOCKED, SILENT = 17, 42, 88, 121, (197, 198, 199)
MONTHS = ("2026-04", "2026-05", "2026-06")
REVENUE = 24_680_130_000


@cache
def wallet(worker: int, kind: str = "") -> str:
    """The worker's wallet, or with ", another wallet" the spare one, in small letters."""
    return Account.from_key(keccak(text=f"worker-owned-desk, agent {worker}{kind}")).address.lower()


def spare(worker: int) -> str:
    return wallet(worker, ", another wallet")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dollars(text: str) -> int:
    """Smallest units of "1,250.50 USDC"."""
    number, symbol = text.split()
    assert symbol == "USDC"
    units = Fraction(number.replace(",", "")) * DOLLAR
    assert units.denominator == 1
    return int(units)


class Expected:
    """All sums of the quarter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # What the client pays: 240,000 and 80 a ticket, at most 450,000; below 95 % a tenth's 40 % is lost

    @cached_property
    def months(self) -> list[tuple[int, int]]:
        """Charge and credit of each month, by the log."""
        found = []
        for month in MONTHS:
            cases = [row["made_sla"] for row in rows(self.folder / "tickets.csv") if row["closed_at"].startswith(month)]
            charge = min(450_000, 240_000 + 80 * len(cases)) * DOLLAR
            share = Fraction(cases.count("true"), len(cases))
            rate = Fraction(0) if share >= Fraction(95, 100) else Fraction(10, 100) * Fraction(40, 100)
            assert share >= Fraction(85, 100)
            found.append((charge, int(charge * rate)))
        return found

    @cached_property
    def payments(self) -> list[tuple[int, int]]:
        """What is paid at once and what is kept back, of the deliverable and of each month."""
        dues = [20_000 * DOLLAR] + [charge - credit for charge, credit in self.months]
        return [(due - int(due * Fraction(2, 100)), int(due * Fraction(2, 100))) for due in dues]

    # What the workers get of it

    def wages(self, name: str) -> dict[int, int]:
        """Net by worker, of one file; each line adds up."""
        found = {}
        for row in rows(self.folder / f"wages-{name}.csv"):
            gross, deductions, net = (dollars(row[part]) for part in ("gross", "deductions", "net"))
            assert gross - deductions == net
            found[int(row["worker"])] = net
        return found

    @cached_property
    def runs(self) -> list[dict[int, int]]:
        """All runs in their order, the last one the bonus: a part each of what the pledge of 80 % leaves for wages."""
        made = [self.wages(f"{month}-{lane}") for month in MONTHS for lane in ("open", "private")]
        collected = sum(paid + kept for paid, kept in self.payments)
        free = collected - sum(sum(run.values()) for run in made) - self.margin
        part = free // 199 // CENT * CENT
        return [*made, {worker: part for worker in WORKERS if worker != LEAVER}]

    @cached_property
    def margin(self) -> int:
        """12.5, after each month's wages and after the holdback."""
        collected, wages, taken = self.payments[0][0], 0, 0
        for number, month in enumerate(MONTHS, 1):
            collected += self.payments[number][0]
            wages += sum(sum(self.wages(f"{month}-{lane}").values()) for lane in ("open", "private"))
            pledged = -(-collected * 80 // 100)
            taken += max(0, collected - max(wages, pledged) - taken)
        collected += sum(kept for _, kept in self.payments)
        return taken + max(0, collected - max(wages, -(-collected * 80 // 100)) - taken)

    # What they own: membership 12 steps of 30 days from 1 April, quality 6 and a gate of 7

    def vested(self, worker: int, days: int = 107, reached: int = 3, leaver: Fraction = Fraction(1, 2)) -> list[int]:
        """9.2 to 9.5, of each grant: on 17 July unless said, 107 days after the start, of which 35 were a leave."""
        if worker in SILENT:
            return []
        if worker == LEAVER:
            # 65 days until the end; who has left has nothing of the leaver rule.
            return [int(1_000 * TOKEN * Fraction(2, 12))]
        clock = days - 35 if worker == AWAY else days
        shares = [(1_000 * TOKEN, Fraction(clock // 30, 12) if clock >= 60 else Fraction(0))]
        if worker in LEADS:
            shares.append((1_500 * TOKEN, min(Fraction(clock // 30, 6), Fraction(reached, 7))))
        return [int(units * (share + (1 - share) * leaver)) for units, share in shares]

    def granted(self, worker: int) -> list[int]:
        if worker in SILENT:
            return []
        return [1_000 * TOKEN, 1_500 * TOKEN] if worker in LEADS else [1_000 * TOKEN]

    @cached_property
    def shares(self) -> int:
        """9.12: the units of live grants, and what had vested of the ended one."""
        earning = {worker: self.vested(worker) if worker == LEAVER else self.granted(worker) for worker in WORKERS}
        return sum(sum(units) for units in earning.values())

    def revenue(self, worker: int) -> int:
        earned = REVENUE * 2**64 // self.shares
        units = self.vested(worker) if worker == LEAVER else self.granted(worker)
        return sum(each * earned // 2**64 for each in units)

    # Where it all goes

    def money(self) -> dict[str, int]:
        """By wallet, the spare ones too."""
        got: dict[str, int] = {}
        for worker in WORKERS:
            got[wallet(worker)] = got[spare(worker)] = 0
            for number, run in enumerate(self.runs):
                moved = worker == LOST or (worker == BLOCKED and number > 1)
                got[(spare if moved else wallet)(worker)] += run.get(worker, 0)
            got[(spare if worker in (LOST, BLOCKED) else wallet)(worker)] += self.revenue(worker)
        return got

    def tokens(self) -> dict[str, int]:
        """By wallet."""
        return {
            whose(worker): sum(self.vested(worker)) if (worker in (LOST, BLOCKED)) == (whose is spare) else 0
            for worker in WORKERS
            for whose in (wallet, spare)
        }
