"""Any file of books as lines: which reader it needs, and what a user may state that the file does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workpact.audit.bookkeeping.errors import OtherCurrency, UnknownDialect
from workpact.audit.bookkeeping.lines import Books, Line, Money

JOURNALS = (".journal", ".hledger", ".ledger", ".j")


@dataclass(frozen=True)
class Stated:
    """What the user says of a file that it does not say itself; None where it is found out or refused."""

    dates: str | None = None
    """`text.DAY_FIRST` or `text.MONTH_FIRST`."""
    decimal: str | None = None
    """`text.POINT` or `text.COMMA`."""
    account: str | None = None
    """The account of a journal that is the agreement's."""
    is_inverted: bool = False
    """Whether what goes out is positive."""


def read(files: Sequence[Path], money: Money, stated: Stated | None = None) -> Books:
    """The lines of all files together, which are all of accounts or all of bills; the ending names the form.

    `.csv`, `.tsv`, `.txt`: QuickBooks or Xero, told by the headings; `.xml`: camt.053; `.beancount`; `.journal`.
    Raises `BadBooks`.
    """
    said = stated or Stated()
    found = [_one(file, money, said) for file in files]
    if len({each.is_bills for each in found}) > 1:
        raise UnknownDialect("Some of these files list bills and others an account: match them one after the other.")
    lines: list[Line] = [line for each in found for line in each.lines]
    if said.is_inverted:
        lines = [replace(line, amount=-line.amount) for line in lines]
    return Books.of(lines, any(each.is_bills for each in found))


def _one(file: Path, money: Money, stated: Stated) -> Books:
    from workpact.audit.bookkeeping import beancount_books, camt_books, csv_books, hledger_books

    ending = file.suffix.lower()
    if ending in (".csv", ".tsv", ".txt"):
        return csv_books.read(file, money, stated.dates, stated.decimal)
    if ending == ".xml":
        return camt_books.read(file, money)
    if ending in (".beancount", ".bean"):
        return beancount_books.read(file, money, stated.account)
    if ending in JOURNALS:
        return hledger_books.read(file, money, stated.account)
    raise UnknownDialect(
        f"{file.name}: books are .csv (QuickBooks, Xero), .xml (camt.053), .beancount or .journal (hledger)."
    )


def currency_of(name: str, money: Money, source: str) -> str:
    """A currency as a line names it; empty is the token. `OtherCurrency` if it is no currency's name."""
    said = name.strip()
    if said and not said.replace(".", "").isalnum():
        raise OtherCurrency(f"{source}: {said!r} is no currency: write its letters, like {money.name}.")
    return said or money.name
