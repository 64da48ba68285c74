"""On any log any definition measures what the interpreter counts (SPEC 8.10)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.measurement import reference
from tests.measurement.desk import SECRET
from tests.measurement.drawn import definition, definitions, logs, periods, write
from tests.measurement.interpreter import Counted, Drawn, Row, cases_of, figure_of, is_read, quantity_of
from workpact.measurement import Measurement, Period, measure
from workpact.measurement.errors import LogError

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def seeded(examples: int) -> settings:
    return settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=SLOW, database=None)


@st.composite
def logged(draw: Any, *, ordered: bool = False) -> tuple[Drawn, Period, list[Row]]:
    """A definition, a period, and a log of which some row is read."""
    drawn, anchor = draw(definitions(ordered=ordered))
    rows = draw(logs(drawn, anchor))
    assume(any(is_read(row, drawn) for row in rows))
    return drawn, draw(periods(anchor)), rows


def expected(drawn: Drawn, period: Period, rows: list[Row]) -> list[Counted]:
    cases = cases_of(rows, drawn, period.start, period.end)
    return [figure_of(level, cases, period.start) for level in drawn.levels]


def is_refused(drawn: Drawn, period: Period, rows: list[Row]) -> bool:
    """Whether something is negative that no report can carry."""
    cases = cases_of(rows, drawn, period.start, period.end)
    counts = [quantity_of(where, weight, cases) for where, weight in drawn.quantities]
    return None in counts or any(counted.is_refused for counted in expected(drawn, period, rows))


def measured(drawn: Drawn, period: Period, rows: list[Row]) -> Measurement:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        write(path, rows)
        doubts = ["backwards", "repeated", "lagging"]
        return measure(definition(drawn), path, period, SECRET, allow_empty=True, accept=doubts)


def compare(drawn: Drawn, period: Period, rows: list[Row]) -> None:
    """The measurement and the interpreter give the same integers, or what is negative is refused."""
    if is_refused(drawn, period, rows):
        with pytest.raises(LogError, match="negative"):
            measured(drawn, period, rows)
        return
    found, cases = measured(drawn, period, rows), cases_of(rows, drawn, period.start, period.end)
    figures = [(each.good, each.total, tuple(each.excluded.items())) for each in expected(drawn, period, rows)]
    assert [(figure.good, figure.total, figure.exclusions) for figure in found.figures] == figures
    counts = [quantity_of(where, weight, cases) for where, weight in drawn.quantities]
    assert [count for _, count in found.quantities] == counts
    with tempfile.TemporaryDirectory() as folder:
        lines = write(Path(folder) / "log.csv", rows)
    events = [lines[place] for place in sorted(place for case in cases for _, place, _ in case.rows)]
    assert found.event_count == len(events)
    assert found.evidence_root == reference.root(reference.leaves(events, SECRET, period.name))


def compare_orders(case: tuple[Drawn, Period, list[Row]], random: Random) -> None:
    """Rows whose order differs are measured alike wherever they stand."""
    drawn, period, rows = case
    rows = [{**row, "seq": str(place)} for place, row in enumerate(rows)]
    assume(not is_refused(drawn, period, rows))
    shuffled = random.sample(rows, len(rows))
    assert measured(drawn, period, rows).to_json() == measured(drawn, period, shuffled).to_json()


def compare_with_more(case: tuple[Drawn, Period, list[Row]], data: st.DataObject) -> None:
    """A good case that is there once more lowers no share of good cases, and raises no share of bad ones."""
    drawn, period, rows = case
    cases = cases_of(rows, drawn, period.start, period.end)
    assume(cases and not is_refused(drawn, period, rows))
    copied = [row for _, _, row in data.draw(st.sampled_from(cases)).rows]
    before, alone = expected(drawn, period, rows), expected(drawn, period, copied)
    found = measured(drawn, period, [*rows, *({**row, "id": "more"} for row in copied)]).figures
    for level, old, own, new in zip(drawn.levels, before, alone, found, strict=True):
        is_share = level.good is not None or level.op is not None
        if is_share and own.good == (0 if level.bad else own.total):
            gained = new.good * old.total - old.good * new.total
            assert gained <= 0 if level.bad else gained >= 0, level


@seeded(20)
@given(logged())
def test_any_definition__any_log__as_interpreted(case):
    compare(*case)


@seeded(4)
@given(logged(ordered=True), st.randoms(use_true_random=False))
def test_any_definition__rows_in_another_order__measured_alike(case, random):
    compare_orders(case, random)


@seeded(4)
@given(logged(), st.data())
def test_any_definition__one_more_good_case__lowers_no_share(case, data):
    compare_with_more(case, data)
