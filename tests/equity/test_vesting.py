"""Plans as people write them, and what vests by them (SPEC.md 9.2, 9.3, 9.5, 9.8). No chain."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from workpact.vesting import BadPlan, Course, Gate, Plan

DAY = 86_400
ORACLE = "0x00000000000000000000000000000000000000AA"
DOCUMENT = bytes(range(32))
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())


def test_read__all_keys():
    written = {
        "start": "2026-03-01",
        "cliff": "90 days",
        "duration": "360 days",
        "step": "30 days",
        "gate": "minimum",
        "milestones": ["handover", 0],
        "periods": ["2026-04"],
        "notice": "30 days",
        "leave": "90 days",
        "leaver": "50%",
    }
    plan = Plan.read(
        written,
        milestones=["onboarding", "knowledge", "handover"],
        periods=["2026-03", "2026-04"],
        oracle=ORACLE,
        document=DOCUMENT,
    )

    schedule = (START, 90 * DAY, 360 * DAY, 30 * DAY, 1)
    rules = (30 * DAY, 90 * DAY, 500_000)
    assert plan.struct() == (*schedule, 0b101, 0b10, ORACLE, DOCUMENT, *rules)
    assert plan.size == 3
    assert Plan.of_struct(plan.struct()) == plan
    assert plan.starts_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert plan.ends_at == datetime(2027, 2, 24, tzinfo=UTC)


def test_of_chain__is_the_plan_that_was_sent():
    plan = Plan(
        start=START, cliff=5, duration=40, step=8, gate=Gate.PRODUCT, periods=6, oracle=ORACLE, document=DOCUMENT,
        notice=3, leave=4, leaver=7,
    )  # fmt: skip
    schedule = SimpleNamespace(pool=1, start=START, cliff=5, duration=40, step=8, gate=3, size=2, acceleration=7)
    condition = SimpleNamespace(milestones=0, oracle=ORACLE, periods=6, document=DOCUMENT)
    rules = SimpleNamespace(notice=3, mostLeave=4, leaver=7)

    assert Plan.of_chain(schedule, condition, rules) == plan


def test_read__schedule_in_short():
    plan = Plan.read({"start": "2026-03-01", "schedule": "4y-1y-monthly", "notice": "never"})

    assert (plan.duration, plan.cliff, plan.step) == (1_461 * DAY, 31_557_600, 2_629_800)
    assert plan.notice == 2**32 - 1
    assert plan.struct()[-3:] == (2**32 - 1, 0, 0)


def test_read__least_keys():
    plan = Plan.read({"start": "2026-03-01", "duration": "1 week"}, zone="Europe/Berlin", oracle=ORACLE)

    assert plan == Plan(start=START - 3_600, cliff=0, duration=7 * DAY, step=1, gate=Gate.NONE)
    assert plan.oracle == "0x" + 40 * "0"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": None}, "start: is missing in the plan."),
        ({"duration": None}, "duration: is missing in the plan."),
        ({"cliffs": "1 day"}, "cliffs: a plan has no such key"),
        ({"cliff": "3 months"}, "cliff: '3 months' is not a duration; a month has no fixed length"),
        ({"cliff": "361 days"}, "The cliff of 31190400 s is longer than the duration of 31104000 s"),
        ({"step": "7 days"}, "Steps of 604800 s do not divide 31104000 s"),
        ({"step": "361 days"}, "Steps of 31190400 s are longer than the duration of 31104000 s: write one step"),
        ({"duration": "0 days"}, "A duration of zero leaves no time to vest in"),
        ({"duration": "200 weeks", "step": "0 days"}, "Steps of zero never come: write 1 second"),
        ({"duration": "10000 weeks", "step": "1 week"}, "The duration of 6048000000 s is beyond 136 years"),
        ({"schedule": "1y-0-monthly"}, "duration: is in the schedule already; write one of the two."),
        ({"duration": None, "schedule": "1y-0-weekly"}, "schedule: Steps of 604800 s do not divide 31557600 s"),
        ({"notice": "49711 days"}, "notice: '49711 days' is longer than a plan can say; write at most \"49710 days\""),
        ({"notice": "always"}, "notice: 'always' is not a duration"),
        ({"leave": "never"}, "leave: 'never' is not a duration"),
        ({"leave": "49711 days"}, "leave: '49711 days' is longer than a plan can say; write at most \"49710 days\""),
        ({"leaver": "101 %"}, "A leaver part of 1010000 ppm is more than all that is unvested: at most 100 %."),
        ({"leaver": "0.5"}, "leaver: '0.5' is not a share; write it in per cent"),
        ({"start": "March"}, "start: 'March' is not a date"),
        ({"gate": "average"}, "gate: 'average' is none; write none, minimum, maximum or product."),
        ({"gate": "minimum"}, "A gate counts milestones or periods"),
        ({"milestones": [1]}, "A gate counts milestones or periods"),
        ({"gate": "minimum", "milestones": ["later"]}, "milestones: there is no 'later'; known are first."),
        ({"gate": "minimum", "milestones": ["first", "0"]}, "milestones: '0' is counted twice; keep one."),
        ({"gate": "minimum", "periods": ["0"]}, "Oracle and document are for a gate that counts periods"),
    ],
)
def test_read__wrong__says_what_to_write(change, message):
    written = {"start": "2026-03-01", "duration": "360 days"} | change
    with pytest.raises(BadPlan) as info:
        Plan.read({key: value for key, value in written.items() if value}, milestones=["first"])

    assert str(info.value).startswith(message)


def test_require_ahead__a_start_that_is_past__is_refused():
    plan = Plan(start=START, duration=4, step=2)
    plan.require_ahead(START)
    with pytest.raises(BadPlan) as info:
        plan.require_ahead(START + 1)
    assert str(info.value) == (
        "The plan starts at 2026-03-01 00:00:00 UTC, and it is 2026-03-01 00:00:01 UTC: start it later."
    )


def test_vested_units__around_cliff_and_steps():
    plan = Plan(start=START, cliff=180 * DAY, duration=360 * DAY, step=90 * DAY)

    days = {179: 0, 180: 501, 269: 501, 270: 752, 359: 752, 360: 1003, 4000: 1003}
    assert {day: plan.vested_units(1003, Course(), START + day * DAY) for day in days} == days
    assert plan.vested_units(1003, Course(), START + 180 * DAY - 1) == 0


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (Gate.MINIMUM, [0, 333, 500, 500]),
        (Gate.MAXIMUM, [500, 500, 666, 1000]),
        (Gate.PRODUCT, [0, 166, 333, 500]),
    ],
)
def test_vested_units__gated(gate, expected):
    plan = Plan(start=START, duration=4, step=2, gate=gate, milestones=0b111)

    courses = [Course(gate=((START, reached),)) for reached in range(4)]
    assert [plan.vested_units(1000, course, START + 3) for course in courses] == expected


def test_calendar():
    plan = Plan(start=START, cliff=3 * DAY, duration=8 * DAY, step=2 * DAY)

    assert [(moment.day, vested) for moment, vested in plan.calendar(10)] == [(4, 2), (5, 5), (7, 7), (9, 10)]


def test_calendar__accelerated__starts_with_what_is_reached():
    plan = Plan(start=START, duration=4 * DAY, step=2 * DAY, gate=Gate.MAXIMUM, milestones=3)

    assert [(moment.day, vested) for moment, vested in plan.calendar(10, Course(gate=((START, 1),)))] == [
        (1, 5),
        (5, 10),
    ]
