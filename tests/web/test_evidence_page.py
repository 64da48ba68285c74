"""The evidence page: the whole record in words, its filters and pages, checks, documents, files and reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.audit.shared import MARKS, Shared
from tests.web.evidence_rows import KEPT, ROWS, asked_of, listed, place, shown, table, when
from tests.web.recorded import Recorded, recorded
from workpact.audit.alerts import Case, look
from workpact.audit.alerts.around import transfers_around
from workpact.audit.reconciliation import reconcile
from workpact.audit.telling import Telling
from workpact.audit.transfers import transfers_beside
from workpact.web.evidence_facts import Choice, Timeline
from workpact.web.evidence_facts import Page as Shown
from workpact.web.pages.evidence import evidence_part
from workpact.web.snapshot import Snapshot


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> Iterator[Recorded]:
    with recorded(tmp_path_factory.mktemp("town")) as made:
        yield made


def test_the_timeline__has_every_event_of_the_record_in_words(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(record.path)
    expect(page.locator("#proof-good")).to_be_visible()
    rows = page.evaluate(
        f"{ROWS}.map((each) => [each.id, each.querySelector('time').textContent, "
        "each.querySelector('.told p').textContent, "
        "...[...each.querySelectorAll('.told [title]')].map((title) => title.title)])"
    )
    telling = Telling.of(record.history.subject)
    wanted = []
    for each in record.entries:
        who = [each.actor] + ([each.log.sender] if each.log.sender != each.actor else [])
        wanted.append(
            [
                place(each),
                f"{datetime.fromtimestamp(each.log.timestamp, UTC):%Y-%m-%d %H:%M:%S} UTC",
                telling.told(each.contract, each.name, each.arguments),
                *who,
                each.log.address,
                "0x" + each.log.transaction.hex(),
            ]
        )
    assert rows == wanted
    assert len({each.contract for each in record.entries}) == 6


def test_rows__are_marked_final_as_far_as_the_node_says_so(record, browser_of):
    final = int(record.town.node.block("finalized")["number"], 16)
    page = browser_of(None, record.url)
    page.goto(record.path)
    expect(page.locator("#events .final")).to_have_count(len(record.entries))
    wanted = ["final" if each.log.block <= final else "not final yet" for each in record.entries]
    assert page.locator("#events .final").all_inner_texts() == wanted


# Filters


@pytest.mark.parametrize("named", KEPT)
def test_a_filter__leaves_what_it_says_by_script_and_by_the_server(record, browser_of, named):
    asked = asked_of(record, named)
    wanted = [place(each) for each in record.entries if KEPT[named][1](record, each)]
    assert 0 < len(wanted) < len(record.entries)
    assert listed(record.url + record.path, **asked) == wanted
    page = browser_of(None, record.url)
    page.goto(record.path)
    for name, value in asked.items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if name in ("contract", "kind", "actor") else field.fill(value)
    assert shown(page) == wanted
    expect(page.locator("#choice-said")).to_have_text(
        f"{len(wanted)} of the {len(record.entries)} events on this page."
    )
    page.get_by_role("button", name="Search all events").click()
    page.wait_for_url(lambda url: "?" in url)
    assert shown(page) == wanted
    assert page.locator("[name=text]").input_value() == asked.get("text", "")


def test_a_filter_in_use__holds_for_a_newer_part_of_the_page(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(record.path)
    page.locator("[name=contract]").select_option("Payroll")
    before = shown(page)
    page.evaluate(
        "() => { const part = document.querySelector('#part'); part.replaceChildren(...part.childNodes);"
        "for (const each of document.querySelectorAll('#events > li')) each.hidden = false;"
        "document.dispatchEvent(new CustomEvent('workpact:part')); }"
    )
    assert shown(page) == before


def test_no_event_that_meets_a_filter__is_said(record):
    answer = httpx.get(record.url + record.path, params={"text": "no such words"})
    assert answer.status_code == 200
    assert "No event meets all of that." in answer.text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"contract": "Bank"}, "There is no contract of that name"),
        ({"kind": "Paid<script>"}, "There is no event of that name"),
        ({"actor": "0x12"}, "Who acted is an address"),
        ({"text": "x" * 201}, "longer than 200 letters"),
        ({"since": "2026-02-30"}, "since is no day: write it as 2026-12-31."),
        ({"until": "tomorrow"}, "until is no day"),
        ({"page": "0"}, "There is no such page: they go from 1 to 1."),
        ({"page": "2"}, "There is no such page"),
        ({"at": "1-1"}, "The record has no such event"),
    ],
)
def test_a_question_that_is_none__is_refused_by_what_is_wrong(record, asked, words):
    answer = httpx.get(record.url + record.path, params=asked)
    assert answer.status_code == 400
    assert words in answer.text


# Pages


def test_pages__have_all_events_once_and_links_find_their_event(record, monkeypatch):
    monkeypatch.setattr("workpact.web.evidence_facts.PAGE", 7)
    snapshot = Snapshot(record.history)
    timeline = Timeline.of(snapshot)
    pages = [Shown.read(timeline.moments, {"page": str(number)}) for number in range(1, 6)]
    assert [len(each.moments) for each in pages] == [7, 7, 7, 7, 2]
    assert [each.entry for page in pages for each in page.moments] == record.entries
    for entry in record.entries:
        found = Shown.read(timeline.moments, {"at": place(entry)[1:]})
        assert entry in [each.entry for each in found.moments]
    html = evidence_part(snapshot, timeline, Choice(), pages[1]).content.decode()
    links = re.findall(r'<a (?:rel="\w+" )?href="[^"?]*(\?[^"]*)?#timeline">(\w+)</a>', html)
    assert links == [("", "Newest"), ("?page=1", "Newer"), ("?page=3", "Older"), ("?page=5", "Oldest")]


def test_a_page_between_others__is_proved_as_a_whole(record, browser_of, monkeypatch):
    monkeypatch.setattr("workpact.web.evidence_facts.PAGE", 7)
    page = browser_of(None, record.url)
    page.goto(f"{record.path}?page=2")
    expect(page.locator("#proof-good")).to_be_visible()
    assert page.locator("#events .tick").count() == 7
    assert shown(page) == [place(each) for each in record.entries[7:14]]


# Checks


def test_checks__say_how_many_accounts_match_and_ask_questions_that_lead_to_their_events(
    record, browser_of, screenshot
):
    page = browser_of(None, record.url)
    page.goto(record.other)
    expect(page.locator("#checked[data-done='1']")).to_be_visible()
    history, node = record.of(record.amended), record.town.node
    found = reconcile(history, transfers_beside(node, history.entries), node)
    same = sum(each.is_same for each in found.lines)
    assert same == len(found.lines)
    expect(page.locator("#checked .notice.good")).to_contain_text(f"{same} of {same} accounts matched at")
    page.locator("#checked summary").first.click()
    amounts = [[each.by_events, each.by_contract, each.by_transfers] for each in found.lines]
    cells = page.locator("#checked tbody .num").all_inner_texts()
    written = ["–" if value is None else f"{value:,}" for row in amounts for value in row]
    assert cells == written
    transfers, unseen = transfers_around(node, history)
    (alert,) = look(Case(history, transfers=transfers, unseen=unseen)).alerts
    assert alert.rule == "same-deliverable"
    question = page.locator("#checked .notice.warn li")
    expect(question).to_contain_text(alert.question)
    screenshot(page, "evidence-checks")
    question.locator("a").first.click()
    page.wait_for_url("**/evidence?at=*")
    target = page.locator("#events > li:target")
    assert target.get_attribute("id") == place(alert.entries[0])
    expect(target).to_be_in_viewport()


def test_checks_without_script__are_a_page_of_their_own(record, chromium):
    context = chromium.new_context(base_url=record.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(record.path)
    page.locator("#checks a").click()
    expect(page.locator("h1")).to_have_text("A small desk: checks")
    expect(page.locator("#checked, #checked .notice").first).to_be_visible()
    context.close()


# Documents, files, reviews


def test_signed_documents__stand_with_their_ids(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(record.other)
    history = record.of(record.amended)
    began = {each.name: each.log.timestamp for each in history.entries if each.name in ("Opened", "Amended")}
    first, second = history.subject.messages
    rows = table(page, "documents")
    assert [each[:3] for each in rows] == [
        ["First", when(began["Opened"]), "0x" + first.hex()],
        ["Amendment 1 last in force", when(began["Amended"]), "0x" + second.hex()],
    ]
    texts = [each["annex"]["conditions"]["legalText"] for each in history.subject.messages.values()]
    assert [each[3] for each in rows] == ["0x" + each.hex() for each in texts]


def test_files__stand_with_who_could_read_them_since_when(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(record.path)
    at: dict[tuple[str, int, str], str] = {}
    for each in record.history.of("DataRoom"):
        if each.name in ("AccessGiven", "ReceiptGiven", "VersionPut"):
            who = str(each.arguments.get("reader", "put"))
            at[each.name, each["version"], ("0x" + each["file"].hex()) + who] = when(each.log.timestamp)
    town = record.town
    shared = Shared(record.ended, town.agreement, town.id(record.ended), town.address)
    made, secret = "0x" + shared.deliverable.hex(), "0x" + shared.credential.hex()
    people = {role: town.address(role) for role in ("client", "client-operator", "contractor")}
    short = {role: f"{who[:6]}…{who[-4:]}" for role, who in people.items()}
    named = {"client": "client", "client-operator": "client operator", "contractor": "contractor"}

    def reads(file: str, version: int, role: str) -> list[str]:
        opened = at.get(("ReceiptGiven", version, file + people[role]), "none")
        return [f"{named[role]} {short[role]}, {at['AccessGiven', version, file + people[role]]}", opened]

    def put(file: str, version: int, by: str) -> list[str]:
        return [str(version), f"{at['VersionPut', version, file + 'put']} by {named[by]} {short[by]}"]

    (shredded,) = (each.log.timestamp for each in record.entries if each.name == "Shredded")
    assert table(page, "files") == [
        [f"deliverable of the contractor's side {made[:10]}…", *put(made, 1, "contractor"), *reads(made, 1, "client")],
        reads(made, 1, "client-operator"),
        reads(made, 1, "contractor"),
        [f"deliverable of the contractor's side {made[:10]}…", *put(made, 2, "contractor"), *reads(made, 2, "client")],
        [
            f"credential of the client's side {secret[:10]}… destroyed {when(shredded)}",
            *put(secret, 1, "client"),
            *reads(secret, 1, "contractor"),
        ],
    ]


def test_reviews__stand_with_their_marks(record, browser_of):
    page = browser_of(None, record.url)
    page.goto(record.path)
    times = {
        (each.name, each.arguments.get("byClient", each.actor)): when(each.log.timestamp) for each in record.entries
    }
    wanted = []
    for role in ("client", "contractor"):
        who = record.town.address(role)
        sealed, opened = times["ReviewSealed", who], times["ReviewRevealed", role == "client"]
        wanted.append([f"{role} {who[:6]}…{who[-4:]}", sealed, opened, *map(str, MARKS[role])])
    assert table(page, "reviews") == wanted


# The server's part


def test_the_servers_part__is_the_same_from_another_index_and_after_an_empty_block(record, pages_of):
    other = pages_of(record.town.site(name="another"))
    first = httpx.get(f"{record.url}{record.path}?part").content
    record.town.mine()
    assert httpx.get(f"{other}{record.path}?part").content == first
    assert httpx.get(f"{record.url}{record.path}?part").content == first
    del record.history


def test_hostile_texts__are_shown_as_text(record):
    title = "<script>alert(1)</script>\u202egnp.exe\x1b[31m"
    history = record.history
    (paper,) = history.subject.papers.values()
    metadata = paper.agreement.metadata.model_copy(update={"title": title})
    agreement = paper.agreement.model_copy(update={"metadata": metadata})
    hostile = paper.model_copy(update={"agreement": agreement})
    subject = replace(history.subject, papers={next(iter(history.subject.papers)): hostile})
    snapshot = Snapshot(replace(history, subject=subject))
    timeline = Timeline.of(snapshot)
    asked = Choice.read({"text": '"><img src=x onerror=alert(2)>'})
    for choice in (Choice(), asked):
        made: Any = evidence_part(snapshot, timeline, choice, Shown.read(timeline.chosen(choice), {}))
        html = made.content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;\ufffdgnp.exe\ufffd[31m" in html
        assert "<script" not in html
        assert "<img" not in html
