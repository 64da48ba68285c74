"""Worker equity as pictures for people: one grant, many grants, a pool. SVG or PNG, equal bytes for equal facts.

Floats only say where something is drawn. Titles and symbols may be anything: they are drawn as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workpact.equity_series import Cohort, Runway, Vesting
from workpact.picture import BAD, FAINT, GOOD, INK, SHADES, require_format, save, shown
from workpact.terms.units import DAY, write_money, write_share
from workpact.vesting import Gate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SYMBOL = 24
_TITLE = 72
_LAST = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp())
"""No later moment is drawn or named."""
_PARTS = (("claimed", GOOD, None), ("claimable", "#8fb8e0", None), ("unvested", SHADES[0], "...."),
          ("forfeited", "white", "////"))  # fmt: skip


def draw_vesting(vesting: Vesting, path: Path) -> None:
    """Writes what vests of a grant, with cliff, gate, leave and end. Raises `UnknownFormat`."""
    _draw(lambda: vesting_figure(vesting), path)


def draw_cohort(cohort: Cohort, path: Path) -> None:
    """Writes what became of many grants' units over time. Raises `UnknownFormat`."""
    _draw(lambda: cohort_figure(cohort), path)


def draw_runway(runway: Runway, path: Path) -> None:
    """Writes what of a pool is granted, offered and left, and how long it lasts. Raises `UnknownFormat`."""
    _draw(lambda: runway_figure(runway), path)


def _draw(make: Callable[[], Figure], path: Path) -> None:
    require_format(path, "equity.svg")
    save(make, path)


