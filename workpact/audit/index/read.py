"""The index as a source of logs: the very same as a node's (`workpact.audit.history.Logs`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address
from sqlalchemy import or_, select

from workpact import WorkpactError
from workpact.audit.entries import TRANSFER, Log
from workpact.audit.index.store import TOPICS, Index
from workpact.audit.index.tables import blocks, logs


class NotIndexed(WorkpactError):
    """The index does not have what is asked of it."""


@dataclass(frozen=True)
class IndexLogs:
    """Logs of an index: all of the deployment's contracts, and transfers to and from them of the tokens they use."""

    index: Index

    def read(self, address: str, topics: Sequence[bytes | None], last: int, first: int = 0) -> list[Log]:
        """As `Logs` says, from block `first` on.

        Raises `NotIndexed` for other contracts, and for blocks it has not come to.
        """
        address = to_checksum_address(address)
        self._require(address, topics, last)
        chosen = [column == topic for column, topic in zip(TOPICS, topics, strict=False) if topic is not None]
        if any(topic is None for topic in topics):  # as many topics as were asked for, whatever they are
            chosen.append(TOPICS[len(topics) - 1].is_not(None))
        query = select(logs, blocks.c.hash, blocks.c.timestamp).join(blocks, blocks.c.number == logs.c.block)
        query = query.where(logs.c.address == address, logs.c.block.between(first, last), *chosen)
        if address not in self.index.deployed.contracts.values():
            ours = [_topic(each) for each in self.index.deployed.contracts.values()]
            query = query.where(or_(logs.c.topic1.in_(ours), logs.c.topic2.in_(ours)))
        with self.index.database.read() as connection:
            rows = connection.execute(query.order_by(logs.c.block, logs.c.position)).all()
        return [_log(row) for row in rows]

    def _require(self, address: str, topics: Sequence[bytes | None], last: int) -> None:
        at = self.index.cursor().number
        name = self.index.database.name
        if last > at:
            raise NotIndexed(
                f"{name} has been read until block {at}, not {last}: bring it further (ape run audit index)."
            )
        contracts = self.index.deployed.contracts.values()
        if address in contracts:
            return
        ours = {_topic(each) for each in contracts}
        is_transfer = len(topics) > 1 and topics[0] == TRANSFER and any(each in ours for each in topics[1:3])
        if not is_transfer or address not in self.index.tokens():
            raise NotIndexed(
                f"{name} has the logs of {', '.join(contracts)} and the transfers of their tokens to and from them, "
                f"not what was asked of {address}: take the node's (without --database)."
            )


def _log(row: Any) -> Log:
    topics = tuple(each for each in (row.topic0, row.topic1, row.topic2, row.topic3) if each is not None)
    return Log(
        row.address,
        topics,
        row.data,
        row.block,
        row.hash,
        row.timestamp,
        row.transaction_hash,
        row.sender,
        row.position,
    )


def _topic(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
