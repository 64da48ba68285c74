"""SPEC.md 14.2, 14.3: what an author signs, by its hash, and the file that carries it."""

from __future__ import annotations

import dataclasses
import json
from itertools import count
from random import Random

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from tests.data_room.sample import READER, ROOM, put
from workpact.data_room.errors import BadManifest
from workpact.data_room.manifest import Access, Manifest, SignedManifest, book_of, file_id, readers_hash
from workpact.signing import digest

TYPE = (
    "Manifest(bytes32 file,uint256 version,uint256 kind,bytes32 content,uint256 size,bytes32 commitment,"
    "bytes32 readers,address author)"
)
SIGNED = put(Random(0), 10).signed
WHAT = "place/object: the manifest of a file"


def word(value: int | str | bytes) -> bytes:
    """As Solidity's abi.encode writes a static value."""
    if isinstance(value, bytes):
        return value.ljust(32, b"\0")
    return (int(value, 16) if isinstance(value, str) else value).to_bytes(32)


def test_struct_hash__word_by_word__as_eip_712_has_it():
    of = SIGNED.manifest
    words = [of.file, of.version, of.kind, of.content, of.size, of.commitment, of.readers, of.author]

    assert of.struct_hash == keccak(keccak(text=TYPE) + b"".join(map(word, words)))


def test_typed_data__domain_and_message__as_wallets_sign_them():
    typed = SIGNED.manifest.typed_data(31337, ROOM)

    domain = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    named = [keccak(text=text) for text in (domain, "Workpact Data Room", "1")]
    header = keccak(b"".join([*named, word(31337), word(ROOM)]))
    assert bytes(encode_typed_data(full_message=typed).header) == header
    assert bytes(encode_typed_data(full_message=typed).body) == SIGNED.manifest.struct_hash
    assert digest(typed) == keccak(b"\x19\x01" + header + SIGNED.manifest.struct_hash)


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Manifest)])
def test_struct_hash__any_member_changed__another(field):
    value = getattr(SIGNED.manifest, field)
    other = READER if field == "author" else value + 1 if isinstance(value, int) else bytes(32)

    assert dataclasses.replace(SIGNED.manifest, **{field: other}).struct_hash != SIGNED.manifest.struct_hash


@pytest.mark.parametrize("count", [0, 1, 3])
def test_readers_hash__array_of_three_words_each__as_solidity_encodes_it(count):
    accesses = [Access(f"0x{number + 1:040x}", number + 5, bytes([number]) * 32) for number in range(count)]

    words = [word(value) for each in accesses for value in (each.reader, each.key_version, each.wrap_hash)]
    assert readers_hash(accesses) == keccak(word(32) + word(count) + b"".join(words))


def test_book_and_file__hashes_of_what_names_them():
    book = book_of(ROOM, b"\x01" * 32)

    assert book == keccak(word(ROOM) + b"\x01" * 32)
    assert file_id(book, 2, b"\x02" * 32) == keccak(encode(["bytes32", "uint256", "bytes32"], [book, 2, b"\x02" * 32]))
    assert file_id(book, 1, b"\x02" * 32) != file_id(book, 2, b"\x02" * 32)


@pytest.mark.parametrize("signature", [b"", b"\x01" * 65, b"\x02" * 30_000])
def test_signed__written_and_read__the_same(signature):
    signed = dataclasses.replace(SIGNED, signature=signature)

    assert SignedManifest.from_bytes(signed.to_bytes(), WHAT) == signed


def changed(**members: object) -> bytes:
    content = json.loads(SIGNED.to_bytes())
    for path, value in members.items():
        *above, name = path.split("__")
        (content[above[0]] if above else content)[name] = value
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 10_000,
        b" " * (65_536 - len(SIGNED.to_bytes()) + 1) + SIGNED.to_bytes(),
        SIGNED.to_bytes()[:-1],
        SIGNED.to_bytes() + b"}",
        changed(format="workpact-room-manifest-2"),
        changed(manifest={}),
        changed(manifest__version="3"),
        changed(manifest__version=True),
        changed(manifest__version=3.0),
        changed(manifest__size=-1),
        changed(manifest__kind=2**256),
        changed(manifest__content="0x00"),
        changed(manifest__content=None),
        changed(manifest__file="0x" + " 0" * 32),
        changed(manifest__author="0x" + "00" * 32),
        changed(signature=None),
        changed(signature="0xz"),
    ],
    ids=(str(number) for number in count()),  # not by what is random in them
)
def test_read__no_manifest__refused_by_name(content):
    with pytest.raises(BadManifest, match=f"^{WHAT} cannot be read"):
        SignedManifest.from_bytes(content, WHAT)
