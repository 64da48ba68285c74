"""Whatever goes wrong on the way, a payment is made once. Minting a plain token stands for one: it can be repeated."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from eth_abi.abi import decode

from tests.chain.fault_proxy import FaultProxy
from tests.support import ROOT
from workpact.chain import errors
from workpact.chain.sender import NotSent, Sender, StillPending
from workpact.permits import LAYOUT, permit

MINT_ONCE = """
import sys
from ape import accounts, networks
from workpact.chain import contracts
from workpact.chain.sender import Sender
token, account = sys.argv[1:]
with networks.parse_network_choice("ethereum:local:foundry"):
    sender = Sender(accounts.test_accounts[int(account)])
    receipt = sender.call(contracts.token(token).approve, sender.account.address, 5, intent=f"approve:{token}")
    print(receipt.txn_hash)
"""


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def proxy(chain, monkeypatch):
    """The connected node, with faults from now on."""
    connection = chain.provider.web3.provider
    with FaultProxy(connection.endpoint_uri) as proxy:
        monkeypatch.setattr(connection, "endpoint_uri", proxy.url)
        yield proxy


@pytest.fixture
def sender(client):
    return Sender(client)


def test_call__nothing_wrong__mined_and_journalled(sender, token, client, stranger):
    nonce = client.nonce

    receipt = sender.call(token.mint, stranger.address, 5)

    assert (receipt.failed, receipt.nonce, token.balanceOf(stranger)) == (False, nonce, 5)
    lines = [json.loads(line) for line in sender.journal.path.read_text().splitlines()]
    assert [line.get("hash", line.get("done")) for line in lines] == [receipt.txn_hash] * 2
    assert client.private_key not in sender.journal.path.read_text()


@pytest.mark.threat("T80")
@pytest.mark.parametrize("fault", ["drop before", "drop after"])
def test_call__answer_dropped__sent_once(proxy, sender, token, client, stranger, fault):
    nonce = client.nonce
    proxy.plan = [fault]

    receipt = sender.call(token.mint, stranger.address, 5)

    assert (token.balanceOf(stranger), client.nonce) == (5, nonce + 1)
    assert receipt.nonce == nonce
    assert len(set(proxy.sent)) == 1


def test_call__all_answers_dropped_and_run_again__sent_once(proxy, sender, token, client, stranger):
    nonce = client.nonce
    proxy.plan = ["drop before"] * 20
    with pytest.raises(NotSent, match="run the same again"):
        sender.call(token.mint, stranger.address, 5)
    assert (token.balanceOf(stranger), client.nonce) == (0, nonce)
    proxy.plan = []

    Sender(client).call(token.mint, stranger.address, 5)

    assert (token.balanceOf(stranger), client.nonce) == (5, nonce + 1)
    assert len(set(proxy.sent)) == 1


def test_call__refused_by_the_node__same_nonce_signed_again(proxy, sender, token, client, stranger):
    nonce = client.nonce
    proxy.plan = ["refuse", "refuse"]
    with pytest.raises(NotSent, match="fee too low"):
        sender.call(token.mint, stranger.address, 5)

    receipt = sender.call(token.mint, stranger.address, 5)

    assert (token.balanceOf(stranger), client.nonce, receipt.nonce) == (5, nonce + 1, nonce)
    first, again, second = proxy.sent
    assert first == again
    assert second != first


def test_call__nonce_taken_by_another__signed_anew(proxy, sender, token, client, stranger, contractor):
    nonce = client.nonce
    proxy.plan = ["refuse"]
    with pytest.raises(NotSent):
        sender.call(token.mint, stranger.address, 5)
    client.transfer(contractor, 1)

    receipt = sender.call(token.mint, stranger.address, 5)

    assert (token.balanceOf(stranger), client.nonce, receipt.nonce) == (5, nonce + 2, nonce + 1)


def test_call__named_intent__done_once_for_all(sender, token, client, stranger):
    first = sender.call(token.mint, stranger.address, 5, intent="pay stranger")

    second = Sender(client).call(token.mint, stranger.address, 5, intent="pay stranger")

    assert second.txn_hash == first.txn_hash
    assert token.balanceOf(stranger) == 5


@pytest.mark.threat("T25")
def test_call__block_reorganised_away__same_bytes_again(chain, sender, token, client, stranger):
    nonce, before = client.nonce, chain.snapshot()
    first = sender.call(token.mint, stranger.address, 5, intent="pay")
    chain.restore(before)
    assert token.balanceOf(stranger) == 0

    second = sender.call(token.mint, stranger.address, 5, intent="pay")

    assert (second.txn_hash, token.balanceOf(stranger), client.nonce) == (first.txn_hash, 5, nonce + 1)


def test_call__unnamed__same_call_again_after_its_end_is_another(sender, token, stranger):
    sender.call(token.mint, stranger.address, 5)

    sender.call(token.mint, stranger.address, 5)

    assert token.balanceOf(stranger) == 10


def test_call__contract_refuses__typed_error_and_free_to_try_again(sender, token, client, stranger):
    with pytest.raises(errors.ERC20InsufficientBalance) as info:
        sender.call(token.transfer, stranger.address, 5, intent="pay")
    assert info.value.arguments == {"sender": client.address, "balance": 0, "needed": 5}
    token.mint(client, 5, sender=client)

    sender.call(token.transfer, stranger.address, 5, intent="pay")

    assert token.balanceOf(stranger) == 5


def test_call__overtaken_in_its_block__refusal_of_the_state_it_met(
    chain, token, client, stranger, contractor, monkeypatch
):
    token.mint(client, 5, sender=client)
    token.approve(contractor, 5, sender=client)
    monkeypatch.setattr(type(chain.provider.network), "transaction_acceptance_timeout", 0)
    take = (token.transferFrom, client.address, contractor.address, 5)
    chain.provider.auto_mine = False
    try:
        with pytest.raises(StillPending):
            Sender(contractor).call(*take, intent="take")
        with pytest.raises(StillPending):
            Sender(client).call(token.transfer, stranger.address, 5)
        with pytest.raises(StillPending):
            Sender(client, outbid=True).call(token.transfer, stranger.address, 5)
        chain.mine()
    finally:
        chain.provider.auto_mine = True

    with pytest.raises(errors.ERC20InsufficientBalance) as info:
        Sender(contractor).call(*take, intent="take")

    assert info.value.arguments == {"sender": client.address, "balance": 0, "needed": 5}
    assert token.balanceOf(stranger) == 5


def test_call__mined_too_late__refusal_at_the_time_of_its_block(chain, sender, token, client, monkeypatch):
    deadline = chain.blocks.head.timestamp + 600
    words = decode(LAYOUT, permit(token, client, client.address, 5, deadline, chain.chain_id))
    monkeypatch.setattr(type(chain.provider.network), "transaction_acceptance_timeout", 0)
    chain.provider.auto_mine = False
    try:
        with pytest.raises(StillPending):
            sender.call(token.permit, client.address, client.address, *words, intent="permit")
        chain.mine(deltatime=601)
    finally:
        chain.provider.auto_mine = True

    with pytest.raises(errors.ERC2612ExpiredSignature) as info:
        sender.call(token.permit, client.address, client.address, *words, intent="permit")

    assert info.value.arguments == {"deadline": deadline}


def test_call__waiting_in_the_pool__outbid_replaces_it(chain, sender, token, client, stranger, monkeypatch):
    nonce = client.nonce
    monkeypatch.setattr(type(chain.provider.network), "transaction_acceptance_timeout", 0)
    chain.provider.auto_mine = False
    try:
        with pytest.raises(StillPending):
            sender.call(token.mint, stranger.address, 5, intent="pay")
        with pytest.raises(StillPending):
            Sender(client, outbid=True).call(token.mint, stranger.address, 5, intent="pay")
        chain.mine()
    finally:
        chain.provider.auto_mine = True

    receipt = sender.call(token.mint, stranger.address, 5, intent="pay")

    cheap, dear = sender.journal.intent("pay").attempts
    assert (cheap.nonce, dear.nonce) == (nonce, nonce)
    assert dear.max_fee * 8 > cheap.max_fee * 9
    assert (receipt.txn_hash, token.balanceOf(stranger), client.nonce) == (dear.hash, 5, nonce + 1)


def test_call__waiting_in_the_pool_with_a_high_bid__no_higher_one(chain, sender, token, client, stranger, monkeypatch):
    monkeypatch.setattr(type(chain.provider.network), "transaction_acceptance_timeout", 0)
    monkeypatch.setattr("workpact.chain.sender.MOST_BID", 1)
    chain.provider.auto_mine = False
    try:
        for outbid in (False, True):
            with pytest.raises(StillPending):
                Sender(client, outbid=outbid).call(token.mint, stranger.address, 5, intent="pay")
        assert len(sender.journal.intent("pay").attempts) == 1
        chain.mine()
    finally:
        chain.provider.auto_mine = True
    assert token.balanceOf(stranger) == 5


def test_call__node_takes_back_what_it_counted__named_with_the_next_step(sender, token, stranger, monkeypatch, chain):
    with monkeypatch.context() as patch:
        patch.setattr(type(chain.provider), "get_nonce", lambda *_, **__: 10**6)
        with pytest.raises(NotSent, match=r"behind what it said before\. Run the same again"):
            sender.call(token.mint, stranger.address, 5)
    sender.call(token.mint, stranger.address, 5)
    assert token.balanceOf(stranger) == 5


def test_call__no_contract_there__nothing_signed(sender, token, stranger):
    with pytest.raises(NotSent, match="no contract at"):
        sender.send(stranger.address, token.mint.encode_input(stranger.address, 5))
    assert not sender.journal.path.exists()


@pytest.mark.threat("T79")
def test_call__node_of_another_chain__nothing_signed(sender, token, stranger, monkeypatch):
    monkeypatch.setattr(sender, "_chain_id", 1)
    with pytest.raises(NotSent, match="answers for chain 31337, not 1"):
        sender.call(token.mint, stranger.address, 5)
    assert not sender.journal.path.exists()


def test_call__torn_last_line__ignored_and_removed(sender, token, stranger):
    sender.call(token.mint, stranger.address, 5, intent="pay")
    with open(sender.journal.path, "a") as journal:
        journal.write('{"intent": "other", "no')

    sender.call(token.mint, stranger.address, 5, intent="other")

    assert token.balanceOf(stranger) == 10
    assert all(json.loads(line) for line in sender.journal.path.read_text().splitlines())


def test_call__account_that_sends_by_itself__its_answer(chain, token, stranger, accounts):
    impersonated = accounts["0x00000000000000000000000000000000000000AA"]
    chain.set_balance(impersonated.address, "1 ETH")
    sender = Sender(impersonated)

    receipt = sender.call(token.mint, stranger.address, 5)

    assert receipt.sender == impersonated.address
    assert token.balanceOf(stranger) == 5
    assert not sender.journal.path.exists()


@pytest.mark.threat("T80")
@pytest.mark.parametrize("point", ["hold before", "hold after"])
def test_kill__between_journal_and_receipt__one_transaction(token, stranger, chain, data_folder, point):
    """Killed before the node has the transaction, or after it has and before the answer."""
    nonce = stranger.nonce
    with FaultProxy(chain.provider.web3.provider.endpoint_uri) as proxy:
        proxy.plan = [point]
        environment = os.environ | {"APE_FOUNDRY_HOST": proxy.url, "WORKPACT_DATA": str(data_folder)}
        command = [sys.executable, "-c", MINT_ONCE, token.address, "8"]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
            assert proxy.reached.wait(60)
            process.kill()
        assert stranger.nonce == nonce + (point == "hold after")
        assert subprocess.run(command, cwd=ROOT, env=environment, capture_output=True).returncode == 0

    assert stranger.nonce == nonce + 1
    assert len(set(proxy.sent)) == 1
    assert token.allowance(stranger, stranger) == 5
