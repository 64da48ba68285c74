"""The linked history, recomputed from logs alone (SPEC.md §10).

events = read(contract, [origin])
recompute(events) == contract.history(origin)      # complete, ordered, unedited
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from workpact import WorkpactError
from workpact.chain import deployments

PLACE = ("blockNumber", "logIndex")
OUTSIDE = frozenset({"Published", "Withdrawn"})
"""Events of no agreement's history (10.2)."""


class HistoryDiffers(WorkpactError):
    """The logs do not give the word that the contract holds: something is missing, added or edited."""


class LogsRefused(WorkpactError):
    """The node gives no logs, not even of one block."""


class UnknownEvent(WorkpactError):
    """A log is of no event that the contract declares."""


@dataclass(frozen=True)
class Event:
    """One event with its place. Arguments are integers, checksum addresses, 32 bytes, booleans; longer ones stay in
    `data`."""

    name: str
    arguments: Mapping[str, Any]
    timestamp: int
    block: int
    position: int
    """Its log index in the block."""
    transaction: str
    topics: tuple[bytes, ...]
    data: bytes

    def __getitem__(self, argument: str) -> Any:
        return self.arguments[argument]

    @property
    def time(self) -> datetime:
        """When it happened."""
        return datetime.fromtimestamp(self.timestamp, UTC)

    @property
    def place(self) -> tuple[int, int]:
        """Block and position: orders events across contracts."""
        return self.block, self.position

    @property
    def hash(self) -> bytes:
        """keccak256(topics ‖ data)"""
        return keccak(b"".join(self.topics) + self.data)


def link(word: bytes, timestamp: int, event_hash: bytes) -> bytes:
    """The history after one more event."""
    return keccak(word + timestamp.to_bytes(32, "big") + event_hash)


def recompute(events: Iterable[Event], word: bytes = bytes(32)) -> bytes:
    """The history word after these events, in their order, from `word` on."""
    for event in events:
        word = link(word, event.timestamp, event.hash)
    return word


def height() -> int:
    """The number of the connected chain's last block."""
    from ape import networks

    node: Any = networks.provider
    return int(node.web3.eth.block_number)


def read(
    contract: Any, topics: Sequence[bytes | None], since: int | None = None, until: int | None = None
) -> list[Event]:
    """All events of a contract whose indexed arguments are `topics`, in order; `since` and `until` as for `logs`.

    None stands for any. Those outside every history are left out.
    """
    given = logs(contract, [None, *topics], since, until)
    times = timestamps(given)
    raw = (_raw(log) for log in given)
    events = [decode(contract.contract_type.events, log, times[log["blockNumber"]]) for log in raw]
    return [event for event in events if event.name not in OUTSIDE]


def timestamps(given: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """By number, the Unix second of each block that logs, as the node gives them, are of."""
    from ape import networks

    web3 = networks.provider.web3
    times: dict[int, int] = {}
    for log in given:
        block = int(str(log["blockNumber"]), 0)
        if block not in times:
            # Newer nodes tell it with the log, which saves a question a block.
            told = log.get("blockTimestamp")
            times[block] = web3.eth.get_block(block)["timestamp"] if told is None else int(str(told), 0)
    return times


def logs(
    contract: Any,
    topics: Sequence[bytes | Sequence[bytes] | None],
    since: int | None = None,
    until: int | None = None,
) -> list[dict[str, Any]]:
    """The logs of a contract with these topics, in order and as the node gives them.

    Of topics, None stands for any, several for one of them.

    From block `since`, else from where the contract is recorded to have come up, to block `until`, else the last; in
    one question if the node takes it, else in ranges as wide as it does. Raises `LogsRefused`.
    """
    from ape import networks
    from ape.exceptions import ProviderError

    node: Any = networks.provider
    wanted = [_wanted(topic) for topic in topics]
    first = deployments.born(node.web3.eth.chain_id, contract.address) if since is None else since
    last = height() if until is None else until
    width = last - first + 1
    found: list[dict[str, Any]] = []
    while first <= last:
        width = min(width, last - first + 1)
        span = {"fromBlock": hex(first), "toBlock": hex(first + width - 1)}
        try:
            found += node.make_request("eth_getLogs", [{"address": contract.address, "topics": wanted, **span}])
        except (ProviderError, ValueError) as error:  # nodes have no common word for "too wide"
            if width == 1:
                raise LogsRefused(f"The node gives no logs of block {first}: {error}. Ask another node.") from None
            width //= 2
            continue
        first += width
    return found


def _wanted(topic: bytes | Sequence[bytes] | None) -> str | list[str] | None:
    if isinstance(topic, bytes):
        return "0x" + topic.hex()
    return topic if topic is None else ["0x" + each.hex() for each in topic]


def in_receipt(receipt: Any, contract: Any) -> list[Event]:
    """The events of a contract in a receipt, those outside every history too; none of what is only proposed."""
    logs = [log for log in getattr(receipt, "logs", None) or () if _text(log["address"]) == contract.address.lower()]
    return [decode(contract.contract_type.events, _raw(log), receipt.timestamp) for log in logs]


def decode(events: Iterable[Any], log: Mapping[str, Any], timestamp: int) -> Event:
    """A raw log as the event that it is; `events` are the contract's ABI entries. Raises `UnknownEvent`."""
    topics = tuple(bytes(topic) for topic in log["topics"])
    data = bytes(log["data"])
    for abi in events:
        if keccak(text=abi.selector) == topics[0]:
            inputs = sorted(abi.inputs, key=lambda field: not field.indexed)
            words = [*topics[1:], *(data[at : at + 32] for at in range(0, len(data), 32))]
            fields = [(field, word) for field, word in zip(inputs, words, strict=False) if field.type != "bytes"]
            known = {field.name: _value(field.type, word) for field, word in fields}
            transaction = "0x" + bytes(log["transactionHash"]).hex()
            place = (log["blockNumber"], log["logIndex"])
            return Event(abi.name, known, timestamp, *place, transaction, topics, data)
    raise UnknownEvent(f"The log with topic 0x{topics[0].hex()} is of no event of this contract: check its address.")


def _value(kind: str, word: bytes) -> Any:
    if kind == "address":
        return to_checksum_address(word[-20:])
    if kind == "bool":
        return bool(int.from_bytes(word))
    return int.from_bytes(word) if kind.startswith("uint") else word


def _raw(log: Mapping[str, Any]) -> dict[str, Any]:
    """A log whose fields may be hex digits."""
    words = {name: HexBytes(log[name]) for name in ("data", "transactionHash")}
    numbers = {name: int(log[name], 16) if isinstance(log[name], str) else log[name] for name in PLACE}
    return {"topics": [HexBytes(topic) for topic in log["topics"]], **words, **numbers}


def _text(value: Any) -> str:
    return ("0x" + value.hex() if isinstance(value, bytes) else str(value)).lower()
