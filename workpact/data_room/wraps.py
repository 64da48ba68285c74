"""A version's key, encrypted for one reader (SPEC.md 14.8).

HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. Its `info` names chain,
contract, book, file, version, reader and the version of the reader's key, so that a wrap opens nowhere else.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from eth_abi.abi import encode
from eth_utils.address import to_canonical_address

from workpact.data_room.errors import NotForYou
from workpact.data_room.keys import EncryptionKey, public_key

KEY_BYTES = 32
WRAP_BYTES = 80
"""32 of the encapsulated key, 32 of the key, 16 of the tag."""
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True)
class VersionId:
    """One version of one file of one room; versions count from 1."""

    chain_id: int
    contract: str
    """Address of the DataRoom."""
    book: bytes
    file: bytes
    version: int

    def __post_init__(self) -> None:
        assert len(self.book) == len(self.file) == 32, "hashes"

    @cached_property
    def words(self) -> bytes:
        """`abi.encode` of all five: what sealed bytes and wraps are bound to."""
        return encode(
            ["uint256", "address", "bytes32", "bytes32", "uint256"],
            [self.chain_id, self.contract, self.book, self.file, self.version],
        )

    def __str__(self) -> str:
        return f"file 0x{self.file.hex()}, version {self.version}"


def wrap(key: bytes, public: bytes, version: VersionId, reader: str, key_version: int) -> bytes:
    """A version's key, for the reader with this public key: 80 bytes. Raises `BadKey`."""
    assert len(key) == KEY_BYTES, "a version's key"
    return SUITE.encrypt(key, public_key(public), info=_info(version, reader, key_version))


def unwrap(wrapped: bytes, own: EncryptionKey, version: VersionId, reader: str, key_version: int) -> bytes:
    """The version's key. Raises `NotForYou`."""
    with suppress(InvalidTag):
        if len(wrapped) == WRAP_BYTES:
            return SUITE.decrypt(wrapped, own.private, info=_info(version, reader, key_version))
    raise NotForYou(
        f"{version}: the wrap for {reader} does not open with version {own.version} of its key. It was made for "
        "another key, file or version, or was changed: ask for access again."
    )


def _info(version: VersionId, reader: str, key_version: int) -> bytes:
    return version.words + to_canonical_address(reader).rjust(32, b"\0") + key_version.to_bytes(32)
