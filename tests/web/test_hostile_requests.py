"""Requests of strangers: names, origins, methods, sizes, paths and headers (SPEC.md 16.7)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from tests.web.served import town
from workpact.web.security import MOST, policy
from workpact.web.site import BadAddress, hosts_of, relayer_of

HEADERS = {
    "content-security-policy": policy(None),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NONE = "0x" + "00" * 32


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[tuple[str, str]]:
    """The address of a server and the path of an agreement's page on it."""
    from tests.web.served import served

    with town(tmp_path_factory.mktemp("hostile")) as made:
        made.open()
        with served(made.site()) as url:
            yield url, made.page_of()


def own(url: str, **more: str) -> dict[str, str]:
    return {"Origin": url, "Sec-Fetch-Site": "same-origin", **more}


@contextmanager
def raw(url: str) -> Iterator[socket.socket]:
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as made:
        yield made


def said(url: str, request: bytes) -> list[bytes]:
    """The status lines of all that a connection answers until it is closed."""
    with raw(url) as connection:
        connection.sendall(request)
        content = b""
        while chunk := connection.recv(65_536):
            content += chunk
    return [line for line in content.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


@pytest.mark.threat("T64", "T70")
def test_every_answer__carries_the_policy_and_no_cookie(place):
    url, page = place
    paths = ["/", page, f"{page}?part", f"/agreement/{NONE}", "/agreement/0x12", "/nothing", "/static/style.css"]
    paths += ["/static/nothing", "/static/../app.py", "/worker/0x0", "/new", "/proposal", "/tenders"]
    with httpx.Client(base_url=url) as client:
        answers = [client.get(each) for each in paths]
        answers += [client.post("/nothing", headers=own(url)), client.post(page), client.put(page)]
        answers += [client.get(page, headers={"Host": "evil.example"})]
    assert policy(None) == POLICY
    for each in answers:
        found = {name: each.headers.get(name) for name in HEADERS}
        assert found == HEADERS, each.url
        assert "set-cookie" not in each.headers
        assert "access-control-allow-origin" not in each.headers
        assert "Traceback" not in each.text
        assert ".py" not in each.text
        assert "sqlite" not in each.text
    assert [each.status_code for each in answers] == [
        *(200, 200, 200, 404, 404, 404, 200, 404, 404, 404, 200, 200, 200),
        *(404, 403, 405, 421),
    ]


def test_the_relayer__is_the_only_other_place_that_scripts_may_ask():
    assert policy("http://127.0.0.1:8471") == POLICY.replace(
        "connect-src 'self'", "connect-src 'self' http://127.0.0.1:8471"
    )
    assert relayer_of("http://[::1]:8471/") == "http://[::1]:8471"
    for each in ("http://a b", "http://a;script-src *", "javascript:alert(1)", "http://a/path", "http://u:p@a", "a"):
        with pytest.raises(BadAddress, match="is no address of a relayer"):
            relayer_of(each)


@pytest.mark.threat("T63")
@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::2]", "127.0.0.1@evil.example"],
)
def test_a_name_that_is_not_its_own__is_not_answered(place, host):
    answer = httpx.get(place[0] + place[1], headers={"Host": host})
    assert (answer.status_code, answer.text) == (421, "This server does not answer to that name.")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:99", "[::1]", "[::1]:8470"])
def test_its_own_names__are_answered_at_any_port(place, host):
    assert httpx.get(place[0] + place[1], headers={"Host": host}).status_code == 200


def test_names__are_those_of_this_machine_and_those_given():
    assert hosts_of("0.0.0.0", ("Desk.example",)) == ("127.0.0.1", "localhost", "[::1]", "desk.example")
    assert hosts_of("192.0.2.1", ()) == ("127.0.0.1", "localhost", "[::1]", "192.0.2.1")
    assert hosts_of("2001:db8::1", ()) == ("127.0.0.1", "localhost", "[::1]", "[2001:db8::1]")


