"""Every unit at every block of a random life, and each way to spoil it found where it was done (SPEC.md 13.7)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils import keccak

from tests import anvil
from tests.audit.independent import assert_as_the_contracts_say
from tests.audit.poor_node import PoorNode
from tests.audit.random_life import Life, random_life
from tests.audit.spoiling import KINDS, lie, points, spoil
from workpact.audit.entries import BlockGone
from workpact.audit.history import NodeLogs, head
from workpact.audit.node import Node, StateGone
from workpact.audit.reconciliation import Reconciliation, Whole, reconcile_all
from workpact.publication import encoded
from workpact.terms import eip712, structs

STEPS, SEED = 60, 5
UNIT = 10**6


@pytest.fixture(scope="module")
def played() -> Iterator[Life]:
    with random_life(SEED, STEPS) as life:
        yield life


@pytest.fixture(scope="module")
def story(played) -> SimpleNamespace:
    """What it is by everybody's word, before anything else happens there."""
    whole, at = played.read()
    return SimpleNamespace(life=played, whole=whole, at=at, found=reconcile_all(whole, at, played.node))


@pytest.fixture
def life(played, story) -> Iterator[Life]:  # noqa: ARG001 - read before
    """The same chain, as it was again afterwards."""
    snapshot = played.ask("evm_snapshot")
    yield played
    played.ask("evm_revert", snapshot)


def again(life: Life) -> Reconciliation:
    whole, at = life.read()
    return reconcile_all(whole, at, life.node)


def test_a_random_life__is_reconciled_to_the_unit_at_every_block(story):
    found = story.found
    assert [str(each) for each in found.differences] == []
    assert found.is_reconciled
    assert found.coverage.is_full
    assert found.left_out == ()
    assert all(each.holds for each in found.equations)
    assert_as_the_contracts_say(story.life, found)


def test_a_result__is_the_same_text_from_any_node(story):
    contracts = story.whole.contracts
    with PoorNode(story.life.node.url) as poor:
        poor.widest, poor.largest_batch, poor.lacks = 40, 3, {"eth_getBlockReceipts"}
        node = Node(poor.url)
        at = head(node, story.at.number)
        found = reconcile_all(Whole.read(node, NodeLogs(node), contracts, at.number), at, node)
    assert json.dumps(found.to_json()) == json.dumps(story.found.to_json())


@pytest.mark.parametrize("seed", range(60))
def test_spoiled_data__are_found_at_the_block_where_they_were_spoiled(story, seed):
    spoiled = spoil(story.whole, story.found.donations, random.Random(seed))
    found = reconcile_all(spoiled.whole, story.at, story.life.node)
    assert not found.is_reconciled
    assert found.differences[0].block == spoiled.block, (spoiled.kind, str(found.differences[0]))


def test_spoiled_data__are_of_every_kind():
    assert {random.Random(seed).choice(list(KINDS)) for seed in range(60)} == set(KINDS)


@pytest.mark.parametrize("seed", range(20))
def test_a_contract_that_answers_something_else__is_found_at_the_first_block_that_it_does(story, seed):
    life = story.life
    first = {account: points[0].block for account, points in points(story.whole).items()}
    liar, account, since = lie(life.node.url, story.found, first, random.Random(seed))
    found = reconcile_all(story.whole, story.at, liar)
    assert [(each.account, each.source, each.block) for each in found.differences] == [(account, "contract", since)]
    assert found.differences[0].actual == found.differences[0].expected + 1
    assert [line.account for line in found.lines if not line.is_same] == [account]


# What tokens do


def opened(life: Life, token: Any, amount: int) -> tuple[dict[str, Any], bytes]:
    """An agreement of one milestone, with that much deposited twice."""
    client, contractor = life.accounts[0], life.accounts[2]
    message = life.document(token, client=client, contractor=contractor, holdback=0)
    message["milestones"] = [{"amount": amount, "due": life.now + 1000}]
    message["annex"]["offer"]["deposit"] = 2 * amount
    signature = life.sign(contractor, "Agreement", message)
    anvil.send(life.agreement.functions.open(structs.proposal(message), [], b"", signature, b""), client)
    domain = eip712.domain(eip712.AGREEMENT_DOMAIN, 31337, life.agreement.address)
    return message, eip712.digest("Agreement", message, domain)


def willing(life: Life, token: Any) -> Any:
    """The token, which refuses nobody any more."""
    for each in life.accounts:
        anvil.send(life.hostile.functions.refuse(each, 0), each)
        anvil.send(life.blocking.functions.setBlocked(each, False), each)
    return token


