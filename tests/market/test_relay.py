"""The relay: what is whole and signed is kept, all else is refused with what and until when (SPEC.md 15.11)."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
import warnings
from contextlib import contextmanager

import httpx
import pytest

from tests.market.papers import CHAIN, REGISTRY, account, bid_paper, dumped, raw, request_paper, seal_paper
from workpact.market import relay_server as server_module
from workpact.market.errors import NotThere, PlaceFull, PlaceRefuses, PlaceUnavailable
from workpact.market.folder_place import FolderPlace
from workpact.market.paper import SIZES, Paper, id_of
from workpact.market.place import market_place
from workpact.market.relay import create_app
from workpact.market.relay_limits import DAY, Limits, Window, peer_of
from workpact.market.relay_place import RelayPlace
from workpact.market.relay_server import relay_server
from workpact.market.relay_store import Store

with warnings.catch_warnings():  # that it would rather have another client
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

NOW = 1_900_000_020
REQUEST = request_paper(decide=NOW + 10 * DAY)
SEALS = sorted((seal_paper(REQUEST, number) for number in range(2, 7)), key=lambda paper: paper.id)
SMALL = Limits(papers_a_minute_of_author=2, attempts_a_minute_of_peer=10, papers=8, papers_of_author=3)


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def start(tmp_path, clock):
    """Starts the relay of a folder; what had the folder before is closed, as by its end."""
    stores = {}

    def start(limits=None, name="relay"):
        if name in stores:
            stores[name].close()
        stores[name] = Store(tmp_path / name, limits or Limits(), clock)
        return stores[name]

    yield start
    for store in stores.values():
        store.close()


def ask(store, peer="10.0.0.1", **options):
    """A client of the relay at an address."""
    return TestClient(create_app(store, **options), client=(peer, 4000))


def at(store, peer="10.0.0.1"):
    """The relay as a place, as this peer sees it."""
    return RelayPlace("http://testserver", ask(store, peer))


def put(client, paper, content=None):
    return client.put(f"/v1/papers/{paper.address}", content=paper.to_bytes() if content is None else content)


def kept(folder):
    """Every file of a relay's folder, but its lock."""
    files = (each for each in folder.rglob("*") if each.is_file() and each.name != ".lock")
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


# What is kept


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


# What is refused


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


# Over real connections


@contextmanager
def listening(store, proxy=None):
    """The relay on a free port of loopback; the port."""
    server = relay_server(create_app(store), store.limits, "127.0.0.1", 0, proxy)
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # else asyncio lets small answers wait
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def test_http__from_place_to_place(start):
    bid = bid_paper(REQUEST, 3, "x" * 200_000)
    with listening(start()) as port:
        place = market_place(f"http://127.0.0.1:{port}")
        for paper in (REQUEST, *SEALS, bid):
            place.lay(paper)
        assert place.papers("seal", REQUEST.id) == SEALS
        assert place.papers("bid") == [bid]
        with pytest.raises(NotThere):
            place.paper("bid", REQUEST.id, REQUEST.id)
    with pytest.raises(PlaceUnavailable, match="cannot be read or written"):
        place.papers("seal")


def test_http__a_connection_that_says_nothing_or_little_is_closed(start, monkeypatch):
    monkeypatch.setattr(server_module, "HEAD_SECONDS", 0.05)
    with listening(start(Limits(seconds=1))) as port:
        silent = socket.create_connection(("127.0.0.1", port))
        slow = socket.create_connection(("127.0.0.1", port))
        slow.sendall(b"GET /v1 HT")
        body = socket.create_connection(("127.0.0.1", port))
        head = f"PUT /v1/papers/{SEALS[0].address} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{"
        body.sendall(head.encode())
        for each in (silent, slow, body):
            each.settimeout(20)
        assert silent.recv(100) == b""
        assert slow.recv(100) == b""
        assert body.recv(100).startswith(b"HTTP/1.1 408")
        for each in (silent, slow, body):
            each.close()
        assert httpx.get(f"http://127.0.0.1:{port}/v1").json()["papers"] == 0


def test_http__who_hangs_up_in_a_body_leaves_nothing_behind(start, tmp_path, caplog):
    with listening(start()) as port:
        for _ in range(3):
            gone = socket.create_connection(("127.0.0.1", port))
            head = f"PUT /v1/papers/{SEALS[0].address} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
            gone.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
            assert gone.recv(100).startswith(b"HTTP/1.1 100")  # its body is waited for
            gone.close()
        assert market_place(f"http://127.0.0.1:{port}").lay(REQUEST) == REQUEST.id
    assert list(kept(tmp_path / "relay")) == [f"{REQUEST.address}.json"]
    assert caplog.records == []


