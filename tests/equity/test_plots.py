"""What the pictures of worker equity show: their numbers, and what is written in them."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT
from workpact.equity_plots import (
    cohort_figure,
    draw_cohort,
    draw_runway,
    draw_vesting,
    runway_figure,
    vesting_figure,
)
from workpact.equity_series import Cohort, Holding, PoolState, Runway, Split, Vesting
from workpact.picture import UnknownFormat
from workpact.vesting import BadCourse, Course, Gate, Plan

DAY = 86_400
START = 20_000 * DAY
TOKEN = 10**6
EVIL = '</text><script>alert("x")</script>&\u202e\x00\x1b$x$'


def at(day: int) -> int:
    return START + day * DAY


def plan(**rules: Any) -> Plan:
    """100 days in ten steps."""
    return Plan(**{"start": START, "duration": 100 * DAY, "step": 10 * DAY} | rules)


def drawn(figure: Any, name: str) -> list[tuple[int, int]]:
    """A line's points: days after the start, and millionths of a token."""
    (line,) = [line for line in figure.axes[0].lines if line.get_gid() == name]
    return [(round(x) - 20_000, round(y * TOKEN)) for x, y in zip(*line.get_data(), strict=True)]


def layer(figure: Any, name: str) -> list[tuple[int, int, int]]:
    """Where a layer of a stack stands: day, bottom, top."""
    (found,) = [each for each in figure.axes[0].collections if each.get_gid() == name]
    corners = [(round(x) - 20_000, round(y * TOKEN)) for x, y in found.get_paths()[0].vertices]
    days = sorted({day for day, _ in corners})
    return [(day, min(y for x, y in corners if x == day), max(y for x, y in corners if x == day)) for day in days]


def texts(picture: Path) -> set[str]:
    """All that is written in a picture, read as XML."""
    return {"".join(each.itertext()) for each in ET.parse(picture).iter() if each.tag.endswith("}text")}


@pytest.fixture
def grant() -> Vesting:
    """Half of the gate reached, a leave, an acceleration, and an end that is announced."""
    course = Course(
        leaves=((at(25), at(35)),),
        gate=((at(5), 1), (at(50), 2)),
        accelerations=((at(55), 250_000),),
        announced_at=at(70),
    )
    terms = plan(cliff=20 * DAY, gate=Gate.MINIMUM, milestones=0b1111, notice=20 * DAY, leave=30 * DAY)
    return Vesting("Grant 17", "WDESK", terms, 1_000 * TOKEN, course, at(60))


def test_vesting__draws_what_vested_and_what_would_come(grant):
    figure = vesting_figure(grant)
    t = TOKEN
    past = [(0, 0), (5, 0), (20, 200 * t), (40, 250 * t), (50, 400 * t), (55, 550 * t), (60, 625 * t)]
    assert {point for point in drawn(figure, "vested") if point[0] in dict(past)} == set(past)
    assert dict(drawn(figure, "if-all-stays-so")) == {60: 625 * t, 70: 625 * t, 80: 625 * t, 90: 625 * t, 110: 625 * t}
    assert drawn(figure, "gate")[:1] + drawn(figure, "gate")[-1:] == [(0, 0), (110, 500 * t)]
    assert dict(drawn(figure, "gate"))[5] == 250 * t
    ids = {line.get_gid(): round(line.get_xdata()[0]) - 20_000 for line in figure.axes[0].lines[3:]}
    assert ids == {"cliff": 20, "acceleration-1": 55, "announced": 70, "end": 90, "now": 60}
    (leave,) = [patch for patch in figure.axes[0].patches if patch.get_gid() == "leave-1"]
    assert (leave.get_x(), leave.get_width()) == (20_025, 10)


def test_vesting__says_it_in_words(grant, tmp_path):
    draw_vesting(grant, tmp_path / "grant.svg")
    said = texts(tmp_path / "grant.svg")
    assert {"Grant 17", "WDESK", "625 WDESK of 1,000 WDESK vested on 2024-12-03"} <= said
    assert {"vested", "if all stays so", "gate: 2 of 4 reached", "leave"} <= said
    assert {"cliff", "accelerated to 25 %", "end announced", "end"} <= said


