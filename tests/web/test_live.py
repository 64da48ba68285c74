"""Pages follow the chain by themselves."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_new_block__is_on_an_open_page_by_itself(own_town, pages_of, browser_of):
    own_town.open()
    page = browser_of(None, pages_of(own_town.site()))
    page.goto(own_town.page_of())
    before = page.inner_text("#hash")
    own_town.mine()
    expect(page.locator("#block")).to_have_text(str(own_town.node.height()))
    expect(page.locator("#hash")).not_to_have_text(before)
