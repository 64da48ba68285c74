"""`ape run audit report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing
from scripts._options import emit
from scripts._papers import WRITE


@click.command(cls=AuditCommand)
@auditing
@click.option(
    "--output", type=WRITE, required=True, help="The file: .html is one page, .pdf the same on paper, .json the facts."
)
def report(found: Audited, as_json: bool, output: Path) -> None:
    """Write the report of an agreement at a block: money, milestones, service credits, workers, checks, timeline.

    From a node or, offline, from a bundle. The same bytes for the same block from any node.

    \b
    Example:
      ape run audit report desk.yaml --output desk.html
      ape run audit report desk.bundle --block-hash 0x… --output desk.pdf
    """
    from workpact.audit.report.facts import facts
    from workpact.audit.report.output import require_form, write

    require_form(output)
    history = found.history()
    value = facts(history, found.reports(history))
    write(value, output)
    emit(_told(value, output), as_json, _lines(value, output))


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
