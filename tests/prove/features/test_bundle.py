"""Ten thousand forged bundles, and a thousand proofs that OpenZeppelin's contract judges too (SPEC.md 13.5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.evidence import bundle, gapped, is_accepted
from tests.audit.long_life import long_life
from tests.audit.tampering import Forger
from tests.audit.trie_proofs import answers_of_contract, cases
from tests.support import artefact

SEEDS = range(10, 20)


@pytest.fixture(scope="module")
def made() -> Any:
    """Good bundles: with receipts and without, of other blocks and of another agreement, and of another chain."""
    with gapped(26) as life:
        given = {"receipts": bundle(life, receipts=True, reports=True), "bare": bundle(life, reports=True)}
        given["earlier"] = bundle(life, block=life.node.height() - 2, receipts=True)
        document = life.open(salt=2)
        given["other"] = bundle(life, document=document, receipts=True)
    with long_life(20) as life:
        life.mine()
        given["elsewhere"] = bundle(life, receipts=True)
    return given


@pytest.mark.parametrize("kind", ["receipts", "bare"])
@pytest.mark.parametrize("seed", SEEDS)
def test_forgeries__are_all_refused_by_both(made, kind, seed):
    given = made[kind]
    others = [each.content for name, each in made.items() if name != kind]
    forger = Forger(given.content, others, seed)
    assert [way for way, forged in forger.forgeries(600) if is_accepted(forged, given.hash)] == []


def test_openzeppelins_contract__agrees_on_a_thousand_receipts():
    with long_life(400) as life:
        address = life._deploy(None, artefact("ProofMock")["bytecode"]["object"])["contractAddress"]
        blocks = sorted({each.log.block for each in bundle(life).history.entries})
        crowded = sorted(blocks, key=lambda each: -len(life.node.block(each)["transactions"]))[:3]
        found = cases(life, [*crowded * 5, *blocks[:20]], 1_000, seed=5)
        contract = answers_of_contract(life, address, found)
        assert [each.holds for each in found] == contract
        assert [each.holds_alone for each in found] == contract
        assert 250 <= sum(contract) < 500
