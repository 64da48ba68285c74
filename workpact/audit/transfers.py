"""Transfers of tokens, as the tokens' own logs say them (SPEC.md 13.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.entries import TRANSFER, BlockGone, Entry, Log, in_order, log_of
from workpact.audit.history import Logs
from workpact.audit.node import Node


@dataclass(frozen=True, slots=True)
class Transfer:
    """One `Transfer` of an ERC-20, in its smallest unit."""

    token: str
    sender: str
    receiver: str
    amount: int
    log: Log

    @property
    def place(self) -> tuple[int, int]:
        """Block and position."""
        return self.log.place

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "token": self.token,
            "from": self.sender,
            "to": self.receiver,
            "amount": str(self.amount),
            "block": self.log.block,
            "position": self.log.position,
            "transaction": "0x" + self.log.transaction.hex(),
        }


def transfers_in(logs: Iterable[Log]) -> list[Transfer]:
    """Those of the logs that are transfers of an ERC-20, in order; others are passed over."""
    return [_transfer(log) for log in in_order(logs) if _is_transfer(log)]


def transfers_of(logs: Logs, tokens: Iterable[str], contracts: Iterable[str], last: int) -> list[Transfer]:
    """All transfers of the tokens to and from the contracts until a block, in order."""
    found: list[Log] = []
    held = [bytes.fromhex(contract[2:]).rjust(32, b"\0") for contract in contracts]
    for token in sorted(tokens):
        for contract in held:
            found += logs.read(token, [TRANSFER, contract], last)
            found += logs.read(token, [TRANSFER, None, contract], last)
    return transfers_in(found)


def transfers_beside(node: Node, entries: Sequence[Entry]) -> list[Transfer]:
    """All transfers in the transactions that wrote these events, from their receipts. Raises `BlockGone`."""
    written = {"0x" + each.log.transaction.hex(): each.log for each in entries}
    hashes = list(written)
    found: list[Log] = []
    for name, receipt in zip(
        hashes, node.ask_many("eth_getTransactionReceipt", [[each] for each in hashes]), strict=True
    ):
        log = written[name]
        if receipt is None or receipt["blockHash"] != "0x" + log.block_hash.hex():
            raise BlockGone(f"Block {log.block} was replaced while it was read: run the same again.")
        found += [log_of(raw, log.timestamp, log.sender) for raw in receipt["logs"]]
    return transfers_in(found)


def _is_transfer(log: Log) -> bool:
    """An ERC-721's has four topics."""
    return len(log.topics) == 3 and log.topics[0] == TRANSFER and len(log.data) == 32


def _transfer(log: Log) -> Transfer:
    sender, receiver = (to_checksum_address(topic[-20:]) for topic in log.topics[1:])
    return Transfer(log.address, sender, receiver, int.from_bytes(log.data), log)
