"""The tables. What is in them follows from the blocks alone: not from the node, the batches or the interruptions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    false,
)

REVISION_TABLE = "workpact_revision"
ONLY = 1
"""The id of the one row of `state`."""


class Bytes(LargeBinary):
    """Bytes as they are: both drivers take and give them so, and a wrapper of each is slower than the row."""

    def bind_processor(self, dialect: Any) -> None:
        """None."""

    def result_processor(self, dialect: Any, coltype: Any) -> None:
        """None."""


metadata = MetaData()

state = Table(
    "workpact_index",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("chain", BigInteger, nullable=False),
    Column("genesis", Bytes(), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("hash", Bytes()),
    Column("finalized", BigInteger),
    Column("finalized_hash", Bytes()),
)
"""Of what chain, from which block on, until which block; the hash is null before the first was read."""

contracts = Table(
    "workpact_contracts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("address", Text, nullable=False),
)

tokens = Table(
    "workpact_tokens",
    metadata,
    Column("address", Text, primary_key=True),
    Column("named", BigInteger, nullable=False),
)
"""Whose transfers are kept; `named` is the first block in which an agreement, a pool or a payroll names it."""

blocks = Table(
    "workpact_blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Bytes(), nullable=False),
    Column("parent", Bytes(), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("finalized", Boolean, nullable=False),
)
"""Those that have logs; finalized as soon as one of their logs is."""

logs = Table(
    "workpact_logs",
    metadata,
    Column("block", BigInteger, ForeignKey(blocks.c.number), primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("topic0", Bytes()),
    Column("topic1", Bytes()),
    Column("topic2", Bytes()),
    Column("topic3", Bytes()),
    Column("data", Bytes(), nullable=False),
    Column("transaction_hash", Bytes(), nullable=False),
    Column("sender", Text, nullable=False),
    Column("brought", BigInteger, nullable=False),
    Column("finalized", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""`brought` is the block that brought the row: its own, or for a transfer that in which its token was named, if later.
It leaves with that block, and is finalized with it."""

Index("workpact_logs_topic1", logs.c.address, logs.c.topic1)
Index("workpact_logs_topic2", logs.c.address, logs.c.topic2)
Index(
    "workpact_logs_open",
    logs.c.brought,
    sqlite_where=logs.c.finalized == false(),
    postgresql_where=logs.c.finalized == false(),
)
