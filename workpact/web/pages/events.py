"""/events: what is new, as server-sent events, for as long as a page is open.

`head` has the last block and whether the node answers, and `replaced` if the block that was told before is not on the
chain any more; `changed` names agreements of which something stands in the new blocks.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from workpact.market.relay_limits import peer_of
from workpact.web.feed import MOST_CHANGED, Stream
from workpact.web.follower import Follower
from workpact.web.site import Site

HEARTBEAT = 2
"""Seconds after which it is looked whether the node still answers."""
BEATS = 7
"""Looks without anything new after which something is sent nevertheless, so that a lost connection is noticed."""
PATIENCE = 20
"""Seconds for whoever reads to take what is sent."""
State = dict[str, Any]


def router(site: Site) -> APIRouter:
    """The stream."""
    made = APIRouter()

    @made.get("/events")
    async def events(request: Request) -> Response:
        stream = site.follower.feed.open(peer_of(request.client.host if request.client else ""))
        return Live(site.follower, stream, request.headers.get("last-event-id"))

    return made


class Live(Response):
    """An answer that goes on until its reader leaves or the server ends."""

    def __init__(self, follower: Follower, stream: Stream, last: str | None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.headers["Content-Type"] = "text/event-stream; charset=utf-8"
        self._follower = follower
        self._stream = stream
        self._last = last or ""

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:
        async def left() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            self._stream.is_ended = True
            self._stream.wake()

        leaving = asyncio.create_task(left())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._tell(send)
            await send({"type": "http.response.body", "body": b""})
        except (OSError, TimeoutError):
            pass  # it reads no more
        finally:
            leaving.cancel()
            self._follower.feed.close(self._stream)

    async def _tell(self, send: Any) -> None:
        told: State | None = None
        beats = 0
        while not self._stream.is_ended:
            changed, self._stream.changed = self._stream.changed, set()
            state = self._state()
            text = "" if state == told else self._head(state)
            if changed and len(changed) <= MOST_CHANGED:
                origins = sorted("0x" + each.hex() for each in changed)
                text += _event("changed", {"origins": origins, "block": state["number"]})
            beats = 0 if text else beats + 1
            if text or beats == BEATS:
                async with asyncio.timeout(PATIENCE):
                    await send({"type": "http.response.body", "body": (text or ":\n\n").encode(), "more_body": True})
                told, beats = state, 0
            await self._stream.wait(HEARTBEAT)

    def _state(self) -> State:
        follower = self._follower
        at = follower.last
        is_silent = follower.is_silent or at is None
        return {
            "number": at.number if at else None,
            "hash": "0x" + at.hash.hex() if at else None,
            "timestamp": at.timestamp if at else None,
            "state": "silent" if is_silent else "live",
            "since": follower.answered if is_silent else None,
        }

    def _head(self, state: State) -> str:
        number, _, before = self._last.partition("-")
        is_gone = len(before) == 66 and before != state["hash"] and self._follower.was_replaced(_bytes(before))
        self._last = f"{state['number']}-{state['hash']}"
        said = {**state, "replaced": int(number)} if is_gone and number.isdecimal() else state
        return f"id: {self._last}\n{_event('head', {**said, 'now': int(time.time())})}"


def _event(name: str, value: State) -> str:
    return f"event: {name}\ndata: {json.dumps(value)}\n\n"


def _bytes(written: str) -> bytes:
    try:
        return bytes.fromhex(written[2:])
    except ValueError:
        return b""
