"""`ape run equity plot`: one grant, all grants, or the pool as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts._equity_people import issuer_option, named_grants, read_roster, roster_option
from scripts._equity_tables import shown_book
from scripts._options import ConnectedCommand, emit, json_option
from scripts._papers import WRITE, document_options

if TYPE_CHECKING:
    from scripts._equity_book import Book
    from workpact.equity_series import Cohort, PoolState, Vesting
    from workpact.records.holdings import GrantHolding
    from workpact.vesting_course import Course

MOMENTS = 200


@click.command(cls=ConnectedCommand)
@document_options
@click.argument("grant", required=False, metavar="[GRANT]")
@click.option("--pool", "is_pool", is_flag=True, help="What of the pool is granted and offered, and how long it lasts.")
@click.option("--out", type=WRITE, required=True, help="The picture: a name that ends in .svg or .png.")
@roster_option
@issuer_option
@json_option
def plot(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    grant: str | None,
    is_pool: bool,
    out: Path,
    roster_file: Path | None,
    issuer: str | None,
    as_json: bool,
) -> None:
    """Draw what vests of a GRANT, with cliff, gate, leave and end; without one what became of all; or the pool.

    \b
    Example:
      ape run equity plot desk.yaml 17 --out grant.svg
      ape run equity plot desk.yaml --out all.svg
      ape run equity plot desk.yaml --pool --out pool.png
    """
    from workpact.agreement import BadArgument
    from workpact.equity_plots import draw_cohort, draw_runway, draw_vesting
    from workpact.equity_series import Runway
    from workpact.picture import require_format
    from workpact.preflight import now

    if grant and is_pool:
        raise click.UsageError("Name a grant, or --pool.")
    require_format(out, "equity.svg")
    book, moment = shown_book(file, wallets, token, issuer), now()
    title = book.agreement.document.title
    if is_pool:
        draw_runway(Runway(f"{title}: the pool", book.symbol, tuple(_states(book)), moment), out)
        return emit({"file": str(out), "shows": "pool"}, as_json, f"{out} shows the pool.")
    if grant is None:
        draw_cohort(_cohort(book, title, moment), out)
        return emit({"file": str(out), "shows": "grants"}, as_json, f"{out} shows all grants.")
    found = named_grants(book, [grant], read_roster(roster_file))
    if len(found) > 1:
        known = ", ".join(str(each.id) for each in found)
        raise BadArgument(f"{grant} has several grants: draw one of {known}.")
    draw_vesting(_vesting(book, found[0], title, moment), out)
    return emit({"file": str(out), "shows": f"grant {found[0].id}"}, as_json, f"{out} shows grant {found[0].id}.")


def _course(book: Book, grant: GrantHolding, moment: int) -> Course:
    course = book.holdings.course(grant, moment)
    return replace(course, finished_at=grant.ended.timestamp) if grant.ended else course


def _vesting(book: Book, grant: GrantHolding, title: str, moment: int) -> Vesting:
    from workpact.equity_series import Vesting

    name = f"{title}: grant {grant.id} of worker {grant.worker}"
    plan = book.holdings.plans[grant.plan].plan
    return Vesting(name, book.symbol, plan, grant.units, _course(book, grant, moment), moment)


def _cohort(book: Book, title: str, moment: int) -> Cohort:
    from itertools import accumulate

    from workpact.equity_series import Cohort, Holding

    grants, held = book.grants(), []
    for grant in grants:
        sums = accumulate(record["units"] for record in grant.claims)
        claims = tuple(zip((record.timestamp for record in grant.claims), sums, strict=True))
        plan = book.holdings.plans[grant.plan].plan
        held.append(Holding(plan, grant.units, grant.made.timestamp, _course(book, grant, moment), claims))
    first = min((grant.made.timestamp for grant in grants), default=moment)
    moments = {first + (moment - first) * step // MOMENTS for step in range(MOMENTS + 1)}
    return Cohort.of(f"{title}: all grants", book.symbol, held, moments)


def _states(book: Book) -> Iterator[PoolState]:
    """The pool after each event that changes what is left of it."""
    from workpact.equity_series import PoolState

    number = book.need_pool().id
    units = granted = offered = 0
    for record in book.records:
        arguments = record.arguments
        plan = book.holdings.plans.get(arguments.get("plan", 0))
        if arguments.get("pool", plan.pool if plan else None) != number:
            continue
        if record.name in ("PoolOpened", "PoolRaised"):
            units = record["units"]
        elif record.name == "Granted":
            granted += sum(line["units"] for line in record["lines"])
        elif record.name == "Offered":
            offered += record["offer"]["units"]
        elif record.name == "GrantAccepted":
            granted, offered = granted + record["units"], offered - record["units"]
        elif record.name == "OfferClosed":
            offered -= record["returned"]
        elif record.name == "GrantEnded":
            granted -= record["forfeited"]
        else:
            continue
        yield PoolState(record.timestamp, units, granted, offered)
