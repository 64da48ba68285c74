"""Calls as JSON: arguments in the order of the contract's interface, with blanks for what a person still gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.chain import contracts


@dataclass(frozen=True)
class Blank:
    """An argument that is an input of the move."""

    name: str


@dataclass(frozen=True)
class Plain:
    """An argument that is as JSON has it already: what many calls carry is written once."""

    value: Any


def arguments(contract: str, function: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Values for a function as JSON has them: integers as decimal text, bytes as hex, structs as arrays."""
    fields = _function(contract, function)["inputs"]
    return tuple(_plain(field, field["type"], value) for field, value in zip(fields, values, strict=True))


def _plain(field: Mapping[str, Any], kind: str, value: Any) -> Any:
    if isinstance(value, Blank):
        return {"input": value.name}
    if isinstance(value, Plain):
        return value.value
    if kind.endswith("[]"):
        return [_plain(field, kind.removesuffix("[]"), each) for each in value]
    if kind == "tuple":
        members = field["components"]
        return [_plain(member, member["type"], each) for member, each in zip(members, value, strict=True)]
    if kind == "address":
        return to_checksum_address(value)
    if kind == "bool":
        return bool(value)
    return "0x" + bytes(value).hex() if kind.startswith("bytes") else str(int(value))


@cache
def _function(contract: str, name: str) -> dict[str, Any]:
    """A function of a contract's interface."""
    found = (each for each in contracts.artefact(contract).abi if each["type"] == "function" and each["name"] == name)
    return next(found)
