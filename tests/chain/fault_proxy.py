"""A node with faults: forwards JSON-RPC to a real one and does to it what its faults and its plan say."""

from __future__ import annotations

import json
import os
import signal
import threading
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.chain import fault_answers
from tests.chain.fault_answers import HTTP_STATUS, SEND, SPOILED, Trouble

__all__ = ["RECEIPT", "SEND", "Fault", "FaultProxy"]
RECEIPT = "eth_getTransactionReceipt"


@dataclass
class Fault:
    """What is done to the calls of `methods` (all calls, if there are none), from the one after `skip` on.

    "drop before" hangs up without forwarding, "drop after" forwards and hangs up, "late" forwards and says nothing,
    "hold before" and "hold after" hold the caller there for good and set `reached`, "kill before" and "kill after" kill
    the process `victim`, "refuse" answers with an error; the rest is in `fault_answers`.
    """

    kind: str
    methods: tuple[str, ...] = (SEND,)
    skip: int = 0
    times: int | None = 1
    """How often; None is always."""

    def strikes(self, method: str) -> bool:
        """Whether it is this call's turn; counts it."""
        if (self.methods and method not in self.methods) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class FaultProxy(ThreadingHTTPServer):
    """Use as a context manager; `url` answers like the node at `target`.

    `widest` is the number of blocks that eth_getLogs may span, `spans` are those that were asked for. `plan` is used up
    by the calls of eth_sendRawTransaction in order, then they pass; `faults` say for themselves when they strike.
    `sent` are the raw transactions that were asked for, `struck` how many calls a fault met.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.plan: list[str] = []
        self.faults: list[Fault] = []
        self.struck = 0
        self.sent: list[str] = []
        self.widest: int | None = None
        self.spans: list[tuple[int, int]] = []
        self.last: tuple[str, bytes] = ("", b"")
        self.counted = 0
        self.victim = 0
        self.replaces: str | None = None
        self.reached = threading.Event()
        self.released = threading.Event()
        self.deciding = threading.Lock()

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

    def trouble(self, faults: Iterable[Fault] = ()) -> None:
        """From now on these faults, and no others."""
        self.plan.clear()
        self.faults = list(faults)
        self.replaces = None
        self.struck = 0

    def fault_of(self, method: str) -> str:
        """What happens to a call of this method now."""
        with self.deciding:
            if method == SEND and self.plan:
                return self.plan.pop(0)
            kind = next((each.kind for each in self.faults if each.strikes(method)), "")
            self.struck += bool(kind)
            return kind

    def forward(self, body: bytes) -> bytes:
        request = urllib.request.Request(self.target, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            content: bytes = answer.read()
        return content

    def ask(self, method: str, *parameters: Any) -> Any:
        """The node's own answer."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        return json.loads(self.forward(json.dumps(body).encode())).get("result")

    def hold(self) -> None:
        self.reached.set()
        self.released.wait()


class _Handler(BaseHTTPRequestHandler):
    server: FaultProxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        call = json.loads(body)
        method = call["method"] if isinstance(call, dict) else "batch"
        if method == SEND:
            self.server.sent.append(call["params"][0])
        fault = self.server.fault_of(method)
        trouble = Trouble(self.server, call if isinstance(call, dict) else {"method": method, "params": []})
        if fault == "hold before":
            self.server.hold()
        if fault == "kill before":
            os.kill(self.server.victim, signal.SIGKILL)
        if fault in ("drop before", "hold before", "kill before"):
            return
        if fault == "refuse":
            self.refuse(call, "fee too low")
            return
        if self.is_too_wide(call):
            self.refuse(call, "range exceeds limit")
            return
        if fault in HTTP_STATUS:
            self.answer(b"{}" if fault == "500" else b"<html>busy</html>", *HTTP_STATUS[fault])
            return
        answer = fault_answers.answered(trouble, fault, body)
        if fault == "hold after":
            self.server.hold()
        if fault == "late":
            self.connection.recv(1)  # until the caller has had enough and hangs up
        if fault == "kill after":
            os.kill(self.server.victim, signal.SIGKILL)
        if fault in ("drop after", "hold after", "kill after", "late"):
            return
        if fault in SPOILED:
            answer = SPOILED[fault](answer, self.server.last)
        self.server.last = (method, answer)
        self.answer(answer)

    def is_too_wide(self, call: Any) -> bool:
        if not isinstance(call, dict) or call["method"] != "eth_getLogs":
            return False
        asked = call["params"][0]
        if not all(str(asked.get(end, "")).startswith("0x") for end in ("fromBlock", "toBlock")):
            return False
        span = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
        self.server.spans.append(span)
        return self.server.widest is not None and span[1] - span[0] >= self.server.widest

    def refuse(self, call: dict[str, Any], why: str) -> None:
        refusal = {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": why}}
        self.answer(json.dumps(refusal).encode())

    def answer(self, content: bytes, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(content))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
