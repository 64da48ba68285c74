"""The cap table rebuilt from events alone equals the state that made them, at any block (SPEC.md 9.6, 9.12)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.records.story import CURRENCY, MANAGER, TOKEN, Story, wallet_of
from workpact.records.cap_table import CapTable, Revenue, State
from workpact.records.events import RecordsDiffer

DAY = 86_400
START = 1_772_323_200  # 2026-03-01


def quarter() -> Story:
    """A pool of 1,000 tokens, two plans, pushed and offered grants, and two rounds of revenue."""
    story = Story(START - 10 * DAY)
    story.enrol(3)
    pool = story.open_pool(1_000_000_000)
    plan = story.create_plan(
        pool, start=START, cliff=30 * DAY, duration=120 * DAY, step=DAY, notice=10 * DAY, mostLeave=20 * DAY
    )
    gated = story.create_plan(pool, start=START, duration=100 * DAY, step=DAY, gate=1, milestones=0b11)
    story.pass_(DAY)
    story.grant(plan, (1, 100_000_001), (2, 200_000_000))
    story.grant(gated, (1, 50_000_000))
    story.offer(plan, 90_000_000, 2, story.now, story.now + 20 * DAY)
    return story


def test_grants__are_split_into_claimed_claimable_unvested_and_forfeited():
    story = quarter()
    story.pass_(9 * DAY)  # START
    story.pass_(40 * DAY)
    story.claim(1)
    story.pass_(20 * DAY)

    table = CapTable.at(story.records, story.now)
    table.check()

    first, second, third = table.grants
    assert (first.units, first.vested, first.claimed) == (100_000_001, 50_000_000, 33_333_333)
    assert (first.claimable, first.unvested, first.forfeited) == (16_666_667, 50_000_001, 0)
    assert (second.vested, second.claimed, second.state) == (100_000_000, 0, State.LIVE)
    assert (third.vested, third.unvested) == (0, 50_000_000)
    (pool,) = table.pools
    assert (pool.units, pool.granted, pool.offered, pool.forfeited) == (1_000_000_000, 440_000_001, 90_000_000, 0)
    assert (pool.claimed, pool.claimable, pool.unvested) == (33_333_333, 116_666_667, 200_000_001)
    assert pool.left == 559_999_999
    assert pool.granted == pool.claimed + pool.claimable + pool.unvested + pool.offered + pool.forfeited
    table.require_supply(TOKEN, 33_333_333)
    with pytest.raises(RecordsDiffer, match="33333334 units"):
        table.require_supply(TOKEN, 33_333_334)


def test_workers__have_totals_wallets_and_a_fully_diluted_share():
    story = quarter()
    story.pass_(9 * DAY)
    grant = story.accept(1, 1, 1, 3, 60_000_000)
    story.rotate(2, wallet_of(99))
    story.pass_(60 * DAY)
    story.distribute(1, 1_000)
    story.claim(2, refused=True)
    story.raise_gate(2, 1)

    table = CapTable.at(story.records, story.now)
    one, two, three = table.workers()

    assert grant == 5
    assert (one.worker, one.grants, one.granted, one.wallet) == (1, (1, 3), 150_000_001, wallet_of(1))
    assert one.share_ppm == 150_000
    assert (two.claimed, two.wallet, two.share_ppm) == (100_000_000, wallet_of(99), 200_000)
    # 1,000 over 440,000,001 units, the open offer's 30,000,000 among them
    assert two.revenue == {CURRENCY: Revenue(454, 0, 454, 0)}
    assert one.revenue == {CURRENCY: Revenue(340, 0, 0, 340)}
    assert three.revenue == {CURRENCY: Revenue(136, 0, 0, 136)}
    assert [(entry.worker, entry.wallet) for entry in table.wallets()] == [
        (1, wallet_of(1)),
        (2, wallet_of(2)),
        (2, wallet_of(99)),
        (3, wallet_of(3)),
    ]
    assert {entry.manager for entry in table.wallets()} == {MANAGER}


def test_at__leaves_out_what_came_later():
    story = quarter()
    before = story.now
    story.pass_(50 * DAY)
    story.claim(1)
    story.end(2, 6)

    table = CapTable.at(story.records, before)

    assert [row.claimed for row in table.grants] == [0, 0, 0]
    assert [row.state for row in table.grants] == [State.LIVE] * 3
    later = CapTable.at(story.records, story.now)
    assert [row.state for row in later.grants] == [State.LIVE, State.ENDING, State.LIVE]


@pytest.mark.parametrize(
    ("name", "argument", "message"),
    [
        ("Claimed", "units", "Claimed in .* says units"),
        ("Claimed", "revenue", "Claimed in .* says revenue"),
        ("GrantEnded", "vested", "GrantEnded in .* says vested"),
        ("GrantEnded", "revenue", "GrantEnded in .* says revenue"),
        ("Distributed", "shares", "Distributed in .* says shares"),
        ("OfferClosed", "returned", "OfferClosed in .* says returned"),
        ("EndAnnounced", "endsAt", "EndAnnounced in .* says endsAt"),
        ("RevenueWithdrawn", "amount", "RevenueWithdrawn in .* pays more than was owed"),
    ],
)
def test_holdings__refuse_an_edited_figure(name, argument, message):
    story = quarter()
    story.pass_(50 * DAY)
    story.distribute(1, 1_000_000)
    story.claim(1)
    story.close(1, 1)
    story.end(2, 0)
    story.pass_(10 * DAY)
    story.finish(2)
    story.withdraw(1, 2)
    edited = [
        replace(record, arguments={**record.arguments, argument: record[argument] + 1})
        if record.name == name
        else record
        for record in story.records
    ]

    CapTable.at(story.records, story.now).check()
    with pytest.raises(RecordsDiffer, match=message):
        CapTable.at(edited, story.now)


def test_holdings__refuse_events_with_a_hole():
    story = quarter()
    story.pass_(50 * DAY)
    story.distribute(1, 1_000_000)
    story.pass_(DAY)
    story.claim(1)

    for name in ("PoolOpened", "PlanCreated", "Distributed"):
        with pytest.raises(RecordsDiffer):
            CapTable.at([record for record in story.records if record.name != name], story.now)


@pytest.mark.parametrize("seed", range(8))
def test_any_story__gives_the_state_that_made_it(seed):
    compare_state(random_story(random.Random(seed), 120))


def compare_state(story: Story) -> None:
    """Every figure of the table against the story's own."""
    table = CapTable.at(story.records, story.now)
    table.check()

    for row in table.grants:
        held = story.grants[row.grant]
        given = held.get("given", held["units"])
        assert (row.units, row.vested, row.claimed) == (given, story.vested(row.grant), held["claimed"])
        assert row.revenue_pending == story.pending(row.grant)
        assert row.forfeited == given - held["units"]
    for row in table.pools:
        pool = story.pools[row.pool]
        assert (row.units, row.granted, row.forfeited) == (pool["units"], pool["granted"], pool["forfeited"])
        assert row.offered == sum(offer["left"] for offer in story.offers.values() if offer["pool"] == row.pool)
        assert row.distributed == pool["in"]
    for key, amount in story.owed.items():
        assert table.holdings.revenue_owed[key] == amount
    for key, amount in story.paid.items():
        assert table.holdings.revenue_paid[key] == amount


