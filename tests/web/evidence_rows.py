"""What stands on an evidence page, as tests read it, and which events a filter leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from playwright.sync_api import Page

from tests.web.recorded import Recorded
from workpact.audit.entries import Entry
from workpact.audit.telling import Telling

ROWS = "[...document.querySelectorAll('#events > li')].filter((each) => !each.hidden)"


def place(entry: Entry) -> str:
    return f"e{entry.log.block}-{entry.log.position}"


def shown(page: Page) -> list[str]:
    """Ids of the rows that are to be seen."""
    return page.evaluate(f"{ROWS}.map((each) => each.id)")


def listed(url: str, **asked: str) -> list[str]:
    """Ids of the rows that the server gives."""
    answer = httpx.get(url, params=asked)
    assert answer.status_code == 200, answer.text
    return re.findall(r'<li id="(e\d+-\d+)"', answer.text)


def table(page: Page, section: str) -> list[list[str]]:
    """Its cells by rows, without blanks at their ends."""
    script = "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\\s+/g, ' ')))"
    return page.locator(f"#{section} tbody tr").evaluate_all(script)


def when(timestamp: int) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S}"


KEPT: dict[str, tuple[dict[str, str], Callable[[Recorded, Entry], bool]]] = {
    "contract": ({"contract": "DataRoom"}, lambda _, each: each.contract == "DataRoom"),
    "kind": ({"kind": "Submitted"}, lambda _, each: each.name == "Submitted"),
    "actor": ({"actor": "client"}, lambda of, each: each.actor == of.town.address("client")),
    "text": (
        {"text": "HELD back"},
        lambda of, each: "held back" in Telling.of(of.history.subject).told(each.contract, each.name, each.arguments),
    ),
    "since": ({"since": "2023-12-20"}, lambda _, each: each.log.timestamp >= 1_703_030_400),
    "until": ({"until": "2023-12-19"}, lambda _, each: each.log.timestamp < 1_703_030_400),
    "several": (
        {"contract": "Agreement", "actor": "contractor", "until": "2023-11-14"},
        lambda of, each: each.contract == "Agreement" and each.actor == of.town.address("contractor"),
    ),
}


def asked_of(record: Recorded, named: str) -> dict[str, str]:
    asked, _ = KEPT[named]
    return {name: record.town.address(value) if name == "actor" else value for name, value in asked.items()}
