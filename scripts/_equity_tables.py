"""`ape run equity show` and `cap-table`: who holds how much, from the events."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _equity_book
from scripts._equity_people import issuer_option, read_roster, roster_option, said
from scripts._options import ConnectedCommand, emit, json_option, table
from scripts._papers import document_options, load, plain

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.records.cap_table import CapTable


def shown_book(file: Path, wallets: tuple[str, ...], token: str | None, issuer: str | None) -> Book:
    """The book of a file's agreement, for a command that sends nothing; it has a pool."""
    from workpact.agreement import Agreement
    from workpact.preflight import chain_id

    book = _equity_book.of(Agreement.deployed(load(file, wallets, token, chain_id())), issuer)
    book.need_pool()
    return book


@click.command(cls=ConnectedCommand)
@document_options
@issuer_option
@json_option
def show(file: Path, wallets: tuple[str, ...], token: str | None, issuer: str | None, as_json: bool) -> None:
    """Show the pool, its plans, offers and every grant: granted, vested, claimed, claimable, and what is the matter.

    \b
    Example:
      ape run equity show desk.yaml
    """
    book = shown_book(file, wallets, token, issuer)
    pool, names = book.need_pool(), {int(each): name for name, each in book.named_plans().items()}
    seats, rows = book.seats(), []
    for row in book.table().grants:
        if row.pool == pool.id:
            seat = seats.get(row.worker)
            rows.append(
                {
                    "grant": row.grant,
                    "worker": row.worker,
                    "wallet": seat.wallet if seat else None,
                    "plan": names.get(row.plan, str(row.plan)),
                    "units": row.units,
                    "vested": row.vested,
                    "claimed": row.claimed,
                    "claimable": row.claimable,
                    "revenue": row.revenue_pending,
                    "state": row.state.value,
                }
            )
    offers = [
        {"plan": names.get(plan, str(plan)), "offer": number, "units": offer.units, "accepted": offer.accepted,
         "isOpen": offer.closed is None, "until": offer.offered["offer"]["until"]}
        for (plan, number), offer in sorted(book.holdings.offers.items()) if offer.pool == pool.id
    ]  # fmt: skip
    value = {"token": pool.token, "pool": pool.id, "units": pool.units, "left": pool.left_units, "grants": rows}
    value |= {"plans": {name: number for number, name in names.items()}, "offers": offers}
    lines = [f"Pool {pool.id}: {said(pool.units, book.symbol)} of {pool.token}, {pool.left_units:,} not granted yet"]
    for listed in (offers, rows):
        if listed:
            lines += ["", *table([list(listed[0]), *(_cells(each) for each in listed)])]
    emit(plain(value), as_json, lines)


def _cells(row: dict[str, Any]) -> list[object]:
    return ["none yet" if each is None else f"{each:,}" if _is_count(each) else each for each in row.values()]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@click.command("cap-table", cls=ConnectedCommand)
@document_options
@roster_option
@issuer_option
@click.option("--block", type=click.IntRange(0), help="As it stood at this block; else now.")
@json_option
def cap_table(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    roster_file: Path | None,
    issuer: str | None,
    block: int | None,
    as_json: bool,
) -> None:
    """Show who holds how much of the worker token, rebuilt from the events alone and checked (SPEC.md 9.6, 9.12).

    \b
    Example:
      ape run equity cap-table desk.yaml --roster roster.csv
      ape run equity cap-table desk.yaml --block 21000000 --json
    """
    from workpact.terms.units import write_share

    book = shown_book(file, wallets, token, issuer)
    roster = read_roster(roster_file) or {}
    made = book.table(block)
    if block is None:
        _require_supply(book, made)
    decimals, symbol = book.agreement.document.token.decimals, book.agreement.document.token.symbol
    workers = made.workers()
    heading = ["worker", "name", "wallet", "granted", "claimed", "claimable", "unvested", "forfeited", "share",
               f"revenue ({symbol})"]  # fmt: skip
    body = []
    for row in workers:
        money = sum(each.earned for each in row.revenue.values())
        person = roster.get(row.worker)
        counts = (row.granted, row.claimed, row.claimable, row.unvested, row.forfeited)
        name = person.name if person else ""
        body.append(
            [row.worker, name, row.wallet or "none yet", *(f"{each:,}" for each in counts),
             write_share(row.share_ppm), _decimal(money, decimals)]
        )  # fmt: skip
    value: dict[str, Any] = {"moment": made.moment, "block": block, "pools": [asdict(each) for each in made.pools]}
    value["workers"] = [asdict(each) for each in workers]
    value["grants"] = [asdict(each) | {"state": each.state.value} for each in made.grants]
    lines = [_pool_line(book, each) for each in made.pools]
    emit(plain(value), as_json, [*lines, "", *table([heading, *body])] if body else lines)


def _require_supply(book: Book, made: CapTable) -> None:
    """All that exists of the token came from these pools."""
    from workpact.chain import contracts
    from workpact.preflight import ask

    address = book.need_pool().token
    made.require_supply(address, int(ask(contracts.at("WorkerToken", address).totalSupply)))


def _pool_line(book: Book, row: Any) -> str:
    parts = (("claimed", row.claimed), ("claimable", row.claimable), ("unvested", row.unvested))
    parts += (("offered", row.offered), ("forfeited", row.forfeited))
    shown = " + ".join(f"{units:,} {name}" for name, units in parts)
    return f"Pool {row.pool}, {said(row.units, book.symbol)}: granted {row.granted:,} = {shown}; {row.left:,} left"


def _decimal(units: int, decimals: int) -> str:
    from decimal import Decimal

    return f"{Decimal(units).scaleb(-decimals):,f}"


COMMANDS = (show, cap_table)
