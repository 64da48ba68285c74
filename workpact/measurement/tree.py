"""Words of 32 bytes by the million, and the Merkle tree over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from struct import iter_unpack
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from workpact.merkle import SIZE, parent, verify

NO_EVENTS = bytes(32)


class Words(Sequence[bytes]):
    """Many words of 32 bytes, one after the other."""

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    @classmethod
    def of(cls, words: Iterable[bytes]) -> Self:
        """The words of an iterable."""
        packed = BytesIO()
        packed.writelines(words)
        return cls(packed.getvalue())

    def __len__(self) -> int:
        return len(self.packed) // SIZE

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        place = range(len(self))[index] * SIZE
        return self.packed[place : place + SIZE]

    def __iter__(self) -> Iterator[bytes]:
        return (word for (word,) in iter_unpack("32s", self.packed))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    def ranks(self) -> NDArray[np.intp]:
        """The places of the words in rising order; of equal ones the first comes first."""
        # Four big-endian numbers order as the bytes do; strings of numpy would end at a zero byte.
        columns = np.frombuffer(self.packed, dtype=">u8").reshape(-1, 4).astype(np.uint64)
        order: NDArray[np.intp] = np.lexsort(columns.T[::-1])
        return order

    def taken(self, places: NDArray[np.intp]) -> Words:
        """The words at some places, in that order."""
        return Words(np.frombuffer(self.packed, dtype="V32")[places].tobytes())


class EvidenceTree:
    """A Merkle tree with sorted leaves and sorted pairs; an odd node is carried up unchanged.

    Its proofs verify with OpenZeppelin's `MerkleProof.verify`. Leaves keep the order they were
    given in: index i is the i-th of them. The root of no leaf is zero.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.leaves = leaves if isinstance(leaves, Words) else Words.of(leaves)
        self._order = self.leaves.ranks()
        self._layers = [self.leaves.taken(self._order)]
        while len(self._layers[-1]) > 1:
            self._layers.append(_parents(self._layers[-1].packed))

    @property
    def root(self) -> bytes:
        """The 32 bytes that a report carries."""
        return self._layers[-1][0] if self.leaves else NO_EVENTS

    def proof(self, index: int) -> tuple[bytes, ...]:
        """The siblings from leaf `index` up to the root."""
        position = int(np.flatnonzero(self._order == index)[0])
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
        return verify(root, leaf, proof)


def _parents(layer: bytes) -> Words:
    paired = len(layer) // (2 * SIZE) * 2 * SIZE
    pairs = iter_unpack("32s32s", memoryview(layer)[:paired])
    return Words.of(chain((parent(one, other) for one, other in pairs), [layer[paired:]]))
