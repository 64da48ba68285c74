"""The relay's server: uvicorn, with an end to connections that send nothing, or a little at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from workpact.market.relay_limits import Limits, peer_of

HEAD_SECONDS = 15
"""In which a request's head has to be there, from the connection's begin or the head's first byte."""
HEAD_BYTES = 16 * 1024


def relay_server(app: Any, limits: Limits, host: str, port: int, proxy: str | None = None) -> uvicorn.Server:
    """A server that runs until it is told to end.

    `proxy` is the address of a proxy before it whose X-Forwarded-For says who asks; else nobody's does.
    """

    class Protocol(_Patient):
        pass

    Protocol.limits, Protocol.proxy = limits, proxy
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or [],
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_graceful_shutdown=limits.seconds,
    )
    return uvicorn.Server(config)


class _Patient(H11Protocol):
    """A connection that is closed if its head takes too long, or if it is one too many."""

    limits: Limits
    proxy: str | None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections or self._is_one_too_many():
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._wait_no_more()
        elif self._deadline is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _is_one_too_many(self) -> bool:
        host = self.client[0] if self.client else ""
        if host == self.proxy:
            return False
        peers = [peer_of(each.client[0]) for each in self.connections if each.client]  # type: ignore[union-attr]
        return peers.count(peer_of(host)) > self.limits.connections_of_peer

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
