"""What a bundle's headers and trie nodes prove: words of books, which headers are tied, what receipts hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import rlp

from workpact.audit.bundle.packing import BadBundle, BookText, LogText, PlaceText, Text, TieText
from workpact.audit.proofs import BadProof, Header, Pool, account, keccak, storage
from workpact.audit.transactions import RawLog, logs_in, sender

SLOTS = {"Agreement": 4, "SLAOracle": 3, "WorkerEquity": 4, "Payroll": 5, "DataRoom": 7, "TalentRegistry": 2}
"""Where each contract keeps the words of its books: mapping(bytes32 => bytes32)."""
RECORD = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
"""The chain's own record of block hashes (EIP-2935)."""
RING = 8191


def slot_of(contract: str, key: bytes) -> bytes:
    """Where a contract keeps the word of a book."""
    return keccak(key + SLOTS[contract].to_bytes(32))


def ring_slot(number: int) -> bytes:
    """Where the record of block hashes keeps that of a block."""
    return (number % RING).to_bytes(32)


@dataclass(frozen=True)
class Carried:
    """A transaction that a block's header commits to, with its receipt's logs."""

    header: Header
    index: int
    hash: bytes
    sender: bytes
    logs: tuple[RawLog, ...]


@dataclass(frozen=True)
class Proved:
    """What holds if the last header is the chain's."""

    headers: tuple[Header, ...]
    words: tuple[bytes, ...]
    """Of each book."""
    code_hashes: Mapping[bytes, bytes | None]
    """Of each contract; None where the state has none."""
    carried: Mapping[tuple[int, int], Carried]
    """Transactions with receipts, by block and index."""
    tied: frozenset[int]
    """Numbers of the headers that are tied to the last one, or given."""

    @property
    def head(self) -> Header:
        """The block that the bundle is of."""
        return self.headers[-1]


def prove(text: Text, block_hashes: Collection[bytes], pool: Pool | None = None) -> Proved:
    """Walks all proofs of a bundle in order; `BadProof`, `BadBundle` where one does not hold.

    `pool` holds more nodes than the bundle, while it is made.
    """
    kind = PlaceText if text.receipts else LogText
    if not all(isinstance(event, kind) for book in text.books for event in book.events):
        raise BadBundle("The bundle's events are not all with receipts, or all without, as it says.")
    headers, given = _headers(text), pool
    pool = Pool(text.nodes) if given is None else given
    words, code_hashes = _words(pool, headers[-1], text.books)
    by_number = {each.number: each for each in headers}
    recorded = _recorded(pool, by_number, text.ties)
    carried = _carried(pool, by_number, text) if text.receipts else {}
    if given is None:
        pool.check_used()
    _check_needed(headers, text, {number for number, _ in carried}, recorded)
    return Proved(headers, words, code_hashes, carried, _tied(headers, recorded, block_hashes))


def _headers(text: Text) -> tuple[Header, ...]:
    found = tuple(Header.read(raw) for raw in text.headers)
    if not found:
        raise BadBundle("The bundle has no header.")
    for before, after in pairwise(found):
        if after.number <= before.number:
            raise BadBundle("The bundle's headers are not in order.")
        if after.number == before.number + 1 and after.parent != before.hash:
            raise BadProof(f"Header {before.number} is not the parent of header {after.number}.")
    return found


def _words(pool: Pool, head: Header, books: Sequence[BookText]) -> tuple[tuple[bytes, ...], dict[bytes, bytes | None]]:
    """The word of each book in the state of the last header, and each contract's code hash."""
    found: dict[bytes, tuple[bytes, bytes] | None] = {}
    words = []
    for book in books:
        if book.address not in found:
            found[book.address] = account(pool, head.state_root, book.address)
        known = found[book.address]
        words.append(storage(pool, known[0], slot_of(book.contract, book.key)) if known else bytes(32))
    return tuple(words), {address: known and known[1] for address, known in found.items()}


def _recorded(pool: Pool, headers: Mapping[int, Header], ties: Sequence[TieText]) -> dict[int, int]:
    """Of headers whose hash the record at another header has, the number of that."""
    found: dict[int, int] = {}
    if any(after.at >= before.at for before, after in pairwise(ties)):
        raise BadBundle("The bundle's ties are not in order.")
    for tie in ties:
        if tie.at not in headers or not tie.of or list(tie.of) != sorted(set(tie.of)):
            raise BadBundle(f"The bundle's tie at header {tie.at} is not in its form.")
        known = account(pool, headers[tie.at].state_root, RECORD)
        if known is None:
            raise BadProof(f"The state of block {tie.at} has no record of block hashes.")
        for number in tie.of:
            if number not in headers or number in found or number + 1 in headers or number >= tie.at:
                raise BadBundle(f"Header {number} is not one to be tied at header {tie.at}.")
            if storage(pool, known[0], ring_slot(number)) != headers[number].hash:
                raise BadProof(f"The record at block {tie.at} has another hash of block {number}.")
            found[number] = tie.at
    return found


def _carried(pool: Pool, headers: Mapping[int, Header], text: Text) -> dict[tuple[int, int], Carried]:
    """Receipts and transactions of all events, in order of first use."""
    found: dict[tuple[int, int], Carried] = {}
    for place in _places(text.books):
        header = headers.get(place.block)
        if header is None:
            raise BadBundle(f"The bundle has no header of block {place.block}, in which it has an event.")
        if (place.block, place.transaction) in found:
            continue
        key = rlp.encode(place.transaction)
        logs = logs_in(_present(pool.value(header.receipts_root, key), place))
        raw = _present(pool.value(header.transactions_root, key), place)
        who, chain = sender(raw)
        if chain not in (None, text.chain):
            raise BadProof(f"Transaction {place.transaction} of block {place.block} is of chain {chain}.")
        found[place.block, place.transaction] = Carried(header, place.transaction, keccak(raw), who, logs)
    return found


def _present(value: bytes, place: PlaceText) -> bytes:
    if not value:
        raise BadProof(f"Block {place.block} has no transaction {place.transaction}.")
    return value


def _places(books: Iterable[BookText]) -> Iterable[PlaceText]:
    return (event for book in books for event in book.events if isinstance(event, PlaceText))


def _check_needed(headers: Sequence[Header], text: Text, used: set[int], recorded: Mapping[int, int]) -> None:
    """`BadBundle` unless each header is of use, and those that nothing ties are the ones named."""
    numbers = {each.number for each in headers}
    last = headers[-1].number
    needed = used | {last} | set(recorded.values())
    for number in sorted(numbers - needed):
        is_link = number - 1 in numbers and (number + 1 in numbers or number in recorded)
        if not is_link:
            raise BadBundle(f"The bundle's header {number} is of no use.")
    loose = sorted(number for number in numbers if number + 1 not in numbers and number not in recorded)
    if [*text.untied, last] != loose:
        raise BadBundle("The headers that the bundle names as untied are not those that nothing in it ties.")


def _tied(headers: Sequence[Header], recorded: Mapping[int, int], given: Collection[bytes]) -> frozenset[int]:
    tied: set[int] = set()
    for each in reversed(headers):
        if each.hash in given or each.number + 1 in tied or recorded.get(each.number) in tied:
            tied.add(each.number)
    return frozenset(tied)
