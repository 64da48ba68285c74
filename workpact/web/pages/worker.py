"""/worker/0x…: what a wallet has of units, revenue and wages, and what it can take now."""

from __future__ import annotations

import json
from typing import Any

from eth_utils.address import is_address, to_checksum_address
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup

from workpact.audit.entries import plain
from workpact.audit.report.writing import money_writer
from workpact.terms.units import write_money
from workpact.web.portfolio_line import Token
from workpact.web.rendering import Part, part
from workpact.web.site import Site
from workpact.web.worker_books import Books
from workpact.web.worker_chart import chart_of
from workpact.web.worker_facts import GrantFacts, WorkerFacts, worker_facts
from workpact.web.worker_wages import Posted

NUMBER = 1 << 53


def router(site: Site) -> APIRouter:
    """The page of each wallet, with `?part` the server's part alone; and offers by plan and number."""
    made, books = APIRouter(), Books(site.follower)

    @made.get("/worker/{wallet}")
    def worker(request: Request, wallet: str) -> Response:
        if not is_address(wallet):
            raise HTTPException(404, "A wallet is 0x and 40 hex digits.")
        found = books.of(to_checksum_address(wallet))
        facts = worker_facts(found, site.follower.node, site.follower.documents)
        shown = worker_part(facts, site.follower.node.chain_id)
        return site.answer(request, shown, section="worker")

    @made.get("/offer/{plan}/{number}.json")
    def offer(plan: int, number: int) -> Response:
        """What accepting a leaf of an offer must carry."""
        known = books.offer(plan, number) if 0 < plan < NUMBER and 0 < number < NUMBER else None
        if known is None:
            raise HTTPException(404, "There is no such offer, or it is closed.")
        return JSONResponse({name: plain(value) for name, value in known["offer"].items()})

    return made


def worker_part(facts: WorkerFacts, chain_id: int) -> Part:
    """The server's part of a wallet's page."""
    books = facts.books
    return part(
        "worker.html.jinja",
        "Units and wages",
        block=books.head.number,
        facts=facts,
        books=books,
        now=books.head.timestamp,
        charts={each.id: chart_of(each) for each in facts.grants if each.holding.units},
        units=_units,
        money=_money,
        takes=_takes(facts),
        data=_script(_data(facts, chain_id)),
    )


def _takes(facts: WorkerFacts) -> list[tuple[str, str]]:
    """What a press takes, each in words: units by grant, revenue, what waits."""
    found = []
    for each in facts.grants:
        if each.claimable or each.gained:
            found.append((_units(each, each.claimable + each.gained), f"vested of grant {each.id}"))
        if each.revenue and each.currency:
            found.append((_money(each.currency, each.revenue), f"revenue of grant {each.id}"))
    found += [(_money(each.token, each.amount), "revenue that waits") for each in facts.revenue]
    return found + [(_money(each.token, each.amount), "wages that wait") for each in facts.wages.owed]


def _units(grant: GrantFacts, amount: int) -> str:
    """Worker tokens by their symbol, where a file says it."""
    return write_money(amount, grant.symbol or "worker tokens", 6)


def _money(token: Token, amount: int) -> str:
    return str(money_writer(vars(token))(amount))


def _data(facts: WorkerFacts, chain_id: int) -> dict[str, Any]:
    """What the browser needs to claim, accept, rotate and veto, and to say what came of it."""
    books = facts.books
    paying = [*facts.wages.tokens.values()]
    paying += [each.token for each in facts.revenue]
    paying += [each.currency for each in facts.grants if each.currency]
    return {
        "chain": chain_id,
        "now": books.head.timestamp,
        "wallet": books.wallet,
        "equity": books.equity,
        "payroll": books.payroll,
        "seats": [{"manager": manager, "worker": str(worker)} for manager, worker in books.seats],
        "claims": [str(each) for each in facts.claims],
        "syncs": [str(each) for each in facts.syncs],
        "revenue": [{"pool": str(each.pool), "worker": str(each.worker)} for each in facts.revenue],
        "owed": [each.token.address for each in facts.wages.owed],
        "postings": [_posting(each) for each in facts.wages.posted],
        "pools": {str(each.pool): {"symbol": None, "currency": each.token.address} for each in facts.revenue}
        | {
            str(each.holding.pool): {"symbol": each.symbol, "currency": each.currency and each.currency.address}
            for each in facts.grants
        },
        "tokens": {each.address: {"symbol": each.symbol, "decimals": each.decimals} for each in paying},
        "books": {plain(book): token.address for book, token in facts.wages.tokens.items()},
    }


def _posting(posted: Posted) -> dict[str, Any]:
    return {
        "book": plain(posted.book),
        "run": str(posted.run),
        "employer": posted.employer,
        "root": plain(posted.root),
        "left": str(posted.left),
        "opens": posted.opens_at,
        "workers": [str(worker) for worker in posted.workers],
        "token": posted.token.address,
    }


def _script(value: Any) -> Markup:
    """JSON that stays data inside a script element."""
    return Markup(json.dumps(value).replace("<", "\\u003c"))
