"""The signed message as bytes that `publish` emits and anyone can check: it hashes to the id or says nothing (10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi.abi import decode, encode

from workpact.terms import eip712


def encoded(message: Mapping[str, Any]) -> bytes:
    """The `Agreement` message, ABI-encoded as one tuple of its EIP-712 members, names as strings."""
    return encode([_layout("Agreement")], [_tuple("Agreement", message)])


def decoded(document: bytes) -> dict[str, Any]:
    """The message in a published document; `eip712.digest("Agreement", …)` of it is the id if it is genuine."""
    (values,) = decode([_layout("Agreement")], document)
    message: dict[str, Any] = _message("Agreement", values)
    return message


def _layout(kind: str) -> str:
    if kind.endswith("[]"):
        return _layout(kind.removesuffix("[]")) + "[]"
    if kind in eip712.TYPES:
        return "(" + ",".join(_layout(member) for member, _ in eip712.TYPES[kind]) + ")"
    return kind


def _tuple(kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [_tuple(kind.removesuffix("[]"), item) for item in value]
    if kind in eip712.TYPES:
        return tuple(_tuple(member, value[field]) for member, field in eip712.TYPES[kind])
    if kind == "bytes32":
        return bytes.fromhex(value[2:]) if isinstance(value, str) else value
    return int(value) if kind in ("uint256", "int256") else value


def _message(kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [_message(kind.removesuffix("[]"), item) for item in value]
    if kind in eip712.TYPES:
        fields = eip712.TYPES[kind]
        return {field: _message(member, item) for (member, field), item in zip(fields, value, strict=True)}
    return value
