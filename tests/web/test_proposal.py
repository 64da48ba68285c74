"""Proposals: what is read of a link, and the way from a draft to an agreement in force by several browsers."""

from __future__ import annotations

import json
from typing import Any

import httpx
from playwright.sync_api import expect

from tests.sdk import paper
from tests.web.served import Town
from tests.web.wallet import Wallet
from workpact.terms import AgreementDocument

DEPOSIT = 3_000 * 10**6


def drafted(town: Town, *edits: tuple[str, str], salt: int = 1, **names: str) -> AgreementDocument:
    """A document of the town's people that nobody has signed."""
    roles = ("client", "contractor", "arbiter", "backup", "client-operator", "contractor-operator")
    people = {role: town.address(role) for role in (*roles, "client-reporter", "contractor-reporter")}
    contracts = {name: each.address for name, each in town.planned.items()}
    return paper.document(town.now, people | contracts | {"TUSD": town.token_address} | names, *edits, salt=salt)


def proposal(town: Town, document: AgreementDocument, *signers: str, **more: Any) -> dict[str, Any]:
    """As a link carries it."""
    typed = document.typed_data(31337, town.agreement)
    signatures = [{"signer": town.address(each), "signature": "0x" + town.sign(each, typed).hex()} for each in signers]
    return {"document": document.to_yaml(), "signatures": signatures} | more


def posted(url: str, path: str, content: Any) -> httpx.Response:
    return httpx.post(url + path, json=content, headers={"Origin": url}, timeout=60)


def test_a_proposal__is_read_with_who_has_signed_and_what_is_missing(own_town, pages_of):
    url = pages_of(own_town.site())
    document = drafted(own_town)
    answer = posted(url, "/proposal/read", proposal(own_town, document, "contractor"))
    assert answer.status_code == 200, answer.text
    read = answer.json()
    assert read["id"] == "0x" + own_town.id(document).hex()
    assert [each["signed"] for each in read["signers"]] == ["", "key"]


def test_a_bid__goes_by_link_from_the_contractor_to_the_client_and_is_opened_by_anyone(
    own_town, pages_of, browser_of, screenshot
):
    url = pages_of(own_town.site())
    document = drafted(own_town)
    own_town.send("client", own_town.contract("TokenMock").functions.approve(own_town.agreement, 0))
    link = linked(browser_of(base_url=url), proposal(own_town, document))
    contractor = Wallet(own_town.accounts["contractor"], own_town.node)
    page = browser_of(contractor, url)
    page.goto(link)
    connect(page)
    expect(page.locator("#id")).to_have_text("0x" + own_town.id(document).hex())
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("[data-seat=contractor] .tag")).to_have_text("signed")
    link = page.url
    screenshot(page, "proposal-signed")
    client = Wallet(own_town.accounts["client"], own_town.node)
    page = browser_of(client, url)
    page.goto(link)
    connect(page)
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator("[data-seat=client] .tag")).to_have_text("signed")
    page.get_by_role("button", name="Permit 3,000 TUSD").click()
    expect(page.get_by_text("The contract may take 3,000 TUSD from the client.")).to_be_visible()
    link = page.url
    stranger = Wallet(own_town.accounts["stranger"], own_town.node)
    page = browser_of(stranger, url)
    page.goto(link)
    connect(page)
    page.get_by_role("button", name="Open it").click()
    screenshot(page, "proposal-dialog")
    page.get_by_role("button", name="Send with your wallet").click()
    expect(page.locator("#state")).to_have_text("It is in force.")
    screenshot(page, "proposal-open")


def linked(page: Any, content: dict[str, Any]) -> str:
    """The link of a proposal, as the page itself makes it of a file."""
    page.goto("/proposal")
    page.set_input_files("#proposal-file", {"name": "p.json", "mimeType": "", "buffer": json.dumps(content).encode()})
    expect(page.locator("#state")).to_be_visible()
    return str(page.url)


def connect(page: Any) -> None:
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
