"""What every answer says to the browser, and which requests are none of ours (SPEC.md 16.7)."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

METHODS = ("GET", "HEAD", "POST")
MOST = 2 * 1024 * 1024
"""Bytes of what is posted."""


def policy(relayer: str | None) -> str:
    """The content security policy."""
    connect = "'self'" + (f" {relayer}" if relayer else "")
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src {connect}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class Guarded:
    """ASGI: refuses foreign hosts, posts from foreign pages and too much of them, and adds the headers."""

    def __init__(self, app: Any, hosts: tuple[str, ...], relayer: str | None) -> None:
        self._app = app
        self._hosts = hosts
        self._headers = {
            "Content-Security-Policy": policy(relayer),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        if scope["method"] == "HEAD":  # whoever sends the answer leaves its body out
            scope = {**scope, "method": "GET"}
        await self._app(scope, _bounded(receive), guarded)

    def _refusal(self, method: str, asked: Headers) -> PlainTextResponse | None:
        if _name(asked.get("host", "")) not in self._hosts:
            return PlainTextResponse("This server does not answer to that name.", 421)
        if method not in METHODS:
            return PlainTextResponse("Only GET and POST.", 405, {"Allow": ", ".join(METHODS)})
        if method == "POST" and not _is_own(asked):
            return PlainTextResponse("Only this server's own pages may send that.", 403)
        length = asked.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST:
            return PlainTextResponse(_too_much(), 413, {"Connection": "close"})
        return None


def _bounded(receive: Any) -> Any:
    """What is posted, as far as it may go, whatever its header says of its length."""
    size = 0

    async def counted() -> Any:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST:
            raise HTTPException(413, _too_much())
        return message

    return counted


def _too_much() -> str:
    return f"This is more than {MOST:,} bytes, the most that is taken here."


def _name(host: str) -> str:
    """Without the port."""
    return (host.rsplit(":", 1)[0] if ":" in host.rsplit("]", 1)[-1] else host).lower()


def _is_own(asked: Headers) -> bool:
    origin = asked.get("origin", "")
    return (
        origin.partition("://")[2] == asked.get("host") and asked.get("sec-fetch-site", "same-origin") == "same-origin"
    )
