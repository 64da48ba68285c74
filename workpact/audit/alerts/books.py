"""Lines of the user's books as alerts look at them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from workpact.audit.alerts.finding import Invoice
from workpact.audit.bookkeeping.lines import Line

_HASH = re.compile(r"0x[0-9a-fA-F]{64}")


def invoices_of(lines: Iterable[Line], currency: str) -> tuple[Invoice, ...]:
    """Those in the agreement's token. A line's document is the hash that its reference or memo names."""
    return tuple(_invoice(line) for line in lines if line.currency == currency)


def _invoice(line: Line) -> Invoice:
    document = _HASH.search(f"{line.reference} {line.memo}")
    return Invoice(
        line.date.isoformat(),
        line.id or line.source,
        line.amount,
        line.counterparty or line.memo,
        line.reference,
        document[0] if document else "",
    )
