"""The agreement's page answers what people ask of it, from this page alone, with the contracts' own numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.audit.long_life import DAY
from tests.support import ROOT
from tests.web import rich
from tests.web.served import Town, served, town
from tests.web.wallet import Wallet
from workpact.publication import encoded
from workpact.terms.units import write_money

UNIT = 10**6
AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHARGE = 600 * UNIT + 40 * 2_500_000
"""Of a month: the fixed charge and forty tickets at 2.50."""
CREDIT = CHARGE * 12 * 30 // 10_000
"""Of the first month: 12 % at risk, 30 % of it for one level missed."""
PLAN, BUILD, REPORT = 500 * UNIT, 1_000_500_000, 250 * UNIT


@pytest.fixture(scope="module")
def lively(tmp_path_factory) -> Iterator[tuple[Town, str]]:
    """A chain with the rich life and one that has ended, and the address of its pages."""
    with town(tmp_path_factory.mktemp("rich")) as made:
        rich.play(made)
        ended = rich.end_by_both(made)
        assert made.documents[-1] is ended
        with served(made.site()) as url:
            yield made, url


@pytest.fixture
def page(lively, browser_of) -> Page:
    """The rich life's page, before a reader whose clock is the chain's."""
    made, url = lively
    opened = browser_of(None, url)
    opened.clock.set_fixed_time(made.now)
    opened.goto(made.page_of())
    return opened


def row(page: Page, table: str, name: str) -> list[str]:
    """The cells of a row by its heading, as they are read; `table` is what its section is called."""
    found = page.get_by_role("region", name=table, exact=True).locator("tbody tr").filter(has=heading(page, name))
    return [re.sub(r"\s+", " ", each).strip() for each in found.first.locator("td").all_inner_texts()]


def heading(page: Page, name: str) -> Locator:
    return page.locator("th[scope=row]").filter(has_text=re.compile(rf"^\s*{name}(?![a-z-]| back)"))


def said(place: Locator) -> str:
    return re.sub(r"\s+", " ", place.inner_text()).strip()


def written(units: int) -> str:
    return write_money(units, "TUSD", 6)


def at(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def disputed(made: Town) -> int:
    """When the build was disputed."""
    event = made.contract("Agreement").events.Disputed
    (found,) = event.get_logs(from_block=0)
    return int(made.web3.eth.get_block(found["blockNumber"])["timestamp"])


# Eight questions


def test_how_much_is_paid_if_nobody_acts__and_when(page, lively):
    """Half of the build each, once both arbiters' windows are over."""
    since = disputed(lively[0])
    turn = said(page.get_by_role("region", name="Whose turn it is"))
    assert f"Until {at(since + 14 * DAY)}" in turn
    assert f"If nobody acts From {at(since + 28 * DAY + 1)}" in turn
    assert f"{written(BUILD // 2)} go to the contractor, {written(BUILD // 2)} go back to the client." in turn
    shown = f"{written(BUILD // 2)} to the contractor, {written(BUILD // 2)} to the client"
    assert shown in row(page, "Milestones", "build")[-1]


def test_why_was_an_amount_withheld(page):
    assert row(page, "Money", "service credit of first") == [
        written(CREDIT),
        "in-time: 93 %, missed: below 95 %; a credit of 3.6 % of the charge",
        "stays the client's",
    ]
    assert row(page, "Money", "build")[:2] == [written(BUILD), "It is disputed."]
    working = page.locator("ol.working").first.locator("li").all_inner_texts()
    assert working == [
        "Charge: fixed 600 TUSD + by quantity 100 TUSD = 700 TUSD, at most 1,000 TUSD: 700 TUSD.",
        "Rate: at risk 12 % x 30 % (in-time) = 3.6 %, at most 12 % of a period, 10 % that the year leaves: 3.6 %.",
        f"Credit: 700 TUSD x 3.6 %, rounded down = {written(CREDIT)}.",
        f"Due to the contractor: {written(CHARGE - CREDIT)}.",
    ]


def test_who_is_blocking(page, lively):
    turn = page.get_by_role("region", name="Whose turn it is")
    assert said(turn.locator(".what")) == "The arbiter: build"
    assert turn.locator("code").get_attribute("title") == lively[0].address("arbiter")
    assert "An Arbiter" in said(turn)


