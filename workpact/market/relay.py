"""The relay: papers over HTTP for those who share no other place (SPEC.md 15.11).

It has no account, no order and no secret. What it takes is whole, signed and at its own address; what it does not take
it says why, and until when.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from workpact.market.errors import BadPaper
from workpact.market.folder_place import read_bounded
from workpact.market.paper import KINDS, SIZES, Paper, is_id
from workpact.market.place import is_subject
from workpact.market.relay_limits import Limits, Refused, peer_of
from workpact.market.relay_store import Store

BUSY_SECONDS = 5
"""After which who was one too many may try again."""
RETRY = 10 * 60
"""Seconds until a disk that fails may be tried again."""


def create_app(store: Store, *, keys_only: bool = True) -> FastAPI:
    """The relay of a store. With `keys_only` there is no node: papers of contracts (ERC-1271) are refused."""
    app = FastAPI(title="Workpact relay", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Bounded, limits=store.limits)

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return refusal_of(error, store.now)

    @app.exception_handler(HTTPException)
    async def unknown(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code)

    @app.get("/v1")
    async def about() -> dict[str, Any]:
        papers, size = store.counts
        return {"relay": "workpact-paper-1", "papers": papers, "bytes": size, "limits": vars(store.limits)}

    @app.get("/v1/papers/{kind}")
    async def listed(kind: str, subject: str | None = None, after: str = "") -> dict[str, list[str]]:
        if (
            kind not in KINDS
            or (subject is not None and not is_subject(kind, subject))
            or not (not after or is_id(after))
        ):
            raise Refused(404, "There is no such kind or subject of papers.")
        return {"papers": store.page(kind, subject, after)}

    @app.get("/v1/papers/{kind}/{subject}/{paper_id}")
    async def paper(kind: str, subject: str, paper_id: str) -> Response:
        path = store.path(kind, subject, paper_id)
        return await _file(path, SIZES[kind] if path else 0, "application/json")

    @app.put("/v1/papers/{kind}/{subject}/{paper_id}")
    async def lay(kind: str, subject: str, paper_id: str, request: Request) -> JSONResponse:
        if kind not in KINDS or not is_subject(kind, subject) or not is_id(paper_id):
            raise Refused(404, "This is no paper's address: kind/subject/id.")
        peer = peer_asking(request)
        store.attempt(peer)
        content = await body_of(request, SIZES[kind])
        is_new = await run_in_threadpool(_lay, store, content, f"{kind}/{subject}/{paper_id}", peer, keys_only)
        return JSONResponse({"id": paper_id}, 201 if is_new else 200)

    return app


class Bounded:
    """ASGI: so many requests at once, of all and of one peer, and so long for each."""

    def __init__(self, app: Any, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        peer, begun = peer_of((scope.get("client") or ("",))[0]), False
        limits = self._limits

        async def noted(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        async def answer(error: Refused) -> None:
            await refusal_of(error, 0, BUSY_SECONDS)(scope, receive, send)

        if self._running.total() >= limits.requests_at_once:
            await answer(_busy("requests at once", limits.requests_at_once))
            return
        if self._running[peer] >= limits.requests_at_once_of_peer:
            await answer(_busy("requests at once of one peer", limits.requests_at_once_of_peer))
            return
        self._running[peer] += 1
        try:
            async with asyncio.timeout(limits.seconds):
                await self._app(scope, receive, noted)
        except TimeoutError:
            # Of an answer that has begun the rest never comes, and the connection ends.
            if not begun:
                await answer(Refused(408, f"The request took more than {limits.seconds} seconds.", "seconds"))
        finally:
            self._running[peer] -= 1
            if not self._running[peer]:
                del self._running[peer]


def _lay(store: Store, content: bytes, address: str, peer: str, keys_only: bool) -> bool:
    try:
        paper = Paper.unchecked(content, kind=address.partition("/")[0])
        if paper.address != address:
            raise Refused(422, f"This is the paper {paper.address}: lay it down there.")
        paper.require_signature(keys_only=keys_only)
    except BadPaper as error:
        raise Refused(422, f"The paper {error}.") from None
    try:
        return store.put(paper, peer)
    except OSError as error:
        until = store.now + RETRY
        raise Refused(507, f"This relay cannot write: {error.strerror}.", "disk", until) from None


async def _file(path: Any, most: int, media_type: str) -> Response:
    content = await run_in_threadpool(read_bounded, path, most) if path else None
    if content is None:
        raise Refused(404, "This relay does not have it.")
    return Response(content, media_type=media_type, headers={"X-Content-Type-Options": "nosniff"})


async def body_of(request: Request, most: int) -> bytes:
    """The body, read as far as it may go, whatever its header says of its length."""
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > most:
                raise Refused(413, f"This has more than {most:,} bytes, the most that is taken here.", "bytes")
    except ClientDisconnect:
        raise Refused(400, "The rest of it never came.") from None
    return bytes(content)


def peer_asking(request: Request) -> str:
    """Whom a request is counted for."""
    return peer_of(request.client.host if request.client else "")


def _busy(name: str, limit: int) -> Refused:
    return Refused(503, f"This server answers {limit} {name}: try again in {BUSY_SECONDS} seconds.", name)


def refusal_of(error: Refused, now: int, wait: int | None = None) -> JSONResponse:
    """A refusal as it is answered: the text, which limit, and until when."""
    said: dict[str, Any] = {"error": str(error)}
    if error.limit is not None:
        said["limit"] = error.limit
    if error.until is not None:
        said["until"], wait = error.until, max(1, error.until - now)
    headers = {"Retry-After": str(wait)} if wait is not None and error.status != 408 else {}
    return JSONResponse(said, error.status, headers)
