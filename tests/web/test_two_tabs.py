"""Two tabs of one browser: a move that one of them has begun is not begun by the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.acting import ONCE, Desk, connect, desk, ready, send, sent
from tests.web.wallet import Wallet

ACCEPT = "accept:milestone:0"
LABEL = "Accept plan"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("tabs")) as made:
        yield made


@pytest.fixture
def tabs(place, browser_of) -> tuple[Page, Page, Wallet, int]:
    """Two tabs at a new agreement; the wallet knows both."""
    document = place.open()
    wallet = place.wallet("client")
    first = browser_of(wallet, place.url)
    first.goto(place.town.page_of(document))
    connect(first)
    second = first.context.new_page()
    second.goto(place.town.page_of(document))
    expect(second.get_by_role("button", name="Disconnect")).to_be_visible()
    return first, second, wallet, place.transactions("client")


@pytest.mark.threat("T67")
def test_both_press_while_the_wallet_is_asked__is_sent_once(place, tabs):
    first, second, wallet, before = tabs
    other = ready(second, LABEL)

    def answer(asked: dict[str, Any]) -> str:
        other.click()
        expect(second.get_by_role("dialog").get_by_role("alert")).to_contain_text(
            f"“{LABEL}” is already being sent, here or in another tab. It was not sent again. "
            "Look at your wallet and at what this page says of it."
        )
        expect(sent(second, ACCEPT)).to_have_attribute("data-state", "asking")
        return wallet.send(asked)

    wallet.answers[ONCE] = answer
    ready(first, LABEL).click()
    for page in (first, second):
        expect(sent(page, ACCEPT)).to_contain_text("Mined in block")
    assert len(wallet.asked_for(ONCE)) == 1
    assert place.transactions("client") == before + 1


def test_sent_in_one__is_shown_and_not_offered_in_the_other(place, tabs):
    first, second, wallet, before = tabs
    with place.by_hand():
        send(first, LABEL)
        for page in (first, second):
            expect(sent(page, ACCEPT)).to_contain_text("Sent; it waits to be mined.")
            expect(page.locator(f'[data-move="{ACCEPT}"]')).to_be_disabled()
            expect(page.locator(f'[id="why-{ACCEPT}"]')).to_have_text("Sent already: see above what becomes of it.")
        first.close()
        place.town.mine()
        expect(sent(second, ACCEPT)).to_contain_text("Mined in block")
    assert len(wallet.asked_for(ONCE)) == 1
    assert place.transactions("client") == before + 1


def test_pressed_in_the_other_after_it_was_sent__is_not_sent_again(place, tabs):
    first, second, wallet, before = tabs
    with place.by_hand():
        other = ready(second, LABEL)
        send(first, LABEL)
        other.click()
        expect(second.get_by_role("dialog").get_by_role("alert")).to_contain_text("is already being sent")
        place.town.mine()
    assert len(wallet.asked_for(ONCE)) == 1
    assert place.transactions("client") == before + 1


def test_tab_closed_while_the_wallet_is_asked__the_other_finds_what_was_sent(place, tabs):
    first, second, wallet, before = tabs

    def answer(asked: dict[str, Any]) -> str:
        first.close()
        expect(sent(second, ACCEPT)).to_have_attribute("data-state", "unsure")
        return wallet.send(asked)

    wallet.answers[ONCE] = answer
    ready(first, LABEL).click(no_wait_after=True)
    expect(sent(second, ACCEPT)).to_contain_text("Mined in block")
    assert len(wallet.asked_for(ONCE)) == 1
    assert place.transactions("client") == before + 1
