"""Keys, passphrases and words that must show nowhere, in every form in which they could."""

from __future__ import annotations

import base64
import gzip
import io
import json
import lzma
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

KEY = bytes.fromhex("c0ffee5ec2e7" + "9d" * 20 + "0badcafe1234")
PASSPHRASE = "Canary-pass phrase/93"
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){16,}")


def spellings(key: bytes) -> list[bytes]:
    """A key as bytes, digits of either case, base64, a decimal number, and as Python shows bytes and lists of them."""
    digits = key.hex()
    forms = [key, digits.encode(), digits.upper().encode(), *in_base64(key), *in_base64(digits.encode())]
    forms += [str(int.from_bytes(key)).encode(), repr(key).encode()[2:-1], str(list(key)).encode()[1:-1]]
    return [*forms, key[4:-4], key[::-1], digits[8:-8].encode(), digits[8:-8].upper().encode()]


def words(text: str) -> list[bytes]:
    """A passphrase or mnemonic as text, as its bytes' digits, and in base64."""
    raw = text.encode()
    return [raw, json.dumps(text)[1:-1].encode(), raw.hex().encode(), *in_base64(raw)]


def in_base64(raw: bytes) -> list[bytes]:
    """What shows of it in the base64 of anything that it stands in: three ways, as three bytes make four letters."""
    found = []
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw)
        # Letters at the ends are made of its neighbours too.
        inner = text[-(-8 * before // 6) : 8 * (before + len(raw)) // 6]
        found += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return found


def layers(content: bytes) -> Iterator[bytes]:
    """A content, what is packed in it, and what its hex digits stand for."""
    yield content
    yield b"\n".join(bytes.fromhex(found.decode()) for found in HEX.findall(content))
    packed: list[bytes] = []
    if content.startswith(b"\xfd7zXZ\0"):
        packed = [lzma.decompress(content)]
    elif content.startswith(b"\x1f\x8b"):
        packed = [gzip.decompress(content)]
    elif content.startswith(b"PK\3\4"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            packed = [each.encode() for each in archive.namelist()]
            packed += [archive.read(each) for each in archive.namelist()]
    for each in packed:
        yield from layers(each)


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file by name: its path, and what it holds."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            where = str(path.relative_to(folder))
            yield where, where.encode()
            yield where, path.read_bytes()


def hits(needles: Iterable[bytes], seen: Iterable[tuple[str, bytes]]) -> set[tuple[str, bytes]]:
    """Where which of them stand, packed or not."""
    wanted = list(needles)
    return {
        (where, needle) for where, content in seen for layer in layers(content) for needle in wanted if needle in layer
    }
