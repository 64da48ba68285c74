"""/agreement/0x…/evidence: the timeline with its proof, alerts, reconciliation, documents, files, and all of it to take
away (SPEC.md 16.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from workpact.audit.bookkeeping.errors import CurrencyUnknown
from workpact.audit.report.shared import files_facts, reviews_facts
from workpact.web import exports
from workpact.web.evidence_checks import Checks, checks
from workpact.web.evidence_facts import BadChoice, Choice, Page, Timeline, documents_facts
from workpact.web.kept import Busy, Kept
from workpact.web.pages.agreement import word
from workpact.web.proof_facts import proof
from workpact.web.rendering import Part, page, part
from workpact.web.site import Site
from workpact.web.snapshot import Snapshot

PATIENCE = 1.0
"""Seconds that an answer waits for checks before it says that they are being made."""


def router(site: Site) -> APIRouter:
    """The page of each agreement's evidence, and what it loads and gives away."""
    made = APIRouter(prefix="/agreement/{origin}")
    _add_pages(made, site)
    _add_proof(made, site)
    _add_exports(made, site)
    return made


def _add_pages(made: APIRouter, site: Site) -> None:
    kept: Kept[Checks] = Kept()

    @made.get("/evidence")
    def evidence(origin: str, request: Request) -> Response:
        asked = dict(request.query_params)
        return _html(evidence_part(site.follower.snapshot(word(origin)), asked), "part" in asked)

    @made.get("/checks")
    async def checked(origin: str, request: Request) -> Response:
        snapshot = await run_in_threadpool(site.follower.snapshot, word(origin))
        words = tuple(each.word for each in snapshot.history.books)
        born = site.follower.index.deployed.start
        found = await _kept(
            kept, (snapshot.origin, words), lambda: checks(site.follower.node, snapshot, born), PATIENCE
        )
        return _html(checks_part(snapshot, found), "part" in request.query_params)

    @made.get("/final.json")
    def final(origin: str) -> Response:
        word(origin)
        return JSONResponse({"finalized": site.follower.index.cursor().finalized})


def _add_proof(made: APIRouter, site: Site) -> None:
    kept: Kept[bytes] = Kept()

    @made.get("/proof.json")
    async def proved(origin: str) -> Response:
        snapshot = await run_in_threadpool(site.follower.snapshot, word(origin))
        node, key = site.follower.node, (snapshot.origin, snapshot.head.hash)
        content = await _kept(kept, key, lambda: proof(node, snapshot.history))
        return Response(content, media_type="application/json")


def _add_exports(made: APIRouter, site: Site) -> None:
    kept: Kept[bytes] = Kept()

    @made.get("/bundle")
    async def bundled(origin: str) -> Response:
        snapshot = await run_in_threadpool(site.follower.snapshot, word(origin))
        node, key = site.follower.node, (snapshot.origin, snapshot.head.hash)
        content = await _kept(kept, key, lambda: exports.bundle(node, snapshot))
        return _file(content or b"", "application/octet-stream", exports.file_name(snapshot, "bundle"))

    @made.get("/timeline.csv")
    def timeline(origin: str, request: Request) -> Response:
        snapshot = site.follower.snapshot(word(origin))
        chosen = Timeline.of(snapshot).chosen(_read(Choice.read, dict(request.query_params)))
        return _csv(exports.timeline_csv(chosen), exports.file_name(snapshot, "timeline.csv"))

    @made.get("/payments.csv")
    def payments(origin: str) -> Response:
        snapshot = site.follower.snapshot(word(origin))
        try:
            return _csv(exports.payments_csv(snapshot), exports.file_name(snapshot, "payments.csv"))
        except CurrencyUnknown as error:
            raise HTTPException(409, str(error)) from None


def evidence_part(snapshot: Snapshot, asked: dict[str, str]) -> Part:
    """The server's part of the evidence page; `asked` is its query."""
    timeline = Timeline.of(snapshot)
    choice = _read(Choice.read, asked)
    shown = _read(lambda given: Page.read(timeline.chosen(choice), given), asked)
    title = snapshot.document.title if snapshot.document else "Agreement"
    return part(
        "evidence.html.jinja",
        f"Evidence: {title}",
        snapshot.origin,
        snapshot.head.number,
        name=title,
        base=base(snapshot),
        head=snapshot.head,
        books=snapshot.history.books,
        timeline=timeline,
        choice=choice,
        page=shown,
        files=files_facts(snapshot.history),
        reviews=reviews_facts(snapshot.history),
        documents=documents_facts(snapshot),
    )


def checks_part(snapshot: Snapshot, found: Checks | None) -> Part:
    """The server's part of the checks, as far as they are made."""
    title = snapshot.document.title if snapshot.document else "Agreement"
    return part(
        "evidence_checks.html.jinja",
        f"Checks: {title}",
        snapshot.origin,
        found.block if found else None,
        name=title,
        base=base(snapshot),
        found=found,
    )


def base(snapshot: Snapshot) -> str:
    """The address that an agreement's pages begin with."""
    return f"/agreement/0x{snapshot.origin.hex()}"


async def _kept(kept: Kept[Any], key: Any, make: Callable[[], Any], seconds: float | None = None) -> Any:
    try:
        return await kept.get(key, make, seconds)
    except Busy as error:
        raise HTTPException(503, str(error), {"Retry-After": "60"}) from None


def _read(read: Callable[[dict[str, str]], Any], asked: dict[str, str]) -> Any:
    try:
        return read(asked)
    except BadChoice as error:
        raise HTTPException(400, str(error)) from None


def _html(found: Part, is_part: bool) -> Response:
    return Response(
        found.content if is_part else page(found, section="agreement"), media_type="text/html; charset=utf-8"
    )


def _csv(content: bytes, name: str) -> Response:
    return _file(content, "text/csv; charset=utf-8", name)


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
