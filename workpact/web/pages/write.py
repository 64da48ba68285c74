"""/new: the form that writes an agreement file (SPEC.md 16.6)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from workpact.web import draft
from workpact.web.draft import NoDraft, Sent
from workpact.web.proposals import chain_of
from workpact.web.rendering import part
from workpact.web.site import Site
from workpact.web.starts import added, begun


def router(site: Site) -> APIRouter:
    """The page, what a draft begins with, and what is said of one. Nothing that is posted is kept."""
    made = APIRouter()

    @made.get("/new")
    def write(request: Request) -> Response:
        return site.answer(request, part("write.html.jinja", "Write an agreement"), section="new")

    @made.post("/draft/begin")
    def begin() -> JSONResponse:
        now = site.follower.head.timestamp
        return JSONResponse({"documents": begun(now), "added": added(now, _contracts(site))})

    @made.post("/draft")
    def read(sent: Sent) -> JSONResponse:
        try:
            return JSONResponse(draft.read(chain_of(site.follower), _contracts(site), sent))
        except NoDraft as error:
            raise HTTPException(422, str(error)) from None

    return made


def _contracts(site: Site) -> dict[str, Any]:
    return dict(site.follower.index.deployed.contracts)
