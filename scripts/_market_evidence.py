"""How commands of the market read track records: at a block of the connected node, or offline from bundles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import ConnectedCommand, OfflineCommand

if TYPE_CHECKING:
    from workpact.audit.history import Head, Logs
    from workpact.audit.node import Node
    from workpact.market.account_books import AccountBooks
    from workpact.market.record import Records
    from workpact.market.sources import Contracts

bundle_option = click.option(
    "--from-bundle",
    "bundles",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FOLDER",
    help="Read no node: a folder that --export wrote, or files of it. As often as needed; with --block-hash.",
)
block_hash_option = click.option(
    "--block-hash", metavar="0x…", help="Of --from-bundle: the hash of its block, from a source that you trust."
)
export_option = click.option(
    "--export",
    "folder",
    type=click.Path(path_type=Path),
    help="Write into this new folder all that proves the result offline, for --from-bundle.",
)


class EvidenceCommand(ConnectedCommand):
    """A command on the chain of --network, or with --from-bundle offline."""

    def invoke(self, context: click.Context) -> Any:
        if not context.params["bundles"]:
            return super().invoke(context)
        for name in ("network", "provider_settings"):  # Ape's own, of no use without a node
            context.params.pop(name, None)
        return OfflineCommand(self.name, callback=self.callback).invoke(context)


@dataclass(frozen=True)
class AtBlock:
    """A block of the connected node, and the logs that are proved there or at `latest`."""

    node: Node
    contracts: Contracts
    head: Head
    latest: Head
    logs: Logs

    def records(self) -> Records:
        """All agreements."""
        from workpact.market.sources import from_node

        return from_node(self.node, self.contracts, self.head, self.latest, self.logs)

    def books(self, accounts: set[str]) -> AccountBooks:
        """What accounts said in the registry."""
        from workpact.market.account_books import read_books

        return read_books(self.node, self.contracts, accounts, self.head, self.latest, self.logs)


def at_block(block: str | None, database: str | None, until: int | None = None) -> AtBlock:
    """Block `block` of the connected chain; without one the last whose time is not after `until`, or the latest."""
    from scripts._audit_papers import logs_of
    from workpact.audit.history import head
    from workpact.audit.node import Node
    from workpact.chain import deployments
    from workpact.market.sources import Contracts, block_until

    node = Node.connected()
    contracts, latest = Contracts.recorded(node.chain_id), head(node)
    at = latest
    if block is not None:
        at = head(node, int(block) if block.isdecimal() else block)
    elif until is not None and latest.timestamp > until:
        at = block_until(node, until)
    born = min(deployments.born(node.chain_id, each) for each in contracts.addresses.values())
    return AtBlock(node, contracts, at, latest, logs_of(node, database, born, latest.number))


def offline(bundles: tuple[Path, ...], chain_id: int, block_hash: bytes) -> tuple[Records, AccountBooks]:
    """The records and accounts' books of what was exported, checked."""
    from workpact.market.account_books import import_books
    from workpact.market.evidence import accounts_in, bundles_in
    from workpact.market.sources import Contracts, from_bundles

    contracts = Contracts.recorded(chain_id)
    records = from_bundles(contracts, bundles_in(bundles), block_hash)
    return records, import_books(accounts_in(bundles), contracts, block_hash)


def the_hash(written: str | None) -> bytes:
    """The one of --block-hash."""
    try:
        found = bytes.fromhex((written or "").removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise click.UsageError("Give the hash of the bundles' block, from a source that you trust: --block-hash 0x….")
    return found


def shown(what: str) -> Callable[[int, int], None]:
    """How far it is, on stderr, where somebody looks."""
    stream = click.get_text_stream("stderr")

    def show(done: int, of: int) -> None:
        if stream.isatty():
            click.echo(f"\r{what} {done:,} of {of:,}" + ("\n" if done == of else ""), err=True, nl=False)

    return show
