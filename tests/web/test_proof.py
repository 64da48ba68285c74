"""The proof of a record in the browser, and what it says of answers that were tampered with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.web.recorded import Recorded, recorded
from tests.web.spoiled import spoiled, titles
from tests.web.tampered import EVENTS, PAGES, TAMPERED, Json, events_of, flipped, take
from tests.web.wallet import Wallet


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> Iterator[Recorded]:
    with recorded(tmp_path_factory.mktemp("town")) as made:
        yield made


def answered(page: Page, change: Callable[[Json], Any], pattern: str = "**/proof.json") -> None:
    """The server's proof reaches the page changed."""

    def serve(route: Any) -> None:
        value = route.fetch().json()
        changed = change(value)
        route.fulfill(json=value if changed is None else changed)

    page.route(pattern, serve)


def ticks(page: Page) -> int:
    return page.locator("#events .tick").count()


def test_an_untouched_record__is_proved_and_every_row_ticked(record, browser_of, screenshot):
    for path, document in ((record.path, record.ended), (record.other, record.amended)):
        history = record.of(document)
        page = browser_of(None, record.url)
        page.goto(path)
        expect(page.locator("#proof-good strong").first).to_have_text(
            f"{len(history.entries)} events proved in this browser"
        )
        expect(page.locator("#proof-source")).to_contain_text("this server's alone")
        assert ticks(page) == page.locator("#events > li").count() == len(history.entries)
        assert f"0x{history.head.hash.hex()}" in page.inner_text("#proof-good")
        assert {each.book.contract for each in history.books if any(each.word)} >= {"Agreement", "SLAOracle"}
    screenshot(page, "evidence-proved")


def test_an_event_as_emitted__is_read_from_its_bytes_by_the_browser(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(record.path)
    expect(page.locator("#proof-good")).to_be_visible()
    page.evaluate("for (const each of document.querySelectorAll('.emitted')) each.open = true")
    expect(page.locator(".emitted dl")).to_have_count(len(record.entries))
    for shown, entry in zip(page.locator(".emitted dl").all_inner_texts(), record.entries, strict=True):
        words = shown.split("\n")
        assert words[:2] == ["event", f"{entry.contract} {entry.name}"]
        assert words[-2:] == ["hash", "0x" + entry.log.hash.hex()]
        read = dict(zip(words[2:-2:2], words[3:-2:2], strict=True))
        for name, value in entry.arguments.items():
            plain = "0x" + value.hex() if isinstance(value, bytes) else str(value)
            if not isinstance(value, (list, tuple, dict)):
                assert read[name] == (plain.lower() if isinstance(value, bool) else plain), (entry.name, name)


# Whose word the block hash is


def connected(record: Recorded, browser_of: Any, path: str | None = None) -> tuple[Wallet, Page]:
    wallet = Wallet(record.town.accounts["client"], record.town.node)
    page = browser_of(wallet, record.url)
    page.goto(path or record.path)
    expect(page.locator("#proof-good")).to_be_visible()
    page.get_by_role("button", name="Connect a wallet").click()
    return wallet, page


def test_a_connected_wallets_own_node__is_asked_for_the_block(record, browser_of):
    wallet, page = connected(record, browser_of)
    expect(page.locator("#proof-source")).to_contain_text("your wallet's own node: it has the same block")
    assert [hex(record.history.head.number), False] in wallet.asked_for("eth_getBlockByNumber")
    assert ticks(page) == len(record.entries)
    assert page.locator("#proof-hash").count() == 0


@pytest.mark.threat("T68")
def test_a_wallets_node_with_another_block__takes_all_ticks_away(record, browser_of):
    wallet = Wallet(record.town.accounts["client"], record.town.node)
    foreign = "0x" + "ab" * 32
    wallet.answers["eth_getBlockByNumber"] = lambda number, _: {"number": number, "hash": foreign}
    page = browser_of(wallet, record.url)
    page.goto(record.path)
    expect(page.locator("#proof-good")).to_be_visible()
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.locator("#proof-bad")).to_contain_text(f"Another block. Your wallet's own node has {foreign}")
    assert ticks(page) == 0


@pytest.mark.parametrize("what", ["another chain", "a block that it has not", "no answer"])
def test_a_wallets_node_that_does_not_know_the_block__leaves_the_servers_word(record, browser_of, what):
    wallet = Wallet(record.town.accounts["client"], record.town.node)
    if what == "another chain":
        wallet.chain_id = 1
    elif what == "no answer":
        wallet.refuse("eth_getBlockByNumber", -32603, "Internal error.")
    else:
        wallet.answers["eth_getBlockByNumber"] = lambda *_: None
    page = browser_of(wallet, record.url)
    page.goto(record.path)
    expect(page.locator("#proof-good")).to_be_visible()
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
    expect(page.locator("#proof-source")).to_contain_text("this server's alone")
    assert ticks(page) == len(record.entries)


