"""The field types of the document: how each is read from text, and written back.

Reading needs the document's token, time zone and the addresses that names stand for; `Context` carries them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from eth_utils.address import is_checksum_address, to_checksum_address
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, SerializationInfo, ValidationInfo
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from workpact.terms import units

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
PLACEHOLDER = re.compile(r"\$\{([A-Za-z][A-Za-z0-9.-]*)\}", re.ASCII)
ZERO_ADDRESS = "0x" + "00" * 20
ZERO_WORD = "0x" + "00" * 32


@dataclass(frozen=True)
class Context:
    """What fields are read and written with."""

    symbol: str = ""
    decimals: int = 0
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    names: Mapping[str, str] = field(default_factory=dict)


class Model(BaseModel):
    """A frozen section of the document: camelCase in YAML, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=False)


def failed(kind: str, problem: str, advice: str) -> PydanticCustomError:
    """An error that the loader turns into the TermsError type named `kind`."""
    return PydanticCustomError(kind, "{problem}", {"problem": problem, "advice": advice})


def _context(info: ValidationInfo | SerializationInfo) -> Context:
    return info.context if isinstance(info.context, Context) else Context()


def _text(value: Any, kind: str, advice: str) -> str:
    if not isinstance(value, str):
        raise failed(kind, f"{'a list' if isinstance(value, list) else 'a section'} where one value goes", advice)
    return value


def _reader(kind: str, advice: str, read: Callable[[str, Context], Any]) -> BeforeValidator:
    def validate(value: Any, info: ValidationInfo) -> Any:
        try:
            return read(_text(value, kind, advice), _context(info))
        except units.UnitError as error:
            raise failed(kind, error.problem, error.advice) from None

    return BeforeValidator(validate)


def _writer(write: Callable[[Any, Context], Any]) -> PlainSerializer:
    def serialize(value: Any, info: SerializationInfo) -> Any:
        return write(value, _context(info))

    return PlainSerializer(serialize)


def _read_name(text: str, _: Context) -> str:
    if not NAME.fullmatch(text) or len(text) > 64:
        raise failed(
            "BadName",
            f"{text!r} goes on chain or names something there, and is not an identifier",
            "use a-z, 0-9 and single hyphens, at most 64 characters; free text belongs into title or description",
        )
    return text


def _read_line(text: str, _: Context) -> str:
    if not text.strip():
        raise failed("BadValue", "is empty", "write it, or leave the key out if it may be missing")
    if text != text.strip() or any(not char.isprintable() for char in text):
        raise failed("UnsafeText", "has control characters, line breaks or outer spaces", "write one plain line")
    return text


def _read_prose(text: str, _: Context) -> str:
    if not text.strip():
        raise failed("BadValue", "is empty", "write it, or leave the key out if it may be missing")
    if any(not char.isprintable() and char != "\n" for char in text):
        raise failed("UnsafeText", "has control or invisible characters", "write plain text")
    return text.strip()


def _read_count(text: str, _: Context) -> int:
    if not re.fullmatch(r"0|[1-9]\d{0,2}(,\d{3}){1,8}|[1-9]\d{0,26}", text, re.ASCII):
        raise failed("BadValue", f"{text!r} is not a whole number", "write digits only, like 12: at most 27 of them")
    return int(text.replace(",", ""))


def _read_flag(text: str, _: Context) -> bool:
    if text not in ("true", "false"):
        raise failed("BadValue", f"{text!r} is neither true nor false", "write true or false")
    return text == "true"


def _read_address(text: str, context: Context) -> str:
    advice = "write 0x and 40 hex digits, or a name like ${client}"
    if match := PLACEHOLDER.fullmatch(text):
        if match[1] not in context.names:
            return text
        text = str(context.names[match[1]])
        advice = f"give {match[1]} as 0x and 40 hex digits"
    if re.fullmatch(r"(0[xX])?[0-9a-fA-F]{64}", text):
        raise failed("BadAddress", "is not an address: it has the 64 hex digits of a private key", advice)
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        raise failed("BadAddress", f"{text!r} is not an address", advice)
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(text):
        raise failed("BadAddress", f"{text} has a wrong checksum: a digit is mistyped", "copy it again")
    if int(text, 16) == 0:
        raise failed("BadAddress", "is the zero address", advice)
    return to_checksum_address(text)


def _read_word(text: str, _: Context) -> str:
    if not re.fullmatch(r"0x[0-9a-fA-F]{64}", text):
        raise failed("BadValue", f"{text!r} is not 32 bytes", "write 0x and 64 hex digits")
    return text.lower()


