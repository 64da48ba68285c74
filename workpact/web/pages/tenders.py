"""/tenders and /tender/ID: what is asked for, who has bid, and the ranking with its reasons."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi import Request as HTTP
from fastapi.responses import Response

from workpact.audit.report.writing import short
from workpact.market.errors import NotThere
from workpact.market.paper import is_id
from workpact.market.request import Request
from workpact.market.tender import State
from workpact.market.words import Money
from workpact.terms.units import PPM, write_instant, write_share
from workpact.web.rendering import Part, part
from workpact.web.site import Site
from workpact.web.tenders import Shown, Tenders

MEANINGS = {
    State.SEALED: "laid down, not opened yet",
    State.OPEN: "open, and valid in every field",
    State.UNOPENED: "never opened",
    State.INVALID: "not what the request asks for",
    State.DOUBLED: "one of several of this bidder",
    State.LATE: "too late",
    State.LEFT_OUT: "left out by the client",
    State.MISSING: "on the roll, and nobody has it",
    State.VOID: "void: there are two rolls",
}
TONES = {State.OPEN: "good", State.SEALED: "quiet", State.LEFT_OUT: "bad", State.MISSING: "bad", State.VOID: "bad"}
HIGH = 100
"""The height of a picture of scores, in tenths of a per cent of its width."""


def router(site: Site) -> APIRouter:
    """The list of requests, and each tender; with `?part` the server's part alone."""
    made = APIRouter()
    tenders = Tenders(site.follower, site.market) if site.market else None

    @made.get("/tenders")
    def listed(asked: HTTP) -> Response:
        return site.answer(asked, _list_part(tenders, site), section="tenders")

    @made.get("/tender/{request_id}")
    def tender(asked: HTTP, request_id: str) -> Response:
        if tenders is None or not is_id(request_id):
            raise HTTPException(404, "There is no such request here.")
        try:
            return site.answer(asked, tender_part(tenders.shown(request_id)), section="tenders")
        except NotThere as error:
            raise HTTPException(404, str(error)) from None

    return made


def _list_part(tenders: Tenders | None, site: Site) -> Part:
    requests, passed = tenders.requests() if tenders else ([], ())
    head = site.follower.head
    rows = [{"request": each, "stage": stage(each, head.timestamp), "most": _most(each)} for each in requests]
    return part(
        "tenders.html.jinja",
        "Tenders",
        block=head.number,
        has_place=tenders is not None,
        rows=rows,
        passed=passed,
        until=_until,
    )


def tender_part(shown: Shown) -> Part:
    """The server's part of a tender's page."""
    tender, request = shown.tender, shown.tender.request
    prices = {bid.id: Money.of(request)(bid.price_units) for bid in tender.bids}
    return part(
        "tender.html.jinja",
        request.title,
        block=shown.head.number,
        request=request,
        asked=_asked(request),
        stage=stage(request, shown.head.timestamp),
        entries=[_entry(each, prices) for each in tender.entries],
        rolls=tender.rolls,
        is_equivocal=tender.is_equivocal,
        ranked=_ranked(shown),
        ranking=shown.ranking,
        why=shown.why,
        passed=(*tender.ignored, *shown.damaged),
        until=_until,
    )


def stage(request: Request, now: int) -> tuple[str, int | None]:
    """What a request waits for, and until when; None once everything is over."""
    stages = (
        ("sealed bids can be laid down", request.deadline),
        ("bids can be opened", request.reveal),
        ("the client can accept a bid", request.decide),
    )
    return next(((words, until) for words, until in stages if now <= until), ("over", None))


def _until(request: Request, seconds: int) -> str:
    return f"{write_instant(seconds, request.document.zone, last=True)} ({request.timezone})"


def _most(request: Request) -> str:
    return "any price" if request.most is None else f"at most {Money.of(request)(request.most)}"


def _asked(request: Request) -> dict[str, Any]:
    document, money = request.document, Money.of(request)
    return {
        "most": _most(request),
        "open": [each.replace("-", " ") for each in sorted(request.open)],
        "weights": [(name, write_share(weight), weight * HIGH // PPM) for name, weight in request.weights.items()],
        "milestones": [
            (each.title, money(each.amount), write_instant(each.due, document.zone, last=True))
            for each in document.milestones
        ],
        "levels": [(each.name, each.title) for each in document.levels],
        "periods": len(document.periods),
        "volumes": sorted(request.volumes.items()),
    }


def _entry(each: Any, prices: dict[str, str]) -> dict[str, Any]:
    return {
        "bidder": each.bidder,
        "short": short(each.bidder) if each.bidder else "unknown",
        "state": each.state.value,
        "meaning": MEANINGS[each.state],
        "tone": TONES.get(each.state, "warn"),
        "price": prices.get(each.bid, ""),
        "why": "; ".join(each.why),
    }


def _ranked(shown: Shown) -> list[dict[str, Any]]:
    """The bids that count, best first, with the parts of their totals as places in a bar of a thousand."""
    if shown.ranking is None:
        return []
    money = Money.of(shown.tender.request)
    found = []
    for place, each in enumerate(shown.ranking.ranked, 1):
        parts, before = [], 0
        for score in each.scores:
            width = 1_000 * score.weight * score.value // PPM // PPM
            parts.append({"name": score.name, "x": before, "width": width})
            before += width
        profile = shown.profiles.get(each.bidder)
        found.append(
            {
                "place": place,
                "bidder": each.bidder,
                "short": short(each.bidder),
                "title": profile.body.title if profile else None,
                "total": each.total,
                "price": money(each.price),
                "scores": each.scores,
                "parts": parts,
                "bid": each.bid,
            }
        )
    return found
