"""`ape run audit report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing
from scripts._options import emit
from scripts._papers import READ, WRITE

if TYPE_CHECKING:
    from workpact.audit.history import History
    from workpact.audit.transfers import Transfer


@click.command(cls=AuditCommand)
@auditing
@click.option(
    "--output", type=WRITE, required=True, help="The file: .html is one page, .pdf the same on paper, .json the facts."
)
@click.option("--match", "matched", type=READ, help="What `audit match … --json` said of the user's books.")
def report(found: Audited, as_json: bool, output: Path, matched: Path | None) -> None:
    """Write the report of an agreement at a block: money, milestones, service credits, workers, checks, timeline.

    From a node or, offline, from a bundle. The same bytes for the same block from any node. Service credits are worked
    out from the reports, events are compared with contracts and transfers, and the rules for alerts are asked.

    \b
    Example:
      ape run audit report desk.yaml --output desk.html
      ape run audit match desk.yaml books.csv --json > match.json
      ape run audit report desk.yaml --match match.json --output desk.html
      ape run audit report desk.bundle --block-hash 0x… --output desk.pdf
    """
    from workpact.audit.report.output import require_form, write

    require_form(output)
    value = _facts(found, matched)
    write(value, output)
    emit(_told(value, output), as_json, _lines(value, output))


def _facts(found: Audited, matched: Path | None) -> dict[str, Any]:
    from scripts._audit_alerts import case_of
    from workpact.audit.alerts import look
    from workpact.audit.reconciliation import reconcile
    from workpact.audit.report.facts import facts
    from workpact.audit.report.given import comparison

    history = found.history()
    books = comparison(matched, history) if matched else None
    compared = reconcile(history, _transfers(found, history), found.node).to_json()
    alerts = look(case_of(found, history)).to_json()
    statement = found.bundle and found.bundle.statement.to_json()
    return facts(history, found.reports(history), compared, books, alerts, statement)


def _transfers(found: Audited, history: History) -> list[Transfer] | None:
    """The transfers in the record's transactions; None where a bundle has no receipts."""
    from workpact.audit.transfers import transfers_beside, transfers_in

    if found.bundle is not None:
        return transfers_in(found.bundle.logs) if found.bundle.statement.facts["receipts"] else None
    assert found.node is not None
    return transfers_beside(found.node, history.entries)


def _told(value: dict[str, Any], output: Path) -> dict[str, Any]:
    checks = {each.name: each.is_good for each in _checks(value)}
    return {"file": str(output), "block": value["block"], "events": value["proof"]["events"], "checks": checks}


def _lines(value: dict[str, Any], output: Path) -> list[str]:
    marks = {True: "yes", False: "NO", None: "open"}
    lines = [f"{marks[each.is_good].ljust(4)} {each.name}: {each.words}" for each in _checks(value)]
    block = value["block"]
    return [*lines, f"Written to {output}, as of block {block['number']}, {block['hash']}."]


def _checks(value: dict[str, Any]) -> list[Any]:
    from workpact.audit.report.checks import checks

    return checks(value)


COMMANDS = (report,)
