"""The form that writes agreements: what it writes is the loader's own file, what it says is the loader's own word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.terms.example import TEXT, changed
from tests.terms.test_bad_input import CASES
from tests.web.drafting import expected, resolved, words
from tests.web.served import Town, served, town
from tests.web.test_proposal import connect
from tests.web.wallet import Wallet
from workpact.terms import load, loads

FILLED = {
    "Title": "A desk for all",
    "Governing law": "Law of Germany",
    "Jurisdiction": "Courts of Hamburg",
    "Description": "It runs.\nOne sees it.",
}
PARTIES = {
    "legalName": ("Käufer GmbH", "Dostawca sp. z o.o."),
    "registerNumber": ("HRB 1", "KRS 2"),
    "country": ("Germany", "Poland"),
    "signatory.name": ("Ute", "Paweł"),
    "noticeAddress": ("Street 1", "Street 2"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[tuple[Town, str]]:
    with town(tmp_path_factory.mktemp("town")) as made, served(made.site()) as url:
        yield made, url


@pytest.fixture
def written(place, browser_of) -> Page:
    """The page of a client with a fresh draft."""
    made, url = place
    page = browser_of(Wallet(made.accounts["client"], made.node), url, accept_downloads=True)
    page.goto("/new")
    connect(page)
    return settled(page)


def settled(page: Page) -> Page:
    """Once the server has answered for what was written last."""
    page.wait_for_selector("[data-write][data-state=shown]")
    return page


def at(page: Page, path: str, document: int = 0) -> Any:
    """The control of a field by its path in the file."""
    dashed = path.replace(".", "-").replace("[", "-").replace("]", "")
    return page.locator(f"#f-{document}-{dashed}")


def filled(page: Page, made: Town) -> None:
    """Everything that only people know."""
    for label, text in FILLED.items():
        page.get_by_label(label, exact=True).fill(text)
    for index, side in enumerate(("client", "contractor")):
        for path, texts in PARTIES.items():
            at(page, f"spec.parties.{side}.{path}").fill(texts[index])
    page.locator("#f-0-spec-parties-client-wallet + button").click()
    at(page, "spec.parties.contractor.wallet").fill(made.address("contractor"))
    at(page, "spec.token.address").fill(made.token_address)
    at(page, "spec.token.symbol").fill("TUSD")


def plain_of(page: Page) -> str:
    """The file, as the page saves it."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    return download.value.path().read_text(encoding="utf-8")


def test_an_agreement_with_a_service__is_written_by_form_and_loads_with_the_id_shown(
    place, written, screenshot, tmp_path
):
    made, _ = place
    page = written
    filled(page, made)
    page.get_by_label("A service over time").check()
    page.get_by_label("Service levels, with credits for missing them").check()
    page.get_by_label("Workers hold a share").check()
    page.get_by_role("button", name="Add a milestone").click()
    second = "spec.milestones[1]"
    for path, text in (
        ("title", "More"),
        ("name", "more"),
        ("amount", "1250.50"),
        ("due", "2031-01-31"),
        ("description", "More."),
    ):
        at(page, f"{second}.{path}").fill(text)
    page.get_by_role("button", name="Add a price").click()
    price = "spec.billing.prices[0]"
    for path, text in (("title", "cases"), ("quantity", "cases"), ("rate", "2.5"), ("metricSource.spec.where", "true")):
        at(page, f"{price}.{path}").fill(text)
    page.get_by_role("button", name="Add a level").click()
    at(page, "spec.total").fill("")
    settled(page)
    expect(page.locator("#summary .notice.good")).to_have_text("Nothing is missing.")
    screenshot(page, "write-service")
    file = tmp_path / "agreement.yaml"
    file.write_text(plain_of(page), encoding="utf-8")
    contracts = {name: each.address for name, each in made.planned.items()}
    document = load(file, contracts=contracts, chain_id=31337)
    assert page.inner_text("#id") == "0x" + document.id(31337, made.agreement).hex()
    assert document.parties.client.wallet == made.address("client")
    assert [(each.name, each.amount) for each in document.milestones] == [
        ("first-delivery", 10_000_000_000),
        ("more", 1_250_500_000),
    ]
    assert [each.name for each in document.levels] == ["in-time", "level-2"]
    assert [(each.quantity, each.rate) for each in document.prices] == [("cases", 2_500_000)]
    assert document.spec.offer.salt != document.spec.legal.salt
    assert document.milestones[0].description == "It runs.\nOne sees it."


