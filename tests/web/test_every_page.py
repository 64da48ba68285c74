"""What holds for every page: nobody is shut out, hostile texts run nowhere, nothing leaves or comes from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import ROOT
from tests.web.every_page import HOSTILE, lively, paths
from tests.web.wallet import Wallet

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]
RAN = "window.alert = (said) => { (window.ran ??= []).push(String(said)); }"


@pytest.fixture
def every_page(own_town, tmp_path, pages_of) -> tuple[Any, str, dict[str, str]]:
    """The town, the server's address and the pages' paths."""
    lively(own_town)
    place, found = paths(own_town, tmp_path / "market")
    return own_town, pages_of(own_town.site(market=place)), found


def test_every_page__shuts_nobody_out(every_page, browser_of, screenshot):
    town, url, found = every_page
    for scheme, width in VIEWS:
        wallet = Wallet(town.accounts["client"], town.node)
        page = browser_of(wallet, url, color_scheme=scheme, viewport={"width": width, "height": 800})
        for name, path in found.items():
            page.goto(path)
            page.evaluate(AXE.read_text())
            answer = page.evaluate("(rules) => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)
            told = [(each["id"], each["nodes"][0]["html"]) for each in answer["violations"]]
            assert told == [], (name, scheme, width)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name, scheme, wide)
            screenshot(page, f"{name}-{scheme}-{width}")


@pytest.mark.threat("T64")
def test_hostile_texts__are_shown_and_never_run(every_page, browser_of):
    _, url, found = every_page
    page = browser_of(None, url)
    page.add_init_script(RAN)
    for name, path in found.items():
        page.goto(path)
        assert page.evaluate("window.ran ?? []") == [], name
        assert page.locator("img").count() == 0, name
        assert "49" not in page.inner_text("h1"), name
    page.goto(found["agreement"])
    assert page.inner_text("h1") == HOSTILE


def test_pages__load_nothing_from_elsewhere_and_leave_nothing_behind(every_page, browser_of):
    _, url, found = every_page
    page = browser_of(None, url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in found.values():
        page.goto(path)
    assert asked
    assert [each for each in asked if not each.startswith(f"{url}/")] == []
    assert page.context.cookies() == []


def test_pages__are_read_without_script(every_page, chromium):
    town, url, found = every_page
    context = chromium.new_context(base_url=url, java_script_enabled=False)
    page = context.new_page()
    for name, path in found.items():
        page.goto(path)
        assert page.locator("main h1").count() == 1, name
    page.goto(found["agreement"])
    assert f"{town.document.parties.client.legal_name}" in page.inner_text("main")
    context.close()
