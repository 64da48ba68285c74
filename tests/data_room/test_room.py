"""A room of an agreement: put, give, revoke, renew, receipts, shred (SPEC.md 14.2-14.9)."""

from __future__ import annotations

from tests.data_room.house import CONTENT


def test_put_and_open__by_the_author_and_the_reader(house):
    put = house.put("contractor")
    assert house.read(put.file, "client") == CONTENT
    assert house.read(put.file, "contractor") == CONTENT
