"""The one form in bytes of what papers say, written and strictly read (SPEC.md 15.1)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn

from workpact.market.errors import BadPaper, shown

DEPTH = 32
"""How deep lists and sections are in each other, at most."""

_MARKS = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what steers a terminal, turns text around or cannot be seen."""


def canonical(value: Any) -> bytes:
    """The one form of a value in bytes: keys sorted, no blanks, UTF-8, whole numbers as decimal text, bytes as hex.

    Raises `BadPaper` for what has no such form: a float, nothing (None), anything but text, flags, lists and sections.
    """
    return as_bytes(_plain(value))


def parse(content: bytes) -> Any:
    """The value of which these bytes are the one form; raises `BadPaper` for all others."""
    try:
        text = content.decode()
        _require_shallow(text)
        value = json.loads(
            text, object_pairs_hook=_once, parse_int=_refused, parse_float=_refused, parse_constant=_refused
        )
    except UnicodeDecodeError:
        raise BadPaper("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadPaper(f"is not JSON: {error.msg} at character {error.pos}") from None
    _require_plain(value)
    if as_bytes(value) != content:
        raise BadPaper("is not in the one form of its text: keys sorted, no blanks, UTF-8 without needless escapes")
    return value


def section(value: Any, members: set[str], name: str) -> dict[str, Any]:
    """A section with exactly these members; raises `BadPaper`."""
    if not isinstance(value, dict):
        raise BadPaper(f"is no section where {name} goes")
    for key in sorted(members - value.keys()):
        raise BadPaper(f"has no {key!r}, which {name} has")
    for key in sorted(value.keys() - members):
        raise BadPaper(f"has '{shown(key)}', which {name} does not have")
    return value


def as_bytes(value: Any) -> bytes:
    """A plain value in its one form."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadPaper("has half of a character: save it as UTF-8") from None


def _plain(value: Any) -> Any:
    if isinstance(value, (str, bool)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, (bytes, bytearray)):
        return "0x" + bytes(value).hex()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): _plain(item) for key, item in value.items()}
    raise BadPaper(f"has {type(value).__name__} in it: write text, whole numbers, true or false, lists and sections")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadPaper(f"has the key '{shown(key)}' twice")
        found[key] = value
    return found


def _refused(written: str) -> NoReturn:
    raise BadPaper(f"has the number {shown(written)}: numbers are whole, and written as text")


def _require_shallow(text: str) -> None:
    """Before anything recurses into it: how deep Python lets its parser go is not the same everywhere."""
    depth, is_text = 0, False
    for mark in _MARKS.finditer(text):
        if mark[0] == '"':
            is_text = not is_text
        elif not is_text:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
            if depth > DEPTH:
                raise BadPaper(f"is nested more than {DEPTH} deep")


def _require_plain(value: Any) -> None:
    if isinstance(value, str):
        _require_text(value)
    elif isinstance(value, (dict, list)):
        for item in value:
            _require_plain(item)
        for item in value.values() if isinstance(value, dict) else ():
            _require_plain(item)
    elif not isinstance(value, bool):
        raise BadPaper("has null in it: leave out what there is none of")


def _require_text(text: str) -> None:
    lines = text.replace("\n", "")
    if lines.isprintable():
        return
    for char in lines:
        if unicodedata.category(char) in _OBEYED:
            raise BadPaper(f"has the control or invisible character U+{ord(char):04X} in '{shown(text)}'")
