"""Plans as people write them, and what vests by them (SPEC.md 9.2, 9.3). No chain."""

from datetime import UTC, datetime

import pytest

from workpact.vesting import BadPlan, Gate, Plan

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
    }
    plan = Plan.read(
        written,
        milestones=["onboarding", "knowledge", "handover"],
        periods=["2026-03", "2026-04"],
        oracle=ORACLE,
        document=DOCUMENT,
    )

    assert plan.struct() == (START, 90 * DAY, 360 * DAY, 30 * DAY, 1, 0b101, 0b10, ORACLE, DOCUMENT)
    assert plan.size == 3
    assert Plan.of_struct(plan.struct()) == plan
    assert plan.starts_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert plan.ends_at == datetime(2027, 2, 24, tzinfo=UTC)


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
        ({"duration": "200 weeks", "step": "0 days"}, "step: Input should be greater than 0."),
        ({"duration": "10000 weeks", "step": "1 week"}, "duration: Input should be less than 4294967296."),
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


def test_vested_units__around_cliff_and_steps():
    plan = Plan(start=START, cliff=180 * DAY, duration=360 * DAY, step=90 * DAY)

    days = {179: 0, 180: 501, 269: 501, 270: 752, 359: 752, 360: 1003, 4000: 1003}
    assert {day: plan.vested_units(1003, START + day * DAY) for day in days} == days
    assert plan.vested_units(1003, START + 180 * DAY - 1) == 0


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

    assert [plan.vested_units(1000, START + 3, reached) for reached in range(4)] == expected


def test_calendar():
    plan = Plan(start=START, cliff=3 * DAY, duration=8 * DAY, step=2 * DAY)

    assert [(moment.day, vested) for moment, vested in plan.calendar(10)] == [(4, 2), (5, 5), (7, 7), (9, 10)]


def test_calendar__accelerated__starts_with_what_is_reached():
    plan = Plan(start=START, duration=4 * DAY, step=2 * DAY, gate=Gate.MAXIMUM, milestones=3)

    assert [(moment.day, vested) for moment, vested in plan.calendar(10, reached=1)] == [(1, 5), (5, 10)]
