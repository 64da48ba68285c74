"""Human units, read from their text and written back exactly: money, shares, durations, instants.

No number passes through a float. Everything returned is an integer: the token's smallest unit, ppm, seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

PPM = 1_000_000
DAY = 86_400
MAX_DIGITS = 40
MAX_SPAN = 2**32 - 2
"""The longest duration of a plan, in seconds: 49,710 days."""
NEVER = MAX_SPAN + 1
"""The notice of a plan whose grants cannot be ended."""
SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": DAY, "week": 7 * DAY}

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MONEY = re.compile(rf"({_NUMBER}) ([A-Za-z][A-Za-z0-9.]*)", re.ASCII)
_SHARE = re.compile(rf"({_NUMBER}) ?%", re.ASCII)
_PPM = re.compile(r"(\d+) ppm", re.ASCII)
_DURATION = re.compile(r"(\d{1,12}) (second|minute|hour|day|week)s?", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class UnitError(ValueError):
    """Text that is not in the unit asked for; `advice` says what to write instead."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice


def _exact(text: str) -> Fraction:
    if len(text) > MAX_DIGITS:
        raise UnitError(f"{text[:12]}… has {len(text):,} characters", f"write a number of at most {MAX_DIGITS}")
    return Fraction(text.replace(",", ""))


def read_money(text: str, symbol: str, decimals: int) -> int:
    """An amount like "12,500.50 USDC" in the token's smallest unit."""
    example = f'write a number and the token, like "12,500 {symbol}"'
    match = _MONEY.fullmatch(text)
    if not match:
        raise UnitError(f"{text!r} is not an amount of money", example)
    if match[2] != symbol:
        raise UnitError(f"{text!r} is in {match[2]}, the document's token is {symbol}", example)
    units = _exact(match[1]) * 10**decimals
    if units.denominator != 1:
        raise UnitError(
            f"{text!r} is finer than the smallest unit of {symbol}, which has {decimals} decimals",
            f"round it to {decimals} decimals",
        )
    return int(units)


def write_money(units: int, symbol: str, decimals: int) -> str:
    """The exact amount with thousands separators; two decimals when it is not whole, more if needed."""
    whole, rest = divmod(units, 10**decimals)
    text = f"{whole:,}"
    if rest:
        text += "." + f"{rest:0{decimals}d}".rstrip("0").ljust(min(2, decimals), "0")
    return f"{text} {symbol}"


def read_share(text: str) -> int:
    """A share like "12 %" or "2.5 %" in ppm."""
    if match := _PPM.fullmatch(text):
        return int(_exact(match[1]))
    match = _SHARE.fullmatch(text)
    if not match:
        advice = 'write it in per cent, like "12 %"'
        raise UnitError(f"{text!r} is not a share", advice)
    ppm = _exact(match[1]) * PPM / 100
    if ppm.denominator != 1:
        raise UnitError(f"{text!r} has more digits than a millionth", "round it to 4 decimals of a per cent")
    return int(ppm)


