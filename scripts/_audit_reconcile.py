"""`ape run audit reconcile`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing, logs_of
from scripts._options import ConnectedCommand, emit, table
from scripts._papers import agreement_address

if TYPE_CHECKING:
    from workpact.audit.reconciliation import Line, Reconciliation

SHOWN = 8
"""Hex digits of an id or an address on the terminal."""
HEADING = ["of", "by events", "by contract", "by transfers", "same"]


class ReconcileCommand(AuditCommand):
    """On an agreement, or with --all on the whole deployment of --network."""

    def invoke(self, context: click.Context) -> Any:
        named = context.params["agreement"]
        if context.params["everything"] != (named is None):
            raise click.UsageError("Name the agreement, its file, id or bundle; or --all for all of the deployment.")
        return super().invoke(context) if named else ConnectedCommand.invoke(self, context)


@auditing
def _one(found: Audited, as_json: bool) -> None:
    """Of one agreement."""
    from workpact.audit.reconciliation import reconcile as reconciled
    from workpact.audit.transfers import transfers_beside, transfers_in

    history = found.history()
    with _shown() as progress:
        if found.node is not None:
            made = reconciled(history, transfers_beside(found.node, history.entries), found.node, progress)
        else:
            logs = found.bundle.logs if found.bundle else ()
            made = reconciled(history, transfers_in(logs) if logs else None, None, progress)
    _tell(made, as_json, _accounts(made.lines))


def _all(block: str, database: str | None, as_json: bool) -> None:
    """Of the deployment that is recorded for the chain."""
    from workpact.audit.history import head
    from workpact.audit.node import Node
    from workpact.audit.reconciliation import Whole, contracts_of, reconcile_all
    from workpact.chain import deployments

    node = Node.connected()
    recorded, agreement = deployments.read(node.chain_id), agreement_address(node.chain_id)
    payroll, equity = (recorded[name].address if name in recorded else None for name in ("Payroll", "WorkerEquity"))
    named = contracts_of(agreement, payroll, [equity] if equity else [])
    at = head(node, int(block) if block.isdecimal() else block)
    logs = logs_of(node, database, min(deployments.born(node.chain_id, each) for each in named), at.number)
    with _shown() as progress:
        made = reconcile_all(Whole.read(node, logs, named, at.number), at, node, progress)
    _tell(made, as_json, _sums(made.lines))


@click.command(cls=ReconcileCommand)
@click.argument("agreement", required=False)
@click.option("--all", "everything", is_flag=True, help="All agreements, payrolls and pools, and the balances.")
def reconcile(
    agreement: str | None, everything: bool, block: str, database: str | None, as_json: bool, **named: Any
) -> None:
    """Compare every sum of money that events tell with what contracts answer and tokens moved, at every block.

    Where they part it says so with the first block, and ends with 1. Of a bundle with receipts it does so offline,
    without what contracts answer.

    \b
    Example:
      ape run audit reconcile desk.yaml --network ethereum:mainnet:https://rpc.example
      ape run audit reconcile --all --block finalized
    """
    if everything:
        _all(block, database, as_json)
    else:
        _one(agreement=agreement, block=block, database=database, as_json=as_json, **named)


reconcile.params += [each for each in click.command()(_one).params if each.name != "agreement"]


@contextmanager
def _shown() -> Iterator[Callable[[int, int], None]]:
    """How far it is, on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("blocks compared"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _tell(made: Reconciliation, as_json: bool, rows: list[list[object]]) -> None:
    emit(made.to_json(), as_json, [*table(rows), "", *_words(made)])
    if not made.is_reconciled:
        raise SystemExit(1)


def _accounts(lines: Iterable[Line]) -> list[list[object]]:
    """One row an account, in the token's smallest unit."""
    rows: list[list[object]] = [["account", *HEADING]]
    for line in lines:
        account = line.account
        rows.append([f"{account.contract} {account.name}", " ".join(map(_short, account.key)), *_amounts([line])])
    return rows


def _sums(lines: Iterable[Line]) -> list[list[object]]:
    """One row for all accounts of a kind in one token."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        account = line.account
        groups.setdefault((f"{account.contract} {account.name}", account.token), []).append(line)
    rows: list[list[object]] = [["accounts", "number", *HEADING]]
    for (name, token), found in groups.items():
        rows.append([name, len(found), _short(token), *_amounts(found)])
    return rows


def _amounts(lines: list[Line]) -> list[object]:
    by_contract = [line.by_contract for line in lines if line.by_contract is not None]
    by_transfers = [line.by_transfers for line in lines if line.by_transfers is not None]
    return [
        sum(line.by_events for line in lines),
        sum(by_contract) if by_contract else "-",
        sum(by_transfers) if by_transfers else "-",
        "yes" if all(line.is_same for line in lines) else "NO",
    ]


def _words(made: Reconciliation) -> list[str]:
    held = sum(each.holds for each in made.equations)
    found = [
        f"funded = paid + refunded + fees + held + holdback in {held} of {len(made.equations)} agreements.",
        f"Compared until block {made.head.number}, 0x{made.head.hash.hex()}, at {made.blocks} blocks with events or "
        "transfers.",
        f"Coverage {made.coverage}.",
        *(f"Not compared: {each}" for each in made.left_out),
    ]
    for each in made.donations:
        transfer = each.transfer
        found.append(
            f"Sent to {each.contract} outside every agreement, in block {transfer.log.block}: {transfer.amount} of "
            f"{transfer.token} from {transfer.sender}"
        )
    if made.is_reconciled:
        return [*found, "Reconciled: nothing differs."]
    first = made.differences[0]
    number = f"{len(made.differences)} differences" if len(made.differences) > 1 else "1 difference"
    return [
        *found,
        f"{number}, the first after block {first.block}:",
        *(f"  {each}" for each in made.differences),
    ]


def _short(text: str) -> str:
    return f"{text[: 2 + SHOWN]}…" if text.startswith("0x") else text


COMMANDS = (reconcile,)
