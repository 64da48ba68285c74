"""How a report's facts are written for people: money, shares, times, hashes. The same words in HTML and PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workpact.audit.telling import counted, tokens, write_rate
from workpact.terms.units import write_money, write_share

SHORT = 8
"""Hex digits of a hash that is shown short."""
PART_WORDS = {
    "paid": ("paid", "sent to the contractor or its payee"),
    "owed": ("waiting", "booked for a payee, not taken yet"),
    "refunded": ("refunded", "sent back to the client"),
    "fees": ("fees", "booked for who ruled"),
    "holdback": ("holdback", "kept of payments until its date"),
    "held": ("held", "not promised to anybody yet"),
}
"""Parts of the money, and what each is."""


def printable(text: str) -> str:
    """Text from elsewhere without what changes the direction or the place of the letters around it."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)


def money_writer(token: Mapping[str, Any]) -> Any:
    """Writes amounts of a token; in smallest units where its decimals are not known."""

    def write(units: str | int) -> str:
        amount = int(units)
        sign = "-" if amount < 0 else ""
        if token["decimals"] is None:
            return f"{sign}{abs(amount)} units"
        return sign + write_money(abs(amount), token["symbol"], token["decimals"])

    return write


def when(seconds: int) -> str:
    """A moment, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def day(seconds: int) -> str:
    """The day of a moment, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def month(seconds: int) -> str:
    """Its month, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m")


def short(digits: str) -> str:
    """A hash by its first digits, an address by first and last."""
    return f"{digits[:6]}…{digits[-4:]}" if len(digits) == 42 else f"{digits[: 2 + SHORT]}…"


def units(amount: str) -> str:
    """Worker tokens."""
    return tokens(int(amount))


def months(timeline: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The timeline by months, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in timeline:
        found.setdefault(month(each["time"]), []).append(each)
    return list(found.items())


def file_rows(files: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Each version of each file: what and whose it is, its number, when it was put, and who was given access."""
    return [
        (
            f"{each['kind']} {short(file['file'])} of the {file['side']}'s side"
            + (", destroyed" if file["shredded"] else ""),
            str(each["version"]),
            when(each["put"]),
            "; ".join(_reader(reader) for reader in each["readers"]) or "nobody",
        )
        for file in files
        for each in file["versions"]
    ]


def _reader(reader: dict[str, Any]) -> str:
    name = reader["role"] or short(reader["address"])
    return f"{name} (opened {when(reader['opened'])})" if reader["opened"] else name


FILTERS = {
    "when": when,
    "day": day,
    "short": short,
    "units": units,
    "rate": write_rate,
    "share": write_share,
    "months": months,
    "counted": counted,
}
