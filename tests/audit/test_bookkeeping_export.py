"""The record as books: valid in its form, and read back to the last unit (SPEC.md 13.8, 13.10)."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.audit.books.checks import written
from tests.audit.books.clerk import MONEY
from tests.audit.books.story import UNIT, Story, played
from workpact.audit.bookkeeping import camt_books, errors, export_csv, text
from workpact.audit.bookkeeping.accounts import Account, Naming, dues
from workpact.audit.bookkeeping.exporting import Export, Format, export
from workpact.audit.bookkeeping.lines import Money, amount_text
from workpact.audit.bookkeeping.matching import compare
from workpact.audit.bookkeeping.payments import payments
from workpact.audit.bookkeeping.reading import Stated, read
from workpact.audit.words import Words

DOLLAR = Money("USD", 6)
NAMES = {
    Format.BEANCOUNT: "books.beancount",
    Format.HLEDGER: "books.journal",
    Format.QUICKBOOKS: "quickbooks.csv",
    Format.XERO: "xero.csv",
    Format.CAMT: "statement.xml",
}
OWNED = (Account.ESCROW, Account.CLIENT, Account.CONTRACTOR, Account.PAYROLL)
JOURNALS = {Account.ESCROW: "Assets:Escrow", Account.PAYROLL: "Assets:Payroll"}
"""What a journal, which has the agreement's side of all, calls them."""


@pytest.mark.parametrize(
    ("form", "account"),
    [
        *((form, account) for form in (Format.QUICKBOOKS, Format.XERO, Format.CAMT) for account in OWNED),
        *((form, account) for form in (Format.BEANCOUNT, Format.HLEDGER) for account in JOURNALS),
    ],
)
def test_export__read_back__matches_to_the_last_unit(tmp_path, form, account):
    money = DOLLAR if form is Format.CAMT else MONEY
    chosen = JOURNALS.get(account)
    dates = text.MONTH_FIRST if form is Format.QUICKBOOKS else None
    for seed in range(2):
        story = played(seed, 30)
        paid = payments(story.history)
        made = export(story.history, form, account, money)
        assert made == export(story.history, form, account, money)
        books = read([written(tmp_path, made, NAMES[form])], money, Stated(dates=dates, account=chosen))
        found = compare(books.lines, paid, account, money, Naming.of(story.subject, paid))
        assert (found.findings, found.apart, len(found.dues)) == ((), None, len(dues(paid, account)))


def test_beancount__bean_check_says_nothing_and_balances_are_the_chains(tmp_path):
    story = played(2, 40)
    made = export(story.history, Format.BEANCOUNT, Account.ESCROW, MONEY)
    file = written(tmp_path, made, "books.beancount")
    checked = subprocess.run([Path(sys.executable).parent / "bean-check", file], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")

    last = dict(re.findall(r"balance Assets:(\S+)  (\S+) ~ 0 TUSD", made))
    pots = {"Escrow:Held": "held", "Escrow:Holdback": "holdback", "Owed": "owed"}
    assert {name: Fraction(value) * UNIT for name, value in last.items()} == {
        name: story.pots[pot] for name, pot in pots.items()
    }
    held = f"  {amount_text(story.pots['held'], 6)} ~ 0"
    changed = f"  {amount_text(story.pots['held'] + 1, 6)} ~ 0"
    broken = written(tmp_path, made.replace(held, changed), "books.beancount")
    checked = subprocess.run([Path(sys.executable).parent / "bean-check", broken], capture_output=True, text=True)
    assert checked.returncode == 1
    assert "Balance failed" in checked.stderr


def test_camt__valid_against_the_schema_and_its_sums(tmp_path):
    story = played(1, 30)
    made = export(story.history, Format.CAMT, Account.ESCROW, DOLLAR)
    camt_books.schema("camt.053.001.08").validate(made)
    assert "<CreDtTm>" in made
    (entry, *_) = re.findall(r"<Amt Ccy=\"USD\">([\d.]+)</Amt>", made.partition("<Ntry>")[2])
    deposit = Decimal(story.entries[0]["deposit"]) / UNIT
    assert Decimal(entry) == deposit.quantize(Decimal("0.00001"), ROUND_HALF_UP)
    changed = re.sub(r"(<Ntry>.*?<Amt Ccy=\"USD\">)", r"\g<1>1", made, count=1, flags=re.DOTALL)
    with pytest.raises(errors.BadStatement, match=r"statement 1 goes from 0 to .* an entry is missing, doubled"):
        read(
            [written(tmp_path, re.sub(r"<SplmtryData>.*?</SplmtryData>", "", changed, flags=re.DOTALL), "s.xml")],
            DOLLAR,
        )


@pytest.mark.parametrize(
    ("form", "name", "advice"),
    [(Format.CAMT, "TUSD", "three letters"), (Format.BEANCOUNT, "stETH", "--currency STETH")],
)
def test_export__name_that_a_format_has_not__says_what_to_pass(form, name, advice):
    with pytest.raises(errors.CurrencyUnknown, match=advice):
        export(played(1).history, form, Account.ESCROW, Money(name, 6))


def test_export__what_has_no_place__named():
    story = Story(1)
    story.open(10**13 * UNIT)
    with pytest.raises(errors.NotExpressible, match=r"more digits than a camt\.053 amount"):
        export(story.history, Format.CAMT, Account.ESCROW, DOLLAR)
    with pytest.raises(errors.NotExpressible, match="escrow, client, contractor or payroll"):
        export(story.history, Format.XERO, Account.BILLS, MONEY)


@pytest.mark.threat("T76")
def test_export__name_that_a_spreadsheet_would_compute__is_text():
    story = Story(1)
    story.open()
    made = Export.of(story.history, Account.ESCROW, MONEY)
    evil = Export(made.subject, made.head, made.account, made.money, made.payments,
                  (type(made.rows[0])(made.rows[0].due, 1, "=cmd()", "x", "0x", "1"),), made.history)  # fmt: skip
    assert "'=cmd()" in export_csv.xero(evil)


def test_money__without_a_file__must_be_stated():
    with pytest.raises(errors.CurrencyUnknown, match="--currency and --decimals"):
        Money.of(Words(None), "USDC")
    assert Money.of(Words(None), "USDC", 6) == Money("USDC", 6)
