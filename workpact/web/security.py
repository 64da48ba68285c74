"""What every answer says to the browser, and which requests are none of ours (SPEC.md 16.7)."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse


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
    """ASGI: refuses foreign hosts and posts from foreign pages, and adds the headers."""

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
            await send(message)

        asked = Headers(scope=scope)
        if _name(asked.get("host", "")) not in self._hosts:
            await PlainTextResponse("This server does not answer to that name.", 421)(scope, receive, guarded)
        elif scope["method"] not in ("GET", "HEAD") and not _is_own(asked):
            await PlainTextResponse("Only this server's own pages may send that.", 403)(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


def _name(host: str) -> str:
    """Without the port."""
    return host.rsplit(":", 1)[0] if ":" in host.rsplit("]", 1)[-1] else host


def _is_own(asked: Headers) -> bool:
    origin = asked.get("origin", "")
    return (
        origin.partition("://")[2] == asked.get("host") and asked.get("sec-fetch-site", "same-origin") == "same-origin"
    )
