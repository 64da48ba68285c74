"""The quarter as files: what was handed in, who got what, the pictures, the Open Cap Format, what is to be taxed."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from agents import AWAY, LEAVER, agents
from books import Books

from workpact.equity_plots import draw_cohort, draw_runway, draw_vesting
from workpact.equity_series import Cohort, Holding, PoolState, Runway, Vesting
from workpact.ocf import Source, export, validate
from workpact.preflight import chain_id
from workpact.records.cap_table import CapTable
from workpact.records.holdings import GrantHolding
from workpact.records.tax import Asset, equity_rows, wage_rows, write_csv
from workpact.vesting_course import Course

HANDED_IN = ("roster.csv", "grants-*.csv", "tickets.csv", "wages-*.csv", "payslips-*.json")
PICTURES = {
    "member.svg": (30, 0, "an ordinary member"),
    "lead.svg": (1, 1, "a lead's second grant, with its gate"),
    "leave.svg": (AWAY, 0, "a leave of five weeks"),
    "leaver.svg": (LEAVER, 0, "a leaver"),
}
"""Which worker's which grant each shows."""
MOMENTS = 60


def write(books: Books, out: Path) -> None:
    """Writes all of it into a folder. Names of people are in the roster alone."""
    for pattern in HANDED_IN:
        for path in books.place.folder.glob(pattern):
            shutil.copy2(path, out / path.name)
    with (out / "everyone.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("worker", "wallet", "wages", "private", "revenue", "tokens", "unvested", "forfeited"))
        for row in books.rows:
            amounts = (row.wages, row.private, row.revenue, row.tokens, row.unvested, row.forfeited)
            table.writerow((row.worker, row.wallets[-1], *amounts))
    _pictures(books, out)
    package = export(books.records, Source(chain_id(), books.records[-1].block, books.now))
    validate(package)
    package.write_folder(out / "ocf")
    _tax(books, out / "tax.csv")


def _tax(books: Books, path: Path) -> None:
    written = books.agreement.document
    money = Asset(books.place.token.address, written.token.symbol, written.token.decimals)
    units = Asset(books.worker_token, written.spec.equity.token_symbol, 6)
    shares = equity_rows(books.table.holdings, {units.address: units}, {money.address: money})
    write_csv([*shares, *wage_rows(books.register, money, books.payslips)], path)


# Pictures


def _pictures(books: Books, out: Path) -> None:
    symbol = books.agreement.document.spec.equity.token_symbol
    holdings = books.table.holdings
    for name, (worker, place, words) in PICTURES.items():
        grant = [each for each in holdings.grants.values() if each.worker == worker][place]
        plan = holdings.plans[grant.plan].plan
        title = f"Worker {worker}: {words}"
        draw_vesting(Vesting(title, symbol, plan, grant.units, _course(books, grant), books.now), out / name)
    grants = list(holdings.grants.values())
    first = min(grant.made.timestamp for grant in grants)
    moments = {first + (books.now - first) * step // MOMENTS for step in range(MOMENTS + 1)}
    moments |= {record.timestamp for grant in grants for record in grant.claims}
    held = [_holding(books, grant) for grant in grants]
    draw_cohort(Cohort.of(f"All grants of {len(agents())} workers", symbol, held, moments), out / "all-grants.svg")
    draw_runway(Runway("The pool", symbol, tuple(_states(books)), books.now), out / "pool.svg")


def _course(books: Books, grant: GrantHolding) -> Course:
    course = books.table.holdings.course(grant, books.now)
    return replace(course, finished_at=grant.ended.timestamp) if grant.ended else course


def _holding(books: Books, grant: GrantHolding) -> Holding:
    sums = accumulate(record["units"] for record in grant.claims)
    claims = tuple(zip((record.timestamp for record in grant.claims), sums, strict=True))
    plan = books.table.holdings.plans[grant.plan].plan
    return Holding(plan, grant.units, grant.made.timestamp, _course(books, grant), claims)


def _states(books: Books) -> Iterator[PoolState]:
    """The pool after each day on which something of it changed."""
    kinds = ("PoolOpened", "Offered", "GrantAccepted", "OfferClosed", "Granted", "GrantEnded")
    for moment in sorted({record.timestamp for record in books.records if record.name in kinds}):
        (pool,) = CapTable.at(books.records, moment).pools
        yield PoolState(moment, pool.units, pool.granted - pool.forfeited - pool.offered, pool.offered)