def test_a_token_that_begins_to_take_a_fee__differs_at_the_payment_by_what_went_astray(life):
    client, contractor = life.accounts[0], life.accounts[2]
    message, origin = opened(life, willing(life, life.hostile), 5_000 * UNIT)
    anvil.send(life.hostile.functions.setFee(10_000), client)
    receipt = anvil.send(life.agreement.functions.accept(structs.terms(message), 1), client)
    found = again(life)
    difference, astray = found.differences
    assert (difference.block, difference.source) == (receipt["blockNumber"], "transfers")
    assert (difference.account.name, difference.account.key) == ("paid", ("0x" + origin.hex(),))
    assert difference.entry.name == "Accepted"
    assert (difference.expected, difference.actual) == (5_000 * UNIT, 4_950 * UNIT)
    assert f"the token moved {4_950 * UNIT} to {contractor}" in str(difference)
    assert (astray.block, astray.account.name) == (receipt["blockNumber"], "balance")
    assert (astray.transfer.amount, int(astray.transfer.receiver, 16)) == (50 * UNIT, 0xFEE)


def test_a_balance_that_changes_by_itself__differs_from_the_block_where_it_did(life):
    anvil.send(
        life.agreement.functions.fund(structs.terms(opened(life, life.tokens[0], UNIT)[0]), 7 * UNIT), life.accounts[0]
    )
    token, address = life.tokens[0], life.agreement.address
    before = token.functions.balanceOf(address).call()
    for _ in range(3):
        life.ask("evm_mine")
    slot = keccak(encode(["address", "uint256"], [address, 0]))
    life.ask("anvil_setStorageAt", token.address, "0x" + slot.hex(), "0x" + (before - 5).to_bytes(32).hex())
    changed = life.web3.eth.block_number
    for _ in range(3):
        life.ask("evm_mine")
    assert token.functions.balanceOf(address).call() == before - 5
    (difference,) = again(life).differences
    assert (difference.account.name, difference.account.address, difference.account.key) == (
        "balance",
        address,
        (token.address,),
    )
    assert (difference.source, difference.block) == ("contract", changed)
    assert (difference.expected, difference.actual, difference.entry) == (before, before - 5, None)
    assert "no event of this block is about it" in str(difference)


def test_money_that_leaves_by_no_event__is_named_with_its_transfer(life):
    token, thief = life.tokens[0], life.accounts[6]
    opened(life, token, UNIT)
    life.ask("anvil_impersonateAccount", life.agreement.address)
    life.ask("anvil_setBalance", life.agreement.address, hex(10**18))
    receipt = anvil.send(token.functions.transfer(thief, 3), life.agreement.address)
    difference, missing = again(life).differences
    assert (difference.block, difference.source) == (receipt["blockNumber"], "transfers")
    assert (difference.account.name, difference.account.address) == ("balance", life.agreement.address)
    assert (missing.block, missing.source, missing.account) == (difference.block, "contract", difference.account)
    assert missing.expected - missing.actual == 3
    assert (difference.transfer.receiver, difference.transfer.amount) == (thief, 3)
    assert f"3 left it to {thief}, and no event says so" in str(difference)


@pytest.mark.threat("T23")
def test_what_is_sent_to_a_contract_directly__is_named_and_nothing_differs(life):
    token, giver = life.tokens[0], life.accounts[6]
    known = len(again(life).donations)
    receipt = anvil.send(token.functions.transfer(life.payroll.address, 11), giver)
    found = again(life)
    assert found.is_reconciled
    assert found.coverage.is_full
    *_, donation = found.donations
    assert len(found.donations) == known + 1
    assert (donation.contract, donation.transfer.token) == (life.payroll.address, token.address)
    assert (donation.transfer.sender, donation.transfer.amount) == (giver, 11)
    assert donation.transfer.log.block == receipt["blockNumber"]


def test_a_gift_that_a_node_hides__is_missed_from_its_block_on_though_nothing_else_touched_the_balance(life):
    token, giver = anvil.deployed(life.web3, "TokenMock", "Other", "OTH", 6), life.accounts[6]
    anvil.send(token.functions.mint(giver, UNIT), giver)
    hidden = anvil.send(token.functions.transfer(life.agreement.address, 9), giver)
    for _ in range(3):
        life.ask("evm_mine")
    anvil.send(token.functions.approve(life.agreement.address, UNIT), giver)
    message = life.document(token)
    message["annex"]["offer"]["deposit"] = 0
    contractor = message["deal"]["contractor"]
    signature = life.sign(contractor, "Agreement", message)
    opening = life.agreement.functions.open(structs.proposal(message), [], b"", signature, b"")
    anvil.send(opening, message["deal"]["client"])
    anvil.send(life.agreement.functions.fund(structs.terms(message), 50), giver)
    whole, at = life.read()
    kept = tuple(each for each in whole.transfers if each.log.block != hidden["blockNumber"])
    (difference,) = reconcile_all(replace(whole, transfers=kept), at, life.node).differences
    assert (difference.source, difference.block) == ("contract", hidden["blockNumber"])
    assert (difference.account.name, difference.expected, difference.actual) == ("balance", 0, 9)


