"""Proposals: what is read of a link, and the way from a bid to an agreement that is changed and ended, by browsers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.sdk import paper
from tests.web.served import Town, served, town
from tests.web.wallet import Wallet
from workpact.terms import AgreementDocument, change_order, eip712, loads
from workpact.web.site import Site

UNIT = 10**6
DEPOSIT = 3_000 * UNIT
ROLES = ("client", "contractor", "arbiter", "backup", "client-operator", "contractor-operator")
SALTS = {"offer_salt": b"\x05" * 32, "legal_salt": b"\x06" * 32}


def drafted(town: Town, *edits: tuple[str, str], salt: int = 1, **names: str) -> AgreementDocument:
    """A document of the town's people that nobody has signed."""
    people = {role: town.address(role) for role in (*ROLES, "client-reporter", "contractor-reporter")}
    contracts = {name: each.address for name, each in town.planned.items()}
    return paper.document(town.now, people | contracts | {"TUSD": town.token_address} | names, *edits, salt=salt)


def proposal(town: Town, document: AgreementDocument, *signers: str, **more: Any) -> dict[str, Any]:
    """As a link carries it."""
    typed = document.typed_data(31337, town.agreement)
    signatures = [{"signer": town.address(each), "signature": "0x" + town.sign(each, typed).hex()} for each in signers]
    made = {"document": document.to_yaml(), "signatures": signatures, "chain": 31337, "agreement": town.agreement}
    return made | more


def posted(url: str, path: str, content: Any) -> httpx.Response:
    return httpx.post(url + path, json=content, headers={"Origin": url}, timeout=60)


def read(url: str, content: Any) -> dict[str, Any]:
    answer = posted(url, "/proposal/read", content)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def linked(page: Any, content: dict[str, Any]) -> str:
    """The link of a proposal, as the page itself makes it of a file."""
    page.goto("/proposal")
    page.set_input_files("#proposal-file", {"name": "p.json", "mimeType": "", "buffer": json.dumps(content).encode()})
    expect(page.locator("#state")).to_be_visible()
    return str(page.url)


def connect(page: Any) -> None:
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()


@dataclass
class Place:
    """One chain with pages for all tests of this file; each makes a document of its own."""

    town: Town
    url: str
    site: Site

    def open(self, salt: int) -> AgreementDocument:
        """An agreement in force whose file the server has."""
        self.allow(2**256 - 1)
        document = self.town.open(salt=salt)
        self.site.follower.documents.add(document)
        return document

    def allow(self, units: int) -> None:
        """What the Agreement contract may take from the client."""
        self.town.send("client", self.town.contract("TokenMock").functions.approve(self.town.agreement, units))


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    with town(tmp_path_factory.mktemp("town")) as made:
        site = made.site()
        with served(site) as url:
            yield Place(made, url, site)


@pytest.fixture
def visit(place, browser_of):
    """A person's browser at a link, with their wallet connected: `visit(role, link)`."""

    def go(role: str, link: str, wallet: Wallet | None = None, **options: Any) -> Any:
        page = browser_of(wallet or Wallet(place.town.accounts[role], place.town.node), place.url, **options)
        page.goto(link)
        connect(page)
        return page

    return go


def sign(page: Any, role: str) -> str:
    """Signs by the page's button; the link with the signature."""
    page.get_by_role("button", name="Sign it").click()
    expect(page.locator(f"[data-seat={role}] .tag")).to_have_text("signed")
    return str(page.url)


