"""A place that lies is named for what it did, and what is laid down there is whole or not there."""

from __future__ import annotations

import dataclasses
import io
import os
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from secrets import token_hex

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.data_room.sample import VERSION, Put, put
from workpact.data_room.errors import (
    BadManifest,
    Damaged,
    FolderUnavailable,
    NotForYou,
    NotThere,
    OtherContent,
    PlaceUnavailable,
    RolledBack,
    TooLong,
    Truncated,
)
from workpact.data_room.place import RoomPlace
from workpact.data_room.stream import CHUNK, open_sealed
from workpact.data_room.wraps import unwrap

FOLDER = Path(VERSION.book.hex()) / VERSION.file.hex() / "3"
SIZE = CHUNK + 1_000


@pytest.fixture(params=["folder", "memory"])
def url(request, tmp_path) -> str:
    """Of an empty place."""
    if request.param == "memory":
        return f"memory://rooms-{token_hex(8)}/of/us"
    (tmp_path / "place").mkdir()
    return str(tmp_path / "place")


@pytest.fixture
def made() -> Put:
    return put(Random(0), SIZE)


class Objects:
    """What lies in a place, by whoever runs it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def names(self) -> list[str]:
        """All objects, below the place."""
        if "://" not in self._url:
            return sorted(str(path.relative_to(self._url)) for path in Path(self._url).rglob("*") if path.is_file())
        root = self._url.removeprefix("memory:/")
        return sorted(name.removeprefix(root + "/") for name in MemoryFileSystem.store if name.startswith(root))

    def read(self, name: str) -> bytes:
        if "://" not in self._url:
            return (Path(self._url) / name).read_bytes()
        return MemoryFileSystem().cat_file(f"{self._url}/{name}")

    def write(self, name: str, content: bytes | None) -> None:
        """None removes it."""
        if "://" in self._url:
            store, path = MemoryFileSystem(), f"{self._url}/{name}"
            store.rm_file(path) if content is None else store.pipe_file(path, content)
        elif content is None:
            (Path(self._url) / name).unlink()
        else:
            (Path(self._url) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(self._url) / name).write_bytes(content)

    def one(self, end: str) -> str:
        (name,) = [name for name in self.names() if name.endswith(end)]
        return name


def fetch(place: RoomPlace, made: Put, folder: Path) -> bytes:
    """All that a reader does with a place."""
    signed = place.read_manifest(made.version, made.signed.manifest.struct_hash)
    manifest = signed.manifest
    with place.open_version(made.version, manifest.content, manifest.size, folder) as sealed:
        wrapped = place.read_wrap(made.version, made.access.wrap_hash)
        key = unwrap(wrapped, made.own, made.version, made.access.reader, 1)
        out = io.BytesIO()
        open_sealed(sealed, out, key, made.version, manifest.commitment)
    return out.getvalue()


def test_put__fetched_by_another__the_content(url, made, tmp_path):
    made.lay(RoomPlace(url))

    assert fetch(RoomPlace(url), made, tmp_path) == made.content
    hashes = {
        ".sealed": made.said.content,
        ".wrap": sha256(made.wrapped).digest(),
        ".json": made.signed.manifest.struct_hash,
    }
    assert Objects(url).names() == sorted(f"{FOLDER}/{named.hex()}{end}" for end, named in hashes.items())
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_put_and_fetch__canaries__in_no_file_and_no_error(tmp_path, capsys, caplog):
    made = put(Random(5), 3 * CHUNK)
    (tmp_path / "place").mkdir()
    place = RoomPlace(str(tmp_path / "place"))
    made.lay(place)
    key = unwrap(made.wrapped, made.own, VERSION, made.access.reader, 1)
    secrets = [made.content[at : at + 24] for at in range(0, len(made.content), CHUNK)]
    secrets += [key, made.own.private.private_bytes_raw(), b"Anna"]

    texts = []
    with place.open_version(VERSION, made.said.content, made.said.size, tmp_path) as copy:
        for act in (
            lambda: open_sealed(copy, io.BytesIO(), bytes(32), VERSION, made.said.commitment),
            lambda: place.write_version(VERSION, io.BytesIO(made.content), made.said),
            lambda: unwrap(made.wrapped[::-1], made.own, VERSION, made.access.reader, 1),
        ):
            with pytest.raises((Damaged, NotForYou)) as raised:
                act()
            texts.append("".join(traceback.format_exception(raised.value)))
        copy.seek(0)
        seen = [copy.read(), *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())]
    said = "".join([*texts, *capsys.readouterr(), caplog.text, repr(made.own), repr(place)])

    for secret in secrets:
        assert not any(secret in content for content in seen)
        assert secret.hex() not in said
        assert repr(secret)[2:-1] not in said


def test_put__again__the_same_objects(url, made, tmp_path):
    for _ in range(2):
        made.lay(RoomPlace(url))

    assert len(Objects(url).names()) == 3
    assert fetch(RoomPlace(url), made, tmp_path) == made.content


def test_put__two_authors_of_one_version__neither_loses(url, tmp_path):
    ours, theirs = put(Random(1), 100), put(Random(2), 100)

    ours.lay(RoomPlace(url))
    theirs.lay(RoomPlace(url))

    assert [fetch(RoomPlace(url), made, tmp_path) for made in (ours, theirs)] == [ours.content, theirs.content]
    assert len(Objects(url).names()) == 6


def test_fetch__names_of_others__passed_over(url, made, tmp_path):
    made.lay(RoomPlace(url))
    for name in ("notes.txt", f"{FOLDER}/notes.txt", f"{FOLDER}/{'0' * 64}.json.bak", f"{FOLDER}/{'0' * 63}.json"):
        Objects(url).write(name, b"not ours")

    assert fetch(RoomPlace(url), made, tmp_path) == made.content


def nothing(_: bytes) -> None:
    return None


LIES: list[tuple[str, Callable[[bytes], bytes | None], type[Exception], str]] = [
    (".sealed", nothing, NotThere, "the sealed bytes of file"),
    (".sealed", lambda _: b"", Truncated, "0 of 66,741 bytes are there"),
    (".sealed", lambda was: was[:-1], Truncated, "66,740 of 66,741 bytes are there"),
    (".sealed", lambda was: was + b"\0", TooLong, "more than 66,741 bytes"),
    (".sealed", lambda was: was * 100, TooLong, "more than 66,741 bytes"),
    (".sealed", lambda was: was[:-1] + bytes([was[-1] ^ 1]), OtherContent, "other bytes are there"),
    (".sealed", lambda was: bytes(len(was)), OtherContent, "other bytes are there"),
    (".wrap", nothing, NotThere, "a wrap of file"),
    (".wrap", lambda was: was[:79], Truncated, "79 of 80 bytes are there"),
    (".wrap", lambda was: was + b"\0", TooLong, "more than 80 bytes"),
    (".wrap", lambda was: was * 1_000, TooLong, "more than 80 bytes"),
    (".wrap", lambda _: bytes(80), OtherContent, "other bytes are there"),
    (".json", nothing, NotThere, "the manifest of file"),
    (".json", lambda was: was[:-1], BadManifest, "cannot be read"),
    (".json", lambda _: b'{"format":', BadManifest, "cannot be read"),
    (".json", lambda was: b" " * 2_000_000 + was, BadManifest, "cannot be read"),
    (".json", lambda was: was.replace(b'"kind":6', b'"kind":0'), BadManifest, "another one than its author put"),
]


@pytest.mark.parametrize(("end", "lie", "error", "said"), LIES)
def test_fetch__place_lies__named_with_the_object(url, made, tmp_path, end, lie, error, said):
    made.lay(RoomPlace(url))
    objects = Objects(url)
    name = objects.one(end)
    objects.write(name, lie(objects.read(name)))

    with pytest.raises(error, match=said) as raised:
        fetch(RoomPlace(url), made, tmp_path)

    assert str(raised.value).startswith(f"{url}/{name}: ")
    assert f"{VERSION}" in str(raised.value)
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []

    # The author lays it down again.
    made.lay(RoomPlace(url))
    assert fetch(RoomPlace(url), made, tmp_path) == made.content


@pytest.mark.parametrize("end", [".sealed", ".wrap", ".json"])
@pytest.mark.parametrize("of", ["older version", "other file"])
def test_fetch__objects_of_another_version_or_file__named(url, made, tmp_path, end, of):
    other = dataclasses.replace(VERSION, **({"version": 2} if of == "older version" else {"file": b"\x0e" * 32}))
    made.lay(RoomPlace(url))
    objects = Objects(url)
    name = objects.one(end)
    put(Random(3), SIZE, other).lay(RoomPlace(url))
    (theirs,) = [each for each in objects.names() if each.endswith(end) and each != name]
    objects.write(name, objects.read(theirs))

    expected = OtherContent if end != ".json" else RolledBack if of == "older version" else BadManifest
    with pytest.raises(expected) as raised:
        fetch(RoomPlace(url), made, tmp_path)
    assert type(raised.value) is expected
    assert str(raised.value).startswith(f"{url}/{name}: ")


def test_write_version__draft_is_not_what_was_sealed__refused_and_nothing_there(url, made):
    for draft in (made.sealed[:-1], made.sealed + b"\0", bytes(len(made.sealed))):
        with pytest.raises(Damaged, match="the sealed draft of file"):
            RoomPlace(url).write_version(VERSION, io.BytesIO(draft), made.said)

    assert Objects(url).names() == []


class Breaking(io.BytesIO):
    """A draft that cannot be read to its end."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            raise KeyboardInterrupt
        return super().read(min(size or 0, 1_000))


