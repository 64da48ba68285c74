"""Files that are no bundles, or not any more; and tables that two programs have each of their own. No chain."""

from __future__ import annotations

import json
import lzma
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.audit.evidence import verifier
from workpact import WorkpactError
from workpact.audit.bundle import (
    BadBundle,
    BundleDamaged,
    BundleTruncated,
    NotABundle,
    OtherVersion,
    opened,
    packing,
)
from workpact.audit.bundle.packing import canonical
from workpact.audit.entries import CONTRACTS
from workpact.chain import contracts
from workpact.history import OUTSIDE
from workpact.terms.eip712 import TYPES

NOTHING: dict[str, Any] = {
    "agreement": "0x" + "11" * 20,
    "books": [],
    "chain": 1,
    "contracts": [],
    "documents": [],
    "format": "workpact-bundle",
    "headers": [],
    "nodes": [],
    "papers": None,
    "payroll": None,
    "receipts": False,
    "reports": None,
    "revealed": [],
    "room": None,
    "talent": None,
    "ties": [],
    "untied": [],
    "version": 2,
}


def packed(text: str, **options: Any) -> bytes:
    return lzma.compress(text.encode(), **options)


def written(**changes: Any) -> bytes:
    return packed(canonical(NOTHING | changes))


def without(*names: str, **changes: Any) -> bytes:
    return packed(canonical({key: each for key, each in (NOTHING | changes).items() if key not in names}))


BAD: dict[str, tuple[bytes, type[WorkpactError], str]] = {
    "empty": (b"", BundleTruncated, "ends before"),
    "a zip file": (b"PK\x03\x04" + bytes(40), NotABundle, "does not begin as one"),
    "another text": (packed("Dear Sirs"), NotABundle, "no JSON"),
    "no ASCII": (packed('{"format":"é"}'), NotABundle, "no text"),
    "another object": (packed('{"format":"else"}'), NotABundle, "call itself"),
    "a list": (packed("[1]"), NotABundle, "call itself"),
    "nested too deep": (packed("[" * 100_000), NotABundle, "no JSON"),
    "a float": (written(chain=1.5), BadBundle, "at chain"),
    "no number": (packed('{"format":NaN}'), NotABundle, "no JSON"),
    "an old form": (without("room", "talent", version=1), OtherVersion, "form 1, this Workpact reads form 2"),
    "a newer form": (written(version=3, more=[]), OtherVersion, "form 3"),
    "true for a number": (written(version=True), OtherVersion, "form True"),
    "a number beyond all": (packed(canonical(NOTHING).replace('"chain":1,', '"chain":1e999,')), BadBundle, "canonical"),
    "blanks": (packed(json.dumps(NOTHING, sort_keys=True)), BadBundle, "canonical"),
    "another order": (packed(json.dumps(dict(reversed(NOTHING.items())), separators=(",", ":"))), BadBundle, "canon"),
    "a doubled name": (packed(canonical(NOTHING)[:-1] + ',"version":2}'), BadBundle, "canonical"),
    "an unknown name": (written(more=1), BadBundle, "at more"),
    "a name left out": (without("ties"), BadBundle, "at ties"),
    "large letters": (written(agreement="0x" + "AB" * 20), BadBundle, "at agreement"),
    "half a byte": (written(nodes=["0x123"]), BadBundle, "at nodes.0"),
    "no header": (written(), BadBundle, "no header"),
    "a header that is none": (written(headers=["0x00"]), WorkpactError, "header"),
    "cut": (written()[:-9], BundleTruncated, "ends before"),
    "something behind": (written() + b"\0\0\0\0x", BundleDamaged, "follows"),
    "two in one": (written() + written(), BundleDamaged, "follows"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file__is_named(name):
    content, error, words = BAD[name]
    with pytest.raises(error, match=words):
        opened(content, [bytes(32)])
    with pytest.raises(verifier.Refused):
        verifier.Bundle(content, [bytes(32)])


@pytest.mark.threat("T76")
def test_bomb__is_not_unpacked(monkeypatch):
    monkeypatch.setattr(packing, "LARGEST", 2**21)
    monkeypatch.setattr(verifier, "LARGEST", 2**21)
    content = packed(" " * (2**21 + 1))
    with pytest.raises(BadBundle, match="more than 2097152 characters"):
        opened(content, [bytes(32)])
    with pytest.raises(verifier.Refused, match="too much"):
        verifier.Bundle(content, [bytes(32)])


def test_verifier_in_one_file__knows_every_event():
    known = {}
    for name in CONTRACTS:
        for event in contracts.contract_type(name).events:
            if event.name not in OUTSIDE:
                known[keccak(text=event.selector)[:4].hex()] = event.name
    assert known == verifier.NAMES


def test_verifier_in_one_file__knows_every_type():
    told = {name: tuple(map(tuple, fields)) for name, fields in verifier.TYPES.items()}
    assert told == {name: TYPES[name] for name in told}
    assert set(TYPES) - set(told) == {"Closing", "Plan"}
