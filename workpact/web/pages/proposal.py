"""/proposal: a document with the signatures so far, from a link's fragment or a file (SPEC.md 16.6)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from workpact.terms import TermsError
from workpact.web import proposals
from workpact.web.proposal_moves import moves
from workpact.web.proposals import Given
from workpact.web.rendering import part
from workpact.web.site import Site


def router(site: Site) -> APIRouter:
    """The page, and what reads proposals for it. Nothing that is posted is kept."""
    made = APIRouter()

    @made.get("/proposal")
    def proposal(request: Request) -> Response:
        return site.answer(request, part("proposal.html.jinja", "Proposal"), section="new")

    @made.post("/proposal/read")
    def read(given: Given) -> JSONResponse:
        try:
            reading = proposals.read(site.follower, given)
            return JSONResponse(reading.to_json() | {"moves": moves(reading)})
        except TermsError as error:
            return JSONResponse({"faults": [_said(each) for each in error.errors]}, 422)

    return made


def _said(error: TermsError) -> str:
    advice: Any = f" {error.advice}." if error.advice else ""
    return f"{error.place}: {error.problem}.{advice}"
