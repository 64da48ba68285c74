"""What moved in a record, and what of it each account shows (SPEC.md 6.1, 12.4)."""

from __future__ import annotations

import pytest

from tests.audit.books.story import CLIENT, CONTRACTOR, PAYROLL, UNIT, Story, address, played
from workpact.audit.bookkeeping.accounts import Account, dues
from workpact.audit.bookkeeping.payments import Kind, Pot, balances, payments
from workpact.ledger import Ledger


@pytest.mark.parametrize("seed", range(60))
def test_payments__random_life__add_up_to_the_ledger_and_the_model(seed):
    """6.1, 12.4: every unit that an event moves is one movement."""
    story = played(seed, 30)
    found = payments(story.history)
    left = balances(found)
    ledger = Ledger.of([each.event for each in story.history.of("Agreement")], CLIENT, [0, 0, 0])

    assert {pot: left[pot] for pot in Pot} == {pot: story.pots[pot] for pot in Pot}
    assert (ledger.held, ledger.holdback, ledger.owed) == (left[Pot.HELD], left[Pot.HOLDBACK], left[Pot.OWED])
    assert ledger.funded == story.funded == sum(each.amount for each in found if each.kind is Kind.FUNDING)
    sent = sum(each.amount for each in found if each.into is None and each.out_of in (Pot.HELD, Pot.HOLDBACK))
    taken = sum(each.amount for each in found if each.kind is Kind.TAKE)
    assert ledger.paid + ledger.refunded == sent + taken
    assert all(each.amount > 0 for each in found)


def test_payments__each_event__says_who_whom_and_what_for():
    story = Story(1)
    story.open(3_000 * UNIT)
    story.work("Accepted", 500 * UNIT, milestones=0b11)
    story.rule(1, 60 * UNIT, 39 * UNIT, 1 * UNIT, (True, False))
    story.redirect(PAYROLL, pulled=True)
    story.work("Settled", 200 * UNIT, period=2, charge=210 * UNIT, credit=10 * UNIT)
    story.take(180 * UNIT)
    story.end(100 * UNIT)
    told = [(str(each.kind), each.items, each.payee, each.party, each.amount, each.out_of, each.into)
            for each in payments(story.history)]  # fmt: skip

    milestones, period = ("milestone plan", "milestone build"), ("period 2026-03",)
    here = story.subject.agreement
    assert told == [
        ("funding", (), here, "client", 3_000 * UNIT, None, "held"),
        ("acceptance", milestones, CONTRACTOR, "contractor", 450 * UNIT, "held", None),
        ("held back", milestones, here, "contractor", 50 * UNIT, "held", "holdback"),
        ("ruling", milestones[1:], CONTRACTOR, "contractor", 60 * UNIT, "held", "owed"),
        ("refund", milestones[1:], CLIENT, "client", 39 * UNIT, "held", None),
        ("arbiter's fee", milestones[1:], address("arbiter"), "arbiter", 1 * UNIT, "held", "owed"),
        ("settlement", period, PAYROLL, "contractor", 180 * UNIT, "held", "owed"),
        ("held back", period, here, "contractor", 20 * UNIT, "held", "holdback"),
        ("taken", (), PAYROLL, "contractor", 180 * UNIT, "owed", "payroll"),
        ("wages", ("run 1",), "", "workers", 126 * UNIT, "payroll", None),
        ("margin", (), CONTRACTOR, "contractor", 18 * UNIT, "payroll", None),
        ("no longer held back", (), here, "contractor", 70 * UNIT, "holdback", "held"),
        ("end", (), PAYROLL, "contractor", 100 * UNIT, "held", "owed"),
        ("refund", (), CLIENT, "client", (3_000 - 500 - 100 - 200 - 100 + 70) * UNIT, "held", None),
    ]


@pytest.mark.parametrize("account", [Account.ESCROW, Account.PAYROLL])
def test_account__signed_payments__add_up_to_what_it_holds(account):
    for seed in range(20):
        story = played(seed)
        pots = (Pot.HELD, Pot.HOLDBACK) if account is Account.ESCROW else (Pot.PAYROLL,)
        total = sum(each.amount for each in dues(payments(story.history), account))
        assert total == sum(story.pots[pot] for pot in pots)


def test_account__bills__are_what_work_costs_before_anything_is_held_back():
    story = Story(2)
    story.open()
    story.work("Accepted", 500 * UNIT, milestones=1)
    story.work("Settled", 950 * UNIT, period=0, charge=1_000 * UNIT, credit=50 * UNIT)
    story.release_holdback()
    assert [each.amount for each in dues(payments(story.history), Account.BILLS)] == [500 * UNIT, 950 * UNIT]
