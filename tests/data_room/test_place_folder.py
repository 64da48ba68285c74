"""A place that is gone, full, closed or not what it seems is named for what it is."""

from __future__ import annotations

import io
import os
import tempfile
from hashlib import sha256
from random import Random
from secrets import token_hex

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.data_room.places import FOLDER, Objects, fetch
from tests.data_room.sample import SIZE, VERSION, Put, put
from workpact.data_room.errors import (
    FolderUnavailable,
    NotThere,
    PlaceUnavailable,
)
from workpact.data_room.place import RoomPlace


@pytest.fixture
def sample_put() -> Put:
    return put(Random(0), SIZE)


def test_write__disk_full__named_nothing_left_and_done_again(tmp_path, sample_put, monkeypatch):
    (tmp_path / "place").mkdir()
    place = RoomPlace(str(tmp_path / "place"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for act in (
            lambda: place.write_version(VERSION, io.BytesIO(sample_put.sealed), sample_put.said),
            lambda: place.write_wrap(VERSION, sample_put.wrapped),
            lambda: place.write_manifest(VERSION, sample_put.signed),
        ):
            with pytest.raises(PlaceUnavailable, match="place cannot be written: No space left on device"):
                act()
    assert Objects(str(tmp_path / "place")).names() == []

    sample_put.lay(place)
    assert fetch(place, sample_put, tmp_path) == sample_put.content


def test_open_version__no_room_for_the_copy__named(tmp_path, sample_put, monkeypatch):
    (tmp_path / "place").mkdir()
    place = RoomPlace(str(tmp_path / "place"))
    sample_put.lay(place)
    # Every write to it fails as on a full disk.
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: open("/dev/full", "w+b"))  # noqa: ARG005, SIM115

    with (
        pytest.raises(FolderUnavailable, match=r"cannot take the file: No space left on device\. Make room"),
        place.open_version(VERSION, sample_put.said.content, sample_put.said.size, tmp_path),
    ):
        pass


@pytest.mark.parametrize("address", ["{}/absent", "nothing://there"])
def test_place__no_folder_or_no_such_store__named(tmp_path, address):
    with pytest.raises(PlaceUnavailable, match=r"absent is no folder|cannot be opened"):
        RoomPlace(address.format(tmp_path))


def test_place__mount_lost_on_the_way__unavailable_and_not_empty(tmp_path, sample_put):
    folder = tmp_path / "mount"
    folder.mkdir()
    place = RoomPlace(str(folder))
    sample_put.lay(place)
    folder.rename(tmp_path / "elsewhere")

    for act in (
        lambda: fetch(place, sample_put, tmp_path),
        lambda: sample_put.lay(place),
        lambda: place.destroy(VERSION.book, VERSION.file),
        lambda: place.write_wrap(VERSION, sample_put.wrapped),
    ):
        with pytest.raises(PlaceUnavailable, match="mount is no folder: make it, or mount what is shared"):
            act()
    assert not folder.exists()

    (tmp_path / "elsewhere").rename(folder)
    assert fetch(place, sample_put, tmp_path) == sample_put.content


def test_place__password_in_its_address__never_shown():
    for address in ("nothing://me:secret@host/rooms", "memory://me:secret@host/rooms"):
        try:
            said = f"{RoomPlace(address)!r}"
        except PlaceUnavailable as error:
            said = str(error)
        assert "secret" not in said
        assert "://host/rooms" in said


def test_fetch__a_pipe_or_a_way_out_of_the_folder__not_there(tmp_path, sample_put):
    (tmp_path / "place").mkdir()
    place, objects = RoomPlace(str(tmp_path / "place")), Objects(str(tmp_path / "place"))
    sample_put.lay(place)
    sealed = tmp_path / "place" / objects.one(".sealed")

    sealed.rename(tmp_path / "elsewhere")
    for lie in (lambda: os.mkfifo(sealed), lambda: sealed.symlink_to(tmp_path / "elsewhere"), sealed.mkdir):
        lie()
        with pytest.raises(NotThere):
            fetch(place, sample_put, tmp_path)
        sealed.rmdir() if sealed.is_dir() else sealed.unlink()


def test_write__a_way_out_of_the_folder_in_its_place__not_followed(tmp_path, sample_put):
    (tmp_path / "place" / FOLDER).mkdir(parents=True)
    (tmp_path / "precious").write_bytes(b"precious")
    for end in ("", ".part"):
        name = f"{sha256(sample_put.wrapped).hexdigest()}.wrap{end}"
        (tmp_path / "place" / FOLDER / name).symlink_to(tmp_path / "precious")

    sample_put.lay(RoomPlace(str(tmp_path / "place")))

    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert fetch(RoomPlace(str(tmp_path / "place")), sample_put, tmp_path) == sample_put.content


class NoCredentials(Exception):
    """Errors of storage have no base in common."""


@pytest.mark.parametrize("error", [NoCredentials("who are you"), PermissionError(13, "Permission denied")])
def test_place__store_refuses__unavailable_at_every_call(sample_put, tmp_path, monkeypatch, error):
    place = RoomPlace(f"memory://rooms-{token_hex(8)}")

    def refuse(*_: object, **__: object) -> None:
        raise error

    for name in ("_open", "cat_file", "ls", "exists", "makedirs"):
        monkeypatch.setattr(MemoryFileSystem, name, refuse)
    reason = error.strerror if isinstance(error, OSError) else "who are you"
    for act in (
        lambda: sample_put.lay(place),
        lambda: place.write_wrap(VERSION, sample_put.wrapped),
        lambda: place.read_wrap(VERSION, sample_put.access.wrap_hash),
        lambda: place.read_manifest(VERSION, bytes(32)),
        lambda: place.destroy(VERSION.book, VERSION.file),
        lambda: place.open_version(VERSION, sample_put.said.content, sample_put.said.size, tmp_path).__enter__(),
    ):
        with pytest.raises(PlaceUnavailable, match=rf"memory://rooms-\w+ cannot be \w+: {reason}\. Try again\."):
            act()
