"""The form that writes agreements."""

from __future__ import annotations

from tests.web.test_proposal import connect
from tests.web.wallet import Wallet


def test_form(own_town, pages_of, browser_of, screenshot):
    url = pages_of(own_town.site())
    page = browser_of(Wallet(own_town.accounts["client"], own_town.node), url)
    page.goto("/new")
    connect(page)
    page.wait_for_selector("[data-write][data-state=shown]")
    screenshot(page, "write")
    page.get_by_role("button", name="Check it").click()
    page.get_by_label("A service over time").check()
    page.get_by_label("Service levels, with credits for missing them").check()
    page.wait_for_selector("[data-write][data-state=shown]")
    screenshot(page, "write-all")
    page.get_by_role("tab", name="As text").click()
    screenshot(page, "write-text")
