"""What the chain takes back leaves the index, what is final never does; others may write meanwhile."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.anvil import ask
from tests.audit.indexed import rows, truth, young
from tests.audit.long_life import UNIT
from tests.audit.poor_node import PoorNode
from tests.audit.reorgs import Chain, replaced_at
from workpact.audit.index import (
    FinalizedGone,
    sync,
)
from workpact.audit.node import Node

__all__ = ["young"]


def test_token_named_late__brings_its_earlier_transfers_and_takes_them_along(young, tmp_path):
    chain = Chain(young, random.Random(1))
    token, index = chain.tokens[1], young.index(tmp_path)
    young.donate(token, young.agreement, 11)
    young.donate(token, young.payroll, 13)
    sync(index, young.node, finality=0)
    assert index.tokens() == [young.token]
    before = rows(index.database.name)["workpact_logs"]

    ask(young.url, "eth_sendTransaction", chain.opens[1])
    young.mine()
    with PoorNode(young.url) as poor:
        poor.has_finalized = False
        sync(index, Node(poor.url), finality=1)
        brought = rows(index.database.name)
        height = young.node.height()
        new = [row for row in brought["workpact_logs"] if row not in before]
        # Two gifts, then the opening and its deposit: all came with that block, none is final before it is.
        assert [(int.from_bytes(row[7][:32]), row[-2:]) for row in new if row[2] == token] == [
            (11, (height, False)),
            (13, (height, False)),
            (3_000 * UNIT, (height, False)),
        ]
        ask(young.url, "anvil_reorg", 1, [])
        sync(index, Node(poor.url), finality=1)
    assert index.tokens() == [young.token]
    assert [row[:-1] for row in rows(index.database.name)["workpact_logs"]] == [row[:-1] for row in before]


def test_chain_changes_under_any_question__rows_of_what_it_is_then(young, tmp_path):
    chain = Chain(young, random.Random(1))
    for question in range(3, 78, 5):
        database = f"sqlite:///{tmp_path / str(question)}"
        assert replaced_at(question, chain, database)
        assert rows(database) == truth(young.node, young.contracts, None)


@pytest.mark.threat("T75")
def test_final_block_is_replaced__named_and_nothing_leaves(young, tmp_path):
    index = young.index(tmp_path)
    young.fund(5)
    with PoorNode(young.url) as poor:
        poor.has_finalized = False
        sync(index, Node(poor.url), finality=2)
        before = rows(index.database.name)
        ask(young.url, "anvil_reorg", 4, [])
        with pytest.raises(FinalizedGone, match=r"was final with hash 0x[0-9a-f]{64}, and the node has another"):
            sync(index, Node(poor.url), finality=2)
    assert rows(index.database.name) == before


def test_another_process_writes_meanwhile__same_rows(indexed, expected, tmp_path):
    index, other = indexed.index(tmp_path), indexed.index(tmp_path)
    with PoorNode(indexed.url) as poor:
        asked = []

        def meanwhile(method: str, _: list[Any]) -> None:
            asked.append(method)
            if len(asked) in (8, 40):
                sync(other, indexed.node, 600 * len(asked) // 8)

        poor.before = meanwhile
        sync(index, Node(poor.url))

    assert len(asked) > 40
    assert rows(index.database.name) == expected


def test_node_is_behind__nothing_leaves(young, tmp_path):
    index = young.index(tmp_path)
    young.fund(3)
    cursor = sync(index, young.node)
    before = rows(index.database.name)

    ask(young.url, "anvil_rollback", 2)
    assert sync(index, young.node) == cursor
    assert rows(index.database.name) == before
