"""Keys, passphrases and words that must show nowhere, in every form in which they could."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

KEY = bytes.fromhex("c0ffee5ec2e7" + "9d" * 20 + "0badcafe1234")
PASSPHRASE = "Canary-pass phrase/93"


def spellings(key: bytes) -> list[bytes]:
    """A key as bytes, digits of either case, base64, a decimal number, and as Python shows bytes and lists of them."""
    digits = key.hex()
    forms = [
        key,
        digits.encode(),
        digits.upper().encode(),
        base64.b64encode(key)[:-4],
        base64.urlsafe_b64encode(key)[:-4],
    ]
    forms += [str(int.from_bytes(key)).encode(), repr(key).encode()[2:-1], str(list(key)).encode()[1:-1]]
    return [*forms, key[4:-4], digits[8:-8].encode()]


def words(text: str) -> list[bytes]:
    """A passphrase or mnemonic as text, as its bytes' digits, and in base64."""
    raw = text.encode()
    return [raw, json.dumps(text)[1:-1].encode(), raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1]]


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file by name, with its name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), str(path).encode() + b"\n" + path.read_bytes()


def hits(needles: Iterable[bytes], seen: Iterable[tuple[str, bytes]]) -> set[tuple[str, bytes]]:
    """Where which of them stand."""
    wanted = list(needles)
    return {(where, needle) for where, content in seen for needle in wanted if needle in content}
