"""`ape run audit index`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import block_option
from scripts._options import ConnectedCommand, emit, json_option, table

if TYPE_CHECKING:
    from workpact.audit.index import Cursor, Index


@click.command(cls=ConnectedCommand)
@click.option(
    "--database",
    metavar="URL",
    help="Where it is kept: sqlite:///FILE or postgresql://USER@HOST/NAME; else a file of your own for each chain.",
)
@block_option
@click.option(
    "--finality",
    type=click.IntRange(0),
    metavar="BLOCKS",
    help="After how many blocks one is final, if the node does not say.",
)
@json_option
def index(database: str | None, block: str, finality: int | None, as_json: bool) -> None:
    """Bring a database to BLOCK: all events of the contracts recorded for the chain, and transfers of their tokens.

    It goes on where it ended, also where it was interrupted; what is not on the chain any more leaves. The same blocks
    give the same rows, from whatever node.

    \b
    Example:
      ape run audit index --network ethereum:mainnet:node
      ape run audit index --database postgresql://workpact@localhost/audit --block finalized
    """
    from workpact.audit.index import Deployed, Index, sync
    from workpact.audit.node import Node

    node = Node.connected()
    made = Index.open(Deployed.of(node), database)
    try:
        with _shown(made.deployed.start) as progress:
            cursor = sync(made, node, int(block) if block.isdecimal() else block, finality, progress)
        value = _value(made, cursor)
    finally:
        made.database.close()
    emit(value, as_json, _lines(value, made.database.name))


@contextmanager
def _shown(start: int) -> Iterator[Callable[[Any, Any], None]]:
    """How far it is, on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("blocks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda cursor, to: bar.update(task, completed=cursor.number - start + 1, total=to.number - start + 1)


def _value(made: Index, cursor: Cursor) -> dict[str, Any]:
    counts = made.counts()
    return {
        "chain": made.deployed.chain_id,
        "block": _block(cursor.number, cursor.hash),
        "finalized": _block(cursor.finalized, cursor.finalized_hash),
        "agreements": counts.agreements,
        "events": dict(counts.events),
        "tokens": counts.tokens,
        "transfers": counts.transfers,
        "blocks": counts.blocks,
        "finalizedRows": counts.finalized,
    }


def _block(number: int | None, block_hash: bytes | None) -> dict[str, Any] | None:
    return None if number is None or block_hash is None else {"number": number, "hash": "0x" + block_hash.hex()}


def _lines(value: dict[str, Any], database: str) -> list[str]:
    events, block, final = value["events"], value["block"], value["finalized"]
    rows: list[list[object]] = [["contract", "events"], *([name, count] for name, count in events.items())]
    kept = f"{value['agreements']} agreements, {sum(events.values())} events, {value['transfers']} transfers of "
    return [
        *table(rows),
        "",
        f"{kept}{value['tokens']} tokens in {value['blocks']} blocks, in {database}.",
        f"Read until block {block['number']}, {block['hash']}." if block else "Nothing read yet.",
        f"Final until block {final['number']}: {value['finalizedRows']} rows." if final else "Nothing is final yet.",
    ]


COMMANDS = (index,)
