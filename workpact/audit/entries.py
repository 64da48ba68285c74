"""What logs say: raw with their place, and decoded by the contract that wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.audit.node import Node
from workpact.chain import contracts
from workpact.history import Event
from workpact.records.events import Record, arguments_of

TRANSFER = keccak(text="Transfer(address,address,uint256)")
CONTRACTS = ("Agreement", "SLAOracle", "WorkerEquity", "Payroll", "DataRoom", "TalentRegistry")
ACTORS = ("by", "party", "ruler", "author")
"""Arguments that are whoever acted, in order of precedence."""


class ForeignLog(WorkpactError):
    """A log is of no event that the contract declares."""


class BlockGone(WorkpactError):
    """A block that logs were read from is not on the chain any more."""


@dataclass(frozen=True, slots=True)
class Log:
    """One log as the chain has it, with its place and who sent the transaction."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    block_hash: bytes
    timestamp: int
    """Of its block, Unix seconds."""
    transaction: bytes
    sender: str
    """Who signed and paid the transaction: a party, an operator, or whoever carried signatures."""
    position: int
    """Its index in the block."""

    @property
    def place(self) -> tuple[int, int]:
        """Block and position: orders logs of all contracts."""
        return self.block, self.position

    @property
    def hash(self) -> bytes:
        """keccak256(topics ‖ data), what the history links (SPEC.md 10.1)."""
        return keccak(b"".join(self.topics) + self.data)


@dataclass(frozen=True)
class Entry:
    """One event: a log, decoded. Arguments as in `records.events.Record`."""

    log: Log
    contract: str
    """One of `CONTRACTS`."""
    name: str
    arguments: Mapping[str, Any]

    def __getitem__(self, argument: str) -> Any:
        return self.arguments[argument]

    @property
    def place(self) -> tuple[int, int]:
        """Block and position."""
        return self.log.place

    @property
    def actor(self) -> str:
        """Who acted: the one that the event names, as the contract checked it; else who sent the transaction."""
        named = ("reader",) if self.name == "ReceiptGiven" else ACTORS
        return str(next((self.arguments[each] for each in named if each in self.arguments), self.log.sender))

    @cached_property
    def event(self) -> Event:
        """As `workpact.ledger` reads it."""
        log = self.log
        place = (log.block, log.position)
        return Event(
            self.name, self.arguments, log.timestamp, *place, "0x" + log.transaction.hex(), log.topics, log.data
        )

    @property
    def record(self) -> Record:
        """As `workpact.records` reads it."""
        log = self.log
        transaction = "0x" + log.transaction.hex()
        return Record(
            self.name, self.arguments, log.address, log.block, log.timestamp, transaction, log.position, log.hash
        )

    def to_json(self) -> dict[str, Any]:
        """For programs: integers of the chain as decimal text, bytes as hex."""
        log = self.log
        return {
            "contract": self.contract,
            "address": log.address,
            "name": self.name,
            "arguments": {name: plain(value) for name, value in self.arguments.items()},
            "block": log.block,
            "blockHash": "0x" + log.block_hash.hex(),
            "timestamp": log.timestamp,
            "transaction": "0x" + log.transaction.hex(),
            "position": log.position,
            "actor": self.actor,
            "sender": log.sender,
        }


def plain(value: Any) -> Any:
    """An argument as JSON has it: integers as decimal text, bytes as hex."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def decoded(contract: str, log: Log) -> Entry:
    """A log of one of our contracts, by its name; `ForeignLog` if the contract declares no such event."""
    kind = _events(contract).get(log.topics[0]) if log.topics else None
    if kind is None:
        raise ForeignLog(
            f"Log {log.position} of block {log.block} is of no event of {contract}: check that {log.address} is one."
        )
    return Entry(log, contract, kind.name, arguments_of(kind.inputs, log.topics[1:], log.data))


def completed(node: Node, raw: Sequence[Mapping[str, Any]]) -> list[Log]:
    """Logs as a node gives them, with what it says of their blocks and transactions. Raises `BlockGone`."""
    numbers = sorted({int(log["blockNumber"], 16) for log in raw})
    blocks = dict(zip(numbers, node.blocks(numbers), strict=True))
    senders = node.senders(list(dict.fromkeys(log["transactionHash"] for log in raw)))
    found = []
    for log in raw:
        block = blocks[int(log["blockNumber"], 16)]
        if block["hash"] != log["blockHash"]:
            raise BlockGone(f"Block {int(log['blockNumber'], 16)} was replaced while it was read: run the same again.")
        found.append(log_of(log, int(block["timestamp"], 16), senders[log["transactionHash"]]))
    return found


def log_of(raw: Mapping[str, Any], timestamp: int, sender: str) -> Log:
    """A log as a node gives it, with its block's time and who sent its transaction."""
    return Log(
        _checksummed(raw["address"]),
        tuple(bytes.fromhex(topic[2:]) for topic in raw["topics"]),
        bytes.fromhex(raw["data"][2:]),
        int(raw["blockNumber"], 16),
        bytes.fromhex(raw["blockHash"][2:]),
        timestamp,
        bytes.fromhex(raw["transactionHash"][2:]),
        _checksummed(sender),
        int(raw["logIndex"], 16),
    )


def in_order(logs: Iterable[Log]) -> list[Log]:
    """By place, each once."""
    return [log for _, log in sorted({log.place: log for log in logs}.items())]


@lru_cache(4096)
def _checksummed(address: str) -> str:
    return to_checksum_address(address)


@cache
def _events(contract: str) -> dict[bytes, Any]:
    return {keccak(text=event.selector): event for event in contracts.contract_type(contract).events}
