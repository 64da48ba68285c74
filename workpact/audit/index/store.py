"""The rows: what is read of a chain goes in, what is not on it any more goes out, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, select, true, update
from sqlalchemy import false as no

from workpact import WorkpactError
from workpact.audit.entries import Log
from workpact.audit.index.database import Database, NoIndex, OtherDeployment, default_url
from workpact.audit.index.deployed import Deployed
from workpact.audit.index.tables import ONLY, blocks, contracts, logs, state, tokens
from workpact.audit.subject import OPENED

TOPICS = (logs.c.topic0, logs.c.topic1, logs.c.topic2, logs.c.topic3)


class Moved(WorkpactError):
    """Another process has written meanwhile: what was read does not follow what is there."""


@dataclass(frozen=True)
class Cursor:
    """Until where an index has been read, and until where nothing can change. `hash` is None before the first block."""

    number: int
    hash: bytes | None
    finalized: int | None
    finalized_hash: bytes | None


@dataclass(frozen=True)
class Block:
    """A block that has logs."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int


@dataclass(frozen=True)
class Batch:
    """What some blocks brought: all logs until block `number`, in no order, and which tokens they name first where."""

    number: int
    hash: bytes
    logs: Sequence[Log]
    blocks: Mapping[int, Block]
    tokens: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """What an index holds."""

    agreements: int
    events: Mapping[str, int]
    """By contract."""
    transfers: int
    tokens: int
    blocks: int
    finalized: int
    """Rows of events and transfers that can leave no more."""


class Index:
    """An index in a database. Open it with `open` or `existing`."""

    def __init__(self, database: Database, deployed: Deployed) -> None:
        self.database = database
        self.deployed = deployed

    @classmethod
    def open(cls, deployed: Deployed, url: str | None = None) -> Index:
        """The index of a deployment, made if it is not there; in a file of the user's own without `url`.

        Raises `OtherDeployment` and `NewerDatabase`, with nothing written, and `DatabaseFailed`.
        """
        database = Database(url or default_url(deployed.chain_id, deployed.genesis))
        if database.exists:
            with database.read() as connection:
                _check(database, connection, deployed)
        with database.written() as connection:
            is_new = not _check(database, connection, deployed)
            database.upgrade(connection)
            if is_new:
                _begin(connection, deployed)
        return cls(database, deployed)

    @classmethod
    def existing(cls, url: str) -> Index:
        """The index that a database has, whatever it is of; `NoIndex`, `NewerDatabase`, `DatabaseFailed`."""
        database = Database(url)
        if database.exists:
            with database.read() as connection:
                deployed = _deployed(database, connection)
            if deployed is not None:
                return cls(database, deployed)
        raise NoIndex(f"{database.name} has no index: make one (ape run audit index --database {database.name}).")

    def cursor(self) -> Cursor:
        """How far it is."""
        with self.database.read() as connection:
            return _cursor(connection)

    def tokens(self) -> list[str]:
        """Whose transfers it keeps, in order of their addresses."""
        with self.database.read() as connection:
            return list(connection.scalars(select(tokens.c.address).order_by(tokens.c.address)))

    def remembered(self, finalized: int | None, last: int) -> list[tuple[int, bytes]]:
        """Blocks with logs after `finalized` until `last`, the newest first: by number and hash."""
        query = select(blocks.c.number, blocks.c.hash).where(blocks.c.number <= last)
        if finalized is not None:
            query = query.where(blocks.c.number > finalized)
        with self.database.read() as connection:
            return [(row.number, row.hash) for row in connection.execute(query.order_by(blocks.c.number.desc()))]

    def counts(self) -> Counts:
        """What it holds."""
        by_address = select(logs.c.address, func.count().label("rows")).group_by(logs.c.address)
        opened = and_(logs.c.address == self.deployed.contracts.get("Agreement"), logs.c.topic0 == OPENED)
        with self.database.read() as connection:
            found = {row.address: int(row.rows) for row in connection.execute(by_address)}
            events = {name: found.pop(address, 0) for name, address in self.deployed.contracts.items()}

            def count(query: Any) -> int:
                return int(connection.scalar(query) or 0)

            return Counts(
                count(select(func.count()).select_from(logs).where(opened)),
                events,
                sum(found.values()),
                count(select(func.count()).select_from(tokens)),
                count(select(func.count()).select_from(blocks)),
                count(select(func.count()).select_from(logs).where(logs.c.finalized == true())),
            )

    # Changes; each raises `Moved`, with nothing written, unless the index is still at `before`

    def append(self, before: Cursor, batch: Batch, finalized: int | None, finalized_hash: bytes | None) -> Cursor:
        """What follows `before`."""
        after = Cursor(batch.number, batch.hash, finalized, finalized_hash)
        named = dict(batch.tokens)
        with self.database.written() as connection:
            _require(connection, before)
            known = _known(connection, before, batch)
            rows = [_row(log, named, finalized) for log in batch.logs]
            settled = {row["block"] for row in rows if row["finalized"]}
            new = [each for number, each in sorted(batch.blocks.items()) if number not in known]
            _insert(connection, blocks, [vars(each) | {"finalized": each.number in settled} for each in new])
            _insert(connection, logs, rows)
            _insert(connection, tokens, [{"address": each, "named": at} for each, at in sorted(named.items())])
            _settle(connection, finalized)
            _move(connection, after)
        return after

    def finalize(self, before: Cursor, number: int, block_hash: bytes) -> Cursor:
        """Nothing until this block leaves any more."""
        after = Cursor(before.number, before.hash, number, block_hash)
        with self.database.written() as connection:
            _require(connection, before)
            _settle(connection, number)
            _move(connection, after)
        return after

    def roll_back(self, before: Cursor, number: int, block_hash: bytes | None) -> Cursor:
        """To a block that is still on the chain: what later ones brought leaves."""
        after = Cursor(number, block_hash, before.finalized, before.finalized_hash)
        gone = and_(logs.c.brought > number, logs.c.finalized == no())
        with self.database.written() as connection:
            _require(connection, before)
            touched = set(connection.scalars(select(logs.c.block).where(gone).distinct()))
            connection.execute(delete(logs).where(gone))
            empty = ~exists().where(logs.c.block == blocks.c.number)
            for each in sorted(touched):
                connection.execute(delete(blocks).where(blocks.c.number == each, empty))
            connection.execute(delete(tokens).where(tokens.c.named > number))
            _move(connection, after)
        return after


