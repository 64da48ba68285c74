"""How far a line may be from its payment, and what it is called beyond that (SPEC.md 13.8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from tests.audit.books.checks import check, described, hash_of, on
from tests.audit.books.clerk import EURO, MONEY, Clerk
from tests.audit.books.story import UNIT, Story, played
from workpact.audit.bookkeeping.accounts import Account, Naming, dues
from workpact.audit.bookkeeping.comparing import Outside, Tolerance
from workpact.audit.bookkeeping.errors import OtherCurrency, SignsInverted
from workpact.audit.bookkeeping.lines import Line
from workpact.audit.bookkeeping.matching import compare
from workpact.audit.bookkeeping.payments import payments
from workpact.audit.bookkeeping.rates import Rates
from workpact.audit.bookkeeping.results import By


def one_payment(amount: int = 450 * UNIT) -> Story:
    """3,000 from the client, `amount` for the plan."""
    story = Story(6)
    story.open(3_000 * UNIT)
    story.work("Accepted", amount, share=0, milestones=1)
    return story


def books_of(story: Story, **changes) -> list[Line]:
    """The deposit, and a line for the plan."""
    deposit = Line(on(story, 0), 3_000 * UNIT, "TUSD", "b:1", "Client Ltd.")
    line = Line(on(story, 1), -450 * UNIT, "TUSD", "b:2", "Contractor Ltd.", hash_of(story, 1))
    return [deposit, replace(line, **changes)]


@pytest.mark.parametrize(
    ("fee", "kept", "errors"),
    [(0, 0, []), (UNIT, UNIT, []), (UNIT, UNIT + 1, ["wrong amount"]), (UNIT, -1, ["wrong amount"])],
)
def test_match__less_a_fee__within_what_a_bank_may_keep(fee, kept, errors):
    story = one_payment()
    found = check(story, books_of(story, amount=-450 * UNIT - kept), tolerance=Tolerance(fee=fee))
    assert [each[0] for each in described(found)] == errors
    assert errors or found.matches[1].fee == kept


@pytest.mark.parametrize(
    ("tolerance", "off", "errors"),
    [(0, 1, ["wrong amount"]), ("0.01", 10_000, []), ("0.01", -10_001, ["wrong amount"])],
)
def test_match__amount__within_the_tolerance(tolerance, off, errors):
    story = one_payment()
    found = check(story, books_of(story, amount=-450 * UNIT + off), tolerance=Tolerance(amount=Fraction(tolerance)))
    assert [each[0] for each in described(found)] == errors


@pytest.mark.parametrize(("late", "errors"), [(3, []), (-3, []), (4, ["wrong date"]), (-4, ["wrong date"])])
def test_match__date__within_the_tolerance(late, errors):
    story = one_payment()
    found = check(story, books_of(story, date=on(story, 1) + timedelta(days=late)))
    assert [each[0] for each in described(found)] == errors


@pytest.mark.parametrize(
    ("cents", "errors"),
    [(-41057, []), (-41056, ["wrong rounding"]), (-41062, ["wrong rounding"]), (-41063, ["wrong amount"])],
)
def test_match__another_currency__converted_and_rounded_once(cents, errors):
    """450 × 0.91237 = 410.5665, half a cent goes up: 410.57."""
    story = one_payment()
    rates = Rates({"EUR": [(on(story, 0), EURO)]})
    found = check(story, books_of(story, amount=cents, currency="EUR"), rates=rates)
    assert [each[0] for each in described(found)] == errors
    line = books_of(story, amount=cents, currency="EUR", rate=EURO)
    assert [each[0] for each in described(check(story, line))] == errors


def test_match__currency_without_a_rate__refused():
    story = one_payment()
    with pytest.raises(OtherCurrency, match=r"b:2: the line is in EUR and no rate of .* \(--rates FILE\)"):
        check(story, books_of(story, currency="EUR"))
    late = Rates({"EUR": [(on(story, 1) + timedelta(days=1), EURO)]})
    with pytest.raises(OtherCurrency, match="b:2"):
        check(story, books_of(story, currency="EUR"), rates=late)


def test_match__all_signs_inverted__says_what_to_pass():
    clerk = Clerk(played(7), 7)
    kept = clerk.keep()
    with pytest.raises(SignsInverted, match="--inverted"):
        clerk.compared(replace(kept, lines=[replace(each, amount=-each.amount) for each in kept.lines]))


def test_match__one_sign_wrong__is_a_wrong_amount():
    story = one_payment()
    found = check(story, books_of(story, amount=450 * UNIT))
    assert described(found) == [("wrong amount", [450 * UNIT], (1,))]


def test_match__hash_of_another_payment__named():
    story = one_payment()
    found = check(story, books_of(story, reference=hash_of(story, 0)))
    assert described(found) == [("wrong transaction", [-450 * UNIT], (1,))]


def test_match__several_things_wrong_with_a_named_transaction__one_finding_tells_all():
    story = one_payment()
    late = on(story, 1) + timedelta(days=9)
    found = check(story, books_of(story, amount=-100 * UNIT, counterparty="Client Ltd.", date=late))
    assert described(found) == [("wrong payee", [-100 * UNIT], (1,))]
    assert found.findings[0].words == (
        "booked with Client Ltd., paid to or by the contractor; "
        f"dated {late}, paid on {on(story, 1)}; booked -100.00 TUSD, paid -450.00 TUSD: 350.00 TUSD apart"
    )


def test_match__transaction_of_another_agreement__named():
    story = one_payment()
    foreign = replace(books_of(story)[1], amount=-77 * UNIT, reference="0x" + 32 * "ab", source="b:3")
    found = check(story, [*books_of(story), foreign])
    assert described(found) == [("of another agreement", [-77 * UNIT], ())]
    assert found.findings[0].nearest == ("payment", 1)
    gone = check(story, [*books_of(story), foreign], absent=[bytes.fromhex(32 * "ab")])
    assert described(gone) == [("not on the chain", [-77 * UNIT], ())]
    gift = [Outside(bytes.fromhex(32 * "ab"), 77 * UNIT, story.moment)]
    assert described(check(story, [*books_of(story), foreign], outside=gift)) == [("donation", [-77 * UNIT], ())]


def test_match__booked_balance__is_paid_when_its_payee_withdraws_it():
    """6.4: the withdrawal is in no agreement's record; it comes later, in a transaction of its own."""
    story = Story(8)
    story.open()
    story.rule(0, 60 * UNIT, 39 * UNIT, UNIT, (True, False))
    paid = payments(story.history)
    (due,) = dues(paid, Account.CONTRACTOR)
    late = Line(due.day + timedelta(days=200), 60 * UNIT, "TUSD", "b:1", "Client Ltd.", "0x" + 32 * "cd")
    assert check(story, [late], Account.CONTRACTOR).is_clean
    early = replace(late, date=due.day - timedelta(days=10))
    assert described(check(story, [early], Account.CONTRACTOR)) == [("wrong date", [60 * UNIT], (0,))]


