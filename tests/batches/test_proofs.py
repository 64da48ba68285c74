"""A leaf with its proof, alone and in the file of all: what is refused (SPEC.md 9.11)."""

from __future__ import annotations

import json
import stat

import pytest

from tests.batches.desk import EQUITY, NAMES, roster, wallet
from workpact.batches.errors import BadProofFile, ForeignLeaf, ProofOfAnother, RootMismatch, RosterError, WrongProof
from workpact.batches.grants import OfferId, grant_leaves
from workpact.batches.leaves import GRANT, LeafProof
from workpact.batches.proofs import Leaves
from workpact.merkle import StandardTree

OFFER = OfferId(31337, EQUITY, 3, 2)
GRANTS = {17: 1_200, 3: 500_000, 40: 2**80 - 1}
EXPECTED = {"chainId": 31337, "equity": EQUITY, "plan": 3, "number": 2}


def leaves() -> Leaves:
    return grant_leaves(OFFER, GRANTS, roster())


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
        "leafEncoding": list(GRANT.types),
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


@pytest.mark.threat("T40")
def test_a_worker_with_two_leaves_is_refused(tmp_path):
    rows = leaves().rows
    twice = [rows[0], (*rows[0][:4], 1, *rows[0][5:])]
    Leaves(GRANT, twice).write(tmp_path / "proofs.json")
    with pytest.raises(BadProofFile, match="A worker has two leaves"):
        Leaves.read(tmp_path / "proofs.json")
