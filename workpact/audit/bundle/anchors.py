"""How the headers of a bundle are tied to its last one (SPEC.md 13.4): by parents, by the chain's record, by hops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from workpact.audit.bundle.chain import RECORD, RING, ring_slot
from workpact.audit.node import Node, NodeRefused, StateGone
from workpact.audit.proofs import Header, Pool, account, storage

FILLED = 3
"""Headers between two of a bundle that are carried along sooner than a proof: it would take more room."""
TOGETHER = 256
"""Slots that are asked for at once."""


def tied(
    node: Node, known: Mapping[int, Header], last: Header
) -> tuple[dict[int, Header], dict[int, list[int]], list[bytes]]:
    """All headers by number, which of them are tied at which, and the trie nodes that show it.

    Headers that are further away than the record reaches are tied by way of others, as far as the node keeps old
    state; without it they stay loose.
    """
    headers = dict(known) | {last.number: last}
    hops = _hops(sorted(known, reverse=True), last.number)
    reached = _with_state(node, hops)
    _fetch(node, headers, {*known, last.number, *reached})
    _fetch(node, headers, _between(sorted(headers)))
    tops = [number for number in sorted(headers) if number + 1 not in headers and number != last.number]
    ties: dict[int, list[int]] = {}
    nodes: list[bytes] = []
    for at in reached:
        own = [top for top in tops if at - RING <= top < at and not any(top in each for each in ties.values())]
        shown, found = _shown(node, headers, at, own)
        if shown:
            ties[at] = shown
            nodes += found
    useful = {*known, last.number, *ties}
    for number in [each for each in reached if each not in useful]:
        headers.pop(number)
    return headers, ties, nodes


def _hops(wanted: Sequence[int], last: int) -> list[int]:
    """The headers at which others are tied, from the last one down: those wanted anyhow, where there are any."""
    hops = [last]
    for number in wanted:
        while hops[-1] - number > RING:
            reach = hops[-1] - RING
            hops.append(min((each for each in wanted if reach <= each < hops[-1]), default=reach))
    return hops


def _with_state(node: Node, hops: Sequence[int]) -> list[int]:
    """Hops down to the first of which the node keeps no state."""
    reached: list[int] = []
    for at in hops:
        try:
            node.proof("0x" + RECORD.hex(), [], at)
        except (StateGone, NodeRefused):
            break
        reached.append(at)
    return reached


def _between(numbers: Sequence[int]) -> list[int]:
    small = (range(low + 1, high) for low, high in pairwise(numbers) if high - low - 1 <= FILLED)
    return [number for each in small for number in each]


def _fetch(node: Node, headers: dict[int, Header], numbers: Iterable[int]) -> None:
    missing = sorted(set(numbers) - set(headers))
    for block in node.blocks(missing) if missing else ():
        header = Header.of(block)
        headers[header.number] = header


def _shown(node: Node, headers: Mapping[int, Header], at: int, numbers: Sequence[int]) -> tuple[list[int], list[bytes]]:
    """Which headers' hashes the record at a header has, and the nodes that show it."""
    nodes: list[bytes] = []
    for start in range(0, len(numbers), TOGETHER):
        slots = [ring_slot(number) for number in numbers[start : start + TOGETHER]]
        nodes += proof_nodes(node, RECORD, slots, at)
    pool = Pool(nodes)
    record = account(pool, headers[at].state_root, RECORD) if numbers else None
    if record is None:
        return [], []
    return [number for number in numbers if storage(pool, record[0], ring_slot(number)) == headers[number].hash], nodes


def proof_nodes(node: Node, address: bytes, slots: Sequence[bytes], block: int) -> list[bytes]:
    """The nodes of an account proof and of storage proofs."""
    found = node.proof("0x" + address.hex(), slots, block)
    ways = [found["accountProof"], *(each["proof"] for each in found["storageProof"])]
    return [bytes.fromhex(each[2:]) for way in ways for each in way]
