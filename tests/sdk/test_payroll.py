"""Wages by the payroll from Python: collected, paid, posted, claimed, and the margin after (SPEC.md §12)."""

import pytest

from tests.sdk.conftest import UNIT
from tests.support import events_of
from workpact.batches.errors import ForeignLeaf
from workpact.batches.roster import Roster
from workpact.batches.wages import Run, Wage
from workpact.payroll import NotPayable, Payroll
from workpact.preflight import ForeignSignature, SignatureMissing


@pytest.fixture
def payroll(deploy, live, contractor, client, carrier):
    """Collected: 500 of the first milestone, of which 10 % are held back."""
    book = Payroll(deploy("Payroll", deploy("WorkerEquity"))).of(live)
    live.set_payee(book.contract, pulled=True, sender=contractor)
    live.accept("plan", sender=client)
    assert (book.is_payee, book.to_collect_units) == (True, 450 * UNIT)
    book.collect(sender=carrier)
    return book


@pytest.fixture
def keys(accounts):
    """Workers who hold no ETH."""
    return [accounts.generate_test_account() for _ in range(3)]


@pytest.fixture
def roster(keys, payroll, contractor):
    payroll.payroll.equity.enrol(keys, sender=contractor)
    return Roster().enrol(1, [(f"Name {number}", key.address) for number, key in enumerate(keys, 1)])


def run_of(payroll, roster, number, **nets):
    """A run that deducts 1 from each: nets by worker, as _1=…"""
    wages = [Wage(roster[int(name[1:])], net + 1, 1, net) for name, net in nets.items()]
    return Run(payroll.run_id(number), tuple(wages))


def test_pushed_run__then_margin(payroll, roster, keys, contractor, dollar):
    assert (payroll.collected_units, payroll.free_units, payroll.margin_units) == (450 * UNIT,) * 3
    payroll.raise_pledge(600_000, sender=contractor)
    assert (payroll.pledge, payroll.margin_units) == (600_000, 180 * UNIT)
    run = run_of(payroll, roster, 1, _1=100 * UNIT, _3=200 * UNIT)

    sent = payroll.pay(run, sender=contractor)

    ((name, event),) = [each for each in events_of(sent) if each[0] == "Paid"]
    assert (name, event["run"], event["total"], event["count"]) == ("Paid", 1, 300 * UNIT, 2)
    assert event["payslips"] == run.payslips.root
    assert [dollar.balanceOf(key) for key in keys] == [100 * UNIT, 0, 200 * UNIT]
    assert (payroll.wages_units, payroll.runs, payroll.margin_units) == (300 * UNIT, 1, 150 * UNIT)
    before = dollar.balanceOf(contractor)
    payroll.take_margin(150 * UNIT, sender=contractor)
    assert dollar.balanceOf(contractor) - before == 150 * UNIT
    assert payroll.free_units == dollar.balanceOf(payroll.contract) == 0


def test_posted_run__claimed_by_anyone_for_the_worker(payroll, roster, keys, contractor, carrier, accounts, dollar):
    equity, fresh = payroll.payroll.equity, accounts.generate_test_account()
    runs = [run_of(payroll, roster, number, _1=10 * number, _2=7) for number in (1, 2)]
    for run in runs:
        payroll.post(run, sender=contractor)
    worker = equity.worker(contractor, 1)
    deadline = 2**39
    worker.rotate(fresh, deadline=deadline, signature=worker.rotation(fresh, deadline).sign(keys[0]), sender=carrier)

    payroll.claim([run.claims.of(1) for run in runs], sender=carrier)
    payroll.claim([runs[0].claims.of(1), runs[1].claims.of(2)], sender=carrier)

    assert [dollar.balanceOf(each) for each in (keys[0], fresh, keys[1])] == [0, 30, 7]
    claimed = {(run, worker): payroll.is_claimed(run, worker) for run in (1, 2) for worker in (1, 2)}
    assert claimed == {(1, 1): True, (2, 1): True, (1, 2): False, (2, 2): True}
    assert dollar.balanceOf(payroll.contract) == payroll.free_units + 7
    assert fresh.balance == keys[1].balance == 0


def test_run__not_the_next_or_too_large__named(payroll, roster, contractor):
    with pytest.raises(NotPayable, match="the next one here is 1"):
        payroll.pay(run_of(payroll, roster, 2, _1=1), sender=contractor)
    with pytest.raises(NotPayable, match="450 TUSD is free"):
        payroll.post(run_of(payroll, roster, 1, _1=450 * UNIT + 1), sender=contractor)


def test_claim__leaf_of_another_run__named(payroll, roster, contractor, carrier):
    payroll.post(run_of(payroll, roster, 1, _1=10), sender=contractor)
    with pytest.raises(ForeignLeaf):
        payroll.claim([run_of(payroll, roster, 2, _1=10).claims.of(1)], sender=carrier)


def test_posting__withdrawn_before_it_opens(payroll, roster, contractor, chain):
    opens_at = chain.blocks.head.timestamp + 1000
    payroll.post(run_of(payroll, roster, 1, _1=10), opens_at, sender=contractor)
    assert payroll.free_units == 450 * UNIT - 10
    payroll.withdraw_posting(1, sender=contractor)
    assert (payroll.free_units, payroll.wages_units, payroll.runs) == (450 * UNIT, 0, 1)


def test_blocked_payee__withdraws_elsewhere_by_signature(deploy, accounts, contractor, carrier, stranger):
    payroll = Payroll(deploy("Payroll", deploy("WorkerEquity")))
    key = accounts.generate_test_account()
    token = "0x" + 39 * "0" + "1"
    consent = payroll.withdrawal(token, key.address, stranger.address, 2**39)
    assert consent.typed_data["message"]["nonce"] == 0
    with pytest.raises(SignatureMissing):
        payroll.withdraw(token, key.address, stranger.address, sender=carrier)
    with pytest.raises(ForeignSignature):
        consent.sign(contractor)
    assert payroll.owed_units(token, key.address) == 0
