"""The relayer: a process with a key that pays gas for calls that anyone may send, and nothing else (SPEC.md 16.8).

relayer = Relayer(node, deployed, key, send, RelayerLimits())
relayer.take(contract, data, peer)
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from queue import Queue
from threading import Lock, Thread
from typing import Any

from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.audit.node import Node, NodeRefused, NodeSilent
from workpact.chain import errors
from workpact.market.relay_limits import Refused
from workpact.web.relayer_calls import Carried
from workpact.web.relayer_limits import Meter, RelayerLimits

REMEMBERED = 2_000
"""Calls of which it says what became."""
RETRY = 15
"""Seconds after which a node that did not answer is asked again."""


@dataclass(frozen=True)
class Sent:
    """A transaction that was mined."""

    transaction: str
    block: int


Send = Callable[[str, bytes], Sent]
"""Sends a call and waits until it is mined; whatever was sent before for the same call is waited for instead.

Raises a `WorkpactError` if it was refused, or not sent.
"""


@dataclass(frozen=True)
class Relayed:
    """One call that was taken."""

    id: str
    contract: str
    data: bytes
    gas: int
    """What it is expected to use."""
    state: str = "waiting"
    """waiting, mined or failed"""
    transaction: str | None = None
    block: int | None = None
    error: str | None = None
    logs: tuple[Mapping[str, Any], ...] = ()
    """What the called contract logged, as nodes give it."""

    def to_json(self) -> dict[str, Any]:
        """For the page that asked."""
        named = {"transaction": self.transaction, "block": self.block, "error": self.error}
        known = {name: value for name, value in named.items() if value is not None}
        logs = [{name: each[name] for name in ("address", "topics", "data")} for each in self.logs]
        return {"id": self.id, "state": self.state, "gas": str(self.gas), "logs": logs, **known}


class Relayer:
    """Takes calls, simulates each, keeps its limits, and sends one after another."""

    def __init__(self, node: Node, deployed: Mapping[str, str], key: str, send: Send, limits: RelayerLimits) -> None:
        self.node, self.address, self.limits = node, key, limits
        self.carried = Carried(node, deployed, limits.items_of_call)
        self._send, self._meter = send, Meter(limits)
        self._lock = Lock()
        self._known: OrderedDict[str, Relayed] = OrderedDict()
        self._queue: Queue[str | None] = Queue()
        self._thread = Thread(target=self._work, name="relayer", daemon=True)

    def start(self) -> None:
        """Begins to send."""
        self._thread.start()

    def stop(self) -> None:
        """Sends what was taken, and no more; what is not mined by then is waited for by the next start."""
        self._queue.put(None)

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(time.time())

    def about(self) -> dict[str, Any]:
        """What it is and takes."""
        limits = {name: str(value) if name == "floor" else value for name, value in vars(self.limits).items()}
        return {
            "relayer": "workpact-relayer-1",
            "chain": self.node.chain_id,
            "address": self.address,
            "contracts": self.carried.addresses,
            "functions": self.carried.functions,
            "limits": limits,
        }

    def of(self, call: str) -> Relayed | None:
        """What became of a call."""
        return self._known.get(call)

    def take(self, contract: str, data: bytes, peer: str) -> Relayed:
        """Takes a call, or says what became of the same one while it waits. Raises `Refused`."""
        self._meter.attempt(peer, self.now)
        name = "0x" + keccak(bytes.fromhex(contract[2:]) + data).hex()
        known = self._known.get(name)
        if known is not None and known.state == "waiting":
            return known
        try:
            wallets = self.carried.wallets(contract, data)
            gas = self._simulated(contract, data)
            self._require_balance(gas)
        except (NodeRefused, NodeSilent):
            raise self._silent() from None
        with self._lock:
            known = self._known.get(name)
            if known is not None and known.state == "waiting":
                return known
            if sum(each.state == "waiting" for each in self._known.values()) >= self.limits.waiting:
                raise Refused(503, "Too many calls wait to be mined: try again later.", "waiting", self.now + RETRY)
            self._meter.take(wallets, peer, gas, self.now)
            made = self._keep(Relayed(name, contract, data, gas))
        self._queue.put(name)
        return made

    def _simulated(self, contract: str, data: bytes) -> int:
        """The gas that a call needs. Raises `Refused` with the contract's own words."""
        call = {"from": self.address, "to": contract, "data": "0x" + data.hex()}
        try:
            self.node.ask("eth_call", call | {"gas": hex(self.limits.gas_of_call)}, "latest")
            gas = int(self.node.ask("eth_estimateGas", call), 16)
        except NodeRefused as error:
            if not error.data or len(error.data) < 10:
                raise Refused(422, f"It cannot be carried out: {error}") from None
            refusal = errors.decode(bytes.fromhex(error.data[2:]))
            raise Refused(422, f"The contract refuses it. {refusal.reason or refusal}") from None
        if gas > self.limits.gas_of_call:
            most = self.limits.gas_of_call
            raise Refused(422, f"It needs {gas:,} gas, a call may have {most:,} here.", "gas of a call")
        return gas

    def _require_balance(self, gas: int) -> None:
        price = int(self.node.ask("eth_gasPrice"), 16)
        has = int(self.node.ask("eth_getBalance", self.address, "latest"), 16)
        if has < self.limits.floor + gas * price:
            raise Refused(503, "This relayer has too little to pay gas with: send it with your own wallet.", "balance")

    def _silent(self) -> Refused:
        return Refused(503, "This relayer's node does not answer.", "node", self.now + RETRY)

    def _keep(self, made: Relayed) -> Relayed:
        self._known[made.id] = made
        self._known.move_to_end(made.id)
        while len(self._known) > REMEMBERED:
            oldest = next(each for each, known in self._known.items() if known.state != "waiting")
            del self._known[oldest]
        return made

    # Sending

    def _logs(self, mined: Relayed) -> tuple[Mapping[str, Any], ...]:
        try:
            receipt = self.node.ask("eth_getTransactionReceipt", mined.transaction)
        except (NodeRefused, NodeSilent):
            return ()
        own = mined.contract.lower()
        return tuple(each for each in (receipt or {}).get("logs", ()) if each["address"].lower() == own)

    def _work(self) -> None:
        while (name := self._queue.get()) is not None:
            known = self._known[name]
            try:
                sent = self._send(known.contract, known.data)
                made = replace(known, state="mined", transaction=sent.transaction, block=sent.block)
                made = replace(made, logs=self._logs(made))
            except WorkpactError as error:
                made = replace(known, state="failed", error=str(error))
            with self._lock:
                self._keep(made)
