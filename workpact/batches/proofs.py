"""Files of all proofs of a batch: what each worker needs, and the leaves that make the root. They hold no name.

Salts are in them, so they are private: who has the file can tell which worker got how much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from workpact.batches.errors import BadProofFile, ForeignLeaf, ProofError, RootMismatch, RosterError
from workpact.batches.leaves import GRANT, KINDS, Kind, LeafProof, entry
from workpact.merkle import StandardTree, Value, read_value
from workpact.private_file import read_private, write_private

FORMAT = "workpact-proofs-1"


class Leaves:
    """All leaves of one kind and batch: their root and sum, and each worker's proof."""

    def __init__(self, kind: Kind, rows: Iterable[tuple[Value, ...]]) -> None:
        self.kind = kind
        self.rows = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[LeafProof]:
        tree = self.tree
        return (LeafProof(self.kind, row, tree.root, tree.proof(index)) for index, row in enumerate(self.rows))

    @cached_property
    def tree(self) -> StandardTree:
        """The tree over the leaves, index by index; its `dump` is what other tools read."""
        return StandardTree(self.kind.types, self.rows)

    @property
    def root(self) -> bytes:
        """What is posted on chain."""
        return self.tree.root

    @cached_property
    def total(self) -> int:
        """The sum of the leaves: units, amounts or nets."""
        place = self.kind.place(self.kind.summed)
        return sum(int(row[place]) for row in self.rows)

    @cached_property
    def _indices(self) -> dict[Value, int]:
        place = self.kind.place("worker")
        return {row[place]: index for index, row in enumerate(self.rows)}

    def of(self, worker: int) -> LeafProof:
        """A worker's leaf with its proof."""
        if worker not in self._indices:
            raise RosterError(f"Worker {worker} has no {self.kind.name} here.")
        index = self._indices[worker]
        return LeafProof(self.kind, self.rows[index], self.root, self.tree.proof(index))

    def write(self, path: Path) -> None:
        """Keep all leaves with their proofs in a file that only its owner may read, one leaf a line."""
        head = {
            "format": FORMAT,
            "kind": self.kind.name,
            "root": "0x" + self.root.hex(),
            "total": str(self.total),
            "leafEncoding": self.kind.types,
        }
        lines = [json.dumps(head)[:-1] + ', "leaves": [\n']
        last = len(self) - 1
        for index, row in enumerate(self.rows):
            written = json.dumps(entry(self.kind, row, self.tree.proof(index)))
            lines.append(written + (",\n" if index < last else "\n]}\n"))
        try:
            write_private(path, (line.encode() for line in lines))
        except OSError as error:
            raise BadProofFile(f"{path}: cannot be written: {error.strerror}. Choose another folder.") from None

    @classmethod
    def read(cls, path: Path, *, root: bytes | None = None, total: int | None = None, **batch: Value) -> Leaves:
        """The leaves of such a file, all of them checked: they make its root, and add up to its total.

        `root` and `total` are what the chain says; `batch` is what the leaves must name, like `chainId=1, run=3`.
        Raises a `ProofError`.
        """
        try:
            return cls._checked(*_read(path), root, total, batch)
        except ProofError as error:
            error.args = (f"{path}: {error}",)
            raise

    @classmethod
    def _checked(
        cls,
        kind: Kind,
        own_root: bytes,
        own_total: int,
        entries: list[Any],
        root: bytes | None,
        total: int | None,
        batch: Mapping[str, Value],
    ) -> Leaves:
        given = [LeafProof.from_entry(kind, own_root, found) for found in entries]
        leaves = cls(kind, (proof.values for proof in given))
        if leaves.root != own_root:
            raise RootMismatch("Its leaves make another root than it says. Get the file again.")
        if kind is GRANT and [proof["index"] for proof in given] != list(range(len(leaves))):
            raise BadProofFile("Its grants are not numbered 0, 1, 2 … in order. Get the file again.")
        if len(leaves._indices) < len(leaves):
            raise BadProofFile("A worker has two leaves. Get the file again.")
        for proof in given:
            proof.check(None, **batch)
        if root not in (None, own_root):
            raise ForeignLeaf(kind.name, "root", "0x" + own_root.hex(), "0x" + (root or b"").hex())
        for expected in (own_total, total):
            if expected not in (None, leaves.total):
                raise RootMismatch(f"Its leaves add up to {leaves.total:,}, not {expected:,}. Get the file again.")
        return leaves


def _read(path: Path) -> tuple[Kind, bytes, int, list[Any]]:
    try:
        found = from_json(read_private(path))
    except OSError as error:
        raise BadProofFile(f"It cannot be read: {error.strerror}. Name a file of proofs.") from None
    except ValueError:
        raise BadProofFile("It is not JSON. Name a file of proofs.") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT or found.get("kind") not in KINDS:
        raise BadProofFile(f"It is no file of proofs in the format {FORMAT}. Name one.")
    root, total = read_value("bytes32", found.get("root")), read_value("uint256", found.get("total"))
    entries = found.get("leaves")
    if not isinstance(root, bytes) or not isinstance(total, int) or not isinstance(entries, list) or not entries:
        raise BadProofFile("Root, total or leaves are missing. Get the file again.")
    return KINDS[found["kind"]], root, total, entries
