"""A level's picture: whole pixels, zones on the right side of what was agreed, nothing outside of it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from workpact.web.charts import BELOW, HIGH, LEFT, TOP, level_chart

MILLION = 10**6


def point(target: int | None, bands: list[int], final: int | None = None, **sides: int) -> dict[str, Any]:
    failed = final is not None and target is not None and final < target
    told = [{"side": side, "figure": str(value), "value": value} for side, value in sides.items()]
    made = final if final is None else {"value": final, "failed": failed, "credited": True, "figure": str(final)}
    return {"period": "month", "target": target, "bands": bands, "final": made, "sides": told}


def level(points: list[dict[str, Any]], *, at_least: bool = True, ratio: bool = True) -> dict[str, Any]:
    return {"points": points, "atLeast": at_least, "ratio": ratio}


def drawn(points: list[dict[str, Any]], **form: bool) -> dict[str, Any]:
    made = level_chart(level(points, **form))
    assert made is not None
    return made


def numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for part in value.values() for each in numbers(part)]
    if isinstance(value, list):
        return [each for part in value for each in numbers(part)]
    return [value]


def test_level_that_nobody_reported__has_no_picture():
    assert level_chart(level([point(950_000, [950_000]), point(950_000, [950_000])])) is None


def test_met_stands_above_what_was_agreed__missed_below():
    met, missed = drawn([point(950_000, [950_000], 960_000), point(950_000, [950_000], 940_000)])["marks"]
    (line,) = drawn([point(950_000, [950_000], 960_000), point(950_000, [950_000], 940_000)])["targets"]
    assert (met["kind"], missed["kind"]) == ("met", "missed")
    assert met["y"] < line["y"] < missed["y"]


@pytest.mark.parametrize(("at_least", "depths"), [(True, [0, 1, 2]), (False, [2, 1, 0])])
def test_zones__fall_away_from_the_target_on_the_side_that_costs(at_least, depths):
    bands = [60, 40] if at_least else [40, 60]
    made = drawn(
        [point(bands[0] * MILLION, [each * MILLION for each in bands], 10 * MILLION, client=90 * MILLION)],
        at_least=at_least,
        ratio=False,
    )
    zones = sorted(made["zones"], key=lambda each: each["y"])
    assert [each["depth"] for each in zones] == depths
    assert sum(each["height"] for each in zones) == HIGH


def test_amended_target__is_drawn_and_named_where_it_held():
    made = drawn([point(950_000, [950_000], 930_000), point(900_000, [900_000], 930_000), point(900_000, [900_000])])
    first, second = made["targets"]
    assert (first["words"], second["words"]) == ("95 %", "")
    assert [first["x"], first["to"], second["to"]] == [LEFT, second["x"], made["right"]]
    assert [each["words"] for each in made["labels"] if each["target"]] == ["90 %"]


def test_both_sides_figures__stand_apart_until_they_are_the_same():
    client, contractor = drawn([point(900_000, [900_000], client=880_000, contractor=920_000)])["marks"]
    assert client["x"] < contractor["x"]
    assert client["y"] > contractor["y"]
    (agreed,) = drawn([point(900_000, [900_000], 910_000, client=910_000, contractor=910_000)])["marks"]
    assert agreed["kind"] == "met"


@pytest.mark.parametrize("seed", range(40))
def test_any_picture__is_of_whole_pixels_and_keeps_within_itself(seed):
    random = Random(seed)
    ratio, at_least = random.random() < 0.5, random.random() < 0.5
    most = MILLION if ratio else random.choice([1, 1_000, 10**9]) * MILLION
    points = []
    for _ in range(random.randint(1, 40)):
        bands = sorted({random.randint(0, most) for _ in range(random.randint(1, 4))}, reverse=at_least)
        told = {side: random.randint(0, most) for side in ("client", "contractor") if random.random() < 0.5}
        points.append(point(bands[0], bands, random.choice([None, random.randint(0, most)]), **told))
    points.append(point(None, [], random.randint(0, most)))
    made = drawn(points, at_least=at_least, ratio=ratio)
    plain = [each for each in numbers(made) if not isinstance(each, (str, bool))]
    assert all(type(each) is int for each in plain)
    assert made["height"] == TOP + HIGH + BELOW
    assert all(LEFT <= each["x"] <= made["right"] and TOP <= each["y"] <= TOP + HIGH for each in made["marks"])
    assert all(each["y"] >= TOP and each["y"] + each["height"] <= TOP + HIGH for each in made["zones"])
    assert all(0 < each["at"] < TOP + HIGH + 3 for each in made["marks"])
