"""The release: what the code of each contract is on any chain, and whether the package's own files belong to it.

`release/<Name>.json`, written by `make abi`, has the runtime code and the compiler's metadata. The code ends with the
hash of the metadata, and that names the interface, the settings and each source file: none changes without the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from eth_utils.conversions import to_hex
from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict

from workpact.chain import contracts
from workpact.chain.deployments import REPOSITORY
from workpact.terms import eip712

FOLDER = Path(__file__).parent / "release"
DOMAINS = {
    "Agreement": eip712.AGREEMENT_DOMAIN,
    "SLAOracle": eip712.ORACLE_DOMAIN,
    "WorkerEquity": "Workpact Equity",
    "Payroll": "Workpact Payroll",
    "DataRoom": "Workpact Data Room",
    "TalentRegistry": "Workpact Market",
}
"""The name in each contract's EIP-712 domain."""
IMMUTABLES = {
    "Agreement": ("_CHAIN_ID", "_DOMAIN"),
    "WorkerEquity": ("_tokens",),
    "Payroll": ("equity",),
    "WorkerTokenFactory": ("equity",),
    "WorkerToken": (
        "equity",
        *("_cachedDomainSeparator", "_cachedChainId", "_cachedThis", "_hashedName", "_hashedVersion"),
        *("_name", "_version"),
    ),
}
"""What each contract's code keeps from its deployment, in the order of the declarations."""

PUSH = b"\x7f"
"""The instruction before each immutable's word."""
MADE_BY = {"WorkerTokenFactory": "WorkerEquity", "WorkerToken": "WorkerTokenFactory"}
"""Contracts whose init code stands in another's."""


class Release(BaseModel):
    """One contract as released."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    runtime: str
    """Runtime code in hexadecimal, with zeros where immutables stand."""
    immutables: list[list[int]]
    """Where each immutable's word stands in it, in the order of the declarations."""
    metadata: str
    """What the compiler says about its own output; its bytes are hashed."""

    @property
    def code(self) -> bytes:
        return bytes.fromhex(self.runtime[2:])

    def filled(self, kept: Mapping[str, bytes]) -> bytes:
        """The code of a deployment that keeps these words."""
        code = bytearray(self.code)
        for name, places in zip(IMMUTABLES.get(self.name, ()), self.immutables, strict=True):
            for start in places:
                code[start : start + 32] = kept[name]
        return bytes(code)

    def fields(self) -> dict[str, list[slice]]:
        """The parts of the code that have a name: immutables, the words of the EIP-712 domain, the metadata's hash."""
        named = {
            f"immutable {name}": [slice(start, start + 32) for start in places]
            for name, places in zip(IMMUTABLES.get(self.name, ()), self.immutables, strict=True)
        }
        code = self.code
        for field, word in _domain_words(self.name, code):
            start = code.index(word)
            named[f"EIP-712 {field}"] = [slice(start, start + len(word))]
        # The last two bytes say how long the metadata before them is.
        named["metadata"] = [slice(len(code) - 2 - int.from_bytes(code[-2:]), len(code))]
        return named


@cache
def names() -> tuple[str, ...]:
    """The contracts of the release."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def release(name: str) -> Release:
    """The contract as released."""
    return Release.model_validate(json.loads((FOLDER / f"{name}.json").read_text()))


def unlike(name: str) -> Iterator[tuple[str, str, str]]:
    """What the package's own files say otherwise than the code: field, what is there, what the code stands for."""
    made, artefact = release(name), contracts.artefact(name)
    hashed = _ipfs_digest(made.metadata.encode())
    if hashed not in made.code[made.fields()["metadata"][0]]:
        yield "release metadata", to_hex(hashed), "another hash in the release's code"
        return
    if any(made.code[start - 1 : start + 32] != PUSH + bytes(32) for places in made.immutables for start in places):
        yield "immutables", str(made.immutables), "gaps in the release's code"
    outer = contracts.artefact(MADE_BY.get(name, name)).bytecode
    if made.runtime[2:] not in artefact.bytecode or artefact.bytecode[2:] not in outer:
        yield "bytecode", to_hex(keccak(text=artefact.bytecode)), "init code that makes the release's code"
    said = json.loads(made.metadata)
    if _entries(artefact.abi) != _entries(said["output"]["abi"]):
        changed = sorted(_entries(artefact.abi) ^ _entries(said["output"]["abi"]))
        yield "abi", _named(changed), "the interface that the code was compiled with"
    sources = {path: source["keccak256"] for path, source in said["sources"].items()}
    yield from _different("sources", artefact.sources, sources)
    settings = {"version": said["compiler"]["version"]} | {
        key: said["settings"].get(key) for key in artefact.compiler if key != "version"
    }
    yield from _different("compiler", artefact.compiler, settings)
    for path, expected in sources.items():
        file = REPOSITORY / path
        if file.is_file() and to_hex(keccak(file.read_bytes())) != expected:
            yield f"source {path}", to_hex(keccak(file.read_bytes())), expected


def _different(field: str, there: Mapping[str, Any], meant: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in sorted(there.keys() | meant.keys()):
        if there.get(key) != meant.get(key):
            yield f"{field}.{key}", str(there.get(key)), str(meant.get(key))


def _entries(abi: list[dict[str, Any]]) -> set[str]:
    return {json.dumps(entry, sort_keys=True) for entry in abi}


def _named(entries: list[str]) -> str:
    return ", ".join(sorted({json.loads(entry).get("name", json.loads(entry)["type"]) for entry in entries}))


def _domain_words(name: str, code: bytes) -> Iterator[tuple[str, bytes]]:
    if name not in DOMAINS:
        return
    yield "type", eip712.type_hash("EIP712Domain")
    yield "version", keccak(text=eip712.VERSION)
    said = DOMAINS[name].encode()
    # A name that is hashed at run time stands there as a number, without the zero bits at its end.
    number = int.from_bytes(said)
    shifted = number // (number & -number)
    word = next(word for word in (keccak(said), shifted.to_bytes((shifted.bit_length() + 7) // 8)) if word in code)
    yield "name", word


def _ipfs_digest(content: bytes) -> bytes:
    """The hash of a file by which IPFS knows it: of one block, which holds up to 256 KiB."""
    size = _varint(len(content))
    inner = b"\x08\x02\x12" + size + content + b"\x18" + size
    return hashlib.sha256(b"\x0a" + _varint(len(inner)) + inner).digest()


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])
