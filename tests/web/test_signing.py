"""Signatures of wallets over typed data: what becomes of one that is refused, another's, or asked for twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.acting import Desk, connect, desk
from tests.web.test_proposal import drafted, linked, proposal
from tests.web.wallet import Refused, Wallet

SIGN = "eth_signTypedData_v4"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("signing")) as made:
        yield made


@pytest.fixture
def contractor(place, browser_of) -> tuple[Page, Wallet]:
    """The contractor at a proposal that nobody has signed."""
    wallet = place.wallet("contractor")
    page = browser_of(wallet, place.url)
    page.goto(linked(page, proposal(place.town, drafted(place.town))))
    connect(page)
    return page, wallet


def tag(page: Page) -> Any:
    return page.locator("[data-seat=contractor] .tag")


REFUSALS = (
    (4001, "You rejected it in your wallet. Nothing was signed or sent. Press again if you want it after all."),
    (-32002, "Your wallet already has an open request, or is locked. Open your wallet, unlock it, answer or reject"),
    (-32603, "Your wallet gave no signature: Failed. Nothing was sent. Press again to be asked again."),
)


def test_refused__says_why_and_signs_when_pressed_again(contractor):
    page, wallet = contractor
    for code, said in REFUSALS:
        wallet.refuse(SIGN, code, "Failed.")
        page.get_by_role("button", name="Sign it").click()
        expect(page.locator("#proposal-fault")).to_contain_text(said)
        expect(tag(page)).to_have_text("not yet")
    wallet.allow(SIGN)
    page.get_by_role("button", name="Sign it").click()
    expect(tag(page)).to_have_text("signed")
    expect(page.locator("#proposal-fault")).to_be_hidden()
    assert len(wallet.asked_for(SIGN)) == len(REFUSALS) + 1


def test_signature_of_another_account__is_not_used(place, contractor):
    page, wallet = contractor
    wallet.answers[SIGN] = lambda _, typed: place.wallet("stranger")._answer(SIGN, [None, typed])
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("#proposal-fault")).to_contain_text(
        f"Your wallet answered with a signature that is not one of {wallet.address} over this text. It is not used. "
        "Look which account the wallet has chosen, and sign again."
    )
    expect(tag(page)).to_have_text("not yet")


def test_two_tabs_sign__the_wallet_is_asked_once(contractor):
    page, wallet = contractor
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name="Sign it")).to_be_enabled()

    def answer(address: str, typed: str) -> Any:
        other.get_by_role("button", name="Sign it").click()
        expect(other.locator("#proposal-fault")).to_contain_text(
            "Your wallet is already being asked for this signature. Answer it there, or look at your other tabs."
        )
        return wallet._answer(SIGN, [address, typed])

    wallet.answers[SIGN] = answer
    page.get_by_role("button", name="Sign it").click()
    expect(tag(page)).to_have_text("signed")
    assert len(wallet.asked_for(SIGN)) == 1


def test_wrong_network__signs_nothing(contractor):
    page, wallet = contractor
    wallet.chain_id = 1  # without a word to the page
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("#proposal-fault, #wallet-notices").first).to_contain_text(
        "Your wallet is on Ethereum (chain 1)"
    )
    assert wallet.asked_for(SIGN) == []


def test_locked_without_a_word__signs_nothing(contractor):
    page, wallet = contractor

    def locked() -> None:
        raise Refused(4100, "Unauthorized")

    wallet.answers["eth_accounts"] = locked
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("#proposal-fault")).to_contain_text("Your wallet does not allow this page that account.")
    assert wallet.asked_for(SIGN) == []
