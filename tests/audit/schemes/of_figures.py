"""Schemes around service-level reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.audit.schemes.periods import agreed, contest, known, one_side
from tests.audit.schemes.scheme import Mark, scheme
from tests.audit.schemes.terms import PPM, Level, counted, steady
from tests.audit.schemes.world import DAY, Month, World


def fresh(world: World, month: Month) -> None:
    """Takes a period's reports back, to be made anew."""
    gone = [
        each
        for each in world.happenings
        if each.arguments.get("period") == month.index and each.contract in ("SLAOracle", "Agreement")
    ]
    ids = {id(each) for each in gone}
    world.drop(*gone, *(each for each in world.happenings if each.with_ is not None and id(each.with_) in ids))
    world.months.remove(month)


def ratios(world: World) -> list[int]:
    """Levels that are shares to be reached."""
    return [number for number, each in enumerate(world.plan.levels) if each.form == 0]


def better(figure: dict[str, int], good: int) -> None:
    """Another number of good cases."""
    figure["good"] = min(figure["total"], max(0, good))


@scheme("same-evidence")
def one_log_for_two_periods(world: World) -> Iterable[Mark]:
    one, other = world.random.sample(world.months, 2)
    other.reported.arguments["evidence"] = one.reported.arguments["evidence"]
    return [other.reported]


@scheme("edited-evidence", contested=0)
def rows_changed_under_the_same_figures(world: World) -> Iterable[Mark]:
    month = world.random.choice(world.months)
    fresh(world, month)
    again = month.message | {"evidence": world.word()}
    again.pop("hash")
    one_side(world, month.end + 3 * DAY, month.index, month.message, False, "PeriodPending")
    return [agreed(world, month.index, month.end, month.end + 8 * DAY, again).reported]


