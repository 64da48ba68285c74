"""What a report shows people: inert, accessible, the same bytes each time (SPEC.md 13.10)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib
from copy import deepcopy
from html.parser import HTMLParser
from random import Random
from typing import Any

import pytest

from tests.audit.made import START, UNIT, Made, usual
from tests.support import ROOT
from workpact.audit.report.charts import FULL, PARTS, level_charts, money_bar
from workpact.audit.report.facts import canonical
from workpact.audit.report.page import page
from workpact.audit.report.pdf import pdf

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{ 7 * 7 }}\u202e"
TAGS = (
    "html head meta title style body header h1 p ul li span strong main section h2 h3 svg rect line path circle text "
    "table thead tbody tr th td details summary div figure figcaption ol code br footer"
)


class Page(HTMLParser):
    """A page's elements in order, with their attributes, and its text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]


ALERTS = {
    "alerts": [
        {
            "rule": "fast-approval",
            "question": "Why so fast?",
            "facts": {"seconds": "3", "who": ["a", "b"]},
            "threshold": {"fastest": 60},
            "events": [
                {"block": 3, "transaction": "0x" + 64 * "a", "position": 1, "contract": "A", "name": "Accepted"}
            ],
            "transfers": [],
            "lines": [],
        }
    ],
    "notApplicable": [{"rule": "benford", "reason": "too few"}],
}
RECONCILIATION = {
    "reconciled": False,
    "blocks": 3,
    "coverage": {"accounts": 1, "accountsOf": 2, "comparisons": 3, "comparisonsOf": 4},
    "leftOut": ["What payees are owed."],
    "accounts": [
        {
            "contract": "Agreement", "address": "0x" + 40 * "1", "account": "held", "of": ["0x" + 64 * "2"],
            "token": "0x" + 40 * "3", "byEvents": "5", "byContract": None, "byTransfers": "5", "same": False,
        }
    ],
    "differences": [{"block": 3, "source": "contract", "what": "held", "expected": "5", "actual": "4"}],
    "donations": [{"contract": "0x" + 40 * "1", "token": "0x" + 40 * "3", "amount": "7", "block": 2}],
}  # fmt: skip
BOOKS = {
    "account": "the client", "currency": "TUSD", "lines": [{"source": "books.csv:2"}], "payments": [], "matches": [],
    "findings": [{"error": "missing", "lines": [0], "payments": [], "what": "No payment.", "block": 3,
                  "nearest": None}],
    "apart": 3,
}  # fmt: skip


def whole(made: Made) -> dict[str, Any]:
    """A report with every section."""
    made.share()
    return made.facts(reconciliation=RECONCILIATION, books=BOOKS, alerts=ALERTS)


def poisoned(value: Any, fixed: frozenset[str], name: str = "") -> Any:
    """Every text of a report, but for those that are digits, addresses or words of our own, made hostile."""
    if isinstance(value, dict):
        return {key: poisoned(each, fixed, key) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, fixed, name) for each in value]
    if not isinstance(value, str) or name in fixed or re.fullmatch(r"-?\d+|0x[0-9a-fA-F]+|", value):
        return value
    return HOSTILE


@pytest.mark.threat("T64")
def test_hostile_names__are_shown_and_do_nothing():
    value = whole(usual())
    calm, hostile = Page(page(value)), Page(page(poisoned(deepcopy(value), frozenset({"form"}))))
    assert hostile.tags == calm.tags
    assert set(hostile.tags) <= set(TAGS.split())
    for tag, attributes in hostile.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not {"href", "src", "action", "formaction", "srcdoc", "xlink:href"} & set(attributes), tag
    assert [each.get("class") for _, each in calm.elements] == [each.get("class") for _, each in hostile.elements]
    shown = "".join(hostile.words)
    assert shown.count("<script>alert(1)</script>") > 50
    assert "\u202e" not in shown
    assert "{{ 7 * 7 }}" in shown
    pdf(poisoned(deepcopy(value), frozenset({"form"})))


def test_hostile_level_of_a_published_document__too():
    made = usual(with_paper=False, name=HOSTILE)
    value = made.facts()
    assert value["service"][0]["periods"][1]["failed"] == [HOSTILE]
    assert Page(page(value)).tags == Page(page(usual(with_paper=False).facts())).tags


def test_levels_that_no_contract_knows__are_said_and_stop_nothing():
    value = usual(with_paper=False, form=9).facts()
    (desk,) = value["service"]
    assert [each["unknown"] for each in desk["periods"]] == 2 * [
        "The service document that it was measured by is not at hand, or has levels that no contract knows."
    ]
    assert [each["settled"]["credit"] for each in desk["periods"]] == ["0", "30600000"]
    assert page(value)
    assert pdf(value)


