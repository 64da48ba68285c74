"""What people do on pages: connect, press a move, answer its dialog; and a desk where each finds an agreement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_typing import HexStr
from eth_utils.abi import event_abi_to_log_topic
from playwright.sync_api import Locator, Page, expect

from tests.anvil import ask
from tests.web.served import Town, served, town
from tests.web.wallet import Wallet
from workpact.web.site import Site

SEND = "Send with your wallet"
ONCE = "eth_sendTransaction"
ACCEPT, LABEL = "accept:milestone:0", "Accept plan"
"""A move that the client has from the first block on."""


@dataclass(frozen=True)
class Desk:
    """A chain whose agreements are served; each test opens its own."""

    town: Town
    site: Site
    url: str

    def open(self, *edits: tuple[str, str]) -> Any:
        """An agreement in force; its document."""
        document = self.town.open(*edits, salt=len(self.town.documents) + 1)
        self.site.follower.documents.add(document)
        return document

    def wallet(self, role: str, **settings: Any) -> Wallet:
        """A wallet with the key of a role."""
        return Wallet(self.town.accounts[role], self.town.node, **settings)

    @contextmanager
    def by_hand(self) -> Iterator[None]:
        """Blocks are mined when they are told to."""
        ask(self.town.url, "evm_setAutomine", False)
        try:
            yield
        finally:
            ask(self.town.url, "evm_setAutomine", True)
            ask(self.town.url, "anvil_dropAllTransactions")

    def events(self, transaction: str) -> list[tuple[str, dict[str, Any]]]:
        """All events of a transaction in their order, of Agreement, SLAOracle and the token."""
        known = {}
        for contract in map(self.town.contract, ("Agreement", "SLAOracle", "TokenMock")):
            for abi in contract.abi:
                if abi["type"] == "event":
                    known[event_abi_to_log_topic(abi)] = contract.events[abi["name"]]()
        logs = self.town.web3.eth.get_transaction_receipt(HexStr(transaction))["logs"]
        found = [known[bytes(log["topics"][0])].process_log(log) for log in logs]
        return [(str(each["event"]), dict(each["args"])) for each in found]

    def transactions(self, role: str) -> int:
        """How many an account has on the chain."""
        return self.town.web3.eth.get_transaction_count(self.town.address(role))


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """One desk, for the tests of a file."""
    with town(folder) as made:
        site = made.site()
        with served(site) as url:
            yield Desk(made, site, url)


def connect(page: Page) -> None:
    """Connects the only wallet."""
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()


def press(page: Page, label: str) -> Locator:
    """Presses a move's button; its dialog."""
    page.get_by_role("button", name=label, exact=True).click()
    return page.get_by_role("dialog")


def ready(page: Page, label: str, **inputs: Any) -> Locator:
    """Opens a move, fills it in by the names of its inputs, and saves its seals; its button for the wallet."""
    dialog = press(page, label)
    for name, value in inputs.items():
        fill(dialog.locator(f"#input-{name}"), value)
    if inputs:
        dialog.get_by_role("button", name="Check").click()
    sending = dialog.get_by_role("button", name=SEND)
    expect(sending).to_be_visible()
    for save in dialog.get_by_role("button", name="Save ").all():
        save.click()
    return sending


def send(page: Page, label: str, **inputs: Any) -> None:
    """Does a move to the end, as far as the page goes."""
    ready(page, label, **inputs).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def fill(field: Locator, value: Any) -> None:
    """A file by its path, a choice by its value, all else as text."""
    kind = field.evaluate("field => field.type")
    if kind == "file":
        field.set_input_files(value)
    elif kind == "select-one":
        field.select_option(value)
    else:
        field.fill(value)


def sent(page: Page, key: str) -> Locator:
    """What the page says of a move that was sent."""
    return page.locator(f'[data-sent="{key}"]')


def offered(page: Page, key: str = ACCEPT) -> bool:
    """Whether a move can be pressed."""
    return page.locator(f'[data-move="{key}"]').is_enabled()


def accepted(place: Desk) -> int:
    """Milestones that the last agreement has accepted, as a mask."""
    contract = place.town.contract("Agreement")
    return int(contract.functions.progressOf(place.town.id(place.town.documents[-1])).call()[1])