def _row(log: Log, named: Mapping[str, int], finalized: int | None) -> dict[str, Any]:
    brought = max(log.block, named.get(log.address, 0))
    topics = {column.name: topic for column, topic in zip(TOPICS, (*log.topics, *(None,) * 4), strict=False)}
    return topics | {
        "block": log.block,
        "position": log.position,
        "address": log.address,
        "data": log.data,
        "transaction_hash": log.transaction,
        "sender": log.sender,
        "brought": brought,
        "finalized": finalized is not None and brought <= finalized,
    }


def _known(connection: Connection, before: Cursor, batch: Batch) -> set[int]:
    """Blocks of a batch that the index has already: a token that is new in it brings earlier transfers."""
    older = [number for number in batch.blocks if number <= before.number]
    if not older:
        return set()
    return set(connection.scalars(select(blocks.c.number).where(blocks.c.number.between(min(older), max(older)))))


def _settle(connection: Connection, finalized: int | None) -> None:
    """Marks the rows that are final now."""
    if finalized is None:
        return
    open_logs = and_(logs.c.finalized == no(), logs.c.brought <= finalized)
    touched = list(connection.scalars(select(logs.c.block).where(open_logs).distinct()))
    connection.execute(update(logs).where(open_logs).values(finalized=True))
    if touched:
        within = blocks.c.number.between(min(touched), max(touched))
        final = exists().where(logs.c.block == blocks.c.number, logs.c.finalized == true())
        connection.execute(update(blocks).where(within, blocks.c.finalized == no(), final).values(finalized=True))


def _insert(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    made = list(rows)
    if made:
        connection.execute(insert(table), made)


def _cursor(connection: Connection) -> Cursor:
    row = connection.execute(select(state)).one()
    return Cursor(row.block, row.hash, row.finalized, row.finalized_hash)


def _require(connection: Connection, before: Cursor) -> None:
    if _cursor(connection) != before:
        raise Moved("Another process writes the same index: let it end, then run this again.")


def _move(connection: Connection, after: Cursor) -> None:
    moved = {"block": after.number, "hash": after.hash}
    settled = {"finalized": after.finalized, "finalized_hash": after.finalized_hash}
    connection.execute(update(state).values(moved | settled))


def _begin(connection: Connection, deployed: Deployed) -> None:
    chain = {"chain": deployed.chain_id, "genesis": deployed.genesis, "start": deployed.start}
    connection.execute(insert(state), {"id": ONLY, **chain, "block": deployed.start - 1})
    _insert(connection, contracts, [{"name": each, "address": at} for each, at in deployed.contracts.items()])


def _deployed(database: Database, connection: Connection) -> Deployed | None:
    """What the database is an index of; None if of nothing yet."""
    if database.revision(connection) is None:
        return None
    row = connection.execute(select(state)).one()
    found = {each.name: each.address for each in connection.execute(select(contracts).order_by(contracts.c.name))}
    return Deployed(row.chain, row.genesis, found, row.start)


def _check(database: Database, connection: Connection, deployed: Deployed) -> bool:
    """Whether there is an index of this deployment; False if there is none, `OtherDeployment` if it is of another."""
    found = _deployed(database, connection)
    if found is None or found == deployed:
        return found is not None
    if found.chain_id != deployed.chain_id:
        why = f"of chain {found.chain_id}, not {deployed.chain_id}"
    elif found.genesis != deployed.genesis:
        why = (
            f"of another chain {found.chain_id}, which begins with block 0x{found.genesis.hex()}, not "
            f"0x{deployed.genesis.hex()}"
        )
    else:
        named = ", ".join(f"{name} {address}" for name, address in sorted(found.contracts.items()))
        why = f"of other contracts (from block {found.start}: {named})"
    raise OtherDeployment(
        f"{database.name} is an index {why}. Nothing was written: name another database (--database), or check "
        "--network."
    )
