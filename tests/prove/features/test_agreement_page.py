"""What stands on an agreement's page is what contracts answer at the block, read back from its HTML, at random."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import pytest

from tests.web.outcomes_played import Played
from tests.web.random_service import ServiceLife, random_service
from workpact.chain.state import Status
from workpact.web.pages.agreement import agreement_part

STATES = 500
"""Of each life; a thousand in all."""
PARTS = ("paid", "owed", "holdback", "held", "refunded")
MONEY = re.compile(
    r'<tr><th scope="row"><svg class="swatch (\w+)".*?<td class="num"><span class="amount">(\d+) units</span>',
    re.DOTALL,
)
FUNDED = re.compile(r'<th scope="row">funded</th><td class="num"><span class="amount">(\d+) units</span>')
COVER = re.compile(r'need <span class="amount">(\d+) units</span>, held is <span class="amount">(\d+) units</span>')
BAR = re.compile(r'<rect class="\w+" x="\d+" width="(\d+)" height="20"/>')
WANTED = ("live", "ended", "lacking", "covered", "chart", "missed", "both sides", "at risk", "withheld", "many")


def check(life: ServiceLife) -> Counter[str]:
    """One agreement's page; what was met on it."""
    is_touched = life.touched is not None and life.random.random() < 0.5
    deal = life.touched if is_touched and life.touched else life.random.choice(life.deals[-8:])
    played = Played(life, deal)
    text = agreement_part(played.snapshot).content.decode()
    assert agreement_part(played.snapshot).content.decode() == text
    state = life.agreement.functions.stateOf(deal.origin).call()
    abi = next(each for each in life.agreement.abi if each.get("name") == "stateOf")
    named = dict(zip([each["name"] for each in abi["outputs"][0]["components"]], state, strict=True))
    parts = {name: int(units) for name, units in MONEY.findall(text)}
    assert tuple(parts) == PARTS
    assert (parts["held"], parts["holdback"]) == (named["held"], named["retained"])
    (funded,) = map(int, FUNDED.findall(text))
    assert sum(parts.values()) == funded
    assert sum(map(int, BAR.findall(text))) == (1_000 if funded else 0)
    cover = COVER.findall(text)
    is_live = named["status"] == Status.LIVE
    assert len(cover) == is_live
    if is_live:
        covered, needed = life.agreement.functions.isCovered(deal.terms, deal.conditions).call()
        assert [int(each) for each in cover[0]] == [needed, named["held"]]
        assert ("Cover is enough" in text) == covered
    readable = unescape(text)
    for item in played.standing.items:
        assert item.silence is None or item.silence.words in readable
        assert item.step[1:] in readable
    return met(readable, is_live=is_live) + Counter(many=len(played.standing.items) > 2)


def met(text: str, *, is_live: bool) -> Counter[str]:
    """What of interest stands on it."""
    marks = {
        "lacking": "is lacking",
        "covered": "Cover is enough",
        "chart": 'class="chart"',
        "missed": '<text class="missed"',
        "both sides": "'s report stands",
        "at risk": "Next service credit at risk",
        "withheld": "Not with the contractor yet",
    }
    return Counter({name: words in text for name, words in marks.items()}) + Counter(live=is_live, ended=not is_live)


@pytest.mark.parametrize("seed", [41, 42])
def test_page__says_what_contracts_answer(seed):
    seen: Counter[str] = Counter()
    with random_service(seed) as life:
        for _ in range(STATES):
            life.step()
            seen += check(life)
    assert {name for name in WANTED if not seen[name]} == set(), seen
