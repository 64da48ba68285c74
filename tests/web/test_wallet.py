"""The wallet at the top of the page: found, chosen, connected, changed, on the wrong network, gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.acting import Desk, connect, desk
from tests.web.wallet import Refused, Wallet
from workpact.web.moves import moves


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("wallet")) as made:
        made.open()
        yield made


def shown(page: Page) -> set[tuple[str | None, bool]]:
    """The moves that the page offers, and whether they can be pressed."""
    return {(each.get_attribute("data-move"), each.is_enabled()) for each in page.locator("[data-move]").all()}


def allowed(place: Desk, role: str, are_enabled: bool = True) -> set[tuple[str | None, bool]]:
    """The same by the contracts."""
    address = place.town.address(role)
    made = moves(place.site.follower.snapshot(place.town.id()))
    return {(each.key, are_enabled) for each in made if not each.who or address in each.who}


def stored(page: Page) -> dict[str, Any]:
    return dict(page.evaluate("({ ...localStorage })"))


def test_no_wallet__says_that_the_browser_has_none(place, browser_of):
    page = browser_of(None, place.url)
    page.goto(place.town.page_of())
    expect(page.locator("#to-act")).to_have_text("Connect a wallet to act.")
    assert shown(page) == set()
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.locator("#wallet-notices")).to_contain_text(
        "This browser has no wallet. Install one that announces itself (EIP-6963), then reload the page."
    )


@pytest.mark.parametrize("role", ["client", "contractor", "stranger"])
def test_connected__offers_what_contracts_allow_the_account_and_nothing_else(place, browser_of, role):
    page = browser_of(place.wallet(role), place.url)
    page.goto(place.town.page_of())
    connect(page)
    assert shown(page) == allowed(place, role)
    expect(page.locator("#wallet")).to_contain_text("a local chain (chain 31337)")
    assert page.locator("#wallet .mono").get_attribute("title") == place.town.address(role)


def test_several_wallets__asks_which_and_remembers_it_by_name_alone(place, browser_of, screenshot):
    client, contractor = place.wallet("client"), place.wallet("contractor", name="Other wallet", rdns="other.wallet")
    page = browser_of(client, place.url)
    contractor.inject(page.context)
    contractor.pages.append(page)
    page.goto(place.town.page_of())
    page.get_by_role("button", name="Connect a wallet").click()
    choice = page.get_by_role("dialog", name="Which wallet?")
    assert choice.get_by_role("button").all_inner_texts() == ["Test wallet", "Other wallet", "Cancel"]
    screenshot(page, "wallets")
    choice.get_by_role("button", name="Other wallet").click()
    expect(page.locator("#wallet .mono")).to_have_attribute("title", contractor.address)
    assert client.asked == []
    assert stored(page) == {"workpact:wallet": "other.wallet"}
    page.reload()
    expect(page.locator("#wallet .mono")).to_have_attribute("title", contractor.address)
    assert len(contractor.asked_for("eth_requestAccounts")) == 1
    page.get_by_role("button", name="Disconnect").click()
    assert stored(page) == {}
    page.reload()
    expect(page.get_by_role("button", name="Connect a wallet")).to_be_visible()
    assert client.asked == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4001, "You rejected it in your wallet. Nothing was signed or sent. Press again if you want it after all."),
        (
            -32002,
            "Your wallet already has an open request, or is locked. Open your wallet, unlock it, answer or reject",
        ),
    ],
)
def test_connection_refused__says_why_and_connects_when_asked_again(place, browser_of, code, said):
    wallet = place.wallet("client")
    wallet.refuse("eth_requestAccounts", code)
    page = browser_of(wallet, place.url)
    page.goto(place.town.page_of())
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.locator("#wallet-notices")).to_contain_text(said)
    wallet.allow("eth_requestAccounts")
    connect(page)
    expect(page.locator("#wallet-notices")).to_be_empty()


def test_account_changed__offers_the_other_accounts_moves(place, browser_of):
    wallet = place.wallet("client")
    page = browser_of(wallet, place.url)
    page.goto(place.town.page_of())
    connect(page)
    wallet.choose(place.town.accounts["contractor"])
    expect(page.locator("#wallet .mono")).to_have_attribute("title", place.town.address("contractor"))
    assert shown(page) == allowed(place, "contractor")


def test_locked__offers_nothing_until_connected_again(place, browser_of):
    wallet = place.wallet("client")
    page = browser_of(wallet, place.url)
    page.goto(place.town.page_of())
    connect(page)
    wallet.lock()
    expect(page.locator("#to-act")).to_be_visible()
    assert shown(page) == set()
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.locator("#wallet-notices")).to_contain_text(
        "Your wallet names no account. Unlock it, allow this page an account, and connect again."
    )


def test_wrong_network__says_which_is_wanted_and_acts_only_after_the_switch(place, browser_of, screenshot):
    wallet = place.wallet("client", chain_id=11155111)
    page = browser_of(wallet, place.url)
    page.goto(place.town.page_of())
    connect(page)
    notice = page.locator("#wallet-notices")
    expect(notice).to_contain_text(
        "Your wallet is on Sepolia (chain 11155111); this page is about a local chain (chain 31337). "
        "Nothing can be signed or sent until it is switched."
    )
    assert shown(page) == allowed(place, "client", are_enabled=False)
    screenshot(page, "wrong-network")
    page.get_by_role("button", name="Switch network").click()
    expect(notice).to_be_empty()
    assert shown(page) == allowed(place, "client")
    wallet.go_to(1)
    expect(notice).to_contain_text("Your wallet is on Ethereum (chain 1)")
    assert shown(page) == allowed(place, "client", are_enabled=False)
    assert wallet.asked_for("eth_sendTransaction") == []


def test_unknown_network__says_how_to_add_it(place, browser_of):
    wallet = place.wallet("client", chain_id=1)
    page = browser_of(wallet, place.url)
    page.goto(place.town.page_of())
    connect(page)

    def unknown(_: Any) -> None:
        raise Refused(4902, "Unrecognized chain ID")

    wallet.answers["wallet_switchEthereumChain"] = unknown
    page.get_by_role("button", name="Switch network").click()
    expect(page.locator("#wallet-notices")).to_contain_text(
        "Your wallet does not know a local chain (chain 31337). Add it in your wallet's network settings: "
        "chain id 31337, and the address of a node that you trust. Then switch to it there or here."
    )


def test_network_lost__offers_nothing_until_it_is_back(place, browser_of):
    wallet: Wallet = place.wallet("client")
    page = browser_of(wallet, place.url)
    page.goto(place.town.page_of())
    connect(page)
    wallet.emit("disconnect", {"code": 4900, "message": "Disconnected from all chains"})
    expect(page.locator("#wallet-notices")).to_contain_text("Your wallet has lost its network.")
    assert shown(page) == allowed(place, "client", are_enabled=False)
    wallet.emit("connect", {"chainId": hex(31337)})
    expect(page.locator("#wallet-notices")).to_be_empty()
    assert shown(page) == allowed(place, "client")
