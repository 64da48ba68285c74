"""/proposal: a document with the signatures so far, from a link's fragment or a file (SPEC.md 16.6)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from workpact import WorkpactError
from workpact.audit.subject import DocumentMissing, NoSuchAgreement
from workpact.terms import TermsError
from workpact.web import closings, proposals
from workpact.web.closings import Asked, BadSplit, ClosingReading, GivenClosing
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
    def read(given: Given | GivenClosing) -> JSONResponse:
        try:
            if isinstance(given, GivenClosing):
                return JSONResponse(ClosingReading.of(site.follower, given).to_json())
            reading = proposals.read(site.follower, given)
            return JSONResponse(reading.to_json() | {"moves": moves(reading)})
        except (TermsError, NoSuchAgreement, DocumentMissing) as error:
            return JSONResponse({"faults": _said(error)}, 422)

    @made.post("/proposal/end")
    def end(asked: Asked) -> JSONResponse:
        try:
            return JSONResponse({"closing": closings.proposed(site.follower, asked)})
        except (BadSplit, NoSuchAgreement, DocumentMissing) as error:
            return JSONResponse({"faults": _said(error)}, 422)

    @made.post("/documents")
    def keep(given: Given) -> JSONResponse:
        try:
            reading = proposals.read(site.follower, given)
        except TermsError as error:
            return JSONResponse({"faults": _said(error)}, 422)
        if reading.state[0] != "in force" and not reading.signed.found:
            fault = "It is not in force, and no party has signed it: this server does not keep it."
            return JSONResponse({"faults": [fault]}, 422)
        site.follower.documents.keep(reading.document)
        return JSONResponse({"id": "0x" + reading.id.hex()}, 201)

    return made


def _said(error: WorkpactError) -> list[str]:
    if not isinstance(error, TermsError):
        return [str(error)]
    return [f"{each.place}: {each.problem} → {each.advice}" for each in error.errors]
