"""A batch of grants from a file: what is refused, and the leaves, root and proofs of what is not (SPEC.md 9.11)."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat

import pytest
from eth_abi import encode
from eth_utils.crypto import keccak

from tests.batches.desk import EQUITY, NAMES, roster, wallet, write
from workpact.batches.errors import (
    AmountTooLarge,
    BadProofFile,
    BadValue,
    FileError,
    ForeignLeaf,
    ProofOfAnother,
    RepeatedWorker,
    RootMismatch,
    RosterError,
    SeveralErrors,
    SumTooLarge,
    UnknownWorker,
    WrongProof,
    ZeroAmount,
)
from workpact.batches.grants import OfferId, grant_leaves, read_grants
from workpact.batches.leaves import GRANT, LeafProof
from workpact.batches.proofs import Leaves
from workpact.merkle import StandardTree

OFFER = OfferId(31337, EQUITY, 3, 2)
TYPES = ["uint256", "address", "uint256", "uint256", "uint256", "uint256", "address", "uint256", "bytes32"]
GRANTS = {17: 1_200, 3: 500_000, 40: 2**80 - 1}
EXPECTED = {"chainId": 31337, "equity": EQUITY, "plan": 3, "number": 2}


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


def test_each_worker_proves_its_own_grant_alone():
    batch = leaves()
    for worker, units in GRANTS.items():
        handed = json.loads(json.dumps(batch.of(worker).to_json()))
        proof = LeafProof.from_json(handed)
        proof.check(batch.root, **EXPECTED, worker=worker, wallet=wallet(worker).lower(), units=units)
        assert StandardTree.verify(batch.root, proof.leaf, proof.proof)
        assert [proof[name] for name in ("worker", "wallet", "units")] == [worker, wallet(worker), units]
    with pytest.raises(RosterError, match="Worker 4 has no grant here"):
        batch.of(4)


@pytest.mark.parametrize(
    ("expected", "error", "field"),
    [
        ({"chainId": 1}, ForeignLeaf, "chainId"),
        ({"equity": wallet(1)}, ForeignLeaf, "equity"),
        ({"plan": 4}, ForeignLeaf, "plan"),
        ({"number": 1}, ForeignLeaf, "number"),
        ({"worker": 3}, ProofOfAnother, "worker"),
        ({"wallet": wallet(3)}, ProofOfAnother, "wallet"),
    ],
)
def test_a_proof_of_another_place_or_person_is_refused(expected, error, field):
    proof = leaves().of(17)
    with pytest.raises(error) as found:
        proof.check(**{**EXPECTED, **expected})
    assert type(found.value) is error
    assert (found.value.field, found.value.found) == (field, str(proof[field]))
    assert found.value.expected == str(expected[field])


def test_a_proof_under_another_root_or_of_changed_values_is_refused():
    batch = leaves()
    with pytest.raises(ForeignLeaf) as found:
        batch.of(17).check(bytes(32))
    assert (found.value.field, found.value.expected) == ("root", "0x" + 64 * "0")
    for name, value in (("units", "1201"), ("salt", "0x" + 64 * "0"), ("index", "1")):
        changed = batch.of(17).to_json()
        changed["value"][name] = value
        with pytest.raises(WrongProof, match=f"The grant of worker 17 is not under root 0x{batch.root.hex()}"):
            LeafProof.from_json(changed).check(batch.root)
    swapped = {**batch.of(17).to_json(), "proof": batch.of(3).to_json()["proof"]}
    with pytest.raises(WrongProof):
        LeafProof.from_json(swapped).check()


def test_a_misspelt_expectation_is_an_error_not_a_pass():
    with pytest.raises(TypeError, match="a grant has no plam"):
        leaves().of(17).check(plam=3)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found.update(kind="gift"),
        lambda found: found.update(root="0x12"),
        lambda found: found.update(proof="0x"),
        lambda found: found["proof"].append(5),
        lambda found: found["value"].pop("salt"),
        lambda found: found["value"].update(name="Ada"),
        lambda found: found["value"].update(units="-1"),
        lambda found: found["value"].update(units=1.0),
        lambda found: found["value"].update(wallet="Ada"),
    ],
)
def test_what_is_no_proof_is_refused(spoil):
    found = leaves().of(17).to_json()
    spoil(found)
    with pytest.raises(BadProofFile):
        LeafProof.from_json(found)


def test_the_file_of_proofs_is_private_nameless_and_read_back(tmp_path):
    path, batch = tmp_path / "proofs.json", leaves()
    batch.write(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert not any(part in text for name in NAMES.values() for part in name.split())
    assert not any(bytes([worker] * 32).hex() in text for worker in NAMES)
    found = json.loads(text)
    assert {name: found[name] for name in ("format", "kind", "root", "total", "leafEncoding")} == {
        "format": "workpact-proofs-1",
        "kind": "grant",
        "root": "0x" + batch.root.hex(),
        "total": str(sum(GRANTS.values())),
        "leafEncoding": TYPES,
    }
    for proof, entry in zip(batch, found["leaves"], strict=True):
        assert {"kind": "grant", "root": found["root"], **entry} == proof.to_json()
    read = Leaves.read(path, root=batch.root, total=sum(GRANTS.values()), **EXPECTED)
    assert (read.kind, read.rows, read.root) == (GRANT, batch.rows, batch.root)
    batch.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == text
    with pytest.raises(BadProofFile, match="cannot be written: No such file"):
        batch.write(tmp_path / "none" / "proofs.json")


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (lambda found: found["leaves"][0]["value"].update(units="1"), RootMismatch, "make another root"),
        (lambda found: found["leaves"].pop(), RootMismatch, "make another root"),
        (lambda found: found.update(root="0x" + 64 * "1"), RootMismatch, "make another root"),
        (lambda found: found.update(total="1"), RootMismatch, "add up to"),
        (lambda found: found["leaves"].reverse(), BadProofFile, "not numbered 0, 1, 2"),
        (lambda found: found["leaves"][1]["proof"].pop(), WrongProof, "worker 3 is not under root"),
        (lambda found: found.update(format="other"), BadProofFile, "no file of proofs"),
        (lambda found: found.update(kind="other"), BadProofFile, "no file of proofs"),
        (lambda found: found.update(leaves=[]), BadProofFile, "leaves are missing"),
        (lambda found: found["leaves"][1].clear(), BadProofFile, "has the values"),
    ],
)
def test_a_file_of_proofs_that_was_edited_is_refused(tmp_path, spoil, error, said):
    path = tmp_path / "proofs.json"
    leaves().write(path)
    found = json.loads(path.read_text())
    spoil(found)
    path.write_text(json.dumps(found))
    with pytest.raises(error, match=said) as raised:
        Leaves.read(path)
    assert str(raised.value).startswith(f"{path}: ")


def test_a_file_of_another_offer_root_or_total_is_refused(tmp_path):
    path, batch = tmp_path / "proofs.json", leaves()
    batch.write(path)
    for name in EXPECTED:
        with pytest.raises(ForeignLeaf) as found:
            Leaves.read(path, **{**EXPECTED, name: wallet(1) if name == "equity" else 99})
        assert found.value.field == name
    with pytest.raises(ForeignLeaf):
        Leaves.read(path, root=bytes(32))
    with pytest.raises(RootMismatch):
        Leaves.read(path, total=1)
    for text in ("", "{", "[]", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(BadProofFile):
            Leaves.read(path)
    with pytest.raises(BadProofFile, match="No such file"):
        Leaves.read(tmp_path / "none.json")


def test_a_worker_with_two_leaves_is_refused(tmp_path):
    rows = leaves().rows
    twice = [rows[0], (*rows[0][:4], 1, *rows[0][5:])]
    Leaves(GRANT, twice).write(tmp_path / "proofs.json")
    with pytest.raises(BadProofFile, match="A worker has two leaves"):
        Leaves.read(tmp_path / "proofs.json")


def test_any_mistake_is_a_file_error(tmp_path):
    path = write(tmp_path / "grants.csv", "worker,units", "x,y")
    with pytest.raises(FileError):
        read_grants(path, roster(), left=1)
