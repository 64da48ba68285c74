"""A real PostgreSQL holds the same rows as SQLite after the same reorganisations and kills (SPEC.md 13.6)."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from tests.audit.indexed import indexed, rows
from tests.audit.reorgs import played, synced
from workpact.audit.history import head, verified
from workpact.audit.index import Index, IndexLogs, NewerDatabase, OtherDeployment, sync

__all__ = ["indexed"]


@pytest.fixture
def database(postgres):
    """The URL of a database of its own."""
    name = f"index_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres.rsplit("/", 1)[0] + f"/{name}"


@pytest.mark.parametrize("seed", range(300, 306))
def test_any_schedule__postgresql_equals_sqlite_and_all_receipts(seed, tmp_path, database):
    sqlite, fresh = f"sqlite:///{tmp_path / 'index'}", f"sqlite:///{tmp_path / 'fresh'}"
    with played(seed, sqlite, database) as schedule:
        synced(schedule, fresh)

        assert rows(fresh) == schedule.chain.truth(schedule.finality)
        assert rows(sqlite) == rows(fresh)
        assert rows(database) == rows(fresh)


def test_logs__same_history_as_from_the_node(indexed, database):
    index = Index.open(indexed.deployed, database)
    sync(index, indexed.node)
    subject, at = indexed.subject(), head(indexed.node)
    assert verified(indexed.node, subject, at, IndexLogs(index)) == verified(indexed.node, subject, at)


def test_newer_or_other_database__named_and_nothing_written(indexed, database):
    index = Index.open(indexed.deployed, database)
    sync(index, indexed.node)
    before = rows(database)

    with pytest.raises(OtherDeployment, match=r"an index of chain 31337, not 1\."):
        Index.open(indexed.other(chain_id=1), database)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE workpact_revision SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="revision 9999"):
        Index.open(indexed.deployed, database)
    assert rows(database) == before
