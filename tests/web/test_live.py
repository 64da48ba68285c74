"""Pages follow the chain by themselves, and say when they cannot."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.anvil import ask
from tests.audit.poor_node import PoorNode
from tests.web.served import served
from workpact.web.follower import Follower

SECONDS = 60_000
"""Of patience, on a machine that has other things to do."""


@pytest.fixture
def seen(own_town, pages_of, browser_of) -> Page:
    """An open agreement's page in a browser, whose server follows by itself."""
    own_town.open()
    page = browser_of(None, pages_of(own_town.site(following=Follower)))
    page.set_default_timeout(SECONDS)
    page.goto(own_town.page_of())
    return page


def is_at(page: Page, block: int) -> None:
    expect(page.locator("#block")).to_have_text(str(block), timeout=SECONDS)
    expect(page.locator("#part")).to_have_attribute("data-block", str(block))


def test_a_new_block__is_on_an_open_page_by_itself_with_its_hash(own_town, seen):
    seen.evaluate("window.parts = 0; document.addEventListener('workpact:part', () => window.parts++)")
    own_town.send(*own_town.act("contractor", "submit", 0, b"\x21" * 32))
    is_at(seen, own_town.node.height())
    url = seen.url.split("#")[0]
    part = httpx.get(f"{url}?part")
    expect(seen.locator("#hash")).to_have_text(part.headers["etag"][3:-1])
    assert seen.evaluate("window.parts") >= 1
    expect(seen.locator("[data-live]")).to_have_count(0)


def test_what_a_reader_does__stays_where_it_is(own_town, seen):
    opened = seen.locator("#part details").first
    opened.evaluate("each => { each.open = true; each.querySelector('summary').focus(); }")
    seen.evaluate("window.scrollTo(0, 200)")
    before = seen.evaluate("[window.scrollY, document.activeElement.textContent]")
    own_town.mine()
    is_at(seen, own_town.node.height())
    assert seen.locator("#part details").first.evaluate("each => each.open")
    assert seen.evaluate("[window.scrollY, document.activeElement.textContent]") == before


def test_an_open_dialog__is_not_pulled_away(own_town, seen):
    at = int(seen.inner_text("#block"))
    seen.evaluate(
        """() => {
          const dialog = document.createElement('dialog');
          dialog.id = 'mine';
          document.querySelector('#part').append(dialog);
          dialog.showModal();
        }"""
    )
    own_town.mine()
    expect(seen.locator("#notices")).to_contain_text("There is a newer state of this page.", timeout=SECONDS)
    assert int(seen.inner_text("#block")) == at
    seen.evaluate("document.querySelector('#mine').close()")
    is_at(seen, own_town.node.height())
    expect(seen.locator("[data-live]")).to_have_count(0)


def test_a_replaced_block__is_said_with_what_it_had_brought(own_town, seen):
    document = own_town.documents[0]
    own_town.send(*own_town.act("contractor", "submit", 0, b"\x21" * 32))
    is_at(seen, own_town.node.height())
    assert "submitted" in seen.inner_text("#part")
    block = own_town.node.height()
    ask(own_town.url, "anvil_reorg", 2, [])
    said = seen.locator("#notices [data-live=replaced]")
    expect(said).to_contain_text(f"Block {block}, which this page was made of, was replaced", timeout=SECONDS)
    expect(said).to_contain_text("Gone from this page: ")
    assert document.title in seen.inner_text("#part")
    said.get_by_role("button").click()
    expect(said).to_have_count(0)


def test_a_silent_node__is_said_and_ends_by_itself(own_town, pages_of, browser_of, monkeypatch):
    monkeypatch.setattr("workpact.web.follower.SILENT", 0)
    own_town.open()
    with PoorNode(own_town.url) as poor:
        page = browser_of(None, pages_of(own_town.site(poor.url, following=Follower)))
        page.goto(own_town.page_of())
        at = page.inner_text("#block")

        def hung_up(*_: Any) -> None:
            raise ConnectionAbortedError

        poor.before = hung_up
        own_town.mine()
        notice = page.locator("#notices [data-live=live]")
        expect(notice).to_contain_text(f"As of block {at}: the node has not answered since", timeout=SECONDS)
        monkeypatch.setattr("workpact.web.follower.SILENT", 8)
        poor.before = None
        is_at(page, own_town.node.height())
        expect(notice).to_have_count(0)


def test_a_server_that_is_gone__is_said_and_found_again(own_town, browser_of):
    own_town.open()
    with served(own_town.site(following=Follower)) as url:
        page = browser_of(None, url)
        page.goto(own_town.page_of())
        at = page.inner_text("#block")
    notice = page.locator("#notices [data-live=live]")
    expect(notice).to_contain_text(f"As of block {at}: this server has not answered since", timeout=SECONDS)
    own_town.mine()
    with served(own_town.site(following=Follower), int(url.rpartition(":")[2])):
        is_at(page, own_town.node.height())
        expect(notice).to_have_count(0)


def test_a_page_without_the_chain__loads_again_when_the_node_is_back(own_town, browser_of):
    own_town.open()
    with PoorNode(own_town.url) as poor:
        poor.lacks = {"eth_getBlockByNumber"}
        with served(own_town.site(poor.url, following=Follower)) as url:
            page = browser_of(None, url)
            page.goto(own_town.page_of())
            assert page.inner_text("h1") == "The node does not answer"
            poor.lacks = set()
            expect(page.locator("h1")).to_have_text(own_town.documents[0].title, timeout=SECONDS)
