"""What an agent does next: stories by hand, and random worlds in which nothing is ever refused or signed twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.model import Agent, Period, World
from workpact.agent.steps import Act, Calendar, Facts, Need, Step, next_step
from workpact.service_results import Side, Stage

DAY = 86_400
TERMS = Calendar(
    end=100 * DAY,
    report_within=10 * DAY,
    final_within=45 * DAY,
    obliged=Side.CONTRACTOR,
    window=5 * DAY,
    ruling=7 * DAY,
    standing=Side.CLIENT,
    complete_from=100 * DAY,
)
OURS, THEIRS = b"ours", b"theirs"
BOTH = frozenset({OURS, THEIRS})


def facts(stage: Stage = Stage.OPEN, day: int = 101, **changes: object) -> Facts:
    """What the client's agent knows on a day."""
    return replace(Facts(Side.CLIENT, day * DAY, TERMS, stage), **changes)  # type: ignore[arg-type]


SIGNED = {"measured": OURS, "signed": OURS, "own_quorum": True, "known": BOTH}
AGREED = SIGNED | {"other_quorum": True}
PENDING = {"pending": THEIRS, "clock": 103 * DAY}
CONTESTED = {"pending": OURS, "counter": THEIRS, "clock": 103 * DAY}


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(day=99), Step(Act.WAIT, 100 * DAY)),
        (facts(day=100), Step(Act.WAIT, 100 * DAY)),
        (facts(), Step(Act.WAIT, 110 * DAY, Need.LOG)),
        (facts(measured=OURS), Step(Act.SIGN)),
        (facts(measured=OURS, calendar=replace(TERMS, complete_from=102 * DAY)), Step(Act.WAIT, 102 * DAY - 1)),
        (facts(**SIGNED), Step(Act.WAIT, 105 * DAY)),
        (facts(**SIGNED, differs=True), Step(Act.WAIT, 105 * DAY, Need.DIFFERENCE)),
        (facts(day=105, **SIGNED), Step(Act.WAIT, 105 * DAY)),
        (facts(day=106, **SIGNED), Step(Act.REPORT_BY_SIDE)),
        (facts(day=106, **SIGNED | {"own_quorum": False}), Step(Act.WAIT, 110 * DAY, Need.COSIGNERS)),
        (facts(day=106, **SIGNED, moving=True), Step(Act.WAIT)),
        (facts(**AGREED), Step(Act.REPORT)),
        (facts(day=111, **AGREED), Step(Act.REPORT)),
        (facts(day=111, **SIGNED), Step(Act.DEFAULT)),
        (facts(day=111, **SIGNED, side=Side.CONTRACTOR), Step(Act.WAIT, 145 * DAY, Need.LATE)),
        (facts(day=146, **SIGNED, side=Side.CONTRACTOR, payable=True), Step(Act.SETTLE, None, Need.LATE)),
        (facts(day=146, **SIGNED, side=Side.CONTRACTOR, short=True), Step(Act.WAIT, None, Need.MONEY)),
        (facts(lapsed=True, measured=OURS), Step(Act.DONE)),
    ],
)
def test_open__by_time_and_signatures(known, expected):
    assert next_step(known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        # the other side reported on day 103 and may be answered until day 108
        (facts(Stage.CONTRACTOR_REPORTED, 104, **PENDING, measured=OURS), Step(Act.SIGN)),
        (facts(Stage.CONTRACTOR_REPORTED, 104, **PENDING), Step(Act.WAIT, 108 * DAY, Need.LOG)),
        (facts(Stage.CONTRACTOR_REPORTED, 108, **PENDING, **SIGNED), Step(Act.COUNTER)),
        (facts(Stage.CONTRACTOR_REPORTED, 109, **PENDING, **SIGNED), Step(Act.FINALISE, None, Need.MISSED)),
        (
            facts(Stage.CONTRACTOR_REPORTED, 104, **PENDING, **SIGNED | {"known": frozenset({OURS})}),
            Step(Act.WAIT, 108 * DAY, Need.CONTENTS),
        ),
        (
            facts(Stage.CONTRACTOR_REPORTED, 104, **PENDING, **SIGNED | {"own_quorum": False}),
            Step(Act.WAIT, 108 * DAY, Need.COSIGNERS),
        ),
        # equal to our own: co-signed when the signatures are at hand, accepted by silence when not
        (facts(Stage.CONTRACTOR_REPORTED, 104, **PENDING | {"pending": OURS}, **AGREED), Step(Act.REPORT)),
        (facts(Stage.CONTRACTOR_REPORTED, 104, **PENDING | {"pending": OURS}, **SIGNED), Step(Act.WAIT, 108 * DAY)),
        (facts(Stage.CONTRACTOR_REPORTED, 109, **PENDING | {"pending": OURS}, **SIGNED), Step(Act.FINALISE)),
        # our log has changed since we signed, and gives what they report: silence accepts it
        (
            facts(Stage.CONTRACTOR_REPORTED, 104, **PENDING, **SIGNED | {"measured": THEIRS}),
            Step(Act.WAIT, 108 * DAY),
        ),
        # our own side reported
        (facts(Stage.CLIENT_REPORTED, 108, **PENDING | {"pending": OURS}, **SIGNED), Step(Act.WAIT, 108 * DAY)),
        (facts(Stage.CLIENT_REPORTED, 109, **PENDING | {"pending": OURS}, **SIGNED), Step(Act.FINALISE)),
    ],
)
def test_pending__answered_or_accepted(known, expected):
    assert next_step(known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(Stage.CONTESTED, 104, **CONTESTED, **SIGNED), Step(Act.WAIT, 110 * DAY, Need.CONTEST)),
        (facts(Stage.CONTESTED, 111, **CONTESTED, **SIGNED), Step(Act.WAIT, 117 * DAY, Need.CONTEST)),
        (facts(Stage.CONTESTED, 117, **CONTESTED, **SIGNED), Step(Act.WAIT, 117 * DAY, Need.CONTEST)),
        (facts(Stage.CONTESTED, 118, **CONTESTED, **SIGNED), Step(Act.RULE)),
        (
            facts(Stage.CONTESTED, 118, **CONTESTED, **SIGNED | {"known": frozenset({OURS})}),
            Step(Act.WAIT, 145 * DAY, Need.CONTENTS),
        ),
        (facts(Stage.CONTESTED, 104, **CONTESTED, payable=True), Step(Act.SETTLE, 110 * DAY, Need.CONTEST)),
        # a party itself has signed the other's figures meanwhile
        (facts(Stage.CONTESTED, 104, **CONTESTED, **AGREED), Step(Act.REPORT)),
    ],
)
def test_contested__arbiters_then_what_stands(known, expected):
    assert next_step(known) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(Stage.REPORTED, 104, pending=THEIRS, known=BOTH), Step(Act.ASSESS)),
        (facts(Stage.REPORTED, 104, pending=THEIRS), Step(Act.WAIT, 145 * DAY, Need.CONTENTS)),
        (facts(Stage.DEFAULT_MISSED, 104, pending=THEIRS, known=BOTH), Step(Act.ASSESS)),
        (facts(Stage.REPORTED, 104, pending=THEIRS, next_to_assess=False), Step(Act.WAIT, 145 * DAY)),
        (facts(Stage.REPORTED, 104, next_to_assess=False, payable=True), Step(Act.SETTLE, 145 * DAY)),
        (facts(Stage.REPORTED, 104, assessed=True, payable=True), Step(Act.SETTLE)),
        (facts(Stage.REPORTED, 104, assessed=True, short=True), Step(Act.WAIT, None, Need.MONEY)),
        (facts(Stage.REPORTED, 104, assessed=True), Step(Act.WAIT)),
        (facts(Stage.REPORTED, 104, settled=True), Step(Act.DONE)),
    ],
)
def test_final__assessed_in_order_and_settled(known, expected):
    assert next_step(known) == expected


