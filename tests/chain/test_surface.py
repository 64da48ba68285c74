"""What no contract of the set can do at all, read from the bytecode and interfaces that the package ships."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.support import ROOT
from workpact.chain import contracts

NAMES = ("Agreement", "SLAOracle", "WorkerEquity", "Payroll", "DataRoom", "TalentRegistry", "WorkerToken")
FORBIDDEN = {0xF2: "CALLCODE", 0xF4: "DELEGATECALL", 0xFF: "SELFDESTRUCT", 0x32: "ORIGIN", 0x47: "SELFBALANCE"}
ADMIN = re.compile(
    r"owner|admin|pause|upgrade|initiali[sz]e|implementation|renounce|grantRole|revokeRole|setFee|rescue|sweep|skim",
    re.IGNORECASE,
)
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def artefact(name: str) -> dict:
    return json.loads((contracts.FOLDER / f"{name}.json").read_text())


def opcodes(code: bytes) -> Iterator[int]:
    """Without the words that a PUSH carries, and without the compiler's metadata at the end."""
    place, end = 0, len(code) - 2 - int.from_bytes(code[-2:])
    while place < end:
        yield code[place]
        place += 1 + (code[place] - 0x5F if 0x60 <= code[place] <= 0x7F else 0)


def found(code: bytes) -> set[str]:
    return {FORBIDDEN[each] for each in opcodes(code) if each in FORBIDDEN}


@pytest.mark.threat("T20", "T21", "T24")
@pytest.mark.parametrize("name", NAMES)
def test_code__delegates_to_nobody_and_stays(name):
    assert found(bytes.fromhex(artefact(name)["bytecode"].removeprefix("0x"))) == set()


def test_code__that_delegates__is_found():
    metadata = bytes(2)
    assert found(bytes.fromhex("6000f4") + metadata) == {"DELEGATECALL"}
    assert found(bytes.fromhex("61f4ff00") + metadata) == set()


@pytest.mark.threat("T24")
@pytest.mark.parametrize("name", NAMES)
def test_interface__takes_no_ether(name):
    entries = [each for each in artefact(name)["abi"] if each["type"] in ("function", "receive", "fallback")]
    assert [each for each in entries if each["stateMutability"] == "payable" or each["type"] != "function"] == []


@pytest.mark.threat("T20", "T22")
@pytest.mark.parametrize("name", NAMES)
def test_interface__has_no_owner_and_nothing_to_initialise(name):
    calls = [each["name"] for each in artefact(name)["abi"] if each["type"] == "function"]
    assert [each for each in calls if ADMIN.search(each)] == []


@pytest.mark.threat("T22")
def test_roles__every_call_stands_in_the_table_once():
    rows = [
        (name, call)
        for name, calls in ROW.findall((ROOT / "SECURITY.md").read_text())
        for call in re.findall(r"`(\w+)`", calls)
    ]
    changing = [
        (name, each["name"])
        for name in NAMES[:-1]
        for each in artefact(name)["abi"]
        if each["type"] == "function" and each["stateMutability"] not in ("view", "pure")
    ]
    assert sorted(rows) == sorted(changing)
