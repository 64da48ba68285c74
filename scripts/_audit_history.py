"""`ape run audit history`."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing
from scripts._options import emit, table
from scripts._papers import WRITE

if TYPE_CHECKING:
    from workpact.audit.history import History

SHOWN = 8
"""Hex digits of a history word on the terminal."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet calculate with a cell."""


@click.command(cls=AuditCommand)
@auditing
@click.option("--csv", "sheet", type=WRITE, help="Write the events to this file too, one a line, for a spreadsheet.")
def history(found: Audited, as_json: bool, sheet: Path | None) -> None:
    """Show every event of an agreement, of all contracts, in order, proved complete against the chain.

    --json has all arguments, and the same bytes for the same block from any node.

    \b
    Example:
      ape run audit history desk.yaml --csv desk.csv
    """
    from workpact.private_file import write_plain

    made = found.history()
    if sheet is not None:
        write_plain(sheet, [_csv(made).encode()])
    emit(made.to_json(), as_json, _lines(made))


def _told(made: History) -> list[dict[str, Any]]:
    """Each event, with who and what in words."""
    from workpact.audit.telling import Telling

    telling, roles = Telling.of(made.subject), made.subject.roles()
    return [
        each.to_json()
        | {"role": roles.get(each.actor, ""), "what": telling.told(each.contract, each.name, each.arguments)}
        for each in made.entries
    ]


def _lines(made: History) -> list[str]:
    rows: list[list[object]] = [["when (UTC)", "block", "contract", "event", "by", "what"]]
    for each in _told(made):
        by = each["role"] or _short(each["actor"])
        moment = f"{_moment(each):%Y-%m-%d %H:%M:%S}"
        rows.append([moment, each["block"] or "-", each["contract"], each["name"], by, each["what"]])
    head = made.head
    words = [f"{each.book.contract} 0x{each.word.hex()[:SHOWN]}… ({len(each.entries)})" for each in made.books]
    count = len(made.entries)
    return [
        *table(rows),
        "",
        f"{count} events, complete and in order: they make the words that the contracts hold at block {head.number}, "
        f"0x{head.hash.hex()}.",
        "History words (events): " + ", ".join(words),
    ]


def _csv(made: History) -> str:
    """The events as a table; no cell of it is a formula."""
    names = ("block", "position", "transaction", "contract", "address", "name", "actor", "role", "sender", "what")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time (UTC)", "timestamp", *names, "arguments"])
    for each in _told(made):
        cells = [str(each[name]) for name in names]
        arguments = json.dumps(each["arguments"], separators=(",", ":"))
        writer.writerow([_moment(each).isoformat(), each["timestamp"], *map(_cell, cells), arguments])
    return text.getvalue()


def _cell(text: str) -> str:
    return "'" + text if text.startswith(FORMULA) else text


def _moment(each: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(each["timestamp"], UTC)


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}" if address else "not proved"


COMMANDS = (history,)
