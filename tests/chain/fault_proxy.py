"""A node with faults: forwards JSON-RPC to a real one and does to each raw transaction what its plan says."""

from __future__ import annotations

import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FaultProxy(ThreadingHTTPServer):
    """Use as a context manager; `url` answers like the node at `target`.

    `widest` is the number of blocks that eth_getLogs may span, `spans` are those that were asked for.

    `plan` is used up by the calls of eth_sendRawTransaction in order, then they pass: "drop before" hangs up without
    forwarding, "drop after" forwards and hangs up, "hold before" and "hold after" hold the caller there for good and
    set `reached`, "refuse" answers with an error. `sent` are the raw transactions that were asked for.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.plan: list[str] = []
        self.sent: list[str] = []
        self.widest: int | None = None
        self.spans: list[tuple[int, int]] = []
        self.reached = threading.Event()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> FaultProxy:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()

    def forward(self, body: bytes) -> bytes:
        request = urllib.request.Request(self.target, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            content: bytes = answer.read()
        return content

    def hold(self) -> None:
        self.reached.set()
        self.released.wait()


class _Handler(BaseHTTPRequestHandler):
    server: FaultProxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        call = json.loads(body)
        fault = ""
        if isinstance(call, dict) and call["method"] == "eth_sendRawTransaction":
            self.server.sent.append(call["params"][0])
            fault = self.server.plan.pop(0) if self.server.plan else ""
        if fault == "hold before":
            self.server.hold()
        if fault in ("drop before", "hold before"):
            return
        if fault == "refuse":
            self.refuse(call, "fee too low")
            return
        if self.is_too_wide(call):
            self.refuse(call, "range exceeds limit")
            return
        answer = self.server.forward(body)
        if fault == "hold after":
            self.server.hold()
        if fault not in ("drop after", "hold after"):
            self.answer(answer)

    def is_too_wide(self, call: Any) -> bool:
        if not isinstance(call, dict) or call["method"] != "eth_getLogs":
            return False
        span = int(call["params"][0]["fromBlock"], 16), int(call["params"][0]["toBlock"], 16)
        self.server.spans.append(span)
        return self.server.widest is not None and span[1] - span[0] >= self.server.widest

    def refuse(self, call: dict[str, Any], why: str) -> None:
        refusal = {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": why}}
        self.answer(json.dumps(refusal).encode())

    def answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