def test_what_is_held_back__and_until_when(page, lively):
    kept = (PLAN + CHARGE - CREDIT) // 10
    until = int(lively[0].document.message["deal"]["holdbackUntil"])
    amount, why, now = row(page, "Money", "holdback")
    assert (amount, why) == (
        written(kept),
        "10 % of each payment is held back until its date; the client may dispute it before.",
    )
    assert now.startswith(f"waits for its date {at(until)} in ")
    assert row(page, "Money", "held back")[0] == written(kept)


def test_what_is_the_next_service_credit_at_risk(page):
    """Twice what a level costs, as it was missed before: 12 % x 60 % of 700; 12 % is the cap of a period."""
    risk = said(page.get_by_role("region", name="Service levels", exact=True).locator(".notice"))
    assert risk == (
        "Next service credit at risk: second. At most 12 % of its charge: 72 TUSD of the fixed charge, 120 TUSD if the "
        "charge comes to its cap of 1,000 TUSD. Missed in the period before, so that it counts more now: in-time. "
        f"If the client's report stands: in-time missed, a credit of {written(CHARGE * 72 // 1_000)} (7.2 %), "
        f"{written(CHARGE - CHARGE * 72 // 1_000)} due to the contractor. "
        "If the contractor's report stands: none missed, a credit of 0 TUSD (0 %), 700 TUSD due to the contractor."
    )


def test_is_the_cover_enough(page, lively):
    """Needed: two milestones, a month that is not settled and the one that runs."""
    made = lively[0]
    state = made.contract("Agreement").functions.stateOf(made.id()).call()
    needed = BUILD + REPORT + 2 * 1_000 * UNIT
    assert said(page.get_by_role("region", name="Money").locator(".notice")) == (
        f"Cover is not enough: {written(needed - state[2])} is lacking. Open milestones and the periods to be covered "
        f"need {written(needed)}, held is {written(state[2])}."
    )


def test_who_may_still_act(page):
    may = {role: row(page, "Who may act", role)[-1].split("; ") for role in ("client", "contractor", "arbiter")}
    assert {"Accept build", "Give notice"} <= set(may["client"])
    assert {"Give up build", "Submit report"} <= set(may["contractor"])
    assert "Rule on the figures of second" in may["arbiter"]
    assert "Fund" in row(page, "Who may act", "anyone")[-1].split("; ")


def test_how_did_it_end(lively, browser_of, screenshot):
    made, url = lively
    page = browser_of(None, url)
    page.goto(made.page_of(made.documents[-1]))
    (event,) = made.contract("Agreement").events.Ended.get_logs(from_block=0)
    closed = int(made.web3.eth.get_block(event["blockNumber"])["timestamp"])
    assert said(page.get_by_role("region", name="How it ended")) == (
        f"How it ended ended by both Closed {at(closed)} by client: of what was held, 1,000 TUSD went to the "
        "contractor and 2,000 TUSD to the client. Nothing of it is open any more."
    )
    assert page.locator("h1 + .tag").inner_text() == "ended by both"
    screenshot(page, "agreement-ended")


# What it shows


def test_parts_of_the_money__are_the_contracts_own__and_make_what_was_funded(page, lively):
    made = lively[0]
    state = made.contract("Agreement").functions.stateOf(made.id()).call()
    paid = PLAN * 9 // 10
    booked = (CHARGE - CREDIT) * 9 // 10
    cells = {name: row(page, "Money", name)[0] for name in ("paid", "owed", "held back", "held", "refunded")}
    expected = {"paid": paid, "owed": booked, "held back": state[10], "held": state[2], "refunded": 0}
    assert cells == {name: written(units) for name, units in expected.items()}
    assert sum(expected.values()) == 3_000 * UNIT
    parts = " + ".join(f"{name} {written(units)}" for name, units in expected.items())
    assert said(page.locator(".equation")) == f"{parts} = funded 3,000 TUSD"
    bars = page.locator("svg.bar rect").all()
    assert sum(int(str(each.get_attribute("width"))) for each in bars) == 1_000
    assert f"{written(CREDIT)} the client kept (first {written(CREDIT)})" in said(
        page.get_by_role("region", name="Money")
    )


