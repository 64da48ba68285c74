"""CSV of QuickBooks and Xero, and files of rates: dialects, and bad input named with its line (SPEC.md 13.8)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.audit.books.checks import seen, written
from tests.audit.books.clerk import MONEY
from tests.audit.books.story import UNIT
from workpact.audit.bookkeeping import errors
from workpact.audit.bookkeeping.lines import Line
from workpact.audit.bookkeeping.rates import Rates
from workpact.audit.bookkeeping.reading import read

LONG_BANK = 'Date,Description,Amount\n01/31/2026,Contractor Ltd. plan,-450.00\n02/01/2026,deposit,"3,000.00"\n'
BANK = [("2026-01-31", -450 * UNIT, "TUSD", None, "", "Contractor Ltd. plan"),
        ("2026-02-01", 3_000 * UNIT, "TUSD", None, "", "deposit")]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        LONG_BANK,
        "\ufeff" + LONG_BANK,
        LONG_BANK.encode("utf-16"),
        LONG_BANK.replace("\n", "\r\n"),
        "Date\tDescription\tAmount\n31.01.2026\tContractor Ltd. plan\t-450.00\n"
        "01.02.2026\tdeposit\t3000.00\n",
        "Date;Description;Amount\n31.01.2026;Contractor Ltd. plan;-450,00\n01.02.2026;deposit;3.000,00\n",
        "*Date,*Description,*Amount\n2026-01-31,Contractor Ltd. plan,(450.00)\n2026-02-01,deposit,3000.00\n",
        "Date,Description,Credit,Debit\n31 Jan 2026,Contractor Ltd. plan,,450.00\n1 Feb 2026,deposit,3000.00,\n",
    ],
)  # fmt: skip
def test_csv__dialects_of_one_account__the_same_lines(tmp_path, content):
    assert seen(tmp_path, content) == BANK


def test_csv__xero_bank_statement(tmp_path):
    content = "*Date,*Amount,Payee,Description,Reference,Check Number\n2026-01-31,-450.00,Contractor Ltd.,plan,INV-7,\n"
    assert seen(tmp_path, content) == [("2026-01-31", -450 * UNIT, "TUSD", "Contractor Ltd.", "INV-7", "plan")]


def test_csv__xero_account_transactions__with_its_heading(tmp_path):
    content = """Account Transactions
Desk Ltd.
For the period 1 January 2026 to 31 January 2026

Date,Source,Description,Reference,Currency,Debit,Credit,Running Balance
Opening Balance,,,,,,,0.00
15 Jan 2026,Receive Money,Deposit,0x12,TUSD,3000.00,,3000.00
31 Jan 2026,Spend Money,Plan,INV-7,TUSD,,450.00,2550.00
Total,,,,,3000.00,450.00,
"""
    with pytest.raises(errors.BadDate, match=r"books.csv:6: 'Opening Balance' is no date"):
        seen(tmp_path, content)
    content = content.replace("Opening Balance,,", ",Opening Balance,").replace("Total,,", ",Total,")
    assert seen(tmp_path, content) == [
        ("2026-01-15", 3_000 * UNIT, "TUSD", "", "0x12", "Deposit"),
        ("2026-01-31", -450 * UNIT, "TUSD", "", "INV-7", "Plan"),
    ]


def test_csv__quickbooks_account_report(tmp_path):
    content = """Transaction Report