@pytest.mark.threat("T70")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "OWN", "Sec-Fetch-Site": "same-site"},
        {"Origin": "OWN", "Sec-Fetch-Site": "none"},
        {"Origin": "OWN/"},
    ],
)
def test_a_post_from_elsewhere__is_refused_before_it_is_read(place, headers):
    url, page = place
    sent = {name: value.replace("OWN", url) for name, value in headers.items()}
    answer = httpx.post(f"{url}{page}/simulate", headers=sent, json={})
    assert (answer.status_code, answer.text) == (403, "Only this server's own pages may send that.")


def test_a_post_that_is_too_large__is_refused_by_its_header_or_by_its_bytes(place):
    url, page = place
    told = httpx.post(f"{url}{page}/simulate", headers=own(url), content=b" " * (MOST + 1))
    assert told.status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(MOST // 65_536 + 2):
            yield b" " * 65_536

    counted = httpx.post(f"{url}{page}/simulate", headers=own(url), content=chunks())
    assert counted.status_code == 413
    assert httpx.get(url + page).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods__are_refused(place, method):
    answer = httpx.request(method, place[0] + place[1])
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_a_head_request__has_the_headers_of_a_get_and_no_body(place):
    url, page = place
    head, got = httpx.head(url + page), httpx.get(url + page)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.threat("T69")
@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
        "/static",
        "/agreement/../../etc/passwd",
        "/agreement/%2e%2e%2f",
        "/agreement/0x" + "0" * 63 + "g",
        "/agreement/0x" + "0" * 65,
        "/agreement/0x" + "%00" * 64,
        "/agreement/0x" + "٠" * 64,
        "/agreement/" + "x" * 5_000,
    ],
)
def test_paths__lead_nowhere_but_to_pages(place, path):
    where = urlsplit(place[0]).netloc
    request = f"GET {path.replace('٠', '%D9%A0')} HTTP/1.1\r\nHost: {where}\r\nConnection: close\r\n\r\n".encode()
    (status,) = said(place[0], request)
    assert status == b"HTTP/1.1 404 Not Found"


def test_nothing_that_is_asked__comes_back_as_a_header_or_as_markup(place):
    url, page = place
    answer = httpx.get(f"{url}{page}%0d%0aSet-Cookie:%20a=b")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    answer = httpx.get(f"{url}/agreement/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    answer = httpx.get(f'{url}/?show=<script>alert(1)</script>&account="><script>alert(1)</script>')
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_requests_that_two_servers_read_differently__are_refused_whole(place):
    url, page = place
    host = f"Host: {urlsplit(url).netloc}\r\n"
    hidden = f"GET {page} HTTP/1.1\r\n{host}\r\n"
    both = f"POST /nothing HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
    twice = f"POST /nothing HTTP/1.1\r\n{host}Content-Length: 0\r\nContent-Length: 50\r\n\r\n{hidden}"
    odd = f"POST /nothing HTTP/1.1\r\n{host}Transfer-Encoding: xchunked\r\n\r\n{hidden}"
    hosts = f"GET {page} HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n"
    space = f"GET {page} HTTP/1.1\r\n{host}Content-Length : 5\r\n\r\n"
    less = f"GET {page} HTTP/1.1\r\n\r\n"
    answers = [said(url, each.encode()) for each in (twice, odd, hosts, space, less)]
    assert [each[0].split()[1] for each in answers] == [b"400"] * 5
    assert [len(each) for each in answers] == [1] * 5
    # Of both lengths the chunks count, and the connection is not used again.
    assert b"200" not in [each.split()[1] for each in said(url, both.encode())]


def test_a_head_that_is_too_long__ends_the_connection(place):
    request = f"GET {place[1]} HTTP/1.1\r\nHost: localhost\r\nX: {'x' * 40_000}".encode()
    assert said(place[0], request) == [b"HTTP/1.1 400 Bad Request"]
