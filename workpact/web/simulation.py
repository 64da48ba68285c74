"""What calls would do now, as the server's node plays them: events and transfers in words, or the refusal (16.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.audit.entries import ForeignLog, Log, decoded
from workpact.audit.node import Node, NodeRefused
from workpact.audit.telling import Telling
from workpact.audit.transfers import Transfer, transfers_in
from workpact.chain import errors
from workpact.web.snapshot import Snapshot

APPROVE = keccak(text="approve(address,uint256)")[:4]
APPROVAL = keccak(text="Approval(address,address,uint256)")
AMOUNTS = {"amount", "held", "needed", "allowance", "balance", "total", "accepted", "limit"}
"""Arguments of errors that are amounts of the agreement's token."""
COMMAND = re.compile(r" \(ape run [^)]*\)|: ape run [^.;)]*")
"""What an advice says of commands: nothing that a page's reader can use."""
Answer = dict[str, Any]


class ForeignTarget(WorkpactError):
    """Only calls of Workpact's own contracts, and allowances of the agreement's token, are tried."""


class NotTried(WorkpactError):
    """The node cannot play several calls in a row."""


@dataclass(frozen=True)
class Call:
    """One call."""

    to: str
    data: bytes


@dataclass(frozen=True)
class Simulation:
    """Calls for one agreement's page; `contracts` are those of the deployment, by name."""

    node: Node
    snapshot: Snapshot
    contracts: Mapping[str, str]

    def of(self, sender: str, calls: Sequence[Call]) -> Answer:
        """What the calls do, in order, in the next block. Raises `ForeignTarget`, `NotTried`, `NodeRefused`."""
        for each in calls:
            self._check(each)
        raw = [{"from": sender, "to": each.to, "data": "0x" + each.data.hex()} for each in calls]
        time = max(int(self.node.block("pending")["timestamp"], 16), self.snapshot.head.timestamp + 1)
        block = {"blockOverrides": {"time": hex(time)}, "calls": raw}
        try:
            (played,) = self.node.ask("eth_simulateV1", {"blockStateCalls": [block]}, "latest")
        except NodeRefused:
            return self._called(raw)
        for each in played["calls"]:
            if int(each["status"], 16) != 1:
                return self._refused(each.get("returnData", "0x"), str(each.get("error", {}).get("message", "")))
        logs = [_log(raw_log, time, sender) for each in played["calls"] for raw_log in each["logs"]]
        return {
            "ok": True,
            "gas": str(int(played["calls"][-1]["gasUsed"], 16)),
            "events": self._events(logs),
            "transfers": [self._transfer(each) for each in transfers_in(logs)],
        }

    def _check(self, call: Call) -> None:
        token = to_checksum_address(self.snapshot.message["deal"]["token"])
        ours = {to_checksum_address(each) for each in self.contracts.values()}
        if call.to in ours:
            return
        spender = to_checksum_address(call.data[16:36]) if len(call.data) == 68 else ""
        if call.to != token or call.data[:4] != APPROVE or spender not in ours:
            raise ForeignTarget(
                f"{call.to} is not asked that here: only Workpact's contracts, and the agreement's token for what they "
                "may take."
            )

    def _called(self, raw: Sequence[Mapping[str, Any]]) -> Answer:
        """By a node that cannot simulate: whether it is refused, and nothing of what it does."""
        if len(raw) > 1:
            raise NotTried(
                "The server's node cannot play two calls in a row: make the first, then the second is tried."
            )
        try:
            self.node.ask("eth_call", raw[0], "latest")
            gas = self.node.ask("eth_estimateGas", raw[0])
        except NodeRefused as error:
            if error.data is None:
                raise
            return self._refused(error.data, str(error))
        return {"ok": True, "gas": str(int(gas, 16)), "events": [], "transfers": []}

    def _refused(self, data: str, said: str) -> Answer:
        if len(data) < 10:
            return {"ok": False, "error": "", "words": said or "The contract refused without a reason.", "advice": ""}
        try:
            error = errors.decode(bytes.fromhex(data[2:]))
        except DecodingError:
            return {"ok": False, "error": "", "words": f"The contract refused with {data}.", "advice": ""}
        details = ", ".join(f"{name} {self._argument(name, value)}" for name, value in error.arguments.items())
        words = error.reason.removesuffix(".") + (f" ({details})." if details else ".")
        return {
            "ok": False,
            "error": error.name or type(error).__name__,
            "words": words,
            "advice": COMMAND.sub("", error.advice),
        }

    def _argument(self, name: str, value: Any) -> str:
        if name in AMOUNTS:
            return self.snapshot.words.money(value)
        if name in ("item", "milestone") and value < len(self.snapshot.progress.works):
            return self.snapshot.words.milestone(value)
        return self._telling.who(value) if isinstance(value, str) else errors.shown(name, value)

    @property
    def _telling(self) -> Telling:
        return Telling.of(self.snapshot.history.subject)

    def _events(self, logs: Sequence[Log]) -> list[str]:
        """Each event of ours as a sentence, and each allowance."""
        named, telling, found = {address: name for name, address in self.contracts.items()}, self._telling, []
        for log in logs:
            if log.address in named:
                try:
                    entry = decoded(named[log.address], log)
                except ForeignLog:
                    continue
                found.append(telling.told(entry.contract, entry.name, entry.arguments))
            elif log.topics[:1] == (APPROVAL,) and len(log.topics) == 3:
                spender = to_checksum_address(log.topics[2][-20:])
                name = next((each for each, where in self.contracts.items() if where == spender), spender)
                amount = self._money(log.address, int.from_bytes(log.data))
                found.append(f"The contract {name} may take {amount} from the sender.")
        return found

    def _transfer(self, found: Transfer) -> Answer:
        names = {address: f"the {name} contract" for name, address in self.contracts.items()}
        sender, receiver = (names.get(each) or self._telling.who(each) for each in (found.sender, found.receiver))
        amount = self._money(found.token, found.amount)
        return {
            "token": found.token,
            "from": found.sender,
            "to": found.receiver,
            "amount": str(found.amount),
            "words": f"{amount} from {sender} to {receiver}",
        }

    def _money(self, token: str, units: int) -> str:
        if token == to_checksum_address(self.snapshot.message["deal"]["token"]):
            return self.snapshot.words.money(units)
        return f"{units:,} of the smallest unit of {token}"


def _log(raw: Mapping[str, Any], time: int, sender: str) -> Log:
    """A log of a block that there is not."""
    topics = tuple(bytes.fromhex(each[2:]) for each in raw["topics"])
    data, position = bytes.fromhex(raw["data"][2:]), int(raw.get("logIndex") or "0x0", 16)
    return Log(to_checksum_address(raw["address"]), topics, data, 0, bytes(32), time, bytes(32), sender, position)
