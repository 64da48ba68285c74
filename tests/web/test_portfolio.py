"""The list of agreements: what each line says, what tiles count, and that lines are made anew when they have to be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.audit.long_life import UNIT
from tests.web.acting import connect
from tests.web.wallet import Wallet
from workpact.web.app import create_app
from workpact.web.portfolio import Portfolio
from workpact.web.site import Site

FIRST, SECOND, THIRD = 1, 2, 3


class Listed:
    """The list of a site, read as a person reads it."""

    def __init__(self, site: Site) -> None:
        self.client = TestClient(create_app(site), base_url="http://127.0.0.1")

    def part(self, query: str = "") -> str:
        """The server's part."""
        answer = self.client.get(f"/?part&{query}")
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def tiles(self, query: str = "") -> dict[str, int]:
        """What each tile counts."""
        found = re.findall(
            r'class="tile" href="([^"]*)"[^>]*><span class="number">([\d,]+)</span> ([^<]+)<', self.part(query)
        )
        return {words.replace("&#39;", "'"): int(number.replace(",", "")) for _, number, words in found}

    def origins(self, query: str = "") -> list[str]:
        """The agreements listed, in order."""
        return re.findall(r'href="/agreement/(0x[0-9a-f]{64})"', self.part(query))


@pytest.fixture
def opened(own_town):
    """Three agreements: submitted; one milestone accepted; and one whose file nobody gave."""
    for salt in (FIRST, SECOND, THIRD):
        own_town.open(salt=salt)
    own_town.send(*own_town.act("contractor", "submit", 0, b"\x21" * 32))
    own_town.send(*own_town.act("client", "accept", 1, document=own_town.documents[1]))
    own_town.hidden = own_town.documents.pop()
    return own_town


def name(town: Any, place: int) -> str:
    """An agreement as links name it."""
    return "0x" + town.id([*town.documents, town.hidden][place]).hex()


def test_tiles__count_what_their_lists_show(opened):
    listed = Listed(opened.site())
    client, stranger = opened.address("client"), opened.address("stranger")

    everybody, own = listed.tiles(), listed.tiles(f"account={client}")

    none = {"end soon": 0, "lack cover": 0, "disputed": 0, "owe money": 0, "ended": 0, "unknown document": 1}
    assert everybody == {"agreements": 3, "somebody's turn": 2} | none
    assert own == {"agreements": 3, "your turn": 1, "somebody else's turn": 1} | none
    assert listed.tiles(f"account={stranger}") == {"agreements": 0, "your turn": 0, "somebody else's turn": 0} | {
        **none,
        "unknown document": 0,
    }
    assert listed.origins(f"account={client}&show=mine") == [name(opened, 0)]
    assert listed.origins(f"account={client}&show=others") == [name(opened, 1)]
    assert listed.origins("show=unknown") == [name(opened, 2)]
    assert listed.origins("show=ended") == []


def test_columns__sort_by_links(opened):
    listed = Listed(opened.site())
    assert listed.origins() == [name(opened, place) for place in (0, 1, 2)]  # by date; without one last
    # 3,000 in the first; in the second 500 less nine tenths of it; in smallest units where no file names the token.
    assert listed.origins("sort=held") == [name(opened, 2), name(opened, 0), name(opened, 1)]
    assert [each in listed.part() for each in ("3,000 TUSD", "2,550 TUSD", "3000000000 units")] == [True] * 3
    assert listed.client.get("/?sort=other").status_code == 404
    assert listed.client.get("/?show=other").status_code == 404
    assert listed.client.get("/?show=mine").status_code == 404
    assert listed.client.get("/?page=2").status_code == 404
    assert listed.client.get("/?page=0").status_code == 404
    assert listed.client.get("/?account=0x12").status_code == 404


def test_a_line__is_made_anew_when_it_changed_or_a_date_has_come(opened):
    site = opened.site()
    listed, portfolio = Listed(site), Portfolio(site.follower)
    _, before = portfolio.lines()
    opened.send(*opened.act("client", "reject", 0, b"\x22" * 32))
    opened.send(*opened.act("contractor", "dispute", 0, b"\x23" * 32))
    _, after = portfolio.lines()
    assert [one is other for one, other in zip(before, after, strict=True)] == [False, True, True]
    assert listed.tiles()["disputed"] == 1
    assert (after[0].is_disputed, after[0].next.turn if after[0].next else None) == (True, "arbiter")

    opened.mine(after[1].by + 1)
    fresh = Portfolio(opened.site(name="fresh").follower).lines()
    assert portfolio.lines() == fresh
    assert after[1] != fresh[1][1]


def test_money_that_waits__is_listed_until_it_is_withdrawn(opened):
    site = opened.site()
    listed, portfolio = Listed(site), Portfolio(site.follower)
    opened.send(*opened.act("client", "reject", 0, b"\x22" * 32))
    opened.send(*opened.act("contractor", "dispute", 0, b"\x23" * 32))
    opened.send(*opened.act("arbiter", "serve", opened.document.arbitration()))
    opened.send(*opened.act("arbiter", "rule", opened.document.arbitration(), 0, 1_000_000))
    arbiter, token = opened.address("arbiter"), opened.contract("TokenMock").address
    _, lines = portfolio.lines()
    owed = opened.contract("Agreement").functions.owed(token, arbiter).call()
    assert (lines[0].owed, owed) == ({arbiter: 10 * UNIT}, 10 * UNIT)  # two per cent of 500
    assert listed.origins(f"account={arbiter}&show=owed") == [name(opened, 0)]

    opened.send("arbiter", opened.contract("Agreement").functions.withdraw(token, arbiter))
    _, lines = portfolio.lines()
    assert (lines[0].owed, listed.origins("show=owed")) == ({}, [])


def test_a_replaced_block__leaves_no_line_of_what_it_had(opened):
    portfolio = Portfolio(opened.site().follower)
    snapshot = opened.node.ask("evm_snapshot")
    opened.send(*opened.act("client", "accept", 1))
    _, with_it = portfolio.lines()
    opened.node.ask("evm_revert", snapshot)
    opened.mine()
    opened.mine()
    _, without = portfolio.lines()
    assert (with_it[0].held, without[0].held) == (2_550 * UNIT, 3_000 * UNIT)
    assert without == Portfolio(opened.site(name="fresh").follower).lines()[1]


def test_the_connected_account__finds_its_own(opened, pages_of, browser_of, screenshot):
    url = pages_of(opened.site())
    for look, width in (("light", 1280), ("dark", 360)):
        page = browser_of(
            Wallet(opened.accounts["client"], opened.node),
            url,
            color_scheme=look,
            viewport={"width": width, "height": 900},
        )
        page.goto("/")
        connect(page)
        page.get_by_role("link", name="Only those of").click()
        assert page.inner_text("a.tile[aria-current]").split() == ["3", "agreements"]
        assert [page.inner_text(f"a.tile:has-text('{words}') .number") for words in ("your turn", "ended")] == [
            "1",
            "0",
        ]
        screenshot(page, f"portfolio-{look}")
