"""What leave, ending, acceleration and the client's ending do to a grant (SPEC.md 9.3, 9.5, 9.8). No chain."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workpact.vesting import NEVER, BadCourse, BadPlan, Course, Gate, Plan

DAY = 86_400
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())


def plan(**rules: Any) -> Plan:
    """100 days in steps of 10, of a thousand units 100 a step."""
    return Plan(**{"start": START, "duration": 100 * DAY, "step": 10 * DAY} | rules)


def after(course: Course, terms: Plan, *days: int) -> list[int]:
    """What has vested of a thousand units these days after the start."""
    return [terms.vested_units(1_000, course, START + day * DAY) for day in days]


def days(*spans: tuple[int, int | None]) -> tuple[tuple[int, int | None], ...]:
    """Spans in days after the start."""
    return tuple((START + first * DAY, None if last is None else START + last * DAY) for first, last in spans)


@pytest.mark.parametrize(
    ("leaves", "most", "expected"),
    [
        ((), 30, [200, 300, 400, 500, 1_000, 1_000]),
        (((25, 35),), 30, [200, 200, 300, 400, 900, 1_000]),
        (((25, None),), 30, [200, 200, 200, 200, 700, 1_000]),
        (((25, None),), 0, [200, 300, 400, 500, 1_000, 1_000]),
        (((-50, 5),), 30, [200, 300, 400, 500, 900, 1_000]),
        (((-50, 0),), 30, [200, 300, 400, 500, 1_000, 1_000]),
        (((5, 25), (25, 30), (31, 60)), 30, [0, 0, 100, 200, 700, 1_000]),
        (((5, 5),), 30, [200, 300, 400, 500, 1_000, 1_000]),
    ],
    ids=["none", "ten days", "until all leave is used", "no leave in the plan", "begun before the start",
         "over before the start", "three, the last in part", "of no time"],
)  # fmt: skip
def test_leave__stops_the_clock__up_to_the_plans_leave(leaves, most, expected):
    assert after(Course(leaves=days(*leaves)), plan(leave=most * DAY), 25, 35, 45, 55, 100, 130) == expected


def test_leave__moves_the_cliff_and_never_takes_back():
    course = Course(leaves=days((15, 25)))
    terms = plan(leave=10 * DAY, cliff=20 * DAY)
    assert after(course, terms, 20, 29, 30, 109, 110) == [0, 0, 200, 900, 1_000]


def test_ending__stops_the_clock_at_the_end_of_the_notice_whoever_finishes_late():
    terms = plan(notice=30 * DAY)
    announced = Course(announced_at=START + 15 * DAY)
    assert after(announced, terms, 15, 44, 45, 46, 200) == [100, 400, 400, 400, 400]
    finished = Course(announced_at=START + 15 * DAY, finished_at=START + 60 * DAY)
    assert after(finished, terms, 15, 44, 45, 60, 200) == [100, 400, 400, 400, 400]
    assert after(Course(announced_at=START + 20 * DAY), terms, 49, 50, 51) == [400, 500, 500]


def test_ending__during_leave__counts_leave_until_the_end_only():
    terms = plan(notice=30 * DAY, leave=50 * DAY)
    course = Course(leaves=days((20, 60)), announced_at=START + 10 * DAY)
    assert after(course, terms, 20, 40, 60, 200) == [200, 200, 200, 200]


@pytest.mark.parametrize(("gate", "expected"), [(Gate.MAXIMUM, [0, 500, 500, 500]), (Gate.MINIMUM, [0, 0, 100, 200])])
def test_gate__counts_until_the_end_is_carried_out(gate, expected):
    terms = plan(notice=10 * DAY, gate=gate, milestones=3)
    steps = ((START + 5 * DAY, 1), (START + 40 * DAY, 2))
    carried_out = Course(gate=steps, announced_at=START + 10 * DAY, finished_at=START + 39 * DAY)
    assert after(carried_out, terms, 4, 5, 10, 90) == expected
    not_yet = Course(gate=steps, announced_at=START + 10 * DAY)
    assert after(not_yet, terms, 90) == [1_000 if gate is Gate.MAXIMUM else 200]


def test_acceleration__vests_its_part_of_the_rest_and_the_rest_goes_on():
    course = Course(accelerations=((START + 20 * DAY, 250_000), (START + 60 * DAY, 500_000)))
    assert after(course, plan(), 19, 20, 30, 60, 90, 100) == [100, 400, 475, 800, 950, 1_000]


def test_leaver__applies_the_larger_part_from_the_clients_ending_on():
    terms = plan(leaver=500_000, notice=5 * DAY)
    assert after(Course(client_ended_at=START + 20 * DAY), terms, 19, 20, 60) == [100, 600, 800]
    stronger = Course(client_ended_at=START + 20 * DAY, accelerations=((START, 750_000),))
    assert after(stronger, terms, 19, 20) == [775, 800]
    weaker = Course(client_ended_at=START + 20 * DAY, accelerations=((START, 250_000),))
    assert after(weaker, terms, 19, 20) == [325, 600]
    gone = Course(client_ended_at=START + 20 * DAY, announced_at=START, finished_at=START + 19 * DAY)
    assert after(gone, terms, 19, 20, 60) == [0, 0, 0]
    assert after(Course(client_ended_at=START), plan(), 20) == [200]


def test_ending__of_a_plan_that_knows_none__is_refused():
    with pytest.raises(BadPlan, match="cannot be ended: its notice is never"):
        plan(notice=NEVER).vested_units(1, Course(announced_at=START), START)
    early = Course(announced_at=START, finished_at=START + 9)
    with pytest.raises(BadPlan, match="carried out 1 s before its notice is over"):
        plan(notice=10).vested_units(1, early, START)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"leaves": ((5, 4),)}, "ends before it starts"),
        ({"leaves": ((5, None), (6, 7))}, "before another was over"),
        ({"leaves": ((5, 7), (6, 8))}, "overlap"),
        ({"gate": ((5, 2), (6, 1))}, "steps of gate fall"),
        ({"gate": ((5, 2), (4, 3))}, "steps of gate fall"),
        ({"accelerations": ((5, 2), (6, 1))}, "steps of accelerations fall"),
        ({"accelerations": ((5, 1_000_001),)}, "above 100 %"),
        ({"finished_at": 5}, "not announced before"),
        ({"announced_at": 6, "finished_at": 5}, "not announced before"),
    ],
)
def test_course__that_no_grant_has__is_refused(facts, words):
    with pytest.raises(BadCourse, match=words):
        Course(**facts)


def test_calendar__moves_with_leave_and_stops_at_the_end():
    course = Course(leaves=days((15, 25)), accelerations=((START + 50 * DAY, 500_000),), announced_at=START + 40 * DAY)
    terms = plan(notice=30 * DAY, leave=20 * DAY)
    shown = [((moment - terms.starts_at).days, vested) for moment, vested in terms.calendar(1_000, course)]
    assert shown == [(10, 100), (30, 200), (40, 300), (50, 700), (60, 750), (70, 800)]


def reference(terms: Plan, units: int, course: Course, moment: int) -> int:
    """SPEC.md 9.2, 9.3, 9.5 and 9.8 by counting seconds one by one."""
    ends = None if course.announced_at is None else course.announced_at + terms.notice
    clock, used = 0, 0
    for second in range(moment):
        if ends is not None and second >= ends:
            break
        away = any(first <= second and (last is None or second < last) for first, last in course.leaves)
        if away and second >= terms.start and used < terms.leave:
            used += 1
        else:
            clock += 1
    known = moment if course.finished_at is None else min(moment, course.finished_at)
    reached = max([0, *(value for when, value in course.gate if when <= known)])
    given = max([0, *(value for when, value in course.accelerations if when <= known)])
    if course.client_ended_at is not None and course.client_ended_at <= known:
        given = max(given, terms.leaver)
    part = Fraction(0)
    if clock >= terms.start + terms.cliff:
        part = min(Fraction(1), Fraction((clock - terms.start) // terms.step * terms.step, terms.duration))
    counted = bin(terms.milestones).count("1")
    if terms.gate == Gate.MINIMUM:
        part = min(part, Fraction(reached, counted))
    elif terms.gate == Gate.MAXIMUM:
        part = max(part, Fraction(reached, counted))
    elif terms.gate == Gate.PRODUCT:
        part *= Fraction(reached, counted)
    return int(units * (part + (1 - part) * Fraction(given, 1_000_000)))


@st.composite
def lives(draw: Any) -> tuple[Plan, Course]:
    """Any plan of a few seconds, and any course of a grant by it."""
    number = lambda low, high: draw(st.integers(low, high))  # noqa: E731 - a word for a draw
    step, gate = number(1, 6), draw(st.sampled_from(Gate))
    duration = step * number(1, 8)
    terms = Plan(
        start=number(0, 20), cliff=number(0, duration), duration=duration, step=step, gate=gate,
        milestones=0 if gate is Gate.NONE else 2 ** number(1, 4) - 1,
        notice=number(0, 10), leave=number(0, 15), leaver=number(0, 1_000_000),
    )  # fmt: skip
    marks = sorted(draw(st.lists(st.integers(0, 60), max_size=6)))
    leaves = [tuple(marks[i : i + 2]) for i in range(0, len(marks) - 1, 2)]
    leaves += [(marks[-1], None)] if len(marks) % 2 else []
    rising = lambda high: tuple(  # noqa: E731
        zip(sorted(draw(st.lists(st.integers(0, 60), min_size=2, max_size=2))),
            sorted(draw(st.lists(st.integers(0, high), min_size=2, max_size=2))), strict=True)
    )  # fmt: skip
    announced = draw(st.none() | st.integers(0, 60))
    finished = None if announced is None else draw(st.none() | st.integers(0, 20).map(announced.__add__))
    return terms, Course(
        leaves=tuple(leaves), gate=rising(terms.size), accelerations=rising(1_000_000), announced_at=announced,
        finished_at=None if finished is None else finished + terms.notice,
        client_ended_at=draw(st.none() | st.integers(0, 60)),
    )  # fmt: skip


def compare(terms: Plan, course: Course, units: int) -> None:
    """Every second of a life, and its calendar, against the reference."""
    vested = [terms.vested_units(units, course, moment) for moment in range(120)]
    assert vested == [reference(terms, units, course, moment) for moment in range(120)]
    assert vested == sorted(vested)
    assert vested[-1] <= units
    rises = [(moment, now) for moment, (was, now) in enumerate(zip([0, *vested], vested, strict=False)) if now > was]
    assert [(int(moment.timestamp()), now) for moment, now in terms.calendar(units, course)] == rises


@pytest.mark.threat("T18")
@settings(max_examples=150, deadline=None, derandomize=True)
@given(lives(), st.integers(0, 2**80 - 1))
def test_vested_units__of_any_life__are_those_counted_by_seconds_and_never_fall(life, units):
    compare(*life, units)
