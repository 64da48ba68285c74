"""The evidence of a period: a Merkle tree over its log rows, one salted leaf each (SPEC 8.9).

Events are kept packed, a hundred bytes each, so that millions of them fit into memory.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from struct import iter_unpack
from typing import Any, NamedTuple, Self, overload

import numpy as np
from numpy.typing import NDArray
from sha3 import keccak_256

from workpact.measurement.errors import EvidenceError
from workpact.measurement.tree import EvidenceTree, Words
from workpact.merkle import SIZE, keccak
from workpact.private_file import read_private, write_private


class Event(NamedTuple):
    """A log row as the evidence holds it: its line number, its salt and the hash of its bytes."""

    line: int
    salt: bytes
    row_hash: bytes

    @property
    def leaf(self) -> bytes:
        """keccak256(keccak256(abi.encode(salt, rowHash)))"""
        return keccak(keccak(self.salt + self.row_hash))


class Events(Sequence[Event]):
    """The events of a period in the order of their lines."""

    def __init__(self, lines: array[int], salts: Words, hashes: Words) -> None:
        self.lines = lines
        self.salts = salts
        self.hashes = hashes

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return Event(self.lines[index], self.salts[index], self.hashes[index])

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    def leaves(self) -> Words:
        """The leaf of each event."""
        pairs = zip(self.salts, self.hashes, strict=True)
        # Millions of times: a call more for each takes a sixth longer.
        return Words.of(keccak_256(keccak_256(salt + row_hash).digest()).digest() for salt, row_hash in pairs)


@dataclass(frozen=True)
class EventProof:
    """What shows one event to the chain or an arbiter, and no other."""

    event: Event
    proof: tuple[bytes, ...]
    root: bytes

    def to_json(self) -> dict[str, object]:
        """As hex, with the leaf and the proof that `SLAOracle.prove` takes."""
        return {
            "line": self.event.line,
            "salt": _hex(self.event.salt),
            "rowHash": _hex(self.event.row_hash),
            "leaf": _hex(self.event.leaf),
            "proof": [_hex(sibling) for sibling in self.proof],
            "evidenceRoot": _hex(self.root),
        }


class Evidence:
    """All events of a period and their tree. Secret: it opens every leaf."""

    def __init__(self, period: str, events: Events) -> None:
        self.period = period
        self.events = events
        self.tree = EvidenceTree(events.leaves())

    @property
    def root(self) -> bytes:
        """The root that a report carries."""
        return self.tree.root

    def prove(self, line: int) -> EventProof:
        """The proof of the event on a line of the log. Raises `EvidenceError` if it is not in."""
        try:
            index = self.events.lines.index(line)
        except ValueError:
            raise EvidenceError(f"line {line} belongs to no case of period {self.period}") from None
        return EventProof(self.events[index], self.tree.proof(index), self.root)

    def line_of(self, row: bytes) -> int:
        """The number of the first event whose bytes these are, where rows have no line of their own."""
        try:
            return self.events.lines[list(self.events.hashes).index(keccak(row))]
        except ValueError:
            raise EvidenceError(f"no event of period {self.period} is that row") from None

    def write(self, path: Path) -> None:
        """Write the evidence, readable by its owner alone. Equal evidence gives equal bytes."""
        events = zip(self.events.lines, self.events.salts, self.events.hashes, strict=True)
        content = {
            "period": self.period,
            "evidenceRoot": _hex(self.root),
            "eventCount": len(self.events),
            "columns": ["line", "salt", "rowHash"],
            "events": [],
        }
        start, end = json.dumps(content, separators=(",", ":")).split("[]")
        between = chain([""], repeat(","))
        rows = (
            f'{comma}[{line},"{salt.hex()}","{row.hex()}"]'.encode()
            for comma, (line, salt, row) in zip(between, events, strict=False)
        )
        try:
            write_private(path, chain([f"{start}[".encode()], rows, [f"]{end}\n".encode()]))
        except OSError as error:
            raise EvidenceError(f"{path}: cannot be written: {error.strerror}") from None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote; raises `EvidenceError` if the root is not that of its events."""
        try:
            content = json.loads(read_private(path))
            rows = [(int(line), bytes.fromhex(salt), bytes.fromhex(row)) for line, salt, row in content["events"]]
            lines, salts, hashes = zip(*rows, strict=True) if rows else ((), (), ())
            if {len(word) for word in salts + hashes} - {SIZE}:
                raise ValueError("words of another size")
            events = Events(array("Q", lines), Words.of(salts), Words.of(hashes))
            evidence = cls(str(content["period"]), events)
            expected = content["evidenceRoot"]
        except OSError as error:
            raise EvidenceError(f"{path}: cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            raise EvidenceError(f"{path}: is not an evidence file; measure again") from None
        if _hex(evidence.root) != expected:
            raise EvidenceError(f"{path}: its events do not give its root; measure again")
        return evidence


def period_key(secret: bytes, period: str) -> bytes:
    """The key of one period's salts. Shown to an arbiter, it opens that period and no other."""
    return hmac.digest(secret, b"workpact evidence\0" + period.encode(), hashlib.sha256)


def events_of(lines: array[int], hashes: Words, key: bytes) -> Events:
    """The events with these line numbers and row hashes under a period key.

    A salt is HMAC-SHA256 of the row's hash and how often the same bytes came before: it depends on
    what the rows are, not on their order in the file, and equal rows get different leaves.
    """
    counts = iter_unpack("8s", _earlier(hashes).astype(">u8").tobytes())
    messages = (row_hash + earlier for row_hash, (earlier,) in zip(hashes, counts, strict=True))
    return Events(lines, Words.of(_authenticated(key, messages)), hashes)


def _authenticated(key: bytes, messages: Iterable[bytes]) -> Iterator[bytes]:
    """HMAC-SHA256 of each message. The key is hashed once: it takes longer than a message does."""
    padded = np.frombuffer(key.ljust(64, b"\0"), dtype=np.uint8)
    inside, outside = (hashlib.sha256((padded ^ pad).tobytes()) for pad in (0x36, 0x5C))
    for message in messages:
        inner, outer = inside.copy(), outside.copy()
        inner.update(message)
        outer.update(inner.digest())
        yield outer.digest()


def _earlier(hashes: Words) -> NDArray[Any]:
    """For each word, how many equal ones stand before it."""
    order = hashes.ranks()
    ordered = np.frombuffer(hashes.taken(order).packed, dtype=np.uint64).reshape(-1, 4)
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    places = np.arange(len(order))
    earlier = np.empty(len(order), dtype=np.int64)
    earlier[order] = places - np.maximum.accumulate(np.where(begins, places, 0))
    return earlier


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
