"""A server on a real socket that answers instant queries with range selectors as Prometheus documents it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

QUERY = re.compile(r"(?P<name>\w+)(?:\{(?P<matchers>.*)\})?\[(?P<range>\d+)ms\]")
STALE = "a marker that a series ends, which range selectors leave out"


@dataclass
class Prometheus:
    """What the server has: each series with its samples in milliseconds; `url` is its address."""

    url: str = ""
    series: list[tuple[dict[str, str], list[tuple[int, str]]]] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    """Status and body of the next answers, in place of true ones."""
    members: dict[str, Any] = field(default_factory=dict)
    """What each true answer has besides."""
    includes_start: bool = False
    """As servers did before Prometheus 3."""
    prefix: str = ""
    asked: list[tuple[str, dict[str, str], str | None]] = field(default_factory=list)
    """Path, parameters and credentials of each request."""

    def add(self, name: str, samples: Sequence[tuple[int, str]], **labels: str) -> None:
        """A series; of one that is there, further samples."""
        self.series.append(({"__name__": name, **labels}, list(samples)))

    def answer(self, parameters: dict[str, str]) -> tuple[int, Any]:
        """Status and body of a true answer."""
        if self.answers:
            return self.answers.pop(0)
        found = QUERY.fullmatch(parameters["query"])
        assert found, parameters
        wanted = dict(re.findall(r'(\w+)="([^"]*)"', found["matchers"] or "")) | {"__name__": found["name"]}
        end = round(float(parameters["time"]) * 1000)
        start = end - int(found["range"]) + (0 if self.includes_start else 1)
        result = []
        for labels, samples in self.series:
            within = [[_seconds(at), value] for at, value in samples if start <= at <= end and value != STALE]
            if within and wanted.items() <= labels.items():
                result.append({"metric": labels, "values": within})
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}, **self.members}


def error(kind: str, text: str) -> dict[str, str]:
    """The body by which the API refuses."""
    return {"status": "error", "errorType": kind, "error": text}


@contextmanager
def serving() -> Iterator[Prometheus]:
    """An empty server on a port of its own."""
    prometheus = Prometheus()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer is written in two parts; the second would wait for the first one to be acknowledged.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            parameters = {name: value for name, (value,) in parse_qs(parts.query, strict_parsing=True).items()}
            prometheus.asked.append((parts.path, parameters, self.headers["Authorization"]))
            status, body = 404, "404 page not found"
            if parts.path == f"{prometheus.prefix}/api/v1/query":
                status, body = prometheus.answer(parameters)
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    prometheus.url = f"prometheus://127.0.0.1:{server.server_port}"
    try:
        yield prometheus
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _seconds(at: int) -> float | int:
    return at / 1000 if at % 1000 else at // 1000
