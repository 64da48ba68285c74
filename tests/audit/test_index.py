"""The index holds the logs that the chain has, and gives the very same as a node (SPEC.md 13.6)."""

from __future__ import annotations

from tests.audit.indexed import Indexed, rows
from tests.audit.poor_node import PoorNode
from workpact.audit.entries import TRANSFER
from workpact.audit.history import NodeLogs, head, verified
from workpact.audit.index import (
    Cursor,
    IndexLogs,
    sync,
)
from workpact.audit.node import Node


def test_rows__are_those_of_all_receipts(indexed, expected, tmp_path):
    index = indexed.index(tmp_path)
    cursor = sync(index, indexed.node)

    last = indexed.node.height()
    assert cursor == Cursor(last, head(indexed.node).hash, last - 64, head(indexed.node, last - 64).hash)
    assert rows(index.database.name) == expected


def test_counts__two_agreements(indexed, tmp_path):
    index = indexed.index(tmp_path)
    sync(index, indexed.node)
    found = index.counts()

    # Opened twice, seven events of work, 32 top-ups; twelve events of the room and three keys; a profile
    events = {"Agreement": 41, "SLAOracle": 2, "WorkerEquity": 1, "Payroll": 2, "DataRoom": 15, "TalentRegistry": 1}
    assert (found.agreements, found.events) == (2, events)
    # Two deposits and 32 top-ups in; the milestone out to the payroll, a wage out of it, a gift to it
    assert (found.transfers, found.tokens) == (37, 1)
    assert found.finalized == sum(events.values()) + 37 - 2 * 2  # the last two top-ups are too young


def test_logs__the_very_same_as_the_nodes(indexed, tmp_path):
    index = indexed.index(tmp_path)
    sync(index, indexed.node)
    own, nodes, last = IndexLogs(index), NodeLogs(indexed.node), indexed.node.height()

    key = indexed.id()
    questions = [(address, topics) for address in indexed.contracts.values() for topics in ([], [None, key])]
    ours = bytes.fromhex(indexed.agreement[2:]).rjust(32, b"\0")
    questions += [(indexed.token, [TRANSFER, ours]), (indexed.token, [TRANSFER, None, ours])]
    for address, topics in questions:
        for until in (last, last // 2):
            assert own.read(address, topics, until) == nodes.read(address, topics, until)
    assert len(own.read(indexed.agreement, [], last)) == 41


def test_verified__same_history_from_the_index(indexed, tmp_path):
    index = indexed.index(tmp_path)
    sync(index, indexed.node)
    subject, at = indexed.subject(), head(indexed.node)

    assert verified(indexed.node, subject, at, IndexLogs(index)) == verified(indexed.node, subject, at)


def test_sync__in_parts_and_again__same_rows(indexed, tmp_path):
    whole, parts = indexed.index(tmp_path, "whole"), indexed.index(tmp_path, "parts")
    sync(whole, indexed.node)
    last = indexed.node.height()
    for until in (3, 3, 40, 41, 2_000, "finalized", last - 1, hex_hash(indexed, last)):
        sync(parts, indexed.node, until)

    assert rows(parts.database.name) == rows(whole.database.name)


def test_sync__to_an_earlier_block_than_it_has__stays(indexed, tmp_path):
    index = indexed.index(tmp_path)
    sync(index, indexed.node)
    before = rows(index.database.name)

    assert sync(index, indexed.node, 40).number == indexed.node.height()
    assert rows(index.database.name) == before


def test_sync__no_word_for_final__what_is_finality_blocks_old(indexed, tmp_path):
    index, last = indexed.index(tmp_path), indexed.node.height()
    with PoorNode(indexed.url) as poor:
        poor.has_finalized = False
        assert sync(index, Node(poor.url)).finalized is None
        assert index.counts().finalized == 0
        assert sync(index, Node(poor.url), finality=1).finalized == last - 1
    # Only the last top-up, its event and its transfer, is in the last block
    assert index.counts().finalized == 41 + 2 + 1 + 2 + 15 + 1 + 37 - 2


def hex_hash(indexed: Indexed, number: int) -> str:
    return "0x" + head(indexed.node, number).hash.hex()
