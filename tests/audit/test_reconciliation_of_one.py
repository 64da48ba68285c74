"""One agreement reconciled: from a node, from what a bundle carries, and from less (SPEC.md 13.7)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.audit.random_life import Life, random_life
from tests.audit.random_stage import Deal
from workpact.audit.entries import Entry
from workpact.audit.history import BookHistory, Head, History
from workpact.audit.reconciliation import Whole, reconcile, reconcile_all
from workpact.audit.subject import Book, Subject
from workpact.audit.transfers import Transfer, transfers_beside

SHARED = "What payees are owed and what contracts hold: all agreements of one token share it (--all compares it)."
BY_CONTRACT = {"held", "holdback", "to take", "free", "wages", "claimed"}


@pytest.fixture(scope="module")
def story() -> Iterator[SimpleNamespace]:
    with random_life(seed=11, steps=40) as life:
        whole, at = life.read()
        yield SimpleNamespace(life=life, whole=whole, at=at, found=reconcile_all(whole, at, life.node))


def history_of(life: Life, deal: Deal, whole: Whole, at: Head) -> History:
    """Its events in the agreement and in the payroll, chosen by their books' keys alone."""
    subject = Subject(31337, life.agreement.address, deal.origin, life.payroll.address, deal.messages, {})
    keys = {("Agreement", deal.origin)} | {("Payroll", subject.key(deal.origin, each)) for each in subject.parties}
    books: dict[tuple[str, bytes], list[Entry]] = {key: [] for key in sorted(keys)}
    for each in whole.entries:
        key = (each.contract, each.log.topics[1])
        if key in books and each.name not in ("Withdrawn", "Published"):
            books[key].append(each)
    address = {name: address for address, name in whole.contracts.items()}
    found = [BookHistory(Book(*key, address[key[0]]), bytes(32), tuple(events)) for key, events in books.items()]
    return History(subject, at, tuple(found))


def reconciled(story: SimpleNamespace, deal: Deal, **arguments: Any) -> Any:
    history = history_of(story.life, deal, story.whole, story.at)
    given: dict[str, Any] = {"transfers": transfers_beside(story.life.node, history.entries), "node": story.life.node}
    return reconcile(history, **(given | arguments))


def test_each_agreement__comes_to_what_it_is_in_the_whole(story):
    by_account = {line.account: line for line in story.found.lines}
    equations = {each.origin: each for each in story.found.equations}
    for deal in story.life.deals:
        found = reconciled(story, deal)
        assert [str(each) for each in found.differences] == []
        assert found.coverage.is_full
        assert found.left_out == (SHARED,)
        assert found.origin == deal.origin
        assert found.equations == (equations[deal.origin],)
        assert found.donations == ()
        assert {line.account.name for line in found.lines} >= {"funded", "paid", "refunded", "held", "holdback"}
        assert "owed" not in {line.account.name for line in found.lines}
        assert all(line == by_account[line.account] for line in found.lines)


def test_without_a_node__transfers_are_compared_and_the_rest_is_said(story):
    for deal in story.life.deals:
        whole = reconciled(story, deal)
        found = reconciled(story, deal, node=None)
        assert found.is_reconciled
        assert not found.coverage.is_full
        assert found.left_out == (SHARED, "What contracts answer: a bundle has their histories alone.")
        assert all(line.by_contract is None for line in found.lines)
        assert [line.by_transfers for line in found.lines] == [line.by_transfers for line in whole.lines]
        left = {line.account for line in found.lines if line.account.name in BY_CONTRACT | {"collected"}}
        assert found.coverage.accounts == len(found.lines) - len(left)


def test_without_transfers__nothing_is_missed_among_them_and_it_is_said(story):
    for deal in story.life.deals:
        found = reconciled(story, deal, transfers=None, node=None)
        assert found.is_reconciled
        assert found.coverage.comparisons == 0
        assert found.left_out[2] == "Transfers of tokens: the bundle has no receipts (ape run audit export --receipts)."
        assert all(line.by_transfers is None for line in found.lines)


@pytest.mark.parametrize("seed", range(12))
def test_a_payment_whose_transfer_is_another__differs_there_by_both_amounts(story, seed):
    draw = random.Random(seed)
    moving = [deal for deal in story.life.deals if any(each.by_transfers for each in reconciled(story, deal).lines)]
    deal = draw.choice(moving)
    history = history_of(story.life, deal, story.whole, story.at)
    transfers = transfers_beside(story.life.node, history.entries)
    chosen = draw.choice(transfers)
    changed = draw.choice(
        (None, replace(chosen, amount=chosen.amount * 2), replace(chosen, token=story.life.accounts[9]))
    )
    kept = [each for each in (_or(each, chosen, changed) for each in transfers) if each is not None]
    found = reconcile(history, kept, story.life.node)
    moved = {chosen.amount * 2} if changed is not None and changed.token == chosen.token else {0}
    assert {each.block for each in found.differences} == {chosen.log.block}
    assert all(each.entry.log.transaction == chosen.log.transaction for each in found.differences)
    assert all((each.expected, each.actual) == (chosen.amount, *moved) for each in found.differences)
    assert all(each.source == "transfers" for each in found.differences)
    assert found.differences


def _or(each: Transfer, chosen: Transfer, changed: Transfer | None) -> Transfer | None:
    return changed if each is chosen else each
