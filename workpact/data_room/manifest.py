"""What the author of a version signs, and the names of rooms and files (SPEC.md 14.2, 14.3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact.data_room.errors import BadManifest

FORMAT = "workpact-room-manifest-1"
MOST_BYTES = 65_536
"""Of a manifest's file: signatures of contracts have no length of their own."""
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


@dataclass(frozen=True)
class SignedManifest:
    """A manifest as it lies in a place. Who can read the version stands on chain, and only there."""

    manifest: Manifest
    signature: bytes
    """Of the author; empty if the author sent the version itself."""

    def to_bytes(self) -> bytes:
        """The file; equal manifests give equal bytes."""
        content = {
            "format": FORMAT,
            "manifest": {name: _written(value) for (_, name), value in zip(MEMBERS, self.manifest.values, strict=True)},
            "signature": _written(self.signature),
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes, what: str) -> SignedManifest:
        """Reads a file; raises `BadManifest`, which says `what` it is of."""
        with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            if len(content) > MOST_BYTES:
                raise ValueError
            read = json.loads(content)
            named = {name: _read(of, read["manifest"][name]) for of, name in MEMBERS}
            signed = cls(Manifest(**named), bytes.fromhex(read["signature"].removeprefix("0x")))
            if read["format"] == FORMAT:
                return signed
        raise BadManifest(f"{what} cannot be read: ask its author to lay it down again.")


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


def _written(value: bytes | int | str) -> int | str:
    return "0x" + value.hex() if isinstance(value, bytes) else value


def _read(of: str, value: Any) -> Any:
    """A member of this type; raises `ValueError`, `TypeError`."""
    if of == "uint256":
        if type(value) is not int or not 0 <= value < 2**256:
            raise ValueError
        return value
    size = 20 if of == "address" else 32
    if value[:2] != "0x" or len(value) != 2 + 2 * size:
        raise ValueError
    content = bytes.fromhex(value[2:])
    return to_checksum_address(content) if of == "address" else content
