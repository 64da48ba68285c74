"""CSV of accounts and bills as QuickBooks Online and Xero take and give them, told apart by their headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from workpact.audit.bookkeeping import text
from workpact.audit.bookkeeping.errors import BadAmount, BadRates, UnknownDialect
from workpact.audit.bookkeeping.lines import Books, Line, Money
from workpact.audit.bookkeeping.reading import currency_of

SEPARATORS = (",", ";", "\t")
PREAMBLE = 12
"""Lines above the headings, as reports have them."""
SKIPPED = ("total", "beginning balance", "opening balance", "closing balance", "balance forward")
"""What begins a row without a date that is no line."""


@dataclass(frozen=True)
class Layout:
    """One form: the headings, in small letters and without asterisks, of what is read. Empty: it has none."""

    name: str
    date: str
    amount: str = ""
    plus: str = ""
    minus: str = ""
    quantity: str = ""
    counterparty: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    memo: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """What else tells it from the others."""
    is_bills: bool = False

    @property
    def required(self) -> set[str]:
        """Without which it is another form."""
        return {each for each in (self.date, self.amount, self.plus, self.minus, self.quantity, *self.needs) if each}


CURRENCIES = ("currency", "currency code")
RATES = ("exchange rate", "currency rate", "rate")
IDS = ("transaction id", "fitid", "unique id", "statement line id")

LAYOUTS = (
    Layout("Xero bills or invoices", "invoicedate", "unitamount", quantity="quantity", counterparty=("contactname",),
           reference=("reference",), memo=("invoicenumber", "description"), needs=("contactname", "invoicenumber"),
           is_bills=True),
    Layout("QuickBooks bills", "bill date", "line amount", counterparty=("vendor", "supplier"),
           memo=("bill no", "bill no.", "memo", "line description"), is_bills=True),
    Layout("QuickBooks invoices", "invoicedate", "itemamount", counterparty=("customer",),
           memo=("invoiceno", "memo", "itemdescription"), needs=("invoiceno",), is_bills=True),
    Layout("Xero account transactions", "date", plus="debit", minus="credit", counterparty=("contact",),
           reference=("reference",), memo=("description",), id=IDS, needs=("source",)),
    Layout("QuickBooks account report", "date", "amount", counterparty=("name",), reference=("num",),
           memo=("memo/description", "memo"), id=IDS, needs=("transaction type", "name")),
    Layout("Xero bank statement", "date", "amount", counterparty=("payee",), reference=("reference",),
           memo=("description",), id=IDS, needs=("payee",)),
    Layout("Xero bank statement", "date", "amount", reference=("reference",), memo=("description",), id=IDS,
           needs=("reference",)),
    Layout("QuickBooks bank, 4 columns", "date", plus="credit", minus="debit", reference=("reference",),
           memo=("description",), id=IDS),
    Layout("QuickBooks bank, 3 columns", "date", "amount", memo=("description",), id=IDS, needs=("description",)),
)  # fmt: skip
"""The first that fits is taken."""


@dataclass(frozen=True)
class _Row:
    cells: dict[str, str]
    place: str

    def first(self, *names: str) -> str:
        """The first of these fields that is not empty."""
        return next((self.cells[each].strip() for each in names if self.cells.get(each, "").strip()), "")

    def all(self, *names: str) -> str:
        """All of these fields."""
        return " ".join(self.cells[each].strip() for each in names if self.cells.get(each, "").strip())


def read(file: Path, money: Money, dates: str | None = None, decimal: str | None = None) -> Books:
    """The lines of a file; what its dates and decimal signs leave open is as stated, or refused. Raises `BadBooks`."""
    layout, rows = _rows(file)
    days = text.dates([(row.cells[layout.date], row.place) for row in rows], dates)
    sums = _sums(layout, rows, decimal)
    lines = [_line(layout, row, day, value, money) for row, day, value in zip(rows, days, sums, strict=True)]
    return Books.of([each for each in lines if each is not None], layout.is_bills)


def _rows(file: Path) -> tuple[Layout, list[_Row]]:
    content = text.decoded(file)
    for separator in SEPARATORS:
        try:
            table = list(_numbered(content, separator))
        except csv.Error as error:
            raise UnknownDialect(f"{file.name}: this is no CSV: {error}.") from None
        for at, (_, cells) in enumerate(table[:PREAMBLE]):
            names = [" ".join(each.replace("*", "").lower().split()) for each in cells]
            layout = next((each for each in LAYOUTS if each.required <= set(names)), None)
            if layout is not None:
                return layout, _body(file, layout, names, table[at + 1 :])
    raise UnknownDialect(
        f"{file.name}: no line of it has the headings of a form of QuickBooks or Xero, like Date,Description,Amount or "
        "Date,Amount,Payee,Description,Reference: save it as one of these, with commas, semicolons or tabs."
    )


def _numbered(content: str, separator: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    found, number = [], 1
    for cells in reader:
        found.append((number, cells))
        number = reader.line_num + 1
    return found


def _body(file: Path, layout: Layout, names: Sequence[str], table: Sequence[tuple[int, list[str]]]) -> list[_Row]:
    doubled = next((each for each in names if each and names.count(each) > 1), None)
    if doubled is not None:
        raise UnknownDialect(f"{file.name}: two columns are called {doubled!r}: keep one.")
    found = []
    for number, cells in table:
        place = f"{file.name}:{number}"
        if not any(each.strip() for each in cells):
            continue
        if len(cells) > len(names) and any(each.strip() for each in cells[len(names) :]):
            raise UnknownDialect(
                f"{place}: this row has {len(cells)} fields and the headings {len(names)}: put amounts with a decimal "
                "comma in quotes."
            )
        row = _Row(dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False)), place)
        first = next(each.strip().lower() for each in cells if each.strip())
        if not row.cells[layout.date].strip() and first.startswith(SKIPPED):
            continue
        found.append(row)
    return found


def _sums(layout: Layout, rows: Sequence[_Row], decimal: str | None) -> list[Fraction]:
    names = [each for each in (layout.amount, layout.plus, layout.minus, layout.quantity) if each]
    told = [(row.cells[name], row.place) for row in rows for name in names if row.cells[name].strip()]
    values = iter(text.amounts(told, decimal))
    found = []
    for row in rows:
        value = {name: next(values) for name in names if row.cells[name].strip()}
        if layout.amount not in value and not (layout.plus in value or layout.minus in value):
            raise BadAmount(f"{row.place}: this row has no amount: write one, or take it out.")
        if layout.plus in value and layout.minus in value and value[layout.plus] and value[layout.minus]:
            raise BadAmount(f"{row.place}: this row has a debit and a credit: write one of them.")
        if layout.amount:
            found.append(value[layout.amount] * value.get(layout.quantity, Fraction(1)))
        else:
            found.append(value.get(layout.plus, Fraction(0)) - abs(value.get(layout.minus, Fraction(0))))
    return found


def _line(layout: Layout, row: _Row, day: date, value: Fraction, money: Money) -> Line | None:
    """None for an amount of nothing, which moves none."""
    currency = currency_of(row.first(*CURRENCIES), money, row.place)
    if value == 0:
        return None
    rate = None
    if currency != money.name and row.first(*RATES):
        (rate,) = text.amounts([(row.first(*RATES), row.place)], None)
        if rate <= 0:
            raise BadRates(f"{row.place}: a rate is above zero.")
    return Line(
        day,
        text.units(value, money.digits(currency), currency, row.place),
        currency,
        row.place,
        row.first(*layout.counterparty) if layout.counterparty else None,
        row.first(*layout.reference),
        row.all(*layout.memo),
        row.first(*layout.id),
        rate,
    )
