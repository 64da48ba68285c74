"""The place where the sides lay down reports: whole files by their hash, and nothing else is believed."""

from __future__ import annotations

from hashlib import sha256

import pytest

from workpact.agent.errors import ExchangeUnavailable
from workpact.agent.exchange import MOST_BYTES, Exchange


def name(content: bytes) -> str:
    return sha256(content).hexdigest() + ".json"


def test_put__again__one_file_named_by_its_hash(tmp_path):
    exchange = Exchange(str(tmp_path))

    assert exchange.put(b"one") == name(b"one") == exchange.put(b"one")
    assert [path.name for path in tmp_path.iterdir()] == [name(b"one")]
    assert list(Exchange(str(tmp_path)).files()) == [(name(b"one"), b"one")]


def test_files__damaged_or_too_large__named_without_content(tmp_path):
    large = b"x" * (MOST_BYTES + 1)
    (tmp_path / name(b"one")).write_bytes(b"two")
    (tmp_path / name(large)).write_bytes(large)
    (tmp_path / (name(b"three") + ".part")).write_bytes(b"thr")
    (tmp_path / "notes.txt").write_text("not ours")

    assert dict(Exchange(str(tmp_path)).files()) == {name(b"one"): None, name(large): None}


def test_files__mended_between_rounds__read_again(tmp_path):
    exchange = Exchange(str(tmp_path))
    (tmp_path / name(b"one")).write_bytes(b"o")
    assert list(exchange.files()) == [(name(b"one"), None)]

    (tmp_path / name(b"one")).write_bytes(b"one")

    assert list(exchange.files()) == [(name(b"one"), b"one")]


def test_store_of_objects__empty_then_written__read_by_the_other():
    ours, theirs = Exchange("memory://desk/exchange"), Exchange("memory://desk/exchange")
    assert list(theirs.files()) == []

    ours.put(b"one")

    assert list(theirs.files()) == [(name(b"one"), b"one")]


@pytest.mark.parametrize("address", ["{}/absent", "nothing://there"])
def test_open__no_folder_or_no_such_store__named(tmp_path, address):
    with pytest.raises(ExchangeUnavailable, match=r"absent is no folder|cannot be opened"):
        Exchange(address.format(tmp_path))


def test_folder_lost_on_the_way__unavailable_until_it_is_back(tmp_path):
    folder = tmp_path / "mount"
    folder.mkdir()
    exchange = Exchange(str(folder))
    folder.rmdir()

    with pytest.raises(ExchangeUnavailable, match="is no folder"):
        exchange.put(b"one")
    with pytest.raises(ExchangeUnavailable, match="is no folder"):
        list(exchange.files())

    folder.mkdir()
    assert exchange.put(b"one") == name(b"one")