Date,Transaction Type,Num,Name,Memo/Description,Account,Split,Amount,Balance
,Beginning Balance,,,,,,,0.00
01/15/2026,Deposit,D-1,Client Ltd.,deposit,Escrow,Cash,"3,000.00","3,000.00"
01/31/2026,Expense,INV-7,Contractor Ltd.,milestone plan,Escrow,Services,-450.00,"2,550.00"
,Total for Escrow,,,,,,"2,550.00",
"""
    assert seen(tmp_path, content) == [
        ("2026-01-15", 3_000 * UNIT, "TUSD", "Client Ltd.", "D-1", "deposit"),
        ("2026-01-31", -450 * UNIT, "TUSD", "Contractor Ltd.", "INV-7", "milestone plan"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "*ContactName,EmailAddress,*InvoiceNumber,*InvoiceDate,*DueDate,Total,Description,*Quantity,*UnitAmount,"
        "*AccountCode,*TaxType,Currency\n"
        "Contractor Ltd.,,7,2026-01-31,2026-02-28,,milestone plan,2,250.25,400,Exempt,TUSD\n",
        "Bill no.,Vendor,Bill Date,Due Date,Terms,Memo,Account,Line Description,Line Amount,Currency\n"
        "7,Contractor Ltd.,2026-01-31,2026-02-28,,,Services,milestone plan,500.50,TUSD\n",
    ],
)
def test_csv__bills__are_bills(tmp_path, content):
    books = read([written(tmp_path, content)], MONEY)
    assert books.is_bills
    assert [(each.amount, each.counterparty, each.memo) for each in books.lines] == [
        (500_500_000, "Contractor Ltd.", "7 milestone plan")
    ]


def test_csv__rate_column__is_the_lines(tmp_path):
    content = "Date,Amount,Payee,Reference,Description,Currency,Exchange Rate\n2026-01-31,-410.57,,,x,EUR,0.91237\n"
    (line,) = read([written(tmp_path, content)], MONEY).lines
    assert line == Line(date(2026, 1, 31), -41_057, "EUR", "books.csv:2", "", "", "x", "", Fraction(91237, 100_000))


HEAD = "Date,Description,Amount\n"


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (HEAD + "01/02/2026,x,1.00\n", errors.BadDate, "books.csv:2: day and month .* --dates day-first"),
        (HEAD + "13/02/2026,x,1.00\n02/13/2026,x,1.00\n", errors.BadDate, "csv:2 has the day first and books.csv:3"),
        (HEAD + "2026-02-30,x,1.00\n", errors.BadDate, "books.csv:2: '2026-02-30' is no date"),
        (HEAD + ",x,1.00\n", errors.BadDate, "books.csv:2: '' is no date"),
        (HEAD + "2026-02-03,x,\"1,234\"\n", errors.BadAmount, "books.csv:2: .* --decimal point or --decimal comma"),
        (HEAD + "2026-02-03,x,1.00\n2026-02-03,x,\"1,00\"\n", errors.BadAmount, "csv:3: '1,00' has another"),
        (HEAD + "2026-02-03,x,1e5\n", errors.BadAmount, "books.csv:2: '1e5' is no amount"),
        (HEAD + "2026-02-03,x,\n", errors.BadAmount, "books.csv:2: this row has no amount"),
        (HEAD + "2026-02-03,x,0.0000001\n", errors.BadAmount, "books.csv:2: the amount is finer than TUSD with its 6"),
        (HEAD + "2026-02-03,x,-450,00\n", errors.UnknownDialect, "csv:2: this row has 4 fields and the headings 3"),
        ("Tag;Betrag\n1;2\n", errors.UnknownDialect, "no line of it has the headings"),
        ("", errors.UnknownDialect, "no line of it has the headings"),
        (HEAD.encode() + b"2026-02-03,Caf\xe9,1.00\n", errors.UnknownDialect, "books.csv:2: this is no UTF-8 text"),
        (HEAD + '2026-02-03,"x,1.00\n', errors.UnknownDialect, "this is no CSV"),
        ("Date,Amount,Amount,Description\n", errors.UnknownDialect, "two columns are called 'amount'"),
        ("Transaction ID," + HEAD + "7,2026-02-03,x,1.00\n7,2026-02-03,y,2.00\n", errors.DuplicateId,
         "books.csv:3: the id '7' is that of books.csv:2 too"),
        ("Date,Description,Credit,Debit\n2026-02-03,x,1.00,2.00\n", errors.BadAmount, "a debit and a credit"),
        ("Currency," + HEAD + "U$D,2026-02-03,x,1.00\n", errors.OtherCurrency, r"books.csv:2: 'U\$D' is no currency"),
    ],
)  # fmt: skip
def test_csv__bad_input__named_with_its_line(tmp_path, content, error, told):
    with pytest.raises(error, match=told):
        seen(tmp_path, content)


def test_csv__stated_order_and_sign__are_taken(tmp_path):
    content = HEAD + '01/02/2026,x,"1,234"\n'
    assert seen(tmp_path, content, dates="day-first", decimal="point") == [
        ("2026-02-01", 1_234 * UNIT, "TUSD", None, "", "x")
    ]
    assert seen(tmp_path, content, dates="month-first", decimal="comma", is_inverted=True) == [
        ("2026-01-02", -1_234_000, "TUSD", None, "", "x")
    ]
    with pytest.raises(errors.BadDate, match="no date with month-first"):
        seen(tmp_path, HEAD + "31/01/2026,x,1.00\n", dates="month-first")


def test_files__of_two_kinds__are_not_mixed(tmp_path):
    bill = "Bill no.,Vendor,Bill Date,Line Amount\n7,Contractor Ltd.,2026-01-31,500.50\n"
    files = [written(tmp_path, HEAD), written(tmp_path, bill, "bills.csv")]
    with pytest.raises(errors.UnknownDialect, match="bills and others an account"):
        read(files, MONEY)
    with pytest.raises(errors.UnknownDialect, match=r"books.ods: books are \.csv"):
        read([written(tmp_path, "", "books.ods")], MONEY)
    content = "Transaction ID," + HEAD + "7,2026-02-03,x,1.00\n"
    twice = [written(tmp_path, content, f"{name}.csv") for name in ("first", "again")]
    with pytest.raises(errors.DuplicateId, match=r"again\.csv:2: the id '7' is that of first\.csv:2 too"):
        read(twice, MONEY)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("when,what\n", "r.csv:1: a file of rates begins with"),
        ("date,currency,rate\n2026-01-01,EUR\n", "r.csv:2: a rate has a date"),
        ("date,currency,rate\n2026-01-01,EUR,0\n", "r.csv:2: a rate is above zero"),
        ("date,currency,rate\nJanuary,EUR,1\n", "r.csv:2: 'January' is no date"),
        ("date,currency,rate\n2026-01-01,EUR,x\n", "r.csv:2: 'x' is no amount"),
        ("date,currency,rate\n2026-01-01,EUR,1\n2026-01-01,EUR,2\n", "r.csv:3: EUR has two rates"),
    ],
)
def test_rates__bad_input__named_with_its_line(tmp_path, content, told):
    with pytest.raises(errors.BadRates, match=told):
        Rates.read(written(tmp_path, content, "r.csv"))