def _read_digest(text: str, _: Context) -> str:
    if not re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", text):
        raise failed("BadValue", f"{text!r} is not a SHA-256", "write 64 hex digits, as sha256sum prints them")
    return text.lower().removeprefix("0x")


def _read_zone(text: str, _: Context) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        raise failed("BadDate", f"{text!r} is not a time zone", 'write an IANA name, like "UTC"') from None
    return text


def _read_period_end(text: str, context: Context) -> int:
    # A bare date is a period's last day: the next period starts at the midnight after it.
    return units.read_instant(text, context.zone, last=True) + (1 if len(text) == 10 else 0)


def _write_period_end(value: int, context: Context) -> str:
    text = units.write_instant(value - 1, context.zone, last=True)
    return text if len(text) == 10 else units.write_instant(value, context.zone, last=False)


def _read_threshold(text: str, _: Context) -> str:
    # Per cent for ratios, a plain number for averages: the objective decides which, so both stay text.
    return units.write_share(units.read_share(text)) if "%" in text or "ppm" in text else str(_read_count(text, _))


def _read_symbol(text: str, _: Context) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9.]{0,31}", text, re.ASCII):
        raise failed("BadName", f"{text!r} is not a token's symbol", "write its letters and digits, like USDC")
    return text


def _read_month(text: str, _: Context) -> str:
    units.read_month(text)
    return text


_SHARE_ADVICE = 'write it in per cent, like "12 %"'
_DATE_ADVICE = 'write "2026-12-31" or "2026-12-31 17:00"'

Name = Annotated[str, _reader("BadName", "write an identifier", _read_name)]
Line = Annotated[str, _reader("BadValue", "write one line of text", _read_line)]
Prose = Annotated[str, _reader("BadValue", "write text", _read_prose)]
Count = Annotated[int, _reader("BadValue", "write a whole number", _read_count), _writer(lambda v, _: str(v))]
Flag = Annotated[
    bool, _reader("BadValue", "write true or false", _read_flag), _writer(lambda v, _: "true" if v else "false")
]
Address = Annotated[str, _reader("BadAddress", "write one address", _read_address)]
Word = Annotated[str, _reader("BadValue", "write 0x and 64 hex digits", _read_word)]
Digest = Annotated[str, _reader("BadValue", "write 64 hex digits", _read_digest)]
Zone = Annotated[str, _reader("BadDate", "write an IANA name", _read_zone)]
Symbol = Annotated[str, _reader("BadName", "write its symbol", _read_symbol)]
Threshold = Annotated[str, _reader("BadShare", 'write it like "95 %"', _read_threshold)]
Month = Annotated[str, _reader("BadDate", 'write it like "2016-03"', _read_month)]
Money = Annotated[
    int,
    _reader("BadMoney", "write an amount", lambda text, c: units.read_money(text, c.symbol, c.decimals)),
    _writer(lambda v, c: units.write_money(v, c.symbol, c.decimals)),
]
Share = Annotated[
    int,
    _reader("BadShare", _SHARE_ADVICE, lambda text, _: units.read_share(text)),
    _writer(lambda v, _: units.write_share(v)),
]
Ratio = Annotated[
    int,
    _reader("BadShare", "write it like 0.95", lambda text, _: units.read_ratio(text)),
    _writer(lambda v, _: units.write_ratio(v)),
]
Duration = Annotated[
    int,
    _reader("BadDuration", 'write it like "14 days"', lambda text, _: units.read_duration(text)),
    _writer(lambda v, _: units.write_duration(v)),
]
Span = Annotated[
    int,
    _reader("BadDuration", 'write it like "90 days"', lambda text, _: units.read_span(text)),
    _writer(lambda v, _: units.write_duration(v)),
]
Notice = Annotated[
    int,
    _reader("BadDuration", 'write it like "30 days", or never', lambda text, _: units.read_notice(text)),
    _writer(lambda v, _: units.write_notice(v)),
]
Deadline = Annotated[
    int,
    _reader("BadDate", _DATE_ADVICE, lambda text, c: units.read_instant(text, c.zone, last=True)),
    _writer(lambda v, c: units.write_instant(v, c.zone, last=True)),
]
Start = Annotated[
    int,
    _reader("BadDate", _DATE_ADVICE, lambda text, c: units.read_instant(text, c.zone, last=False)),
    _writer(lambda v, c: units.write_instant(v, c.zone, last=False)),
]
PeriodEnd = Annotated[int, _reader("BadDate", _DATE_ADVICE, _read_period_end), _writer(_write_period_end)]
