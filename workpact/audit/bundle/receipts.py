"""Receipts and transactions of a record's events as a bundle carries them, with their way to the block's header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import rlp

from workpact.audit.entries import BlockGone, Entry
from workpact.audit.node import Node, NodeRefused
from workpact.audit.proofs import Header, NotEthereum, Pool, listed
from workpact.audit.transactions import receipt, transaction

TOGETHER = 50
"""Blocks that are asked for at once, with all their transactions."""

Places = dict[tuple[int, int], tuple[int, int]]
"""By block and position in it: a transaction's index, and a log's in its receipt."""


def carried(node: Node, entries: Sequence[Entry]) -> tuple[dict[int, Header], Places, list[bytes]]:
    """Headers by number, where the events are, and the trie nodes that show it; `BlockGone`, `NotEthereum`."""
    blocks = {each.log.block: each.log.block_hash for each in entries}
    wanted: dict[int, set[bytes]] = {}
    for each in entries:
        wanted.setdefault(each.log.block, set()).add(each.log.transaction)
    headers: dict[int, Header] = {}
    places: Places = {}
    nodes: list[bytes] = []
    for block in _blocks(node, sorted(blocks)):
        header = Header.of(block)
        if header.hash != blocks[header.number]:
            raise BlockGone(f"Block {header.number} was replaced while it was read: run the same again.")
        headers[header.number] = header
        hashes = [each["hash"] for each in block["transactions"]]
        receipts = node.receipts(header.number, hashes)
        indexes = [index for index, each in enumerate(hashes) if bytes.fromhex(each[2:]) in wanted[header.number]]
        for index in indexes:
            for number, log in enumerate(receipts[index]["logs"]):
                places[header.number, int(log["logIndex"], 16)] = (index, number)
        raw = [_transaction(node, each) for each in block["transactions"]]
        nodes += _way(header.receipts_root, [receipt(each) for each in receipts], indexes, header.number)
        nodes += _way(header.transactions_root, raw, indexes, header.number)
    return headers, places, nodes


def _blocks(node: Node, numbers: Sequence[int]) -> Iterable[Mapping[str, Any]]:
    for start in range(0, len(numbers), TOGETHER):
        chosen = numbers[start : start + TOGETHER]
        found = node.ask_many("eth_getBlockByNumber", [[hex(number), True] for number in chosen])
        for number, block in zip(chosen, found, strict=True):
            if block is None:
                raise BlockGone(f"The node has no block {number} any more: run the same again.")
            yield block


def _transaction(node: Node, found: Mapping[str, Any]) -> bytes:
    """As the block's trie has it: from its JSON, else as the node has it."""
    try:
        return transaction(found)
    except (NotEthereum, KeyError, TypeError):
        try:
            raw = node.ask("eth_getRawTransactionByHash", found["hash"])
        except NodeRefused:
            raw = None
        if not isinstance(raw, str):
            raise
        return bytes.fromhex(raw[2:])


def _way(root: bytes, values: Sequence[bytes], indexes: Iterable[int], block: int) -> list[bytes]:
    """The nodes from a header's root to some of the values of its trie."""
    made, nodes = listed(values)
    if made != root:
        raise NotEthereum(
            f"The transactions or receipts of block {block} do not hash to what its header has: the node gives not all "
            "of them, or the chain is of another kind than Ethereum. Export without --receipts."
        )
    pool = Pool(nodes.values())
    for index in indexes:
        pool.value(root, rlp.encode(index))
    return pool.used
