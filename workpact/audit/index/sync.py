"""Reads a chain into an index, batch by batch; whatever the chain does meanwhile, the rows are those of its blocks.

What two nodes, or two moments, can tell apart is compared: a batch follows the block that the index is at, by parent
hash, each log's block has the hash that the log names, and the last block has the same hash before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.audit.entries import TRANSFER, BlockGone, Log, decoded, log_of
from workpact.audit.history import Head, head
from workpact.audit.index.store import Batch, Block, Cursor, Index, Moved
from workpact.audit.node import Node, NodeRefused, NodeWrong, Unknown
from workpact.audit.subject import OPENED
from workpact.terms.fields import ZERO_ADDRESS

NAMING = {
    OPENED: ("Agreement", ("token",)),
    keccak(text="PoolOpened(bytes32,uint256,address,address,address,uint256,address,bytes32,address)"): (
        "WorkerEquity",
        ("token", "currency"),
    ),
    keccak(text="Collected(bytes32,address,bytes32,address,address,uint256)"): ("Payroll", ("token",)),
}
"""Events that name tokens, by topic: the contract and the arguments."""
ENOUGH = 5_000
"""Rows after which a batch is taken to be large: the next one spans fewer blocks."""
SPAN = 1_000
"""Blocks of the first batch; `RANGES` answers of the node end a batch too."""
WIDEST = 100_000
RANGES = 8
ADDRESSES = 100
"""Tokens in one question."""
CHUNK = 64
"""Blocks asked for at once on the way back to the last common one."""
PATIENCE = 20
"""Times that the chain may change under a batch, one after another."""

Progress = Callable[[Cursor, Head], None]


class FinalizedGone(WorkpactError):
    """A block that was final is not on the node's chain."""


def sync(
    index: Index,
    node: Node,
    which: int | str = "latest",
    finality: int | None = None,
    progress: Progress | None = None,
) -> Cursor:
    """Brings an index to a block (number, hash or tag) of a node's chain and returns how far it is then.

    Final is what the node says is; of a node that has no word for it, what is `finality` blocks old. An index that is
    further already stays. Raises `FinalizedGone`, `BlockGone`, `Moved`, `NodeRefused`, `NodeSilent`, `DatabaseFailed`.
    """
    changes = 0
    while True:
        try:
            cursor = _common(index, node)
            to = head(node, which)
            settled = _finalized(node, finality)
            for moved in _advanced(index, node, cursor, to, settled):
                cursor, changes = moved, 0
                if progress:
                    progress(cursor, to)
            if cursor.hash in (None, to.hash) or cursor.number > to.number:
                return _settled(index, node, cursor, settled)
            raise BlockGone(f"Block {to.number} was replaced while it was read: run the same again.")
        except (BlockGone, Moved, Unknown):
            changes += 1
            if changes == PATIENCE:
                raise


def _common(index: Index, node: Node) -> Cursor:
    """The index back at the last of its blocks that is on the node's chain."""
    cursor, height = index.cursor(), node.height()
    if cursor.hash is None or (cursor.number <= height and _is_there(node, cursor.number, cursor.hash)):
        return cursor
    known = index.remembered(cursor.finalized, min(height, cursor.number - 1))
    if cursor.finalized is not None and cursor.finalized_hash is not None and cursor.finalized <= height:
        known.append((cursor.finalized, cursor.finalized_hash))
    if not known and cursor.number > height:
        return cursor
    for first in range(0, len(known), CHUNK):
        chosen = known[first : first + CHUNK]
        answers = node.blocks([number for number, _ in chosen])
        for place, ((number, block_hash), answer) in enumerate(zip(chosen, answers, strict=True), first):
            if _hash(answer) != block_hash:
                continue
            # A node that is behind has all of ours that it can have.
            is_behind = place == 0 and cursor.number > height
            return cursor if is_behind else index.roll_back(cursor, number, block_hash)
    if cursor.finalized is None:
        return index.roll_back(cursor, index.deployed.start - 1, None)
    raise FinalizedGone(
        f"Block {cursor.finalized} was final with hash 0x{(cursor.finalized_hash or b'').hex()}, and the node has "
        "another: it is of another chain, or was wrong about what is final (--finality). Nothing was removed: ask "
        "another node, or index into a new database (--database)."
    )