def test_a_token_that_gives_no_balance__is_named_as_not_compared(story):
    life, token = story.life, story.life.tokens[0].address
    balance = keccak(text="balanceOf(address)")[:4]

    class Mute(Node):
        """A node on which the token's view fails."""

        def call_many(self, calls: Any, block: int) -> list[bytes]:
            if any(to == token and data[:4] == balance for to, data in calls):
                raise StateGone("execution reverted")
            return super().call_many(calls, block)

    found = reconcile_all(story.whole, story.at, Mute(life.node.url))
    assert found.is_reconciled
    assert not found.coverage.is_full
    silent = [line.account for line in found.lines if line.by_contract is None and line.account.name == "balance"]
    assert {each.token for each in silent} == {token}
    assert found.coverage.accounts == found.coverage.accounts_of - len(silent)
    assert found.left_out == (f"What the token {token} answers: it gave no balance at some blocks.",)


def test_states_that_a_node_keeps_no_more__are_said(story):
    life, at = story.life, story.at

    class Pruned(Node):
        """A node that keeps the last states alone."""

        def call_many(self, calls: Any, block: int) -> list[bytes]:
            if block < at.number - 20:
                raise StateGone("The node does not answer for block.")
            return super().call_many(calls, block)

    found = reconcile_all(story.whole, at, Pruned(life.node.url))
    assert found.is_reconciled
    assert 0 < found.coverage.comparisons < found.coverage.comparisons_of == story.found.coverage.comparisons_of
    assert all(line.by_contract is not None for line in found.lines if line.account.name in ("held", "balance"))
    (left_out,) = found.left_out
    assert left_out.startswith("What contracts answered before block ")
    assert left_out.endswith("Ask one that keeps all of them (an archive node).")
    assert int(left_out.split(":")[0].split()[-1]) >= at.number - 20


def test_a_block_that_is_replaced_meanwhile__is_said(life):
    whole, at = life.read()
    gone = replace(at, hash=bytes(32))
    with pytest.raises(BlockGone, match=f"Block {at.number} was replaced while it was read"):
        reconcile_all(whole, gone, life.node)


# Who is paid after an amendment


def test_parties_after_an_amendment__are_those_of_the_documents(story):
    amended = [
        (id_, message) for deal in story.life.deals for id_, message in deal.messages.items() if id_ != deal.origin
    ]
    assert len(amended) > 1
    assert story.whole.parties == {
        id_: (message["deal"]["client"], message["deal"]["contractor"]) for id_, message in amended
    }


def test_a_document_that_is_known_by_its_publication__needs_no_transaction(life):
    deal = next(deal for deal in life.deals if len(deal.messages) > 1)
    *_, (id_, message) = deal.messages.items()
    parties = (message["deal"]["client"], message["deal"]["contractor"])
    false = message | {"deal": message["deal"] | {"client": life.accounts[9]}}
    for each in (encoded(false), b"", encoded(message)):
        anvil.send(life.agreement.functions.publish(id_, each), life.accounts[6])

    class ThroughAWallet(Node):
        """A node on which every transaction was sent to a wallet contract."""

        def transactions(self, hashes: Any) -> list[dict[str, Any]]:
            return [each | {"to": life.accounts[9]} for each in super().transactions(hashes)]

    node = ThroughAWallet(life.node.url)
    whole = Whole.read(node, NodeLogs(node), life.read()[0].contracts, node.height())
    assert whole.parties == {id_: parties}


def test_parties_that_nothing_shows__are_said_and_amounts_are_compared_all_the_same(story):
    found = reconcile_all(replace(story.whole, parties={}), story.at, story.life.node)
    assert [str(each) for each in found.differences] == []
    amended = {deal.origin: list(deal.messages)[1] for deal in story.life.deals if len(deal.messages) > 1}
    assert list(found.left_out) == [
        f"Whom agreement 0x{origin.hex()} pays since its amendment 0x{id_.hex()}: nobody has published that document "
        "(ape run agreement publish)."
        for origin, id_ in sorted(amended.items())
    ]
