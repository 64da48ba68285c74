"""Where a level's picture has its zones, lines and marks, in whole pixels; colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

from workpact.terms.units import PPM, write_share

Facts = dict[str, Any]

LEFT, RIGHT = 64, 12
"""For the labels of the lines, and after the last period."""
TOP, HIGH, BELOW = 20, 150, 26
"""Over the picture, of it, and below for the periods' names."""
WHOLE, WIDE, NARROW = 660, 110, 34
"""Of all periods, if they fit; the most and the least of one."""
CLOSE = 60
"""Below this every other period is named."""
APART = 13
"""Between two labels at the left."""
LETTERS = 9
"""Of a period's name."""
LEAST = 5_000
"""The least that is shown around ratios: half a per cent."""


def level_chart(level: Facts) -> Facts | None:
    """The picture of a level over its periods; None where nobody has reported a figure."""
    points = level["points"]
    known = [each for point in points for each in _values(point)]
    if not known:
        return None
    low, high = _range(level, known, [each["target"] for each in points if each["target"] is not None])
    step = min(max(WHOLE // len(points), NARROW), WIDE)
    places = [LEFT + step * number + step // 2 for number in range(len(points))]

    def height(value: int) -> int:
        return TOP + HIGH - HIGH * (min(max(value, low), high) - low) // (high - low)

    marks = [mark for x, point in zip(places, points, strict=True) for mark in _marks(x, point, height)]
    finals = [(x, each["final"]) for x, each in zip(places, points, strict=True)]
    line = [f"{x},{height(each['value'])}" for x, each in finals if each and each["value"] is not None]
    return {
        "width": LEFT + step * len(points) + RIGHT,
        "height": TOP + HIGH + BELOW,
        "left": LEFT,
        "right": LEFT + step * len(points),
        "bottom": TOP + HIGH,
        "zones": list(_zones(level, points, step, low, high, height)),
        "targets": list(_targets(points, step, height, is_ratio=level["ratio"])),
        "labels": _labels(level, points, low, high, height),
        "line": " ".join(line),
        "marks": marks,
        "names": _names(points, places, step),
    }


def _values(point: Facts) -> Iterator[int]:
    for each in (point["final"], *point["sides"]):
        if each and each["value"] is not None:
            yield each["value"]


def _range(level: Facts, known: Sequence[int], targets: Sequence[int]) -> tuple[int, int]:
    """What is shown, in millionths: all figures and targets, with some room."""
    low, high = min([*known, *targets]), max([*known, *targets])
    room = max((high - low) // 3, LEAST if level["ratio"] else max(high // 20, 1))
    low, high = max(low - room, 0), high + room
    return (low, max(min(high, PPM), low + 1)) if level["ratio"] else (low, high)


def _runs(points: Sequence[Facts], step: int, key: str) -> Iterator[tuple[Any, int, int]]:
    """Neighbours with the same value, with where they begin and how wide they are."""
    numbered = groupby(enumerate(points), key=lambda each: each[1][key])
    for value, group in numbered:
        numbers = [number for number, _ in group]
        yield value, LEFT + step * numbers[0], step * len(numbers)


def _zones(level: Facts, points: Sequence[Facts], step: int, low: int, high: int, height: Any) -> Iterator[Facts]:
    """What meets the target, and what falls into each band; `depth` 0 is met."""
    for bands, x, width in _runs(points, step, "bands"):
        edges = [high if level["atLeast"] else low, *bands, low if level["atLeast"] else high]
        for depth, (one, other) in enumerate(pairwise(edges)):
            top, bottom = sorted((height(one), height(other)))
            if bottom > top and bands:
                yield {"x": x, "y": top, "width": width, "height": bottom - top, "depth": min(depth, 2)}


def _targets(points: Sequence[Facts], step: int, height: Any, *, is_ratio: bool) -> Iterator[Facts]:
    """What was agreed, run by run; with words where it is not the last."""
    for target, x, width in _runs(points, step, "target"):
        if target is not None:
            words = "" if target == points[-1]["target"] else _written(target, is_ratio=is_ratio)
            yield {"x": x, "to": x + width, "y": height(target), "words": words}


def _written(value: int, *, is_ratio: bool) -> str:
    return write_share(value) if is_ratio else f"{value // PPM:,}"


def _labels(level: Facts, points: Sequence[Facts], low: int, high: int, height: Any) -> list[Facts]:
    """At the left: the target, then bands that are in the picture and do not touch it."""
    last = points[-1]
    given = ([] if last["target"] is None else [last["target"]]) + last["bands"]
    found: list[Facts] = []
    for value in dict.fromkeys(given):
        y = height(value)
        if low <= value <= high and all(abs(y - each["y"]) >= APART for each in found):
            words = _written(value, is_ratio=level["ratio"])
            found.append({"y": y, "words": words, "target": value == last["target"]})
    return found


def _marks(x: int, point: Facts, height: Any) -> Iterator[Facts]:
    """The final figure in the middle; beside it, where a side reported alone, what each said."""
    final, sides = point["final"], [each for each in point["sides"] if each["value"] is not None]
    if final and final["value"] is not None:
        kind = "missed" if final["failed"] else "met" if final["credited"] else "told"
        y = height(final["value"])
        yield {"x": x, "y": y, "kind": kind, "words": final["figure"], "at": _beside(y, is_above=not final["failed"])}
        if len({each["figure"] for each in sides} | {final["figure"]}) == 1:
            return
    for each in sides:
        is_client = each["side"] == "client"
        y = height(each["value"])
        place = x - 12 if is_client else x + 12
        words = "" if final else each["figure"]
        yield {"x": place, "y": y, "kind": each["side"], "words": words, "at": _beside(y, is_above=is_client)}


def _beside(y: int, *, is_above: bool) -> int:
    """The baseline of a mark's label, within the picture."""
    above, below = y - 10, y + 20
    if is_above:
        return above if above >= 12 else below
    return below if below <= TOP + HIGH - 3 else above


def _names(points: Sequence[Facts], places: Sequence[int], step: int) -> list[Facts]:
    each = 1 if step >= CLOSE else 2
    return [
        {"x": x, "words": point["period"][:LETTERS]}
        for number, (x, point) in enumerate(zip(places, points, strict=True))
        if number % each == 0
    ]
