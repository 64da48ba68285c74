"""Who looks at pages now, and what they have not been told yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

from workpact import WorkpactError

MOST = 1_000
MOST_OF_PEER = 256
MOST_CHANGED = 200
"""Agreements that one is told of by name; of more at once it is said that any may have."""


class TooMany(WorkpactError):
    """No more can follow now."""


@dataclass(eq=False)
class Stream:
    """One who follows. What is new is kept as one: whoever reads slowly misses nothing but steps between."""

    peer: str
    changed: set[bytes] = field(default_factory=set)
    is_ended: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    async def wait(self, seconds: int) -> None:
        """Until something is new, but not longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()

    def wake(self) -> None:
        """From any thread."""
        with suppress(RuntimeError):  # its loop has ended
            self._loop.call_soon_threadsafe(self._woken.set)


class Feed:
    """All who follow one server."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._streams: set[Stream] = set()
        self._is_ended = False

    def open(self, peer: str) -> Stream:
        """One more; raises `TooMany`."""
        made = Stream(peer)
        with self._lock:
            of_peer = sum(each.peer == peer for each in self._streams)
            if self._is_ended or len(self._streams) >= MOST or of_peer >= MOST_OF_PEER:
                raise TooMany("Too many pages are open here: this one is not live. Load it again to see what is new.")
            self._streams.add(made)
        return made

    def close(self, stream: Stream) -> None:
        """One who follows no more."""
        with self._lock:
            self._streams.discard(stream)

    def tell(self, changed: Iterable[bytes] = ()) -> None:
        """There is something new, of these agreements among others."""
        told = set(changed)
        with self._lock:
            for each in self._streams:
                each.changed |= told
                each.wake()

    def end(self) -> None:
        """For all."""
        with self._lock:
            self._is_ended = True
            for each in self._streams:
                each.is_ended = True
                each.wake()

    def __len__(self) -> int:
        return len(self._streams)
