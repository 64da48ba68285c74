"""The tables of the search; the words lie in what each engine has for them: FTS5 of SQLite, tsvector of PostgreSQL."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

VERSION = 1
"""Of these tables; made anew when it is another."""

# Ids and words sort by code points on every engine, whatever its locale.
_ID = String(59).with_variant(String(59, collation="C"), "postgresql")
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

state = Table("market_state", metadata, Column("version", Integer, nullable=False))

papers = Table(
    "market_papers",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("author", String(42), nullable=False),
    Column("title", Text, nullable=False),
    Column("title_words", _TEXT, nullable=False),
    Column("offer_words", _TEXT, nullable=False),
)

skills = Table(
    "market_skills",
    metadata,
    Column("paper", _ID, ForeignKey("market_papers.id", ondelete="CASCADE"), primary_key=True),
    Column("skill", _TEXT, primary_key=True),
)

words = Table(
    "market_words",
    metadata,
    Column("paper", _ID, primary_key=True),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
)
Index("market_words_found", words.c.words, postgresql_using="gin")

_FTS5 = (
    "CREATE VIRTUAL TABLE market_words USING fts5(paper UNINDEXED, words, "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M*'\")"
)


def make(connection: Connection) -> None:
    """Makes the tables; anew if those that are there are of another version."""
    there = inspect(connection)
    if there.has_table(state.name):
        if connection.scalar(select(state.c.version)) == VERSION:
            return
        metadata.drop_all(connection)
    if connection.dialect.name == "sqlite":
        metadata.create_all(connection, tables=[state, papers, skills])
        connection.exec_driver_sql(_FTS5)
    else:
        metadata.create_all(connection)
    connection.execute(state.insert(), {"version": VERSION})
