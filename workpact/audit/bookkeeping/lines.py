"""Lines of the user's books, whatever file they come from, and the money they are in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from workpact.audit.bookkeeping.errors import CurrencyUnknown, DuplicateId
from workpact.audit.words import Words

MINOR = {"BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}
"""Decimals of currencies (ISO 4217) that have other than two."""


@dataclass(frozen=True)
class Money:
    """What books call the agreement's token, and its decimals."""

    name: str
    decimals: int

    @classmethod
    def of(cls, words: Words, name: str | None = None, decimals: int | None = None) -> Money:
        """The token by the agreement's file, under its symbol unless books have another name for it.

        Without a file both must be given: `CurrencyUnknown`.
        """
        if words.paper is not None:
            token = words.paper.token
            return cls(name or token.symbol, token.decimals)
        if name is None or decimals is None:
            raise CurrencyUnknown(
                "No file says what the agreement's token is called and how fine it is: give the agreement's file, or "
                "say --currency and --decimals."
            )
        return cls(name, decimals)

    def digits(self, currency: str) -> int:
        """Decimals of a currency in these books."""
        return self.decimals if currency == self.name else MINOR.get(currency, 2)

    def text(self, units: int) -> str:
        """An amount with all that is in it, without separators: two decimals at least, never exactly three."""
        return amount_text(units, self.decimals)


def amount_text(units: int, decimals: int) -> str:
    """As `Money.text`, for any currency; three decimals could be read as thousands."""
    whole, rest = divmod(abs(units), 10**decimals)
    places = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    places = places.ljust(min(2, decimals), "0")
    places = places.ljust(4, "0") if len(places) == 3 else places
    return ("-" if units < 0 else "") + f"{whole}" + (f".{places}" if places else "")


@dataclass(frozen=True)
class Line:
    """One line of an account or one bill. What comes in is positive; `amount` in the currency's smallest unit."""

    date: date
    amount: int
    currency: str
    source: str
    """The file and the place in it."""
    counterparty: str | None = ""
    """None where the form has no such field and the memo may name one."""
    reference: str = ""
    memo: str = ""
    id: str = ""
    rate: Fraction | None = None
    """Units of the line's currency for one token, where the line says it."""

    @property
    def words(self) -> str:
        """All that it says."""
        return " ".join(each for each in (self.reference, self.counterparty, self.memo) if each)


@dataclass(frozen=True)
class Books:
    """What was read of one file."""

    lines: tuple[Line, ...]
    is_bills: bool = False
    """Bills or invoices: what is owed for work, before anything is held back."""

    @classmethod
    def of(cls, lines: Iterable[Line], is_bills: bool = False) -> Books:
        """Refuses lines with one id: `DuplicateId`."""
        found = tuple(lines)
        seen: dict[str, Line] = {}
        for line in found:
            if line.id and line.id in seen:
                raise DuplicateId(
                    f"{line.source}: the id {line.id!r} is that of {seen[line.id].source} too: every line has its own; "
                    "if the file was exported twice, take out one."
                )
            seen[line.id] = line
        return cls(found, is_bills)
