"""Reports as they stand in the calldata of transactions: whoever has the chain has what both sides reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from workpact.chain import contracts
from workpact.terms.structs import Struct

METHODS = ("report", "reportBySide", "counter", "finalise", "rule", "assess")
QUANTITIES = 32
"""The first bit of a ruling that is a quantity's."""


def reports_in(calldata: bytes) -> Iterator[Struct]:
    """Every `Report` that a transaction hands to the oracle, also inside a call of a wallet or a bundle.

    What is found is only what could be one: who reads it compares its hash.
    """
    for selector, name, types, places in _methods():
        start = calldata.find(selector)
        while start >= 0:
            try:
                values = decode(types, calldata[start + 4 :])
            except (DecodingError, OverflowError, ValueError):
                values = ()
            if values:
                yield from (values[place] for place in places)
            if values and name == "rule":
                yield merged(values[0], values[1], values[-1])
            start = calldata.find(selector, start + 1)


def merged(of_client: Struct, of_contractor: Struct, mask: int) -> Struct:
    """The report that a ruling puts together (SPEC.md 8.12)."""
    if mask == whole(len(of_client[5]), len(of_client[6])):
        return of_client
    figures = _chosen(of_client[5], of_contractor[5], mask)
    quantities = _chosen(of_client[6], of_contractor[6], mask >> QUANTITIES)
    return (*of_contractor[:5], figures, quantities, *of_contractor[7:])


def whole(levels: int, prices: int) -> int:
    """The ruling by which all stands as the client reported it."""
    return (1 << levels) - 1 | ((1 << prices) - 1) << QUANTITIES


def _chosen(of_client: Sequence[Any], of_contractor: Sequence[Any], mask: int) -> tuple[Any, ...]:
    if len(of_client) != len(of_contractor):
        return tuple(of_contractor)
    pairs = enumerate(zip(of_client, of_contractor, strict=True))
    return tuple(client if mask >> bit & 1 else contractor for bit, (client, contractor) in pairs)


@cache
def _methods() -> tuple[tuple[bytes, str, list[str], list[int]], ...]:
    """Selector, name, argument types, and which arguments are reports."""
    found = []
    for entry in contracts.artefact("SLAOracle").abi:
        if entry["type"] == "function" and entry["name"] in METHODS:
            types = [_type(field) for field in entry["inputs"]]
            selector = keccak(text=f"{entry['name']}({','.join(types)})")[:4]
            places = [place for place, field in enumerate(entry["inputs"]) if field["internalType"] == "struct Report"]
            found.append((selector, entry["name"], types, places))
    return tuple(found)


def _type(field: dict[str, Any]) -> str:
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(inner) for inner in field['components'])}){kind.removeprefix('tuple')}"
