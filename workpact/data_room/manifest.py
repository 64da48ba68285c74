"""What the author of a version signs, and the names of rooms and files (SPEC.md 14.2, 14.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

TYPE = (
    "Manifest(bytes32 file,uint256 version,uint256 kind,bytes32 content,uint256 size,bytes32 commitment,"
    "bytes32 readers,address author)"
)
MEMBERS = [(of, name) for of, name in (each.split(" ") for each in TYPE[len("Manifest(") : -1].split(","))]
"""Type and name of each, in order."""
DOMAIN = [("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")]
NAME = "Workpact Data Room"


@dataclass(frozen=True)
class Access:
    """The leave to open a version."""

    reader: str
    key_version: int
    """Of the reader's key that the wrap is for."""
    wrap_hash: bytes
    """SHA-256 of the wrap."""


@dataclass(frozen=True)
class Manifest:
    """The members of the signed message, in its order."""

    file: bytes
    version: int
    kind: int
    """SPEC.md 14.7."""
    content: bytes
    """SHA-256 of the sealed bytes."""
    size: int
    """Their number."""
    commitment: bytes
    """keccak256(salt ‖ sha256(plaintext))."""
    readers: bytes
    """`readers_hash` of those who can read it from the start."""
    author: str

    @property
    def values(self) -> list[Any]:
        """The members in order."""
        return [getattr(self, name) for _, name in MEMBERS]

    @property
    def struct_hash(self) -> bytes:
        """What the contract stores."""
        return keccak(encode(["bytes32", *(each for each, _ in MEMBERS)], [keccak(text=TYPE), *self.values]))

    def typed_data(self, chain_id: int, contract: str) -> dict[str, Any]:
        """The EIP-712 message, as wallets take it."""
        types: dict[str, list[tuple[str, str]]] = {"EIP712Domain": DOMAIN, "Manifest": MEMBERS}
        return {
            "types": {name: [{"name": name, "type": of} for of, name in each] for name, each in types.items()},
            "primaryType": "Manifest",
            "domain": {"name": NAME, "version": "1", "chainId": chain_id, "verifyingContract": contract},
            "message": dict(zip((name for _, name in MEMBERS), self.values, strict=True)),
        }


def readers_hash(accesses: Iterable[Access]) -> bytes:
    """keccak256(abi.encode(Access[])), as the contract computes it."""
    listed = [(each.reader, each.key_version, each.wrap_hash) for each in accesses]
    return keccak(encode(["(address,uint256,bytes32)[]"], [listed]))


def book_of(agreement: str, origin: bytes) -> bytes:
    """The room of an agreement; `agreement` is the address of the Agreement contract."""
    return keccak(encode(["address", "bytes32"], [agreement, origin]))


def file_id(book: bytes, side: int, salt: bytes) -> bytes:
    """The file that a side (1 client, 2 contractor) puts under a random salt of 32 bytes."""
    return keccak(encode(["bytes32", "uint256", "bytes32"], [book, side, salt]))
