"""A node as an auditor asks it: plain JSON-RPC in batches, which shrink to what the provider takes. Sends nothing.

node = Node("http://127.0.0.1:8545")
for logs in node.logs([agreement], [None, origin], 0, node.height()):
    …
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import urllib3

from workpact import WorkpactError

BATCH = 250
"""Questions in one request, until the node refuses."""
WIDTH = 1_000_000
"""Blocks that a question for logs spans, until the node refuses."""
GENTLE = urllib3.Retry(
    total=6, backoff_factor=0.2, status_forcelist=(429, 502, 503, 504), allowed_methods=None, raise_on_status=False
)
STEADY = 32
"""Answers of the same size after which a larger one is tried again."""
SECONDS = 120
AT_ONCE = 8
"""Connections that are kept for several threads."""
NO_SUCH_METHOD = -32601


class NodeSilent(WorkpactError):
    """The node does not answer, or with something that is no JSON-RPC."""


class NodeRefused(WorkpactError):
    """The node answers with an error; `code` is JSON-RPC's, 0 where it gave none, `data` what a revert returned."""

    def __init__(self, message: str, code: int, data: str | None = None) -> None:
        self.code, self.data = code, data
        super().__init__(message)


class Unknown(NodeRefused):
    """The node has no such block or transaction: it is behind, or the chain has changed."""


class NodeWrong(WorkpactError):
    """The node answers with what was not asked for."""


class StateGone(WorkpactError):
    """The node does not keep the state of that block any more."""


