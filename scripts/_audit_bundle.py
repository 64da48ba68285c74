"""`ape run audit export` and `ape run audit verify`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import AuditCommand, Audited, auditing, from_bundle, hash_option
from scripts._options import OfflineCommand, emit, json_option
from scripts._papers import READ, WRITE

if TYPE_CHECKING:
    from workpact.sealing import Sealed


@click.command(cls=AuditCommand)
@auditing
@click.option("--output", type=WRITE, required=True, help="The bundle's file.")
@click.option(
    "--receipts", is_flag=True, help="Prove of each event also block, transaction and sender; needs more room."
)
@click.option("--reports", is_flag=True, help="Carry the service-level reports that events name.")
@click.option(
    "--reveal",
    "revealed",
    multiple=True,
    type=READ,
    help="Carry a file that was handed over, or a reason; its salt is beside it. As often as needed.",
)
@click.option(
    "--papers", is_flag=True, help="Carry the agreement files: with names and addresses of people, which no chain has."
)
def export(
    found: Audited,
    as_json: bool,
    output: Path,
    receipts: bool,
    reports: bool,
    revealed: tuple[Path, ...],
    papers: bool,
) -> None:
    """Write an agreement's whole record with its proofs into one file, which anyone checks offline by one block hash.

    Without options it has the terms' numbers and addresses and the events, but no names, files or reports.

    \b
    Example:
      ape run audit export desk.yaml --output desk.bundle --receipts --network ethereum:mainnet:https://rpc.example
    """
    from workpact.audit.bundle import export as exported
    from workpact.chain import deployments

    if found.node is None:
        raise click.UsageError("A bundle is exported from a chain: name the agreement's file or id.")
    seals = [_sealed(each) for each in revealed]
    history = found.history()
    content = exported(
        found.node,
        history,
        receipts=receipts,
        papers=papers,
        reports=found.reports(history) if reports else None,
        revealed=seals,
        deployments=deployments.read(found.subject.chain_id).values(),
    )
    _write(output, content)
    block = history.head
    told = from_bundle(output, ("0x" + block.hash.hex(),)).bundle
    assert told is not None
    value = {**told.statement.to_json(), "file": str(output), "bytes": len(content)}
    lines = [
        f"{output}: {len(content):,} bytes, {len(history.entries)} events.",
        f"Hand over with it, by another way, block {block.number} and its hash: 0x{block.hash.hex()}",
        *told.statement.lines(),
    ]
    emit(value, as_json, lines)


@click.command(cls=OfflineCommand)
@click.argument("bundle", type=READ)
@hash_option
@json_option
def verify(bundle: Path, block_hashes: tuple[str, ...], as_json: bool) -> None:
    """Check a bundle offline against the hash of its block: what it proves, and what that rests on.

    \b
    Example:
      ape run audit verify desk.bundle --block-hash 0x…
      ape run audit history desk.bundle --block-hash 0x…
    """
    found = from_bundle(bundle, block_hashes).bundle
    assert found is not None
    emit(found.statement.to_json(), as_json, found.statement.lines())


def _sealed(file: Path) -> tuple[Sealed, bytes]:
    """A file with the salt that is kept beside it."""
    from workpact.sealing import BadSeal, kept_seal

    sealed = kept_seal(file)
    if sealed is None:
        raise BadSeal(f"There is no salt beside {file} for what it holds now: name it where it was submitted from.")
    return sealed, file.read_bytes()


def _write(file: Path, content: bytes) -> None:
    """The whole file, or nothing of it."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.draft")
    try:
        draft.write_bytes(content)
        os.replace(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


COMMANDS: tuple[Any, ...] = (export, verify)
