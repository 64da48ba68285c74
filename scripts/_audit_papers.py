"""How the commands of the audit find an agreement, its documents, the node and the block."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import ConnectedCommand, OfflineCommand, json_option
from scripts._papers import READ, agreement_address, load, token_option, wallet_option

if TYPE_CHECKING:
    from workpact.audit.bundle import Opened
    from workpact.audit.history import Head, History, Logs
    from workpact.audit.node import Node
    from workpact.audit.subject import Subject

PACKED = b"\xfd7zXZ\x00"
"""What a bundle begins with."""

agreement_argument = click.argument("agreement")
documents_option = click.option(
    "--document",
    "documents",
    multiple=True,
    type=READ,
    help="The file of another document that the agreement has had: before an amendment, or by it. As often as needed.",
)
block_option = click.option(
    "--block",
    default="latest",
    metavar="BLOCK",
    help="A number, a hash, latest or finalized.  [default: latest]",
)


database_option = click.option(
    "--database",
    metavar="URL",
    help="Read logs from this index (ape run audit index), which is brought to BLOCK first, instead of the node.",
)
hash_option = click.option(
    "--block-hash",
    "block_hashes",
    multiple=True,
    metavar="0x…",
    help="Of a bundle: the hash of its block, from a source that you trust. More of them tie more headers to it.",
)


class AuditCommand(ConnectedCommand):
    """A command on an agreement: on the chain of --network, or offline on a bundle."""

    def invoke(self, context: click.Context) -> Any:
        if not is_bundle(context.params["agreement"]):
            return super().invoke(context)
        for name in ("network", "provider_settings"):  # Ape's own, of no use without a node
            context.params.pop(name, None)
        return OfflineCommand(self.name, callback=self.callback).invoke(context)


@dataclass(frozen=True)
class Audited:
    """The agreement that a command is about, at a block: on the connected node; in a bundle `node` is None."""

    subject: Subject
    head: Head
    node: Node | None
    born: int = 0
    bundle: Opened | None = None
    logs: Logs | None = None

    def history(self) -> History:
        """Its history until the block, verified."""
        from workpact.audit.history import verified

        if self.bundle is not None:
            return self.bundle.history
        assert self.node is not None
        return verified(self.node, self.subject, self.head, self.logs)

    def reports(self, history: History) -> dict[bytes, dict[str, Any]]:
        """Contents of its service-level reports by hash, as far as they are at hand."""
        from workpact.audit.reports import calls_of, reports_of

        if self.bundle is not None:
            return {digest: dict(each) for digest, each in self.bundle.reports.items()}
        assert self.node is not None
        entries = [each for each in history.entries if each.contract == "SLAOracle"]
        return reports_of(entries, calls_of(self.node, entries))


def logs_of(node: Node, database: str | None, born: int, last: int) -> Logs:
    """The logs until a block: the node's, or those of an index that is brought there first."""
    from workpact.audit.history import NodeLogs
    from workpact.audit.index import Deployed, Index, IndexLogs, sync

    if database is None:
        return NodeLogs(node, born)
    index = Index.open(Deployed.of(node), database)
    sync(index, node, last)
    return IndexLogs(index)


def audited(
    agreement: str,
    documents: tuple[Path, ...],
    wallets: tuple[str, ...],
    token: str | None,
    block: str,
    database: str | None,
) -> Audited:
    """Finds the agreement on the connected chain as it was at a block."""
    from workpact.audit.history import head
    from workpact.audit.node import Node
    from workpact.audit.subject import Subject
    from workpact.chain import deployments
    from workpact.preflight import chain_id

    chain = chain_id()
    which, files = _named(agreement), list(documents)
    if which is None:
        files.insert(0, Path(agreement))
    papers = [load(file, wallets, token, chain) for file in files]
    node, contract = Node.connected(), agreement_address(chain)
    at = head(node, int(block) if block.isdecimal() else block)
    recorded = deployments.read(chain)
    payroll, room, talent = (
        recorded[name].address if name in recorded else None for name in ("Payroll", "DataRoom", "TalentRegistry")
    )
    born = deployments.born(chain, contract)
    subject = Subject.found(node, contract, which, papers, at.number, payroll, born, room=room, talent=talent)
    return Audited(subject, at, node, born, logs=logs_of(node, database, born, at.number))


def from_bundle(file: Path, block_hashes: tuple[str, ...]) -> Audited:
    """The agreement of a bundle, checked offline against the hash of its block."""
    from workpact.audit.bundle import opened

    if not block_hashes:
        raise click.UsageError("Give the hash of the bundle's block, from a source that you trust: --block-hash 0x….")
    found = opened(file.read_bytes(), [_word(each) for each in block_hashes])
    return Audited(found.history.subject, found.history.head, None, bundle=found)


def auditing(body: Callable[..., Any]) -> Callable[..., Any]:
    """A command body on an `Audited`: adds AGREEMENT, --document, names, --block, --block-hash and --json."""

    def command(
        agreement: str,
        documents: tuple[Path, ...],
        wallets: tuple[str, ...],
        token: str | None,
        block: str,
        block_hashes: tuple[str, ...],
        database: str | None,
        as_json: bool,
        **rest: Any,
    ) -> None:
        if is_bundle(agreement):
            if documents or wallets or token or database or block != "latest":
                raise click.UsageError("A bundle has its documents, its logs and its block: give --block-hash alone.")
            body(from_bundle(Path(agreement), block_hashes), as_json, **rest)
            return
        if block_hashes:
            raise click.UsageError("--block-hash is for a bundle; a block of the chain is named by --block.")
        body(audited(agreement, documents, wallets, token, block, database), as_json, **rest)

    command.__doc__ = inspect.getdoc(body)
    command.__name__ = body.__name__
    command.__click_params__ = getattr(body, "__click_params__", [])  # type: ignore[attr-defined]
    made: Callable[..., Any] = command
    options = (json_option, hash_option, database_option, block_option, token_option, wallet_option, documents_option)
    for option in (*options, agreement_argument):
        made = option(made)
    return made


def is_bundle(agreement: str) -> bool:
    """Whether AGREEMENT is a bundle's file."""
    file = Path(agreement)
    if not file.is_file():
        return False
    with file.open("rb") as content:
        return content.read(len(PACKED)) == PACKED


def _named(agreement: str) -> bytes | None:
    """The id that AGREEMENT is; None if it is a file."""
    if not agreement.startswith("0x"):
        if not Path(agreement).is_file():
            raise click.UsageError(f"{agreement} is neither a file nor an id (0x and 64 hex digits).")
        return None
    return _word(agreement)


def _word(written: str) -> bytes:
    """32 bytes from 0x and their hex digits."""
    try:
        found = bytes.fromhex(written.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise click.UsageError(f"{written} is no id and no hash: it has 0x and 64 hex digits.")
    return found
