"""Worker equity as a client, a contractor and its workers use it from Python (SPEC.md §9)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.equity.conftest import DAY, ORIGIN
from tests.support import events_of, reverts
from workpact.chain import contracts, deployments, errors
from workpact.chain.sender import Sender
from workpact.equity import Gate, NoResult, Plan, Reason, WorkerEquity, book_of
from workpact.grants import Missing


def test_open_pool__facts(equity, client, contractor, source, units_token, pool):
    assert (pool.token, pool.issuer, pool.manager) == (units_token, client.address, contractor.address)
    assert (pool.agreement, pool.origin) == (source.address, ORIGIN)
    assert pool.book == book_of(source.address, ORIGIN, client.address)
    assert equity.history(pool.book) != bytes(32)
    assert (pool.units, pool.left_units, pool.left) == (1_000_000_000, 1_000_000_000, Decimal(1000))


def test_open_pool__of_no_agreement(equity, client, contractor, units_token):
    pool = equity.pool_in(equity.open_pool(units_token, contractor, 1, sender=client))

    assert pool.book == book_of("0x" + 40 * "0", bytes(32), client.address)


def test_a_grant_vests_is_claimed_and_ends(
    equity, chain, contractor, carrier, worker, pool, plan, workers, start, compiled
):
    sent = plan.grant({workers[0]: 100_000_000, workers[1]: 7}, sender=contractor)
    first, second = equity.grants_in(sent)

    assert events_of(sent) == [
        (
            "Granted",
            {
                "book": pool.book,
                "pool": pool.id,
                "plan": plan.id,
                "first": first.id,
                "lines": [(workers[0], 100_000_000), (workers[1], 7)],
            },
        )
    ]
    assert pool.grants() == [first, second]
    assert (first.worker, first.wallet, first.plan, first.plan.pool) == (workers[0], worker.address, plan, pool)
    assert (first.units, first.vested, first.claimable, first.ends_at) == (100_000_000, 0, 0, None)
    assert pool.left_units == 1_000_000_000 - 100_000_007

    chain.pending_timestamp = start + 100 * DAY
    sent = equity.claim([first, second], sender=carrier)

    assert equity.claimed_in(sent) == {first.id: (25_000_000, 0), second.id: (1, 0)}
    assert compiled("WorkerToken").at(pool.token).balanceOf(worker) == 25_000_000
    assert (first.claimed_units, first.claimable_units) == (25_000_000, 0)

    chain.pending_timestamp = start + 115 * DAY
    first.end(Reason.INVOLUNTARY_OTHER, sender=contractor)
    assert not first.is_ended
    chain.pending_timestamp = start + 1000 * DAY
    equity.finish([first], sender=carrier)

    assert first.is_ended
    assert first.ends_at == datetime.fromtimestamp(start, UTC) + timedelta(days=145)
    assert first.reason is Reason.INVOLUNTARY_OTHER
    assert (first.units, first.vested, first.claimable) == (33_333_333, Decimal("33.333333"), Decimal("8.333333"))
    assert pool.left_units == 1_000_000_000 - 7 - 33_333_333

    chain.pending_timestamp = start + 1000 * DAY
    assert equity.claimed_in(first.claim(sender=carrier)) == {first.id: (8_333_333, 0)}
    with reverts(equity.contract.WorkerEquity_Ended, grant=first.id, endedAt=start + 145 * DAY):
        first.end(Reason.INVOLUNTARY_OTHER, sender=contractor)
    assert first.claimed_units == 33_333_333


def test_a_gate_rises_by_sync(equity, client, contractor, carrier, source, pool, workers, start):
    terms = Plan(start=start, duration=DAY, step=DAY, gate=Gate.MAXIMUM, milestones=0b11)
    plan = equity.plan_in(pool.create_plan(terms, sender=client))
    (grant,) = equity.grants_in(plan.grant([(workers[0], 1001)], sender=contractor))
    source.accept(ORIGIN, 0b10, sender=carrier)

    assert (plan.terms, plan.reached, grant.vested_units) == (terms, (0, 2), 0)
    sent = plan.sync(sender=carrier)
    expected = {"book": pool.book, "pool": pool.id, "plan": plan.id, "accepted": 1, "met": 0}
    assert events_of(sent) == [("GateRaised", expected)]
    assert (plan.reached, grant.vested_units) == ((1, 2), 500)


def test_raise_to(client, pool):
    pool.raise_to(1_000_000_001, sender=client)

    assert pool.units == 1_000_000_001


def test_write__refused__typed_and_says_what_to_do(equity, client, stranger, pool):
    with pytest.raises(errors.WorkerEquity_NotRaised) as refusal:
        pool.raise_to(5, sender=client)
    assert refusal.value.arguments == {"pool": pool.id, "given": 5, "units": 1_000_000_000}
    assert refusal.value.advice == "Name a larger total."
    with pytest.raises(errors.WorkerEquity_NoGrant) as refusal:
        equity.claim([99], sender=client)
    assert refusal.value.arguments == {"grant": 99}
    with pytest.raises(deployments.ContractMissing, match=f"There is no contract at {stranger.address}"):
        WorkerEquity(contracts.at("WorkerEquity", stranger.address)).enrol([client], sender=client)


def test_write__answer_lost_and_run_again__happens_once(equity, client, pool, monkeypatch):
    raising = Sender(client)
    monkeypatch.setattr(raising, "_finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pool.raise_to(1_000_000_007, sender=raising)

    again = pool.raise_to(1_000_000_007, sender=client)

    assert events_of(again) == [("PoolRaised", {"book": pool.book, "pool": pool.id, "units": 1_000_000_007})]
    assert [event.units for event in equity.logged("PoolRaised", pool=pool.id)] == [1_000_000_007]


def interrupted(*_):
    raise KeyboardInterrupt


def test_create_token__named_intent__is_made_once(equity, client):
    first = equity.create_token("Once", "ONE", sender=client, intent="the workers' token")
    again = equity.create_token("Once", "ONE", sender=client, intent="the workers' token")
    another = equity.create_token("Once", "ONE", sender=client)

    assert equity.token_in(again) == equity.token_in(first) != equity.token_in(another)


def test_wallet__unknown__is_none(equity, contractor, workers):
    assert equity.wallet(contractor, workers[-1] + 1) is None


def test_what_is_not_there__is_missing(equity):
    with pytest.raises(Missing, match="no pool 99 in"):
        equity.pool(99).manager  # noqa: B018
    with pytest.raises(Missing, match="no plan 99 in"):
        equity.plan(99).terms  # noqa: B018
    with pytest.raises(Missing, match="no grant 99 in"):
        equity.grant(99).wallet  # noqa: B018


def test_results__of_another_call_or_a_proposal(equity, client, pool):
    with pytest.raises(NoResult, match="There is no Granted in"):
        equity.grants_in(pool.raise_to(2_000_000_000, sender=client))
    with pytest.raises(NoResult, match="There is no PoolOpened in"):
        equity.pool_in(None)
