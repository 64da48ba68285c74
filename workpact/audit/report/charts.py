"""Where bars, dots and lines of the report's pictures stand, in whole thousandths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Facts = dict[str, Any]

FULL = 1_000
"""The width of the money bar, and the height of a level's picture."""
PARTS = ("paid", "owed", "refunded", "fees", "holdback", "held")
"""Of the money bar, in this order."""
STEP, LEFT = 50, 62
"""Between two periods, and before the first."""
NARROW, HALF = 260, 520
"""The least width of a level's picture, and the most of which two stand side by side."""
TOP, HIGH = 22, 110
"""Where a level's picture begins, and how high it is."""


def money_bar(money: Facts, parts: Sequence[str] = PARTS) -> list[Facts]:
    """The parts that are not nothing, each with its start and width; the widths make the whole bar."""
    units = [(name, int(money[name])) for name in parts if int(money[name]) > 0]
    funded = sum(amount for _, amount in units)
    bars, before = [], 0
    for name, amount in units:
        start, end = FULL * before // funded, FULL * (before + amount) // funded
        bars.append({"name": name, "start": start, "width": end - start})
        before += amount
    return bars


def level_charts(desk: Facts) -> list[Facts]:
    """One picture for each level that was measured in a period, by name: dots against the line of what was agreed."""
    found: dict[str, list[tuple[int, Facts]]] = {}
    for period in desk["periods"]:
        for level in period["levels"]:
            if level["figure"] is not None and level["figure"] != "no case":
                found.setdefault(level["name"], []).append((period["index"], level))
    names = {period["index"]: period["name"] for period in desk["periods"]}
    return [_chart(name, marks, names) for name, marks in found.items()]


def _chart(name: str, marks: Sequence[tuple[int, Facts]], names: dict[int, str]) -> Facts:
    values = [_scaled(level) for _, level in marks]
    targets = [None if level["targetNumber"] is None else _target(level) for _, level in marks]
    known = [*values, *(each for each in targets if each is not None)]
    low, high = min(known), max(known)
    margin = max((high - low) // 4, 1)
    low, high = max(low - margin, 0), high + margin
    last = marks[-1][1]
    dots = [
        {
            "x": LEFT + STEP * place,
            "y": _height(value, low, high),
            "failed": level["failed"],
            "credited": level["credited"],
            "figure": level["figure"],
            "period": names[index],
            "line": None if target is None else _height(target, low, high),
        }
        for place, ((index, level), value, target) in enumerate(zip(marks, values, targets, strict=True))
    ]
    width = max(LEFT + STEP * (len(dots) - 1) + 34, NARROW)
    return {
        "name": name,
        "title": last["title"],
        "target": last["target"],
        "label": last["target"] and last["target"].removeprefix("at least ").removeprefix("at most "),
        "dots": dots,
        "width": width,
        "wide": width > HALF,
        "height": TOP + HIGH + 34,
        "bottom": TOP + HIGH,
    }


def _scaled(level: Facts) -> int:
    """The figure in millionths: of a ratio the share, of an average the value."""
    return int(level["good"]) * 1_000_000 // int(level["total"])


def _target(level: Facts) -> int:
    """What was agreed, on the same scale: ratios have it in ppm."""
    is_ratio = level["form"].startswith("ratio")
    return int(level["targetNumber"]) * (1 if is_ratio else 1_000_000)


def _height(value: int, low: int, high: int) -> int:
    return TOP + HIGH - HIGH * (value - low) // (high - low)
