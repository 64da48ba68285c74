"""A place during whose writes the power fails."""

from __future__ import annotations

from typing import Any

from workpact.data_room.place import RoomPlace


class Interrupted(Exception):
    """The power is gone."""


class Breaking(RoomPlace):
    """A place that breaks off at one of its writes, when told to."""

    after: int | None = None

    def _count(self) -> None:
        if self.after is not None:
            self.after -= 1
            if self.after < 0:
                self.after = None
                raise Interrupted

    def write_version(self, *given: Any) -> None:
        self._count()
        super().write_version(*given)

    def write_wrap(self, *given: Any) -> bytes:
        self._count()
        return super().write_wrap(*given)

    def write_manifest(self, *given: Any) -> None:
        self._count()
        super().write_manifest(*given)
