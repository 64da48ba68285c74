"""What cannot be shown, as pages: what happened and what to do, and nothing of the machine or the node's address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from workpact import WorkpactError
from workpact.audit.entries import BlockGone
from workpact.audit.index.store import Moved
from workpact.audit.node import NodeRefused, NodeSilent, NodeWrong, StateGone
from workpact.audit.subject import DocumentMissing, NoSuchAgreement
from workpact.history import HistoryDiffers
from workpact.service_record import Unclear
from workpact.web.feed import TooMany
from workpact.web.rendering import Part, part
from workpact.web.site import Site

LOG = logging.getLogger(__name__)
AGAIN = "Load the page again; if this stays, ask whoever runs this server to look at its node."
UNKNOWN = (
    "This agreement is on the chain, but nobody has published the document that it goes by, and this server has no "
    "file of it. Start the server with the file, keep it here from its proposal's page, or have a party publish it."
)
SAID: dict[type[Exception], tuple[int, str, str, str | None]] = {
    NoSuchAgreement: (404, "No such agreement", "warn", None),
    DocumentMissing: (404, "A document is missing", "warn", UNKNOWN),
    HistoryDiffers: (502, "The node's record is not whole", "bad", None),
    Unclear: (502, "The record cannot be told apart", "bad", None),
    NodeSilent: (503, "The node does not answer", "bad", f"Nothing can be read from the chain now. {AGAIN}"),
    StateGone: (503, "The node has forgotten that block", "warn", f"It keeps the state of new blocks only. {AGAIN}"),
    NodeRefused: (502, "The node refuses", "bad", f"It answered what was asked with an error. {AGAIN}"),
    NodeWrong: (502, "The node is wrong", "bad", f"It answered what nobody asked. {AGAIN}"),
    BlockGone: (503, "The chain changed", "warn", f"Blocks were replaced while they were read. {AGAIN}"),
    Moved: (503, "The index changed", "warn", f"Another process wrote it while it was read. {AGAIN}"),
    TooMany: (503, "Too many pages are open", "warn", None),
}
"""Status, heading, tone and words by kind; without words its own text, which names nothing of this machine."""
STATUSES = {400: "Not understood", 404: "No such page", 405: "Not to be asked like that", 413: "Too much"}


def add_errors(app: FastAPI, site: Site) -> None:
    """Answers what goes wrong in pages."""

    @app.exception_handler(WorkpactError)
    async def named(request: Request, error: WorkpactError) -> Response:
        return _answer(site, request, *_said(error))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        title = STATUSES.get(error.status_code, "That did not work")
        found = _answer(site, request, error.status_code, title, "warn", _words(error))
        found.headers.update(error.headers or {})
        return found

    @app.exception_handler(RequestValidationError)
    async def misunderstood(request: Request, error: RequestValidationError) -> Response:
        named = ", ".join(dict.fromkeys(str(each["loc"][-1]) for each in error.errors()))
        return _answer(site, request, 400, STATUSES[400], "warn", f"What was sent cannot be read: {named}.")


class Caught:
    """ASGI: what nobody thought of, as a page; the traceback goes to the log alone."""

    def __init__(self, app: Any, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        begun = False

        async def noted(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            LOG.exception("A page failed")
            if begun:
                raise
            words = "This is a mistake of the server, not yours. Whoever runs it finds more in its log."
            answer = _answer(self._site, Request(scope), 500, "Something went wrong here", "bad", words)
            await answer(scope, receive, send)


def _said(error: WorkpactError) -> tuple[int, str, str, str]:
    for kind in _kinds(error):
        if kind in SAID:
            status, title, tone, words = SAID[kind]
            return status, title, tone, words or str(error)
    if type(error).__module__.startswith(("workpact.web.", "workpact.terms.")):
        return getattr(error, "status", 422), "That cannot be shown", "warn", str(error)
    LOG.error("%s: %s", type(error).__name__, error)
    return 502, "Something cannot be read", "bad", f"{type(error).__name__}. {AGAIN}"


def _kinds(error: Exception) -> Iterator[type[Any]]:
    yield from type(error).__mro__


def _words(error: HTTPException) -> str:
    is_bare = error.detail in ("Not Found", "Method Not Allowed")
    return "There is nothing at this address." if is_bare else str(error.detail)


def _answer(site: Site, request: Request, status: int, title: str, tone: str, words: str) -> Response:
    """A page for people; JSON for scripts that ask for it, or post."""
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted or (request.method == "POST" and "text/html" not in accepted):
        return JSONResponse({"error": words}, status)
    return site.answer(request, error_part(title, tone, words, status == 503), section="", status=status)


def error_part(title: str, tone: str, words: str, is_passing: bool) -> Part:
    """What is shown instead of a page; if it passes, the browser loads the page again by itself."""
    return part("error.html.jinja", title, heading=title, tone=tone, words=words, is_passing=is_passing)
