"""/agreement/0x…/evidence: the timeline with its proof, alerts, reconciliation, documents, files, and all of it to take
away (SPEC.md 16.9)."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from workpact.audit.bookkeeping.errors import CurrencyUnknown
from workpact.audit.report.shared import files_facts, reviews_facts
from workpact.web import exports
from workpact.web.evidence_checks import Checks, checks
from workpact.web.evidence_facts import Choice, Page, Timeline, Timelines, documents_facts, state_of
from workpact.web.kept import Kept
from workpact.web.pages.agreement import word
from workpact.web.proof_facts import proof
from workpact.web.rendering import Part, part
from workpact.web.site import Site
from workpact.web.snapshot import Snapshot

PATIENCE = 1.0
"""Seconds that an answer waits for checks before it says that they are being made."""


def router(site: Site) -> APIRouter:
    """The page of each agreement's evidence, and what it loads and gives away."""
    made = APIRouter(prefix="/agreement/{origin}")
    _add_pages(made, site)
    _add_files(made, site)
    return made


def _add_pages(made: APIRouter, site: Site) -> None:
    kept: Kept[Checks] = Kept()
    timelines = Timelines()

    @made.get("/evidence")
    def evidence(request: Request, origin: str) -> Response:
        snapshot, asked = site.follower.snapshot(word(origin)), dict(request.query_params)
        timeline, choice = timelines.of(snapshot), Choice.read(asked)
        shown = Page.read(timeline.chosen(choice), asked)
        name = f"evidence{choice.query(page=shown.number)}"
        found = site.part(name, snapshot, lambda of: evidence_part(of, timeline, choice, shown))
        return site.answer(request, found, section="agreement")

    @made.get("/timeline.csv")
    def timeline(request: Request, origin: str) -> Response:
        snapshot, choice = site.follower.snapshot(word(origin)), Choice.read(request.query_params)
        content = exports.timeline_csv(timelines.of(snapshot).chosen(choice))
        return _csv(content, exports.file_name(snapshot, "timeline.csv"))

    @made.get("/checks")
    async def checked(request: Request, origin: str) -> Response:
        snapshot = await run_in_threadpool(site.follower.snapshot, word(origin))
        node, born = site.follower.node, site.follower.index.deployed.start
        found = await kept.get(state_of(snapshot), lambda: checks(node, snapshot, born), PATIENCE)
        return site.answer(request, checks_part(snapshot, found), section="agreement")

    @made.get("/final.json")
    def final(origin: str) -> Response:
        word(origin)
        return JSONResponse({"finalized": site.follower.index.cursor().finalized})


def _add_files(made: APIRouter, site: Site) -> None:
    proofs: Kept[bytes] = Kept()
    bundles: Kept[bytes] = Kept()

    @made.get("/proof.json")
    async def proved(origin: str) -> Response:
        snapshot = await run_in_threadpool(site.follower.snapshot, word(origin))
        content = await proofs.get(_block(snapshot), lambda: proof(site.follower.node, snapshot.history))
        return Response(content, media_type="application/json")

    @made.get("/bundle")
    async def bundled(origin: str) -> Response:
        snapshot = await run_in_threadpool(site.follower.snapshot, word(origin))
        content = await bundles.get(_block(snapshot), lambda: exports.bundle(site.follower.node, snapshot))
        return _file(content, "application/octet-stream", exports.file_name(snapshot, "bundle"))

    @made.get("/payments.csv")
    def payments(origin: str) -> Response:
        snapshot = site.follower.snapshot(word(origin))
        try:
            return _csv(exports.payments_csv(snapshot), exports.file_name(snapshot, "payments.csv"))
        except CurrencyUnknown as error:
            raise HTTPException(409, str(error)) from None


def evidence_part(snapshot: Snapshot, timeline: Timeline, choice: Choice, shown: Page) -> Part:
    """The server's part of the evidence page: of the same bytes until something happens."""
    title = snapshot.document.title if snapshot.document else "Agreement"
    return part(
        "evidence.html.jinja",
        f"Evidence: {title}",
        snapshot.origin,
        snapshot.head.number,
        name=title,
        base=base(snapshot),
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


def _block(snapshot: Snapshot) -> tuple[bytes, bytes]:
    return snapshot.origin, snapshot.head.hash


def _csv(content: bytes, name: str) -> Response:
    return _file(content, "text/csv; charset=utf-8", name)


def _file(content: bytes | None, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
