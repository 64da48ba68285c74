"""What is no index, of another chain or of a newer version is named, with nothing written."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from workpact.audit.entries import TRANSFER
from workpact.audit.index import (
    DatabaseFailed,
    Index,
    IndexLogs,
    NewerDatabase,
    NoIndex,
    NotIndexed,
    OtherDeployment,
    sync,
)


def test_other_chain_or_deployment__named_and_nothing_written(indexed, tmp_path):
    index = indexed.index(tmp_path)
    sync(index, indexed.node)
    file = tmp_path / "index"
    before = file.read_bytes()

    moved = indexed.contracts | {"Payroll": indexed.token}
    for other, why in (
        ({"chain_id": 1}, r"an index of chain 31337, not 1\."),
        ({"genesis": bytes(32)}, r"of another chain 31337, which begins with block 0x[0-9a-f]{64}, not 0x0{64}"),
        ({"contracts": moved}, r"an index of other contracts \(from block 0: Agreement 0x"),
        ({"start": 5}, r"an index of other contracts \(from block 0: "),
    ):
        with pytest.raises(OtherDeployment, match=why):
            Index.open(indexed.other(**other), index.database.name)
    assert file.read_bytes() == before


def test_newer_database__named_and_nothing_written(indexed, tmp_path):
    index = indexed.index(tmp_path)
    engine = create_engine(index.database.name)
    with engine.begin() as connection:
        connection.execute(text("UPDATE workpact_revision SET version_num = '9999'"))
    before = (tmp_path / "index").read_bytes()

    for opened in (lambda: indexed.index(tmp_path), lambda: Index.existing(index.database.name)):
        with pytest.raises(NewerDatabase, match=r"of revision 9999, which this version of workpact does not know"):
            opened()
    assert (tmp_path / "index").read_bytes() == before


def test_existing__what_it_is_of(indexed, tmp_path):
    made = indexed.index(tmp_path)
    sync(made, indexed.node)
    again = Index.existing(made.database.name)

    assert again.deployed == indexed.deployed
    assert again.cursor() == made.cursor()


def test_existing__none_there__named_and_no_file_made(tmp_path):
    with pytest.raises(NoIndex, match=r"has no index: make one \(ape run audit index --database sqlite:///"):
        Index.existing(f"sqlite:///{tmp_path / 'none'}")
    assert list(tmp_path.iterdir()) == []


def test_no_database__named(indexed, tmp_path):
    (tmp_path / "text").write_text("This is no database, but some text that is long enough." * 20)
    (tmp_path / "folder").mkdir()
    for url, why in (
        (f"sqlite:///{tmp_path / 'text'}", "file is not a database"),
        (f"sqlite:///{tmp_path / 'folder'}", "unable to open database file"),
        ("index.sqlite", r"index\.sqlite is no URL of a database"),
        ("mysql://somewhere/index", "kept in SQLite or PostgreSQL, not in mysql"),
    ):
        with pytest.raises(DatabaseFailed, match=why):
            Index.open(indexed.deployed, url)
    assert (tmp_path / "text").read_text().startswith("This is no database")


def test_password__is_not_shown():
    with pytest.raises(DatabaseFailed, match=r"postgresql\+psycopg://me:\*\*\*@127\.0\.0\.1:1/none"):
        Index.existing("postgresql://me:secret@127.0.0.1:1/none")


def test_logs_that_it_has_not__named(indexed, tmp_path):
    index = indexed.index(tmp_path)
    sync(index, indexed.node, 100)
    own = IndexLogs(index)

    with pytest.raises(NotIndexed, match=r"has been read until block 100, not 101: bring it further"):
        own.read(indexed.agreement, [], 101)
    stranger, ours = indexed.address("stranger"), bytes.fromhex(indexed.agreement[2:]).rjust(32, b"\0")
    for address, topics in (
        (stranger, []),
        (stranger, [TRANSFER, ours]),
        (indexed.token, []),
        (indexed.token, [TRANSFER]),
        (indexed.token, [TRANSFER, bytes(32)]),
        (indexed.token, [None, ours]),
    ):
        with pytest.raises(NotIndexed, match=rf"not what was asked of {address}"):
            own.read(address, topics, 100)