figures = st.sampled_from([b"a", b"b"])
durations = st.integers(2, 40)


@st.composite
def worlds(draw) -> tuple[World, list[Agent]]:
    report_within, window, ruling = draw(durations), draw(durations), draw(durations)
    final_within = report_within + 3 * window + 2 * ruling + draw(st.integers(0, 20))
    obliged, standing = draw(st.sampled_from(Side)), draw(st.sampled_from(Side))
    ends = [10, 10 + draw(st.integers(1, 60))]
    lag = draw(st.integers(0, report_within // 2))
    world = World(
        [
            Period(Calendar(end, report_within, final_within, obliged, window, ruling, standing, end + lag))
            for end in ends
        ]
    )
    # A log may begin late, never, or change once.
    lines = st.lists(st.tuples(st.integers(0, 120), figures | st.none()), max_size=3).map(
        lambda found: sorted(found, key=lambda line: line[0])
    )
    return world, [Agent(world, side, logs={number: draw(lines) for number in range(2)}) for side in Side]


def sleep_by_their_own_words(world: World, agents: list[Agent]) -> None:
    """Wakes them only when a wait that one of them named is over."""
    while not all(period.settled for period in world.periods):
        steps = [step for agent in agents for step in agent.round()]
        waits = [step.until for step in steps if step.until is not None]
        assert waits or all(period.settled for period in world.periods), steps
        world.now = min(waits, default=world.now) + 1


@settings(max_examples=300, deadline=None)
@given(worlds(), st.data())
def test_two_agents__any_schedule_any_outage__never_refused_never_twice_always_settled(made, data):
    world, agents = made
    while world.now < 400:
        world.now += data.draw(st.integers(1, 30), "time passes")
        for agent in agents:
            agent.connected = data.draw(st.booleans(), "reaches the exchange")
        for agent in data.draw(st.permutations(agents), "who comes first")[: data.draw(st.integers(0, 2), "awake")]:
            for step in agent.round():
                # At rest: over, or time or a person ends it. What waits for an earlier period waits with that.
                at_rest = step.act is Act.DONE or step.until is not None or step.need is not None
                assert at_rest, step
                assert step.until is None or step.until >= world.now, step

    world.now = 1000
    for agent in agents:
        agent.round()
    assert all(period.settled for period in world.periods)


@settings(max_examples=100, deadline=None)
@given(worlds(), figures)
def test_two_agents__equal_logs__settled_without_anybody_in_one_report_each(made, same):
    world, agents = made
    for agent in agents:
        agent.logs = {0: [(0, same)], 1: [(0, same)]}
    sleep_by_their_own_words(world, agents)

    assert [number for _, number, act in world.acts if act is Act.REPORT] == [0, 1]
    assert {act for _, _, act in world.acts} == {Act.REPORT, Act.SETTLE}
    assert all(period.settled and period.final == same for period in world.periods)


@settings(max_examples=100, deadline=None)
@given(worlds(), st.sampled_from(Side))
def test_one_agent__the_other_side_silent__its_figures_stand(made, awake):
    world, agents = made
    agent = agents[awake]
    agent.logs = {0: [(0, b"a")], 1: [(0, b"a")]}
    sleep_by_their_own_words(world, [agent])

    assert all(period.settled and period.final == b"a" for period in world.periods)
    assert {act for _, _, act in world.acts} == {Act.REPORT_BY_SIDE, Act.FINALISE, Act.SETTLE}
