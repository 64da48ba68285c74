"""What can be wrong with papers, the places that hold them, and profiles."""

from __future__ import annotations

from workpact import WorkpactError

SHOWN = 160
"""Characters of somebody else's text that a message repeats."""


def shown(text: object) -> str:
    """Somebody else's text for a message: on one line, without characters that a terminal obeys, cut."""
    whole = str(text)
    safe = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in whole[:SHOWN])
    return safe + "…" if len(whole) > SHOWN else safe


class MarketError(WorkpactError):
    """Something of the market is not as it must be."""


class BadPaper(MarketError):
    """The bytes are no whole, canonical, signed paper; says what is wrong."""


class NotVerifiable(BadPaper):
    """The signature is no key's, and no node is there to ask whether it is a contract's."""


class PlaceUnavailable(MarketError):
    """A place cannot be read or written, or answers what no place does."""


class PlaceFull(PlaceUnavailable):
    """A place takes no more for now; `until` is when to try again, Unix seconds."""

    def __init__(self, message: str, until: int) -> None:
        self.until = until
        super().__init__(message)


class PlaceRefuses(PlaceUnavailable):
    """A relay takes this paper at no time; says why."""


class NotThere(MarketError):
    """The place does not have what is asked for by its id."""


class WrongBytes(MarketError):
    """What lies at an address is not what the address names."""
