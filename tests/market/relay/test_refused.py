"""What the relay refuses, with what and until when (SPEC.md 15.11)."""

from __future__ import annotations

import asyncio
import warnings

import pytest

from tests.market.papers import CHAIN, REGISTRY, account, dumped, raw, request_paper, seal_paper
from workpact.market.errors import PlaceFull, PlaceRefuses
from workpact.market.paper import SIZES, Paper
from workpact.market.relay import create_app
from workpact.market.relay_limits import DAY, Limits, Window, peer_of

with warnings.catch_warnings():  # that it would rather have another client
    warnings.simplefilter("ignore")

from tests.market.relay.relays import NOW, REQUEST, SEALS, SMALL, ask, at, kept, put


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        (b"", 422, "The paper is not JSON"),
        (b"\xff", 422, "The paper is not UTF-8"),
        (b"[" * 60_000, 422, "nested more than 32 deep"),
        (b"x" * (SIZES["seal"] + 1), 413, "more than 65,536 bytes"),
        (REQUEST.to_bytes(), 422, "is a request, where a seal belongs"),
        (SEALS[1].to_bytes(), 422, f"This is the paper {SEALS[1].address}"),
        (SEALS[0].to_bytes() + b" ", 422, "not in the one form"),
        (dumped(raw(SEALS[0]) | {"signature": "0x" + "11" * 65}), 422, "only a node of chain 31337 could tell"),
    ],
)
def test_put__hostile_bodies(start, tmp_path, content, status, why):
    store = start()
    put(ask(store), REQUEST)
    before = kept(tmp_path / "relay")
    answer = put(ask(store), SEALS[0], content)
    assert answer.status_code == status
    assert why in answer.json()["error"]
    assert kept(tmp_path / "relay") == before
    assert put(ask(store), SEALS[0]).status_code == 201


