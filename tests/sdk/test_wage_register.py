"""The wage register read from a chain is what the payroll answers (SPEC.md §12)."""

import pytest

from tests.sdk.conftest import UNIT
from workpact.batches.roster import Person
from workpact.batches.wages import Run, Wage
from workpact.payroll import Payroll
from workpact.records.events import payroll_records, require_complete, roster_records
from workpact.records.holding_events import holdings_of
from workpact.records.register import Payslip, Register, Source, payslips_of
from workpact.records.tax import Asset, wage_rows


@pytest.fixture
def dollar(deploy):
    """A token that blocks whom the test names."""
    return deploy("BlockingTokenMock", "Six Dollar", "USD6", 6)


def test_register__is_what_the_payroll_answers(deploy, live, chain, accounts, contractor, client, carrier, dollar):
    equity = deploy("WorkerEquity")
    book = Payroll(deploy("Payroll", equity)).of(live)
    keys = [accounts.generate_test_account().address for _ in range(4)]
    equity.enrol(keys[:3], sender=contractor)
    live.set_payee(book.contract, pulled=True, sender=contractor)
    live.accept("plan", sender=client)
    book.collect(sender=carrier)
    book.raise_pledge(500_000, sender=contractor)

    def run_of(number: int, *nets: int) -> Run:
        people = [Person(worker, f"Name {worker}", keys[worker - 1], bytes([worker]) * 32) for worker in range(1, 5)]
        wages = [Wage(person, net + 3, 3, net) for person, net in zip(people, nets, strict=False)]
        return Run(book.run_id(number), tuple(wages))

    pushed, posted = run_of(1, 100 * UNIT, 50 * UNIT, 25 * UNIT, 5), run_of(2, 7 * UNIT, 8 * UNIT)
    dollar.setBlocked(keys[1], True, sender=carrier)
    dollar.setBlocked(keys[3], True, sender=carrier)
    book.pay(pushed, sender=contractor)
    book.post(posted, sender=contractor)
    book.claim([posted.claims.of(1)], sender=carrier)
    book.take_margin(10 * UNIT, sender=contractor)
    dollar.setBlocked(keys[1], False, sender=carrier)
    book.payroll.withdraw(dollar.address, keys[1], sender=carrier)
    last = chain.blocks.height

    records = payroll_records(book.contract, book.book)
    require_complete(book.contract, records)
    register = Register.of(records, book.book)
    register.check()
    register.name_workers(holdings_of(roster_records(equity, contractor.address)).rosters[contractor.address])

    assert (register.employer, register.token) == (contractor.address, dollar.address)
    assert (register.collected, register.wages, register.free) == (450 * UNIT, 190 * UNIT + 5, 250 * UNIT - 5)
    assert (register.free, register.wages) == (book.free_units, book.wages_units)
    assert (register.pledge, register.takeable) == (book.pledge, book.margin_units)
    assert [run.sources for run in register.runs] == [[Source(0, 175 * UNIT + 5)], [Source(0, 15 * UNIT)]]
    lines = [(line.run, line.worker, line.payee, line.amount, line.is_booked) for line in register.lines]
    assert lines == [
        (1, 1, keys[0], 100 * UNIT, False),
        (1, 2, keys[1], 50 * UNIT, True),
        (1, 3, keys[2], 25 * UNIT, False),
        (1, None, keys[3], 5, True),
        (2, 1, keys[0], 7 * UNIT, False),
    ]
    assert [register.owed_to(key) for key in keys] == [0, 0, 0, 5]
    assert register.owed_to(keys[3]) == book.payroll.owed_units(dollar.address, keys[3])
    assert register.owed == 5 + 8 * UNIT
    assert dollar.balanceOf(book.contract) == register.free + register.owed
    slips = payslips_of(register.runs[0], pushed.payslips)
    assert slips[2] == Payslip(2, 50 * UNIT + 3, 3, 50 * UNIT)
    rows = list(wage_rows(register, Asset(dollar.address, "USD", 6), {1: slips}))
    assert [(row.worker, row.amount, row.gross) for row in rows] == [
        (1, 100 * UNIT, 100 * UNIT + 3),
        (2, 50 * UNIT, 50 * UNIT + 3),
        (3, 25 * UNIT, 25 * UNIT + 3),
        (1, 7 * UNIT, None),
    ]
    assert (rows[1].block, rows[1].wallet) == (last, keys[1])
