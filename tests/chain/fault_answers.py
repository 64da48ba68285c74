"""False and spoiled answers of the fault proxy, and what happens on the chain between a call and its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_account import Account

if TYPE_CHECKING:
    from tests.chain.fault_proxy import FaultProxy

HTTP_STATUS: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {
    "429": (429, ()),
    "429 retry after": (429, (("Retry-After", "0"),)),
    "500": (500, ()),
    "502": (502, ()),
    "503": (503, ()),
}
SEND = "eth_sendRawTransaction"
BLOCK_AT = {
    "eth_call": 1,
    "eth_getCode": 1,
    "eth_getBalance": 1,
    "eth_getTransactionCount": 1,
    "eth_estimateGas": 1,
    "eth_getStorageAt": 2,
    "eth_getBlockByNumber": 0,
}
"""Where a method takes the number of a block."""


@dataclass(frozen=True)
class Trouble:
    """One call that meets a fault."""

    proxy: FaultProxy
    call: dict[str, Any]

    @property
    def method(self) -> str:
        return str(self.call["method"])


def answered(trouble: Trouble, fault: str, body: bytes) -> bytes:
    """The node's answer to a call, with what the fault does before it and to it."""
    if fault in HAPPENINGS:
        HAPPENINGS[fault](trouble)
    if fault.startswith("stale"):
        return _stale(trouble, int(fault.split()[1]))
    if fault == "lying chain":
        return _with(trouble.call, {"eth_chainId": "0x1", "net_version": "1"}.get(trouble.method, "0x1"))
    if fault.startswith("replace") and trouble.method == SEND and trouble.proxy.replaces is None:
        trouble.proxy.replaces = trouble.proxy.ask("evm_snapshot")
    answer = trouble.proxy.forward(body)
    if fault.startswith("replace") and trouble.method != SEND and json.loads(answer).get("result"):
        _replace(trouble.proxy, int(fault.split()[1]))
    if fault == "dear":
        _dear(trouble)
    return answer


def _cut(answer: bytes, _: tuple[str, bytes]) -> bytes:
    return answer[: len(answer) // 2]


def _wrong_id(answer: bytes, _: tuple[str, bytes]) -> bytes:
    content = json.loads(answer)
    return json.dumps(content | {"id": content["id"] + 1_000}).encode()


def _other(_: bytes, last: tuple[str, bytes]) -> bytes:
    return last[1] or b'{"jsonrpc": "2.0", "id": 0, "result": "0x"}'


SPOILED: dict[str, Callable[[bytes, tuple[str, bytes]], bytes]] = {"cut": _cut, "wrong id": _wrong_id, "other": _other}


def _stale(trouble: Trouble, behind: int) -> bytes:
    """Every other answer is that of a node which has not seen the last blocks."""
    proxy, call, method = trouble.proxy, trouble.call, trouble.method
    proxy.counted += 1
    if proxy.counted % 2:
        return proxy.forward(json.dumps(call).encode())
    head = max(int(proxy.ask("eth_blockNumber"), 16) - behind, 0)
    if method == "eth_blockNumber":
        return _with(call, hex(head))
    parameters = list(call["params"])
    if method in BLOCK_AT:
        where = BLOCK_AT[method]
        parameters += [None] * (where + 1 - len(parameters))
        parameters[where] = _seen(parameters[where], head)
    if method == "eth_getLogs" and "blockHash" not in parameters[0]:
        parameters[0] = parameters[0] | {"toBlock": _seen(parameters[0].get("toBlock"), head)}
    answer = proxy.forward(json.dumps(call | {"params": parameters}).encode())
    found = json.loads(answer).get("result")
    if isinstance(found, dict) and int(found.get("blockNumber") or "0x0", 16) > head:
        return _with(call, None)
    return answer


def _seen(block: Any, head: int) -> Any:
    """The block that a node with this head takes."""
    if isinstance(block, str) and block.startswith("0x"):
        return hex(min(int(block, 16), head)) if len(block) < 20 else block
    return hex(head) if block in (None, "latest", "pending") else block


def _with(call: dict[str, Any], result: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}).encode()


def _sender(trouble: Trouble) -> str:
    return str(Account.recover_transaction(trouble.call["params"][0]))


def _dear(trouble: Trouble) -> None:
    """What is in the pool offers too little for the next block."""
    base = int(trouble.proxy.ask("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    trouble.proxy.ask("anvil_setNextBlockBaseFeePerGas", hex(base * 10))
    trouble.proxy.ask("evm_mine")


def _replace(proxy: FaultProxy, deep: int) -> None:
    """So many blocks, the lowest of them the one of what was sent first, give way to as many others and one more.

    By a snapshot: Anvil's own reorganisation loses contracts once it keeps some hundred blocks.
    """
    if not proxy.replaces:
        return
    for _ in range(deep - 1):
        proxy.ask("evm_mine")
    proxy.ask("evm_revert", proxy.replaces)
    proxy.replaces = ""
    proxy.ask("anvil_mine", hex(deep + 1), "0x2")


def _taken(trouble: Trouble) -> None:
    """Another process of the account sends with the number that this transaction has."""
    sender = _sender(trouble)
    trouble.proxy.ask("anvil_impersonateAccount", sender)
    trouble.proxy.ask("eth_sendTransaction", {"from": sender, "to": sender, "value": "0x0"})
    trouble.proxy.ask("anvil_stopImpersonatingAccount", sender)


def _poor(trouble: Trouble) -> None:
    trouble.proxy.ask("anvil_setBalance", _sender(trouble), "0x1")


def _waits(trouble: Trouble) -> None:
    trouble.proxy.ask("evm_setAutomine", False)


HAPPENINGS: dict[str, Callable[[Trouble], None]] = {
    "dear": _waits,
    "taken": _taken,
    "poor": _poor,
    "waits": _waits,
}
