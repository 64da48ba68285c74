"""A room's place in a bucket, on a real server of S3: what holds in a folder holds there."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from random import Random
from typing import Any

import pytest
import s3fs

from tests.data_room.places import LIES, fetch
from tests.data_room.sample import VERSION, Put, put
from workpact.data_room.errors import KeepsCopies, NotThere, PlaceUnavailable
from workpact.data_room.place import RoomPlace
from workpact.data_room.stream import CHUNK, Sealed

FOLDER = f"{VERSION.book.hex()}/{VERSION.file.hex()}/3"
PART = 5 * 2**20
"""The least that S3 takes as one part of several."""


@pytest.fixture
def sample_put() -> Put:
    return put(Random(0), CHUNK + 1_000)


@pytest.fixture
def s3_store(s3_server: str) -> Any:
    """The server, by whoever runs it; nothing is remembered."""
    return s3fs.S3FileSystem(endpoint_url=s3_server, skip_instance_cache=True, use_listings_cache=False)


def names(s3_store: Any, bucket: str) -> list[str]:
    return sorted(name.removeprefix(bucket.removeprefix("s3://") + "/") for name in s3_store.find(bucket))


@pytest.mark.parametrize("below", ["", "/of/us"])
def test_put__fetched_by_another__the_content(bucket, s3_store, sample_put, tmp_path, below):
    for _ in range(2):
        sample_put.lay(RoomPlace(bucket + below))

    assert fetch(RoomPlace(bucket + below), sample_put, tmp_path) == sample_put.content
    hashes = {
        "sealed": sample_put.said.content,
        "wrap": sample_put.access.wrap_hash,
        "json": sample_put.signed.manifest.struct_hash,
    }
    expected = [f"{below.lstrip('/')}/{FOLDER}/{named.hex()}.{end}".lstrip("/") for end, named in hashes.items()]
    assert names(s3_store, bucket) == sorted(expected)


@pytest.mark.parametrize(("end", "lie", "error", "said"), LIES)
def test_fetch__bucket_lies__named_with_the_object(bucket, s3_store, sample_put, tmp_path, end, lie, error, said):
    place = RoomPlace(bucket)
    sample_put.lay(place)
    assert fetch(place, sample_put, tmp_path) == sample_put.content
    (name,) = [name for name in names(s3_store, bucket) if name.endswith(end)]
    instead = lie(s3_store.cat_file(f"{bucket}/{name}"))
    if instead is None:
        s3_store.rm_file(f"{bucket}/{name}")
    else:
        s3_store.pipe_file(f"{bucket}/{name}", instead)

    with pytest.raises(error, match=said) as raised:
        fetch(place, sample_put, tmp_path)

    assert str(raised.value).startswith(f"{bucket}/{name}: ")
    assert list(tmp_path.iterdir()) == []
    sample_put.lay(place)
    assert fetch(place, sample_put, tmp_path) == sample_put.content


def large() -> tuple[bytes, Sealed]:
    """Bytes that go up in several parts; the place does not know what they are."""
    content = Random(1).randbytes(60 * 2**20)
    return content, Sealed(hashlib.sha256(content).digest(), len(content), bytes(32))


def test_write_version__several_parts__whole(bucket, tmp_path):
    content, said = large()

    RoomPlace(bucket).write_version(VERSION, io.BytesIO(content), said)

    with RoomPlace(bucket).open_version(VERSION, said.content, said.size, tmp_path) as fetched:
        assert fetched.read() == content


class Breaking(io.BytesIO):
    """A draft that breaks off after the first parts went up."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 55 * 2**20:
            raise KeyboardInterrupt
        return super().read(size)


def test_write_version__interrupted__no_object_and_no_part_of_one(bucket, s3_store):
    content, said = large()

    with pytest.raises(KeyboardInterrupt):
        RoomPlace(bucket).write_version(VERSION, Breaking(content), said)

    assert names(s3_store, bucket) == []
    assert s3_store.list_multipart_uploads(bucket.removeprefix("s3://")) == []


