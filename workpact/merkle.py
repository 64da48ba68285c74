"""Merkle trees in the format of OpenZeppelin's StandardMerkleTree, which contracts, wallets and other tools read.

leaf = keccak256(keccak256(abi.encode(values))), pairs sorted, a whole tree in one array: node i over 2i + 1 and 2i + 2,
leaves at its end in falling order. Values are of fixed size: numbers, addresses and words of 32 bytes.

    tree = StandardTree(("uint256", "address"), [(1, alice), (2, bob)])
    StandardTree.verify(tree.root, tree.leaf(1), tree.proof(1))
    StandardTree.load(json.loads(text))         # "standard-v1", ours or the JavaScript library's
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

from sha3 import keccak_256

from workpact import WorkpactError

FORMAT = "standard-v1"
SIZE = 32

Value = int | str | bytes
"""A number, an address as 0x and 40 hex digits, or a word of 32 bytes."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_WORD = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,64}|\d{1,78}", re.ASCII)


class MerkleError(WorkpactError, ValueError):
    """A tree cannot be made, or is not what it says it is."""


class BadLeaf(MerkleError):
    """A value does not fit its type. `index` is the leaf, `field` the place in it, both from 0."""

    def __init__(self, index: int, field: int, problem: str) -> None:
        self.index = index
        self.field = field
        super().__init__(f"leaf {index}, value {field}: {problem}")


class BadDump(MerkleError):
    """A dump is not of this format; `where` says which part."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"tree dump, {where}: {problem}. Get the file again from who made it")


class WrongLeaf(BadDump):
    """The value at `index` is not the one that the tree was made of: it was edited."""

    def __init__(self, index: int, node: int) -> None:
        self.index = index
        self.node = node
        super().__init__(f"values[{index}]", f"is not the leaf that stands at tree[{node}]; one of the two was changed")


class WrongNode(BadDump):
    """The node at `node` is not the hash of the two below it."""

    def __init__(self, node: int) -> None:
        self.node = node
        below = f"tree[{2 * node + 1}] and tree[{2 * node + 2}]"
        super().__init__(f"tree[{node}]", f"is not the hash of {below}; one of the three was changed")


def keccak(data: bytes) -> bytes:
    """Ethereum's hash, 32 bytes."""
    digest: bytes = keccak_256(data).digest()
    return digest


def parent(one: bytes, other: bytes) -> bytes:
    """The node over two, whichever stands left."""
    digest: bytes = keccak_256(one + other if one < other else other + one).digest()
    return digest


def verify(root: bytes, leaf: bytes, proof: Iterable[bytes]) -> bool:
    """Whether `leaf` is under `root` by `proof`, as OpenZeppelin's `MerkleProof.verify` says."""
    node = leaf
    for sibling in proof:
        node = parent(node, sibling)
    return node == root


def leaf_of(types: Sequence[str], values: Sequence[Value]) -> bytes:
    """The hash that stands for some values in a tree."""
    return _leaves(types, [values])[0]


class StandardTree:
    """A tree over rows of values. Leaves keep the order they were given in: index i is the i-th row."""

    def __init__(self, types: Sequence[str], values: Sequence[Sequence[Value]]) -> None:
        self.types = _known(types)
        self.values = [tuple(row) for row in values]
        if not self.values:
            raise MerkleError("A tree has at least one leaf.")
        leaves = _leaves(self.types, self.values)
        last = 2 * len(leaves) - 2
        self._nodes = [b""] * (len(leaves) - 1)
        self._places = [0] * len(leaves)
        rising = sorted(range(len(leaves)), key=leaves.__getitem__)
        self._nodes += [leaves[index] for index in reversed(rising)]
        for rank, index in enumerate(rising):
            self._places[index] = last - rank
        nodes = self._nodes
        for node in range(len(leaves) - 2, -1, -1):
            nodes[node] = parent(nodes[2 * node + 1], nodes[2 * node + 2])

    def __len__(self) -> int:
        return len(self.values)

    verify = staticmethod(verify)

    @property
    def root(self) -> bytes:
        """The 32 bytes that stand for the whole."""
        return self._nodes[0]

    def leaf(self, index: int) -> bytes:
        """The hash of row `index`."""
        return self._nodes[self._places[range(len(self))[index]]]

    def proof(self, index: int) -> tuple[bytes, ...]:
        """The siblings from leaf `index` up to the root."""
        nodes, place = self._nodes, self._places[range(len(self))[index]]
        siblings = []
        while place:
            siblings.append(nodes[place + 1 if place & 1 else place - 1])
            place = (place - 1) >> 1
        return tuple(siblings)

    def dump(self) -> dict[str, Any]:
        """The tree as "standard-v1": a value for JSON. Numbers are written as decimal text, so that none is rounded."""
        writers = [_WRITERS[kind] for kind in self.types]
        rows = zip(self.values, self._places, strict=True)
        return {
            "format": FORMAT,
            "leafEncoding": list(self.types),
            "tree": ["0x" + node.hex() for node in self._nodes],
            "values": [
                {"value": [write(value) for write, value in zip(writers, row, strict=True)], "treeIndex": place}
                for row, place in rows
            ],
        }

    @classmethod
    def load(cls, dump: Any) -> Self:
        """A tree from its dump, every hash of it checked. Raises `BadDump`, `WrongLeaf` or `WrongNode`."""
        if not isinstance(dump, Mapping) or dump.get("format") != FORMAT:
            raise BadDump("format", f"is not {FORMAT!r}")
        types = dump.get("leafEncoding")
        if not isinstance(types, list) or not types or not all(kind in list(_WRITERS) for kind in types):
            raise BadDump("leafEncoding", f"is not a list of {', '.join(_WRITERS)}")
        values, nodes = dump.get("values"), dump.get("tree")
        if not isinstance(values, list) or not values:
            raise BadDump("values", "is not a list of values")
        if not isinstance(nodes, list) or len(nodes) != 2 * len(values) - 1:
            raise BadDump("tree", f"is not a list of {2 * len(values) - 1:,} nodes, as {len(values):,} values make")
        tree = cls.__new__(cls)
        tree.types = tuple(types)
        tree._nodes = [_word(f"tree[{place}]", node) for place, node in enumerate(nodes)]
        tree.values = [_row(index, tree.types, entry) for index, entry in enumerate(values)]
        tree._places = _places([entry.get("treeIndex") for entry in values])
        tree._check()
        return tree

    def _check(self) -> None:
        for index, leaf in enumerate(_leaves(self.types, self.values)):
            if leaf != self.leaf(index):
                raise WrongLeaf(index, self._places[index])
        nodes = self._nodes
        for node in range(len(self) - 2, -1, -1):
            if nodes[node] != parent(nodes[2 * node + 1], nodes[2 * node + 2]):
                raise WrongNode(node)


