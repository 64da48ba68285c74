"""A move from its button to the chain: what is shown before, what is sealed, sent, followed, and kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak
from playwright.sync_api import Page, expect

from tests.anvil import ask
from tests.web.acting import ONCE, SEND, Desk, connect, desk, fill, press, ready, send, sent
from tests.web.conftest import SCREENSHOTS
from workpact.sealing import kept_seal

UNIT = 10**6
PLAN = 500 * UNIT
HELD_BACK = PLAN // 10


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("sending")) as made:
        yield made


@pytest.fixture
def at(place, browser_of) -> Any:
    """Opens an agreement's page by a role's browser, connected."""

    def visit(role: str, document: Any, **options: Any) -> tuple[Page, Any]:
        wallet = place.wallet(role)
        page = browser_of(wallet, place.url, **options)
        page.goto(place.town.page_of(document))
        connect(page)
        return page, wallet

    return visit


def axe(page: Page) -> list[str]:
    """What axe finds wrong."""
    page.evaluate((Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text())
    return [each["id"] for each in page.evaluate("axe.run()")["violations"]]


@pytest.mark.threat("T66")
def test_accept__shows_the_call_and_what_it_does_and_sends_just_that(place, at, screenshot):
    town, document = place.town, place.open()
    page, wallet = at("client", document)
    button = ready(page, "Accept plan")
    dialog = page.get_by_role("dialog", name="Accept plan")
    expect(dialog.locator("ul li").first).to_be_visible()
    dialog.get_by_text("The call that your wallet will show").click()
    assert dialog.locator("dt", has_text="Function").locator("+ dd").inner_text() == "accept"
    assert town.agreement in dialog.locator("dt", has_text="Contract").first.locator("+ dd").inner_text()
    names = dialog.locator("#move-preview > details > dl > dt").all_inner_texts()
    assert names == ["Contract", "Function", "terms", "milestones"]
    assert dialog.locator("#move-preview > details > dl > dd").last.inner_text() == "1"
    assert axe(page) == []
    screenshot(page, "move")
    contractor = town.contract("TokenMock").functions.balanceOf(town.address("contractor"))
    before = contractor.call()
    button.click()
    expect(sent(page, "accept:milestone:0")).to_contain_text("Mined in block")
    ((asked,),) = wallet.asked_for(ONCE)
    call = town.act("client", "accept", 1, document=document)[1]
    assert asked == {"from": wallet.address, "to": town.agreement, "data": call._encode_transaction_data()}
    origin = town.id(document)
    assert place.events(wallet.sent[0]) == [
        ("Accepted", {"origin": origin, "milestones": 1, "paid": PLAN - HELD_BACK, "retained": HELD_BACK}),
        ("Transfer", {"from": town.agreement, "to": town.address("contractor"), "value": PLAN - HELD_BACK}),
    ]
    assert contractor.call() - before == PLAN - HELD_BACK


def test_sent__is_followed_until_final_over_reloads_and_then_forgotten(place, at, screenshot):
    document = place.open()
    page, _ = at("client", document)
    card = sent(page, "accept:milestone:0")
    with place.by_hand():
        send(page, "Accept plan")
        expect(card).to_contain_text("Sent; it waits to be mined.")
        page.reload()
        expect(card).to_contain_text("Sent; it waits to be mined.")
        expect(page.locator('[data-move="accept:milestone:0"]')).to_be_disabled()
        screenshot(page, "sent")
        place.town.mine()
        block = place.town.node.height()
        expect(card).to_contain_text(f"Mined in block {block}; not final yet.")
    ask(place.town.url, "anvil_mine", 65)
    expect(card).to_contain_text(f"Final, in block {block}.")
    page.reload()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
    expect(card).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage)") == ["workpact:wallet"]


def test_submit__seals_the_file_here_and_demands_that_the_seal_is_saved(place, at, tmp_path, screenshot):
    document = place.open()
    page, wallet = at("contractor", document)
    work = tmp_path / "build.zip"
    work.write_bytes(b"all the work" * 1000)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.post_data or ""))
    dialog = press(page, "Submit plan")
    dialog.get_by_role("button", name="Check").click()
    field = dialog.locator("#input-deliverable")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator("#input-deliverable-error")).to_have_text("No file is chosen. Choose it.")
    fill(field, work)
    dialog.get_by_role("button", name="Check").click()
    sending = dialog.get_by_role("button", name=SEND)
    expect(sending).to_be_disabled()
    screenshot(page, "seal")
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save build.zip").click()
    seal = tmp_path / saved.value.suggested_filename
    saved.value.save_as(seal)
    sending.click()
    expect(sent(page, "submit:milestone:0")).to_contain_text("Mined in block")
    opened = kept_seal(work)
    assert opened is not None
    assert seal.name == f"build.zip.{opened.content_hash.hex()[:8]}.seal.json"
    assert seal.read_text() == json.dumps({**opened.opening, "hash": "0x" + opened.hash.hex()}, indent=2) + "\n"
    assert opened.hash == keccak(opened.salt + opened.content_hash)
    assert opened.opens(work.read_bytes())
    origin = place.town.id(document)
    assert place.events(wallet.sent[0]) == [
        ("Submitted", {"origin": origin, "milestone": 0, "deliverable": opened.hash})
    ]
    assert not any("all the work" in each or opened.salt.hex() in each for each in requests)
    assert opened.salt.hex() not in page.evaluate("JSON.stringify(localStorage)")


def test_seal_not_saved_when_the_page_was_closed__is_offered_until_it_is(place, at, tmp_path):
    page, wallet = at("contractor", place.open())
    work = tmp_path / "build.zip"
    work.write_bytes(b"all the work")
    dialog = press(page, "Submit plan")
    fill(dialog.locator("#input-deliverable"), work)
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_role("button", name="Save build.zip")).to_be_visible()
    page.reload()
    notice = page.locator("#sent")
    expect(notice).to_contain_text("was not saved yet. Without it nobody can show later what its hash stands for.")
    with page.expect_download() as saved:
        notice.get_by_role("button", name="Save it").click()
    saved.value.save_as(tmp_path / saved.value.suggested_filename)
    opened = kept_seal(work)
    assert opened is not None
    assert opened.opens(b"all the work")
    expect(notice).to_be_empty()
    assert page.evaluate("Object.keys(localStorage)") == ["workpact:wallet"]
    assert wallet.asked_for(ONCE) == []


def test_reject__seals_the_reason_and_another_reason_needs_another_check(place, at, tmp_path):
    document = place.open()
    place.town.send(*place.town.act("contractor", "submit", 0, b"\x07" * 32, document=document))
    page, wallet = at("client", document)
    ready(page, "Reject plan", reason="Half of it is missing.")
    dialog = page.get_by_role("dialog")
    dialog.locator("#input-reason").fill("Half of it is missing: §2.")
    expect(dialog.get_by_role("button", name=SEND)).to_be_hidden()
    dialog.get_by_role("button", name="Check").click()
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save reason.txt").click()
    reason = tmp_path / "reason.txt"
    reason.write_text("Half of it is missing: §2.")
    saved.value.save_as(tmp_path / saved.value.suggested_filename)
    dialog.get_by_role("button", name=SEND).click()
    expect(sent(page, "reject:milestone:0")).to_contain_text("Mined in block")
    opened = kept_seal(reason)
    assert opened is not None
    rejected = {"origin": place.town.id(document), "milestone": 0, "reason": opened.hash}
    assert place.events(wallet.sent[0]) == [("Rejected", rejected)]


AMOUNTS = (
    ("", "Nothing is no amount. Write digits, with a point: 1250.50."),
    ("12,50", "12,50 is no amount. Write digits, with a point: 1250.50."),
    ("1e3", "1e3 is no amount. Write digits, with a point: 1250.50."),
    ("1.1234567", "The token has 6 decimals. Write no more than 6 digits after the point."),
    ("0", "That is too little. Write at least 0.000001."),
    ("500", "That is too much. Write at most 499.999999."),
)


def test_amount__that_is_none_or_out_of_range__is_refused_at_the_field(place, at):
    page, wallet = at("client", place.open())
    dialog = press(page, "Accept a part of plan")
    field = dialog.locator("#input-total")
    for written, said in AMOUNTS:
        field.fill(written)
        dialog.get_by_role("button", name="Check").click()
        expect(dialog.locator("#input-total-error")).to_have_text(said)
        expect(field).to_have_attribute("aria-describedby", "input-total-help input-total-error")
        expect(field).to_be_focused()
    assert wallet.asked_for(ONCE) == []


def test_part_accepted__takes_the_amount_to_the_unit(place, at):
    document = place.open()
    page, wallet = at("client", document)
    send(page, "Accept a part of plan", total="123.456789")
    expect(sent(page, "acceptUpTo:milestone:0")).to_contain_text("Mined in block")
    kept = 123_456_789 // 10
    paid = 123_456_789 - kept
    accepted = {"origin": place.town.id(document), "milestone": 0, "total": 123_456_789}
    assert place.events(wallet.sent[0]) == [
        ("AcceptedUpTo", accepted | {"paid": paid, "retained": kept}),
        ("Transfer", {"from": place.town.agreement, "to": place.town.address("contractor"), "value": paid}),
    ]


def test_fund__allows_exactly_what_is_needed_first(place, at, screenshot):
    town, document = place.town, place.open()
    token = town.contract("TokenMock")
    town.send("client", token.functions.approve(town.agreement, 0))
    page, wallet = at("client", document)
    dialog = press(page, "Fund")
    dialog.locator("#input-upTo").fill("3,250.25")
    dialog.get_by_role("button", name="Check").click()
    first = dialog.get_by_role("button", name="Step 1 of 2: Allow the contract to take 250.25 TUSD")
    expect(first).to_be_visible()
    screenshot(page, "allow")
    first.click()
    second = dialog.get_by_role("button", name=SEND)
    expect(second).to_be_visible()
    second.click()
    expect(sent(page, "fund:money")).to_contain_text("Mined in block")
    units = 250_250_000
    owner = town.address("client")
    assert place.events(wallet.sent[0]) == [("Approval", {"owner": owner, "spender": town.agreement, "value": units})]
    assert place.events(wallet.sent[1]) == [
        ("Funded", {"origin": town.id(document), "by": owner, "amount": units}),
        ("Transfer", {"from": owner, "to": town.agreement, "value": units}),
    ]
    assert token.functions.allowance(owner, town.agreement).call() == 0
    assert len(wallet.asked_for(ONCE)) == 2
    town.send("client", token.functions.approve(town.agreement, 2**256 - 1))


def test_dialog__is_left_by_escape_and_gives_the_focus_back(place, at):
    page, wallet = at("client", place.open())
    page.get_by_role("button", name="Accept plan", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="Accept plan")
    expect(dialog.get_by_role("button", name=SEND)).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('main, header, footer')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Accept plan", exact=True)).to_be_focused()
    assert wallet.asked_for(ONCE) == []


def test_window_over__says_so_at_the_button(place, browser_of):
    document = place.open()
    place.town.send(*place.town.act("contractor", "submit", 0, b"\x07" * 32, document=document))
    page = browser_of(place.wallet("client"), place.url)
    page.clock.install()
    page.goto(place.town.page_of(document))
    connect(page)
    reject = page.locator('[data-move="reject:milestone:0"]').first
    expect(reject).to_be_enabled()
    page.clock.fast_forward(15 * 86_400 * 1000)
    expect(reject).to_be_disabled()
    expect(page.locator('[id="why-reject:milestone:0"]').first).to_have_text("Its time is over.")


def test_phone__dialog_fits(place, at):
    page, _ = at("client", place.open(), viewport={"width": 360, "height": 740}, color_scheme="dark")
    ready(page, "Accept plan")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.screenshot(path=SCREENSHOTS / "move-phone.png")
