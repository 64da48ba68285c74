"""Statements and journals: what is read of them, and bad input named with its place (SPEC.md 13.8)."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from tests.audit.books.checks import seen, written
from tests.audit.books.story import UNIT
from workpact.audit.bookkeeping import errors
from workpact.audit.bookkeeping.lines import Money
from workpact.audit.bookkeeping.reading import read

OWN = Path(__file__).parent / "books"


def test_camt__a_banks_statement_of_version_02():
    (statement, pending) = ("statement.02.xml", "statement 1, entry 3")
    books = read([OWN / statement], Money("EUR", 6))
    assert pending not in {each.source for each in books.lines}
    assert [
        (each.date, each.amount, each.counterparty, each.reference, each.memo, each.id) for each in books.lines
    ] == [
        (date(2026, 1, 15), 3_000 * UNIT, "Client Ltd.", "B-1 E2E-1", "deposit", "S-1/1"),
        (date(2026, 1, 31), -450_250_000, "Contractor Ltd.", "milestone-plan", "invoice 7 thank you", "S-1/2"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<CdtDbtInd>DBIT</CdtDbtInd>\n        <Sts>", "<CdtDbtInd>OUT</CdtDbtInd>\n        <Sts>", "CdtDbtInd is not"),
        ("camt.053.001.02", "camt.053.001.03", "take a statement of camt.053.001.02 or camt.053.001.08"),
        ("450.25", "450.26", "statement 1 goes from 0 to"),
        ("<NtryRef>2<", "<NtryRef>1<", "the id 'S-1/1' is that of"),
        ("<Document", "<Dokument", "is not valid|no XML"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
         "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", "no XML that is read"),
    ],
)  # fmt: skip
def test_camt__bad_input__named_with_its_place(tmp_path, old, new, told):
    content = (OWN / "statement.02.xml").read_text()
    assert old in content
    with pytest.raises(errors.BadBooks, match=told):
        read([written(tmp_path, content.replace(old, new), "statement.xml")], Money("EUR", 6))


# Journals

BEAN = """2026-01-01 open Assets:Escrow TUSD,EUR
2026-01-01 open Assets:Bank TUSD,EUR
2026-01-01 open Expenses:Work

2026-01-15 * "Client Ltd." "deposit" ^D-1
  Assets:Escrow   3000 TUSD
  Assets:Bank

2026-01-31 * "Contractor Ltd." "milestone plan"
  tx: "0x12"
  Assets:Escrow   -450.00 TUSD
  Expenses:Work    450.00 TUSD
"""
JOURNAL = """; a comment
decimal-mark .
account Assets:Escrow
commodity TUSD 1,000.00

2026-01-15 * (D-1) Client Ltd. | deposit
    Assets:Escrow   TUSD 3,000.00  ; money in
    Assets:Bank

2026-01-31 Contractor Ltd. | milestone plan  ; tx:0x12
    Assets:Escrow:Held   -450.00 TUSD = 2550.00 TUSD
    Expenses:Work
"""


@pytest.mark.parametrize(("content", "name"), [(BEAN, "b.beancount"), (JOURNAL, "b.journal")])
def test_journal__postings_on_the_account_and_below__are_lines(tmp_path, content, name):
    assert seen(tmp_path, content, name, account="Assets:Escrow") == [
        ("2026-01-15", 3_000 * UNIT, "TUSD", "Client Ltd.", "D-1", "deposit"),
        ("2026-01-31", -450 * UNIT, "TUSD", "Contractor Ltd.", "0x12", "milestone plan"),
    ]


@pytest.mark.parametrize(
    ("content", "name", "account", "error", "told"),
    [
        (BEAN, "b.beancount", None, errors.AccountNotNamed, "Assets:Bank, Assets:Escrow, Expenses:Work"),
        (BEAN, "b.beancount", "Assets:Esc", errors.AccountNotNamed, "it has no account Assets:Esc"),
        (BEAN.replace("450.00 TUSD\n", "45.00 TUSD\n", 1), "b.beancount", "Assets:Escrow", errors.BadJournal,
         "b.beancount:9: Transaction does not balance"),
        ('plugin "os"\n' + BEAN, "b.beancount", "Assets:Escrow", errors.BadJournal, "runs plugins, which are programs"),
        ('option "insert_pythonpath" "True"\n' + BEAN, "b.beancount", "Assets:Escrow", errors.BadJournal, "plugins"),
        (JOURNAL, "b.journal", None, errors.AccountNotNamed, "Assets:Bank, Assets:Escrow, Assets:Escrow:Held"),
        (JOURNAL + "    Assets:Bank\n", "b.journal", "Assets:Escrow", errors.BadJournal, "b.journal:10: two postings"),
        ("include other.journal\n", "b.journal", "x", errors.BadJournal, "b.journal:1: 'include' is not read"),
        ("~ monthly\n", "b.journal", "x", errors.BadJournal, "b.journal:1: '~' is not read"),
        ("2026-01-01 x\n    a  1 TUSD\n    b  -2 TUSD\n", "b.journal", "a", errors.BadJournal,
         "b.journal:1: this transaction does not balance: TUSD is left over"),
        ("2026-01-01 x\n    a\n    b\n", "b.journal", "a", errors.BadJournal, "b.journal:1: two postings"),
        ("2026-01-01 x\n    a  1 TUSD @ 2 EUR\n    b\n", "b.journal", "a", errors.BadJournal, "b.journal:2: costs and"),
        ("2026-01-01 x\n    (a)  1 TUSD\n", "b.journal", "a", errors.BadJournal, "b.journal:2: only plain postings"),
        ("2026-01-01 x\n    a  one TUSD\n    b\n", "b.journal", "a", errors.BadJournal, "b.journal:2: 'one TUSD'"),
        ("2026-02-30 x\n    a  1 TUSD\n    b\n", "b.journal", "a", errors.BadDate, "b.journal:1: '2026-02-30'"),
        ("\n    a  1 TUSD\n", "b.journal", "a", errors.BadJournal, "b.journal:2: this stands below no transaction"),
    ],
)  # fmt: skip
def test_journal__bad_input__named_with_its_line(tmp_path, content, name, account, error, told):
    with pytest.raises(error, match=told):
        seen(tmp_path, content, name, account=account)


def test_beancount__not_installed__says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "beancount", None)
    with pytest.raises(errors.BeancountMissing, match="pip install beancount"):
        seen(tmp_path, BEAN, "b.beancount", account="Assets:Escrow")


@pytest.mark.threat("T76")
def test_beancount__plugin_of_an_included_file__refused(tmp_path):
    written(tmp_path, 'plugin "os"\n', "more.beancount")
    with pytest.raises(errors.BadJournal, match=r"more\.beancount: it runs plugins"):
        seen(tmp_path, 'include "more.beancount"\n' + BEAN, "b.beancount", account="Assets:Escrow")
