"""Signed messages as a bundle has them: JSON by their EIP-712 types, each value in one form only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.bundle.packing import BadBundle
from workpact.terms.eip712 import TYPES

FORMS = {
    "address": re.compile(r"0x[0-9a-f]{40}"),
    "bytes32": re.compile(r"0x[0-9a-f]{64}"),
    "uint256": re.compile(r"0|[1-9][0-9]{0,77}"),
    "int256": re.compile(r"0|-?[1-9][0-9]{0,76}"),
}


def written(kind: str, value: Any) -> Any:
    """A value of an EIP-712 type as JSON: numbers as decimal text, bytes and addresses as small hex digits."""
    if kind.endswith("[]"):
        return [written(kind.removesuffix("[]"), each) for each in value]
    if kind in TYPES:
        return {name: written(member, value[name]) for member, name in TYPES[kind]}
    if kind == "bytes32":
        return "0x" + bytes(value).hex()
    return str(value).lower() if kind == "address" else str(value)


def read(kind: str, value: Any, place: str) -> Any:
    """The value that `written` wrote, addresses with check sums; `BadBundle` names the place of another."""
    if kind.endswith("[]"):
        if not isinstance(value, list):
            raise BadBundle(f"The bundle has at {place} no list.")
        return [read(kind.removesuffix("[]"), each, f"{place}.{index}") for index, each in enumerate(value)]
    if kind in TYPES:
        return _struct(kind, value, place)
    if not isinstance(value, str) or (kind in FORMS and not FORMS[kind].fullmatch(value)):
        raise BadBundle(f"The bundle has at {place} no {kind} in its one form.")
    if kind == "bytes32":
        return bytes.fromhex(value[2:])
    if kind in ("uint256", "int256"):
        number = int(value)
        if not (0 <= number < 2**256 if kind == "uint256" else -(2**255) <= number < 2**255):
            raise BadBundle(f"The bundle has at {place} no {kind}.")
        return number
    if kind == "string" and any("\ud800" <= each <= "\udfff" for each in value):
        raise BadBundle(f"The bundle has at {place} no text.")
    return to_checksum_address(value) if kind == "address" else value


def _struct(kind: str, value: Any, place: str) -> Mapping[str, Any]:
    names = [name for _, name in TYPES[kind]]
    if not isinstance(value, dict) or set(value) != set(names):
        raise BadBundle(f"The bundle has at {place} no {kind}: it has {', '.join(names)}.")
    return {name: read(member, value[name], f"{place}.{name}") for member, name in TYPES[kind]}
