"""`ape run equity` for other tools: a worker's own proof, the Open Cap Format, tax files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from scripts._equity_papers import proof_in, write_paper
from scripts._equity_people import issuer_option, read_roster, roster_option
from scripts._equity_tables import shown_book
from scripts._options import ConnectedCommand, OfflineCommand, emit, json_option
from scripts._papers import READ, WRITE, document_options

if TYPE_CHECKING:
    from workpact.records.tax import Asset, TaxRow


@click.command(cls=OfflineCommand)
@click.argument("proofs", type=READ)
@click.argument("worker", required=False)
@roster_option
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The worker's own file; or a folder.")
@json_option
def proof(proofs: Path, worker: str | None, roster_file: Path | None, output: Path, as_json: bool) -> None:
    """Take a WORKER's own proof out of a file of all PROOFS, to be given to the worker alone.

    Without a worker everybody's goes into a folder: 17.grant.json, 18.grant.json and so on. Grants, wages, payslips.

    \b
    Example:
      ape run equity proof grants.proofs.json worker-17 --output 17.proof.json
      ape run equity proof grants.proofs.json --output proofs
    """
    if worker is None:
        from workpact.batches.proofs import Leaves

        output.mkdir(mode=0o700, parents=True, exist_ok=True)
        leaves = Leaves.read(proofs)
        for each in leaves:
            write_paper(output / f"{each['worker']}.{leaves.kind.name}.json", each.to_json())
        value: dict[str, Any] = {"folder": str(output), "files": len(leaves), "kind": leaves.kind.name}
        return emit(value, as_json, f"{output} has {len(leaves):,} files, one for each worker.")
    found = proof_in(proofs, worker, read_roster(roster_file))
    write_paper(output, found.to_json())
    value = {"file": str(output), "worker": found["worker"], "kind": found.kind.name}
    return emit(value, as_json, f"{output} is the {found.kind.name} of worker {found['worker']}.")


@click.command("export-ocf", cls=ConnectedCommand)
@document_options
@roster_option
@issuer_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A name that ends in .zip, or a folder.")
@click.option("--block", type=click.IntRange(0), help="As it stood at this block; else now.")
@json_option
def export_ocf(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    roster_file: Path | None,
    issuer: str | None,
    out: Path,
    block: int | None,
    as_json: bool,
) -> None:
    """Write the cap table in the Open Cap Format, checked against the format's own schemas.

    Workers are pseudonyms unless the roster file is given. The same block gives the same bytes.

    \b
    Example:
      ape run equity export-ocf desk.yaml --out cap-table.zip --roster roster.csv
    """
    from ape import networks

    from workpact.ocf.export import Company, Person, Source, Token, export
    from workpact.ocf.validation import validate
    from workpact.preflight import chain_id

    book = shown_book(file, wallets, token, issuer)
    pool, document = book.need_pool(), book.agreement.document
    node = networks.provider.get_block(block if block is not None else "latest")
    roster = read_roster(roster_file) or {}
    party = document.parties.client if pool.issuer == book.agreement.client else document.parties.contractor
    package = export(
        book.until(int(node.number)),
        Source(chain_id(), int(node.number), int(node.timestamp)),
        company=Company(legal_name=party.legal_name),
        people={(pool.manager, number): Person(person.name) for number, person in roster.items()},
        names={pool.token: Token(document.spec.equity.token_name, book.symbol)},
    )
    validate(package)
    if out.suffix == ".zip":
        package.write_zip(out)
    else:
        package.write_folder(out)
    value = {"file": str(out), "block": int(node.number), "files": sorted(package.files)}
    emit(value, as_json, f"{out} has the cap table of block {node.number}: {len(package.files)} files, all valid.")


def zone_of(written: str) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(written)
    except (KeyError, ValueError):
        raise click.UsageError(f"--zone {written}: write a name like Europe/Berlin.") from None


def write_rows(out: Path, rows: list[TaxRow], names: dict[int, str], as_json: bool) -> None:
    """Writes tax rows, by the ending of the file's name."""
    from workpact.records.tax import with_people, write_csv, write_parquet

    if out.suffix not in (".csv", ".parquet"):
        raise click.UsageError(f"--out {out}: the name ends in .csv or .parquet.")
    people = with_people(rows, names)
    (write_csv if out.suffix == ".csv" else write_parquet)(people, out)
    emit({"file": str(out), "rows": len(people)}, as_json, f"{out} has {len(people):,} lines.")


def money_asset(document: Any) -> Asset:
    """The agreement's token."""
    from workpact.records.tax import Asset

    return Asset(document.token.address, document.token.symbol, document.token.decimals)


def tax_options(command: Any) -> Any:
    """Where the file goes, and in which zone a day is."""
    for option in (
        click.option("--out", type=WRITE, required=True, help="A name that ends in .csv or .parquet."),
        click.option("--zone", help="The time zone that days are of; else the agreement's."),
    ):
        command = option(command)
    return command


@click.command(cls=ConnectedCommand)
@document_options
@roster_option
@issuer_option
@tax_options
@json_option
def tax(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    roster_file: Path | None,
    issuer: str | None,
    out: Path,
    zone: str | None,
    as_json: bool,
) -> None:
    """Write what each worker has to declare: units claimed and revenue paid, by date.

    \b
    Example:
      ape run equity tax desk.yaml --out units.csv --roster roster.csv
    """
    from workpact.records.tax import Asset, equity_rows

    book = shown_book(file, wallets, token, issuer)
    document, pool = book.agreement.document, book.need_pool()
    asset = money_asset(document)
    units = {pool.token: Asset(pool.token, book.symbol, 6)}
    rows = list(equity_rows(book.holdings, units, {asset.address: asset}, zone_of(zone) if zone else document.zone))
    roster = read_roster(roster_file) or {}
    write_rows(out, rows, {number: person.name for number, person in roster.items()}, as_json)


COMMANDS = (proof, export_ocf, tax)