def test_milestones__have_state_amounts_turn_and_moves(page):
    assert row(page, "Milestones", "plan")[:1] + row(page, "Milestones", "plan")[2:5] == [
        "accepted sent back 1 time", "500 TUSD", "500 TUSD", "500 TUSD",
    ]  # fmt: skip
    assert row(page, "Milestones", "build")[0] == "disputed sent back 1 time"
    assert row(page, "Milestones", "report")[5].startswith("contractor ")
    places = page.locator("[data-moves]").evaluate_all("all => all.map((each) => each.dataset.moves)")
    assert len(places) == len(set(places))
    offered = page.evaluate("JSON.parse(document.querySelector('#moves').textContent).map((each) => each.place)")
    assert set(offered) <= set(places)


def test_levels__show_both_sides_figures__and_what_was_missed_by_shape(page):
    chart = page.get_by_role("img", name=re.compile("^in-time by period"))
    assert chart.locator("path.missed").count() == 1
    assert chart.locator("text.missed").text_content() == "93 %"
    assert [chart.locator(f"text.{side}").text_content() for side in ("client", "contractor")] == ["88 %", "92 %"]
    assert chart.locator("line.agreed").count() == 2
    assert chart.locator("text.target").text_content() == "90 %"
    assert chart.locator("text.former").text_content() == "95 %"
    page.get_by_text("Figures of in-time").click()
    figures = page.get_by_role("region", name="Figures of in-time")
    rows = [each.locator("td").all_inner_texts() for each in figures.locator("tbody tr").all()]
    assert rows == [
        ["at least 95 %", "93 %", "93 of 100", "✗ missed: below 95 %", "–", "–"],
        ["at least 90 %", "not final", "", "contested", "88 %\n88 of 100", "92 %\n92 of 100"],
    ]


def test_countdown__goes_by_the_chain_where_the_readers_clock_is_off(lively, browser_of):
    made, url = lively
    until = disputed(made) + 14 * DAY
    days, rest = divmod(until - made.now, DAY)
    for clock in (made.now, made.now + 400 * DAY):
        page = browser_of(None, url, timezone_id="Asia/Tokyo", locale="en-GB")
        page.clock.set_fixed_time(clock)
        page.goto(made.page_of())
        deadline = page.locator(".deadline")
        assert deadline.locator(".left").inner_text() == f"in {days} days {rest // 3_600} h"
        there = datetime.fromtimestamp(until + 9 * 3_600, UTC)
        assert deadline.locator(".local").inner_text().startswith(f"{there.day} {there:%b %Y}, {there:%H:%M}")


def test_page__shuts_nobody_out_in_any_look(lively, browser_of, screenshot):
    made, url = lively
    for scheme, width in (("light", 1280), ("dark", 360)):
        wallet = Wallet(made.accounts["client"], made.node)
        page = browser_of(wallet, url, color_scheme=scheme, viewport={"width": width, "height": 800})
        page.goto(made.page_of())
        page.evaluate(AXE.read_text())
        found = page.evaluate("(rules) => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == [], (scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        screenshot(page, f"agreement-rich-{scheme}-{width}")


# What it cannot know


def test_document_that_nobody_gave__is_said_to_be_missing__and_read_once_published(own_town, pages_of, browser_of):
    document = own_town.open()
    path = own_town.page_of()
    given, own_town.documents = own_town.documents, []
    url = pages_of(own_town.site())
    answer = httpx.get(f"{url}{path}")
    assert answer.status_code == 404
    assert "nobody has published the document that it goes by" in answer.text
    message = document.typed_data(31337, own_town.agreement)["message"]
    own_town.send("client", own_town.contract("Agreement").functions.publish(own_town.id(document), encoded(message)))
    page = browser_of(None, url)
    page.goto(path)
    expect(page.locator("h1")).to_have_text(f"Agreement 0x{own_town.id(document).hex()[:8]}…")
    assert row(page, "Money", "held")[0] == f"{3_000 * UNIT} units"
    assert row(page, "Who may act", "client")[0] == "not known"
    assert "No file of 1 of its 1 documents was given to this server." in said(page.locator("#limits ~ ul"))
    own_town.documents = given


@pytest.mark.parametrize("written_", ["0x" + "00" * 32, "0x12", "nothing"])
def test_address_of_no_agreement__is_no_page(lively, written_):
    answer = httpx.get(f"{lively[1]}/agreement/{written_}")
    assert answer.status_code == 404
    assert "<h1>" in answer.text
