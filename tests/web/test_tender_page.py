"""Tenders in a browser: what is asked, who has bid, and the ranking with its reasons (SPEC.md §15, 16.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.anvil import ask
from tests.market.asked import edited
from tests.sdk import paper as agreement_paper
from tests.web.served import Town
from workpact.market.bid import bid_body, commitment
from workpact.market.paper import Paper
from workpact.market.place import market_place
from workpact.market.request import Request
from workpact.market.request_file import load_request
from workpact.market.sealed_bid import roll_body, seal_body
from workpact.signing import sign
from workpact.terms import loads
from workpact.web.app import create_app

DAY = 86_400
SALT = b"\x5a" * 32
HOSTILE = "<img src=x onerror=alert(1)> {{7*7}}"
FILE = """\
apiVersion: workpact/v1
kind: Request
metadata: {name: desk, title: "TITLE"}
spec:
  timezone: UTC
  agreement: agreement.yaml
  open: [amounts]
  limits: {price: "9,000 TUSD"}
  quantities: {tickets: 100}
  weights: {price: 50 %, service: 20 %, record: 20 %, availability: 10 %}
  trusted: []
  deadline: DAY5
  reveal: DAY7
  decide: DAY15
"""
BIDDERS = {"contractor": "500", "carrier": "400"}
"""What each asks for the first milestone, TUSD."""


class Tendered:
    """A request of the client's on a town's chain, and the place in which its papers lie."""

    def __init__(self, town: Town, folder: Path, title: str = "A small desk") -> None:
        self.town, self.folder, self.title = town, folder, title
        self.address = str(folder / "place")
        self.place = market_place(self.address)
        self.request = Request.of(self.lay("client", "request", self._body()))

    def lay(self, role: str, kind: str, body: dict[str, Any]) -> Paper:
        """A paper of somebody's, laid down."""
        town = self.town
        made = Paper.signed(town.accounts[role], kind, body, 31337, town.contracts["TalentRegistry"])
        self.place.lay(made)
        return made

    def bid(self, role: str, price: str) -> Paper:
        """A bid with its own price of the first milestone; not laid down."""
        town, request = self.town, self.request
        filled = (
            ("${contractor-operator}", town.address("contractor-operator")),
            ("${contractor-reporter}", town.address("contractor-reporter")),
            ("${contractor}", town.address(role)),
            ("0x" + "00" * 32, "0x" + SALT.hex()),
            ("500 TUSD", f"{price} TUSD"),
            ("3,750.50", f"3,{250 + int(price)}.50"),
        )
        document = loads(edited(request.terms, filled), file="bid.yaml")
        signature = sign(town.accounts[role], document.typed_data(31337, request.agreement))
        body = bid_body(request, document.message, signature, SALT, {})
        return Paper.signed(town.accounts[role], "bid", body, 31337, request.registry)

    def seal(self, role: str, bid: Paper) -> Paper:
        """Its sealed bid, laid down."""
        return self.lay(role, "seal", seal_body(self.request, commitment(SALT, bid.content)))

    def roll(self, *seals: Paper) -> Paper:
        """The client's roll."""
        return self.lay("client", "roll", roll_body(self.request, sorted(each.id for each in seals)))

    def profile(self, role: str, title: str) -> None:
        """A profile that counts: available from now on, three agreements at a time."""
        town = self.town
        body = {"title": title, "timezone": "UTC", "availableFrom": str(town.now), "atOnce": "3"}
        body |= {name: [] for name in ("services", "skills", "languages", "countries", "links")}
        paper = self.lay(role, "profile", body)
        registry = town.contract("TalentRegistry").functions
        town.send(role, registry.setProfile(town.address(role), 1, paper.content, b""))

    def warp(self, timestamp: int) -> None:
        """The chain's next block is of that time."""
        ask(self.town.url, "evm_setNextBlockTimestamp", timestamp)
        ask(self.town.url, "evm_mine")

    def _body(self) -> dict[str, Any]:
        town = self.town
        text = FILE.replace("TITLE", self.title)
        for day in (15, 7, 5):
            text = text.replace(f"DAY{day}", datetime.fromtimestamp(town.now + day * DAY, UTC).date().isoformat())
        self.folder.mkdir(exist_ok=True)
        (self.folder / "request.yaml").write_text(text)
        (self.folder / "agreement.yaml").write_text(agreement_paper.text(town.now))
        roles = ("client", "arbiter", "backup", "client-operator", "client-reporter")
        named = {role: town.address(role) for role in roles}
        known = {name: each.address for name, each in town.planned.items()}
        given = {"wallets": named, "token": town.token_address, "contracts": known, "chain_id": 31337}
        return load_request(self.folder / "request.yaml", **given).body(town.agreement)


