"""What the three kinds of leaves are made of, and a leaf with its proof, which stands alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from workpact.batches.errors import BadProofFile, ForeignLeaf, ProofOfAnother, WrongProof
from workpact.batches.roster import Person
from workpact.merkle import Value, leaf_of, read_value, verify, write_value

OWN = ("worker", "wallet")


@dataclass(frozen=True)
class Kind:
    """A kind of leaf: its name, its fields with their types, how many of them name the batch, and what is summed up."""

    name: str
    fields: tuple[tuple[str, str], ...]
    batch: int
    summed: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the values, in order."""
        return tuple(name for name, _ in self.fields)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The types of the values, in order."""
        return tuple(kind for _, kind in self.fields)

    def salt(self, person: Person, context: tuple[Value, ...]) -> bytes:
        """The salt of a worker's leaf; the context is what names the batch, ABI-encoded."""
        words = [_word(value) for value in context]
        return person.leaf_salt(self.name, b"".join(words))

    def place(self, name: str) -> int:
        """Which value has a name."""
        return self.names.index(name)


GRANT = Kind(
    "grant",
    (
        ("chainId", "uint256"),
        ("equity", "address"),
        ("plan", "uint256"),
        ("number", "uint256"),
        ("index", "uint256"),
        ("worker", "uint256"),
        ("wallet", "address"),
        ("units", "uint256"),
        ("salt", "bytes32"),
    ),
    batch=4,
    summed="units",
)
WAGE = Kind(
    "wage",
    (
        ("chainId", "uint256"),
        ("payroll", "address"),
        ("book", "bytes32"),
        ("run", "uint256"),
        ("worker", "uint256"),
        ("amount", "uint256"),
        ("salt", "bytes32"),
    ),
    batch=4,
    summed="amount",
)
PAYSLIP = Kind(
    "payslip",
    (
        ("chainId", "uint256"),
        ("payroll", "address"),
        ("book", "bytes32"),
        ("run", "uint256"),
        ("worker", "uint256"),
        ("gross", "uint256"),
        ("deductions", "uint256"),
        ("net", "uint256"),
        ("salt", "bytes32"),
    ),
    batch=4,
    summed="net",
)
KINDS = {kind.name: kind for kind in (GRANT, WAGE, PAYSLIP)}


@dataclass(frozen=True)
class LeafProof:
    """One leaf with its values by name, the proof of it and the root that the proof leads to."""

    kind: Kind
    values: tuple[Value, ...]
    root: bytes
    proof: tuple[bytes, ...]

    def __getitem__(self, name: str) -> Any:
        """A value by its name, like `proof["units"]`."""
        return self.values[self.kind.place(name)]

    @property
    def leaf(self) -> bytes:
        """The hash that stands in the tree."""
        return leaf_of(self.kind.types, self.values)

    def check(self, root: bytes | None = None, **expected: Value) -> None:
        """Raise a `ProofError` unless this leaf is under the root and has the values expected, given by their names.

            proof.check(root, chainId=1, equity=address, plan=3, number=1, worker=17, wallet=mine)

        Without a root it is checked against its own, which then has to be compared with the chain's.
        """
        if unknown := expected.keys() - set(self.kind.names):
            raise TypeError(f"a {self.kind.name} has no {', '.join(sorted(unknown))}")
        for name in self.kind.names:
            if name in expected and not _same(self[name], expected[name]):
                error = ProofOfAnother if name in OWN else ForeignLeaf
                raise error(self.kind.name, name, _shown(self[name]), _shown(expected[name]))
        if root not in (None, self.root):
            raise ForeignLeaf(self.kind.name, "root", _shown(self.root), _shown(root or b""))
        if self.kind is PAYSLIP and self["gross"] - self["deductions"] != self["net"]:
            raise WrongProof(f"Payslip of worker {self['worker']}: gross less deductions is not net. Ask for another.")
        if not verify(self.root, self.leaf, self.proof):
            raise WrongProof(
                f"The {self.kind.name} of worker {self['worker']} is not under root {_shown(self.root)}: a value or the"
                " proof was changed. Ask for the file again."
            )

    def to_json(self) -> dict[str, Any]:
        """All that is needed to use or to show the leaf, as a value for JSON. No name is in it."""
        return {"kind": self.kind.name, "root": "0x" + self.root.hex(), **entry(self.kind, self.values, self.proof)}

    @classmethod
    def from_json(cls, found: Any) -> Self:
        """A leaf with its proof from JSON, not checked yet. Raises `BadProofFile`."""
        if not isinstance(found, Mapping) or found.get("kind") not in KINDS:
            raise BadProofFile(f"This is no proof: its kind is none of {', '.join(KINDS)}. Get the file again.")
        kind = KINDS[found["kind"]]
        return cls(kind, *_parts(kind, _word_of("root", found.get("root")), found))

    @classmethod
    def from_entry(cls, kind: Kind, root: bytes, found: Any) -> Self:
        """A leaf from an entry of a file that states kind and root once."""
        return cls(kind, *_parts(kind, root, found))


def entry(kind: Kind, values: tuple[Value, ...], proof: tuple[bytes, ...]) -> dict[str, Any]:
    """A leaf's values by name, and its proof, as a value for JSON."""
    named = zip(kind.fields, values, strict=True)
    return {
        "value": {name: write_value(type_, value) for (name, type_), value in named},
        "proof": ["0x" + sibling.hex() for sibling in proof],
    }


def _parts(kind: Kind, root: bytes, found: Any) -> tuple[tuple[Value, ...], bytes, tuple[bytes, ...]]:
    named = found.get("value") if isinstance(found, Mapping) else None
    proof = found.get("proof") if isinstance(found, Mapping) else None
    if not isinstance(named, Mapping) or not isinstance(proof, list) or set(named) != set(kind.names):
        raise BadProofFile(f"A {kind.name} has the values {', '.join(kind.names)} and a proof. Get the file again.")
    values = []
    for name, type_ in kind.fields:
        value = read_value(type_, named[name])
        if value is None:
            raise BadProofFile(f"{name} of a {kind.name} is {named[name]!r}, not a {type_}. Get the file again.")
        values.append(value)
    return tuple(values), root, tuple(_word_of("proof", sibling) for sibling in proof)


def _word_of(name: str, text: Any) -> bytes:
    word = read_value("bytes32", text)
    if not isinstance(word, bytes):
        raise BadProofFile(f"{name}: {text!r} is not 0x and 64 hex digits. Get the file again.")
    return word


def _word(value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    return (int(value, 16) if isinstance(value, str) else value).to_bytes(32, "big")


def _same(one: Value, other: Value) -> bool:
    return one.lower() == other.lower() if isinstance(one, str) and isinstance(other, str) else one == other


def _shown(value: Value) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
