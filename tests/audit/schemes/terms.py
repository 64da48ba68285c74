"""The terms of a made-up agreement, drawn from its seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.audit.schemes.world import DAY, UNIT, World

EPOCH = 1_767_571_200
"""Monday, 5 January 2026."""
PPM = 1_000_000


@dataclass
class Level:
    """A level and how the work really is."""

    name: str
    form: int
    target: int
    truth: int
    """ppm, or seconds for an average."""
    noise: int
    """Spread of the truth from period to period, ppm of it."""
    cases: int
    excluded: int
    """ppm"""
    slices: int = 0
    """Of time in a period; 0: cases are counted."""


@dataclass
class Plan:
    """What an agreement is like; a scheme asks for more of something where it needs it."""

    milestones: int
    amounts: str
    """"even", "varied" or "stepped"."""
    typical: int
    cadence: int
    """Days between deliveries."""
    burst: int
    """How many are delivered together."""
    limit: int
    operators: int
    hour: int
    """Around which the client's people work, UTC."""
    patience: int
    """Hours from submission to acceptance."""
    periods: int
    period_days: int
    levels: list[Level] = field(default_factory=list)
    prices: int = 1
    contested: int = 0
    """ppm of periods."""
    rejected: int = 0
    disputed: int = 0
    workers: int = 0
    is_posted: bool = False
    invoices: int = 0
    redirects: int = 0
    payroll: bool = False
    improved: int = 0
    """From this period on half of what was bad is not; 0: never."""
    product: int = 0
    """From this period on units for each case are others; 0: never."""
    abroad: int = 0
    """From this milestone on the client's people work two weeks in another zone; 0: never."""
    is_prompt: bool = False
    """A program accepts what passes its tests, at once and at any hour."""
    amended: int = 0
    """At this milestone a change order raises the limit; 0: never."""


def plan(random: Random, **needs: Any) -> Plan:
    """How an agreement is, at random."""
    period_days = random.choice((7, 14, 30))
    found = Plan(
        milestones=random.randint(24, 64),
        amounts=random.choice(("even", "varied", "varied", "stepped")),
        typical=random.randint(1_000, 40_000) * UNIT,
        cadence=random.choice((5, 7, 7, 14)),
        burst=random.choice((1, 1, 2, 4)),
        limit=0,
        operators=random.randint(1, 3),
        hour=random.randint(7, 19),
        patience=random.randint(6, 120),
        periods=random.randint(18, 60),
        period_days=period_days,
        prices=random.randint(1, 2),
        contested=random.randint(0, 150_000),
        rejected=random.randint(0, 250_000),
        disputed=random.randint(0, 60_000),
        workers=random.choice((0, 6, 10, 16, 25)),
        is_posted=random.random() < 0.5,
        invoices=random.randint(60, 400),
        redirects=random.choice((0, 0, 0, 1, 2)),
    )
    found.improved = random.randint(5, found.periods) if random.random() < 0.04 else 0
    found.product = random.randint(5, found.periods) if random.random() < 0.04 else 0
    found.abroad = random.randint(1, found.milestones) if random.random() < 0.05 else 0
    found.amended = random.randint(1, found.milestones) if random.random() < 0.25 else 0
    found.is_prompt = random.random() < 0.05
    found.limit = found.typical * random.choice((105, *(random.randint(120, 500) for _ in range(30)))) // 100
    count = needs.pop("levels", random.randint(1, 4))
    make = needs.pop("make_level", any_level)
    for name, value in needs.items():
        setattr(found, name, value)
    found.payroll = found.workers > 0
    found.levels = [make(random, number) for number in range(count)]
    return found


def steady(random: Random, number: int) -> Level:
    """A share of many cases with room to be made better."""
    bad = random.randint(60_000, 120_000)
    target = PPM - bad + random.randint(-1, 2) * bad // 20
    noise, cases = random.randint(500, 4_000), random.randint(1_500, 6_000)
    return Level(f"share-{number}", 0, target, PPM - bad, noise, cases, 5_000)


def any_level(random: Random, number: int) -> Level:
    """Counted in cases, or in slices of five minutes of which few are bad."""
    if random.random() < 0.25:
        target = random.choice((999_000, 999_500, 995_000))
        return Level(f"uptime-{number}", 0, target, 999_700, 0, 0, 0, slices=288)
    return counted(random, number)


def counted(random: Random, number: int) -> Level:
    """A share or an average of cases."""
    form = random.choice((0, 0, 0, 1, 2))
    cases = random.randint(300, 6_000)
    excluded = random.choice((0, 5_000, 20_000))
    if form == 2:
        return Level(
            f"handling-{number}", 2, 600, random.randint(300, 580), random.randint(20_000, 80_000), cases, excluded
        )
    bad = random.randint(15_000, 120_000)
    truth = PPM - bad if form == 0 else bad
    lead = random.randint(-2, 12) * bad // 40
    target = truth - lead if form == 0 else truth + lead
    noise = random.randint(1_000, 8_000)
    return Level(f"share-{number}", form, target, truth, noise, cases, excluded)


def amount_of(random: Random, plan: Plan, number: int) -> int:
    """What a milestone costs."""
    if plan.amounts == "even":
        return plan.typical
    if plan.amounts == "stepped":
        return plan.typical * (10 + 2 * (number // 12)) // 10
    hundreds = max(1, int(plan.typical * random.lognormvariate(0, 0.5)) // (100 * UNIT))
    return hundreds * 100 * UNIT


def message(world: World, plan: Plan, amounts: list[int]) -> dict[str, Any]:
    """As the `Agreement` that both signed, as far as alerts read it."""
    who = world.someone
    ends = [world.start + (number + 1) * plan.period_days * DAY for number in range(plan.periods)]
    levels = [
        {"name": each.name, "form": each.form, "bands": [{"threshold": each.target, "allocation": PPM}]}
        for each in plan.levels
    ]
    zero = "0x" + 40 * "0"
    contest = {"arbiter": who("level arbiter"), "backup": who("level backup")}
    reporters = {
        "clientReporters": [who("client reporter")],
        "contractorReporters": [who("contractor reporter")],
    }
    service = {
        "schedule": {"start": world.start, "ends": ends, "reportWithin": 10 * DAY, "contest": contest},
        "levels": {
            "levels": levels,
            "reporters": reporters,
            "prices": [{"quantity": f"unit-{number}", "rate": UNIT} for number in range(plan.prices)],
        },
    }
    operators = {
        "client": [who(f"client operator {number}") for number in range(plan.operators)],
        "contractor": [who("contractor operator")],
        "limit": plan.limit,
    }
    return {
        "deal": {"client": who("client"), "contractor": who("contractor"), "token": who("Token")},
        "milestones": [{"amount": each, "due": world.start} for each in amounts],
        "arbitration": {"arbiter": who("arbiter"), "backup": who("backup")},
        "annex": {
            "conditions": {
                "operators": operators,
                "billing": {"oracle": who("SLAOracle")},
                "service": service,
                "equity": {"equity": zero},
            }
        },
    }