def test_put__a_body_without_length_is_read_no_further_than_its_limit(start):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b"x" * 4096

    # TestClient gives a body as a whole: the app is asked as a server would.
    body, app, sent = endless(), create_app(start()), []

    async def receive():
        return {"type": "http.request", "body": next(body), "more_body": True}

    async def send(message):
        sent.append(message)

    path = f"/v1/papers/{SEALS[0].address}"
    scope = {"type": "http", "method": "PUT", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": [(b"content-length", b"3")], "client": ("10.0.0.1", 1), "server": ("x", 80), "scheme": "http"}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert len(taken) == SIZES["seal"] // 4096 + 1


@pytest.mark.parametrize(
    "path",
    [
        "/v1/papers/order/x/y",
        f"/v1/papers/seal/../{REQUEST.id}",
        f"/v1/papers/seal/%2e%2e/{REQUEST.id}",
        f"/v1/papers/seal/{REQUEST.id}/..%2f..%2fetc",
        f"/v1/papers/request/{'0x' + 'A' * 40}/{REQUEST.id}",
        f"/v1/sealed/{REQUEST.id}",
        "/v1/papers/order",
        "/v1/papers/seal?subject=..",
        "/v1/papers/seal?after=x",
        "/docs",
        "/openapi.json",
        "/",
    ],
)
def test_get_and_put__addresses_that_nothing_can_have(start, tmp_path, path):
    store = start()
    assert ask(store).get(path).status_code == 404
    assert ask(store).put(path, content=b"x").status_code in (404, 405)
    assert kept(tmp_path / "relay") == {}


def test_put__nothing_for_a_request_that_is_not_here_or_has_no_near_end(start):
    place = at(start())
    with pytest.raises(PlaceRefuses, match=f"The request {REQUEST.id} is not here: lay it down first"):
        place.lay(SEALS[0])
    with pytest.raises(PlaceRefuses, match="more than 400 days ahead"):
        place.lay(request_paper(decide=NOW + 401 * DAY))
    with pytest.raises(PlaceRefuses, match="was over 90 days ago"):
        place.lay(request_paper(decide=NOW - 91 * DAY))
    for decide in ("soon", True, "9" * 13, ["1"]):
        with pytest.raises(PlaceRefuses, match="does not say until when"):
            place.lay(Paper.signed(account(1), "request", {"decide": decide}, CHAIN, REGISTRY))
    place.lay(REQUEST)
    place.lay(SEALS[0])
    with pytest.raises(PlaceRefuses, match="is not here"):
        place.lay(seal_paper(SEALS[0]))  # of a paper that is no request


# Floods


def test_flood__one_author_is_told_what_and_until_when_and_gets_through_then(start, clock, tmp_path):
    store = start(SMALL)
    client = ask(store)
    put(client, REQUEST)
    notes = [seal_paper(REQUEST, 2, str(number)) for number in range(3)]
    assert [put(client, paper).status_code for paper in notes] == [201, 201, 429]
    refused = put(client, notes[2])
    until = NOW // 60 * 60 + 60
    assert refused.json() == {
        "error": "This relay takes 2 papers a minute of one author: try again at 2030-03-17 17:48:00 UTC.",
        "limit": "papers a minute of one author",
        "until": until,
    }
    assert refused.headers["retry-after"] == str(until - NOW)
    with pytest.raises(PlaceFull, match="takes no more until 2030-03-17 17:48:00 UTC") as told:
        at(store, "10.0.0.7").lay(notes[2])
    assert told.value.until == until

    clock.now = until - 1
    assert put(client, notes[2]).status_code == 429
    clock.now = told.value.until
    assert at(store).lay(notes[2]) == notes[2].id
    assert len(kept(tmp_path / "relay")) == 4


@pytest.mark.threat("T60")
def test_flood__many_fresh_keys_of_one_peer_lose_nobody_elses_papers(start, clock):
    store = start(SMALL)
    honest = at(store, "10.0.0.2")
    honest.lay(REQUEST)
    honest.lay(SEALS[0])
    flood = ask(store, "10.6.6.6")
    answers = [put(flood, request_paper(100 + number, decide=NOW + DAY)) for number in range(12)]

    assert [each.status_code for each in answers] == [201] * 6 + [507] * 4 + [429] * 2
    assert answers[6].json()["limit"] == "papers in all"
    assert answers[11].json()["limit"] == "attempts a minute of one peer"
    assert honest.papers("seal") == [SEALS[0]]
    assert honest.papers("request", REQUEST.subject) == [REQUEST]

    # The honest one waits as it is told: what the flood has laid down is over by then.
    with pytest.raises(PlaceFull, match="keeps 8 papers in all") as told:
        honest.lay(SEALS[1])
    assert told.value.until == NOW + DAY + 90 * DAY + 3600
    clock.now = told.value.until
    assert honest.lay(SEALS[1]) == SEALS[1].id
    assert honest.papers("seal", REQUEST.id) == sorted(SEALS[:2], key=lambda paper: paper.id)


def test_flood__junk_counts_as_an_attempt_of_its_peer_alone(start, clock):
    store = start(SMALL)
    put(ask(store, "10.0.0.2"), REQUEST)
    junk = [put(ask(store), SEALS[0], b"junk").status_code for _ in range(12)]
    assert junk == [422] * 10 + [429] * 2
    assert put(ask(store), SEALS[0]).status_code == 429
    assert put(ask(store, "10.0.0.2"), SEALS[0]).status_code == 201
    clock.now += 60
    assert put(ask(store), SEALS[1]).status_code == 201


@pytest.mark.threat("T60")
@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(papers_of_author=1), "papers of one author"),
        (Limits(bytes_of_author=600), "bytes of one author"),
        (Limits(bytes=600), "bytes in all"),
        (Limits(papers=1), "papers in all"),
        (Limits(papers_a_day_of_peer=1), "papers a day of one peer"),
        (Limits(bytes_a_day_of_peer=600), "bytes a day of one peer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_limits__each_is_named_with_until_when(start, clock, limits, name):
    store = start(limits)
    client = ask(store)
    assert put(client, REQUEST).status_code == 201
    other = request_paper(1, decide=NOW + 5 * DAY, text="Another")
    refused = put(client, other)
    assert refused.status_code == (429 if "a day" in name else 507)
    assert refused.json()["limit"] == name
    clock.now = refused.json()["until"]
    again = put(client, request_paper(1, decide=clock.now + DAY, text="Another"))
    assert again.status_code == 201


def test_peers__a_network_of_ipv6_is_one():
    assert peer_of("2001:db8::1") == peer_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert peer_of("2001:db8:0:1::1") != peer_of("2001:db8::1")
    assert peer_of("::ffff:10.0.0.1") == peer_of("10.0.0.1") == "10.0.0.1"


def test_window__forgets_all_names_when_the_next_begins():
    window = Window(60)
    for number in range(100):
        window.add(str(number), 1, NOW)
    assert window.of("7", NOW) == 1
    assert window.of("7", NOW + 60) == 0
    assert window._counts == {}
