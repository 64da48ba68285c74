"""Salts of files: random to all others, found again by whoever needs them (SPEC.md 14.3)."""

from __future__ import annotations

from eth_abi.abi import encode

from workpact.data_room.content import Content
from workpact.data_room.errors import RoomError
from workpact.data_room.keyring import KeyRing
from workpact.data_room.listing import RoomFile
from workpact.data_room.manifest import file_id
from workpact.terms.room import Kind

PLAIN = 36
"""Where a call of `put` that nothing is wrapped around has the salt."""


class SaltNotFound(RoomError):
    """The salt of a file is in no call that can be read. Nothing was sealed or sent."""


def new_salt(chain_id: int, book: bytes, kind: Kind, content: Content, own: KeyRing, key_version: int) -> bytes:
    """What the same author gets again for the same content, name and kind, and nobody else at all."""
    words = encode(
        ["uint256", "bytes32", "uint256", "bytes32", "string"],
        [chain_id, book, int(kind), content.digest, content.heading.name],
    )
    return own.derived(key_version, words)


def salt_of(found: RoomFile, book: bytes) -> bytes:
    """Out of a call that put a version, whatever was wrapped around it; raises `SaltNotFound`."""
    from ape import networks

    for version in found.versions.values():
        data = bytes(networks.provider.web3.eth.get_transaction(version.transaction)["input"])
        for first in (PLAIN, *range(len(data) - 31)):
            if file_id(book, found.side, data[first : first + 32].ljust(32, b"\0")) == found.id:
                return data[first : first + 32]
    raise SaltNotFound(f"The node has no call that put file 0x{found.id.hex()}: ask one that has all transactions.")