def test_page__is_whole_in_itself_and_can_be_read_by_all():
    content = page(whole(usual()))
    made = Page(content)
    assert not re.search(rb"https?:|url\(|@import|javascript:", content)
    assert (
        "meta",
        {"http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"},
    ) in made.elements
    assert made.elements[0] == ("html", {"lang": "en"})
    assert made.tags.count("h1") == 1
    heads = [each for tag, each in made.elements if tag == "th"]
    assert all("scope" in each or each == {"class": "right"} for each in heads)
    assert all({"role", "aria-label"} <= set(each) for tag, each in made.elements if tag == "svg")
    for tag, each in made.elements:
        if each.get("class") == "scroll":
            assert (each["tabindex"], each["role"]) == ("0", "region"), tag
    assert made.tags.count("details") == made.tags.count("summary")


def luminance(colour: str) -> float:
    """As WCAG 2.1 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours__have_the_contrast_of_wcag_aa():
    style = page(usual().facts()).decode()
    colours = dict(re.findall(r"--(ink|faint|soft|good|bad|blue): (#[0-9a-f]{6});", style))
    assert set(colours) == {"ink", "faint", "soft", "good", "bad", "blue"}
    for ground in ("#ffffff", colours["soft"]):
        for name in ("ink", "faint", "good", "bad", "blue"):
            high, low = sorted((luminance(ground), luminance(colours[name])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (name, ground)


def test_every_form__is_the_same_in_every_process():
    found = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": f"UTC{seed}", "LC_ALL": "C"}
        command = [sys.executable, "-m", "tests.audit.made"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1
    assert len(set(found.pop().split())) == 3


def words_of(content: bytes) -> str:
    """The text of a PDF that fpdf2 made with its own fonts."""
    parts = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    pages = b"\n".join(zlib.decompress(part) for part in parts if part[:1] == b"\x78")
    return pages.decode("latin-1").replace("\\(", "(").replace("\\)", ")")


def test_pdf__has_the_numbers_of_the_page():
    value = whole(usual())
    words = words_of(pdf(value))
    for text in (
        "A small desk", "3,000 TUSD", "1,969.40 TUSD", "second: service credit 3.6 %",
        "Credit: 850 TUSD x 3.6 %, rounded down = 30.60 TUSD.", "Why so fast?", "missing: No payment. books.csv:2",
        value["timeline"][-1]["transaction"], value["block"]["hash"],
        "deliverable 0x02020202... of the contractor's side", "0x0000...dEaD", "client (opened 2023-11-15",
        "kind 9 0x01010101... of the client's side",
        "by the client: overall 5 of 5, quality 4 of 5, communication 3 of 5, punctuality 2 of 5",
        "by the contractor: withheld",
    ):  # fmt: skip
        assert text in words or text in words.replace("\n", " "), text


def test_money__sums_to_the_whole_bar():
    # 3,000 in; 450 + 700 + 819.40 out, and 50 held back
    value = usual().facts()["money"]
    parts = {name: int(value[name]) for name in PARTS}
    assert parts == {
        "paid": 1_969_400_000, "owed": 0, "refunded": 0, "fees": 0, "holdback": 50_000_000, "held": 980_600_000,
    }  # fmt: skip
    random = Random(13)
    for _ in range(500):
        money = {name: str(random.choice((0, 1, random.randrange(10**30)))) for name in PARTS}
        total = sum(map(int, money.values()))
        bars = money_bar(money)
        assert sum(bar["width"] for bar in bars) == (FULL if total else 0)
        for bar in bars:
            exact = FULL * int(money[bar["name"]]) / total
            assert abs(bar["width"] - exact) <= 1


def test_charts__stay_in_their_picture_and_tell_failed_from_met():
    desk = usual().facts()["service"][0]
    (chart,) = level_charts(desk)
    assert [(dot["figure"], dot["failed"]) for dot in chart["dots"]] == [("97 %", False), ("93 %", True)]
    met, missed = chart["dots"]
    assert met["y"] < met["line"] == missed["line"] < missed["y"]
    assert all(0 < dot["x"] < chart["width"] and 0 < dot["y"] < chart["bottom"] for dot in chart["dots"])
    assert chart["label"] == "95 %"


def test_credit__is_said_to_differ_where_the_oracle_has_another():
    made = usual()
    made.entries[7] = type(made.entries[7])(
        made.entries[7].log, "SLAOracle", "PeriodAssessed", dict(made.entries[7].arguments) | {"rate": 1}
    )
    value = made.facts()
    assert value["service"][0]["periods"][1]["checked"] is False
    content = page(value).decode()
    assert "The oracle has another result: rate 0.0000000001 %, in-time missed." in content
    assert "ANOTHER result" in words_of(pdf(value))


def test_amounts_without_a_file__are_in_smallest_units():
    value = usual(with_paper=False).facts()
    assert value["timeline"][0]["what"] == "Opened: 3000000000 units came from the client."
    content = page(value).decode()
    assert "3000000000 units" in content
    assert (
        value["service"][0]["periods"][1]["working"][2]
        == "Credit: 850000000 units x 3.6 %, rounded down = 30600000 units."
    )
    assert value["block"]["timestamp"] == START + 9 * 3_600 + 1
    assert canonical(value).endswith(b"}\n")
    assert int(value["money"]["funded"]) == 3_000 * UNIT
