"""The wage register rebuilt from events and transfers alone (SPEC.md 12.2 to 12.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.records.story import MANAGER, Story, wallet_of
from tests.records.wages import BOOK, EMPLOYER, MONEY, Payroll
from workpact.batches.leaves import PAYSLIP
from workpact.batches.proofs import Leaves
from workpact.records.events import RecordsDiffer
from workpact.records.holding_events import holdings_of
from workpact.records.register import Payslip, Register, Source, payslips_of

START = 1_772_323_200
ONE, TWO, THREE = wallet_of(1), wallet_of(2), wallet_of(3)


def test_runs__have_every_line_and_where_their_money_came_from():
    payroll = Payroll(START)
    payroll.collect(1_000)
    payroll.pledge(600_000)
    payroll.pay((ONE, 300), (TWO, 400), (THREE, 50), refused=frozenset({1}))
    payroll.collect(500)
    run = payroll.post(600, payroll.now)
    payroll.claim(run, 1, ONE, 350)
    payroll.margin(100)

    register = Register.of(payroll.records, BOOK)
    register.check()

    first, second = register.runs
    assert [(line.payee, line.amount, line.is_booked) for line in first.lines] == [
        (ONE, 300, False),
        (TWO, 400, True),
        (THREE, 50, False),
    ]
    assert (first.total, first.paid, first.owed, first.sources) == (750, 350, 400, [Source(0, 750)])
    assert (second.total, second.paid, second.owed) == (600, 350, 250)
    assert second.sources == [Source(0, 250), Source(1, 350)]
    assert [(line.payee, line.worker, line.amount) for line in second.lines] == [(ONE, 1, 350)]
    (margin,) = register.margins
    assert (margin.to, margin.amount, margin.sources) == (EMPLOYER, 100, (Source(1, 100),))
    assert (register.collected, register.wages, register.margin, register.free) == (1_500, 1_350, 100, 50)
    assert (register.paid, register.owed, register.owed_to(TWO)) == (700, 650, 400)
    assert (register.employer, register.token, register.pledged, register.takeable) == (EMPLOYER, MONEY, 900, 50)


def test_withdrawn__pays_every_line_booked_before():
    payroll = Payroll(START)
    payroll.collect(1_000)
    payroll.pay((ONE, 100), refused=frozenset({0}))
    payroll.pay((ONE, 200), (TWO, 1), refused=frozenset({0, 1}))
    payroll.withdraw(ONE, THREE, 300)
    payroll.pay((ONE, 50), refused=frozenset({0}))

    register = Register.of(payroll.records, BOOK)

    taken = payroll.records[-4]
    assert taken.name == "Withdrawn"
    assert [line.paid for line in register.lines] == [taken, taken, None, None]
    assert (register.owed_to(ONE), register.owed_to(TWO), register.owed) == (50, 1, 51)


def test_posting_withdrawn__gives_its_collections_back():
    payroll = Payroll(START)
    payroll.collect(100)
    payroll.collect(100)
    run = payroll.post(150, payroll.now + 10**6)
    payroll.unpost(run, 150)
    payroll.pay((ONE, 120))

    register = Register.of(payroll.records, BOOK)
    register.check()

    assert [run.sources for run in register.runs] == [[], [Source(0, 100), Source(1, 20)]]
    assert register.runs[0].owed == 0
    assert (register.wages, register.free) == (120, 80)


def test_two_runs_in_one_transaction__each_has_its_own_lines():
    payroll = Payroll(START)
    payroll.collect(1_000)
    payroll.pay((ONE, 1), (TWO, 2))
    payroll.pay_here((ONE, 3), (TWO, 2), refused=frozenset({0}))

    register = Register.of(payroll.records, BOOK)

    assert [[line.amount for line in run.lines] for run in register.runs] == [[1, 2], [3, 2]]


@pytest.mark.parametrize("missing", ["Transfer", "Booked"])
def test_lines__one_missing__refused(missing):
    payroll = Payroll(START)
    payroll.collect(1_000)
    payroll.pay((ONE, 1), (TWO, 2), refused=frozenset({1}))

    with pytest.raises(RecordsDiffer, match="The lines of run 1 are not those of its event"):
        Register.of([record for record in payroll.records if record.name != missing], BOOK)


def test_runs_and_margin__missing_or_too_much__refused():
    payroll = Payroll(START)
    payroll.collect(100)
    payroll.pay((ONE, 10))
    payroll.pay((ONE, 20))
    payroll.pledge(500_000)
    payroll.margin(50)

    assert Register.of(payroll.records, BOOK).takeable == 0
    without_first = [record for record in payroll.records if record.arguments.get("run") != 1]
    with pytest.raises(RecordsDiffer, match="Run 2 follows run 0"):
        Register.of(without_first, BOOK)
    with pytest.raises(RecordsDiffer, match="spends 10 more than was collected"):
        Register.of(payroll.records[1:], BOOK)
    edited = [
        replace(record, arguments={**record.arguments, "amount": 51}) if record.name == "MarginTaken" else record
        for record in payroll.records
    ]
    with pytest.raises(RecordsDiffer, match="takes more than the 50 allowed"):
        Register.of(edited, BOOK)


def test_name_workers__by_the_roster_of_the_time():
    story = Story(START)
    story.enrol(3)
    story.pass_(1)
    story.rotate(3, ONE)
    payroll = Payroll(START + 100)
    payroll.collect(100)
    payroll.pay((ONE, 1), (TWO, 2), (f"0x{0xDEAD:040x}", 3))
    later = Story(START + 10**6)
    later.block, later.workers = 500, 3
    later.rotate(2, f"0x{0xDEAD:040x}")

    register = Register.of(payroll.records, BOOK)
    holdings = holdings_of([*story.records, *later.records[1:]])
    register.name_workers(holdings.rosters[MANAGER])

    # wallet 1 is of two workers, 0xDEAD of one who had it later only
    assert [line.worker for line in register.lines] == [None, 2, None]


def test_payslips__must_be_those_of_the_run():
    rows = [(1, MONEY, BOOK, 1, worker, gross, gross - net, net, bytes([worker]) * 32)
            for worker, gross, net in ((1, 400, 300), (2, 500, 450))]  # fmt: skip
    leaves = Leaves(PAYSLIP, rows)
    payroll = Payroll(START)
    payroll.collect(2_000)
    payroll.pay((ONE, 300), (TWO, 450), slips=leaves.root)
    payroll.pay((ONE, 300), slips=leaves.root)
    first, second = Register.of(payroll.records, BOOK).runs

    assert payslips_of(first, leaves) == {1: Payslip(1, 400, 100, 300), 2: Payslip(2, 500, 50, 450)}
    with pytest.raises(RecordsDiffer, match="add up to 750, it paid 300"):
        payslips_of(second, leaves)
    with pytest.raises(RecordsDiffer, match="make another root"):
        payslips_of(first, Leaves(PAYSLIP, rows[:1]))
