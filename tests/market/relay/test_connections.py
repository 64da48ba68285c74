"""The relay over real connections, and a relay that lies (SPEC.md 15.11)."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager

import httpx
import pytest

from tests.market.papers import bid_paper
from tests.market.relay.relays import REQUEST, SEALS, kept
from workpact.market import relay_server as server_module
from workpact.market.errors import NotThere, PlaceFull, PlaceRefuses, PlaceUnavailable
from workpact.market.paper import id_of
from workpact.market.place import market_place
from workpact.market.relay import create_app
from workpact.market.relay_limits import Limits
from workpact.market.relay_place import RelayPlace
from workpact.market.relay_server import relay_server


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


@pytest.mark.threat("T60")
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
