"""What accounts have said in the registry's books of their own: profiles that count, papers anchored (SPEC.md 15.2).

From a node, or from one file that proves it offline by the hash of its block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from eth_abi.abi import encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from workpact.audit.bundle import OtherBlock
from workpact.audit.bundle.anchors import proof_nodes
from workpact.audit.bundle.chain import slot_of
from workpact.audit.bundle.packing import Address, Data, Word, canonical
from workpact.audit.entries import BlockGone, Entry, ForeignLog, Log, decoded
from workpact.audit.history import Head, Logs, words_at
from workpact.audit.node import Node
from workpact.audit.proofs import BadProof, Header, Pool, account, storage
from workpact.audit.subject import Book
from workpact.history import HistoryDiffers, recompute
from workpact.market.errors import MarketError
from workpact.market.paper import Paper
from workpact.market.sources import Contracts, KeptLogs

FORMAT = "workpact-accounts-1"
NAME = "TalentRegistry"


class BadAccountsFile(MarketError):
    """The file of accounts' books is not in its form."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Event(_Part):
    data: Data
    time: Annotated[int, Field(ge=0, lt=2**64)]
    topics: list[Word]


class _Account(_Part):
    account: Address
    events: list[_Event]


class _File(_Part):
    books: list[_Account]
    format: Literal["workpact-accounts-1"]
    header: Data
    nodes: list[Data]
    registry: Address


@dataclass(frozen=True)
class AccountBooks:
    """All that some accounts have said until a block, each book proved complete; by account."""

    head: Head
    entries: Mapping[str, tuple[Entry, ...]]

    def profile(self, account: str) -> bytes | None:
        """The SHA-256 of an account's profile that counts; None if it has none."""
        told = [bytes(each["content"]) for each in self.entries.get(account, ()) if each.name == "ProfileSet"]
        return told[-1] if told and any(told[-1]) else None

    def anchored(self, papers: Iterable[Paper]) -> dict[bytes, int]:
        """When each paper's author first anchored it, Unix seconds, by content; without those never were."""
        found: dict[bytes, int] = {}
        for paper in papers:
            times = [
                each.log.timestamp
                for each in self.entries.get(paper.author, ())
                if each.name == "Anchored" and bytes(each["content"]) == paper.content
            ]
            if times:
                found[paper.content] = min(times)
        return found


def book_of(account: str) -> bytes:
    """The book that an account's own events are in."""
    return keccak(encode(["address", "bytes32", "address"], ["0x" + "00" * 20, bytes(32), account]))


def read_books(
    node: Node, contracts: Contracts, accounts: Iterable[str], at: Head, latest: Head, logs: Logs
) -> AccountBooks:
    """The books as they were at a block; read until `latest` and proved by the words there. Raises `HistoryDiffers`."""
    registry = contracts.registry
    books = {each: Book(NAME, registry, book_of(each)) for each in sorted(set(accounts))}
    words = words_at(node, list(books.values()), latest.number)
    kept = KeptLogs(logs.read(registry, [], latest.number))  # one question, however many have laid papers down
    found = {}
    for who, book in books.items():
        entries = [decoded(NAME, log) for log in kept.read(registry, [None, book.key], latest.number)]
        _require(who, entries, words[book])
        found[who] = tuple(each for each in entries if each.log.block <= at.number)
    return AccountBooks(at, found)


def export_books(node: Node, contracts: Contracts, books: AccountBooks) -> bytes:
    """The file that proves the books at their block. Raises `StateGone`, `BlockGone`, `BadProof`."""
    header = Header.of(node.block(books.head.number))
    if header.hash != books.head.hash:
        raise BlockGone(f"Block {header.number} was replaced while it was read: run the same again.")
    registry = bytes.fromhex(contracts.registry[2:])
    slots = [slot_of(NAME, book_of(each)) for each in sorted(books.entries)]
    pool = Pool(proof_nodes(node, registry, slots, header.number))
    _words(pool, header, registry, sorted(books.entries))
    value = {
        "books": [
            {"account": who.lower(), "events": [_event(each.log) for each in books.entries[who]]}
            for who in sorted(books.entries)
        ],
        "format": FORMAT,
        "header": "0x" + header.raw.hex(),
        "nodes": ["0x" + each.hex() for each in pool.used],
        "registry": contracts.registry.lower(),
    }
    content = canonical(value).encode()
    import_books(content, contracts, header.hash)
    return content


def import_books(content: bytes, contracts: Contracts, block_hash: bytes) -> AccountBooks:
    """The books in a file, checked offline. Raises `BadAccountsFile`, `OtherBlock`, `BadProof`, `HistoryDiffers`."""
    try:
        value = from_json(content, allow_inf_nan=False)
        file = _File.model_validate(value)
        is_canonical = canonical(value).encode() == content
    except (ValueError, ValidationError):
        raise BadAccountsFile("The file of accounts is not in its form: have it exported again.") from None
    if not is_canonical or to_checksum_address(file.registry) != contracts.registry:
        raise BadAccountsFile("The file of accounts was edited, or is of another registry than the recorded one.")
    header = Header.read(file.header)
    if header.hash != block_hash:
        raise OtherBlock(
            f"The file of accounts is of block {header.number}, 0x{header.hash.hex()}; given is 0x{block_hash.hex()}."
        )
    accounts = [to_checksum_address(each.account) for each in file.books]
    if accounts != sorted(set(accounts)):
        raise BadAccountsFile("The file of accounts has one twice, or not in order: have it exported again.")
    pool = Pool(file.nodes)
    words = _words(pool, header, file.registry, accounts)
    pool.check_used()
    found: dict[str, tuple[Entry, ...]] = {}
    for who, book in zip(accounts, file.books, strict=True):
        found[who] = tuple(_entry(contracts.registry, each) for each in book.events)
        _require(who, found[who], words[who])
    return AccountBooks(Head(header.number, header.hash, header.timestamp), found)


def _words(pool: Pool, header: Header, registry: bytes, accounts: Iterable[str]) -> dict[str, bytes]:
    known = account(pool, header.state_root, registry)
    if known is None:
        raise BadProof(f"Block {header.number} has no contract at 0x{registry.hex()}.")
    return {who: storage(pool, known[0], slot_of(NAME, book_of(who))) for who in accounts}


def _require(who: str, entries: Iterable[Entry], word: bytes) -> None:
    if recompute(each.event for each in entries) != word:
        raise HistoryDiffers(
            f"The events of {who} in the TalentRegistry do not make the word that it holds: one is missing, added or "
            "edited. Ask another node, or have the file exported again."
        )


def _event(log: Log) -> dict[str, Any]:
    topics = ["0x" + each.hex() for each in log.topics]
    return {"data": "0x" + log.data.hex(), "time": log.timestamp, "topics": topics}


def _entry(registry: str, event: _Event) -> Entry:
    log = Log(registry, tuple(event.topics), event.data, 0, b"", event.time, b"", "", 0)
    try:
        return decoded(NAME, log)
    except (DecodingError, ForeignLog, ValueError, OverflowError):
        raise BadAccountsFile("An event in the file of accounts is none of the TalentRegistry's.") from None
