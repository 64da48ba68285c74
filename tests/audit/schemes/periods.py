"""Service periods of an honest agreement: mostly reported by both, sometimes by one side, sometimes contested."""

from __future__ import annotations

from typing import Any

from tests.audit.schemes.terms import PPM, Level, Plan
from tests.audit.schemes.world import DAY, UNIT, Happening, Month, World


def live_periods(world: World, plan: Plan) -> None:
    """All periods, each reported, assessed and settled."""
    random = world.random
    growth = random.randint(-3_000, 6_000)
    factors = [random.randint(300_000, 2_500_000) for _ in range(plan.prices)]
    for index in range(plan.periods):
        end = world.start + (index + 1) * plan.period_days * DAY
        is_bad = random.random() < 0.03
        if plan.improved == index > 0:
            _improve(plan, random.randint(500, 900))
        if plan.product == index > 0:
            factors = [each * random.randint(700, 1_400) // 1_000 for each in factors]
        message = measured(world, plan, index, growth, factors, is_bad)
        report(world, plan, index, end, message)


def _improve(plan: Plan, left: int) -> None:
    """A new tool leaves so many of a thousand bad cases."""
    for level in plan.levels:
        if level.slices:
            continue
        bad = (PPM - level.truth if level.form == 0 else level.truth) * left // 1_000
        level.truth = PPM - bad if level.form == 0 else bad


def measured(world: World, plan: Plan, index: int, growth: int, factors: list[int], is_bad: bool) -> dict[str, Any]:
    """The true figures of a period."""
    random = world.random
    season = random.gauss(1, 0.06) * (1 + growth * index / PPM)
    figures = [figure(world, level, season, is_bad) for level in plan.levels]
    counts = [
        each["total"] + each["excluded"] for each, level in zip(figures, plan.levels, strict=True) if not level.slices
    ]
    cases = max(counts, default=int(1_500 * season))
    quantities = [max(1, int(cases * factor / PPM * random.gauss(1, 0.04))) for factor in factors]
    return {"figures": figures, "quantities": quantities, "evidence": world.word(), "adjustment": 0}


def figure(world: World, level: Level, season: float, is_bad: bool) -> dict[str, int]:
    """What is counted for one level."""
    random = world.random
    if level.slices:
        total = level.slices * world.plan.period_days
        down = int(random.expovariate(1 / 2)) + (random.randint(5, 60) if is_bad or random.random() < 0.05 else 0)
        return {"good": total - down, "total": total, "excluded": random.choice((0, 0, 0, 6))}
    cases = max(20, int(level.cases * season * random.gauss(1, 0.03)))
    excluded = int(cases * level.excluded / PPM * random.uniform(0.5, 1.5) * (4 if is_bad else 1))
    total = cases - excluded
    if level.form == 2:
        mean = level.truth * random.gauss(1, level.noise / PPM) * (1.3 if is_bad else 1)
        return {"good": int(mean * total), "total": total, "excluded": excluded}
    bad = level.truth if level.form == 1 else PPM - level.truth
    share = min(0.5, max(0.001, bad / PPM + random.gauss(0, level.noise / PPM))) * (2 if is_bad else 1)
    missed = _count(world, total, share)
    return {"good": missed if level.form == 1 else total - missed, "total": total, "excluded": excluded}


def _count(world: World, trials: int, share: float) -> int:
    spread = (trials * share * (1 - share)) ** 0.5
    return min(trials, max(0, round(world.random.gauss(trials * share, spread))))


def report(world: World, plan: Plan, index: int, end: int, message: dict[str, Any]) -> Month:
    """The way of a period's report to the oracle."""
    random = world.random
    if random.randrange(PPM) < plan.contested:
        return contest(world, index, end, message, differing(world, message))
    if random.random() < 0.15:
        side = random.random() < 0.5
        pending = one_side(world, end + random.randint(1, 8) * DAY, index, message, side, "PeriodPending")
        month = agreed(world, index, end, pending.time + 6 * DAY, message)
        month.sides.append((pending, message))
        return month
    late = random.randint(1, 5) * DAY if random.random() < 0.03 else 0
    return agreed(world, index, end, end + (10 * DAY if late else random.randint(1, 8) * DAY) + late, message)


def contest(
    world: World, index: int, end: int, message: dict[str, Any], other: dict[str, Any], *, mask: int | None = None
) -> Month:
    """The contractor's and the client's reports, and the ruling, or what both sign after all."""
    random = world.random
    client_first = random.random() < 0.4
    time = end + random.randint(1, 8) * DAY
    first, second = (message, other) if random.random() < 0.5 else (other, message)
    one = one_side(world, time, index, first, client_first, "PeriodPending")
    two = one_side(world, time + 3 * DAY, index, second, not client_first, "PeriodContested")
    when = time + 8 * DAY
    if mask is not None or random.random() < 0.3:
        chosen = mask if mask is not None else random.choice((0, 1))
        ruler = world.people["level arbiter"]
        world.emit(when, "SLAOracle", "PeriodRuled", ruler, period=index, ruler=ruler, mask=chosen)
        by_client, by_contractor = (first, second) if client_first else (second, first)
        month = agreed(world, index, end, when, by_client if chosen else by_contractor)
    else:
        month = agreed(world, index, end, when, message)
    month.sides += [(one, first), (two, second)]
    return month


def differing(world: World, message: dict[str, Any]) -> dict[str, Any]:
    """What the other side measured: from a log that lags a little, or from the same rows read otherwise."""
    random = world.random
    if random.random() < 0.3:
        figures = [dict(each) for each in message["figures"]]
        chosen = random.choice(figures)
        chosen["good"] = max(0, chosen["good"] + random.choice((-1, 1)) * random.randint(1, 9))
        return message | {"figures": figures}
    figures = []
    for each in message["figures"]:
        lag = random.choice((-1, 0, 1, 1)) * random.randint(1, 12)
        total = max(10, each["total"] + lag)
        good = max(0, each["good"] * total // max(1, each["total"]) + random.randint(-4, 4))
        figures.append({"good": good, "total": total, "excluded": each["excluded"]})
    quantities = [max(1, each + random.choice((-1, 1)) * random.randint(1, 12)) for each in message["quantities"]]
    return {"figures": figures, "quantities": quantities, "evidence": world.word(), "adjustment": 0}


def one_side(world: World, time: int, index: int, message: dict[str, Any], by_client: bool, name: str) -> Happening:
    """A report of one side."""
    digest = known(world, message)
    sender = world.people["client reporter" if by_client else "contractor reporter"]
    rest: dict[str, Any] = {"until": time + 5 * DAY, "isNotice": False} if name == "PeriodPending" else {"charge": 0}
    return world.emit(
        time,
        "SLAOracle",
        name,
        sender,
        period=index,
        document=world.origin,
        report=digest,
        evidence=message["evidence"],
        byClient=by_client,
        **rest,
    )


def agreed(world: World, index: int, end: int, time: int, message: dict[str, Any]) -> Month:
    """What is final, assessed and settled."""
    carrier = world.people["contractor operator"]
    digest = known(world, message)
    made = world.emit(
        time,
        "SLAOracle",
        "PeriodReported",
        carrier,
        period=index,
        document=world.origin,
        report=digest,
        evidence=message["evidence"],
        failed=0,
        charge=0,
    )
    world.emit(time, "SLAOracle", "PeriodAssessed", carrier, with_=made, period=index, rate=0, endUntil=0)
    paid = (500 + sum(message["quantities"])) * UNIT
    settled = world.emit(
        time + DAY, "Agreement", "Settled", carrier, period=index, charge=paid, credit=0, paid=paid, retained=0
    )
    to = world.people.get("Payroll" if world.plan.payroll else "treasury", world.people["contractor"])
    world.move(time + DAY, world.people["Agreement"], to, paid, settled)
    month = Month(index, end, message, made)
    world.months.append(month)
    return month


def known(world: World, message: dict[str, Any]) -> bytes:
    """The hash that a message goes by."""
    digest = message.get("hash")
    if digest is None:
        digest = world.word()
        message["hash"] = digest
    world.reports[digest] = message
    return bytes(digest)
