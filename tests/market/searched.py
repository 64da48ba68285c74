"""Profiles and requests to be searched, and what is to be found of them on any engine."""

from __future__ import annotations

from tests.market.papers import CHAIN, REGISTRY, account
from workpact.market.paper import Paper
from workpact.market.search import Search


def profile(number: int, title: str, **offer: object) -> Paper:
    """The profile of an account by its number."""
    body = {"title": title, "timezone": "UTC", "availableFrom": 0, "atOnce": 1, **offer}
    return Paper.signed(account(number), "profile", body, CHAIN, REGISTRY)


def request(number: int, title: str, terms: str) -> Paper:
    """A request as far as it can be found."""
    return Paper.signed(account(number), "request", {"title": title, "terms": terms}, CHAIN, REGISTRY)


ADA = profile(1, "Ada Telephone Support", skills=["German", "C++"], services=["call centre"], languages=["de"])
BOB = profile(2, "Bob", about="Telephone work at night. É è Ünïcode, Ⅷ.", skills=["c++", "Payroll"])
CAN = profile(3, "Çan Destek", services=["payroll & wages", "TELEPHONE"], about="x OR y NEAR z")
DEV = profile(4, "देवनागरी सहायता", about="हिन्दी, 中文客服, العربية", skills=["c + +"])
ODD = profile(5, "NOT AND title:x\" * 'quoted' \\ ; DROP TABLE market_papers -- ' : &", about="1e5 0x1f 3.14 a_b")
ASK = request(6, "Payroll for forty", "service:\n  name: telephone\n")
EVERY = (ADA, BOB, CAN, DEV, ODD, ASK)
NAMES = {paper.id: name for name, paper in zip(("ADA", "BOB", "CAN", "DEV", "ODD", "ASK"), EVERY, strict=True)}

FOUND = [
    (["telephone"], "ADA CAN BOB ASK", [4, 2, 1, 1]),
    (["tele"], "ADA CAN BOB ASK", [4, 2, 1, 1]),
    (["TELEPHONE", "payroll"], "ASK CAN BOB", [5, 4, 3]),
    (["telephone payroll"], "ASK CAN BOB", [5, 4, 3]),
    (["phone"], "", []),
    (["unicode", "e"], "BOB", [2]),
    (["can"], "CAN", [4]),
    (["viii"], "BOB", [1]),
    (["देव"], "DEV", [4]),
    (["中文"], "DEV", [1]),
    (["العربية"], "DEV", [1]),
    (["OR"], "CAN", [1]),
    (["x", "OR", "y"], "CAN", [3]),
    (["NOT"], "ODD", [4]),
    (['title:x"'], "ODD", [8]),
    (["quoted'", "DROP", "--x"], "ODD", [12]),
    (["1e5"], "ODD", [1]),
    (["0x1"], "ODD", [1]),
    (["3.14"], "ODD", [2]),
    (["a_b"], "BOB ODD", None),
    (["nothing"], "", []),
]
"""What is typed, what is found in order, and their scores; without scores the order among equals is that of ids."""


def check(search: Search) -> None:
    """Everything that an engine has to find."""
    assert search.hold(EVERY) == []
    for typed, expected, scores in FOUND:
        hits = search.find(typed)
        names = [NAMES[hit.id] for hit in hits]
        if scores is None:
            assert sorted(names) == sorted(expected.split()), typed
        else:
            by_score = [(hit.score, hit.id) for hit in hits]
            assert by_score == sorted(by_score, key=lambda each: (-each[0], each[1])), typed
            assert sorted(zip(names, [hit.score for hit in hits], strict=True)) == sorted(
                zip(expected.split(), scores, strict=True)
            ), typed
    assert {hit.id for hit in search.find()} == set(NAMES)
    assert {NAMES[hit.id] for hit in search.find(having=["C++"])} == {"ADA", "BOB"}
    assert {NAMES[hit.id] for hit in search.find(having=["c++", "payroll"])} == {"BOB"}
    assert {NAMES[hit.id] for hit in search.find(["telephone"], having=["' OR 1=1 --"])} == set()
    assert [NAMES[hit.id] for hit in search.find(["payroll"], kind="request")] == ["ASK"]


def check_held(search: Search) -> None:
    """What is held is what was said last."""
    older = profile(1, "Ada, older")
    search.hold([older, *EVERY])
    assert [hit.title for hit in search.find(["older"])] == ["Ada, older"]
    search.hold([ADA, BOB])
    assert {hit.id for hit in search.find()} == {ADA.id, BOB.id}
    assert search.find(["older"]) == []
    assert (
        [hit.id for hit in search.find(["payroll"])] == [hit.id for hit in search.find(having=["payroll"])] == [BOB.id]
    )
    search.hold([])
    assert search.find() == []
    check(search)
