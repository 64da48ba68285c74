"""Where the lines of a grant's picture stand: what has vested over time, in whole units of the drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workpact.vesting import Gate
from workpact.web.worker_facts import GrantFacts

LEFT, RIGHT, TOP, BOTTOM = 8, 632, 34, 206
POINTS = 200


@dataclass(frozen=True)
class Marked:
    """An upright line with words; `anchor` keeps the words inside."""

    x: int
    words: str
    anchor: str
    level: int
    """Which line of words it has: neighbours do not overlap."""


@dataclass(frozen=True)
class Chart:
    """One picture; paths are `points` of polylines."""

    area: str
    past: str
    ahead: str
    gate: str
    now: int
    present: int
    """The height of what has vested now."""
    stops: tuple[tuple[int, int], ...]
    """Where leaves stand: from, and how wide."""
    marks: tuple[Marked, ...]
    first: int
    last: int
    """Unix seconds at the edges."""


def chart_of(grant: GrantFacts) -> Chart:
    """The picture of a grant: past and what comes if nothing else happens, with gate, leave, cliff and end."""
    series = grant.series
    points = series.points(POINTS)
    first, last = points[0][0], max(points[-1][0], points[0][0] + 1)
    units = max(series.units, 1)

    def x(moment: int) -> int:
        return LEFT + (RIGHT - LEFT) * (min(max(moment, first), last) - first) // (last - first)

    def y(amount: int) -> int:
        return BOTTOM - (BOTTOM - TOP) * amount // units

    def steps(chosen: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        made: list[tuple[int, int]] = []
        for moment, amount in chosen:
            if made:
                made.append((x(moment), made[-1][1]))
            made.append((x(moment), y(amount)))
        return made

    past = steps([point for point in points if point[0] <= series.now])
    ahead = steps([point for point in points if point[0] >= series.now])
    area = [*past, (past[-1][0], BOTTOM), (past[0][0], BOTTOM)] if past else []
    plan, course = series.plan, series.course
    gate: list[tuple[int, int]] = []
    if plan.gate in (Gate.MINIMUM, Gate.PRODUCT):
        turns = sorted({first, *(each for each in course.turns() if each <= last), last})
        gate = steps([(each, units * course.reached(each) // plan.size) for each in turns])
    stops = tuple((x(start), x(end) - x(start)) for start, end in plan.stops(course) if start <= last)
    present = plan.vested_units(series.units, course, series.now)
    marks = tuple(_marks(grant, first, last, x))
    return Chart(
        _path(area), _path(past), _path(ahead), _path(gate), x(series.now), y(present), stops, marks, first, last
    )


def _marks(grant: GrantFacts, first: int, last: int, x: object) -> Iterable[Marked]:
    plan, course = grant.plan.plan, grant.synced
    found = [(grant.now, "now")]
    if plan.cliff:
        found.append((plan.cliff_at(course), "cliff"))
    ends = plan.ends(course)
    if ends is not None:
        found.append((ends, "ended" if course.finished_at else "ends"))
    known = [each for each in sorted(found) if first <= each[0] <= last]
    for level, (moment, words) in enumerate(known):
        place = x(moment)  # type: ignore[operator]
        anchor = "end" if place > (LEFT + RIGHT) * 3 // 4 else "start"
        yield Marked(place, words, anchor, level % 2)


def _path(points: Iterable[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
