"""What is laid down in a place is whole or not there, and a lie is named."""

from __future__ import annotations

import dataclasses
import io
import traceback
from hashlib import sha256
from random import Random
from secrets import token_hex

import pytest

from tests.data_room.places import FOLDER, LIES, Objects, fetch
from tests.data_room.sample import SIZE, VERSION, Put, put
from workpact.data_room.errors import (
    BadManifest,
    Damaged,
    FolderUnavailable,
    NotForYou,
    NotThere,
    OtherContent,
    PlaceUnavailable,
    RolledBack,
)
from workpact.data_room.place import RoomPlace
from workpact.data_room.stream import CHUNK, open_sealed
from workpact.data_room.wraps import unwrap


@pytest.fixture(params=["folder", "memory"])
def place_url(request, tmp_path) -> str:
    """Of an empty place."""
    if request.param == "memory":
        return f"memory://rooms-{token_hex(8)}/of/us"
    (tmp_path / "place").mkdir()
    return str(tmp_path / "place")


@pytest.fixture
def sample_put() -> Put:
    return put(Random(0), SIZE)


def test_put__fetched_by_another__the_content(place_url, sample_put, tmp_path):
    sample_put.lay(RoomPlace(place_url))

    assert fetch(RoomPlace(place_url), sample_put, tmp_path) == sample_put.content
    hashes = {
        ".sealed": sample_put.said.content,
        ".wrap": sha256(sample_put.wrapped).digest(),
        ".json": sample_put.signed.manifest.struct_hash,
    }
    assert Objects(place_url).names() == sorted(f"{FOLDER}/{named.hex()}{end}" for end, named in hashes.items())
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_put_and_fetch__canaries__in_no_file_and_no_error(tmp_path, capsys, caplog):
    sample_put = put(Random(5), 3 * CHUNK)
    (tmp_path / "place").mkdir()
    place = RoomPlace(str(tmp_path / "place"))
    sample_put.lay(place)
    key = unwrap(sample_put.wrapped, sample_put.own, VERSION, sample_put.access.reader, 1)
    secrets = [sample_put.content[at : at + 24] for at in range(0, len(sample_put.content), CHUNK)]
    secrets += [key, sample_put.own.private.private_bytes_raw(), b"Anna"]

    texts = []
    with place.open_version(VERSION, sample_put.said.content, sample_put.said.size, tmp_path) as copy:
        for act in (
            lambda: open_sealed(copy, io.BytesIO(), bytes(32), VERSION, sample_put.said.commitment),
            lambda: place.write_version(VERSION, io.BytesIO(sample_put.content), sample_put.said),
            lambda: unwrap(sample_put.wrapped[::-1], sample_put.own, VERSION, sample_put.access.reader, 1),
        ):
            with pytest.raises((Damaged, NotForYou)) as raised:
                act()
            texts.append("".join(traceback.format_exception(raised.value)))
        copy.seek(0)
        seen = [copy.read(), *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())]
    said = "".join([*texts, *capsys.readouterr(), caplog.text, repr(sample_put.own), repr(place)])

    for secret in secrets:
        assert not any(secret in content for content in seen)
        assert secret.hex() not in said
        assert repr(secret)[2:-1] not in said


def test_put__again__the_same_objects(place_url, sample_put, tmp_path):
    for _ in range(2):
        sample_put.lay(RoomPlace(place_url))

    assert len(Objects(place_url).names()) == 3
    assert fetch(RoomPlace(place_url), sample_put, tmp_path) == sample_put.content


def test_put__two_authors_of_one_version__neither_loses(place_url, tmp_path):
    ours, theirs = put(Random(1), 100), put(Random(2), 100)

    ours.lay(RoomPlace(place_url))
    theirs.lay(RoomPlace(place_url))

    assert [fetch(RoomPlace(place_url), sample_put, tmp_path) for sample_put in (ours, theirs)] == [
        ours.content,
        theirs.content,
    ]
    assert len(Objects(place_url).names()) == 6


def test_fetch__names_of_others__passed_over(place_url, sample_put, tmp_path):
    sample_put.lay(RoomPlace(place_url))
    for name in ("notes.txt", f"{FOLDER}/notes.txt", f"{FOLDER}/{'0' * 64}.json.bak", f"{FOLDER}/{'0' * 63}.json"):
        Objects(place_url).write(name, b"not ours")

    assert fetch(RoomPlace(place_url), sample_put, tmp_path) == sample_put.content


def test_write_version__draft_is_not_what_was_sealed__refused_and_nothing_there(place_url, sample_put):
    for draft in (sample_put.sealed[:-1], sample_put.sealed + b"\0", bytes(len(sample_put.sealed))):
        with pytest.raises(Damaged, match="the sealed draft of file"):
            RoomPlace(place_url).write_version(VERSION, io.BytesIO(draft), sample_put.said)

    assert Objects(place_url).names() == []


