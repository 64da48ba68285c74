"""A list of sanctioned addresses that the user brings, with its date."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eth_utils.address import is_address, to_checksum_address

from workpact import WorkpactError


class BadSanctions(WorkpactError):
    """The file is no list of addresses with a date."""


@dataclass(frozen=True)
class Sanctions:
    """Addresses as a list had them on its date."""

    date: str
    addresses: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> Sanctions:
        """CSV with the columns `address` and `date` (the list's; the latest counts), or JSON
        `{"date": "2026-11-01", "addresses": ["0x…"]}`. Raises `BadSanctions`."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise BadSanctions(f"{path} is not UTF-8 text: give CSV or JSON.") from None
        rows = _from_json(path, text) if text.lstrip().startswith(("{", "[")) else _from_csv(path, text)
        found, dates = set(), []
        for where, address, day in rows:
            if not is_address(address):
                raise BadSanctions(f"{where}: {address!r} is no address: write 0x and 40 hex digits.")
            found.add(to_checksum_address(address))
            dates.append(_date(where, day))
        if not dates:
            raise BadSanctions(f"{path} lists no address: give the list with its date.")
        return cls(max(dates), frozenset(found))


def _from_csv(path: Path, text: str) -> Iterable[tuple[str, str, str]]:
    reader = csv.DictReader(text.splitlines())
    if not {"address", "date"} <= set(reader.fieldnames or ()):
        raise BadSanctions(f"{path}: its first line names the columns; there must be `address` and `date`.")
    return [(f"{path}:{number}", row["address"] or "", row["date"] or "") for number, row in enumerate(reader, 2)]


def _from_json(path: Path, text: str) -> Iterable[tuple[str, str, str]]:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise BadSanctions(f"{path} is no JSON.") from None
    if not isinstance(value, dict) or not isinstance(value.get("addresses"), list) or "date" not in value:
        raise BadSanctions(f'{path}: write {{"date": "2026-11-01", "addresses": ["0x…"]}}.')
    addresses = enumerate(value["addresses"], 1)
    return [(f"{path}, address {number}", str(each), str(value["date"])) for number, each in addresses]


def _date(where: str, text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise BadSanctions(f"{where}: {text!r} is no date: write 2026-11-01.") from None
