"""Text of books as exact values: encodings, dates whose order is certain, amounts whose decimal sign is certain."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from workpact.audit.bookkeeping.errors import BadAmount, BadDate, UnknownDialect

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
ORDERS = (DAY_FIRST, MONTH_FIRST)
POINT, COMMA = "point", "comma"
SIGNS = {POINT: (".", ","), COMMA: (",", ".")}
"""Decimal and thousands sign."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MOST_DIGITS = 60

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_WORDED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4})", re.ASCII)

Told = tuple[str, str]
"""A text, and where it stands."""


def decoded(file: Path) -> str:
    """The text of a file in UTF-8 or, with its mark, UTF-16; `UnknownDialect` for another encoding."""
    raw = file.read_bytes()
    encoding = "utf-8-sig"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnknownDialect(f"{file.name}:{line}: this is no UTF-8 text: save the file as CSV UTF-8.") from None


def dates(told: Sequence[Told], order: str | None) -> list[date]:
    """Dates of one file. Where day and month could be either, the other dates of the file or `order` tell."""
    slashed = [(match, place) for text, place in told if (match := _SLASHED.fullmatch(text.strip()))]
    known = order or _order(slashed)
    return [_date(text.strip(), place, known) for text, place in told]


def _order(slashed: Iterable[tuple[re.Match[str], str]]) -> str | None:
    found: dict[str, str] = {}
    place = ""
    for match, place in slashed:
        if int(match[1]) > 12:
            found.setdefault(DAY_FIRST, place)
        if int(match[2]) > 12:
            found.setdefault(MONTH_FIRST, place)
    if len(found) == 2:
        raise BadDate(
            f"{found[DAY_FIRST]} has the day first and {found[MONTH_FIRST]} the month: write all dates of a file in "
            "one order, best as 2026-12-31."
        )
    if place and not found:
        raise BadDate(
            f"{place}: day and month of every date of this file could be either: say --dates day-first or --dates "
            "month-first."
        )
    return next(iter(found), None)


def _date(text: str, place: str, order: str | None) -> date:
    try:
        if match := _ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DOTTED.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _WORDED.fullmatch(text):
            return date(int(match[3]), MONTHS.index(match[2].lower()) + 1, int(match[1]))
        if match := _SLASHED.fullmatch(text):
            first, second, year = int(match[1]), int(match[2]), int(match[3])
            return date(year, second, first) if order == DAY_FIRST else date(year, first, second)
    except ValueError:
        pass
    hint = f" with {order}" if order and _SLASHED.fullmatch(text) else ""
    raise BadDate(f"{place}: {text!r} is no date{hint}: write it as 2026-12-31.")


def amounts(told: Sequence[Told], decimal: str | None) -> list[Fraction]:
    """Amounts of one file as they are written; the decimal sign is the same in all, and certain or `decimal`."""
    clean = [(_bare(text), place) for text, place in told]
    sign = decimal or _decimal(clean)
    return [_amount(text, place, sign) for text, place in clean]


def _bare(text: str) -> str:
    """Without spaces and currency signs; (1.00) is −1.00, and so is 1.00-."""
    bare = re.sub(r"[\s'’$€£]", "", text).replace("−", "-")
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    return "-" + bare[:-1] if bare.endswith("-") and not bare.startswith("-") else bare


def _decimal(told: Iterable[Told]) -> str:
    """Which decimal sign all amounts can have."""
    possible = {POINT, COMMA}
    unsure = ""
    for text, place in told:
        digits = text.lstrip("+-")
        fits = {name for name in SIGNS if _pattern(name).fullmatch(digits)}
        if len(fits) == 2 and ("." in digits or "," in digits):
            unsure = unsure or place
        if fits and not fits & possible:
            raise BadAmount(
                f"{place}: {text!r} has another decimal sign than the amounts before it: write all in one way."
            )
        possible &= fits or possible
    if len(possible) == 2 and unsure:
        raise BadAmount(
            f"{unsure}: this amount has either thousands or decimals after its sign: say --decimal point or --decimal "
            "comma."
        )
    return POINT if POINT in possible else COMMA


def _pattern(name: str) -> re.Pattern[str]:
    decimal, thousands = (re.escape(each) for each in SIGNS[name])
    return re.compile(rf"(?:\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{decimal}\d+)?", re.ASCII)


def _amount(text: str, place: str, sign: str) -> Fraction:
    decimal, thousands = SIGNS[sign]
    digits = text.lstrip("+-")
    if len(text) > MOST_DIGITS or len(text) - len(digits) > 1 or not _pattern(sign).fullmatch(digits):
        raise BadAmount(f"{place}: {text[:MOST_DIGITS]!r} is no amount with a decimal {sign}: write it like 1234.50.")
    value = Fraction(digits.replace(thousands, "").replace(decimal, "."))
    return -value if text.startswith("-") else value


def units(value: Fraction, decimals: int, currency: str, place: str) -> int:
    """An amount in the smallest unit; `BadAmount` if it is finer."""
    found = value * 10**decimals
    if found.denominator != 1:
        raise BadAmount(f"{place}: the amount is finer than {currency} with its {decimals} decimals: correct it.")
    return int(found)
