"""Evidence bundles of agreements on a chain of their own: what they prove, and that nothing changed goes unseen."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.anvil import ask
from tests.audit import tampering
from tests.audit.evidence import bundle, gapped, is_accepted, verifier
from tests.audit.long_life import long_life
from tests.audit.poor_node import PoorNode
from tests.audit.shared import REVIEWED, SHARED
from tests.audit.trie_proofs import answers_of_contract, cases
from tests.support import ROOT, artefact
from workpact.audit.bundle import OtherBlock, export, opened
from workpact.audit.bundle.anchors import proof_nodes
from workpact.audit.bundle.chain import SLOTS, prove, slot_of
from workpact.audit.bundle.packing import Text
from workpact.audit.entries import TRANSFER, BlockGone
from workpact.audit.history import verified
from workpact.audit.node import Node, StateGone
from workpact.audit.proofs import Header, NotEthereum, Pool
from workpact.history import link

NAMED = ("Payroll", "DataRoom", "TalentRegistry")
"""Contracts that no document names."""
HISTORIES = {"Agreement": "history", "SLAOracle": "_histories"}


@pytest.fixture(scope="module")
def many() -> Any:
    with gapped(26) as made:
        yield made


@pytest.fixture(scope="module")
def made(many) -> Any:
    """Bundles with and without receipts of one block, and others that are as good, of elsewhere."""
    with_receipts = bundle(many, receipts=True, reports=True)
    earlier = bundle(many, block=many.node.height() - 1, receipts=True)
    document = many.open(salt=2)
    other = bundle(many, document=document, receipts=True)
    bare = bundle(many, block=with_receipts.head.number)
    return SimpleNamespace(
        receipts=with_receipts, bare=bare, earlier=earlier, others=[earlier.content, other.content, bare.content]
    )


# What is proved


def test_slots__are_those_that_the_compiler_gave():
    for name, slot in SLOTS.items():
        layout = artefact(name)["storageLayout"]["storage"]
        assert [int(each["slot"]) for each in layout if each["label"] == HISTORIES.get(name, "historyOf")] == [slot]


def test_with_receipts__the_history_is_the_nodes(made):
    found = opened(made.receipts.content, [made.receipts.hash])
    expected = made.receipts.history
    assert (found.history.head, len(found.history.entries)) == (expected.head, 29 + len(SHARED) + 1 + len(REVIEWED))
    for entry, other in zip(found.history.entries, expected.entries, strict=True):
        told, wanted = entry.to_json(), other.to_json()
        told.pop("position")
        wanted.pop("position")
        assert told == wanted
    assert [each.word for each in found.history.books] == [each.word for each in expected.books]
    assert len(found.reports) == 1


def test_with_receipts__all_logs_of_the_transactions_are_there(many, made):
    found = opened(made.receipts.content, [made.receipts.hash]).logs
    hashes = {each.log.transaction for each in made.receipts.history.entries}
    receipts = many.node.ask_many("eth_getTransactionReceipt", [["0x" + each.hex()] for each in hashes])
    expected = {
        (int(log["blockNumber"], 16), log["address"], log["data"], tuple(log["topics"]))
        for each in receipts
        for log in each["logs"]
    }
    told = {
        (log.block, log.address.lower(), "0x" + log.data.hex(), tuple("0x" + each.hex() for each in log.topics))
        for log in found
    }
    assert told == expected
    assert len(found) == sum(len(each["logs"]) for each in receipts)
    # Every top-up brings one, the deposit, what the payroll took, one wage, and what went back at the end too.
    assert sum(log.topics[0] == TRANSFER for log in found) == 16 + 4


def test_without_receipts__order_between_contracts_is_by_time(made):
    found = opened(made.bare.content, [made.bare.hash]).history
    expected = made.bare.history
    assert [(each.contract, each.name, each.log.timestamp) for each in found.entries] == sorted(
        ((each.contract, each.name, each.log.timestamp) for each in expected.entries), key=lambda each: each[2]
    )
    assert {(each.log.block, each.log.sender) for each in found.entries} == {(0, "")}
    assert [each.word for each in found.books] == [each.word for each in expected.books]


@pytest.mark.parametrize("kind", ["receipts", "bare"])
def test_both_verifiers__say_the_same(made, kind):
    given = getattr(made, kind)
    found = opened(given.content, [given.hash])
    alone = verifier.Bundle(given.content, [given.hash])
    assert alone.facts() == found.statement.facts
    assert list(alone.lines())[: len(found.statement.lines()) - 1] == found.statement.lines()[:-1]
    assert found.statement.lines()[-1].startswith("- The code of")
    assert [each["time"] for each, _ in alone.events] == [each.log.timestamp for each in found.history.entries]


def test_contracts_that_nobody_names__are_not_in_the_record_and_that_is_said(many, made):
    at = made.receipts.head
    whole = many.subject(block=at.number)
    history = verified(many.node, replace(whole, payroll=None, room=None, talent=None), at)
    content = export(many.node, history, receipts=True)
    found = opened(content, [at.hash])
    assert {each.book.contract for each in found.history.books} == {"Agreement", "SLAOracle", "WorkerEquity"}
    others = [each for each in made.receipts.history.entries if each.contract in NAMED]
    assert len(found.history.entries) == len(made.receipts.history.entries) - len(others)
    said = {"payroll": "payrolls", "room": "shared files", "talent": "reviews"}
    assert [each for each in found.statement.facts["restsOn"] if each.split(":")[0] in said] == [
        f"{name}: no contract is named, so nothing is said of {what}" for name, what in said.items()
    ]
    assert verifier.Bundle(content, [at.hash]).facts() == found.statement.facts
    told = opened(made.receipts.content, [at.hash]).statement.facts["restsOn"]
    for name, address in (("payroll", whole.payroll), ("room", whole.room), ("talent", whole.talent)):
        assert f"{name}: {address}, which whoever exported the bundle named" in told


@pytest.mark.parametrize("name", ["room", "talent"])
def test_contract_that_is_named_without_its_book__or_the_other_way_round__is_refused(made, name):
    value = tampering.value_of(made.receipts.content)
    assert not is_accepted(tampering.written(value | {name: None}), made.receipts.hash)
    assert not is_accepted(tampering.written(value | {name: value["agreement"]}), made.receipts.hash)
    swapped = {"room": value["talent"], "talent": value["room"]}
    assert not is_accepted(tampering.written(value | swapped), made.receipts.hash)


def test_verifier_in_one_file__runs_alone(made, tmp_path):
    file = tmp_path / "desk.bundle"
    file.write_bytes(made.receipts.content)
    copied = tmp_path / "verify_bundle.py"
    copied.write_bytes((ROOT / "tools" / "verify_bundle.py").read_bytes())

    def run(hash_: bytes) -> Any:
        command = [sys.executable, "-I", str(copied), str(file), "0x" + hash_.hex()]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    good, bad = run(made.receipts.hash), run(bytes(32))
    assert (good.returncode, good.stderr, len(good.stdout.splitlines()) > 29) == (0, "", True)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr.startswith("Refused: the bundle is of block")


# What is refused


@pytest.mark.threat("T73")
@pytest.mark.parametrize("kind", ["receipts", "bare"])
def test_forgeries__are_all_refused_by_both(made, kind):
    given = getattr(made, kind)
    others = [each for each in made.others if each != given.content]
    forger = tampering.Forger(given.content, others, seed=1)
    assert [way for way, forged in forger.forgeries(120) if is_accepted(forged, given.hash)] == []


@pytest.mark.threat("T73")
def test_block_hash__of_another_block_or_chain_is_named(made):
    given, other = made.receipts, bytes([7]) * 32
    with pytest.raises(OtherBlock, match=f"block {given.head.number} of chain 31337, 0x{given.hash.hex()}; 0x0707"):
        opened(given.content, [other])
    earlier = given.history.entries[-1].log
    with pytest.raises(OtherBlock, match=f"is its earlier block {earlier.block}"):
        opened(given.content, [earlier.block_hash])
    with pytest.raises(OtherBlock, match="It has no block 0x0707"):
        opened(given.content, [given.hash, other])
    with pytest.raises(OtherBlock, match="no hash is given"):
        opened(given.content, [])


def test_loose_headers__are_named_and_tied_by_their_own_hash(many, monkeypatch, made):
    monkeypatch.setattr("workpact.audit.bundle.anchors._shown", lambda *_: ([], []))
    loose = bundle(many, block=made.receipts.head.number, receipts=True)
    found = opened(loose.content, [loose.hash])
    # After the widest gap come a top-up, the end and the reviews.
    block = loose.history.entries[-3 - len(REVIEWED)].log
    before = [each for each in loose.history.entries if each.log.block <= block.block]
    numbers = found.statement.facts["untied"]
    assert (numbers[-1], len(before)) == (block.block, 28 + len(SHARED))
    assert f"block, transaction and sender of {len(before)} events: nothing ties" in found.statement.lines()[-2]
    assert verifier.Bundle(loose.content, [loose.hash]).facts() == found.statement.facts
    tied = opened(loose.content, [loose.hash, block.block_hash])
    assert tied.statement.facts["untied"] == []
    assert verifier.Bundle(loose.content, [loose.hash, block.block_hash]).facts() == tied.statement.facts


@pytest.mark.threat("T74")
@pytest.mark.parametrize("topics", [[], ["selector"], ["selector", "other"]])
def test_contract_that_is_another__is_refused(many, made, topics):
    """Its word is that of events which ours could never emit."""
    opened_, value = made.bare.history.books[0], tampering.value_of(made.bare.content)
    words = {"selector": opened_.entries[0].log.topics[0], "other": bytes(32)}
    log = replace(opened_.entries[0].log, topics=tuple(words[each] for each in topics), data=b"")
    slot = slot_of("Agreement", opened_.book.key)
    snapshot = ask(many.url, "evm_snapshot")
    word = link(bytes(32), log.timestamp, log.hash)
    ask(many.url, "anvil_setStorageAt", opened_.book.address, "0x" + slot.hex(), "0x" + word.hex())
    many.mine()
    header = Header.of(many.node.block("latest"))
    nodes = []
    for book in made.bare.history.books:
        at = slot_of(book.book.contract, book.book.key)
        nodes += proof_nodes(many.node, bytes.fromhex(book.book.address[2:]), [at], header.number)
    ask(many.url, "evm_revert", snapshot)
    value["books"][0]["events"] = [
        {"data": "0x", "time": log.timestamp, "topics": ["0x" + each.hex() for each in log.topics]}
    ]
    value |= {"headers": ["0x" + header.raw.hex()], "nodes": [], "reports": None}
    pool = Pool(nodes)
    prove(Text.model_validate(value), [], pool)
    forged = tampering.written(value | {"nodes": ["0x" + each.hex() for each in pool.used]})
    assert not is_accepted(forged, header.hash)


# From any node


def test_two_nodes__give_the_same_bytes(many, made):
    number = made.receipts.head.number
    with PoorNode(many.url) as poor:
        poor.lacks = {"eth_getBlockReceipts", "eth_getRawTransactionByHash"}
        poor.widest, poor.largest_batch = 7, 3
        poor.state_kept = many.node.height() - number
        other = bundle(many, block=number, node=Node(poor.url), receipts=True, reports=True)
    assert other.content == made.receipts.content


def test_two_chains_of_the_same_acts__give_the_same_bytes():
    with long_life(20) as one, long_life(20) as other:
        assert bundle(one, receipts=True).content == bundle(other, receipts=True).content


def test_pruned_state__says_what_to_do(many, made):
    with PoorNode(many.url) as poor:
        poor.state_kept = 0
        many.mine()
        with pytest.raises(StateGone, match="take a newer block"):
            export(Node(poor.url), made.receipts.history)


def test_foreign_transaction_types__are_named(many, made):
    def deposit(method: str, _: Any, found: Any) -> Any:
        if method == "eth_getBlockByNumber" and found["transactions"] and isinstance(found["transactions"][0], dict):
            found["transactions"][0]["type"] = "0x7e"
        return found

    with PoorNode(many.url) as poor:
        poor.lacks = {"eth_getRawTransactionByHash"}
        poor.edit = deposit
        with pytest.raises(NotEthereum, match="type 0x7e"):
            export(Node(poor.url), made.receipts.history, receipts=True)


def test_reorganised_chain__is_said(many):
    given = bundle(many, receipts=True)
    ask(many.url, "anvil_reorg", 2, [])
    number = given.head.number
    replaced = bytes.fromhex(many.node.block(number)["hash"][2:])
    assert replaced != given.hash
    with pytest.raises(OtherBlock, match="the chain was reorganised since"):
        opened(given.content, [replaced])
    with pytest.raises(verifier.Refused, match="the chain was reorganised since"):
        verifier.Bundle(given.content, [replaced])
    with pytest.raises(BlockGone):
        export(many.node, given.history)


def test_openzeppelins_contract__agrees_on_receipts(many):
    made = artefact("ProofMock")
    address = many._deploy(None, made["bytecode"]["object"])["contractAddress"]
    blocks = sorted({each.log.block for each in bundle(many).history.entries})
    found = cases(many, blocks, 60, seed=1)
    contract = answers_of_contract(many, address, found)
    assert [each.holds for each in found] == contract
    assert [each.holds_alone for each in found] == contract
    assert 15 <= sum(contract) < 30
