"""libsodium's secretstream and HKDF by hand, from their descriptions alone: shares no code with what it checks."""

from __future__ import annotations

import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.poly1305 import Poly1305

FINAL, REKEY = 3, 2


def hkdf(key: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-256, no salt, 32 bytes."""
    return hmac.digest(hmac.digest(bytes(32), key, "sha256"), info + b"\x01", "sha256")


class Stream:
    """Opens the messages of a `crypto_secretstream_xchacha20poly1305`."""

    def __init__(self, header: bytes, key: bytes) -> None:
        self._key = hchacha20(key, header[:16])
        self._counter, self._nonce = 1, header[16:]

    def pull(self, message: bytes, bound_to: bytes = b"") -> tuple[bytes, int]:
        """Content and tag."""
        tag_byte, content, mac = message[:1], message[1:-16], message[-16:]
        nonce = self._counter.to_bytes(4, "little") + self._nonce
        block = chacha20(self._key, nonce, 1, tag_byte + bytes(63))
        tag = block[0]
        sent = tag_byte + block[1:]
        # libsodium fills up by the length itself, not by what is missing to sixteen.
        checked = bound_to + bytes(-len(bound_to) % 16) + sent + content + bytes(len(content) % 16)
        checked += struct.pack("<QQ", len(bound_to), 64 + len(content))
        Poly1305.verify_tag(chacha20(self._key, nonce, 0, bytes(32)), checked, mac)
        opened = chacha20(self._key, nonce, 2, content)
        self._nonce = bytes(a ^ b for a, b in zip(self._nonce, mac[:8], strict=True))
        self._counter += 1
        assert not tag & REKEY or tag == FINAL, "nobody changes keys"
        return opened, tag


def chacha20(key: bytes, nonce: bytes, block: int, content: bytes) -> bytes:
    return Cipher(ChaCha20(key, block.to_bytes(4, "little") + nonce), None).encryptor().update(content)


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """The key for a long nonce (draft-irtf-cfrg-xchacha)."""
    x = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))
    for _ in range(10):
        for a, b, c, d in (
            *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
            *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
        ):
            for one, two, three, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[one] = (x[one] + x[two]) & 0xFFFFFFFF
                turned = x[three] ^ x[one]
                x[three] = (turned << by | turned >> 32 - by) & 0xFFFFFFFF
    return struct.pack("<8I", *x[:4], *x[12:])