@pytest.mark.parametrize(
    ("account", "amounts"),
    [
        (Account.CLIENT, [-3_000, 39]),
        (Account.CONTRACTOR, [450, 60]),
        (Account.BILLS, [500, 60]),
        (Account.ESCROW, [3_000, -450, -60, -39, -1]),
    ],
)
def test_match__each_account__sees_its_own_part(account, amounts):
    story = Story(9)
    story.open()
    story.work("Accepted", 500 * UNIT, milestones=1)
    story.rule(1, 60 * UNIT, 39 * UNIT, UNIT, (False, False))
    owed = dues(payments(story.history), account)
    assert [each.amount for each in owed] == [each * UNIT for each in amounts]
    lines = [Line(each.day, each.amount, "TUSD", f"b:{each.number}") for each in owed]
    assert check(story, lines, account).is_clean


def test_match__milestone_named_in_words__matches_before_amounts_do():
    story = Story(10)
    story.open()
    story.work("Settled", 100 * UNIT, share=0, period=0, charge=100 * UNIT, credit=0)
    story.work("Settled", 100 * UNIT, share=0, period=1, charge=100 * UNIT, credit=0)
    deposit = Line(on(story, 0), 3_000 * UNIT, "TUSD", "b:0")
    second = Line(on(story, 1) + timedelta(days=1), -100 * UNIT, "TUSD", "b:1", memo="Invoice 7, 2026-02")
    first = Line(on(story, 2) - timedelta(days=1), -100 * UNIT, "TUSD", "b:2", reference="2026-01")
    found = check(story, [deposit, second, first], tolerance=Tolerance(days=10))
    assert [(found.lines[each.lines[0]].source, each.dues, each.by) for each in found.matches] == [
        ("b:0", (0,), By.AMOUNT), ("b:2", (1,), By.ITEM), ("b:1", (2,), By.ITEM),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "errors"),
    [("paid to the contractor", []), ("Client Ltd.", ["wrong payee"]), ("as agreed, Contractor Ltd", []), ("", [])],
)
def test_match__form_without_a_payee__takes_legal_names_from_the_memo(words, errors):
    story = one_payment()
    found = check(story, books_of(story, counterparty=None, memo=words))
    assert [each[0] for each in described(found)] == errors


def test_match__name_that_only_the_books_have__stated():
    story = one_payment()
    paid = payments(story.history)
    lines = books_of(story, counterparty="Bob's shop")
    assert described(check(story, lines)) == [("wrong payee", [-450 * UNIT], (1,))]
    naming = Naming.of(story.subject, paid, [("bobs  SHOP", "contractor")])
    assert not compare(lines, paid, Account.ESCROW, MONEY, naming).is_clean
    naming = Naming.of(story.subject, paid, [("Bob's Shop", "contractor")])
    assert compare(lines, paid, Account.ESCROW, MONEY, naming).is_clean
