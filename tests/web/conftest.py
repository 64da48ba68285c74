"""Chromium, parties' browsers, and a chain with pages, for `make test-web` alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support import ROOT
from tests.web.served import Town, served, town

# A busy machine is slow, and nothing here is about how fast it is.
expect.set_options(timeout=30_000)

SCREENSHOTS = ROOT / "out" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", str(ROOT / ".toolchain/chromium/chromium"))
"""The system's, or what `toolchain/install.py web` brings where there is none."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"There is none of {', '.join(BROWSERS)}: run make test-web, or install Debian's package chromium."
    with sync_playwright() as driver:
        # Root has no sandbox; what is shown here comes from this machine alone.
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def browser_of(chromium) -> Iterator[Callable[..., Any]]:
    """A person's browser, `browser_of(wallet, base_url)`: a new page of a context of its own.

    Whatever a page's script throws, or the security policy blocks, fails the test at its end.
    """
    contexts, faults = [], []

    def make(wallet: Any = None, base_url: str | None = None, **options: Any) -> Any:
        context = chromium.new_context(base_url=base_url, **options)
        contexts.append(context)
        if wallet is not None:
            wallet.inject(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield make
    for each in contexts:
        each.close()
    assert faults == []


@pytest.fixture
def screenshot() -> Callable[[Any, str], Path]:
    """Keeps a picture of a page as out/screenshots/<name>.png."""

    def take(page: Any, name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture
def own_town(tmp_path) -> Iterator[Town]:
    """A chain for one test, without agreements."""
    with town(tmp_path) as made:
        yield made


@pytest.fixture
def pages_of() -> Iterator[Callable[[Any], str]]:
    """Serves a site until the test ends; its address."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda site: stack.enter_context(served(site))
