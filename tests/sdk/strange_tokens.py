"""Tokens that answer some questions in their own way, made of TUSD: the rest, its storage and its address stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi.abi import encode
from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak

COPY = "0x00000000000000000000000000000000c0de70c0"
"""Where the token's own code goes on."""


def estrange(provider: Any, token: Any, answers: Mapping[str, bytes | int | None]) -> None:
    """From now on the token answers calls of these signatures with these bytes; None reverts.

    A number is a storage slot: the call reverts while that and its second argument are both not zero.
    """
    provider.set_code(COPY, to_hex(bytes(provider.get_code(token.address))))
    provider.set_code(token.address, to_hex(_code(answers)))


def allowance_slot(owner: str, spender: str) -> int:
    """Where OpenZeppelin's ERC-20 keeps an allowance."""
    inner = keccak(encode(["address", "uint256"], [owner, 1]))
    return int.from_bytes(keccak(encode(["address", "bytes32"], [spender, inner])))


def _code(answers: Mapping[str, bytes | int | None]) -> bytes:
    """One comparison and one answer for each signature; everything else is the copy's, by DELEGATECALL."""
    rest = 5 + 11 * len(answers)
    code, parts = bytes.fromhex("5f3560e01c"), b""
    for signature, answer in answers.items():
        target = rest + 47 + len(parts)
        code += b"\x80\x63" + keccak(text=signature)[:4] + b"\x14\x61" + target.to_bytes(2) + b"\x57"
        parts += _answer(target, answer, rest)
    call = bytes.fromhex("5b365f5f375f5f365f73") + bytes.fromhex(COPY[2:]) + bytes.fromhex("5af43d5f5f3e61")
    return code + call + (rest + 43).to_bytes(2) + bytes.fromhex("573d5ffd5b3d5ff3") + parts


def _answer(target: int, answer: bytes | int | None, rest: int) -> bytes:
    if answer is None:
        return bytes.fromhex("5b5f5ffd")
    if isinstance(answer, int):
        slot, to_rest = answer.to_bytes(32), rest.to_bytes(2)
        return b"\x5b\x7f" + slot + bytes.fromhex("541560243515") + b"\x17\x61" + to_rest + bytes.fromhex("575f5ffd")
    size = len(answer).to_bytes(2)
    return b"\x5b\x61" + size + b"\x61" + (target + 14).to_bytes(2) + b"\x5f\x39\x61" + size + b"\x5f\xf3" + answer