class Pace:
    """How many at once a node takes, found by asking: halved at a refusal, then searched between what it took and what
    it refused. Now and then more is tried again, as a refusal may have been of what one range held."""

    def __init__(self, most: int) -> None:
        self.size = most
        self._taken = 0
        self._refused = self._most = most + 1
        self._steady = 0

    def took(self, size: int) -> None:
        """So many were answered."""
        if size < self.size:
            return
        self._taken = size
        self._steady += 1
        if self._steady % STEADY == 0:
            self._refused = min(2 * self._refused, self._most)
        self._next()

    def refused(self, size: int) -> None:
        """So many were too many."""
        self._refused = size
        if self._taken >= size:
            self._taken = 0
        self._next()

    def _next(self) -> None:
        close = self._refused - self._taken <= self._taken // 8 + 1
        self.size = self._taken if close else max(1, min((self._taken + self._refused) // 2, self._most - 1))


class Node:
    """One node by its URL. Numbers that it answers with are hex digits, as JSON-RPC has them."""

    def __init__(self, url: str, retries: urllib3.Retry = GENTLE, seconds: int = SECONDS) -> None:
        self.url = url
        self.name = _name(url)
        """Whose it is, without what its address may have of a key."""
        self._http = urllib3.PoolManager(retries=retries, timeout=urllib3.Timeout(seconds), maxsize=AT_ONCE)
        self._batch = Pace(BATCH)
        self._width = Pace(WIDTH)
        self._has_block_receipts = True

    @classmethod
    def connected(cls) -> Node:
        """The node that Ape is connected to; `NodeSilent` if it is not reached by HTTP."""
        from ape import networks

        provider: Any = networks.provider
        url = str(getattr(provider, "http_uri", None) or provider.web3.provider.endpoint_uri)
        if not url.startswith("http"):
            raise NodeSilent(f"{url} is no HTTP address: connect to the node by HTTP (--network ethereum:…:http://…).")
        return cls(url)

    # Questions

    def ask(self, method: str, *parameters: Any) -> Any:
        """The answer to one question; `NodeRefused`, `NodeSilent`."""
        return self._result(method, self._post(_question(method, parameters, 0)))

    def ask_many(self, method: str, questions: Sequence[Sequence[Any]]) -> list[Any]:
        """The answers to many, in their order; in batches as large as the node takes."""
        answers: list[Any] = []
        while len(answers) < len(questions):
            size = min(self._batch.size, len(questions) - len(answers))
            chosen = questions[len(answers) : len(answers) + size]
            found = [self.ask(method, *chosen[0])] if size == 1 else self._together(method, chosen)
            if found is None:
                self._batch.refused(size)
            else:
                self._batch.took(size)
                answers += found
        return answers

    # The chain

    @cached_property
    def chain_id(self) -> int:
        """The id that it answers for."""
        return int(self.ask("eth_chainId"), 16)

    def height(self) -> int:
        """The number of the last block."""
        return int(self.ask("eth_blockNumber"), 16)

    def block(self, which: int | str) -> dict[str, Any]:
        """A block's header by number, hash or tag, with the hashes of its transactions; `NodeRefused` if unknown."""
        (found,) = self.blocks([which])
        return found

    def blocks(self, which: Sequence[int | str]) -> list[dict[str, Any]]:
        """Several at once."""
        by_hash = [isinstance(each, str) and len(each) == 66 for each in which]
        if any(by_hash) and not all(by_hash):
            raise ValueError("Ask for blocks by hash or by number, not both at once.")
        method = "eth_getBlockByHash" if any(by_hash) else "eth_getBlockByNumber"
        names = [hex(each) if isinstance(each, int) else each for each in which]
        found = self.ask_many(method, [[name, False] for name in names])
        for name, block in zip(names, found, strict=True):
            if block is None:
                raise Unknown(f"The node has no block {name}: it is behind, or of another chain.", 0)
        return found

    def transactions(self, hashes: Sequence[str]) -> list[dict[str, Any]]:
        """Transactions by hash."""
        found = self.ask_many("eth_getTransactionByHash", [[each] for each in hashes])
        for each, transaction in zip(hashes, found, strict=True):
            if transaction is None:
                raise Unknown(f"The node has no transaction {each}: it was reorganised away, or is pruned.", 0)
        return found

    def senders(self, transactions: Sequence[str]) -> dict[str, str]:
        """Who sent each, by its hash; as receipts say, as nodes recover them anew where they give transactions."""
        senders = {}
        for first in range(0, len(transactions), BATCH):  # of a receipt nothing else is kept
            chosen = transactions[first : first + BATCH]
            found = self.ask_many("eth_getTransactionReceipt", [[each] for each in chosen])
            for each, receipt in zip(chosen, found, strict=True):
                if receipt is None:
                    raise Unknown(f"The node has no transaction {each}: it was reorganised away, or is pruned.", 0)
                senders[each] = str(receipt["from"])
        return senders

    def receipts(self, block: int, transactions: Sequence[str]) -> list[dict[str, Any]]:
        """All receipts of a block, whose transactions are these; one by one where it cannot give a block's."""
        if self._has_block_receipts:
            try:
                return list(self.ask("eth_getBlockReceipts", hex(block)))
            except NodeRefused:
                self._has_block_receipts = False
        return self.ask_many("eth_getTransactionReceipt", [[each] for each in transactions])

    def logs(
        self, addresses: Sequence[str], topics: Sequence[bytes | Sequence[bytes] | None], first: int, last: int
    ) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Logs of contracts with these topics, in order, range by range, with its last block.

        None stands for any topic, several for any of them. Ranges shrink when the node refuses one and grow again
        after; `NodeRefused` if one block is too much.
        """
        wanted = [_hex(topic) for topic in topics]
        while first <= last:
            width = min(self._width.size, last - first + 1)
            span = {"fromBlock": hex(first), "toBlock": hex(first + width - 1)}
            try:
                found = self.ask("eth_getLogs", {"address": list(addresses), "topics": wanted, **span})
            except NodeRefused as error:
                if width == 1:
                    raise NodeRefused(
                        f"The node gives no logs of block {first}: {error}. Ask another node.", error.code
                    ) from None
                self._width.refused(width)
                continue
            self._width.took(width)
            yield first + width - 1, found
            first += width

    def proof(self, address: str, slots: Iterable[bytes], block: int) -> dict[str, Any]:
        """Account and storage proofs at a block (EIP-1186); `StateGone` if the node keeps its state no more."""
        names = ["0x" + slot.hex() for slot in slots]
        try:
            answer: dict[str, Any] = self.ask("eth_getProof", address, names, hex(block))
        except NodeRefused as error:
            raise _state_gone(block, error) from None
        return answer

    def call(self, address: str, data: bytes, block: int) -> bytes:
        """What a view answers at a block; `StateGone` if the node keeps its state no more."""
        return self.call_many([(address, data)], block)[0]

    def call_many(self, calls: Sequence[tuple[str, bytes]], block: int) -> list[bytes]:
        """What several views answer at one block."""
        questions = [[{"to": address, "data": "0x" + data.hex()}, hex(block)] for address, data in calls]
        try:
            answers = self.ask_many("eth_call", questions)
        except NodeRefused as error:
            raise _state_gone(block, error) from None
        return [bytes.fromhex(answer[2:]) for answer in answers]

    # Requests

    def _together(self, method: str, questions: Sequence[Sequence[Any]]) -> list[Any] | None:
        """The answers to one batch; None if the node takes none so large."""
        try:
            answer = self._post([_question(method, each, number) for number, each in enumerate(questions)])
        except NodeRefused:
            return None
        if not isinstance(answer, list) or len(answer) != len(questions):
            return None
        by_id = {each.get("id"): each for each in answer}
        if set(by_id) != set(range(len(questions))):
            return None
        return [self._result(method, by_id[number]) for number in range(len(questions))]

    def _post(self, content: Any) -> Any:
        try:
            body = json.dumps(content).encode()
            answer = self._http.request("POST", self.url, body=body, headers={"Content-Type": "application/json"})
        except urllib3.exceptions.HTTPError as error:
            why = type(getattr(error, "reason", None) or error).__name__  # its text has the whole address
            raise NodeSilent(f"The node at {self.name} does not answer ({why}). Check --network.") from None
        try:
            return json.loads(answer.data)
        except ValueError:
            if answer.status >= 400:
                raise NodeRefused(f"HTTP status {answer.status}.", 0) from None
            raise NodeSilent(f"What {self.name} answers is no JSON: it is no node. Check --network.") from None

    def _result(self, method: str, answer: Any) -> Any:
        if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
            raise NodeSilent(f"What {self.name} answers to {method} is no JSON-RPC: it is no node. Check --network.")
        if "error" in answer:
            error = answer["error"] if isinstance(answer["error"], dict) else {"message": answer["error"]}
            words, data = str(error.get("message", error)).rstrip("."), error.get("data")
            raise NodeRefused(
                f"{method}: {words}.", int(error.get("code") or 0), data if isinstance(data, str) else None
            )
        return answer["result"]


def _state_gone(block: int, error: NodeRefused) -> StateGone:
    return StateGone(
        f"The node does not answer for block {block}: {error} Most nodes keep the state of about 128 blocks: take a "
        "newer block (--block), or ask a node that keeps all of it (an archive node)."
    )


def _name(url: str) -> str:
    parsed = urllib3.util.parse_url(url)
    return f"{parsed.scheme}://{parsed.netloc}"


def _hex(topic: bytes | Sequence[bytes] | None) -> Any:
    if isinstance(topic, bytes):
        return "0x" + topic.hex()
    return None if topic is None else ["0x" + each.hex() for each in topic]


def _question(method: str, parameters: Sequence[Any], number: int) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(parameters)}
