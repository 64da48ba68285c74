"""Search: the same from every engine, whatever is typed (SPEC.md 15.2, 15.3)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from tests.market.papers import CHAIN, REGISTRY, account, seal_paper
from tests.market.searched import ADA, ASK, EVERY, NAMES, check, check_held, profile
from tests.scripts.typed import Terminal
from workpact.audit.index import DatabaseFailed
from workpact.chain import playground
from workpact.market.paper import Paper
from workpact.market.place import market_place
from workpact.market.search import BadSearch, Search, skill_of, words_of


@pytest.fixture
def searched():
    made = Search.open()
    yield made
    made.close()


def test_find__each_word_begins_one_and_titles_come_first(searched):
    check(searched)


def test_hold__rows_are_those_of_the_last_papers(searched):
    check_held(searched)


def test_hold__in_a_file_that_stays(tmp_path):
    url = f"sqlite:///{tmp_path / 'below' / 'search.sqlite'}"
    first = Search.open(url)
    check(first)
    before = first.find(["telephone"])
    first.close()
    again = Search.open(url)
    assert again.find(["telephone"]) == before
    check_held(again)
    again.close()


def test_hold__tables_of_another_version_are_made_anew(tmp_path):
    url = f"sqlite:///{tmp_path / 'search.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE market_state (version INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO market_state VALUES (0)"))
        connection.execute(text("CREATE TABLE market_papers (other TEXT)"))
    engine.dispose()
    made = Search.open(url)
    check(made)
    made.close()


def test_hold__a_paper_that_cannot_be_shown_is_named_and_not_found(searched):
    bad = Paper.signed(account(9), "profile", {"title": "Ada <script>"}, CHAIN, REGISTRY)
    (told,) = searched.hold([bad, ADA, seal_paper(ASK)])
    assert told.startswith(f"The profile {bad.id} is wrong at ")
    assert [hit.id for hit in searched.find()] == [ADA.id]


def test_find__in_the_same_order_whatever_came_first(searched):
    searched.hold(EVERY)
    once = searched.find()
    searched.hold([])
    for each in range(len(EVERY)):
        searched.hold(EVERY[: each + 1])
    assert searched.find() == once
    assert [hit.id for hit in once] == sorted(NAMES)


def test_find__what_cannot_be_found_is_said(searched):
    searched.hold(EVERY)
    with pytest.raises(BadSearch, match=r"'\+\+\+' has no letter or digit"):
        searched.find(["ada", "+++"])
    with pytest.raises(BadSearch, match=r"'\\x1b\[' has no letter"):
        searched.find(["\x1b["])
    searched.find([" ".join(f"w{each}" for each in range(32))])
    with pytest.raises(BadSearch, match="takes 32 words, these are 33"):
        searched.find([" ".join(f"w{each}" for each in range(33))])


def test_open__what_is_no_database_is_named(tmp_path):
    with pytest.raises(DatabaseFailed, match="not in mysql"):
        Search.open("mysql://x")
    (tmp_path / "junk").write_bytes(b"junk" * 1000)
    broken = Search.open(f"sqlite:///{tmp_path / 'junk'}")
    with pytest.raises(DatabaseFailed, match="file is not a database"):
        broken.hold(EVERY)
    broken.close()


def test_find__whatever_is_typed_finds_or_says_why(searched):
    searched.hold(EVERY)

    @settings(max_examples=150, deadline=None)
    @given(st.text(max_size=40))
    def typed(written):
        try:
            searched.find([written])
        except BadSearch:
            assert not words_of(written) or len(set(words_of(written))) > 32

    typed()
    assert len(searched.find()) == len(EVERY)


def test_find__every_word_of_a_text_finds_it(searched):
    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(categories=["L", "N", "Mn", "P", "S"]), min_size=1, max_size=30))
    def found(written):
        paper = profile(1, "x", about=f"y {written}".replace("<", "< "))
        assert searched.hold([paper]) == []
        for word in words_of(written)[:32]:
            assert [hit.id for hit in searched.find([word])] == [paper.id], word

    found()


def test_words__without_capitals_and_accents():
    assert words_of("Éclair, STRASSE straße ﬁne 3.14 ½ a_b-c") == [
        "eclair",
        "strasse",
        "strasse",
        "fine",
        "3",
        "14",
        "1",
        "2",
        "a",
        "b",
        "c",
    ]
    assert words_of("x" * 100) == ["x" * 64]
    assert skill_of("  Machine\tLEARNING ") == "machine learning"


# Typed


class Desk(Terminal):
    """The deployed set, a folder as the place, and a file of a profile."""

    def __init__(self, folder, monkeypatch):
        super().__init__({"client": 0, "contractor": 1, "second": 2}, monkeypatch)
        monkeypatch.setenv("WORKPACT_DATA", str(folder / "data"))
        monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(folder / "deployments"))
        monkeypatch.setenv("WORKPACT_MARKET", str(folder / "place"))
        self.registry = playground.deploy()["TalentRegistry"]
        self.place = market_place(str(folder / "place"))
        self.file = folder / "profile.yaml"

    def profile(self, who, title, at_once=1):
        """Sets a profile."""
        self.file.write_text(
            "apiVersion: workpact/v1\nkind: Profile\n"
            f"metadata:\n  title: {title}\n"
            f"spec: {{timezone: UTC, availableFrom: 2026-01-01, atOnce: {at_once}, skills: [C++, Payroll]}}\n"
        )
        return self.json("market", "profile", str(self.file), account=who)["id"]


@pytest.fixture
def desk(tmp_path, monkeypatch, client):  # noqa: ARG001 - connects
    return Desk(tmp_path, monkeypatch)


def test_command__shows_profiles_that_count_alone(desk, contractor, stranger, tmp_path):
    desk.profile("contractor", "Ada, older")
    ada = desk.profile("contractor", "Ada")
    bob = desk.profile("second", "Payroll Bob")
    # Never said to count; for another registry; asking without a form.
    body = {"title": "Payroll stranger", "timezone": "UTC", "availableFrom": 0, "atOnce": 1}
    desk.place.lay(Paper.signed(stranger, "profile", body, CHAIN, desk.registry.address))
    desk.place.lay(Paper.signed(stranger, "profile", body, CHAIN, REGISTRY))
    desk.place.lay(Paper.signed(stranger, "request", {"title": "Payroll \\ wanted"}, CHAIN, desk.registry.address))
    (tmp_path / "place" / "profile" / "junk").write_text("junk")

    found = desk.json("market", "search", "payroll")
    assert [(each["id"], each["score"], each["title"]) for each in found] == [(bob, 4, "Payroll Bob"), (ada, 2, "Ada")]
    assert found[1]["author"] == contractor.address
    assert found[1]["profile"]["atOnce"] == "1"
    assert [each["id"] for each in desk.json("market", "search", "--skill", "c++", "ada")] == [ada]
    assert desk.text("market", "search", "older") == "Nothing found.\n"

    done = desk.run("market", "search", "ada", "--record", "--database", f"sqlite:///{tmp_path / 'search.sqlite'}")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == (
        "Ada\n"
        f"  profile {ada} of {contractor.address}\n"
        "  C++, Payroll\n"
        "  as contractor 0 agreements, 0 milestones accepted, 0 of 0 levels met, 0 disputes; as client 0 agreements, "
        "0 debts paid late; 0 reviews\n"
    )
    assert "Passed over: profile/junk: is no paper's address" in done.stderr
    assert "'+' has no letter or digit" in desk.fails("market", "search", "+")