def test_write_version__interrupted__nothing_there_and_done_again(url, made, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        RoomPlace(url).write_version(VERSION, Breaking(made.sealed), made.said)
    assert Objects(url).names() == []

    made.lay(RoomPlace(url))
    assert fetch(RoomPlace(url), made, tmp_path) == made.content


def test_write_version__killed_before__no_part_is_left(url, made, tmp_path):
    """Whoever is killed cannot clear up; its retry seals anew, under another name."""
    for name in ("a" * 64, made.said.content.hex()):
        Objects(url).write(f"{FOLDER}/{name}.sealed.part", made.sealed[:100])

    made.lay(RoomPlace(url))

    assert len(Objects(url).names()) == 3
    assert fetch(RoomPlace(url), made, tmp_path) == made.content


def test_write__disk_full__named_nothing_left_and_done_again(tmp_path, made, monkeypatch):
    (tmp_path / "place").mkdir()
    place = RoomPlace(str(tmp_path / "place"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for act in (
            lambda: place.write_version(VERSION, io.BytesIO(made.sealed), made.said),
            lambda: place.write_wrap(VERSION, made.wrapped),
            lambda: place.write_manifest(VERSION, made.signed),
        ):
            with pytest.raises(PlaceUnavailable, match="place cannot be written: No space left on device"):
                act()
    assert Objects(str(tmp_path / "place")).names() == []

    made.lay(place)
    assert fetch(place, made, tmp_path) == made.content


def test_open_version__folder_absent__named(url, made, tmp_path):
    made.lay(RoomPlace(url))

    with (
        pytest.raises(FolderUnavailable, match="absent cannot take the file: No such file or directory"),
        RoomPlace(url).open_version(VERSION, made.said.content, made.said.size, tmp_path / "absent"),
    ):
        pass


@pytest.mark.parametrize("address", ["{}/absent", "nothing://there"])
def test_place__no_folder_or_no_such_store__named(tmp_path, address):
    with pytest.raises(PlaceUnavailable, match=r"absent is no folder|cannot be opened"):
        RoomPlace(address.format(tmp_path))


def test_place__mount_lost_on_the_way__unavailable_and_not_empty(tmp_path, made):
    folder = tmp_path / "mount"
    folder.mkdir()
    place = RoomPlace(str(folder))
    made.lay(place)
    folder.rename(tmp_path / "elsewhere")

    for act in (
        lambda: fetch(place, made, tmp_path),
        lambda: made.lay(place),
        lambda: place.destroy(VERSION.book, VERSION.file),
        lambda: place.write_wrap(VERSION, made.wrapped),
    ):
        with pytest.raises(PlaceUnavailable, match="mount is no folder: make it, or mount what is shared"):
            act()
    assert not folder.exists()

    (tmp_path / "elsewhere").rename(folder)
    assert fetch(place, made, tmp_path) == made.content


def test_place__password_in_its_address__never_shown():
    for address in ("nothing://me:secret@host/rooms", "memory://me:secret@host/rooms"):
        try:
            said = f"{RoomPlace(address)!r}"
        except PlaceUnavailable as error:
            said = str(error)
        assert "secret" not in said
        assert "://host/rooms" in said


def test_fetch__a_pipe_or_a_way_out_of_the_folder__not_there(tmp_path, made):
    (tmp_path / "place").mkdir()
    place, objects = RoomPlace(str(tmp_path / "place")), Objects(str(tmp_path / "place"))
    made.lay(place)
    sealed = tmp_path / "place" / objects.one(".sealed")

    sealed.rename(tmp_path / "elsewhere")
    for lie in (lambda: os.mkfifo(sealed), lambda: sealed.symlink_to(tmp_path / "elsewhere"), sealed.mkdir):
        lie()
        with pytest.raises(NotThere):
            fetch(place, made, tmp_path)
        sealed.rmdir() if sealed.is_dir() else sealed.unlink()


def test_write__a_way_out_of_the_folder_in_its_place__not_followed(tmp_path, made):
    (tmp_path / "place" / FOLDER).mkdir(parents=True)
    (tmp_path / "precious").write_bytes(b"precious")
    for end in ("", ".part"):
        name = f"{sha256(made.wrapped).hexdigest()}.wrap{end}"
        (tmp_path / "place" / FOLDER / name).symlink_to(tmp_path / "precious")

    made.lay(RoomPlace(str(tmp_path / "place")))

    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert fetch(RoomPlace(str(tmp_path / "place")), made, tmp_path) == made.content


def test_destroy__all_versions_of_one_file__and_nothing_else(url, tmp_path):
    versions = [put(Random(number), 100, dataclasses.replace(VERSION, version=number)) for number in (1, 2)]
    other = put(Random(3), 100, dataclasses.replace(VERSION, file=b"\x0e" * 32))
    for made in (*versions, other):
        made.lay(RoomPlace(url))
    Objects(url).write(f"{FOLDER.parent}/2/left.sealed.part", b"x")

    for _ in range(2):
        RoomPlace(url).destroy(VERSION.book, VERSION.file)

    assert len(Objects(url).names()) == 3
    assert fetch(RoomPlace(url), other, tmp_path) == other.content
    with pytest.raises(NotThere):
        fetch(RoomPlace(url), versions[1], tmp_path)


def test_destroy__something_stays__not_said_to_be_destroyed(url, made, monkeypatch):
    made.lay(RoomPlace(url))
    place = RoomPlace(url)
    monkeypatch.setattr(type(place._storage._files), "rm", lambda *_, **__: None)

    with pytest.raises(PlaceUnavailable, match="cannot be cleared: something is still there"):
        place.destroy(VERSION.book, VERSION.file)


class NoCredentials(Exception):
    """Errors of storage have no base in common."""


@pytest.mark.parametrize("error", [NoCredentials("who are you"), PermissionError(13, "Permission denied")])
def test_place__store_refuses__unavailable_at_every_call(made, tmp_path, monkeypatch, error):
    place = RoomPlace(f"memory://rooms-{token_hex(8)}")

    def refuse(*_: object, **__: object) -> None:
        raise error

    for name in ("_open", "cat_file", "ls", "exists", "makedirs"):
        monkeypatch.setattr(MemoryFileSystem, name, refuse)
    reason = error.strerror if isinstance(error, OSError) else "who are you"
    for act in (
        lambda: made.lay(place),
        lambda: place.write_wrap(VERSION, made.wrapped),
        lambda: place.read_wrap(VERSION, made.access.wrap_hash),
        lambda: place.read_manifest(VERSION, bytes(32)),
        lambda: place.destroy(VERSION.book, VERSION.file),
        lambda: place.open_version(VERSION, made.said.content, made.said.size, tmp_path).__enter__(),
    ):
        with pytest.raises(PlaceUnavailable, match=rf"memory://rooms-\w+ cannot be \w+: {reason}\. Try again\."):
            act()
