"""`ape run audit`: what an outsider needs to check an agreement."""

from __future__ import annotations

import click

from scripts import (
    _audit_alerts,
    _audit_books,
    _audit_bundle,
    _audit_history,
    _audit_index,
    _audit_reconcile,
    _audit_report,
)


@click.group()
def cli() -> None:
    """Audit: the verified history, a bundle that proves it offline, books, alerts, the report.

    AGREEMENT is the agreement file, or the id (0x…) of an agreement whose terms are published. Nothing is ever sent.

    \b
    Example:
      ape run audit history desk.yaml
      ape run audit export desk.yaml --output desk.bundle
      ape run audit verify desk.bundle --block-hash 0x…
    """


for _module in (
    _audit_history,
    _audit_index,
    _audit_bundle,
    _audit_reconcile,
    _audit_report,
    _audit_books,
    _audit_alerts,
):
    for _command in _module.COMMANDS:
        cli.add_command(_command)
