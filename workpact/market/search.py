"""Full text over profiles and requests, in SQLite (a file, or memory) or PostgreSQL.

Both engines answer the same: words are told apart here, each engine only finds the papers that have them, and the order
is computed here. What a searcher types is never the engine's own language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, and_, bindparam, cast, delete, exists, func, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.types import Text

from workpact.audit.index.database import Database
from workpact.market.errors import MarketError, shown
from workpact.market.paper import Paper
from workpact.market.profile import BadProfile, Profile
from workpact.market.search_tables import make, papers, skills, words

LONGEST = 64
"""Characters of a word that count."""
ASKED = 32
"""Words of a search, at most."""
IN_TITLE, IN_OFFER, ANYWHERE = 4, 2, 1
"""What a word counts by where it stands: the title, services and skills, any other text."""


class BadSearch(MarketError):
    """What was typed can find nothing."""


@dataclass(frozen=True)
class Hit:
    """One paper that was found; the higher score comes first, then the lower id."""

    id: str
    kind: str
    author: str
    title: str
    score: int


@dataclass(frozen=True)
class _Text:
    """What of a paper can be found."""

    title: str
    offer: tuple[str, ...]
    rest: tuple[str, ...]
    skills: tuple[str, ...]


class Search:
    """The papers of one place, to be searched. `hold` says which, `find` finds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str | None = None) -> Self:
        """In the database of a URL, made if it is not there; in memory without. Raises `DatabaseFailed`."""
        return cls(Database(url or "sqlite://"))

    def close(self) -> None:
        """Gives its connections back."""
        self._database.close()

    def hold(self, given: Iterable[Paper]) -> list[str]:
        """Makes these profiles and requests all that can be found; those that have no text to show, and why."""
        wanted = {each.id: each for each in given if each.kind in ("profile", "request")}
        refused = []
        with self._database.written() as connection:
            make(connection)
            there = set(connection.scalars(select(papers.c.id)))
            for gone in sorted(there - wanted.keys()):
                for table, column in ((words, words.c.paper), (skills, skills.c.paper), (papers, papers.c.id)):
                    connection.execute(delete(table).where(column == gone))
            for each in (wanted[new] for new in sorted(wanted.keys() - there)):
                try:
                    found = _text(each)
                except BadProfile as error:
                    refused.append(str(error))
                else:
                    _add(connection, each, found)
        return refused

    def find(self, asked: Sequence[str] = (), *, having: Sequence[str] = (), kind: str | None = None) -> list[Hit]:
        """The papers in which each word is the beginning of one, and that list each skill; all without any.

        Raises `BadSearch`.
        """
        wanted = _asked(asked)
        conditions: list[ColumnElement[bool]] = [] if kind is None else [papers.c.kind == kind]
        conditions += [
            exists().where(skills.c.paper == papers.c.id, skills.c.skill == skill_of(skill)) for skill in having
        ]
        with self._database.read() as connection:
            query = select(papers)
            if wanted:
                query = query.join(words, words.c.paper == papers.c.id)
                conditions.append(_match(connection.dialect.name, wanted))
            rows = connection.execute(query.where(and_(*conditions)) if conditions else query).all()
        hits = [Hit(row.id, row.kind, row.author, row.title, _score(row, wanted)) for row in rows]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def words_of(written: str) -> list[str]:
    """The words of a text as they are compared: in small letters, without accents."""
    found, word = [], ""
    for char in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", written).casefold()):
        category = unicodedata.category(char)
        if category == "Mn":
            continue
        if category[0] in "LNM":
            word += char
        elif word:
            found.append(word[:LONGEST])
            word = ""
    return [*found, word[:LONGEST]] if word else found


def skill_of(written: str) -> str:
    """A skill as it is compared: whole, without regard to capitals and blanks."""
    return " ".join(unicodedata.normalize("NFKC", written).casefold().split())


def _asked(typed: Sequence[str]) -> list[str]:
    wanted = sorted({word for each in typed for word in words_of(each)})
    if any(not words_of(each) for each in typed):
        empty = next(each for each in typed if not words_of(each))
        raise BadSearch(f"'{shown(empty)}' has no letter or digit to find: leave it out, or use --skill.")
    if len(wanted) > ASKED:
        raise BadSearch(f"A search takes {ASKED} words, these are {len(wanted)}: leave some out.")
    return wanted


def _match(engine: str, wanted: Sequence[str]) -> ColumnElement[bool]:
    # Words have letters, marks and digits alone, so that nothing in the quotes ends them.
    if engine == "sqlite":
        query = " AND ".join(f'"{word}"*' for word in wanted)
        return text("market_words MATCH :wanted").bindparams(bindparam("wanted", query))  # type: ignore[return-value]
    query = " & ".join(f"'{word}':*" for word in wanted)
    return words.c.words.op("@@", is_comparison=True)(cast(query, TSQUERY))


def _score(row: Any, wanted: Sequence[str]) -> int:
    title, offer = f" {row.title_words}", f" {row.offer_words}"
    return sum(IN_TITLE if f" {word}" in title else IN_OFFER if f" {word}" in offer else ANYWHERE for word in wanted)


def _text(paper: Paper) -> _Text:
    """Raises `BadProfile`."""
    if paper.kind == "profile":
        body = Profile.of(paper).body
        rest = (body.about or "", *body.languages, *body.countries, body.timezone)
        return _Text(body.title, (*body.services, *body.skills), rest, body.skills)
    title, terms = paper.body.get("title"), paper.body.get("terms")
    return _Text(str(title) if isinstance(title, str) else "", (), (terms,) if isinstance(terms, str) else (), ())


def _add(connection: Connection, paper: Paper, found: _Text) -> None:
    title = words_of(found.title)
    offer = [word for each in found.offer for word in words_of(each)]
    every = sorted({*title, *offer, *(word for each in found.rest for word in words_of(each))})
    row = {"id": paper.id, "kind": paper.kind, "author": paper.author, "title": found.title}
    connection.execute(insert(papers), row | {"title_words": " ".join(title), "offer_words": " ".join(offer)})
    for skill in sorted({skill_of(each) for each in found.skills}):
        connection.execute(insert(skills), {"paper": paper.id, "skill": skill})
    if connection.dialect.name == "sqlite":
        connection.execute(insert(words), {"paper": paper.id, "words": " ".join(every)})
    else:
        made = func.array_to_tsvector(cast(every, ARRAY(Text)))
        connection.execute(insert(words).values(paper=paper.id, words=made))
