"""The Open Cap Format's vesting terms and tranches equal the chain at each month's end (SPEC.md 9.2 to 9.8)."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from tests.records.story import Story
from tests.records.test_cap_table import random_story
from tests.records.test_ocf import DAY, START, YEARS, desk, of_kind, package_of
from workpact.ocf import Evaluator, Package, validate
from workpact.ocf.schedule import end_of, month_ends
from workpact.records.holding_events import holdings_of


def compare(story: Story, package: Package) -> int:
    """Every grant at each month's end from its making until after its plan, by an evaluator that knows no plan."""
    evaluator = Evaluator(package.items("VestingTerms"), package.items("Transactions"))
    names = {
        int(each["custom_id"].removeprefix("grant-")): each["security_id"]
        for each in of_kind(package, "TX_EQUITY_COMPENSATION_ISSUANCE")
        if not each["custom_id"].endswith("-vested")
    }
    compared = 0
    holdings = holdings_of(story.records)
    for number, grant in holdings.grants.items():
        plan = holdings.plans[grant.plan].plan
        last = datetime.fromtimestamp(plan.start + plan.duration + plan.leave + 60 * DAY, UTC).date()
        for day in month_ends(datetime.fromtimestamp(grant.made.timestamp - 40 * DAY, UTC).date(), last):
            chain = chain_at(story, number, end_of(day), holdings)
            assert evaluator.cut(names[number], day, 6) == chain, (number, day)
            compared += 1
    return compared


def chain_at(story: Story, grant: int, moment: int, now) -> int:
    """What the chain showed then, from the events until then alone; later ones as it stands now."""
    if moment >= story.now:
        return now.vested(now.grants[grant], moment)
    then = holdings_of([record for record in story.records if record.timestamp <= moment])
    return then.vested(then.grants[grant], moment) if grant in then.grants else 0


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"cliff": 365 * DAY},
        {"cliff": 365 * DAY, "step": 73 * DAY // 2},
        {"cliff": 45 * DAY, "duration": 360 * DAY, "step": 30 * DAY},
        {"duration": 7 * DAY, "step": DAY},
        {"start": START - YEARS // 2, "cliff": 100 * DAY},
        {"start": START - 1, "duration": 31 * DAY, "step": 31 * DAY},
    ],
)
def test_time_plans__equal_the_chain_at_each_months_end(plan):
    story, number = desk(**plan)
    story.grant(number, (1, 1_000_000_007), (2, 1), (3, 10**9 + 1))
    story.pass_(400 * DAY)
    story.grant(number, (4, 999_999_999))

    package = package_of(story)
    validate(package)

    assert compare(story, package) > 10
    assert all("vesting_terms_id" in each for each in of_kind(package, "TX_EQUITY_COMPENSATION_ISSUANCE"))


@pytest.mark.parametrize("gate", [1, 2, 3])
@pytest.mark.parametrize("step", [1, 30 * DAY])
def test_gated_plans__equal_the_chain_at_each_months_end(gate, step):
    story, number = desk(gate=gate, milestones=0b1011, periods=0b11, cliff=90 * DAY, duration=720 * DAY, step=step)
    story.grant(number, (1, 1_000_000_007), (2, 777))
    story.pass_(100 * DAY)
    story.raise_gate(number, 1)
    story.pass_(90 * DAY + 7)
    story.raise_gate(number, 2, 1)
    story.grant(number, (3, 5_000_001))
    story.end(1, 0)
    story.pass_(300 * DAY)
    story.raise_gate(number, 3, 2)

    package = package_of(story)
    validate(package)

    assert compare(story, package) == 80
    assert len(of_kind(package, "TX_VESTING_EVENT")) == 3 + 5 + 5
    assert all("vesting_terms_id" in each for each in of_kind(package, "TX_EQUITY_COMPENSATION_ISSUANCE")[:2])


def test_maximum_gate__rises_before_the_plan_starts():
    story, number = desk(gate=2, milestones=0b11, start=START + 40 * DAY, duration=100 * DAY)
    story.raise_gate(number, 1)
    story.pass_(3 * DAY)
    story.grant(number, (1, 1_000_001))

    package = package_of(story)

    (start,) = of_kind(package, "TX_VESTING_START")
    assert start["date"] == "2026-02-12"
    assert compare(story, package) > 5


def test_leave_acceleration_notice_and_leaver__equal_the_chain_at_each_months_end():
    story, number = desk(mostLeave=90 * DAY, notice=45 * DAY, leaver=250_000, step=DAY)
    story.grant(number, *((worker, 1_000_000_000 + worker) for worker in range(1, 6)))
    story.pass_(100 * DAY)
    story.leave(1)
    story.leave(2)
    story.pass_(50 * DAY)
    story.come_back(1)
    story.accelerate(3, 100_000)
    story.end(4, 2)
    story.pass_(100 * DAY)
    story.accelerate(3, 300_001)
    story.finish(4)
    story.claim(4)
    story.end(5, 6)
    story.pass_(60 * DAY)
    story.keep(5)
    story.pass_(30 * DAY)
    story.apply_leaver(number)

    package = package_of(story)
    validate(package)

    assert compare(story, package) > 200
    # the leaver rule adds nothing to grant 3, which has more already, nor to grant 4, which ended before
    assert [each["quantity"] for each in of_kind(package, "TX_VESTING_ACCELERATION")] == [
        tokens(jump) for jump in jumps_by_hand(story, number)
    ]


def jumps_by_hand(story: Story, number: int) -> list[int]:
    """By 9.3 alone: ⌊u · (f + (1 − f) · a)⌋ after less before, in the order of the acts."""
    plan = story.plans[number]

    def vested(units: int, days: int, ppm: int) -> int:
        whole = plan["duration"] // DAY
        return units * (days * 1_000_000 + (whole - days) * ppm) // (whole * 1_000_000)

    # the story begins 20 days and an hour before the plan, so that each act falls in the hour before a step
    third = 1_000_000_003
    first = [(third, 129, 0, 100_000), (third, 229, 100_000, 300_001)]
    after = [
        (1_000_000_001, 319 - 50, 0, 250_000),
        (1_000_000_002, 319 - 90, 0, 250_000),
        (1_000_000_005, 319, 0, 250_000),
    ]
    return [vested(units, days, more) - vested(units, days, before) for units, days, before, more in first + after]


def tokens(units: int) -> str:
    return f"{units // 10**6}.{units % 10**6:06}"


@pytest.mark.parametrize("seed", range(6))
def test_any_story__is_valid_and_equals_the_chain_at_each_months_end(seed):
    story = random_story(random.Random(100 + seed), 80)

    package = package_of(story)
    validate(package)

    assert compare(story, package) > 100
