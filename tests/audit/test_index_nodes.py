"""The same rows from any node, whatever it gives at once; what a node must not answer is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.indexed import begun, rows
from tests.audit.poor_node import PoorNode
from workpact.audit.entries import BlockGone
from workpact.audit.index import (
    sync,
)
from workpact.audit.node import Node, NodeRefused, NodeWrong

POOR: dict[str, dict[str, Any]] = {
    "ranges of 1,000 blocks": {"widest": 1_000},
    "ranges of 7 blocks": {"widest": 7},
    "10 logs at once": {"most_logs": 10},
    "batches of 3": {"largest_batch": 3},
    "no batches": {"largest_batch": 0},
    "ranges of 40 blocks, with a status": {"widest": 40, "status": 400},
    "no eth_getBlockReceipts, no state": {"lacks": {"eth_getBlockReceipts"}, "state_kept": 0},
}


@pytest.mark.parametrize("limits", POOR.values(), ids=POOR)
def test_poor_provider__same_rows(indexed, expected, tmp_path, limits):
    index = indexed.index(tmp_path)
    with PoorNode(indexed.url) as poor:
        vars(poor).update(limits)
        sync(index, Node(poor.url))

    assert rows(index.database.name) == expected


def test_two_nodes_that_mined_the_same_blocks__same_rows(tmp_path):
    found = []
    for name in ("one", "other"):
        with begun() as indexed:
            indexed.open()
            indexed.work()
            index = indexed.index(tmp_path, name)
            sync(index, indexed.node)
            found.append(rows(index.database.name))

    assert found[0] == found[1]
    assert len(found[0]["workpact_logs"]) == 11 + 3  # deposit in, milestone out, wage out


def test_node_gives_what_was_not_asked_for__named_and_nothing_written(indexed, tmp_path):
    index = indexed.index(tmp_path)
    before = rows(index.database.name)

    def later(method: str, _: list[Any], answer: Any) -> Any:
        return [each | {"blockNumber": "0xffffff"} for each in answer] if method == "eth_getLogs" else answer

    with PoorNode(indexed.url) as poor:
        poor.edit = later
        with pytest.raises(NodeWrong, match=r"in block 16777215, which was not asked for: ask another node\."):
            sync(index, Node(poor.url))
    assert rows(index.database.name) == before


def test_node_gives_logs_of_a_replaced_block__named_and_nothing_written(indexed, tmp_path):
    index = indexed.index(tmp_path)
    before = rows(index.database.name)

    def replaced(method: str, _: list[Any], answer: Any) -> Any:
        return [each | {"blockHash": "0x" + 64 * "7"} for each in answer] if method == "eth_getLogs" else answer

    with PoorNode(indexed.url) as poor:
        poor.edit = replaced
        with pytest.raises(BlockGone, match=r"was replaced while it was read: run the same again\."):
            sync(index, Node(poor.url))
    assert rows(index.database.name) == before


def test_node_gives_no_logs_of_one_block__named(indexed, tmp_path):
    with PoorNode(indexed.url) as poor:
        poor.most_logs = 0
        with pytest.raises(NodeRefused, match=r"The node gives no logs of block \d+: .* Ask another node\."):
            sync(indexed.index(tmp_path), Node(poor.url))
