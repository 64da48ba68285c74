"""A provider with limits: forwards JSON-RPC to a real node, refuses what it is told to, and lies where it is told to.

with PoorNode(url) as poor:
    poor.widest = 1_000
    Node(poor.url).…
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3

BLOCK_OF_STATE = {
    "eth_call": 1,
    "eth_getProof": 2,
    "eth_getStorageAt": 2,
    "eth_getBalance": 1,
    "eth_getCode": 1,
    "eth_getTransactionCount": 1,
}
"""Which parameter of a method names the block whose state it wants."""


class PoorNode(ThreadingHTTPServer):
    """Use as a context manager; `url` answers like the node at `target`, but for its limits. All can be changed at any
    moment."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.widest: int | None = None
        """Blocks that eth_getLogs may span."""
        self.most_logs: int | None = None
        """Logs that it may find."""
        self.largest_batch: int | None = None
        """Calls in one request; 0 refuses every batch, one call alone is never refused."""
        self.lacks: set[str] = set()
        """Methods that it does not know."""
        self.has_finalized = True
        """Whether it knows the tags "finalized" and "safe"."""
        self.state_kept: int | None = None
        """Blocks before the last one of which it still has the state."""
        self.status = 200
        """Of HTTP, with refusals of single calls and of whole batches."""
        self.edit: Callable[[str, list[Any], Any], Any] | None = None
        """What it answers instead, of method, parameters and the true result: how it lies."""
        self.before: Callable[[str, list[Any]], None] | None = None
        """Called before a call is forwarded; what happens on the chain meanwhile."""
        self.asked: Counter[str] = Counter()
        """Calls by method."""
        self.spans: list[int] = []
        """Blocks that each eth_getLogs spanned, refused ones too."""
        self.batches: list[int] = []
        """Calls in each batch, refused ones too."""
        self._target = target
        self._http = urllib3.PoolManager(maxsize=8)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> PoorNode:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Says nothing: who asks may hang up, or be killed."""

    def answer(self, body: Any) -> Any:
        """To one call or a batch."""
        if not isinstance(body, list):
            return self._one(body)
        self.batches.append(len(body))
        if self.largest_batch is not None and len(body) > self.largest_batch:
            return _refusal(None, -32600, "batch too large")
        return [self._one(call) for call in body] if self._is_watched else self._forward(body)

    @property
    def _is_watched(self) -> bool:
        limits = (self.widest, self.most_logs, self.state_kept, self.edit, self.before)
        return bool(self.lacks) or not self.has_finalized or any(each is not None for each in limits)

    def _one(self, call: dict[str, Any]) -> Any:
        method, parameters = call["method"], call.get("params", [])
        self.asked[method] += 1
        if self.before:
            self.before(method, parameters)
        refusal = self._refused(method, parameters)
        if refusal is not None:
            return _refusal(call["id"], *refusal)
        answer = self._forward(call)
        found = answer.get("result")
        if method == "eth_getLogs" and self.most_logs is not None and len(found or ()) > self.most_logs:
            return _refusal(call["id"], -32005, f"query returned more than {self.most_logs} results")
        if self.edit and "result" in answer:
            answer["result"] = self.edit(method, parameters, found)
        return answer

    def _refused(self, method: str, parameters: list[Any]) -> tuple[int, str] | None:
        if method in self.lacks:
            return -32601, f"the method {method} does not exist/is not available"
        if not self.has_finalized and any(each in ("finalized", "safe") for each in parameters):
            return -32000, "'finalized' tag not supported"
        if method == "eth_getLogs":
            first, last = (self._number(parameters[0][end]) for end in ("fromBlock", "toBlock"))
            self.spans.append(last - first + 1)
            if self.widest is not None and last - first >= self.widest:
                return -32602, f"eth_getLogs is limited to a range of {self.widest} blocks"
        at = BLOCK_OF_STATE.get(method)
        if self.state_kept is not None and at is not None:
            named = parameters[at] if at < len(parameters) else "latest"
            if self._number("latest") - self._number(named) > self.state_kept:
                return -32000, "missing trie node: state is not available"
        return None

    def _number(self, block: Any) -> int:
        if isinstance(block, dict):
            block = block.get("blockHash") or block["blockNumber"]
        if block == "earliest":
            return 0
        if block.startswith("0x") and len(block) < 66:
            return int(block, 16)
        method = "eth_getBlockByHash" if block.startswith("0x") else "eth_getBlockByNumber"
        found = self._forward({"jsonrpc": "2.0", "id": 0, "method": method, "params": [block, False]})
        return int(found["result"]["number"], 16)

    def _forward(self, body: Any) -> Any:
        sent = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return json.loads(self._http.request("POST", self._target, body=sent, headers=headers).data)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: PoorNode

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answer(body)
        content = json.dumps(answer).encode()
        self.send_response(self.server.status if isinstance(answer, dict) and "error" in answer else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def _refusal(id_: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message}}
