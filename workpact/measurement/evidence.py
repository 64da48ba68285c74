"""The evidence of a period: a Merkle tree over its log rows, one salted leaf each (SPEC 8.9)."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from sha3 import keccak_256

from workpact.measurement.errors import EvidenceError
from workpact.measurement.private_file import write_private

NO_EVENTS = bytes(32)


def keccak(data: bytes) -> bytes:
    """Ethereum's hash, 32 bytes."""
    digest: bytes = keccak_256(data).digest()
    return digest


class EvidenceTree:
    """A Merkle tree with sorted leaves and sorted pairs; an odd node is carried up unchanged.

    Its proofs verify with OpenZeppelin's `MerkleProof.verify`. Leaves keep the order they were
    given in: index i is the i-th of them. The root of no leaf is zero.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.leaves = tuple(leaves)
        order = sorted(range(len(self.leaves)), key=self.leaves.__getitem__)
        self._position = {index: position for position, index in enumerate(order)}
        self._layers = [[self.leaves[index] for index in order]]
        while len(self._layers[-1]) > 1:
            self._layers.append(_parents(self._layers[-1]))

    @property
    def root(self) -> bytes:
        """The 32 bytes that a report carries."""
        return self._layers[-1][0] if self.leaves else NO_EVENTS

    def proof(self, index: int) -> tuple[bytes, ...]:
        """The siblings from leaf `index` up to the root."""
        position = self._position[index]
        siblings = []
        for layer in self._layers[:-1]:
            sibling = position ^ 1
            if sibling < len(layer):
                siblings.append(layer[sibling])
            position //= 2
        return tuple(siblings)

    @staticmethod
    def verify(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
        """Whether `leaf` is under `root` by `proof`."""
        node = leaf
        for sibling in proof:
            node = _parent(node, sibling)
        return node == root


class Event(NamedTuple):
    """A log row as the evidence holds it: its line number, its salt and the hash of its bytes."""

    line: int
    salt: bytes
    row_hash: bytes

    @property
    def leaf(self) -> bytes:
        """keccak256(keccak256(abi.encode(salt, rowHash)))"""
        return keccak(keccak(self.salt + self.row_hash))


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

    def __init__(self, period: str, events: Iterable[Event]) -> None:
        self.period = period
        self.events = tuple(events)
        self.tree = EvidenceTree(event.leaf for event in self.events)

    @property
    def root(self) -> bytes:
        """The root that a report carries."""
        return self.tree.root

    def prove(self, line: int) -> EventProof:
        """The proof of the event on a line of the log. Raises `EvidenceError` if it is not in."""
        for index, event in enumerate(self.events):
            if event.line == line:
                return EventProof(event, self.tree.proof(index), self.root)
        raise EvidenceError(f"line {line} belongs to no case of period {self.period}")

    def write(self, path: Path) -> None:
        """Write the evidence, readable by its owner alone. Equal evidence gives equal bytes."""
        events = [[event.line, event.salt.hex(), event.row_hash.hex()] for event in self.events]
        content = {
            "period": self.period,
            "evidenceRoot": _hex(self.root),
            "eventCount": len(self.events),
            "columns": ["line", "salt", "rowHash"],
            "events": events,
        }
        try:
            write_private(path, json.dumps(content, separators=(",", ":")).encode() + b"\n")
        except OSError as error:
            raise EvidenceError(f"{path}: cannot be written: {error.strerror}") from None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote; raises `EvidenceError` if the root is not that of its events."""
        try:
            content = json.loads(path.read_bytes())
            events = [
                Event(int(line), bytes.fromhex(salt), bytes.fromhex(row_hash))
                for line, salt, row_hash in content["events"]
            ]
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


def events_of(rows: Iterable[tuple[int, bytes]], key: bytes) -> list[Event]:
    """The events of (line number, row bytes) pairs under a period key.

    A salt is HMAC-SHA256 of the row's hash and how often the same bytes came before: it depends on
    what the rows are, not on their order in the file, and equal rows get different leaves.
    """
    seen: Counter[bytes] = Counter()
    events = []
    for line, row in rows:
        row_hash = keccak(row)
        salt = hmac.digest(key, row_hash + seen[row_hash].to_bytes(8, "big"), "sha256")
        seen[row_hash] += 1
        events.append(Event(line, salt, row_hash))
    return events


def _parents(layer: list[bytes]) -> list[bytes]:
    paired = len(layer) // 2 * 2
    parents = [_parent(layer[i], layer[i + 1]) for i in range(0, paired, 2)]
    return parents + layer[paired:]


def _parent(one: bytes, other: bytes) -> bytes:
    return keccak(one + other if one < other else other + one)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