def random_story(chance: random.Random, acts: int) -> Story:
    """Anything that can happen, in any order."""
    story = Story(START - 30 * DAY)
    story.enrol(6)
    pools = [story.open_pool(10**12), story.open_pool(10**10)]
    plans = [
        story.create_plan(
            pool, start=START + chance.randrange(40) * DAY, cliff=chance.choice([0, 30 * DAY]), duration=120 * DAY,
            step=chance.choice([1, DAY, 30 * DAY]), gate=gate, milestones=0b111 if gate else 0,
            notice=chance.choice([0, 7 * DAY]), mostLeave=chance.choice([0, 25 * DAY]), leaver=500_000,
        )
        for pool in pools
        for gate in range(4)
    ]  # fmt: skip
    for _ in range(acts):
        story.pass_(chance.randrange(3 * DAY))
        _act(story, chance, plans, pools)
    return story


def _act(story: Story, chance: random.Random, plans: list[int], pools: list[int]) -> None:
    plan, pool = chance.choice(plans), chance.choice(pools)
    live = [number for number, held in story.grants.items() if not held["ended"]]
    act = chance.randrange(14)
    if act < 2 or not live:
        story.grant(
            plan, *((chance.randrange(1, 7), chance.randrange(1, 10**7)) for _ in range(chance.randrange(1, 4)))
        )
        return
    grant = chance.choice(live)
    held = story.grants[grant]
    terms = story.plans[held["plan"]]
    if act == 2:
        number = story.offer(plan, 10**6, 3, story.now, story.now + DAY)
        story.accept(plan, number, 1, chance.randrange(1, 7), chance.randrange(1, 10**6))
    elif act == 3 and story.offers:
        story.close(*chance.choice(list(story.offers)))
    elif act == 4 and story.plans[plan]["gate"] and story.plans[plan]["accepted"] < 3:
        story.raise_gate(plan, story.plans[plan]["accepted"] + 1)
    elif act == 5 and not story.plans[plan]["accelerated"] and chance.random() < 0.2:
        story.apply_leaver(plan)
    elif act == 6 and held["accelerated"] < PPM_MOST:
        story.accelerate(grant, held["accelerated"] + chance.randrange(1, 200_000))
    elif act == 7 and not held["since"] and held["away"] < terms["mostLeave"]:
        story.leave(grant)
    elif act == 8 and held["since"]:
        story.come_back(grant)
    elif act == 9 and not held["ends"]:
        story.end(grant, chance.randrange(7))
    elif act == 10 and held["ends"]:
        story.keep(grant) if chance.random() < 0.5 or story.now < held["ends"] else story.finish(grant)
    elif act == 11 and story.pools[pool]["shares"]:
        story.distribute(pool, chance.randrange(1, 10**9))
    elif act == 12:
        story.claim(chance.choice(list(story.grants)), refused=chance.random() < 0.2)
    elif act == 13 and story.owed:
        story.withdraw(*chance.choice(list(story.owed)))


PPM_MOST = 700_000
