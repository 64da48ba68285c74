"""CSV of one account as QuickBooks Online and Xero import bank transactions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from workpact.audit.bookkeeping.exporting import Export, one_line


def quickbooks(made: Export) -> str:
    """QuickBooks Online's three columns, the month first."""
    rows = (
        [
            f"{row.due.day:%m/%d/%Y}",
            f"{_safe(row.counterparty)}: {row.words} {row.transaction}",
            made.money.text(row.amount),
        ]
        for row in made.rows
    )
    return _table(["Date", "Description", "Amount"], rows)


def xero(made: Export) -> str:
    """Xero's bank statement, dates like 2026-12-31."""
    heading = ["*Date", "*Amount", "Payee", "Description", "Reference", "Check Number"]
    rows = (
        [
            row.due.day.isoformat(),
            made.money.text(row.amount),
            _safe(row.counterparty),
            row.words,
            row.transaction,
            "",
        ]
        for row in made.rows
    )
    return _table(heading, rows)


def _safe(name: str) -> str:
    """What a spreadsheet would take for a formula is text."""
    found = one_line(name)
    return f"'{found}" if found.startswith(("=", "+", "-", "@")) else found


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return out.getvalue()
