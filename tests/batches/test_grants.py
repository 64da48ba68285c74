"""A batch of grants from a file: what is refused, and the leaves, root and proofs of what is not (SPEC.md 9.11)."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from eth_abi import encode
from eth_utils.crypto import keccak

from tests.batches.desk import EQUITY, roster, wallet, write
from workpact.batches.errors import (
    AmountTooLarge,
    BadValue,
    FileError,
    RepeatedWorker,
    SeveralErrors,
    SumTooLarge,
    UnknownWorker,
    ZeroAmount,
)
from workpact.batches.grants import OfferId, grant_leaves, read_grants
from workpact.batches.proofs import Leaves

OFFER = OfferId(31337, EQUITY, 3, 2)
TYPES = ["uint256", "address", "uint256", "uint256", "uint256", "uint256", "address", "uint256", "bytes32"]
GRANTS = {17: 1_200, 3: 500_000, 40: 2**80 - 1}


def leaves() -> Leaves:
    return grant_leaves(OFFER, GRANTS, roster())


@pytest.mark.parametrize(
    ("written", "units"),
    [
        ("1200", 1_200),
        ('"1,200"', 1_200),
        ('"1,200 units"', 1_200),
        ("1 unit", 1),
        ("1 token", 1_000_000),
        ('"1,200.5 tokens"', 1_200_500_000),
        ("0.000001 tokens", 1),
        ("1208925819614629174706175", 2**80 - 1),
    ],
)
def test_units_are_read_as_people_write_them(tmp_path, written, units):
    path = write(tmp_path / "grants.csv", "worker,units", f"17,{written}")
    assert read_grants(path, roster(), left=2**90) == {17: units}


def test_the_files_order_is_kept_and_the_limit_may_be_reached(tmp_path):
    path = write(tmp_path / "grants.csv", "units,worker", "5,40", "7,3", "9,17")
    assert list(read_grants(path, roster(), left=21, funded=21).items()) == [(40, 5), (3, 7), (17, 9)]


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        ("17,5", RepeatedWorker, "worker 17 is on line 2 already"),
        ("18,5", UnknownWorker, "worker 18 is not on the roster"),
        ("3,0", ZeroAmount, "units of worker 3 is zero"),
        ("3,0 tokens", ZeroAmount, "units of worker 3 is zero"),
        (f"3,{2**80}", AmountTooLarge, f"worker 3 would get {2**80:,}, at most {2**80 - 1:,} fit into a line"),
        ("3,many", BadValue, "units 'many' is not a number of units"),
        ("3,-5", BadValue, "units '-5' is not a number of units"),
        ("3,1e6", BadValue, "units '1e6' is not a number of units"),
        ("3,", BadValue, "units '' is not a number of units"),
        ("3,٣", BadValue, "units '٣' is not a number of units"),
        ('3,"1,20"', BadValue, "units '1,20' is not a number of units"),
        ("three,5", BadValue, "worker 'three' is not a worker's number"),
        ("3,1.5", BadValue, "units '1.5' is no whole number of units"),
        (f"3,{41 * '9'}", BadValue, "units"),
        ("3,1.5 units", BadValue, "units '1.5 units' is no whole number of units"),
        (
            "3,0.0000001 tokens",
            BadValue,
            "units '0.0000001 tokens' is finer than the smallest unit of token, which has 6 decimals",
        ),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path, row, error, problem):
    path = write(tmp_path / "grants.csv", "worker,units", "17,10", "", row)
    with pytest.raises(error) as found:
        read_grants(path, roster(), left=2**100)
    assert type(found.value) is error
    assert (found.value.path, found.value.line) == (path, 4)
    assert found.value.problem.startswith(problem)


@pytest.mark.parametrize(
    ("left", "funded", "line", "limit", "source"),
    [
        (20, None, 4, 20, "what the pool has left"),
        (9, None, 2, 9, "what the pool has left"),
        (100, 29, 4, 29, "what was funded"),
        (29, 100, 4, 29, "what the pool has left"),
        (0, None, 2, 0, "what the pool has left"),
    ],
)
def test_a_sum_above_what_there_is_names_the_line_that_passes_it(tmp_path, left, funded, line, limit, source):
    path = write(tmp_path / "grants.csv", "worker,units", "17,10", "3,10", "4,10")
    with pytest.raises(SumTooLarge) as found:
        read_grants(path, roster(), left=left, funded=funded)
    error = found.value
    assert (error.line, error.total, error.limit, error.source) == (line, 30, limit, source)
    assert error.problem == f"here the sum passes {source}: the file hands out 30 of {limit}"


def test_all_mistakes_of_a_file_come_at_once(tmp_path):
    bad = [f"{worker},1" for worker in range(100, 130)]
    path = write(tmp_path / "grants.csv", "worker,units", "17,10", *bad, "3,0", "17,1")
    with pytest.raises(SeveralErrors) as found:
        read_grants(path, roster(), left=9)
    kinds = [(type(error), error.line) for error in found.value.errors]
    assert kinds == [
        (SumTooLarge, 2),
        *((UnknownWorker, line) for line in range(3, 33)),
        (ZeroAmount, 33),
        (RepeatedWorker, 34),
    ]
    assert str(found.value).splitlines()[-1] == "… and 13 more"


def test_leaves_are_what_the_contract_hashes():
    tree, salts = leaves().tree, {}
    for index, (worker, units) in enumerate(GRANTS.items()):
        context = encode(["uint256", "address", "uint256", "uint256"], [31337, EQUITY, 3, 2])
        salts[worker] = hmac.new(bytes([worker] * 32), b"grant\0" + context, hashlib.sha256).digest()
        row = (31337, EQUITY, 3, 2, index, worker, wallet(worker), units, salts[worker])
        assert tree.values[index] == row
        assert tree.leaf(index) == keccak(keccak(encode(TYPES, row)))
    assert list(tree.types) == TYPES
    assert leaves().total == sum(GRANTS.values())
    assert len(leaves()) == 3
    assert len(set(salts.values())) == 3


def test_another_offer_has_other_salts():
    for other in (OfferId(1, EQUITY, 3, 2), OfferId(31337, wallet(1), 3, 2), OfferId(31337, EQUITY, 3, 3)):
        salts = {proof["salt"] for batch in (leaves(), grant_leaves(other, GRANTS, roster())) for proof in batch}
        assert len(salts) == 6


def test_any_mistake_is_a_file_error(tmp_path):
    path = write(tmp_path / "grants.csv", "worker,units", "x,y")
    with pytest.raises(FileError):
        read_grants(path, roster(), left=1)
