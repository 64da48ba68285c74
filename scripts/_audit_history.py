"""`ape run audit history`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing
from scripts._options import emit, table

if TYPE_CHECKING:
    from workpact.audit.entries import Entry
    from workpact.audit.history import History

SHOWN = 8
"""Hex digits of an id or a hash on the terminal."""


@click.command(cls=AuditCommand)
@auditing
def history(found: Audited, as_json: bool) -> None:
    """Show every event of an agreement, of all contracts, in order, proved complete against the chain.

    --json has all arguments, and the same bytes for the same block from any node.
    """
    made = found.history()
    emit(made.to_json(), as_json, _lines(made))


def _lines(made: History) -> list[str]:
    rows: list[list[object]] = [["when (UTC)", "block", "contract", "event", "by", "what"]]
    roles = made.subject.roles()
    for entry in made.entries:
        moment = datetime.fromtimestamp(entry.log.timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S")
        by = roles.get(entry.actor, _short(entry.actor))
        rows.append([moment, entry.log.block, entry.contract, entry.name, by, _what(entry, roles)])
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


def _what(entry: Entry, roles: dict[str, str]) -> str:
    hidden = {"origin", "book", "agreement", "by"}
    return " ".join(f"{name}={_value(each, roles)}" for name, each in entry.arguments.items() if name not in hidden)


def _value(value: Any, roles: dict[str, str]) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()[:SHOWN]}…" if any(value) else "0"
    if isinstance(value, str):
        return roles.get(value, _short(value))
    if isinstance(value, (list, tuple)):
        return f"[{len(value)}]"
    return f"{{{len(value)}}}" if isinstance(value, dict) else str(value)


def _short(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}"


COMMANDS = (history,)