@pytest.mark.parametrize("act", ["put", "destroy"])
def test_write_version__killed_before__its_parts_go_with_the_next_and_others_stay(bucket, s3_store, sample_put, act):
    name = bucket.removeprefix("s3://")
    mine, other = f"{FOLDER}/{'a' * 64}.sealed", f"{VERSION.book.hex()}/{'e' * 64}/1/{'a' * 64}.sealed"
    for key in (mine, other):
        upload = s3_store.call_s3("create_multipart_upload", Bucket=name, Key=key)
        s3_store.call_s3(
            "upload_part", Bucket=name, Key=key, PartNumber=1, UploadId=upload["UploadId"], Body=bytes(PART)
        )

    sample_put.lay(RoomPlace(bucket)) if act == "put" else RoomPlace(bucket).destroy(VERSION.book, VERSION.file)

    assert [upload["Key"] for upload in s3_store.list_multipart_uploads(name)] == [other]


def test_destroy__one_file_of_two__all_its_versions(bucket, s3_store, tmp_path):
    versions = [put(Random(number), 100, dataclasses.replace(VERSION, version=number)) for number in (1, 2)]
    other = put(Random(3), 100, dataclasses.replace(VERSION, file=b"\x0e" * 32))
    for each in (*versions, other):
        each.lay(RoomPlace(bucket))

    for _ in range(2):
        RoomPlace(bucket).destroy(VERSION.book, VERSION.file)

    assert len(names(s3_store, bucket)) == 3
    assert fetch(RoomPlace(bucket), other, tmp_path) == other.content
    with pytest.raises(NotThere):
        fetch(RoomPlace(bucket), versions[0], tmp_path)


@pytest.mark.threat("T53")
@pytest.mark.parametrize("is_suspended", [False, True])
def test_destroy__bucket_that_keeps_versions__not_said_to_be_destroyed(bucket, s3_store, sample_put, is_suspended):
    name = bucket.removeprefix("s3://")
    s3_store.make_bucket_versioned(name)
    sample_put.lay(RoomPlace(bucket))
    if is_suspended:
        s3_store.make_bucket_versioned(name, versioned=False)

    for _ in range(2):
        with pytest.raises(KeepsCopies, match="this bucket keeps older versions of what was removed"):
            RoomPlace(bucket).destroy(VERSION.book, VERSION.file)
    assert names(s3_store, bucket) == []


def test_place__no_such_bucket__unavailable_and_not_made(s3_server, s3_store, sample_put, tmp_path):
    place = RoomPlace("s3://nobodys-bucket/rooms")

    for act in (lambda: sample_put.lay(place), lambda: place.write_wrap(VERSION, sample_put.wrapped)):
        with pytest.raises(PlaceUnavailable, match=r"s3://nobodys-bucket/rooms cannot be written"):
            act()
    with pytest.raises(PlaceUnavailable, match="there is no bucket nobodys-bucket"):
        place.destroy(VERSION.book, VERSION.file)
    with pytest.raises(NotThere, match="or for the right place"):
        fetch(place, sample_put, tmp_path)
    assert s3_server
    assert not s3_store.exists("s3://nobodys-bucket")


def test_place__nobody_answers__unavailable(bucket, sample_put, tmp_path, monkeypatch):
    assert bucket
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)

    place = RoomPlace(bucket)
    for act in (
        lambda: sample_put.lay(place),
        lambda: place.write_wrap(VERSION, sample_put.wrapped),
        lambda: place.destroy(VERSION.book, VERSION.file),
        lambda: fetch(place, sample_put, tmp_path),
    ):
        with pytest.raises(PlaceUnavailable, match=rf"{bucket} cannot be \w+: .*connect.*127\.0\.0\.1:9"):
            act()