def vesting_figure(vesting: Vesting) -> Figure:
    """The picture of `draw_vesting`."""
    figure, axes = _frame(vesting.title, vesting.symbol)
    points, plan, course = vesting.points(), vesting.plan, vesting.course
    until = points[-1][0]
    _steps(axes, [point for point in points if point[0] <= vesting.now], GOOD, "vested", linewidth=2)
    _steps(axes, [point for point in points if point[0] >= vesting.now], GOOD, "if all stays so", linestyle="--")
    if plan.gate in (Gate.MINIMUM, Gate.PRODUCT):
        turns = sorted({points[0][0], *(moment for moment in course.turns() if moment <= until), until})
        ceiling = [(moment, vesting.units * course.reached(moment) // plan.size) for moment in turns]
        _steps(axes, ceiling, INK, f"gate: {course.reached(vesting.now)} of {plan.size} reached", linestyle=":")
    for number, (first, last) in enumerate(plan.stops(course)):
        span = axes.axvspan(_when(first), _when(last), color=SHADES[1], zorder=0, linewidth=0)
        _name(span, "leave" if number == 0 else None, f"leave-{number + 1}")
    _lines(axes, [mark for mark in _marks(vesting) if mark[0] <= until])
    present = plan.vested_units(vesting.units, course, vesting.now)
    if vesting.now >= points[0][0]:
        (dot,) = axes.plot([_when(vesting.now)], [_tokens(present)], marker="o", color=GOOD, zorder=4)
        _name(dot, None, "now")
    words = f"{_amount(present, vesting.symbol)} of {_amount(vesting.units, vesting.symbol)} vested"
    _finish(figure, axes, vesting.units, f"{words} on {_day(vesting.now)}")
    return figure


def _marks(vesting: Vesting) -> Iterable[tuple[int, str, str]]:
    """What happened when: moment, words, name."""
    plan, course = vesting.plan, vesting.course
    if plan.cliff:
        yield plan.cliff_at(course), "cliff", "cliff"
    before = 0
    for number, (moment, ppm) in enumerate(course.accelerations):
        if ppm > before:
            yield moment, f"accelerated to {write_share(ppm)}", f"acceleration-{number + 1}"
        before = ppm
    if course.client_ended_at is not None:
        yield course.client_ended_at, "client ended", "client-ended"
    ends = plan.ends(course)
    if ends is not None:
        if plan.notice and course.announced_at is not None:
            yield course.announced_at, "end announced", "announced"
        yield ends, "end" if course.finished_at is None else "ended", "end"


def cohort_figure(cohort: Cohort) -> Figure:
    """The picture of `draw_cohort`."""
    figure, axes = _frame(cohort.title, cohort.symbol)
    splits = cohort.splits
    if not splits:
        _finish(figure, axes, 0, "No grant yet")
        return figure
    series = [[_tokens(getattr(split, part)) for split in splits] for part, _, _ in _PARTS]
    layers = axes.stackplot([_when(split.moment) for split in splits], *series, step="post", zorder=2)
    for layer, (part, color, hatch) in zip(layers, _PARTS, strict=True):
        layer.set(facecolor=color, edgecolor=FAINT, linewidth=0.5, hatch=hatch)
        _name(layer, f"{part}: {_number(getattr(splits[-1], part))}", part)
    last = splits[-1]
    words = f"{_amount(last.granted, cohort.symbol)} granted until {_day(last.moment)}"
    _finish(figure, axes, max(split.granted for split in splits), words)
    return figure


def runway_figure(runway: Runway) -> Figure:
    """The picture of `draw_runway`."""
    figure, axes = _frame(runway.title, runway.symbol)
    states = [state for state in runway.states if state.moment <= runway.now] or [runway.states[0]]
    moments = [state.moment for state in states] + [runway.now]
    states = [*states, states[-1]]
    series = ([_tokens(state.granted) for state in states], [_tokens(state.offered) for state in states])
    layers = axes.stackplot([_when(moment) for moment in moments], *series, step="post", zorder=2)
    present = runway.present
    for layer, color, (part, units) in zip(
        layers, (GOOD, "#8fb8e0"), (("granted", present.granted), ("offered", present.offered)), strict=True
    ):
        layer.set(facecolor=color, edgecolor=FAINT, linewidth=0.5)
        _name(layer, f"{part}: {_number(units)}", part)
    pool = [(moment, state.units) for moment, state in zip(moments, states, strict=True)]
    _steps(axes, pool, INK, f"pool: {_number(present.units)}", name="pool")
    _draw_pace(axes, runway)
    words = f"{_amount(present.left, runway.symbol)} left on {_day(runway.now)}; {_pace_words(runway)}"
    _finish(figure, axes, max(state.units for state in states), words)
    return figure


def _draw_pace(axes: Axes, runway: Runway) -> None:
    """A straight line from now to where nothing is left, as far as four times the past."""
    out, (used, seconds), now = runway.runs_out_at, runway.used, runway.now
    if out is None or out <= now:
        return
    horizon = min(out, now + 4 * max(now - runway.states[0].moment, 30 * DAY), _LAST)
    committed = runway.present.granted + runway.present.offered
    reached = runway.present.units if horizon == out else committed + used * (horizon - now) // seconds
    (line,) = axes.plot(
        [_when(now), _when(horizon)], [_tokens(committed), _tokens(reached)], color=BAD, linestyle="--", zorder=3
    )
    _name(line, f"at the pace of the last {max(1, seconds // DAY)} days", "pace")
    _steps(axes, [(now, runway.present.units), (horizon, runway.present.units)], INK, None, linewidth=0.8)


def _pace_words(runway: Runway) -> str:
    out = runway.runs_out_at
    if out is None:
        return "it does not run out at the present pace"
    if out <= runway.now:
        return "it has run out"
    return "it runs out after the year 8999" if out > _LAST else f"it runs out on {_day(out)} at the present pace"


# What they are made of


def _frame(title: str, symbol: str) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(figsize=(8.6, 4.8), layout=ConstrainedLayoutEngine(rect=(0, 0, 1, 0.83)))
    figure.text(0.01, 0.955, shown(title, _TITLE), fontsize=13, fontweight="bold", va="center")
    axes = figure.add_subplot()
    axes.set_ylabel(shown(symbol, _SYMBOL), fontsize=8)
    axes.xaxis_date("UTC")
    return figure, axes


def _finish(figure: Figure, axes: Axes, most: int, words: str) -> None:
    """Room and numbers; the facts in a sentence; the legend."""
    axes.set_ylim(0, _tokens(most) * 1.12 or 1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.tick_params(labelsize=8)
    figure.text(0.01, 0.905, words, fontsize=9, color=FAINT, va="center")
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            loc="upper left",
            bbox_to_anchor=(0.003, 0.89),
            ncols=len(handles),
            frameon=False,
            fontsize=8,
            handletextpad=0.4,
            columnspacing=1.4,
        )


def _steps(
    axes: Axes, points: Sequence[tuple[int, int]], color: str, label: str | None, name: str | None = None, **style: Any
) -> None:
    """A value that stays from each moment to the next."""
    if len(points) > 1:
        at = [_when(moment) for moment, _ in points]
        heights = [_tokens(units) for _, units in points]
        (line,) = axes.plot(at, heights, drawstyle="steps-post", color=color, zorder=3, **style)
        _name(line, label, name or (label or "").split(":")[0].replace(" ", "-"))


def _lines(axes: Axes, marks: Iterable[tuple[int, str, str]]) -> None:
    """Upright lines with words at their heads, those of neighbours at different heights."""
    for number, (moment, words, name) in enumerate(sorted(marks)):
        _name(axes.axvline(_when(moment), color=BAD, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1), None, name)
        axes.annotate(
            words,
            (_when(moment), 1),
            (3, -4 - 10 * (number % 3)),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="top",
            size=7.5,
            color=BAD,
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )


def _name(artist: Any, label: str | None, name: str) -> None:
    """What the legend says of it (nothing if None), and its id in the file."""
    artist.set_label(label or "_")
    if name:
        artist.set_gid(name)


def _when(moment: int) -> float:
    """Where a moment is drawn: matplotlib counts days since 1970."""
    return min(moment, _LAST) / DAY


def _day(moment: int) -> str:
    return f"{datetime.fromtimestamp(min(moment, _LAST), UTC):%Y-%m-%d}"


def _tokens(units: int) -> float:
    """Where a number of units is drawn."""
    return units / 10**6


def _number(units: int) -> str:
    """Tokens in words, exactly."""
    return write_money(units, "", 6).rstrip()


def _amount(units: int, symbol: str) -> str:
    return f"{_number(units)} {shown(symbol, _SYMBOL)}"