def test_a_block_hash_typed_in__is_compared(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(record.path)
    own = "0x" + record.history.head.hash.hex()
    field, compare = page.locator("#proof-hash"), page.get_by_role("button", name="Compare")
    field.fill("0x12")
    compare.click()
    expect(page.locator("#proof-hash-error")).to_have_text("A block hash is 0x and 64 hex digits.")
    field.fill(own.upper().replace("X", "x"))
    compare.click()
    expect(page.locator("#proof-source")).to_have_text("yours: you typed it in.")
    assert ticks(page) == len(record.entries)
    field.fill(flipped(own))
    compare.click()
    expect(page.locator("#proof-bad")).to_contain_text(f"Another block. You typed in {flipped(own)}")
    assert ticks(page) == 0


# Tampered answers


@pytest.mark.threat("T68")
def test_a_tampered_answer__is_named_in_red_and_nothing_ticked(record, browser_of, screenshot):
    page = browser_of(None, record.url)
    page.route("**/proof.json", lambda route: route.abort())
    page.goto(record.path)
    # The page asks after it has loaded: until then the way must stay closed.
    expect(page.get_by_role("button", name="Check again")).to_be_visible()
    for what, (change, title) in TAMPERED.items():
        page.unroute("**/proof.json")
        answered(page, change)
        page.get_by_role("button", name="Check again").click()
        expect(page.locator("#proof-bad strong"), what).to_have_text(re.compile(rf"^({title})\.$"))
        assert page.locator("#proof-good").count() == ticks(page) == 0, what
    page.unroute("**/proof.json")
    screenshot(page, "evidence-tampered")
    page.get_by_role("button", name="Check again").click()
    expect(page.locator("#proof-good")).to_be_visible()
    assert ticks(page) == len(record.entries)


def test_a_replaced_services_book__is_found_by_the_documents_alone(record, browser_of):
    page = browser_of(None, record.url)
    answered(page, take(lambda value: events_of(value, "SLAOracle"), -1))
    page.goto(record.other)
    expect(page.locator("#proof-bad strong")).to_have_text(f"{EVENTS}.")
    page.unroute("**/proof.json")
    answered(page, lambda value: value["documents"].reverse())
    page.goto(record.other)
    expect(page.locator("#proof-bad strong")).to_have_text("Other documents.")


def test_the_proof_of_another_agreement__proves_nothing_here(record, browser_of):
    page = browser_of(None, record.url)
    page.route("**/proof.json", lambda route: route.fulfill(response=route.fetch(url=_proof(record, record.other))))
    page.goto(record.path)
    expect(page.locator("#proof-bad strong")).to_have_text("Another agreement.")
    assert ticks(page) == 0


def _proof(record: Recorded, path: str) -> str:
    return record.url + path.replace("/evidence", "/proof.json")


def test_a_server_that_does_not_answer__is_said(record, browser_of):
    page = browser_of(None, record.url)
    page.route("**/proof.json", lambda route: route.abort())
    page.goto(record.path)
    expect(page.locator("#proof-bad strong")).to_have_text("No answer.")
    page.unroute("**/proof.json")
    page.route("**/proof.json", lambda route: route.fulfill(status=503, json={"error": "Come back."}))
    page.get_by_role("button", name="Check again").click()
    expect(page.locator("#proof-bad")).to_contain_text("No proof. The server gives none: Come back.")


# Tampered pages


def test_a_tampered_page__is_named_in_red_and_nothing_ticked(record, browser_of):
    page = browser_of(None, record.url)
    for what, (change, title) in PAGES.items():
        page.route("**/evidence", serving(change))
        page.goto(record.path)
        expect(page.locator("#proof-bad strong"), what).to_have_text(f"{title}.")
        assert ticks(page) == 0, what
        page.unroute("**/evidence")


def serving(change: Callable[[str], str]) -> Callable[[Any], None]:
    """The page reaches the browser changed."""

    def serve(route: Any) -> None:
        answer = route.fetch()
        changed = change(answer.text())
        assert changed != answer.text()
        route.fulfill(response=answer, body=changed)

    return serve


def test_a_filtered_page__is_ticked_too(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(f"{record.path}?contract=Payroll")
    expect(page.locator("#proof-good")).to_be_visible()
    wanted = sum(each.contract == "Payroll" for each in record.entries)
    assert ticks(page) == page.locator("#events > li").count() == wanted > 0


def test_no_answer_with_one_change_anywhere__is_taken_for_whole(record, tmp_path):
    random = Random(3)
    for path in (record.path, record.other):
        value = httpx.get(_proof(record, path)).json()
        changes = [spoiled(value, random) for _ in range(60)]
        found = titles(tmp_path, [value, *(changed for _, changed in changes)])
        assert found[0] == "whole"
        told = zip(changes, found[1:], strict=True)
        bad = [(where, title) for (where, _), title in told if title == "whole" or title.startswith("BROKE OFF")]
        assert bad == []


def test_a_proof__is_plain_json_of_the_record(record):
    value = json.loads(httpx.get(_proof(record, record.path)).content)
    assert [len(each["events"]) for each in value["books"]] == [len(each.entries) for each in record.history.books]
    assert value["block"]["hash"] == "0x" + record.history.head.hash.hex()
    assert len(set(value["nodes"])) == len(value["nodes"])