@pytest.fixture
def tendered(own_town, tmp_path) -> Tendered:
    return Tendered(own_town, tmp_path / "market")


def test_a_tender__is_shown_from_the_first_sealed_bid_to_its_ranking(tendered, pages_of, browser_of, screenshot):
    town, request = tendered.town, tendered.request
    page = browser_of(None, pages_of(town.site(market=tendered.address)))
    page.goto("/tenders")
    assert page.inner_text("tbody th") == "A small desk"
    assert "sealed bids can be laid down" in page.inner_text("tbody")
    screenshot(page, "tenders")
    page.click("text=A small desk")
    assert page.inner_text("h1") == "A small desk"
    assert "Nobody has bid yet." in page.inner_text("#part")

    bids = {role: tendered.bid(role, price) for role, price in BIDDERS.items()}
    seals = [tendered.seal(role, bid) for role, bid in bids.items()]
    tendered.profile("contractor", "{{7*7}} & Co")
    tendered.warp(request.deadline + 1)
    tendered.roll(*seals)
    for bid in bids.values():
        tendered.place.lay(bid)
    page.reload()
    assert "Bids are ranked when they can be opened no more." in page.inner_text("#part")
    tendered.warp(request.reveal + 1)
    page.reload()

    rows = [row.inner_text().split("\t") for row in page.query_selector_all(".ranking tbody tr")]
    # 1,250.50 for the other milestones, and twice 600 + 100 · 2.50.
    totals = {role: (2_950_500 + 1_000 * int(asked)) * 1_000 for role, asked in BIDDERS.items()}
    price = totals["carrier"] * 10**6 // totals["contractor"]
    assert [(row[0], row[3]) for row in rows] == [("1", "3,450.50 TUSD"), ("2", "3,350.50 TUSD")]
    assert [row[4:] for row in rows] == [
        [f"{price:,}", "0", "500,000", "1,000,000"],
        ["1,000,000", "0", "500,000", "0"],
    ]
    best, second = (500_000 * price + 200_000 * 500_000 + 100_000 * 10**6) // 10**6, 500_000 + 100_000
    assert [row[2] for row in rows] == [f"{best:,}", f"{second:,}"]
    assert "as little as any valid bid" in page.inner_text("section.bid:nth-of-type(2)")
    assert rows[0][1].startswith("{{7*7}} & Co")
    screenshot(page, "tender")


@pytest.mark.threat("T56")
def test_two_rolls__void_every_bid_on_the_page_too(tendered):
    town, request = tendered.town, tendered.request
    seal = tendered.seal("contractor", tendered.bid("contractor", "500"))
    tendered.warp(request.reveal + 1)
    tendered.roll(seal)
    tendered.roll()
    answer = TestClient(create_app(town.site(market=tendered.address)), base_url="http://127.0.0.1").get(
        f"/tender/{request.id}?part"
    )
    assert "The client has signed 2 rolls. No bid of this request counts" in answer.text
    assert answer.text.count('class="tag bad">void') == 1


def test_a_requests_words__are_shown_and_never_run(own_town, tmp_path, pages_of, browser_of):
    made = Tendered(own_town, tmp_path / "market", HOSTILE)
    page = browser_of(None, pages_of(own_town.site(market=made.address)))
    for path in ("/tenders", f"/tender/{made.request.id}"):
        page.goto(path)
        assert HOSTILE in page.inner_text("#part")
        assert page.query_selector_all("#part img") == []


def test_pages_of_tenders__say_what_is_not_there(own_town, tendered):
    bare = TestClient(create_app(own_town.site(name="bare")), base_url="http://127.0.0.1")
    assert "Start it with <code>--market PLACE</code>" in bare.get("/tenders").text
    client = TestClient(create_app(own_town.site(market=tendered.address)), base_url="http://127.0.0.1")
    unknown = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
    for answer in (bare.get(f"/tender/{tendered.request.id}"), client.get("/tender/..%2f..%2fetc")):
        assert answer.status_code == 404
    assert client.get(f"/tender/{unknown}").status_code == 404
    assert unknown in client.get(f"/tender/{unknown}").text