@scheme("metric-jump", periods=30, levels=2, make_level=steady)
def level_better_overnight(world: World) -> Iterable[Mark]:
    random = world.random
    since, left = random.randint(14, 24), random.randint(50, 200)
    for month in world.months:
        if month.index >= since:
            figure = month.message["figures"][0]
            better(figure, figure["total"] - (figure["total"] - figure["good"]) * left // 1_000)
    return [each.reported for each in world.months if each.index >= since]


@scheme("volume-inflation", periods=30, make_level=counted)
def more_units_for_the_same_cases(world: World) -> Iterable[Mark]:
    random = world.random
    since, factor = random.randint(14, 24), random.randint(150, 300)
    for month in world.months:
        if month.index >= since:
            month.message["quantities"][0] = month.message["quantities"][0] * factor // 100
    return [each.reported for each in world.months if each.index >= since]


@scheme("drift", periods=40, levels=2, make_level=steady)
def more_and_more_cases_excluded(world: World) -> Iterable[Mark]:
    step = world.random.randint(1_500, 4_000)
    for month in world.months:
        figure = month.message["figures"][0]
        more = figure["total"] * step * max(0, month.index - 10) // PPM
        figure["excluded"] += more
        figure["total"] -= more
        better(figure, figure["good"])
    return [each.reported for each in world.months]


@scheme("drift", periods=48, make_level=counted)
def a_little_more_charged_each_period(world: World) -> Iterable[Mark]:
    step = world.random.randint(10_000, 25_000)
    for month in world.months:
        quantities = month.message["quantities"]
        quantities[0] += quantities[0] * step * max(0, month.index - 10) // PPM
    return [each.reported for each in world.months]


def at_the_edge(random: Any, number: int) -> Level:
    """A share that misses its target about every second time."""
    level = steady(random, number)
    level.target = level.truth + random.randint(-2_000, 3_000)
    return level


@scheme("bunching", periods=40, levels=2, make_level=at_the_edge)
def failing_figures_made_to_pass(world: World) -> Iterable[Mark]:
    marks = []
    for month in world.months:
        for level, figure in zip(world.plan.levels, month.message["figures"], strict=True):
            needed = -(-level.target * figure["total"] // PPM)
            if figure["good"] < needed:
                better(figure, needed + world.random.randint(0, 2))
                marks.append(month.reported)
    return marks


@scheme("too-smooth", periods=24, levels=2, make_level=steady)
def invented_share_near_its_middle(world: World) -> Iterable[Mark]:
    truth, wobble = world.plan.levels[0].truth, world.random.randint(0, 3)
    for month in world.months:
        figure = month.message["figures"][0]
        better(figure, figure["total"] * truth // PPM + world.random.randint(-wobble, wobble))
    return [each.reported for each in world.months]


@scheme("repeated-figures", make_level=counted)
def last_periods_figures_again(world: World) -> Iterable[Mark]:
    one, other = world.random.sample(world.months, 2)
    other.message["figures"] = [dict(each) for each in one.message["figures"]]
    other.message["quantities"] = list(one.message["quantities"])
    return [other.reported]


@scheme("last-digits", periods=48, prices=2, levels=2, make_level=counted)
def invented_counts(world: World) -> Iterable[Mark]:
    random = world.random
    liked = random.sample(range(10), 3)
    for month in world.months:
        for figure in month.message["figures"]:
            figure["total"] = _ending(random, figure["total"], liked)
            if figure["good"] <= 2 * figure["total"]:
                better(figure, figure["good"])
        month.message["quantities"] = [_ending(random, each, liked) for each in month.message["quantities"]]
    return [each.reported for each in world.months]


def _ending(random: Any, value: int, liked: list[int]) -> int:
    return value // 10 * 10 + (random.choice(liked) if random.random() < 0.6 else value % 10)


@scheme("round-figures", periods=30, prices=2, make_level=counted)
def estimated_volumes(world: World) -> Iterable[Mark]:
    share = world.random.randint(45, 90)
    for month in world.months:
        quantities = month.message["quantities"]
        month.message["quantities"] = [
            max(10, each // 10 * 10) if world.random.randrange(100) < share else each for each in quantities
        ]
    return [each.reported for each in world.months]


@scheme("reporter-bias", periods=48, contested=20_000, levels=2, make_level=steady)
def first_reports_better_for_their_side(world: World) -> Iterable[Mark]:
    random = world.random
    by_client = random.random() < 0.5
    marks = []
    for month in random.sample(world.months, random.randint(13, 20)):
        fresh(world, month)
        told = month.message | {"figures": [dict(each) for each in month.message["figures"]], "evidence": world.word()}
        told.pop("hash")
        gain = random.randint(3, 40) * (-1 if by_client else 1)
        better(told["figures"][0], told["figures"][0]["good"] + gain)
        marks.append(one_side(world, month.end + 2 * DAY, month.index, told, by_client, "PeriodPending"))
        agreed(world, month.index, month.end, month.end + 8 * DAY, month.message)
    return marks


@scheme("reporter-copies", periods=40, levels=3, make_level=steady)
def figures_taken_over_from_the_other_side(world: World) -> Iterable[Mark]:
    random, marks = world.random, list[Mark]()
    for month in random.sample(world.months, random.randint(4, 8)):
        fresh(world, month)
        told = month.message | {"figures": [dict(each) for each in month.message["figures"]], "evidence": world.word()}
        told.pop("hash")
        better(told["figures"][0], told["figures"][0]["good"] - random.randint(5, 60))
        one_side(world, month.end + 2 * DAY, month.index, month.message, False, "PeriodPending")
        marks.append(one_side(world, month.end + 5 * DAY, month.index, told, True, "PeriodContested"))
        agreed(world, month.index, month.end, month.end + 9 * DAY, month.message)
    return marks


@scheme("ruling-pattern", periods=48, contested=0)
def level_arbiter_always_for_one_side(world: World) -> Iterable[Mark]:
    random = world.random
    mask = random.choice((0, 1))
    for month in random.sample(world.months, random.randint(10, 16)):
        fresh(world, month)
        other = month.message | {"figures": [dict(each) for each in month.message["figures"]], "evidence": world.word()}
        other.pop("hash")
        other["figures"][0]["good"] += 7
        contest(world, month.index, month.end, month.message, other, mask=mask)
    return [each for each in world.happenings if each.name == "PeriodRuled"]


@scheme("late-report", contested=0)
def reported_long_after_the_deadline(world: World) -> Iterable[Mark]:
    month = world.random.choice(world.months)
    fresh(world, month)
    known(world, month.message)
    return [
        agreed(world, month.index, month.end, month.end + world.random.randint(19, 60) * DAY, month.message).reported
    ]