def _known(types: Sequence[str]) -> tuple[str, ...]:
    unknown = [kind for kind in types if kind not in _WRITERS]
    if unknown or not types:
        raise MerkleError(f"A leaf is made of {', '.join(_WRITERS)}, not of {', '.join(unknown) or 'nothing'}.")
    return tuple(types)


def _leaves(types: Sequence[str], rows: Sequence[Sequence[Value]]) -> list[bytes]:
    """The hashes of all rows. Column by column: a tenth of the time that encoding leaf by leaf takes."""
    for index, row in enumerate(rows):
        if len(row) != len(types):
            raise BadLeaf(index, min(len(row), len(types)), f"the leaf has {len(row)} values, not {len(types)}")
    columns = []
    for field, kind in enumerate(types):
        encode, column = _ENCODERS[kind], []
        try:
            for row in rows:
                column.append(encode(row[field]))
        except (ValueError, TypeError, AttributeError, OverflowError):
            raise BadLeaf(len(column), field, f"{rows[len(column)][field]!r} is no {kind}") from None
        columns.append(column)
    join = b"".join
    return [keccak_256(keccak_256(join(words)).digest()).digest() for words in zip(*columns, strict=True)]


def _encode_number(value: Any) -> bytes:
    if value.__class__ is bool:
        raise TypeError
    encoded: bytes = value.to_bytes(SIZE, "big")
    return encoded


@lru_cache(maxsize=64)
def _encode_address(value: Any) -> bytes:
    if not _ADDRESS.fullmatch(value):
        raise ValueError
    return bytes.fromhex(f"{value[2:]:0>64}")


def _encode_word(value: Any) -> bytes:
    if value.__class__ is not bytes or len(value) != SIZE:
        raise ValueError
    return value


def _write_word(value: Any) -> str:
    return "0x" + str(value.hex())


_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "uint256": _encode_number,
    "address": _encode_address,
    "bytes32": _encode_word,
}
_WRITERS: dict[str, Callable[[Any], str]] = {"uint256": str, "address": str, "bytes32": _write_word}


def write_value(kind: str, value: Value) -> str:
    """A value as the text that stands for it in JSON."""
    return _WRITERS[kind](value)


def read_value(kind: str, text: Any) -> Value | None:
    """A value from its JSON; None if it is none of its type."""
    if kind == "uint256":
        if type(text) is int and 0 <= text < 2**256:
            return text
        if not isinstance(text, str) or not _NUMBER.fullmatch(text):
            return None
        number = int(text, 16 if text.startswith("0x") else 10)
        return number if number < 2**256 else None
    if not isinstance(text, str) or not (_ADDRESS if kind == "address" else _WORD).fullmatch(text):
        return None
    return text if kind == "address" else bytes.fromhex(text[2:])


def _word(where: str, text: Any) -> bytes:
    if not isinstance(text, str) or not _WORD.fullmatch(text):
        raise BadDump(where, "is not 0x and 64 hex digits")
    return bytes.fromhex(text[2:])


def _row(index: int, types: Sequence[str], entry: Any) -> tuple[Value, ...]:
    texts = entry.get("value") if isinstance(entry, Mapping) else None
    if not isinstance(texts, list) or len(texts) != len(types):
        raise BadDump(f"values[{index}]", f"is not an entry with {len(types)} values")
    row = []
    for kind, text in zip(types, texts, strict=True):
        value = read_value(kind, text)
        if value is None:
            raise BadDump(f"values[{index}]", f"{text!r} is no {kind}")
        row.append(value)
    return tuple(row)


def _places(found: list[Any]) -> list[int]:
    """Where the leaves stand: each at a place of its own in the second half of the tree."""
    free = set(range(len(found) - 1, 2 * len(found) - 1))
    for index, place in enumerate(found):
        if type(place) is not int or place not in free:
            raise BadDump(f"values[{index}]", f"treeIndex {place!r} is not a leaf's place, or another value's")
        free.remove(place)
    return found
