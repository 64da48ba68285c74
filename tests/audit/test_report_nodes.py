"""Two people with two nodes have the same report, byte for byte (SPEC.md 13.10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.audit.long_life import Life, long_life
from tests.audit.poor_node import PoorNode
from tests.audit.report_views import compare
from tests.audit.shared import MARKS, REVIEWED, SHARED
from tests.audit.together import part, share
from workpact.audit.alerts import Case, look
from workpact.audit.history import head, verified
from workpact.audit.node import Node
from workpact.audit.reconciliation import reconcile
from workpact.audit.report.facts import canonical, facts
from workpact.audit.report.page import page
from workpact.audit.report.pdf import pdf
from workpact.audit.reports import calls_of, reports_of
from workpact.audit.transfers import transfers_beside


@pytest.fixture(scope="module")
def many() -> Iterator[Life]:
    with long_life(60) as made:
        share(made)
        part(made)
        yield made


def reported(many: Life, node: Node, block: int) -> dict[str, Any]:
    """All that the command gives to a report."""
    history = verified(node, many.subject(block=block, node=node), head(node, block))
    reports = reports_of(history.of("SLAOracle"), calls_of(node, history.of("SLAOracle")))
    transfers = transfers_beside(node, history.entries)
    alerts = look(Case(history, reports, tuple(transfers))).to_json()
    return facts(history, reports, reconcile(history, transfers, node).to_json(), alerts=alerts)


def test_two_nodes__the_same_bytes_in_every_form(many):
    block = many.node.height()
    with PoorNode(many.url) as poor:
        poor.widest, poor.largest_batch, poor.has_finalized = 7, 3, False
        poor.lacks = {"eth_getBlockReceipts"}
        theirs = reported(many, Node(poor.url), block)
        many.mine()
        many.mine()
        ours = reported(many, Node(many.url), block)
        assert poor.asked
    for form in (canonical, page, pdf):
        assert form(theirs) == form(ours)
    compare(many.web3, ours)
    assert ours["proof"]["events"] == 60 + len(SHARED) + 1 + len(REVIEWED)
    assert {each["by"]: tuple(each["marks"].values()) for each in ours["reviews"]} == MARKS
    # 96 of 100 in time, 40 tickets at 2.50 on top of 600
    first = ours["service"][0]["periods"][0]
    assert (first["checked"], first["working"][-1]) == (True, "Due to the contractor: 700 TUSD.")
    assert first["levels"][0]["verdict"] == "met"


def test_earlier_block__the_report_as_it_was(many):
    whole = reported(many, Node(many.url), many.node.height())
    blocks = sorted({each["block"] for each in whole["timeline"]})
    for block in (blocks[0], blocks[len(blocks) // 2]):
        value = reported(many, Node(many.url), block)
        compare(many.web3, value)
        assert value["timeline"] == [each for each in whole["timeline"] if each["block"] <= block]
