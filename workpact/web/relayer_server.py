"""The relayer over HTTP: POST /relay takes a call, GET /relay says what it is, GET /relay/ID what became of one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from eth_utils.address import is_address, to_checksum_address
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from workpact.market.relay import Bounded, body_of, peer_asking, refusal_of
from workpact.market.relay_limits import Limits, Refused
from workpact.web.relayer import Relayer

HTTP = Limits(requests_at_once=32, requests_at_once_of_peer=8, connections=256, connections_of_peer=32, seconds=60)
"""Of requests and connections."""
DATA = re.compile("0x([0-9a-f]{2}){4,}")


def create_app(relayer: Relayer, origins: Sequence[str]) -> FastAPI:
    """The relayer's server, for the pages of these origins and for programs."""
    app = FastAPI(title="Workpact relayer", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(
        CORSMiddleware, allow_origins=list(origins), allow_methods=["GET", "POST"], allow_headers=["content-type"]
    )
    app.add_middleware(Bounded, limits=HTTP)

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return refusal_of(error, relayer.now)

    @app.exception_handler(HTTPException)
    async def unknown(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code)

    @app.get("/relay")
    def about() -> dict[str, Any]:
        return relayer.about()

    @app.get("/relay/{call}")
    def of(call: str) -> dict[str, Any]:
        known = relayer.of(call)
        if known is None:
            raise Refused(404, "This relayer knows of no such call: ask it to relay it again.")
        return known.to_json()

    @app.post("/relay", status_code=202)
    async def relay(request: Request) -> dict[str, Any]:
        origin = request.headers.get("origin")
        if origin is not None and origin not in origins:
            raise Refused(403, "This relayer serves other pages: it was not started with --origin for yours.")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "It takes JSON: {contract, data}.")
        contract, data = _call(await body_of(request, 2 * relayer.limits.bytes_of_call + 1_024))
        if len(data) > relayer.limits.bytes_of_call:
            raise Refused(413, f"A call has at most {relayer.limits.bytes_of_call:,} bytes here.", "bytes of a call")
        taken = await run_in_threadpool(relayer.take, contract, data, peer_asking(request))
        return taken.to_json()

    return app


def _call(content: bytes) -> tuple[str, bytes]:
    try:
        asked = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused(400, "That is no JSON.") from None
    if not isinstance(asked, dict) or set(asked) != {"contract", "data"}:
        raise Refused(400, "It takes JSON with contract and data.")
    contract, data = asked["contract"], asked["data"]
    if not isinstance(contract, str) or not isinstance(data, str) or not is_address(contract):
        raise Refused(400, "contract is an address: 0x and 40 hex digits.")
    if not DATA.fullmatch(data.lower()):
        raise Refused(400, "data is calldata: 0x and hex digits.")
    return to_checksum_address(contract), bytes.fromhex(data[2:])
