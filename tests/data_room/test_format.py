"""docs/room-format.md: its example is made by this code and read by other code, from what the page says alone."""

from __future__ import annotations

import io
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from pyhpke import AEADId, CipherSuite, KDFId, KEMId

from tests.data_room.plain_reader import FINAL, Stream, hkdf
from tests.data_room.sample import HEADING, KEY, VERSION
from tests.support import ROOT
from workpact.data_room import stream
from workpact.data_room.keys import EncryptionKey
from workpact.data_room.manifest import Access, Manifest, book_of, file_id, readers_hash
from workpact.data_room.stream import CHUNK, Heading, commitment_salt, open_sealed, seal
from workpact.data_room.wraps import VersionId, unwrap

THEIRS = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.CHACHA20_POLY1305)


@pytest.fixture
def example() -> dict[str, Any]:
    """Of the page, digits as bytes."""
    text = (ROOT / "docs" / "room-format.md").read_text().split("```json\n")[1].split("```")[0]
    read = json.loads(text)
    assert json.dumps(read, indent=2) + "\n" == text
    plain = {"room", "agreement", "reader", "author"}
    return {
        name: bytes.fromhex(value[2:]) if str(value).startswith("0x") and name not in plain else value
        for name, value in read.items()
    }


@pytest.fixture
def example_version(example) -> VersionId:
    return VersionId(example["chainId"], example["room"], example["book"], example["file"], example["version"])


def context(example: dict[str, Any]) -> bytes:
    named = ("chainId", "room", "book", "file", "version")
    return encode(["uint256", "address", "bytes32", "bytes32", "uint256"], [example[name] for name in named])


def test_example__read_by_other_code__the_content(example):
    info = context(example) + encode(["address", "uint256"], [example["reader"], example["readerKeyVersion"]])
    private = THEIRS.kem.deserialize_private_key(example["readerPrivate"])
    key = THEIRS.create_recipient_context(example["wrap"][:32], private, info=info).open(example["wrap"][32:])
    assert key == example["key"]
    assert hkdf(key, b"workpact-room-1 stream") == example["streamKey"]
    assert hkdf(key, b"workpact-room-1 commitment") == example["commitmentSalt"]

    sealed = example["sealed"]
    length = int.from_bytes(sealed[24:26])
    opening = Stream(sealed[:24], example["streamKey"])
    heading, tag = opening.pull(sealed[26 : 26 + length], context(example))
    assert (heading, tag) == (example["heading"].encode().ljust(128), 0)
    assert opening.pull(sealed[26 + length :]) == (example["content"].encode(), FINAL)


def test_example__hashes__as_the_page_says(example):
    content = sha256(example["content"].encode()).digest()

    assert example["commitment"] == keccak(example["commitmentSalt"] + content)
    assert example["sealedHash"] == sha256(example["sealed"]).digest()
    assert example["size"] == len(example["sealed"])
    assert example["wrapHash"] == sha256(example["wrap"]).digest()
    assert example["book"] == book_of(example["agreement"], example["origin"])
    assert example["file"] == file_id(example["book"], example["side"], example["salt"])
    access = Access(example["reader"], example["readerKeyVersion"], example["wrapHash"])
    assert example["readers"] == readers_hash([access])
    names = ("file", "version", "kind", "sealedHash", "size", "commitment", "readers", "author")
    assert example["structHash"] == Manifest(*(example[name] for name in names)).struct_hash


def test_example__read_by_this_code__the_content(example, example_version):
    own = EncryptionKey(X25519PrivateKey.from_private_bytes(example["readerPrivate"]), example["readerKeyVersion"])
    assert own.public == example["readerPublic"]

    key = unwrap(example["wrap"], own, example_version, example["reader"], example["readerKeyVersion"])
    out = io.BytesIO()
    heading = open_sealed(io.BytesIO(example["sealed"]), out, key, example_version, example["commitment"])

    assert (key, commitment_salt(key)) == (example["key"], example["commitmentSalt"])
    assert (out.getvalue().decode(), heading) == (example["content"], Heading("hello.txt", "text/plain"))


def test_example__made_again__the_same_bytes(example, example_version, monkeypatch):
    """libsodium draws the header itself; begun as if to read, a stream writes under one that is given."""
    library, header = stream.secretstream, example["sealed"][:24]

    def begin(state: Any, key: bytes) -> bytes:
        library.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
        return header

    monkeypatch.setattr(library, "crypto_secretstream_xchacha20poly1305_init_push", begin)
    out = io.BytesIO()
    source = io.BytesIO(example["content"].encode())
    said = seal(source, out, example["key"], example_version, Heading("hello.txt", "text/plain"))

    assert out.getvalue() == example["sealed"]
    assert (said.content, said.size, said.commitment) == tuple(
        example[name] for name in ("sealedHash", "size", "commitment")
    )


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, CHUNK, 2 * CHUNK + 77])
def test_seal__read_by_other_code__every_chunk(size):
    content, out = bytes(range(256)) * (size // 256 + 1), io.BytesIO()
    seal(io.BytesIO(content[:size]), out, KEY, VERSION, HEADING)

    sealed = out.getvalue()
    opening = Stream(sealed[:24], hkdf(KEY, b"workpact-room-1 stream"))
    end = 26 + int.from_bytes(sealed[24:26])
    opening.pull(sealed[26:end], VERSION.words)
    chunks = [opening.pull(sealed[at : at + CHUNK + 17]) for at in range(end, len(sealed), CHUNK + 17)]
    assert b"".join(chunk for chunk, _ in chunks) == content[:size]
    assert [tag for _, tag in chunks] == [0] * (len(chunks) - 1) + [FINAL]
