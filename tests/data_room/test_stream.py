"""SPEC.md 14.8, 14.9: sealed bytes open whole, in order and where they belong, or by a named error."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import io

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data_room.sample import HEADING, KEY, VERSION, sealed
from workpact.data_room.errors import BadHeading, Damaged, OtherContent, Tampered, TooLong, Truncated
from workpact.data_room.stream import CHUNK, MOST_HEADING, Heading, commitment_salt, open_sealed, seal

START, LENGTH, TAG, FIRST = 24, 2, 17, 128
BEFORE = START + LENGTH + FIRST + TAG
"""Bytes before the first chunk, with a short heading."""
OTHER = "0x00000000000000000000000000000000000000C3"


def opened(content: bytes, commitment: bytes, key: bytes = KEY, version=VERSION) -> tuple[bytes, Heading]:
    out = io.BytesIO()
    return (heading := open_sealed(io.BytesIO(content), out, key, version, commitment)) and (out.getvalue(), heading)


def parts(content: bytes) -> list[bytes]:
    """The start with the heading, and the sealed chunks."""
    size = CHUNK + TAG
    return [content[:BEFORE], *(content[at : at + size] for at in range(BEFORE, len(content), size))]


def salt(key: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) of one block, without a salt."""
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, b"workpact-room-1 commitment\x01", "sha256")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(size=st.integers(0, 3 * CHUNK), key=st.binary(min_size=32, max_size=32), name=st.text(max_size=60))
def test_seal__opened__the_same_content(size, key, name):
    content = key * (size // 32 + 1)
    heading, out = Heading(f"a{name}", "text/plain"), io.BytesIO()
    try:
        heading.to_bytes()
    except BadHeading:
        heading = HEADING

    said = seal(io.BytesIO(content[:size]), out, key, VERSION, heading)

    assert opened(out.getvalue(), said.commitment, key) == (content[:size], heading)
    assert said.content == hashlib.sha256(out.getvalue()).digest()
    assert said.size == len(out.getvalue())
    assert said.commitment == keccak(salt(key) + hashlib.sha256(content[:size]).digest())
    assert commitment_salt(key) == salt(key)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1])
