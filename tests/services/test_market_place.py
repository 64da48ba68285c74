"""A bucket of a server of S3 holds papers as a folder does."""

from __future__ import annotations

import pytest
import s3fs

from tests.market.papers import bid_paper, request_paper, seal_paper
from workpact.market.errors import BadPaper, NotThere, PlaceUnavailable
from workpact.market.place import market_place

REQUEST = request_paper()
SEALS = sorted((seal_paper(REQUEST, number) for number in range(2, 5)), key=lambda paper: paper.id)


def test_bucket__what_one_lays_down_another_finds(bucket):
    bid = bid_paper(REQUEST, file="x" * 200_000)
    writer, reader = market_place(f"{bucket}/tenders"), market_place(f"{bucket}/tenders")
    assert reader.papers("seal") == []
    for paper in (REQUEST, *SEALS, bid):
        writer.lay(paper)

    assert reader.papers("request") == [REQUEST]
    assert reader.papers("seal") == reader.papers("seal", REQUEST.id) == SEALS
    assert reader.paper("bid", REQUEST.id, bid.id) == bid
    with pytest.raises(NotThere):
        reader.paper("bid", REQUEST.id, REQUEST.id)
    assert reader.damaged == ()


def test_bucket__what_a_stranger_lays_down_is_passed_over(bucket, s3_server):
    place = market_place(f"{bucket}/tenders")
    for paper in SEALS[:1]:
        place.lay(paper)
    store = s3fs.S3FileSystem(endpoint_url=s3_server, skip_instance_cache=True)
    root = f"{bucket.removeprefix('s3://')}/tenders/seal"
    store.pipe_file(f"{root}/{REQUEST.id}/{SEALS[1].id}.json", b"")
    store.pipe_file(f"{root}/{REQUEST.id}/{SEALS[2].id}.json", b"x" * 6_000_000)
    store.pipe_file(f"{root}/{REQUEST.id}/note.txt", b"hello")
    store.pipe_file(f"{root}/loose", b"x")

    assert place.papers("seal") == SEALS[:1]
    named = [each.partition(": ")[0] for each in place.damaged]
    seals = f"seal/{REQUEST.id}"
    laid = [f"{seals}/{SEALS[1].id}.json", f"{seals}/{SEALS[2].id}.json", f"{seals}/note.txt", "seal/loose"]
    assert named == sorted(laid)
    with pytest.raises(BadPaper, match="is not JSON"):
        place.paper("seal", REQUEST.id, SEALS[1].id)
    place.lay(SEALS[1])
    assert place.papers("seal") == SEALS[:2]


def test_bucket__that_is_not_there_is_named_and_not_made(s3_server):
    with pytest.raises(PlaceUnavailable, match="s3://nobodys-bucket cannot be read or written"):
        market_place("s3://nobodys-bucket").lay(REQUEST)
    assert not s3fs.S3FileSystem(endpoint_url=s3_server, skip_instance_cache=True).exists("nobodys-bucket")
