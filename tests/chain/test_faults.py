"""Blocks that are replaced, and nodes that fail: sent once all the same, or a named error with the next step."""

from __future__ import annotations

import pytest
from ape.exceptions import TransactionError

from tests.chain.fault_proxy import RECEIPT, Fault
from tests.chain.test_sender import data_folder, proxy, sender  # noqa: F401
from workpact.chain.answers import NodeFailed, check_answers
from workpact.chain.journal import Attempt, Journal
from workpact.chain.sender import NotSent, StillPending
from workpact.preflight import now

# ruff: noqa: F811


@pytest.mark.threat("T25")
def test_call__unnamed_and_its_block_replaced__same_bytes_again(chain, sender, token, client, stranger):
    nonce, before = client.nonce, chain.snapshot()
    first = sender.call(token.mint, stranger.address, 5)
    chain.restore(before)

    second = sender.call(token.mint, stranger.address, 5)

    assert (second.txn_hash, token.balanceOf(stranger), client.nonce) == (first.txn_hash, 5, nonce + 1)


# The receipt is asked for as mined, as Ape's, and once more at the end.
@pytest.mark.parametrize("shown", [1, 2])
@pytest.mark.threat("T25")
def test_call__block_replaced_while_it_is_confirmed__says_so_and_is_not_done(
    proxy, sender, token, client, stranger, shown
):
    nonce = client.nonce
    proxy.faults = [Fault("replace 1"), Fault("replace 1", (RECEIPT,), skip=shown - 1)]
    with pytest.raises(StillPending, match="replaced by another"):
        sender.call(token.mint, stranger.address, 5)
    assert token.balanceOf(stranger) == 0

    receipt = sender.call(token.mint, stranger.address, 5)

    assert (receipt.nonce, token.balanceOf(stranger), client.nonce) == (nonce, 5, nonce + 1)
    assert len(set(proxy.sent)) == 1


@pytest.mark.threat("T25")
def test_journal__signed_anew_after_its_block_was_replaced__all_hashes_of_the_number(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    cheap, dear, next_one = (Attempt(nonce, f"0x{fee}", "0x", fee, fee) for nonce, fee in ((7, 1), (7, 2), (8, 3)))
    journal.signed("pay", cheap)
    journal.done("pay", cheap.hash)
    journal.signed("pay", dear)
    assert (journal.intent("pay").attempts, journal.intent("pay").done) == ([cheap, dear], None)
    journal.done("pay", dear.hash)
    journal.signed("pay", next_one)
    assert journal.intent("pay").attempts == [next_one]


def test_call__mined_and_out_of_gas__names_it_and_the_next_step(chain, sender, token, stranger):
    good = chain.provider.get_code(token.address)
    # A jump to itself.
    chain.provider.set_code(token.address, "0x5b5f56")
    with pytest.raises(NotSent, match=r"^0x\w{64} was mined and reverted without a reason .* Run the same again\.$"):
        sender.call(token.mint, stranger.address, 5, intent="mint")
    chain.provider.set_code(token.address, good)

    sender.call(token.mint, stranger.address, 5, intent="mint")

    assert token.balanceOf(stranger) == 5


def test_call__node_gone__named_with_the_next_step(proxy, sender, token, stranger):
    proxy.faults = [Fault("drop before", (), times=None)]
    with pytest.raises(NodeFailed, match=r"does not answer .*Run the same again"):
        sender.call(token.mint, stranger.address, 5)
    proxy.trouble()

    sender.call(token.mint, stranger.address, 5)

    assert token.balanceOf(stranger) == 5


def test_call__no_ether__named_with_the_next_step(chain, sender, token, client, stranger):
    has = client.balance
    chain.set_balance(client.address, 1)
    with pytest.raises(NotSent, match=r"has 0\.000000000000000001 ETH, too little"):
        sender.call(token.mint, stranger.address, 5)
    chain.set_balance(client.address, has)
    assert not sender.journal.path.exists()


@pytest.mark.parametrize("words", ["gas required exceeds allowance (0)", "insufficient funds for gas * price + value"])
def test_call__no_ether_in_the_words_of_nodes__named_alike(sender, token, client, stranger, monkeypatch, words):
    def estimated(*_, **__):
        raise TransactionError(f"Gas estimation failed: {words}")

    monkeypatch.setattr(type(client), "prepare_transaction", estimated)
    with pytest.raises(NotSent, match=r"ETH, too little for this transaction: send it more, and run the same again"):
        sender.call(token.mint, stranger.address, 5)
    assert not sender.journal.path.exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("cut", "no JSON"),
        ("wrong id", "what was not asked"),
        ("other", "what was not asked"),
        ("502", "HTTP status 502"),
    ],
)
def test_answers__not_to_what_was_asked__named(chain, proxy, monkeypatch, fault, said):
    provider = chain.provider.web3.provider
    monkeypatch.setattr(provider, "make_request", provider.make_request)
    monkeypatch.delitem(vars(provider), "make_request")
    check_answers(chain.provider)
    proxy.faults = [Fault(fault, ("eth_getBlockByNumber",), times=None)]
    with pytest.raises(NodeFailed, match=said):
        now()
    proxy.trouble()
    assert now() > 0
    provider._request_func_cache = (None, None)
