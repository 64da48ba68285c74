"""A real PostgreSQL finds what SQLite finds, whatever is typed, in a locale that orders text its own way."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.searched import EVERY, FOUND, check, check_held, profile
from workpact.market.search import BadSearch, Search, words_of


@pytest.fixture
def market(postgres):
    """The search in a database of its own."""
    name = f"market_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    made = Search.open(postgres.rsplit("/", 1)[0] + f"/{name}")
    yield made
    made.close()


@pytest.fixture
def embedded():
    made = Search.open()
    yield made
    made.close()


def test_find__each_word_begins_one_and_titles_come_first(market):
    check(market)


def test_hold__rows_are_those_of_the_last_papers(market):
    check_held(market)


def test_find__the_same_hits_in_the_same_order_as_sqlite(market, embedded):
    market.hold(EVERY)
    embedded.hold(EVERY)
    for typed, _, _ in FOUND:
        assert market.find(typed) == embedded.find(typed)
    assert market.find() == embedded.find()


def test_find__whatever_is_typed_is_answered_as_by_sqlite(market, embedded):
    market.hold(EVERY)
    embedded.hold(EVERY)

    def answer(search, written):
        try:
            return search.find([written])
        except BadSearch as error:
            return str(error)

    @settings(max_examples=150, deadline=None)
    @given(st.text(st.characters(exclude_characters="\0"), max_size=40))
    def typed(written):
        assert answer(market, written) == answer(embedded, written)

    typed()


def test_find__every_word_of_a_text_finds_it(market):
    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(categories=["L", "N", "Mn", "P", "S"]), min_size=1, max_size=30))
    def found(written):
        paper = profile(1, "x", about=f"y {written}".replace("<", "< "))
        assert market.hold([paper]) == []
        for word in words_of(written)[:32]:
            assert [hit.id for hit in market.find([word])] == [paper.id], word

    found()
