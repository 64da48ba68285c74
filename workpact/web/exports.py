"""What a record is carried away as: a bundle that proves itself, its timeline and its payments as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from workpact.audit.bookkeeping.accounts import Account
from workpact.audit.bookkeeping.exporting import Format
from workpact.audit.bookkeeping.exporting import export as books
from workpact.audit.bookkeeping.lines import Money
from workpact.audit.bundle import export
from workpact.audit.node import Node
from workpact.web.evidence_facts import Moment
from workpact.web.snapshot import Snapshot

HEADING = (
    "time",
    "block",
    "position",
    "transaction",
    "contract",
    "address",
    "event",
    "what",
    "actor",
    "role",
    "sender",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for the beginning of a formula, or for what goes before one."""


def bundle(node: Node, snapshot: Snapshot) -> bytes:
    """A bundle with the reports that are known, without receipts and agreement files (SPEC.md 13.3)."""
    return export(node, snapshot.history, reports=snapshot.reports or None)


def timeline_csv(moments: Iterable[Moment]) -> bytes:
    """Events, one a line; texts that a spreadsheet would run are quoted by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADING)
    writer.writerows([cell(each) for each in _row(moment)] for moment in moments)
    return out.getvalue().encode()


def payments_csv(snapshot: Snapshot) -> bytes:
    """Payments in and out of the agreement as Xero reads them; `CurrencyUnknown` without an agreement's file."""
    return books(snapshot.history, Format.XERO, Account.ESCROW, Money.of(snapshot.words)).encode()


def file_name(snapshot: Snapshot, ending: str) -> str:
    """Of hex digits and a block alone, whatever people called the agreement."""
    return f"workpact-{snapshot.origin.hex()[:8]}-{snapshot.head.number}.{ending}"


def cell(text: str) -> str:
    """A cell of CSV that is text for every spreadsheet."""
    return "'" + text if text.startswith(FORMULA) else text


def _row(moment: Moment) -> tuple[str, ...]:
    entry, log = moment.entry, moment.entry.log
    when = datetime.fromtimestamp(log.timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = (when, str(log.block), str(log.position), "0x" + log.transaction.hex())
    return (*place, entry.contract, log.address, entry.name, moment.what, moment.actor, moment.role or "", log.sender)
