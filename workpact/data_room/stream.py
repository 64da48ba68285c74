"""A version's sealed bytes (SPEC.md 14.8; docs/room-format.md has every byte).

libsodium's secretstream: the heading first, bound to chain, contract, book, file and version, then the content in
chunks of 64 KiB, the last one tagged. Everything passes through in constant memory.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from eth_utils.crypto import keccak
from nacl.bindings import crypto_secretstream as secretstream
from nacl.exceptions import CryptoError

from workpact.data_room.errors import BadHeading, OtherContent, Tampered, TooLong, Truncated
from workpact.data_room.wraps import KEY_BYTES, VersionId

CHUNK = 65_536
TAG_BYTES = secretstream.crypto_secretstream_xchacha20poly1305_ABYTES
START_BYTES = secretstream.crypto_secretstream_xchacha20poly1305_HEADERBYTES
MESSAGE = secretstream.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
FINAL = secretstream.crypto_secretstream_xchacha20poly1305_TAG_FINAL
PADDED = 128
"""A heading is filled up with blanks to a multiple of this, so that its length does not tell the name's."""
MOST_HEADING = 16_384
MOST_NAME = 255
HIDING = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters, ends of lines."""
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""With these a name reads as another one."""
FORMAT = "workpact-room-1"


@dataclass(frozen=True, repr=False)
class Heading:
    """What a version says of itself, encrypted with it."""

    name: str
    """The file's name, without folders."""
    media_type: str
    opens: Mapping[str, str] | None = None
    """The opening of a salted hash that agreement or report name it by (SPEC.md 14.10)."""

    def to_bytes(self) -> bytes:
        """Raises `BadHeading`."""
        if not self._is_good:
            raise BadHeading(
                f"A file's name, media type and openings are lines of at most {MOST_NAME} bytes, and a name has no "
                "folders: name it otherwise."
            )
        content = {"format": FORMAT, "name": self.name, "mediaType": self.media_type}
        opens = {} if self.opens is None else {"opens": dict(self.opens)}
        text = json.dumps({**content, **opens}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        padded = text.ljust(-(-len(text) // PADDED) * PADDED)
        if len(padded) > MOST_HEADING:
            raise BadHeading(f"Name, media type and openings take {len(text):,} bytes; {MOST_HEADING:,} is the most.")
        return padded

    @classmethod
    def from_bytes(cls, content: bytes) -> Heading:
        """Raises `BadHeading`."""
        with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            read = json.loads(content)
            heading = cls(read["name"], read["mediaType"], read.get("opens"))
            if read["format"] == FORMAT and heading._is_good:
                return heading
        raise BadHeading("The heading is none of this format: its author made it by other means. Ask for it again.")

    @property
    def _is_good(self) -> bool:
        opens = {} if self.opens is None else self.opens
        lines = [self.media_type, *(each for pair in opens.items() for each in pair)]
        return _is_name(self.name) and all(map(_is_line, lines))


@dataclass(frozen=True)
class Sealed:
    """What a manifest says of sealed bytes."""

    content: bytes
    """Their SHA-256."""
    size: int
    """Their number."""
    commitment: bytes
    """keccak256(salt ‖ sha256(plaintext))."""


def commitment_salt(key: bytes) -> bytes:
    """With it, and without the version's key, a commitment can be opened to somebody else."""
    return _derived(key, b"commitment")


def seal(source: BinaryIO, out: BinaryIO, key: bytes, version: VersionId, heading: Heading) -> Sealed:
    """Writes the sealed bytes of `source` to `out`; `key`, 32 random bytes, is of this version alone.

    Raises `BadHeading`, before anything is written.
    """
    first = heading.to_bytes()
    state = secretstream.crypto_secretstream_xchacha20poly1305_state()
    start = secretstream.crypto_secretstream_xchacha20poly1305_init_push(state, _derived(key, b"stream"))
    counted, plain = _Counted(out), sha256()

    encrypted = secretstream.crypto_secretstream_xchacha20poly1305_push(state, first, version.words, MESSAGE)
    counted.write(start + len(encrypted).to_bytes(2) + encrypted)
    chunk, following = _read(source, CHUNK), b""
    while True:
        following = _read(source, CHUNK) if len(chunk) == CHUNK else b""
        plain.update(chunk)
        tag = MESSAGE if following else FINAL
        counted.write(secretstream.crypto_secretstream_xchacha20poly1305_push(state, chunk, None, tag))
        if not following:
            break
        chunk = following
    return Sealed(counted.hash.digest(), counted.size, _commitment(key, plain.digest()))


def open_sealed(source: BinaryIO, out: BinaryIO, key: bytes, version: VersionId, commitment: bytes) -> Heading:
    """Writes the plaintext to `out`, and returns its heading once end and commitment are verified.

    `out` is a draft: before this returns it is nothing to rely on, and if it raises, it is to be destroyed. Raises
    `Damaged` (`Truncated`, `TooLong`, `Tampered`, `OtherContent`) and `BadHeading`.
    """
    opening = _Opening(source, key, version)
    heading = Heading.from_bytes(opening.heading())
    plain = sha256()
    for chunk in iter(opening.chunk, None):
        plain.update(chunk)
        out.write(chunk)
    if _commitment(key, plain.digest()) != commitment:
        raise OtherContent(f"{version}: the content is not what its author committed to. Ask for it again.")
    return heading


class _Opening:
    """Reads the parts of sealed bytes, each once it is known to be whole, in its place and of this version."""

    def __init__(self, source: BinaryIO, key: bytes, version: VersionId) -> None:
        self._source = source
        self._version = version
        self._ended = False
        self._state = secretstream.crypto_secretstream_xchacha20poly1305_state()
        secretstream.crypto_secretstream_xchacha20poly1305_init_pull(
            self._state, self._exactly(START_BYTES), _derived(key, b"stream")
        )

    def heading(self) -> bytes:
        length = int.from_bytes(self._exactly(2))
        if not TAG_BYTES < length <= MOST_HEADING + TAG_BYTES:
            raise self._tampered()
        content, tag = self._pull(self._exactly(length), self._version.words)
        if tag != MESSAGE:
            raise self._tampered()
        return content

    def chunk(self) -> bytes | None:
        """The next part of the content; None after the last one."""
        if self._ended:
            if self._source.read(1):
                raise TooLong(f"{self._version}: something follows the end of the sealed bytes. Fetch them again.")
            return None
        sealed = _read(self._source, CHUNK + TAG_BYTES)
        if len(sealed) < TAG_BYTES:
            raise self._truncated()
        content, tag = self._pull(sealed, None)
        if tag not in (MESSAGE, FINAL):
            raise self._tampered()
        if tag == MESSAGE and len(content) < CHUNK:
            raise self._truncated()
        self._ended = tag == FINAL
        return content

    def _pull(self, sealed: bytes, bound_to: bytes | None) -> tuple[bytes, int]:
        # Raised outside: what failed inside is not carried along.
        with suppress(CryptoError):
            return secretstream.crypto_secretstream_xchacha20poly1305_pull(self._state, sealed, bound_to)
        raise self._tampered()

    def _exactly(self, size: int) -> bytes:
        content = _read(self._source, size)
        if len(content) < size:
            raise self._truncated()
        return content

    def _truncated(self) -> Truncated:
        return Truncated(f"{self._version}: the sealed bytes end too early. Fetch them again.")

    def _tampered(self) -> Tampered:
        return Tampered(
            f"{self._version}: the sealed bytes were changed or cut, or are of another file, version or key. "
            "Fetch them again."
        )


class _Counted:
    """Hash and number of the bytes that pass through."""

    def __init__(self, out: BinaryIO) -> None:
        self.hash = sha256()
        self.size = 0
        self._out = out

    def write(self, content: bytes) -> None:
        self.hash.update(content)
        self.size += len(content)
        self._out.write(content)


def _read(source: BinaryIO, size: int) -> bytes:
    """So many bytes, fewer only at the end: an unbuffered source may give fewer each time."""
    parts, missing = [], size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _derived(key: bytes, purpose: bytes) -> bytes:
    assert len(key) == KEY_BYTES, "a version's key"
    return HKDF(SHA256(), 32, salt=None, info=FORMAT.encode() + b" " + purpose).derive(key)


def _commitment(key: bytes, plain: bytes) -> bytes:
    return keccak(commitment_salt(key) + plain)


def _is_name(name: str) -> bool:
    return _is_line(name) and name not in (".", "..") and not {"/", "\\"} & set(name)


def _is_line(text: str) -> bool:
    """Something to read, on one line, that a terminal shows as it stands."""
    return (
        isinstance(text, str)
        and 0 < len(text.encode(errors="replace")) <= MOST_NAME
        and not any(unicodedata.category(c) in HIDING or unicodedata.bidirectional(c) in TURNING for c in text)
    )