def test_http__more_connections_or_requests_than_one_peer_may_are_refused(start):
    limits = Limits(connections_of_peer=3, requests_at_once_of_peer=1, seconds=20)
    with listening(start(limits)) as port:
        waiting = socket.create_connection(("127.0.0.1", port))
        head = f"PUT /v1/papers/{SEALS[0].address} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        head += "Expect: 100-continue\r\n\r\n"
        waiting.sendall(head.encode())
        assert waiting.recv(100).startswith(b"HTTP/1.1 100")  # its request runs
        busy = httpx.get(f"http://127.0.0.1:{port}/v1")
        assert busy.status_code == 503
        assert busy.json()["limit"] == "requests at once of one peer"
        assert busy.headers["retry-after"] == "5"
        with pytest.raises(PlaceFull, match="requests at once of one peer"):
            market_place(f"http://127.0.0.1:{port}").papers("seal")
        waiting.sendall(b"12345")
        assert waiting.recv(100).startswith(b"HTTP/1.1 422")

        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(6)]
        for each in held:
            each.settimeout(20)
            each.sendall(b"GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert sum(_answers(each) for each in held) < 6
        for each in (waiting, *held):
            each.close()


def _answers(connection) -> bool:
    try:
        return connection.recv(15) == b"HTTP/1.1 200 OK"
    except ConnectionError:
        return False


def test_http__only_a_named_proxy_says_who_asks(start):
    limits = Limits(attempts_a_minute_of_peer=1)

    def tries(port):
        path = f"http://127.0.0.1:{port}/v1/papers/{SEALS[0].address}"
        return [
            httpx.put(path, content=b"junk", headers={"X-Forwarded-For": f"10.0.0.{number}"}).status_code
            for number in range(2)
        ]

    with listening(start(limits)) as port:
        assert tries(port) == [422, 429]
    with listening(start(limits), proxy="127.0.0.1") as port:
        assert tries(port) == [422, 422]


# A relay that lies


def reply(status, content=b"", **headers):
    """An answer that is still to be read."""
    return httpx.Response(status, stream=httpx.ByteStream(content), headers=headers)


@pytest.mark.parametrize(
    ("answer", "error", "why"),
    [
        (reply(200, b'{"papers": ["x/b", "x/a"]}'), PlaceUnavailable, "lists papers in no order"),
        (reply(200, b'{"papers": [1]}'), PlaceUnavailable, "lists papers in no order"),
        (reply(200, b"[" * 500_000), PlaceUnavailable, "lists papers in no order"),
        (reply(200, b"<html>"), PlaceUnavailable, "lists papers in no order"),
        (reply(200, b"\xff"), PlaceUnavailable, "lists papers in no order"),
        (reply(404), PlaceUnavailable, "is no relay"),
        (reply(302, location="http://169.254.169.254/"), PlaceUnavailable, "HTTP 302"),
        (reply(500, b"\x1b[2J"), PlaceUnavailable, "fails: HTTP 500"),
        (reply(418, b'{"error": "\\u001b[2J"}'), PlaceRefuses, r"refuses this: \\x1b\[2J"),
        (reply(429, b'{"until": 1000000000000000000000}'), PlaceFull, "takes no more until"),
        (reply(429, retry_after="soon"), PlaceFull, "takes no more until"),
        (reply(507, b'{"until": 1900000020}'), PlaceFull, "until 2030-03-17 17:47:00 UTC"),
    ],
)
def test_place__whatever_a_relay_answers_is_a_named_error(answer, error, why):
    place = RelayPlace("http://relay", httpx.Client(transport=httpx.MockTransport(lambda _: answer)))
    with pytest.raises(error, match=why):
        place.papers("seal")


def test_place__a_relay_that_never_ends_is_read_no_further_than_needed(monkeypatch):
    monkeypatch.setattr("workpact.market.relay_place.NAMES", 50)
    monkeypatch.setattr("workpact.market.place.NAMES", 50)
    asked, read = [], []

    def endless():
        while True:
            read.append(1)
            yield b"x" * 16384

    def answer(request):
        asked.append(request.url.path)
        if request.url.path != "/v1/papers/seal":
            return httpx.Response(200, content=endless())
        ids = sorted(id_of(len(asked).to_bytes(4) + bytes([each]) * 28) for each in range(20))
        return reply(200, json.dumps({"papers": [f"{REQUEST.id}/{each}" for each in ids]}).encode())

    place = RelayPlace("http://relay", httpx.Client(transport=httpx.MockTransport(answer)))
    assert place.papers("seal") == []
    assert len(asked) <= 60
    assert "seal/: has more than 50 names; the rest was not looked at" in place.damaged
