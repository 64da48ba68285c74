"""Decoded events with their place: what cap table, wage register, tax files and Open Cap Format are rebuilt from.

`equity_records` and `payroll_records` read them from a chain; all that is built on them needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from workpact import WorkpactError
from workpact.history import link, logs, timestamps

TRANSFER = keccak(text="Transfer(address,address,uint256)")
NOBODY = "0x" + 40 * "0"
AT_ONCE = 500
"""Words of one topic that every node takes in one question."""


class RecordsDiffer(WorkpactError):
    """The events do not agree with each other: one is missing, added or edited, or they are of another contract."""


@dataclass(frozen=True)
class Record:
    """One decoded event. Arguments are integers, addresses, bytes, booleans, lists, dictionaries for structs."""

    name: str
    arguments: Mapping[str, Any]
    contract: str
    """Who emitted it."""
    block: int
    timestamp: int
    transaction: str
    """0x and 64 hex digits."""
    position: int
    """Its log index in the block."""
    hash: bytes = b""
    """keccak256(topics ‖ data), where it was read from a chain."""

    def __getitem__(self, argument: str) -> Any:
        return self.arguments[argument]

    @property
    def place(self) -> tuple[int, int]:
        """Block and position: orders events across contracts."""
        return self.block, self.position

    @property
    def time(self) -> datetime:
        """When it happened."""
        return datetime.fromtimestamp(self.timestamp, UTC)


def in_order(records: Iterable[Record]) -> list[Record]:
    """Records by their place, each once."""
    return [record for _, record in sorted({record.place: record for record in records}.items())]


def until(records: Iterable[Record], moment: int) -> list[Record]:
    """What had happened at a Unix second, in order."""
    return in_order(record for record in records if record.timestamp <= moment)


def equity_records(equity: Any, issuer: str, last: int | None = None) -> list[Record]:
    """All that bears on an issuer's pools until block `last`: their books, and the rosters of their managers.

    `equity` is the instance of the WorkerEquity contract.
    """
    own, opened = _topic(issuer), _signature(equity, "PoolOpened")
    pools = _read(equity, [opened, None, None, own], last)
    books = {bytes(pool["book"]) for pool in pools} | {_private_book(issuer)}
    books |= {_private_book(pool["manager"]) for pool in pools}
    named = sorted(books)
    some = (named[first : first + AT_ONCE] for first in range(0, len(named), AT_ONCE))
    return in_order(record for each in some for record in _read(equity, [None, each], last))


def roster_records(equity: Any, manager: str, last: int | None = None) -> list[Record]:
    """All that bears on the roster of a manager or employer until block `last`."""
    return _read(equity, [None, _private_book(manager)], last)


def payroll_records(payroll: Any, book: bytes, last: int | None = None) -> list[Record]:
    """All that bears on one book of a payroll until block `last`, with the tokens that moved out and the withdrawals.

    `payroll` is the instance of the Payroll contract.
    """
    own = _read(payroll, [None, book], last)
    tokens = sorted({record["token"] for record in own if record.name == "Collected"})
    found = list(own)
    for token in tokens:
        found += _read(payroll, [_signature(payroll, "Withdrawn"), _topic(token)], last)
        found += _transfers(token, payroll, own, last)
    return in_order(found)


def require_complete(contract: Any, records: Iterable[Record], last: int | None = None) -> None:
    """Raises `RecordsDiffer` unless the records of each book make the word that the contract held at block `last`.

    Then none of these books' is missing, added or edited (10.1). Transfers and withdrawals are passed over.
    """
    words: dict[bytes, bytes] = {}
    for record in in_order(records):
        if "book" in record.arguments:
            book = bytes(record["book"])
            words[book] = link(words.get(book, bytes(32)), record.timestamp, record.hash)
    at: dict[str, Any] = {} if last is None else {"block_identifier": last}
    for book, word in words.items():
        if bytes(contract.historyOf(book, **at)) != word:
            raise RecordsDiffer(f"The events of book 0x{book.hex()} are not those of its history: ask another node.")


def _transfers(token: str, payroll: Any, own: Sequence[Record], last: int | None) -> list[Record]:
    """What moved out of the payroll in the transactions of one book."""
    wanted = {record.transaction for record in own}
    first = min(record.block for record in own)
    contract = _Address(token)
    times = {record.block: record.timestamp for record in own}
    found = []
    for log in logs(contract, [TRANSFER, _topic(payroll.address)], first, last):
        transaction = "0x" + HexBytes(log["transactionHash"]).hex().removeprefix("0x")
        if transaction in wanted:
            topics = [HexBytes(topic) for topic in log["topics"]]
            block, position = _number(log["blockNumber"]), _number(log["logIndex"])
            arguments = {
                "from": to_checksum_address(bytes(topics[1])[-20:]),
                "to": to_checksum_address(bytes(topics[2])[-20:]),
                "amount": int.from_bytes(bytes(HexBytes(log["data"]))),
            }
            found.append(Record("Transfer", arguments, token, block, times[block], transaction, position))
    return found


@dataclass(frozen=True)
class _Address:
    """What `logs` wants to know of a contract."""

    address: str


def _read(contract: Any, topics: Sequence[bytes | Sequence[bytes] | None], last: int | None) -> list[Record]:
    kinds = {keccak(text=event.selector): event for event in contract.contract_type.events}
    given = logs(contract, topics, None, last)
    times = timestamps(given)
    found = []
    for log in given:
        block = _number(log["blockNumber"])
        words = [bytes(HexBytes(topic)) for topic in log["topics"]]
        if words[0] not in kinds:
            raise RecordsDiffer(f"The log with topic 0x{words[0].hex()} is of no event of {contract.address}.")
        kind = kinds[words[0]]
        found.append(
            Record(
                kind.name,
                arguments_of(kind.inputs, words[1:], bytes(HexBytes(log["data"]))),
                contract.address,
                block,
                times[block],
                "0x" + bytes(HexBytes(log["transactionHash"])).hex(),
                _number(log["logIndex"]),
                keccak(b"".join(words) + bytes(HexBytes(log["data"]))),
            )
        )
    return found


def arguments_of(inputs: Sequence[Any], topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
    """The arguments of a log by its ABI entry: static ones from the topics, the others from the data."""
    indexed = [field for field in inputs if field.indexed]
    others = [field for field in inputs if not field.indexed]
    values = decode([field.canonical_type for field in others], data)
    words = zip(indexed, topics, strict=True)
    known = {field.name: _plain(field, decode([field.canonical_type], word)[0]) for field, word in words}
    return known | {field.name: _plain(field, value) for field, value in zip(others, values, strict=True)}


def _plain(field: Any, value: Any) -> Any:
    if isinstance(value, (list, tuple)) and str(field.type).endswith("]"):
        return [_item(field, each) for each in value]
    return _item(field, value)


def _item(field: Any, value: Any) -> Any:
    if field.components:
        return {part.name: _plain(part, each) for part, each in zip(field.components, value, strict=True)}
    return _checksummed(value) if str(field.type).startswith("address") else value


@lru_cache(4096)
def _checksummed(address: str) -> str:
    return to_checksum_address(address)


def _private_book(who: str) -> bytes:
    """The book of what belongs to no agreement."""
    return keccak(encode(["address", "bytes32", "address"], [NOBODY, bytes(32), who]))


def _signature(contract: Any, name: str) -> bytes:
    (kind,) = (event for event in contract.contract_type.events if event.name == name)
    return keccak(text=kind.selector)


def _topic(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def _number(value: Any) -> int:
    return int(value, 16) if isinstance(value, str) else int(value)
