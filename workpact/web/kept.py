"""What takes long to make: made one at a time in a thread of its own, and kept by key, the last few."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

from workpact import WorkpactError

T = TypeVar("T")
MOST = 8
"""Kept, done or not."""
WAITING = 4
"""Of them not done: whoever asks for more is sent away."""


class Busy(WorkpactError):
    """Too much of this kind is being made already."""

    status = 503


class Kept(Generic[T]):
    """Things of one kind. Who asks for what is being made waits for the same."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1)
        self._lock = Lock()
        self._made: OrderedDict[Hashable, Future[T]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], T], seconds: float | None = None) -> T | None:
        """What `make` makes, or has made for this key; None if it is not done after so many seconds.

        Raises `Busy`, and what `make` raises, which is not kept.
        """
        waited = asyncio.wrap_future(self._future(key, make))
        done, _ = await asyncio.wait({waited}, timeout=seconds)
        return waited.result() if done else None

    def _future(self, key: Hashable, make: Callable[[], T]) -> Future[T]:
        with self._lock:
            known = self._made.get(key)
            if known is not None and not (known.done() and known.exception()):
                self._made.move_to_end(key)
                return known
            if sum(not each.done() for each in self._made.values()) >= WAITING:
                raise Busy("This server is making as much of that as it can: ask again in a minute.")
            made = self._made[key] = self._worker.submit(make)
            self._made.move_to_end(key)
            for old in [each for each, future in self._made.items() if future.done()][: max(0, len(self._made) - MOST)]:
                del self._made[old]
            return made
