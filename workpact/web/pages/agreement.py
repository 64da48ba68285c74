"""/agreement/0x…: whose turn, what happens if nobody acts, the money, milestones, service levels, workers."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from workpact.audit.report.charts import money_bar
from workpact.audit.report.writing import money_writer
from workpact.web.agreement_facts import MONEY, agreement_facts
from workpact.web.charts import level_chart
from workpact.web.move import Move
from workpact.web.moves import moves, moves_json
from workpact.web.rendering import Part, part
from workpact.web.site import Site
from workpact.web.snapshot import Snapshot
from workpact.web.standing import Item, standing

TAGS = {
    "submitted": "warn",
    "rejected": "warn",
    "disputed": "bad",
    "owed": "bad",
    "accepted": "good",
    "released": "good",
}
"""How a milestone's state looks; quiet otherwise."""
KINDS = {"milestone": "milestone", "period": "service period"}
"""What an open item is, where its name does not say it."""


def router(site: Site) -> APIRouter:
    """The page of each agreement; with `?part` the server's part alone."""
    made = APIRouter()

    @made.get("/agreement/{origin}")
    def agreement(request: Request, origin: str) -> Response:
        found = site.part("agreement", site.follower.snapshot(word(origin)), agreement_part)
        return site.answer(request, found, section="agreement")

    return made


def agreement_part(snapshot: Snapshot) -> Part:
    """The server's part of an agreement's page."""
    value, stands = agreement_facts(snapshot), standing(snapshot)
    made = moves(snapshot)
    return part(
        "agreement.html.jinja",
        value["title"] or "Agreement",
        snapshot.origin,
        snapshot.head.number,
        agreement=value,
        standing=stands,
        place=place_of(stands.next) if stands.next else None,
        items={(each.kind, each.index): each for each in stands.items},
        money=money_writer(value["token"]),
        parts=MONEY,
        bars=money_bar(value["money"], tuple(MONEY)),
        tags=TAGS,
        kinds=KINDS,
        level_chart=level_chart,
        may=may(made),
        places={each.place for each in made},
        moves_json=moves_json(made),
    )


def place_of(item: Item) -> str:
    """Where the moves of an open item stand on the page."""
    if item.kind in ("milestone", "period"):
        return f"{item.kind}:{item.index}"
    return "holdback" if item.kind == "holdback" else "agreement"


def may(made: Iterable[Move]) -> dict[str, list[str]]:
    """What each role can do now, in words; "anyone" for what is open to all."""
    found: dict[str, dict[str, None]] = {}
    for each in made:
        found.setdefault(each.role if each.who else "anyone", {})[each.label] = None
    return {role: list(labels) for role, labels in found.items()}


def word(written: str) -> bytes:
    """32 bytes from 0x and their digits; there is no such page otherwise."""
    try:
        found = bytes.fromhex(written.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise HTTPException(404, "An agreement's address ends in 0x and 64 hex digits.")
    return found
