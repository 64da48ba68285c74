"""What may become of a sent transaction: reverted, replaced, dropped, reorganised; one or none is on chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.anvil import ask
from tests.web.acting import ACCEPT, LABEL, ONCE, Desk, accepted, connect, desk, offered, send, sent
from tests.web.wallet import Wallet


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture
def client(place, browser_of) -> tuple[Page, Wallet, int]:
    """The client at a new agreement, connected; and how many transactions it has sent."""
    document = place.open()
    wallet = place.wallet("client")
    page = browser_of(wallet, place.url)
    page.goto(place.town.page_of(document))
    connect(page)
    return page, wallet, place.transactions("client")


def test_reverted__says_the_contracts_reason(place, client):
    page, _, before = client
    document = place.town.documents[-1]
    with place.by_hand():
        _, call = place.town.act("contractor", "reclaim", document.conditions(), 1, document=document)
        data = call._encode_transaction_data()
        ask(place.town.url, ONCE, place.town.transaction("contractor", place.town.agreement, data))
        send(page, LABEL)
        place.town.mine()
        expect(sent(page, ACCEPT)).to_contain_text("It failed in block")
    expect(sent(page, ACCEPT)).to_contain_text(
        "Escrow_MilestoneSettled(milestone=0): A milestone is settled already. Only gas was spent. "
        "Look at the page: it shows what is possible now."
    )
    assert place.transactions("client") == before + 1


def test_replaced_with_the_same_data__follows_the_new_one(place, client):
    page, wallet, before = client
    with place.by_hand():
        send(page, LABEL)
        expect(sent(page, ACCEPT)).to_contain_text("Sent; it waits to be mined.")
        (asked,) = wallet.asked_for(ONCE)
        faster = wallet.send(asked[0], nonce=before, maxFeePerGas=2 * 10**10, maxPriorityFeePerGas=10**9)
        place.town.mine()
        expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    expect(sent(page, ACCEPT)).to_contain_text("It was sent again with another fee.")
    expect(sent(page, ACCEPT)).to_contain_text(faster)
    assert place.transactions("client") == before + 1
    assert accepted(place) == 1


def test_cancelled__says_so_and_is_offered_again(place, client):
    page, wallet, before = client
    with place.by_hand():
        send(page, LABEL)
        expect(sent(page, ACCEPT)).to_contain_text("Sent; it waits to be mined.")
        assert not offered(page)
        empty = {"to": wallet.address, "data": "0x"}
        wallet.send(empty, nonce=before, maxFeePerGas=2 * 10**10, maxPriorityFeePerGas=10**9)
        place.town.mine()
        expect(sent(page, ACCEPT)).to_contain_text(
            "It was not carried out. Its number was used by an empty one to yourself: it was cancelled. "
            "Press its button again if you still want it."
        )
        expect(page.locator(f'[data-move="{ACCEPT}"]')).to_be_enabled()
    assert place.transactions("client") == before + 1
    assert accepted(place) == 0


def test_dropped__is_offered_again_under_the_same_number(place, client):
    page, wallet, before = client
    with place.by_hand():
        send(page, LABEL)
        expect(sent(page, ACCEPT)).to_contain_text("Sent; it waits to be mined.")
        ask(place.town.url, "anvil_dropTransaction", wallet.sent[0])
        expect(sent(page, ACCEPT)).to_contain_text(
            "It was not carried out: the node no longer knows it. Press its button again if you still want it: it "
            "takes the same number, so only one of the two can be mined."
        )
        send(page, LABEL)
        assert wallet.asked_for(ONCE)[1][0]["nonce"] == hex(before)
        place.town.mine()
        expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert place.transactions("client") == before + 1
    assert accepted(place) == 1


def test_reorganised_into_another_block__says_so_and_goes_on(place, client):
    page, wallet, before = client
    send(page, LABEL)
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    block = place.town.node.height()
    ask(place.town.url, "anvil_reorg", 1, [[wallet.raw[0], 0]])
    expect(sent(page, ACCEPT)).to_contain_text(f"Its block {block} was replaced by another: it was mined again.")
    assert place.transactions("client") == before + 1
    assert accepted(place) == 1


@pytest.mark.threat("T25")
def test_reorganised_away__waits_again_when_it_is_known_and_is_not_offered(place, client):
    page, wallet, before = client
    send(page, LABEL)
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    block = place.town.node.height()
    with place.by_hand():
        ask(place.town.url, "anvil_rollback", 1)
        ask(place.town.url, "eth_sendRawTransaction", wallet.raw[0])
        expect(sent(page, ACCEPT)).to_contain_text(f"Its block {block} was replaced by another: it waits again.")
        assert place.transactions("client") == before
        expect(page.locator(f'[data-move="{ACCEPT}"]')).to_be_disabled()
        place.town.mine()
        expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert place.transactions("client") == before + 1
    assert len(wallet.asked_for(ONCE)) == 1


def test_reorganised_away_and_forgotten__is_offered_again(place, client):
    page, _, before = client
    send(page, LABEL)
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    block = place.town.node.height()
    ask(place.town.url, "anvil_reorg", 1, [])
    expect(sent(page, ACCEPT)).to_contain_text(
        "It was not carried out: the node no longer knows it. "
        f"Its block {block} was replaced by another, which does not have it."
    )
    expect(page.locator(f'[data-move="{ACCEPT}"]')).to_be_enabled()
    send(page, LABEL)
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert place.transactions("client") == before + 1
    assert accepted(place) == 1
