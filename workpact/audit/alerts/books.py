"""Lines of the user's books as alerts look at them."""

from __future__ import annotations

import re

from workpact.audit.alerts.finding import Invoice
from workpact.audit.bookkeeping.lines import Books, Line

_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_NUMBER = re.compile(r"\D*\d\S*")


def invoices_of(books: Books, currency: str) -> tuple[Invoice, ...]:
    """The lines in the agreement's token. A document is the hash that reference or memo name; the number of a bill
    without a reference is what its memo begins with, as forms of bills put it there."""
    return tuple(_invoice(line, books.is_bills) for line in books.lines if line.currency == currency)


def _invoice(line: Line, is_bill: bool) -> Invoice:
    document = _HASH.search(f"{line.reference} {line.memo}")
    number = _NUMBER.match(line.memo) if is_bill and not line.reference else None
    return Invoice(
        line.date.isoformat(),
        line.id or line.source,
        line.amount,
        line.counterparty or line.memo,
        number[0] if number else line.reference,
        document[0] if document else "",
    )
