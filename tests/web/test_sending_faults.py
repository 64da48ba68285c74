"""Whatever goes wrong with a transaction: the page says what happened and what to do, and the chain has one or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.acting import ACCEPT, LABEL, ONCE, SEND, Desk, accepted, connect, desk, offered, press, ready, send, sent
from tests.web.wallet import Refused, Wallet


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


def lost(*_: Any) -> None:
    raise Refused(-32603, "Failed to fetch")


# Nothing was sent


REFUSALS = (
    (4001, "User rejected the request.", "You rejected it in your wallet. Nothing was signed or sent. Press again"),
    (-32002, "Request already pending.", "Your wallet already has an open request, or is locked. Open your wallet"),
    (4100, "Unauthorized.", "Your wallet does not allow this page that account. Connect the account again"),
    (-32000, "insufficient funds for gas * price + value", "Your account has too little of the network's own coin"),
)


def test_wallet_refuses__says_why_and_sends_when_pressed_again(place, client):
    page, wallet, before = client
    button = ready(page, LABEL)
    dialog = page.get_by_role("dialog")
    for code, message, said in REFUSALS:
        wallet.refuse(ONCE, code, message)
        button.click()
        expect(dialog.get_by_role("alert")).to_contain_text(said)
        assert sent(page, ACCEPT).count() == 0
        assert place.transactions("client") == before
        dialog.get_by_role("button", name="Check").click()
        expect(button).to_be_visible()
    wallet.allow(ONCE)
    button.click()
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert len(wallet.asked_for(ONCE)) == len(REFUSALS) + 1
    assert place.transactions("client") == before + 1


def test_wallets_node_lost_before_sending__asks_the_wallet_for_nothing(place, client):
    page, wallet, before = client
    wallet.answers["eth_call"] = lost
    dialog = press(page, LABEL)
    expect(dialog.get_by_role("alert")).to_contain_text(
        "Your wallet's node does not answer: Failed to fetch Look at your connection and at the network's node in your "
        "wallet's settings, then try again."
    )
    assert wallet.asked_for(ONCE) == []
    wallet.allow("eth_call")
    dialog.get_by_role("button", name="Check").click()
    dialog.get_by_role("button", name=SEND).click()
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert place.transactions("client") == before + 1


def test_wallets_node_of_another_chain__asks_the_wallet_for_nothing(place, client):
    page, wallet, before = client
    wallet.answers["eth_getCode"] = lambda *_: "0x"
    dialog = press(page, LABEL)
    expect(dialog.get_by_role("alert")).to_contain_text(
        f"There is no contract at {place.town.agreement} by your wallet's node. Its node may be of another network or "
        "far behind: look at your wallet's settings."
    )
    assert wallet.asked_for(ONCE) == []
    assert place.transactions("client") == before


def test_wallets_node_behind__waits_for_it(client):
    page, wallet, _ = client
    shown = int(page.inner_text("#block"))
    wallet.answers["eth_call"] = lambda *_: "0x" + "11" * 32
    wallet.answers["eth_blockNumber"] = lambda: hex(shown - 1)
    dialog = press(page, LABEL)
    expect(dialog.get_by_role("alert")).to_contain_text(
        f"Your wallet's node is at block {shown - 1}, this page at block {shown}. Wait until it has caught up"
    )
    assert wallet.asked_for(ONCE) == []


def test_contract_would_refuse__names_its_error_and_what_it_means(place, client):
    page, wallet, before = client
    page.evaluate(
        """() => {
          const place = document.querySelector("#moves");
          const moves = JSON.parse(place.textContent);
          moves.find((each) => each.key === "accept:milestone:0").arguments[1] = (1n << 200n).toString();
          place.textContent = JSON.stringify(moves);
        }"""
    )
    wallet.emit("chainChanged", hex(31337))
    dialog = press(page, LABEL)
    expect(dialog.get_by_role("alert")).to_contain_text(
        f"The contract would refuse: Escrow_NoMilestones(milestones={1 << 200}, count=3). "
        "A mask names none, or one that the terms' `count` milestones do not have."
    )
    assert wallet.asked_for(ONCE) == []
    assert place.transactions("client") == before


@pytest.mark.threat("T65")
def test_stale_page__says_so_and_shows_what_happened(place, client):
    page, wallet, before = client
    button = ready(page, LABEL)
    document = place.town.documents[-1]
    place.town.send(*place.town.act("contractor", "submit", 0, b"\x07" * 32, document=document))
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text(
        "Something else has happened to this agreement since the page was made. Nothing was sent. "
        "Close this: the page is made anew. Read what has changed, and decide again."
    )
    assert wallet.asked_for(ONCE) == []
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator('[data-move="reject:milestone:0"]').first).to_be_enabled()
    send(page, LABEL)
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert place.transactions("client") == before + 1


def test_account_changed_while_the_dialog_is_open__sends_nothing(place, client):
    page, wallet, before = client
    ready(page, LABEL)
    wallet.choose(place.town.accounts["stranger"])
    dialog = page.get_by_role("dialog")
    said = (
        f"Your wallet has changed to the account {place.town.address('stranger')}; this was made for "
        f"{place.town.address('client')}. Nothing was sent."
    )
    expect(dialog.get_by_role("alert")).to_contain_text(said)
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_role("alert")).to_contain_text(said)
    expect(dialog.get_by_role("button", name=SEND)).to_be_hidden()
    assert wallet.asked_for(ONCE) == []
    assert place.transactions("client") == before


def test_account_changed_without_a_word__sends_nothing(place, client):
    page, wallet, before = client
    button = ready(page, LABEL)
    wallet.key = place.town.accounts["stranger"]
    button.click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Your wallet has changed to the account")
    assert wallet.asked_for(ONCE) == []
    assert place.transactions("client") == before


@pytest.mark.threat("T67")
def test_pressed_twice__is_sent_once(place, client):
    page, wallet, before = client
    ready(page, LABEL).dblclick()
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert len(wallet.asked_for(ONCE)) == 1
    assert place.transactions("client") == before + 1


# It is not known whether it was sent


def test_answer_lost_before_broadcasting__is_offered_again_only_when_told(place, client):
    page, wallet, before = client
    wallet.answers[ONCE] = lost
    ready(page, LABEL).click()
    card = sent(page, ACCEPT)
    expect(card).to_contain_text(
        "It is not known whether your wallet sent this. Your wallet said: Failed to fetch Look at your wallet's "
        "activity. This page looks for it too, and does not offer it again meanwhile."
    )
    assert not offered(page)
    page.reload()
    expect(card).to_have_attribute("data-state", "unsure")
    expect(page.locator(f'[data-move="{ACCEPT}"]')).to_be_disabled()
    card.get_by_text("It was not sent").click()
    card.get_by_role("button", name="Offer it again").click()
    wallet.allow(ONCE)
    send(page, LABEL)
    expect(card).to_contain_text("Mined in block")
    assert place.transactions("client") == before + 1


@pytest.mark.threat("T67")
def test_answer_lost_after_broadcasting__is_found_and_not_sent_again(place, client):
    page, wallet, before = client

    def broadcast(asked: dict[str, Any]) -> None:
        wallet.send(asked)
        lost()

    wallet.answers[ONCE] = broadcast
    ready(page, LABEL).click()
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    expect(sent(page, ACCEPT)).to_contain_text(wallet.sent[0])
    assert len(wallet.asked_for(ONCE)) == 1
    assert place.transactions("client") == before + 1
    assert accepted(place) == 1


def test_page_closed_while_the_wallet_is_asked__finds_what_it_sent(place, client):
    page, wallet, before = client

    def broadcast(asked: dict[str, Any]) -> str:
        page.reload()
        expect(sent(page, ACCEPT)).to_have_attribute("data-state", "unsure")
        assert not offered(page)
        return wallet.send(asked)

    wallet.answers[ONCE] = broadcast
    ready(page, LABEL).click()
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    expect(sent(page, ACCEPT)).to_contain_text(wallet.sent[0])
    assert place.transactions("client") == before + 1


def test_server_lost__the_wallets_node_decides_and_follows(place, client):
    page, _, before = client
    page.route("**/*", lambda route: route.abort())
    dialog = press(page, LABEL)
    expect(dialog).to_contain_text(
        "This page's server cannot try it now, so what the call does is not spelled out here. "
        "Your wallet's own node says that it works."
    )
    dialog.get_by_role("button", name=SEND).click()
    expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert place.transactions("client") == before + 1


def test_wallets_node_lost_after_sending__says_so_and_goes_on_when_it_is_back(place, client):
    page, wallet, before = client
    with place.by_hand():
        send(page, LABEL)
        expect(sent(page, ACCEPT)).to_contain_text("Sent; it waits to be mined.")
        wallet.answers["eth_getTransactionReceipt"] = lost
        expect(page.locator("#sent")).to_contain_text(
            "Your wallet's node does not answer: Failed to fetch What was sent goes on without it; this page looks "
            "again by itself."
        )
        place.town.mine()
        wallet.allow("eth_getTransactionReceipt")
        expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    expect(page.locator("#sent")).not_to_contain_text("does not answer")
    assert place.transactions("client") == before + 1
