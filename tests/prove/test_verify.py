"""A deployment changed a thousand times is told from the release, each time by the part that changed."""

from __future__ import annotations

import json
import os
import random

import pytest

from tests.chain import seeds
from tests.chain.seeded import Place, flipped, place
from tests.scripts.rehearsal import CONTRACTS, SEPOLIA
from workpact.chain import release

FLIPS = 1_200
CLEAN = 20


def where(name: str, at: int) -> str:
    """What a byte of the code belongs to, from forge's output and the compiler's form of metadata."""
    code = release.release(name).code
    kept = dict(zip(seeds.immutables(name), _names(name), strict=True)) if name in release.IMMUTABLES else {}
    for start, field in kept.items():
        if start <= at < start + 32:
            return f"immutable {field}"
    # 51 bytes of CBOR and two that say so.
    return "metadata" if at >= len(code) - 53 else "code"


def _names(name: str) -> list[str]:
    places = release.release(name).immutables
    return [field for field, starts in zip(release.IMMUTABLES[name], places, strict=True) for _ in starts]


def row(said: str, effort: str, result: str) -> None:
    """A line of the closing table."""
    if rows := os.environ.get("PROVE_ROWS"):
        with open(rows, "a") as file:
            file.write(json.dumps({"property": said, "effort": effort, "result": result}) + "\n")


@pytest.fixture(params=[31337, SEPOLIA])
def town(request, tmp_path):
    with place(tmp_path, request.param) as made:
        yield made


def test_flips__every_one_found_in_its_part__none_where_nothing_changed(town: Place):
    draw = random.Random(town.chain_id)
    parts = {}
    for _ in range(FLIPS // 2):
        name = draw.choice([*CONTRACTS, seeds.FACTORY])
        at, bit = draw.randrange(len(release.release(name).code)), draw.randrange(8)
        with town.code(name, flipped(at, bit)):
            (found,) = town.verify()
        contract, field = found
        part = where(name, at)
        assert contract == name
        assert field == part or (part == "code" and field.startswith("EIP-712 ")), (found, at)
        parts[field] = parts.get(field, 0) + 1
    alarms = sum(len(town.verify()) for _ in range(CLEAN // 2))
    assert alarms == 0
    assert parts["code"] > 100
    row("ape run verify finds a flipped bit of code, by its part", f"{FLIPS:,} flips, two chains", "all found")
    row("ape run verify on a clean deployment", f"{CLEAN} times, two chains", "no false alarm")


def test_record__any_digit_of_any_field__found_by_its_name(town: Place):
    draw = random.Random(town.chain_id)
    whole = json.loads(town.record.read_text())["contracts"]
    fields = ("address", "salt", "init_code_hash", "runtime_code_hash", "transaction", "deployer")
    for _ in range(100):
        name, field = draw.choice(CONTRACTS), draw.choice(fields)
        value = whole[name][field]
        at = draw.randrange(2, len(value))
        other = value[:at] + draw.choice([digit for digit in "0123456789abcdef" if digit != value[at].lower()])
        other += value[at + 1 :]

        def change(content, name=name, field=field, other=other):
            content["contracts"][name][field] = other

        with town.recorded(change):
            assert (name, field) in town.verify(), (name, field, at)
    row("ape run verify finds a changed digit of the record, by its field", "200 changes, two chains", "all found")
