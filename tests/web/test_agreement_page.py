"""The agreement's page in a browser."""

from __future__ import annotations

import re

from tests.web.wallet import Wallet


def test_an_agreement_page__shows_its_title_and_the_hash_of_the_servers_part(
    own_town, pages_of, browser_of, screenshot
):
    document = own_town.open()
    url = pages_of(own_town.site())
    page = browser_of(Wallet(own_town.accounts["client"], own_town.node), url)
    page.goto(own_town.page_of())
    assert page.inner_text("h1") == document.title
    assert re.fullmatch("[0-9a-f]{64}", page.inner_text("#hash"))
    screenshot(page, "agreement")