def write_share(ppm: int) -> str:
    """The share in per cent, exactly."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}" + (f".{rest:04d}".rstrip("0") if rest else "") + " %"


def read_ratio(text: str) -> int:
    """A plain ratio of OpenSLO like 0.95, in ppm; read from its text, so that no digit is lost."""
    if not re.fullmatch(r"\d(?:\.\d+)?", text, re.ASCII):
        raise UnitError(f"{text!r} is not a ratio between 0 and 1", "write it like 0.95")
    ppm = _exact(text) * PPM
    if ppm.denominator != 1:
        raise UnitError(f"{text!r} has more digits than a millionth", "write at most 6 decimals")
    if not 0 < ppm <= PPM:
        raise UnitError(f"{text!r} is not above 0 and at most 1", "write it like 0.95")
    return int(ppm)


def write_ratio(ppm: int) -> str:
    """The ratio with its digits and no more: 950000 is 0.95."""
    whole, rest = divmod(ppm, PPM)
    return f"{whole}" + (f".{rest:06d}".rstrip("0") if rest else "")


def read_duration(text: str) -> int:
    """A duration of fixed length like "14 days" in seconds."""
    match = _DURATION.fullmatch(text)
    if match:
        return int(match[1]) * SECONDS[match[2]]
    advice = 'write a number and a unit, like "14 days" or "36 hours"'
    if match := re.fullmatch(r"(\d{1,12}) ?(?:m|M|mo|months?)", text, re.ASCII):
        advice = (
            f'a month has no fixed length and m may mean a minute: write "{int(match[1]) * 30} days" '
            f'or "{match[1]} minutes"'
        )
    raise UnitError(f"{text!r} is not a duration", advice)


def read_span(text: str) -> int:
    """A duration of at most `MAX_SPAN`."""
    seconds = read_duration(text)
    if seconds > MAX_SPAN:
        raise UnitError(f"{text!r} is longer than a plan can say", f'write at most "{MAX_SPAN // DAY} days"')
    return seconds


def read_notice(text: str) -> int:
    """A notice like "30 days" in seconds, or "never", which is `NEVER`."""
    if text == "never":
        return NEVER
    try:
        return read_span(text)
    except UnitError as error:
        raise UnitError(error.problem, f'{error.advice}, or "never" for what cannot be ended') from None


def write_notice(seconds: int) -> str:
    """What `read_notice` reads back."""
    return "never" if seconds == NEVER else write_duration(seconds)


def write_duration(seconds: int) -> str:
    """The duration in the largest unit that divides it (weeks are written in days)."""
    for unit in ("day", "hour", "minute", "second"):
        count, rest = divmod(seconds, SECONDS[unit])
        if not rest:
            return f"{count} {unit}" + ("" if count == 1 else "s")
    raise AssertionError("unreachable")


def at_local(moment: datetime, zone: ZoneInfo) -> int:
    """Unix seconds of a local time; refuses one that the clock change skips or doubles."""
    first = moment.replace(tzinfo=zone, fold=0)
    second = moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise UnitError(
            f"{moment} falls into a change of the clock in {zone.key}: it is there twice or never",
            "choose a time an hour earlier or later",
        )
    return int(first.timestamp())


def day_start(day: date, zone: ZoneInfo) -> int:
    """The first instant of a calendar day. Where the clock change skips midnight, the first after it."""
    return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp())


def read_instant(text: str, zone: ZoneInfo, *, last: bool) -> int:
    """A date or a local time in Unix seconds. A bare date means its first second, or, with `last`, its last."""
    match = _INSTANT.fullmatch(text)
    if match and not "1970-01-02" <= match[1] <= "9998-12-31":
        raise UnitError(f"{text!r} is before 1970 or after 9998", "write a date that can come")
    if not match:
        raise UnitError(f"{text!r} is not a date", 'write "2026-12-31" or "2026-12-31 17:00"')
    try:
        day = date.fromisoformat(match[1])
        if not match[2]:
            return day_start(day + timedelta(days=1), zone) - 1 if last else day_start(day, zone)
        clock = time.fromisoformat(match[2])
    except (ValueError, OverflowError) as error:
        raise UnitError(f"{text!r} is no date: {error}", 'write "2026-12-31" or "2026-12-31 17:00"') from None
    return at_local(datetime.combine(day, clock), zone)


def write_instant(seconds: int, zone: ZoneInfo, *, last: bool) -> str:
    """The shortest text that `read_instant` reads back."""
    moment = datetime.fromtimestamp(seconds, zone)
    day = moment.date().isoformat()
    if read_instant(day, zone, last=last) == seconds:
        return day
    return f"{day} {moment.time().isoformat()}"


def read_month(text: str) -> tuple[int, int]:
    """A calendar month like "2016-03"."""
    match = _MONTH.fullmatch(text)
    if not match or not 1 <= int(match[2]) <= 12 or not 1971 <= int(match[1]) <= 9998:
        raise UnitError(f"{text!r} is not a month", 'write it like "2016-03"')
    return int(match[1]), int(match[2])


def months(first: str, last: str) -> list[tuple[str, date, date]]:
    """Name, first day and first day after it of each calendar month from `first` to `last`, both included."""
    year, month = read_month(first)
    end = read_month(last)
    found = []
    while (year, month) <= end:
        name, start = f"{year:04d}-{month:02d}", date(year, month, 1)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        found.append((name, start, date(year, month, 1)))
    return found