class Breaking(io.BytesIO):
    """A draft that cannot be read to its end."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            raise KeyboardInterrupt
        return super().read(min(size or 0, 1_000))


def test_write_version__interrupted__nothing_there_and_done_again(place_url, sample_put, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        RoomPlace(place_url).write_version(VERSION, Breaking(sample_put.sealed), sample_put.said)
    assert Objects(place_url).names() == []

    sample_put.lay(RoomPlace(place_url))
    assert fetch(RoomPlace(place_url), sample_put, tmp_path) == sample_put.content


def test_write_version__killed_before__no_part_is_left(place_url, sample_put, tmp_path):
    """Whoever is killed cannot clear up; its retry seals anew, under another name."""
    for name in ("a" * 64, sample_put.said.content.hex()):
        Objects(place_url).write(f"{FOLDER}/{name}.sealed.part", sample_put.sealed[:100])

    sample_put.lay(RoomPlace(place_url))

    assert len(Objects(place_url).names()) == 3
    assert fetch(RoomPlace(place_url), sample_put, tmp_path) == sample_put.content


def test_open_version__folder_absent__named(place_url, sample_put, tmp_path):
    sample_put.lay(RoomPlace(place_url))

    with (
        pytest.raises(FolderUnavailable, match="absent cannot take the file: No such file or directory"),
        RoomPlace(place_url).open_version(VERSION, sample_put.said.content, sample_put.said.size, tmp_path / "absent"),
    ):
        pass


def test_destroy__all_versions_of_one_file__and_nothing_else(place_url, tmp_path):
    versions = [put(Random(number), 100, dataclasses.replace(VERSION, version=number)) for number in (1, 2)]
    other = put(Random(3), 100, dataclasses.replace(VERSION, file=b"\x0e" * 32))
    for each in (*versions, other):
        each.lay(RoomPlace(place_url))
    Objects(place_url).write(f"{FOLDER.parent}/2/left.sealed.part", b"x")

    for _ in range(2):
        RoomPlace(place_url).destroy(VERSION.book, VERSION.file)

    assert len(Objects(place_url).names()) == 3
    assert fetch(RoomPlace(place_url), other, tmp_path) == other.content
    with pytest.raises(NotThere):
        fetch(RoomPlace(place_url), versions[1], tmp_path)


@pytest.mark.threat("T53")
def test_destroy__something_stays__not_said_to_be_destroyed(place_url, sample_put, monkeypatch):
    sample_put.lay(RoomPlace(place_url))
    place = RoomPlace(place_url)
    monkeypatch.setattr(type(place._storage._files), "rm", lambda *_, **__: None)

    with pytest.raises(PlaceUnavailable, match="cannot be cleared: something is still there"):
        place.destroy(VERSION.book, VERSION.file)


@pytest.mark.parametrize(("end", "lie", "error", "said"), LIES)
def test_fetch__place_lies__named_with_the_object(place_url, sample_put, tmp_path, end, lie, error, said):
    sample_put.lay(RoomPlace(place_url))
    objects = Objects(place_url)
    name = objects.one(end)
    objects.write(name, lie(objects.read(name)))

    with pytest.raises(error, match=said) as raised:
        fetch(RoomPlace(place_url), sample_put, tmp_path)

    assert str(raised.value).startswith(f"{place_url}/{name}: ")
    assert f"{VERSION}" in str(raised.value)
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []

    # The author lays it down again.
    sample_put.lay(RoomPlace(place_url))
    assert fetch(RoomPlace(place_url), sample_put, tmp_path) == sample_put.content


@pytest.mark.parametrize("end", [".sealed", ".wrap", ".json"])
@pytest.mark.parametrize("of", ["older version", "other file"])
def test_fetch__objects_of_another_version_or_file__named(place_url, sample_put, tmp_path, end, of):
    other = dataclasses.replace(VERSION, **({"version": 2} if of == "older version" else {"file": b"\x0e" * 32}))
    sample_put.lay(RoomPlace(place_url))
    objects = Objects(place_url)
    name = objects.one(end)
    put(Random(3), SIZE, other).lay(RoomPlace(place_url))
    (theirs,) = [each for each in objects.names() if each.endswith(end) and each != name]
    objects.write(name, objects.read(theirs))

    expected = OtherContent if end != ".json" else RolledBack if of == "older version" else BadManifest
    with pytest.raises(expected) as raised:
        fetch(RoomPlace(place_url), sample_put, tmp_path)
    assert type(raised.value) is expected
    assert str(raised.value).startswith(f"{place_url}/{name}: ")