def test_vesting__ended_at_once_by_a_plan_of_time_alone(tmp_path):
    course = Course(announced_at=at(35), finished_at=at(35), client_ended_at=at(30))
    ended = Vesting("Grant 1", "W", plan(leaver=500_000), 10 * TOKEN, course, at(200))
    draw_vesting(ended, tmp_path / "ended.svg")
    said = texts(tmp_path / "ended.svg")
    assert {"ended", "client ended", "6.50 W of 10 W vested on 2025-04-22"} <= said
    assert said.isdisjoint({"end", "end announced", "cliff", "leave", "if all stays so"})
    assert dict(drawn(vesting_figure(ended), "vested"))[200] == 6_500_000


def test_vesting__before_its_start_and_in_steps_of_a_second__is_drawn_from_few_points():
    line = Vesting("Grant 1", "W", plan(step=1), 10 * TOKEN, Course(), at(-10))
    points = line.points(most=100)
    assert points[0] == (at(-10), 0)
    assert points[-1] == (at(100), 10 * TOKEN)
    assert (at(50), 5 * TOKEN) in points
    assert len(points) <= 104
    assert dict(drawn(vesting_figure(line), "if-all-stays-so"))[100] == 10 * TOKEN


def test_cohort__is_the_sum_of_its_grants_and_never_loses_a_unit():
    terms = plan(notice=10 * DAY)
    holdings = [
        Holding(terms, 1_000, at(0), Course(), ((at(25), 200), (at(45), 300))),
        Holding(terms, 500, at(15), Course(announced_at=at(30), finished_at=at(45)), ((at(45), 100),)),
    ]
    cohort = Cohort.of("All", "W", holdings, [at(day) for day in (44, 0, 20, 45, 120)])
    assert cohort.splits == (
        Split(at(0), 0, 0, 1_000, 0),
        Split(at(20), 0, 300, 1_200, 0),
        Split(at(44), 200, 400, 900, 0),
        Split(at(45), 400, 200, 600, 300),
        Split(at(120), 400, 800, 0, 300),
    )
    assert [split.granted for split in cohort.splits] == [1_000, 1_500, 1_500, 1_500, 1_500]
    with pytest.raises(BadCourse, match="201 units are claimed at 1729728000, and 200 have vested"):
        Holding(terms, 1_000, at(0), Course(), ((at(20), 201),)).split(at(20))


def test_cohort__is_drawn_as_a_stack(tmp_path):
    t = TOKEN
    cohort = Cohort("All grants", "W", (Split(at(0), t, 2 * t, 3 * t, 0), Split(at(10), 2 * t, 3 * t, 0, 4 * t + 5)))
    figure = cohort_figure(cohort)
    assert layer(figure, "claimed") == [(0, 0, t), (10, 0, 2 * t)]
    assert layer(figure, "claimable") == [(0, t, 3 * t), (10, t, 5 * t)]
    assert layer(figure, "forfeited")[1] == (10, 5 * t, 9 * t + 5)
    draw_cohort(cohort, tmp_path / "all.svg")
    assert {"All grants", "9.000005 W granted until 2024-10-14", "claimed: 2", "claimable: 3", "unvested: 0",
            "forfeited: 4.000005"} <= texts(tmp_path / "all.svg")  # fmt: skip


def test_cohort__of_nothing__says_so(tmp_path):
    draw_cohort(Cohort("All grants", "W", ()), tmp_path / "none.svg")
    assert "No grant yet" in texts(tmp_path / "none.svg")


def pool(*states: tuple[int, int, int, int], now: int) -> Runway:
    known = tuple(PoolState(at(day), *(units * TOKEN for units in rest)) for day, *rest in states)
    return Runway("Pool 1", "W", known, at(now))