def test_two_drafts__have_salts_of_their_own_and_each_keeps_its(place, browser_of):
    _, url = place
    salts = set()
    for _ in range(2):
        page = browser_of(None, url)
        page.goto("/new")
        settled(page)
        before = page.input_value("#text")
        at(page, "metadata.title").fill("A title")
        settled(page)
        page.reload()
        settled(page)
        after = page.input_value("#text")
        assert "title: A title" in after
        kept = [line for line in after.splitlines() if "salt:" in line]
        assert kept == [line for line in before.splitlines() if "salt:" in line]
        assert at(page, "metadata.title").input_value() == "A title"
        assert page.url == f"{url}/new"
        salts |= set(kept)
    assert len(salts) == 4


def test_text_and_form__are_kept_in_step(written):
    page = written
    at(page, "spec.review.rejections").fill("7")
    settled(page)
    page.get_by_role("tab", name="Form").press("ArrowRight")
    text = page.get_by_label("The file itself")
    assert "rejections: '7'" in text.input_value()
    text.fill(text.input_value().replace("rejections: '7'", "rejections: 9") + "\n# a word\n")
    settled(page)
    page.get_by_role("tab", name="As text").press("ArrowLeft")
    assert at(page, "spec.review.rejections").input_value() == "9"


def test_mistakes__are_listed_with_links_to_their_fields(written, screenshot):
    page = written
    at(page, "spec.review.grace").fill("10")
    settled(page)
    expect(page.locator("#f-0-spec-review-grace-error")).to_contain_text(
        "'10' is not a duration → write a number and a unit"
    )
    expect(page.locator("#f-0-spec-parties-client-country-error")).to_have_text("")
    page.get_by_role("button", name="Propose it").click()
    expect(page.locator("#f-0-spec-parties-client-country-error")).to_have_text("is missing → add country:")
    expect(page.locator("#summary")).to_be_focused()
    page.get_by_role("link", name="Client: Country").press("Enter")
    expect(at(page, "spec.parties.client.country")).to_be_focused()
    assert at(page, "spec.parties.client.country").get_attribute("aria-invalid") == "true"
    assert page.url.endswith("/new")
    screenshot(page, "write-mistakes")


def test_what_is_written__is_proposed_with_its_id(place, written):
    made, _ = place
    page = written
    filled(page, made)
    settled(page)
    id_ = page.inner_text("#id")
    page.get_by_role("button", name="Propose it").click()
    expect(page.locator("#id")).to_have_text(id_)
    expect(page.get_by_role("heading", name="A desk for all", level=2).first).to_be_visible()
    expect(page.get_by_role("button", name="Sign it")).to_be_visible()


# Every bad input; all of them, answered by the server, in tests/prove/features/test_writing.py

SHOWN = (
    "duplicate key",
    "anchor",
    "unknown key",
    "missing key",
    "money without token",
    "1m for a month",
    "free text as name",
    "mistyped address",
    "client is contractor",
    "section for a value",
    "cliff",
    "log",
    "target other than band",
    "level unknown",
    "at risk",
)
"""One of each kind of mistake, and of each kind of place."""


def test_a_bad_input__is_shown_at_its_field_in_the_loaders_words(place, written):
    made, _ = place
    page = written
    homeless = []
    for name in SHOWN:
        old, new, *_ = CASES[name]
        text = resolved(changed((old, new)), made)
        page.set_input_files("#file", {"name": "a.yaml", "mimeType": "", "buffer": text.encode()})
        said = [words(each) for each in expected(text, made)]
        page.wait_for_function("(text) => document.querySelector('#summary')?.textContent.includes(text)", arg=said[0])
        settled(page)
        shown = json.dumps(page.locator("#form .error").all_inner_texts(), ensure_ascii=False)
        if not all(json.dumps(each, ensure_ascii=False)[1:-1] in shown for each in said):
            homeless.append(name)
    assert homeless == []


def test_the_example__is_the_same_after_the_form_has_had_it(place, written):
    made, _ = place
    page = written
    text = resolved(TEXT, made)
    page.set_input_files("#file", {"name": "a.yaml", "mimeType": "", "buffer": text.encode()})
    expect(at(page, "metadata.name")).to_have_value("it-service-desk")
    settled(page)
    document = loads(text)
    assert page.inner_text("#id") == "0x" + document.id(31337, made.agreement).hex()
    at(page, "spec.review.rejections").fill("3")
    settled(page)
    at(page, "spec.review.rejections").fill("2")
    settled(page)
    expect(page.locator("#id")).to_have_text("0x" + document.id(31337, made.agreement).hex())
