"""What the relay keeps, and how it is found again (SPEC.md 15.11)."""

from __future__ import annotations

import os

import pytest

from tests.market.papers import CHAIN, REGISTRY, account, bid_paper, request_paper
from tests.market.relay.relays import NOW, REQUEST, SEALS, ask, at, kept, put
from workpact.market.errors import PlaceRefuses, PlaceUnavailable
from workpact.market.folder_place import FolderPlace
from workpact.market.paper import Paper
from workpact.market.relay_limits import DAY
from workpact.market.relay_store import Store


def test_relay__as_any_other_place(start, tmp_path):
    place = at(start())
    for paper in (REQUEST, *SEALS):
        assert place.lay(paper) == paper.id
    assert place.papers("request") == [REQUEST]
    assert place.papers("seal", REQUEST.id) == SEALS
    assert place.papers("seal") == SEALS
    assert place.papers("bid") == []
    assert place.paper("seal", REQUEST.id, SEALS[2].id) == SEALS[2]
    assert place.damaged == ()
    # What lies in its folder is a place too.
    assert FolderPlace(tmp_path / "relay").papers("seal") == SEALS


def test_put__first_201_again_200_by_anyone(start):
    store = start()
    assert put(ask(store), REQUEST).status_code == 201
    again = put(ask(store, "10.9.9.9"), REQUEST)
    assert (again.status_code, again.json()) == (200, {"id": REQUEST.id})
    assert store.counts == (1, len(REQUEST.to_bytes()))


def test_list__in_pages_in_order_of_ids(start, monkeypatch):
    monkeypatch.setattr("workpact.market.relay_store.PAGE", 2)
    place = at(start())
    for paper in (REQUEST, *SEALS):
        place.lay(paper)
    first = ask(start()).get("/v1/papers/seal").json()
    assert first == {"papers": [f"{REQUEST.id}/{paper.id}" for paper in SEALS[:2]]}
    assert at(start()).papers("seal") == SEALS


def test_restart__keeps_everything_and_drops_drafts(start, tmp_path):
    bid = bid_paper(REQUEST, 3)
    place = at(start())
    for paper in (REQUEST, *SEALS, bid):
        place.lay(paper)
    before = kept(tmp_path / "relay")
    (tmp_path / "relay" / "seal" / REQUEST.id / ".x.json.0011.part").write_bytes(b"half")

    store = start()
    assert kept(tmp_path / "relay") == before
    assert store.counts == (7, sum(len(content) for content in before.values()))
    assert store.passed_over == []
    assert at(store).papers("seal") == SEALS
    assert at(store).papers("bid") == [bid]


def test_restart__what_was_spoilt_in_the_folder_is_passed_over(start, tmp_path):
    place = at(start())
    for paper in (REQUEST, *SEALS[:2]):
        place.lay(paper)
    (tmp_path / "relay" / f"{SEALS[0].address}.json").write_bytes(b"junk")

    store = start()
    (told,) = store.passed_over
    assert told.startswith(f"{SEALS[0].address}.json: is not JSON")
    assert at(store).papers("seal") == [SEALS[1]]
    at(store).lay(SEALS[0])
    assert at(store).papers("seal") == sorted(SEALS[:2], key=lambda paper: paper.id)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_crash__in_the_middle_of_a_write_leaves_the_paper_or_nothing(start, tmp_path, monkeypatch, step):
    store = start()
    put(ask(store), REQUEST)
    before = kept(tmp_path / "relay")

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, step, die)
        patch.setattr("pathlib.Path.unlink", die)  # a process that is killed cleans nothing up
        with pytest.raises(Killed):
            store.put(SEALS[0], "10.0.0.1")
    assert len(kept(tmp_path / "relay")) == 2  # with the draft

    store = start()
    assert kept(tmp_path / "relay") == before
    assert put(ask(store), SEALS[0]).status_code == 201
    assert at(start()).papers("seal") == [SEALS[0]]


def test_disk__that_is_full_is_said_and_nothing_is_lost(start, monkeypatch):
    store = start()
    put(ask(store), REQUEST)

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        answer = put(ask(store), SEALS[0])
    assert answer.status_code == 507
    said = {"error": "This relay cannot write: No space left on device.", "limit": "disk", "until": NOW + 600}
    assert answer.json() == said
    assert put(ask(store), SEALS[0]).status_code == 201
    assert at(start()).papers("seal") == [SEALS[0]]


def test_two_relays__carry_the_same_papers_and_one_folder_has_one(start, tmp_path):
    first, second = at(start(name="first")), at(start(name="second"))
    for paper in (REQUEST, *SEALS):
        first.lay(paper)
    for paper in (*first.papers("request"), *first.papers("seal")):
        second.lay(paper)
    assert second.papers("seal") == SEALS
    assert kept(tmp_path / "first") == kept(tmp_path / "second")
    with pytest.raises(PlaceUnavailable, match=r"Another relay has .*first: stop it"):
        Store(tmp_path / "first")


def test_sweep__papers_of_a_request_go_90_days_after_it_and_never_before(start, clock, tmp_path):
    bid = bid_paper(REQUEST, 3)
    profile = Paper.signed(account(4), "profile", {"name": "Ada"}, CHAIN, REGISTRY)
    longer = request_paper(5, decide=NOW + 300 * DAY)
    store = start()
    place = at(store)
    for paper in (REQUEST, SEALS[0], bid, profile, longer):
        place.lay(paper)

    clock.now = NOW + 100 * DAY - 1
    assert store.sweep() == 0
    clock.now = NOW + 100 * DAY
    assert store.sweep() == 3
    assert set(kept(tmp_path / "relay")) == {f"{longer.address}.json", f"{profile.address}.json"}
    assert store.counts == (2, len(longer.to_bytes()) + len(profile.to_bytes()))
    assert place.papers("seal") == place.papers("bid") == []
    with pytest.raises(PlaceRefuses, match="was over 90 days ago"):
        place.lay(REQUEST)
    # A profile stays as long as it is laid down again.
    clock.now = NOW + 399 * DAY
    put(ask(store), profile)
    clock.now = NOW + 500 * DAY
    assert start().sweep() == 0
    assert at(start()).papers("profile") == [profile]
    clock.now = NOW + 799 * DAY
    assert at(start()).papers("profile") == []
    assert kept(tmp_path / "relay") == {}
