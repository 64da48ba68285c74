"""Pieces of Markdown: what people wrote is escaped, so that it reads as text wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from workpact.terms import units
from workpact.terms.contents import Contents


def plain(text: str) -> str:
    """Text of people, in one line."""
    return re.sub(r"([\\`*_|<>\[\]#~])", r"\\\1", " ".join(text.split()))


def quote(text: str) -> str:
    """Text of people, as a quotation that keeps its lines."""
    return "\n".join(f"> {plain(line)}".rstrip() for line in text.splitlines())


def inline(text: str) -> str:
    """A word of a log, such as a column's name, letter by letter."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def code(text: str) -> str:
    """Text of a query, letter by letter."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells must be Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


class Format:
    """Amounts and times of one document in words."""

    def __init__(self, contents: Contents) -> None:
        self._symbol, self._decimals = contents.token.symbol, contents.token.decimals
        self._zone: ZoneInfo = contents.zone

    def money(self, amount: int) -> str:
        """An amount with its token."""
        return units.write_money(amount, self._symbol, self._decimals)

    def instant(self, seconds: int) -> str:
        """A time in the document's zone, and in UTC if that is another, because zones change their rules."""
        moment = datetime.fromtimestamp(seconds, self._zone)
        text = moment.strftime("%Y-%m-%d %H:%M:%S ") + self._zone.key
        if self._zone.key == "UTC":
            return text
        return text + datetime.fromtimestamp(seconds, UTC).strftime(" (%Y-%m-%d %H:%M:%S UTC)")


def share(ppm: int) -> str:
    """A share in per cent."""
    return units.write_share(ppm)


def duration(seconds: int) -> str:
    """A duration."""
    return units.write_duration(seconds)