def send(page: Any, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("button", name="Send with your wallet").click()


def events(town: Town, since: int) -> list[tuple[str, dict[str, Any]]]:
    """All that the Agreement contract has emitted after a block, with names."""
    contract = town.contract("Agreement")
    logs = town.web3.eth.get_logs({"fromBlock": since + 1, "address": contract.address})
    known = {each().topic: each() for each in contract.events}
    return [
        (made["event"], dict(made["args"]))
        for log in logs
        for made in [known[log["topics"][0].to_0x_hex()].process_log(log)]
    ]


def balance(town: Town, address: str) -> int:
    return int(town.contract("TokenMock").functions.balanceOf(address).call())


# What is read


def test_a_proposal__is_read_with_who_has_signed_and_what_is_next(place):
    town, url = place.town, place.url
    document = drafted(town, salt=10)
    client, contractor = town.address("client"), town.address("contractor")
    found = read(url, proposal(town, document, "contractor"))
    assert found["id"] == found["origin"] == "0x" + town.id(document).hex()
    assert found["typed"] == document.typed_data(31337, town.agreement)
    assert [(each["role"], each["address"], each["name"], each["signed"]) for each in found["signers"]] == [
        ("client", client, "Client Ltd.", ""),
        ("contractor", contractor, "Contractor Ltd.", "key"),
    ]
    assert (found["faults"], found["foreign"], found["state"]["key"]) == ([], [], "proposed")
    moves = {each["function"]: each for each in found["moves"]}
    assert {name: each["who"] for name, each in moves.items()} == {
        "open": [client],
        "withdrawBid": [client, contractor],
    }
    assert place.site.follower.documents.of(town.id(document)) == []


@pytest.mark.threat("T66")
def test_a_tampered_or_foreign_proposal__says_what_is_wrong_and_offers_nothing(place):
    town, url = place.town, place.url
    document = drafted(town, salt=20)
    good = proposal(town, document, "contractor")
    contractor, stranger = town.address("contractor"), town.address("stranger")
    (signature,) = good["signatures"]
    cheaper = good["document"].replace("500 TUSD", "400 TUSD", 1).replace("3,750.50", "3,650.50")
    by_stranger = town.sign("stranger", document.typed_data(31337, town.agreement))
    elsewhere = town.sign("contractor", document.typed_data(1, town.agreement))
    cases = {
        "changed after it was signed": (
            good | {"document": cheaper},
            f"The signature of {contractor} is over another document",
        ),
        "by another": (
            good | {"signatures": [{"signer": stranger, "signature": "0x" + by_stranger.hex()}]},
            f"{stranger} has signed this document, and is none of those who have to",
        ),
        "damaged": (
            good | {"signatures": [{"signer": contractor, "signature": signature["signature"][:-2]}]},
            f"What is said to be the signature of {contractor} is no signature of a key: it was damaged.",
        ),
        "another chain": (
            good | {"signatures": [{"signer": contractor, "signature": "0x" + elsewhere.hex()}], "chain": 1},
            "This was made for chain 1, and this server is of chain 31337.",
        ),
        "another contract": (
            good | {"agreement": stranger},
            f"This was made for the Agreement contract {stranger}, and this server is of the one at {town.agreement}.",
        ),
        "no token": (
            proposal(town, drafted(town, salt=20, TUSD=stranger)),
            f"There is no token at {stranger} on chain 31337.",
        ),
        "a token without decimals": (
            proposal(town, drafted(town, salt=20, TUSD=town.planned["TalentRegistry"].address)),
            "does not say how many decimals it has: its amounts mean nothing certain.",
        ),
        "other decimals": (
            proposal(town, drafted(town, ("decimals: 6", "decimals: 5"))),
            "has 6 decimals, the document says 5: all its amounts would be wrong.",
        ),
        "not to be measured": (
            proposal(town, drafted(town, ("met = 'yes'", "met = = 'yes'"))),
            "Nobody could measure this: ",
        ),
    }  # fmt: skip
    for name, (content, words) in cases.items():
        found = read(url, content)
        said = [*found["faults"], *found["foreign"]]
        assert any(words in each for each in said), (name, said)
        assert found["moves"] == [], name
    answer = posted(url, "/proposal/read", good | {"document": good["document"].replace("500 TUSD", "500 EUR", 1)})
    assert answer.status_code == 422
    assert "is in EUR, the document's token is TUSD" in answer.json()["faults"][0]
    assert posted(url, "/proposal/read", good | {"signatures": [{"signer": "x", "signature": "no"}]}).status_code == 400


def test_a_proposal_that_is_over__says_how(place):
    town, url = place.town, place.url
    expired, withdrawn = drafted(town, ("DAY20", "DAY1"), salt=31), drafted(town, salt=32)
    town.send(*town.act("contractor", "withdrawBid", document=withdrawn))
    opened = place.open(33)
    town.mine(town.now + 3 * 86_400)
    for document, key in ((expired, "expired"), (withdrawn, "withdrawn"), (opened, "in force")):
        found = read(url, proposal(town, document, "contractor"))
        assert found["state"]["key"] == key
        assert [each["function"] for each in found["moves"]] == (["publish"] if key == "in force" else [])
    assert found["state"]["page"] == town.page_of(opened)


def test_a_document__is_kept_only_if_it_is_in_force_or_a_party_signed_it(place):
    town, url, site = place.town, place.url, place.site
    document = drafted(town, salt=40)
    refused = posted(url, "/documents", proposal(town, document, "stranger"))
    assert (refused.status_code, site.follower.documents.of(town.id(document))) == (422, [])
    assert "no party has signed it: this server does not keep it" in refused.json()["faults"][0]
    assert posted(url, "/documents", proposal(town, document, "contractor")).status_code == 201
    assert site.follower.documents.of(town.id(document)) == [document]


# In browsers


def test_a_bid__goes_by_link_from_contractor_to_client_and_is_opened_by_anyone(place, visit, screenshot):
    town, since = place.town, place.town.node.height()
    document = drafted(town, salt=50)
    place.allow(0)
    client, contractor = town.address("client"), town.address("contractor")
    before = {each: balance(town, each) for each in (client, contractor, town.address("stranger"), town.agreement)}
    page = visit("contractor", "/proposal")
    page.goto(linked(page, proposal(town, document)))
    expect(page.locator("#id")).to_have_text("0x" + town.id(document).hex())
    link = sign(page, "contractor")
    screenshot(page, "proposal-contractor")
    page = visit("client", link, color_scheme="dark", viewport={"width": 360, "height": 800})
    sign(page, "client")
    screenshot(page, "proposal-client-phone-dark")
    page.get_by_role("button", name="Permit 3,000 TUSD").click()
    expect(page.get_by_text("The contract may take 3,000 TUSD from the client.")).to_be_visible()
    link = page.url
    page = visit("stranger", link)
    send(page, "Open it")
    expect(page.locator("#state")).to_have_text("It is in force.")
    screenshot(page, "proposal-in-force")
    origin = town.id(document)
    token = town.contract("TokenMock").address
    assert events(town, since) == [
        ("Opened", {"origin": origin, "client": client, "contractor": contractor, "token": token, "deposit": DEPOSIT})
    ]
    moved = {client: -DEPOSIT, town.agreement: DEPOSIT}
    assert {each: balance(town, each) - was for each, was in before.items()} == dict.fromkeys(before, 0) | moved
    page.get_by_role("button", name="Keep this document on this server").click()
    expect(page.get_by_role("button", name="Keep this document on this server")).to_have_count(0)
    page.get_by_role("link", name="To the agreement's page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A small desk")


@pytest.mark.threat("T66")
def test_a_tampered_link__signs_and_sends_nothing(place, visit):
    town = place.town
    good = proposal(town, drafted(town, salt=60), "contractor")
    cheaper = good["document"].replace("500 TUSD", "400 TUSD", 1).replace("3,750.50", "3,650.50")
    wallet = Wallet(town.accounts["client"], town.node)
    page = visit("client", "/proposal", wallet)
    linked(page, good | {"document": cheaper})
    expect(page.locator(".notice.bad")).to_contain_text("The document was changed after it was signed")
    expect(page.get_by_role("button", name="Sign it")).to_have_count(0)
    expect(page.locator("[data-move]")).to_have_count(0)
    page.get_by_role("button", name="Go on without what does not belong").click()
    expect(page.get_by_role("button", name="Sign it")).to_be_visible()
    page.goto("/proposal#p=AAAA")
    expect(page.locator("#proposal-fault")).to_contain_text("This link is damaged")
    assert wallet.asked_for("eth_signTypedData_v4") == wallet.asked_for("eth_sendTransaction") == []


def test_a_change_order__is_written_signed_by_both_and_put_in_force(place, visit):
    town = place.town
    document = place.open(70)
    since = town.node.height()
    order = change_order(document, origin=town.id(document), replaces=town.id(document), **SALTS,
                         open_before=f"{datetime.fromtimestamp(town.now, UTC).date() + timedelta(days=9)}",
                         edit=lambda plain: plain[0]["spec"]["milestones"][0].update(due="2031-01-01"))  # fmt: skip
    page = visit("contractor", "/proposal")
    link = linked(page, proposal(town, order))
    page = visit("contractor", link)
    link = sign(page, "contractor")
    page = visit("client", link)
    send(page, "Put it in force")
    expect(page.locator("#state")).to_have_text("It is in force.")
    origin, id_ = town.id(document), town.id(order)
    assert events(town, since) == [("Amended", {"origin": origin, "id": id_, "replaced": origin})]
    place.site.follower.documents.add(order)
    stale = read(
        place.url,
        proposal(town, change_order(document, origin=origin, replaces=origin, open_before="2031-01-01", **SALTS)),
    )
    assert f"0x{id_.hex()} is in force" in stale["faults"][0]


def test_a_change_order_begun_in_the_browser__replaces_the_document_in_force(place, visit):
    town, document = place.town, place.open(75)
    origin = "0x" + town.id(document).hex()
    page = visit("client", "/proposal")
    linked(page, proposal(town, document))
    page.get_by_role("button", name="Write a change order").click()
    page.wait_for_url("**/new")
    page.get_by_role("tab", name="As text").click()
    expect(page.locator("#text")).to_have_value(re.compile("replaces"))
    order = loads(page.input_value("#text"))
    assert (order.spec.origin, order.spec.replaces) == (origin, origin)
    assert order.spec.offer.deposit == 0
    assert order.id(31337, town.agreement) != town.id(document)
    kept = [(each.name, each.amount, each.due) for each in document.milestones]
    assert [(each.name, each.amount, each.due) for each in order.milestones] == kept


def test_an_end_by_both__is_split_signed_and_sent_by_the_client(place, visit, screenshot):
    town, document = place.town, place.open(80)
    since = town.node.height()
    client, contractor = town.address("client"), town.address("contractor")
    before = {each: balance(town, each) for each in (client, contractor, town.agreement)}
    page = visit("contractor", f"/proposal#end=0x{town.id(document).hex()}")
    page.get_by_label("The contractor gets").fill("3,000.01")
    page.get_by_role("button", name="Propose this end").click()
    expect(page.locator("#split-error")).to_have_text(
        "3,000.01 TUSD is more than all that is held, 3,000 TUSD → write at most that"
    )
    page.get_by_label("The contractor gets").fill("1,250.50")
    page.get_by_role("button", name="Propose this end").click()
    expect(page.locator("#facts + dl")).to_contain_text("1,749.50 TUSD")
    link = sign(page, "contractor")
    screenshot(page, "proposal-end")
    page = visit("client", link)
    send(page, "End it now")
    expect(page.locator("#state")).to_have_text("The agreement is over: ended by both.")
    part = 1_250_500_000
    ended = {"origin": town.id(document), "status": 3, "toContractor": part, "toClient": DEPOSIT - part}
    assert events(town, since)[-1] == ("Ended", ended)
    assert {each: balance(town, each) - was for each, was in before.items()} == {
        client: DEPOSIT - part, contractor: part, town.agreement: -DEPOSIT,
    }  # fmt: skip


def test_a_withdrawn_bid__never_opens(place, visit):
    town, since = place.town, place.town.node.height()
    page = visit("contractor", "/proposal")
    page.goto(linked(page, proposal(town, drafted(town, salt=90), "contractor")))
    page.get_by_text("Withdraw it", exact=True).first.click()
    send(page, "Withdraw it")
    expect(page.locator("#state")).to_have_text("It was withdrawn: it never comes into force.")
    assert [name for name, _ in events(town, since)] == ["BidWithdrawn"]


@pytest.mark.threat("T28")
def test_the_digest_shown__is_the_one_that_the_encoder_makes(place, visit):
    town = place.town
    document = drafted(town, salt=100)
    page = visit("client", "/proposal")
    linked(page, proposal(town, document))
    page.get_by_text("What your wallet shows").click()
    shown = page.locator(".typed dd").all_inner_texts()
    domain = eip712.domain(eip712.AGREEMENT_DOMAIN, 31337, town.agreement)
    hashes = (eip712.struct_hash("EIP712Domain", domain), eip712.struct_hash("Agreement", document.message))
    assert shown == ["0x" + each.hex() for each in (town.id(document), *hashes)]
