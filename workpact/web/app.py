"""The server: pages by their addresses, static files, and what every answer carries."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from workpact import WorkpactError
from workpact.market.relay import Bounded
from workpact.market.relay_limits import Limits
from workpact.market.relay_server import relay_server
from workpact.web.errors import Caught, add_errors
from workpact.web.pages import agreement, calls, events, evidence, portfolio, proposal, tenders, worker, write
from workpact.web.rendering import LEVEL, prepare
from workpact.web.security import Guarded
from workpact.web.site import Site

STATIC = Path(__file__).parent / "static"
PAGES = (events, agreement, calls, portfolio, tenders, proposal, evidence, worker, write)
LIMITS = Limits(requests_at_once=400, requests_at_once_of_peer=300, connections=2_000, connections_of_peer=600)
"""Of requests and connections; streams have theirs in `feed`."""
LARGE = 2_000
"""Bytes from which an answer is compressed."""
BACKLOG = 1_024
ENDING = 2
"""Seconds for requests under way when the server is told to end."""


def create_app(site: Site) -> Guarded:
    """The pages of a site."""
    app = FastAPI(title="Workpact", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_middleware(GZipMiddleware, minimum_size=LARGE, compresslevel=LEVEL)
    app.add_middleware(Caught, site=site)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for each in PAGES:
        app.include_router(each.router(site))
    add_errors(app, site)
    return Guarded(_Streaming(app), site.hosts, site.relayer)


class NotListening(WorkpactError):
    """The address cannot be listened at."""


def listening(host: str, port: int) -> socket.socket:
    """A socket at that address, for `server(site).run(sockets=[…])`. Raises `NotListening`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        why = (getattr(error, "strerror", None) or str(error)).partition(" (")[0]  # which names the address again
        raise NotListening(
            f"{host} port {port}: {why}. Name another (--port), or end what listens there already."
        ) from None


def server(site: Site, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Server:
    """A server that follows the chain and runs until it is told to end."""
    # What it says of a node that is silent has the node's whole address.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL)
    prepare()
    config = relay_server(create_app(site), LIMITS, host, port).config
    config.timeout_graceful_shutdown = ENDING
    return _Server(config, site)


class _Server(uvicorn.Server):
    """Ends the streams when it ends."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._follower = site.follower
        if not self._follower.is_started:
            self._follower.start()
        Thread(target=self._ahead, args=[site], name="ahead", daemon=True).start()

    def _ahead(self, site: Site) -> None:
        """Reads all agreements once, before somebody asks for their list."""
        with suppress(WorkpactError):
            site.portfolio.lines()

    async def shutdown(self, sockets: Any = None) -> None:
        self._follower.stop()
        await super().shutdown(sockets)


class _Streaming:
    """ASGI: limits for all requests but streams, which last and have limits of their own."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._bounded = Bounded(app, LIMITS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await (self._app if scope["path"] == "/events" else self._bounded)(scope, receive, send)
