"""Model and contracts side by side: one call to both, and everything compared."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.model.acts import Model
from tests.model.papers import ZERO, Paper
from tests.model.sights import Sight, sights
from tests.model.stage import RICHES, START, Stage
from tests.model.world import Refused


@dataclass
class Call:
    """One call: what the model is told, and what the chain is."""

    kind: str
    caller: str
    time: int
    method: str
    arguments: tuple[Any, ...]
    to: str
    """Contract by name, or a token's address."""
    function: str
    abi: tuple[Any, ...]
    papers: tuple[Paper, ...] = ()
    """The documents that it is about: what they lead to is compared afterwards."""
    approvals: list[tuple[str, bytes]] = field(default_factory=list)
    """Wallets that sign by saying so, before."""


class Pair:
    """Both, from a fresh start."""

    def __init__(self, stage: Stage, model: type[Model] = Model) -> None:
        self.stage = stage
        self.model = model(stage.agreement, stage.oracle)
        self.model.now = START + 1000
        for token in stage.tokens:
            self.model.balances[token] = dict.fromkeys(stage.everybody, RICHES) | {stage.agreement: 0}
        self.histories: dict[tuple[str, bytes], bytes] = {}
        self.papers: dict[bytes, Paper] = {}
        """Every document that a call was about."""
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def expects(self, call: Call) -> Model | set[Any]:
        """The model after the call, or why it must fail."""
        trial = copy.deepcopy(self.model)
        trial.now = call.time
        trial.said, trial.moved = [], []
        try:
            getattr(trial, call.method)(call.caller, *call.arguments)
        except Refused as refused:
            return refused.errors
        return trial

    def play(self, call: Call) -> bool:
        """Whether it succeeded; differences are failures."""
        for wallet, digest in call.approvals:
            self.stage.set_time(self.model.now)
            self.stage.approve(wallet, digest)
            self.model.approved.add((wallet, digest))
        expected = self.expects(call)
        to, coder = self.stage.at.get(call.to, call.to), self.stage.coders[self.stage.names[self._at(call.to)]]
        data = coder.call(call.function, *call.abi)
        self.stage.set_time(call.time)
        receipt = self.stage.send(call.caller, to, data)
        self.model.now = call.time
        self.papers |= {paper.id: paper for paper in call.papers}
        if isinstance(expected, set):
            self._compare_refusal(call, receipt, expected, to, data)
            self.refused[call.kind] += 1
        else:
            if receipt["status"] != "0x1":
                why = self._read(call, self.stage.why(call.caller, to, data, receipt["blockNumber"]))
                raise AssertionError(f"{describe(call)}: the model does it, the contracts say {why}")
            self._compare_events(call, receipt, expected)
            self.model = expected
            self.done[call.kind] += 1
        self.compare(call.papers, call.kind)
        return not isinstance(expected, set)

    def compare(self, papers: Any, about: str = "") -> None:
        """What the contracts keep and say, of these documents, and everybody's money."""
        seen: list[Sight] = list(sights(self.model, self.stage, papers, self.histories))
        answers = self.stage.wire.view([(self._at(each.contract), self._call(each)) for each in seen])
        for each, answer in zip(seen, answers, strict=True):
            coder = self.stage.coders[self.stage.names[self._at(each.contract)]]
            said = each.read(coder.answer(each.function, answer))
            assert said == each.expected, f"after {about}: {each}: the contracts say {said}"

    def _call(self, each: Sight) -> str:
        return self.stage.coders[self.stage.names[self._at(each.contract)]].call(each.function, *each.arguments)

    def _at(self, contract: str) -> str:
        return self.stage.at.get(contract, contract)

    def _compare_refusal(self, call: Call, receipt: Any, errors: set[Any], to: str, data: str) -> None:
        assert receipt["status"] == "0x0", f"{describe(call)}: the contracts do it, the model says {errors}"
        got = self.stage.why(call.caller, to, data, receipt["blockNumber"])
        wanted = {self._error(call, *error) for error in errors}
        assert got in wanted, f"{describe(call)}: the contracts say {self._read(call, got)}, the model {errors}"

    def _error(self, call: Call, name: str, arguments: tuple[Any, ...]) -> bytes:
        coders = self.stage.coders
        if not name:
            return self._wrapped(b"") if call.caller in self.stage.wallets else b""
        coder = next((each for each in coders.values() if name in each.entries["error"]), coders["Agreement"])
        data = coder.error(name, arguments)
        return self._wrapped(data) if call.caller in self.stage.wallets else data

    @staticmethod
    def _wrapped(data: bytes) -> bytes:
        """What a wallet makes of it."""
        return bytes(keccak(text="Error(string)")[:4]) + encode(["bytes"], [data])

    def _read(self, call: Call, data: bytes) -> Any:
        if call.caller in self.stage.wallets:
            _, (data,) = self.stage.coders["Agreement"].read_error(data)
        for name in ("Agreement", "SLAOracle", "BlockingTokenMock"):
            said = self.stage.coders[name].read_error(data)
            if isinstance(said, tuple):
                return said
        return data.hex()

    def _compare_events(self, call: Call, receipt: Any, expected: Model) -> None:
        token = self.stage.coders["BlockingTokenMock"]
        wanted, moved = [], []
        for contract, name, arguments, key in expected.said:
            topics, data = self.stage.coders[contract].event(name, arguments)
            wanted.append((self._at(contract), topics, data))
            if key is not None:
                before = self.histories.get((contract, key), ZERO)
                event_hash = keccak(b"".join(topics) + data)
                chained = keccak(encode(["bytes32", "uint256", "bytes32"], [before, call.time, event_hash]))
                self.histories[contract, key] = bytes(chained)
        for each, source, to, amount in expected.moved:
            topics, data = token.event("Transfer", {"from": source, "to": to, "value": amount})
            moved.append((each, topics, data))
        logs = [(self._name(log["address"]), log) for log in receipt["logs"]]
        said = [(at, [word(each) for each in log["topics"]], word(log["data"])) for at, log in logs]
        tokens = self.stage.tokens
        got = [log for log in said if log[0] not in tokens]
        assert got == wanted, f"{describe(call)}: events\n{self._show(got)}\nthe model:\n{expected.said}"
        got = [log for log in said if log[0] in tokens]
        assert got == moved, f"{describe(call)}: transfers\n{self._show(got)}\nthe model:\n{expected.moved}"

    def _name(self, address: str) -> str:
        return next(each for each in self.stage.names if each.lower() == address.lower())

    def _show(self, logs: Any) -> str:
        coders = self.stage.coders
        return "\n".join(str(coders[self.stage.names[at]].read_event(topics, data)) for at, topics, data in logs)


def word(text: str) -> bytes:
    """Bytes of hex."""
    return bytes.fromhex(text[2:])


def describe(call: Call) -> str:
    """For people."""
    plain = [each for each in call.arguments if not isinstance(each, Paper | dict)]
    return f"{call.kind}: {call.method}{tuple(plain)} by {call.caller} at {call.time}"
