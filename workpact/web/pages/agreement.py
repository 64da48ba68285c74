"""/agreement/0x…: whose turn, what happens if nobody acts, the money, milestones, service levels, workers."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from workpact.audit.report.facts import facts
from workpact.audit.report.writing import money_writer
from workpact.web.rendering import Part, page, part
from workpact.web.site import Site
from workpact.web.snapshot import Snapshot


def router(site: Site) -> APIRouter:
    """The page of each agreement; with `?part` the server's part alone."""
    made = APIRouter()

    @made.get("/agreement/{origin}")
    def agreement(origin: str, part: str | None = None) -> Response:
        found = agreement_part(site.follower.snapshot(word(origin)))
        content = found.content if part is not None else page(found, section="agreement")
        return Response(content, media_type="text/html; charset=utf-8")

    return made


def agreement_part(snapshot: Snapshot) -> Part:
    """The server's part of an agreement's page."""
    value = facts(snapshot.history, snapshot.reports)
    title = value["title"] or "Agreement"
    return part(
        "agreement.html.jinja",
        title,
        snapshot.origin,
        snapshot.head.number,
        agreement=value,
        money=money_writer(value["token"]),
    )


def word(written: str) -> bytes:
    """32 bytes from 0x and their digits; there is no such page otherwise."""
    try:
        found = bytes.fromhex(written.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise HTTPException(404, "An agreement's address ends in 0x and 64 hex digits.")
    return found
