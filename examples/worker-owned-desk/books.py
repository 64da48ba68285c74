"""Who got what in the quarter, rebuilt from the chain's logs alone, and checked against balances and histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agents import agents
from quarter import Quarter

from workpact.batches.proofs import Leaves
from workpact.chain import clock, contracts
from workpact.equity import book_of
from workpact.history import read, recompute
from workpact.records.cap_table import CapTable, WorkerRow
from workpact.records.events import Record, equity_records, payroll_records
from workpact.records.register import Payslip, Register, payslips_of


@dataclass(frozen=True)
class Row:
    """What one worker got: money in the token's smallest unit, units of 1e-6 worker token."""

    worker: int
    wallets: tuple[str, ...]
    """All that were the worker's, the present one last."""
    wages: int
    """Paid in the open."""
    private: int
    """Paid by proof."""
    revenue: int
    tokens: int
    unvested: int
    forfeited: int

    @property
    def money(self) -> int:
        """All of the money."""
        return self.wages + self.private + self.revenue


@dataclass(frozen=True)
class Check:
    """Two things that must be equal."""

    what: str
    expected: Any
    found: Any

    @property
    def holds(self) -> bool:
        """Whether they are."""
        return bool(self.expected == self.found)


class Books:
    """The end of the quarter."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter
        self.place = place = quarter.place
        self.agreement = place.agreement
        self.now = clock.now()
        self.records: list[Record] = equity_records(place.equity.contract, self.agreement.client)
        self.table = CapTable.at(self.records, self.now)
        self.wage_records: list[Record] = payroll_records(place.payroll.contract, place.payroll.book)
        self.register = Register.of(self.wage_records, place.payroll.book)
        self.register.name_workers(self.table.holdings.rosters[self.agreement.contractor])
        self.payslips = self._payslips()
        self.rows = list(self._rows())
        self.histories = self._histories()
        self.checks = list(self._checks())

    @property
    def worker_token(self) -> str:
        """The address of what the workers own."""
        return self.table.pools[0].token

    def _payslips(self) -> dict[int, Mapping[int, Payslip]]:
        """By run and worker, from their files; each file is proved to be the one that its run carries."""
        folder = self.place.folder
        files = {run.number: folder / f"payslips-{run.number}.json" for run in self.register.runs}
        return {run.number: payslips_of(run, Leaves.read(files[run.number])) for run in self.register.runs}

    def _rows(self) -> Iterator[Row]:
        wallets: dict[int, list[str]] = {}
        for entry in self.table.wallets():
            wallets.setdefault(entry.worker, []).append(entry.wallet)
        held: dict[int, WorkerRow] = {row.worker: row for row in self.table.workers()}
        # Who never accepted has no wallet on chain: the contractor's own roster says whose it is.
        private_roster = {agent.key.address: number for number, agent in agents().items()}
        posted = {run.number for run in self.register.runs if run.is_posted}
        paid: dict[tuple[int, bool], int] = {}
        for line in self.register.lines:
            if line.paid:
                key = (line.worker or private_roster[line.payee], line.run in posted)
                paid[key] = paid.get(key, 0) + line.amount
        for number, agent in agents().items():
            row = held.get(number)
            yield Row(
                worker=number,
                wallets=tuple(wallets.get(number, [agent.key.address])),
                wages=paid.get((number, False), 0),
                private=paid.get((number, True), 0),
                revenue=sum(revenue.paid for revenue in row.revenue.values()) if row else 0,
                tokens=row.claimed if row else 0,
                unvested=row.unvested if row else 0,
                forfeited=row.forfeited if row else 0,
            )

    def _histories(self) -> dict[str, tuple[int, bytes, bytes]]:
        """For each contract how many events its record has, the word recomputed from them, and the contract's."""
        place, agreement = self.place, self.agreement
        equity, payroll = place.equity.contract, place.payroll
        book = book_of(agreement.contract.address, agreement.origin, agreement.client)
        # Ape keeps an account's own history under the plain name.
        words = {
            "Agreement": (agreement.events(), agreement.contract.call_view_method("history", agreement.origin)),
            "SLAOracle": (place.levels.events(), place.levels.oracle.historyOf(place.levels.book)),
            "WorkerEquity": (read(equity, [book]), equity.historyOf(book)),
            "Payroll": (read(payroll.contract, [payroll.book]), payroll.contract.historyOf(payroll.book)),
        }
        return {name: (len(events), recompute(events), bytes(word)) for name, (events, word) in words.items()}

    # Checked

    def _checks(self) -> Iterator[Check]:
        self.table.check()
        self.register.check()
        money, units = self.place.token, contracts.token(self.worker_token)
        for what, token, got in (
            ("money", money, {row.worker: row.money for row in self.rows}),
            ("tokens", units, {row.worker: row.tokens for row in self.rows}),
        ):
            found = {row.worker: sum(token.balanceOf(each) for each in row.wallets) for row in self.rows}
            differ = {number: (got[number], found[number]) for number in got if got[number] != found[number]}
            yield Check(f"the workers' wallets have the {what} that the logs say", {}, differ)
        (pool,) = self.table.pools
        claimed = sum(row.tokens for row in self.rows)
        yield Check("the workers' tokens are those that were claimed", units.totalSupply(), claimed)
        parts = pool.claimed + pool.claimable + pool.unvested + pool.offered + pool.forfeited
        yield Check("granted = claimed + claimable + unvested + forfeited", pool.granted, parts)
        yield from self._wage_checks()
        yield Check("every unit of money is with somebody", money.totalSupply(), sum(self.whereabouts().values()))
        for name, (_, recomputed, word) in self.histories.items():
            yield Check(f"the {name}'s history follows from the logs", word.hex(), recomputed.hex())

    def _wage_checks(self) -> Iterator[Check]:
        register, payroll, money = self.register, self.place.payroll, self.place.token
        own = (register.collected, register.wages, register.free, register.pledge)
        chain = (payroll.collected_units, payroll.wages_units, payroll.free_units, payroll.pledge)
        yield Check("the register of wages is the payroll's own account", chain, own)
        held = money.balanceOf(payroll.contract)
        yield Check("the payroll holds what is free or owed", held, register.free + register.owed)
        parts = register.wages + register.margin + register.free
        yield Check("collected = wages + margin + free", register.collected, parts)
        nets = sum(slip.net for slips in self.payslips.values() for slip in slips.values())
        yield Check("the payslips add up to the wages", register.wages, nets)
        kept = register.collected - register.margin >= max(register.wages, register.pledged)
        yield Check("wages and pledge came before the margin", True, kept)

    def whereabouts(self) -> dict[str, int]:
        """Where all the money is in the end."""
        token, agreement = self.place.token, self.agreement
        return {
            "the workers": sum(row.money for row in self.rows),
            "the client": token.balanceOf(agreement.client),
            "the contractor": token.balanceOf(agreement.contractor),
            "the agreement": token.balanceOf(agreement.contract),
            "the payroll, for wages": token.balanceOf(self.place.payroll.contract),
            "the pool, from rounding": token.balanceOf(self.place.equity.contract),
        }
