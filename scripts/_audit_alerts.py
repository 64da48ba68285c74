"""`ape run audit alerts`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing
from scripts._options import emit, table
from scripts._papers import READ

if TYPE_CHECKING:
    from workpact.audit.alerts import Alert, Case, Findings, Invoice
    from workpact.audit.history import History


@click.command(cls=AuditCommand)
@auditing
@click.option("--thresholds", type=READ, help="YAML with the thresholds that are not the usual ones.")
@click.option("--books", multiple=True, type=READ, help="The user's books, as for `match`. As often as needed.")
@click.option("--sanctions", type=READ, help="Addresses with the list's date: CSV (address, date) or JSON.")
def alerts(
    found: Audited, as_json: bool, thresholds: Path | None, books: tuple[Path, ...], sanctions: Path | None
) -> None:
    """Ask what is worth a look: each alert is a question with the events to check it by, never a finding.

    Rules that have too little to ask by are named with what they need. Of a bundle, what lies beside the agreement on
    chain is not looked at.

    \b
    Example:
      ape run audit alerts desk.yaml --books bills.csv --sanctions list.csv
      ape run audit alerts desk.bundle --block-hash 0x… --json
    """
    from workpact.audit.alerts import Sanctions, Thresholds, look

    limits = Thresholds.read(thresholds) if thresholds else Thresholds()
    listed = Sanctions.read(sanctions) if sanctions else None
    history = found.history()
    case = case_of(found, history, _invoices(history, books), listed)
    said = look(case, limits)
    emit(said.to_json(), as_json, _lines(said))


def case_of(found: Audited, history: History, invoices: tuple[Invoice, ...] = (), listed: Any = None) -> Case:
    """What the rules look at: of a node also the transfers around the people."""
    from workpact.audit.alerts import Case
    from workpact.audit.alerts.around import transfers_around
    from workpact.audit.transfers import transfers_in

    reports = found.reports(history)
    if found.node is not None:
        transfers, unseen = transfers_around(found.node, history, found.born)
        return Case(history, reports, transfers, invoices, listed, unseen)
    logs = found.bundle.logs if found.bundle else ()
    return Case(history, reports, tuple(transfers_in(logs)), invoices, listed)


def _invoices(history: History, books: tuple[Path, ...]) -> tuple[Invoice, ...]:
    if not books:
        return ()
    from workpact.audit.alerts.books import invoices_of
    from workpact.audit.bookkeeping.lines import Money
    from workpact.audit.bookkeeping.reading import read
    from workpact.audit.words import Words

    money = Money.of(Words.of(history.subject))
    return invoices_of(read(books, money), money.name)


def _lines(said: Findings) -> list[str]:
    lines = [line for alert in said.alerts for line in _told(alert)]
    silent: list[list[object]] = [["no question by", "because"]]
    silent += [[each.rule, each.reason] for each in said.not_applicable]
    count = len(said.alerts)
    lines += [f"{count} question{'' if count == 1 else 's'} worth a look.", ""]
    return lines + (table(silent) if len(silent) > 1 else [])


def _told(alert: Alert) -> list[str]:
    used = ", ".join(f"{name} {value}" for name, value in alert.threshold.items())
    lines = [f"{alert.rule}: {alert.question}"]
    for each in alert.entries:
        lines.append(f"  {each.contract} {each.name}, block {each.log.block}, 0x{each.log.transaction.hex()}")
    for moved in alert.transfers:
        lines.append(f"  transfer of {moved.amount}, block {moved.log.block}, 0x{moved.log.transaction.hex()}")
    lines += [f"  line {each.id} of {each.date}" for each in alert.invoices]
    return [*lines, *([f"  by {used}"] if used else []), ""]


COMMANDS = (alerts,)