def _advanced(index: Index, node: Node, cursor: Cursor, to: Head, settled: int | None) -> Iterator[Cursor]:
    """Batch after batch until a block; after each, where the index is."""
    span = SPAN
    while cursor.number < to.number:
        last = min(cursor.number + span, to.number)
        batch, final = _read(index, node, cursor, last, settled)
        cursor = index.append(cursor, batch, *final)
        yield cursor
        if len(batch.logs) > ENOUGH:
            span = max(1, span // 2)
        elif len(batch.logs) < ENOUGH // 4:
            span = min(2 * span, WIDEST)


def _read(
    index: Index, node: Node, cursor: Cursor, last: int, settled: int | None
) -> tuple[Batch, tuple[int | None, bytes | None]]:
    """The batch after a block, until `last` or as far as a few answers go, and what is final after it."""
    first = cursor.number + 1
    end = node.block(last)["hash"]
    addresses = list(index.deployed.contracts.values())
    ranges = list(islice(node.logs(addresses, [], first, last), RANGES))
    raw, until = [each for _, found in ranges for each in found], ranges[-1][0]
    known = index.tokens()
    named = {each: at for each, at in _named(index.deployed.contracts, raw).items() if each not in known}
    raw += _transfers(node, known, addresses, first, until)
    raw += _transfers(node, list(named), addresses, index.deployed.start, until)
    _require_asked(raw, {*addresses, *known, *named}, index.deployed.start, until)
    final = cursor.finalized, cursor.finalized_hash
    reached = until if settled is None else min(until, settled)
    wanted = sorted({int(each["blockNumber"], 16) for each in raw} | {first, until, max(reached, first)})
    headers = dict(zip(wanted, node.blocks(wanted), strict=True))
    logs = _completed(node, headers, raw)
    # All of this was asked between two looks at the last block, no two questions of it at one moment.
    if cursor.hash is not None and bytes.fromhex(headers[first]["parentHash"][2:]) != cursor.hash:
        raise BlockGone(f"Block {cursor.number} was replaced: run the same again.")
    if node.block(last)["hash"] != end:
        raise BlockGone(f"Block {last} was replaced while it was read: run the same again.")
    if settled is not None and reached >= first:
        final = reached, _hash(headers[reached])
    own = {number: _block(headers[number]) for number in {log.block for log in logs}}
    return Batch(until, _hash(headers[until]), logs, own, named), final


def _require_asked(raw: list[dict[str, Any]], addresses: set[str], first: int, last: int) -> None:
    """Raises `NodeWrong` if there is a log that nobody has asked for."""
    asked = {each.lower() for each in addresses}
    for each in raw:
        if each["address"].lower() not in asked or not first <= int(each["blockNumber"], 16) <= last:
            raise NodeWrong(
                f"Asked for logs until block {last}, the node gives one of {each['address']} in block "
                f"{int(each['blockNumber'], 16)}, which was not asked for: ask another node."
            )


def _transfers(node: Node, tokens: list[str], contracts: list[str], first: int, last: int) -> Iterator[dict[str, Any]]:
    """What moved tokens to or from the contracts."""
    ours = [bytes.fromhex(each[2:]).rjust(32, b"\0") for each in contracts]
    for start in range(0, len(tokens), ADDRESSES):
        chosen = tokens[start : start + ADDRESSES]
        for _, found in node.logs(chosen, [TRANSFER, ours], first, last):
            yield from found
        for _, found in node.logs(chosen, [TRANSFER, None, ours], first, last):
            yield from found


def _named(contracts: Mapping[str, str], raw: list[dict[str, Any]]) -> dict[str, int]:
    """Tokens that these logs name, by the first block that does."""
    found: dict[str, int] = {}
    for each in raw:
        topic = bytes.fromhex(each["topics"][0][2:]) if each["topics"] else b""
        contract, arguments = NAMING.get(topic, ("", ()))
        if contracts.get(contract) != to_checksum_address(each["address"]):
            continue
        entry = decoded(contract, log_of(each, 0, ZERO_ADDRESS))
        for argument in arguments:
            if entry[argument] != ZERO_ADDRESS:
                token = str(entry[argument])
                found[token] = min(entry.log.block, found.get(token, entry.log.block))
    return found


def _completed(node: Node, headers: Mapping[int, Mapping[str, Any]], raw: list[dict[str, Any]]) -> list[Log]:
    """Logs, each once, in order, with the times of their blocks and the senders of their transactions."""
    senders = node.senders(list(dict.fromkeys(each["transactionHash"] for each in raw)))
    found: dict[tuple[int, int], Log] = {}
    for each in raw:
        block = headers[int(each["blockNumber"], 16)]
        if block["hash"] != each["blockHash"]:
            raise BlockGone(f"Block {int(each['blockNumber'], 16)} was replaced while it was read: run the same again.")
        log = log_of(each, int(block["timestamp"], 16), senders[each["transactionHash"]])
        found[log.place] = log
    return [log for _, log in sorted(found.items())]


def _finalized(node: Node, finality: int | None) -> int | None:
    """The last block that is final; None if nothing says."""
    try:
        return int(node.block("finalized")["number"], 16)
    except NodeRefused:
        return None if finality is None else node.height() - finality


def _settled(index: Index, node: Node, cursor: Cursor, settled: int | None) -> Cursor:
    """The index with all marked final that is."""
    if settled is None or cursor.hash is None:
        return cursor
    reached = min(settled, cursor.number)
    if reached < index.deployed.start or (cursor.finalized is not None and reached <= cursor.finalized):
        return cursor
    final = _hash(node.block(reached))
    if cursor.number <= node.height() and not _is_there(node, cursor.number, cursor.hash):
        raise BlockGone(f"Block {cursor.number} was replaced while it was read: run the same again.")
    return index.finalize(cursor, reached, final)


def _is_there(node: Node, number: int, block_hash: bytes) -> bool:
    return _hash(node.block(number)) == block_hash


def _hash(header: Mapping[str, Any]) -> bytes:
    return bytes.fromhex(header["hash"][2:])


def _block(header: Mapping[str, Any]) -> Block:
    number, timestamp = int(header["number"], 16), int(header["timestamp"], 16)
    return Block(number, _hash(header), bytes.fromhex(header["parentHash"][2:]), timestamp)
