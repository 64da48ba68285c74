"""What every part of the story shares: the place, and telling what happened, one line a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from place import Place

from workpact.chain import clock


@dataclass(frozen=True)
class Step:
    """What happened, in plain words; the transaction that made it happen, None where nothing was sent."""

    moment: int
    text: str
    transaction: str | None

    @property
    def day(self) -> str:
        """The date on chain, UTC."""
        return datetime.fromtimestamp(self.moment, UTC).date().isoformat()


Tell = Callable[[Step], None]


class Part:
    """A part of the story."""

    def __init__(self, place: Place, tell: Tell) -> None:
        self.place = place
        self.agreement = place.agreement
        self.document = place.document
        self.client, self.contractor, self.carrier = (
            place.actors[role] for role in ("client", "contractor", "carrier")
        )
        self._tell = tell

    def say(self, text: str, sent: Any = None) -> None:
        """Tell a step."""
        self._tell(Step(clock.now(), text, sent.txn_hash if sent is not None else None))

    def money(self, units: int) -> str:
        """Units of the agreement's token as people write them."""
        return self.agreement.money(units)