@pytest.mark.parametrize(
    ("runway", "used", "out"),
    [
        (pool((0, 1_000, 0, 0), (30, 1_000, 100, 0), now=40), (100, 40), at(400)),
        (pool((0, 1_000, 300, 0), (100, 1_000, 330, 20), now=120), (50, 90), at(120) + 650 * 90 * DAY // 50),
        (pool((0, 7, 3, 0), now=1), (3, 1), at(1) + (4 * DAY + 2) // 3),
        (pool((0, 1_000, 300, 0), now=120), (0, 90), None),
        (pool((0, 1_000, 300, 0), (110, 1_000, 200, 0), now=120), (-100, 90), None),
        (pool((0, 1_000, 0, 0), now=0), (0, 0), None),
        (pool((0, 1_000, 900, 100), now=120), (0, 90), at(120)),
    ],
    ids=["since it opened", "of the last 90 days", "rounded up", "standing still", "coming back", "new", "empty"],
)
def test_runway__runs_out_at_the_present_pace(runway, used, out):
    assert runway.used == (used[0] * TOKEN, used[1] * DAY)
    assert runway.runs_out_at == out


def test_runway__is_drawn_with_its_pace(tmp_path):
    t = TOKEN
    runway = pool((0, 1_000, 0, 0), (30, 1_200, 100, 50), now=90)
    figure = runway_figure(runway)
    assert drawn(figure, "pool") == [(0, 1_000 * t), (30, 1_200 * t), (90, 1_200 * t)]
    assert drawn(figure, "pace") == [(90, 150 * t), (450, 750 * t)]
    assert layer(figure, "granted")[-1] == (90, 0, 100 * t)
    assert layer(figure, "offered")[-1] == (90, 100 * t, 150 * t)
    draw_runway(runway, tmp_path / "pool.svg")
    assert {
        "Pool 1", "granted: 100", "offered: 50", "pool: 1,200", "at the pace of the last 90 days",
        "1,050 W left on 2025-01-02; it runs out on 2026-09-24 at the present pace",
    } <= texts(tmp_path / "pool.svg")  # fmt: skip


@pytest.mark.parametrize(
    ("runway", "words"),
    [
        (pool((0, 1_000, 300, 0), now=120), "700 W left on 2025-02-01; it does not run out at the present pace"),
        (pool((0, 1_000, 900, 100), now=120), "0 W left on 2025-02-01; it has run out"),
        (Runway("Pool 1", "W", (PoolState(START, 10**13, 1, 0),), at(1)),
         "9,999,999.999999 W left on 2024-10-05; it runs out after the year 8999"),
    ],
)  # fmt: skip
def test_runway__says_what_is_left(runway, words, tmp_path):
    draw_runway(runway, tmp_path / "pool.svg")
    assert words in texts(tmp_path / "pool.svg")


def test_names_from_the_chain__are_text_whatever_they_hold(grant, tmp_path):
    evil = Vesting(EVIL, EVIL, grant.plan, grant.units, grant.course, grant.now)
    draw_vesting(evil, tmp_path / "evil.svg")
    draw_cohort(Cohort(EVIL, EVIL, (Split(START, 1, 2, 3, 4),)), tmp_path / "cohort.svg")
    draw_runway(Runway(EVIL, EVIL, (PoolState(START, 5, 1, 0),), at(1)), tmp_path / "pool.svg")
    for name in ("evil.svg", "cohort.svg", "pool.svg"):
        picture = (tmp_path / name).read_text()
        assert "<script" not in picture
        assert not {"\u202e", "\x00", "\x1b"} & set(picture)
        assert '</text><script>alert("x")</script>&\ufffd\ufffd\ufffd$x$' in texts(tmp_path / name)


@pytest.mark.parametrize("name", ["grant.svg", "grant.png"])
def test_draw__twice__equal_bytes(grant, tmp_path, monkeypatch, name):
    import matplotlib

    draw_vesting(grant, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    monkeypatch.setitem(matplotlib.rcParams, "timezone", "Asia/Tokyo")
    monkeypatch.setitem(matplotlib.rcParams, "date.converter", "auto")
    draw_vesting(grant, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first
    assert first.startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")


def test_draw__another_format__named(grant, tmp_path):
    with pytest.raises(UnknownFormat, match=r"grant\.pdf is neither \.svg nor \.png: name the file like equity\.svg"):
        draw_vesting(grant, tmp_path / "grant.pdf")
    assert not list(tmp_path.iterdir())


def test_import__loads_no_matplotlib():
    script = "import sys, workpact.equity_plots; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
