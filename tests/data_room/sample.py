"""A version to seal, its reader, and what lies in a place of it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from workpact.data_room.keys import EncryptionKey
from workpact.data_room.manifest import Access, Manifest, SignedManifest, readers_hash
from workpact.data_room.place import RoomPlace
from workpact.data_room.stream import CHUNK, Heading, Sealed, seal
from workpact.data_room.wraps import VersionId, wrap

AUTHOR = "0x00000000000000000000000000000000000000A1"
READER = "0x00000000000000000000000000000000000000b2"
ROOM = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
VERSION = VersionId(31337, ROOM, b"\x0b" * 32, b"\x0f" * 32, 3)
HEADING = Heading("payslip Anna.pdf", "application/pdf", {"salt": "0x01", "sha256": "0x02"})
KEY = bytes(range(32))
SIZE = CHUNK + 1_000
"""Of a content of two chunks."""


def sealed(content: bytes, key: bytes = KEY, version: VersionId = VERSION) -> tuple[bytes, Sealed]:
    """Sealed bytes, and what a manifest says of them."""
    out = io.BytesIO()
    said = seal(io.BytesIO(content), out, key, version, HEADING)
    return out.getvalue(), said


@dataclass(frozen=True)
class Put:
    """A version as its author lays it down, for one reader."""

    content: bytes
    own: EncryptionKey
    version: VersionId
    sealed: bytes
    said: Sealed
    wrapped: bytes
    access: Access
    signed: SignedManifest

    def lay(self, place: RoomPlace) -> None:
        """All three objects."""
        place.write_version(self.version, io.BytesIO(self.sealed), self.said)
        assert place.write_wrap(self.version, self.wrapped) == self.access.wrap_hash
        place.write_manifest(self.version, self.signed)


def put(random: Random, size: int, version: VersionId = VERSION) -> Put:
    """A version of so many random bytes."""
    key, own, content = random.randbytes(32), EncryptionKey.generate(), random.randbytes(size)
    sealed_bytes, said = sealed(content, key, version)
    wrapped = wrap(key, own.public, version, READER, 1)
    access = Access(READER, 1, sha256(wrapped).digest())
    manifest = Manifest(
        version.file, version.version, 6, said.content, said.size, said.commitment, readers_hash([access]), AUTHOR
    )
    signed = SignedManifest(manifest, random.randbytes(65))
    return Put(content, own, version, sealed_bytes, said, wrapped, access, signed)
