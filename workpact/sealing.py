"""Salted hashes of what must not be on chain: deliverables and reasons.

hash = keccak256(salt ‖ sha256(content)). The salt is kept beside the content, because without it nobody can show later
what was submitted.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.chain.journal import data_folder
from workpact.private_file import read_private, write_private


class BadSeal(WorkpactError):
    """A salt's file does not belong to the content beside it, or cannot be read."""


@dataclass(frozen=True)
class Sealed:
    """What goes on chain (`hash`), and the salt that opens it."""

    salt: bytes
    content_hash: bytes
    """SHA-256 of the content."""

    @property
    def hash(self) -> bytes:
        """The 32 bytes on chain."""
        return keccak(self.salt + self.content_hash)

    @property
    def opening(self) -> dict[str, str]:
        """What goes with the content to whoever shall check it, as hex: the hash is keccak256(salt ‖ sha256)."""
        return {"salt": "0x" + self.salt.hex(), "sha256": "0x" + self.content_hash.hex()}

    def opens(self, content: bytes) -> bool:
        """Whether the hash is that of this content."""
        return sha256(content).digest() == self.content_hash


def seal(content: bytes) -> Sealed:
    """Seals bytes with a fresh salt and keeps the salt in the user's data folder, under the hash's digits."""
    sealed = Sealed(secrets.token_bytes(32), sha256(content).digest())
    path = _of_hash(sealed.hash)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, sealed)
    return sealed


def seal_of(digest: bytes) -> Sealed | None:
    """The seal of bytes, by its hash; None if it is not in the user's data folder. Raises `BadSeal`."""
    path = _of_hash(digest)
    return _read(path) if path.exists() else None


def seal_file(path: Path) -> Sealed:
    """Seals a file; the salt is kept beside it, in `<file>.<8 digits>.seal.json`, and used again for the same content.

    The digits are of the content's SHA-256, so every version has its own. Raises `BadSeal`.
    """
    kept = kept_seal(path)
    if kept is not None:
        return kept
    content_hash = _content_hash(path)
    sealed = Sealed(secrets.token_bytes(32), content_hash)
    _write(_beside(path, content_hash), sealed)
    return sealed


def kept_seal(path: Path) -> Sealed | None:
    """The seal that is kept beside a file for what it holds now; None if there is none. Raises `BadSeal`."""
    content_hash = _content_hash(path)
    beside = _beside(path, content_hash)
    if not beside.exists():
        return None
    sealed = _read(beside)
    if sealed.content_hash != content_hash:
        raise BadSeal(f"{beside} belongs to another content than {path.name} has: move it away and seal again.")
    return sealed


def _content_hash(path: Path) -> bytes:
    try:
        return sha256(path.read_bytes()).digest()
    except OSError as error:
        raise BadSeal(f"{path} cannot be read: {error.strerror}. Name the file that is handed over.") from None


def _beside(path: Path, content_hash: bytes) -> Path:
    return path.with_name(f"{path.name}.{content_hash.hex()[:8]}.seal.json")


def _of_hash(digest: bytes) -> Path:
    return data_folder() / "seals" / f"{digest.hex()}.json"


def _read(path: Path) -> Sealed:
    try:
        written = json.loads(read_private(path))
        return Sealed(bytes.fromhex(written["salt"][2:]), bytes.fromhex(written["sha256"][2:]))
    except (OSError, ValueError, KeyError, TypeError):
        raise BadSeal(f"{path} is not a salt's file: move it away and seal again.") from None


def _write(path: Path, sealed: Sealed) -> None:
    content = {**sealed.opening, "hash": "0x" + sealed.hash.hex()}
    write_private(path, [(json.dumps(content, indent=2) + "\n").encode()], over=False)
