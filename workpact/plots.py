"""Service levels and credits over time as one picture for people: SVG or PNG, equal bytes for equal facts.

Verdicts are the oracle's or the reckoning's; floats only say where something is drawn.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workpact.course import Course, Mark
from workpact.level_words import figure_words, target_words, threshold_words
from workpact.picture import BAD, FAINT, GOOD, INK, SHADES, UnknownFormat, require_format, save
from workpact.terms import Level
from workpact.terms.credit_math import is_low_volume, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["UnknownFormat", "draw", "require_format"]

_COLUMNS = 3
_TITLE = 46
"""Letters of a title's line."""


def draw(course: Course, path: Path) -> None:
    """Writes the picture; its format is that of the name, .svg or .png. Raises `UnknownFormat`."""
    require_format(path)
    save(lambda: _figure(course), path)


def _figure(course: Course) -> Figure:
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    count = len(course.marks)
    columns = min(_COLUMNS, count)
    rows = -(-count // columns)
    width, head = max(7.5, 4.4 * columns), 0.85 if columns == _COLUMNS else 1.05
    height = 2.75 * (rows + 1) + 0.25 + head
    # Above the rest is room for title and legend.
    engine = ConstrainedLayoutEngine(rect=(0, 0, 1, 1 - head / height), hspace=0.06, wspace=0.04)
    figure = Figure(figsize=(width, height), layout=engine)
    grid = figure.add_gridspec(rows + 1, columns)
    for number, (level, marks) in enumerate(course.marks):
        _draw_level(figure.add_subplot(grid[number // columns, number % columns]), course, level, marks)
    _draw_credits(figure.add_subplot(grid[rows, :]), course)
    title = textwrap.shorten(course.title, int(8.5 * width), placeholder=" …")
    figure.text(0.01, 1 - 0.28 / height, title, fontsize=13, fontweight="bold", va="center")
    _draw_legend(figure, height, wide=columns == _COLUMNS)
    return figure


def _draw_level(axes: Axes, course: Course, level: Level, marks: tuple[Mark, ...]) -> None:
    measured = [mark for mark in marks if mark.total]
    unit = 100 if level.form.is_ratio else 1
    heights = [unit * (mark.good or 0) / (mark.total or 1) for mark in measured]
    thresholds = [band.threshold for band in level.bands] or [level.target]
    lines = [unit * threshold / scale(level.form) for threshold in thresholds]
    low, high = _range(level, [*heights, *lines])
    axes.set_ylim(low, high)
    _draw_bands(axes, level, thresholds, lines)
    _draw_course(axes, measured, heights)
    for mark, height in zip(measured, heights, strict=True):
        _draw_mark(axes, level, mark, height)
    for mark in marks:
        if not mark.total:
            text = "no case" if mark.total == 0 else "missed: no figures" if mark.failed else "no figures"
            axes.annotate(
                text, (mark.index, low), (0, 4), textcoords="offset points", ha="center", rotation=90, size=7.5
            )
    if measured:
        _draw_last(axes, level, measured[-1], heights)
    axes.set_ylabel("% of cases" if level.form.is_ratio else "average", fontsize=8)
    axes.set_title(f"{level.name}, agreed {target_words(level)}", loc="left", fontsize=8, color=FAINT)
    title = textwrap.fill(level.title[:1].upper() + level.title[1:], _TITLE)
    axes.annotate(title, (0, 1), (0, 18), xycoords="axes fraction", textcoords="offset points", size=10, weight="bold")
    _draw_periods(axes, course)


def _draw_last(axes: Axes, level: Level, mark: Mark, heights: list[float]) -> None:
    """The last figure in words, on the side that the line does not come from, and inside the frame."""
    falls = len(heights) > 1 and heights[-2] > heights[-1]
    axes.annotate(
        figure_words(level, mark.good or 0, mark.total or 0),
        (mark.index, heights[-1]),
        (9, -9 if falls else 8),
        textcoords="offset points",
        ha="right",
        va="top" if falls else "bottom",
        size=8.5,
        bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        zorder=4,
    )


def _draw_course(axes: Axes, measured: list[Mark], heights: list[float]) -> None:
    """A line from each period to the next; none over a period without figures."""
    for number in range(1, len(measured)):
        ends = [measured[number - 1].index, measured[number].index]
        if ends[1] - ends[0] == 1:
            axes.plot(ends, heights[number - 1 : number + 1], color=FAINT, linewidth=1, zorder=2)


def _range(level: Level, heights: list[float]) -> tuple[float, float]:
    """What is in the picture, with room above for the label of the last figure."""
    low, high = min(heights), max(heights)
    room = max((high - low) * 0.15, 1)
    low, high = max(0, low - room), high + 2 * room
    return (low, min(high, 104) if level.form.is_ratio else high)


def _draw_bands(axes: Axes, level: Level, thresholds: list[int], lines: list[float]) -> None:
    low, high = axes.get_ylim()
    end = low if level.form.is_at_least else high
    for number, (threshold, height) in enumerate(zip(thresholds, lines, strict=True)):
        if level.is_credited:
            axes.axhspan(min(height, end), max(height, end), color=SHADES[min(number, len(SHADES) - 1)], zorder=0)
        dashes = "-" if number == 0 else (0, (4, 3))
        line = axes.axhline(height, color=INK, linewidth=1.3 if number == 0 else 0.9, linestyle=dashes, zorder=1)
        line.set_gid(f"{level.name}-{'target' if number == 0 else f'band-{number + 1}'}")
        words = threshold_words(level, threshold)
        axes.annotate(
            words,
            (1, height),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            annotation_clip=False,
        )


def _draw_mark(axes: Axes, level: Level, mark: Mark, height: float) -> None:
    color = BAD if mark.failed else GOOD
    shape, size = ("X", 8.0) if mark.failed else ("o", 6.5)
    if is_low_volume(level, mark.total or 0) and not mark.failed:
        color, shape, size = FAINT, "D", 4.5
    face = color if mark.is_final else "white"
    (point,) = axes.plot(
        [mark.index], [height], marker=shape, markersize=size, color=color, markerfacecolor=face, zorder=3
    )
    point.set_gid(f"{level.name}-period-{mark.index}")


def _draw_credits(axes: Axes, course: Course) -> None:
    for bill in course.bills:
        height = bill.credit_units / 10**course.decimals
        style: dict[str, Any] = (
            {"color": BAD} if bill.is_final else {"facecolor": "white", "edgecolor": BAD, "hatch": "////"}
        )
        (bar,) = axes.bar([bill.index], [height], width=0.55, **style)
        bar.set_gid(f"credit-period-{bill.index}")
        words = course.money(bill.credit_units).removesuffix(f" {course.symbol}")
        turned = 90 if course.drawn[-1] > 13 else 0
        axes.annotate(
            words, (bill.index, height), (0, 3), textcoords="offset points", ha="center", size=8, rotation=turned
        )
    top = max((bill.credit_units for bill in course.bills), default=0) / 10**course.decimals
    axes.set_ylim(0, top * 1.2 or 1)
    axes.set_ylabel(course.symbol, fontsize=8)
    axes.set_title("Service credit of each period", loc="left", fontsize=10, fontweight="bold")
    _draw_periods(axes, course)


def _draw_periods(axes: Axes, course: Course) -> None:
    shown = range(course.drawn[-1] + 1)
    axes.set_xlim(-0.6, course.drawn[-1] + 0.6)
    step = -(-len(shown) // 16)
    axes.set_xticks(shown[::step], [course.periods[index] for index in shown[::step]])
    axes.tick_params(axis="x", labelsize=7.5, rotation=45 if len(shown) > 5 else 0)
    axes.tick_params(axis="y", labelsize=8)


def _draw_legend(figure: Figure, height: float, *, wide: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def sign(shape: str, color: str, face: str, size: float, words: str) -> Any:
        return Line2D(
            [], [], linestyle="", marker=shape, color=color, markerfacecolor=face, markersize=size, label=words
        )

    signs = [
        sign("o", GOOD, GOOD, 6.5, "met"),
        sign("X", BAD, BAD, 8, "missed"),
        sign("D", FAINT, FAINT, 4.5, "too few cases to judge"),
        sign("o", GOOD, "white", 6.5, "hollow: by the log so far, not final"),
        Line2D([], [], color=INK, linewidth=1.3, label="agreed"),
        Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 3)), label="next band: costs more"),
        Patch(facecolor=SHADES[0], edgecolor=FAINT, linewidth=0.5, label="missed here"),
    ]
    figure.legend(
        handles=signs,
        loc="upper left",
        bbox_to_anchor=(0.003, 1 - 0.42 / height),
        ncols=len(signs) if wide else 4,
        frameon=False,
        fontsize=8,
        handletextpad=0.4,
        columnspacing=1.4,
    )