def test_seal__size__every_chunk_full_but_the_last(size):
    content, said = sealed(b"x" * size)

    chunks = max(1, -(-size // CHUNK))
    assert len(content) == BEFORE + size + chunks * TAG == said.size
    assert opened(content, said.commitment) == (b"x" * size, HEADING)


def test_seal__the_same_again__nothing_alike_but_the_commitment():
    (one, said), (two, again) = sealed(b"x" * 1_000), sealed(b"x" * 1_000)

    assert said.commitment == again.commitment
    assert said.content != again.content
    assert sum(a == b for a, b in zip(one, two, strict=True)) < 50


@pytest.mark.threat("T54")
def test_seal__names_in_clear__nowhere():
    content, _ = sealed(b"canary plaintext")

    for secret in (b"canary", b"Anna", b"application/pdf", KEY, commitment_salt(KEY)):
        assert secret not in content


@pytest.mark.parametrize("name", ["a", "a" * 40, "ü" * 20])
def test_heading__length__tells_nothing_of_the_name(name):
    assert len(Heading(name, "text/plain").to_bytes()) == FIRST


def test_open__every_cut__truncated_or_tampered():
    content, said = sealed(b"x" * (2 * CHUNK + 100))

    ends = {0, 1, START, START + 1, START + LENGTH, BEFORE - 1, len(content) - 1}
    boundaries = {BEFORE, BEFORE + CHUNK + TAG, BEFORE + 2 * (CHUNK + TAG)}
    near = {boundary + more for boundary in boundaries for more in (-1, 0, 1, TAG - 1, TAG)}
    for end in ends | near:
        with pytest.raises(Damaged):
            opened(content[:end], said.commitment)
    for end in {0, 1, START + 1, BEFORE - 1} | boundaries:
        with pytest.raises(Truncated, match=r"version 3: the sealed bytes end too early\. Fetch them again\."):
            opened(content[:end], said.commitment)


@pytest.mark.parametrize("size", [0, 100, CHUNK])
@pytest.mark.parametrize("more", [b"\0", b"x" * TAG, b"x" * (CHUNK + TAG)])
def test_open__something_follows__too_long_or_tampered(size, more):
    content, said = sealed(b"x" * size)

    with pytest.raises((TooLong, Tampered)):
        opened(content + more, said.commitment)
    if size == CHUNK:
        with pytest.raises(TooLong, match="something follows the end"):
            opened(content + more, said.commitment)


@pytest.mark.parametrize(
    "order",
    [[0, 2, 1, 3], [0, 1, 3], [0, 1, 1, 2, 3], [0, 1, 2, 2, 3], [1, 2, 3], [0, 3], [0, 0, 1, 2, 3], [0, 1, 2, 3, 3]],
)
def test_open__chunks_moved_left_out_or_doubled__damaged(order):
    content, said = sealed(b"".join(bytes([number]) * CHUNK for number in range(3)))
    cut = parts(content)
    assert b"".join(cut) == content

    with pytest.raises((Tampered, TooLong)):
        opened(b"".join(cut[number] for number in order), said.commitment)


def test_open__end_of_another_sealing__tampered():
    (one, said), (two, _) = (sealed(b"x" * (CHUNK + 10)) for _ in range(2))

    with pytest.raises(Tampered):
        opened(b"".join([*parts(one)[:2], parts(two)[2]]), said.commitment)


@pytest.mark.parametrize(
    "version",
    [
        dataclasses.replace(VERSION, chain_id=1),
        dataclasses.replace(VERSION, contract=OTHER),
        dataclasses.replace(VERSION, book=b"\x0c" * 32),
        dataclasses.replace(VERSION, file=b"\x0e" * 32),
        dataclasses.replace(VERSION, version=2),
    ],
    ids=["chain", "contract", "room", "file", "version"],
)
def test_open__under_another_name__tampered_and_nothing_written(version):
    content, said = sealed(b"x" * 10)
    out = io.BytesIO()

    with pytest.raises(Tampered):
        open_sealed(io.BytesIO(content), out, KEY, version, said.commitment)
    assert out.getvalue() == b""


def test_open__another_key__tampered_and_nothing_shown():
    content, said = sealed(b"x" * 10)

    with pytest.raises(Tampered) as raised:
        opened(content, said.commitment, bytes(32))
    assert raised.value.__context__ is None
    assert commitment_salt(bytes(32)).hex() not in str(raised.value)


def test_open__other_content_than_committed__named():
    content, _ = sealed(b"x" * 10)
    _, said = sealed(b"y" * 10)

    with pytest.raises(OtherContent, match="not what its author committed to"):
        opened(content, said.commitment)


def test_open__zero_length_or_longest_heading__tampered():
    content, said = sealed(b"x")

    for length in (0, TAG, MOST_HEADING + TAG + 1, 65_535):
        with pytest.raises(Tampered):
            opened(content[:START] + length.to_bytes(2) + content[START + 2 :], said.commitment)


class Dripping(io.RawIOBase):
    """Gives less than it is asked for, as pipes do."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._content.read(min(size, 1_000))


def test_seal_and_open__source_gives_little_at_a_time__the_same():
    content, out = b"xyz" * CHUNK, io.BytesIO()

    said = seal(Dripping(content), out, KEY, VERSION, HEADING)
    plain = io.BytesIO()
    open_sealed(Dripping(out.getvalue()), plain, KEY, VERSION, said.commitment)

    assert plain.getvalue() == content
    assert said.size == len(content) + BEFORE + 3 * TAG


LINES = ["", "x" * 256, "é" * 128, "a\nb", "a\0b", "a\x1b[2J", "a\u2028b", "\u202egnp.exe", "\ud800"]


@pytest.mark.parametrize("name", [*LINES, ".", "..", "a/b", "/etc/passwd", "a\\b"])
def test_heading__name_that_is_no_file_of_a_folder__refused_before_anything_is_written(name):
    out = io.BytesIO()

    with pytest.raises(BadHeading, match="name it otherwise"):
        seal(io.BytesIO(b"x"), out, KEY, VERSION, Heading(name, "text/plain"))
    assert out.getvalue() == b""


@pytest.mark.parametrize("media_type", LINES)
def test_heading__media_type_of_no_line__refused(media_type):
    with pytest.raises(BadHeading):
        Heading("a", media_type).to_bytes()


@pytest.mark.parametrize("opens", [{"salt": 1}, {1: "salt"}, {"salt": None}, *({"salt": line} for line in LINES)])
def test_heading__openings_that_are_no_lines__refused_before_anybody_fails_to_read_them(opens):
    with pytest.raises(BadHeading):
        Heading("a", "text/plain", opens).to_bytes()


def test_heading__too_large__refused_with_its_size():
    opens = {f"{number:03}": "x" * 192 for number in range(100)}

    with pytest.raises(BadHeading, match=r"take 20,174 bytes; 16,384 is the most"):
        Heading("a", "text/plain", opens).to_bytes()


@pytest.mark.parametrize("name", ["نامه‌ها.pdf", "工资单.pdf", "naïve café.txt", ".hidden", "a b.tar.gz", "👩‍🔬.png"])
def test_heading__names_of_any_script__come_back(name):
    assert Heading.from_bytes(Heading(name, "text/plain").to_bytes()) == Heading(name, "text/plain")


def test_heading__shown__says_nothing():
    assert "Anna" not in repr(HEADING)


GOOD = '"format":"workpact-room-1","mediaType":"t"'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"[]",
        b"\xff",
        b"[" * 10_000,
        b'{"name":"a","mediaType":"t","format":"workpact-room-2"}',
        b'{"name":"a","mediaType":"t"}',
        f'{{{GOOD},"name":"../a"}}'.encode(),
        f'{{{GOOD},"name":1}}'.encode(),
        f'{{{GOOD},"name":"a","opens":[]}}'.encode(),
        f'{{{GOOD},"name":"a","opens":""}}'.encode(),
        f'{{{GOOD},"name":"a","opens":{{"salt":1}}}}'.encode(),
        f'{{{GOOD},"name":"a\\u001b[2J"}}'.encode(),
    ],
)
def test_heading__of_an_author_with_other_means__refused(content):
    with pytest.raises(BadHeading):
        Heading.from_bytes(content)


def test_open__forged_by_whoever_has_the_key__nothing_else_opens_in_its_place():
    """A reader has the version's key, so that it can seal other bytes under it: the commitment tells them apart."""
    _, said = sealed(b"the author's")
    forged, _ = sealed(b"a reader's")

    with pytest.raises(OtherContent):
        opened(forged, said.commitment)


def test_open__any_bit_changed__never_another_content():
    content, said = sealed(b"short")
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            opened(bytes(changed), said.commitment)
