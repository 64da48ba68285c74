"""`ape run market record`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._audit_papers import block_option, database_option
from scripts._market_evidence import (
    EvidenceCommand,
    at_block,
    block_hash_option,
    bundle_option,
    export_option,
    shown,
    the_hash,
)
from scripts._options import emit, json_option, table

if TYPE_CHECKING:
    from workpact.market.record import Record, Records, Side

ROWS = (
    ("agreements opened", lambda side: side.opened),
    ("milestones accepted", lambda side: side.accepted),
    ("  by the client's silence", lambda side: side.silent),
    ("milestones lapsed", lambda side: side.lapsed),
    ("left undone by an end for cause", lambda side: side.lost),
    ("service levels met", lambda side: f"{side.met} of {side.measured}"),
    ("disputes", lambda side: side.disputes),
    ("debts paid late", lambda side: side.late),
)


@click.command(cls=EvidenceCommand)
@click.argument("accounts", nargs=-1, required=True, metavar="ACCOUNT…")
@block_option
@database_option
@bundle_option
@block_hash_option
@click.option("--chain-id", type=int, help="Of --from-bundle: the chain that the bundles are of.")
@export_option
@json_option
def record(
    accounts: tuple[str, ...],
    block: str,
    database: str | None,
    bundles: tuple[Path, ...],
    block_hash: str | None,
    chain_id: int | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what the contracts say that accounts have done, as contractor and as client; nobody writes it by hand.

    \b
    Example:
      ape run market record 0x… 0x… --block finalized
      ape run market record contractor --export evidence
    """
    named = [_address(each, not bundles) for each in accounts]
    records = _offline(bundles, block_hash, chain_id) if bundles else _connected(named, block, database, folder)
    made = [records.of(each) for each in named]
    head = records.head
    value = {
        "chain": records.chain_id,
        "block": {"number": head.number, "hash": "0x" + head.hash.hex(), "timestamp": head.timestamp},
        "records": [each.to_json() for each in made],
    }
    emit(value, as_json, [line for each in made for line in _lines(each)])


def _connected(accounts: list[str], block: str, database: str | None, folder: Path | None) -> Records:
    from workpact.market.evidence import export_evidence

    chain = at_block(block, database)
    records = chain.records()
    if folder is not None:
        origins = sorted({each.origin for each in records.involving(accounts)})
        given = (chain.node, chain.contracts, records, chain.books(set(accounts)), (), origins, chain.logs)
        export_evidence(*given, folder, shown("Bundles:"))
        click.echo(f"{folder}: of block {chain.head.number}, 0x{chain.head.hash.hex()}.", err=True)
    return records


def _offline(bundles: tuple[Path, ...], block_hash: str | None, chain_id: int | None) -> Records:
    from workpact.market.evidence import bundles_in
    from workpact.market.sources import Contracts, from_bundles

    if chain_id is None:
        raise click.UsageError("Name the chain of the bundles: --chain-id 1.")
    return from_bundles(Contracts.recorded(chain_id), bundles_in(bundles), the_hash(block_hash))


def _address(written: str, may_be_alias: bool) -> str:
    from eth_utils.address import is_address, to_checksum_address

    if is_address(written):
        return str(to_checksum_address(written))
    if may_be_alias:
        from ape import accounts

        if written in accounts.aliases:
            return str(accounts.load(written).address)
    raise click.UsageError(f"{written} is neither an address nor the alias of an account (ape accounts list).")


def _lines(made: Record) -> list[str]:
    rows: list[list[Any]] = [["", "as contractor", "as client"]]
    sides: tuple[Side, Side] = (made.contractor, made.client)
    for name in sorted({status for side in sides for status in side.agreements}):
        rows.append([f"agreements {name}", *(side.agreements.get(name, 0) for side in sides)])
    rows += [[name, *(of(side) for side in sides)] for name, of in ROWS]
    rows.append(["rulings, contractor's share", *(", ".join(_percent(each) for each in side.ruled) for side in sides)])
    for name in ("paid", "charges", "credits"):
        for token in sorted({token for side in sides for token in getattr(side, name)}):
            rows.append([f"{name}, units of {token}", *(f"{getattr(side, name).get(token, 0):,}" for side in sides)])
    lines = [made.account, *table(rows)]
    for each in made.reviews:
        marks = "withheld" if each.marks is None else ", ".join(map(str, each.marks)) + " of 5"
        lines.append(f"review by {each.author}: {marks} (agreement 0x{each.origin.hex()})")
    if made.unknown:
        lines.append(
            f"Of {len(made.unknown)} of its agreements not every document is published: levels, and what lapsed at "
            "their end, are not counted."
        )
    return [*lines, ""]


def _percent(ppm: int) -> str:
    from workpact.terms.units import write_share

    return write_share(ppm)


COMMANDS = (record,)
