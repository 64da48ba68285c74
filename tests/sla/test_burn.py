"""How near a level is to its next band: the closed forms against counting case by case, by the oracle's model."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.oracle import model
from tests.sla.test_reckoning import course, report
from tests.terms.example import example, loaded
from workpact.burn import Margin, burn, margin
from workpact.preflight import NotReady
from workpact.reckoning import Before, LevelReckoning, Reckoning
from workpact.report import Report
from workpact.service_results import Stage
from workpact.terms.levels import Band, Form, Level, LowVolume

LIMIT = 1_000
"""More cases than any answer below needs."""


def failed(given: Level, good: int, total: int) -> int:
    """How many bands fail, by the oracle's model."""
    bands = [{"threshold": band.threshold} for band in given.bands]
    terms = {"form": given.form, "bands": bands, "minimumSample": given.minimum_sample, "lowVolume": given.low_volume}
    (band,) = model.failed_bands([terms], [(good, total)])
    return 0 if band is None else band + 1


def alone(
    form: Form, thresholds: list[int], sample: int, low: LowVolume, good: int, total: int
) -> tuple[LevelReckoning, Margin]:
    """The only level of a first period; its bands cost 10 %, 20 %, … of the 12 % at risk."""
    bands = tuple(Band(threshold=each, allocation=100_000 * (i + 1)) for i, each in enumerate(thresholds))
    terms = {"form": form, "bands": bands, "minimum_sample": sample, "low_volume": low}
    level = example().levels[0].model_copy(update=terms)
    document: Any = SimpleNamespace(levels=(level,), credit=example().credit)
    month = Reckoning(document, Report(0, ((good, total, 0),), (0,), bytes(32)), Stage.REPORTED, ())
    (each,) = month.levels
    return each, margin(month, each)


@pytest.mark.parametrize("seed", range(200))
def test_margin__ratio__the_first_number_of_cases_that_changes_the_verdict(seed):
    random = Random(seed)
    form = random.choice((Form.RATIO_AT_LEAST, Form.RATIO_AT_MOST))
    thresholds = random.sample((0, 50_000, 333_333, 500_000, 850_000, 950_000, 10**6), random.randint(1, 3))
    thresholds.sort(reverse=form.is_at_least)
    total = random.choice((0, 1, 4, 5, 20, 40))
    good = random.randint(0, total)

    each, found = alone(form, thresholds, random.choice((0, 1, 5, 30)), random.choice(list(LowVolume)), good, total)

    now, missed = failed(each.level, good, total), 0 if form.is_at_least else 1
    misses = (k for k in range(1, LIMIT) if failed(each.level, good + k * missed, total + k) > now)
    mends = (k for k in range(1, LIMIT) if failed(each.level, good + k * (1 - missed), total + k) < now)
    first = next(misses, None)
    assert (each.failed, found.misses, found.mended_by) == (now, first, next(mends, None))
    assert found.distance is None
    if first is None:
        assert found.then_rate is None
    else:
        band = failed(each.level, good + first * missed, total + first)
        assert found.then_rate == 120_000 * 100_000 * band


@pytest.mark.parametrize("form", [Form.AVERAGE_AT_MOST, Form.AVERAGE_AT_LEAST])
@pytest.mark.parametrize("total", [0, 4, 5, 7])
def test_margin__average__how_far_the_sum_may_still_go(form, total):
    thresholds = [30, 60] if form is Form.AVERAGE_AT_MOST else [60, 30]
    for good in range(0, 500, 7):
        each, found = alone(form, thresholds, 5, LowVolume.MET, good, total)
        now = failed(each.level, good, total)
        assert (found.misses, found.mended_by) == (None, None)
        if total < 5 or now == 2:
            assert (found.distance, found.then_rate) == (None, None)
            continue
        worse = 1 if form is Form.AVERAGE_AT_MOST else -1
        assert found.distance is not None
        assert failed(each.level, good + worse * found.distance, total) == now
        assert failed(each.level, good + worse * (found.distance + 1), total) == now + 1
        assert found.then_rate == 12 * 10**9 * (now + 1)


def test_margin__others_missed_and_a_repeat__in_what_the_next_band_costs():
    document = example()
    figures = {"made_sla": (94, 100), "made_sla_p2": (89, 100)}
    _, month = course(document, report(document, 0, made_sla=(94, 100)), report(document, 1, **figures))
    # 12 % at risk; 10 % counts twice for the second miss in a row, and 5 %
    assert month.rate == 120_000 * (2 * 100_000 + 50_000)
    # of 24,000 + 1,000 x 2.40 USDC
    assert month.credit.credit_units == 26_400 * 10**6 * 3 // 100

    first, second, third = (margin(month, each) for each in month.levels[:3])

    # 94 of 111 is below 85 %, 94 of 110 is not; 114 of 120 is 95 %
    assert (first.misses, first.mended_by, first.then_rate) == (11, 20, 120_000 * (2 * 200_000 + 50_000))
    # 100 of 112 is below 90 %
    assert (second.misses, second.mended_by, second.then_rate) == (12, None, 120_000 * (200_000 + 50_000 + 100_000))
    # 89 of 119 is below 75 %; 99 of 110 is 90 %
    assert (third.misses, third.mended_by, third.then_rate) == (19, 10, 120_000 * (200_000 + 100_000))


def test_margin__few_cases__one_miss_may_fail_two_bands():
    document = loaded(("minimumSample: 20", "minimumSample: 1"))
    (month,) = course(document, report(document, 0, made_sla=(2, 2)))
    found = margin(month, month.levels[0])
    # 2 of 3 is below 95 % and below 85 %
    assert (found.misses, found.then_rate) == (1, 120_000 * 200_000)


class Levels:
    """Service levels of the example: 2016-03 is assessed, 2016-04 a default that is not, the rest is open."""

    def __init__(self) -> None:
        self.document = example()
        self.agreement = SimpleNamespace(period_index=lambda which: int(which))

    def result(self, index: int) -> SimpleNamespace:
        stage = (Stage.REPORTED, Stage.DEFAULT_MISSED)[index] if index < 2 else Stage.OPEN
        assessed = {"assessed_at": 1 if index == 0 else None, "failed": ("made-sla",), "rate": 7}
        period = self.document.periods[index].name
        return SimpleNamespace(period=period, stage=stage, is_final=stage.is_final, **assessed)

    def final_report(self, index: int) -> Report:
        return Report(index, (), (), bytes(32))

    def report_for(self, measured: tuple[int, dict[str, tuple[int, int]]]) -> Report:
        period, figures = measured
        return report(self.document, period, **figures)


def test_burn__periods_before__by_the_oracle_then_by_default_then_by_the_log():
    levels: Any = Levels()
    measured: dict[str, Any] = {"2016-05": (2, {"made_sla_p2": (89, 100)}), "2016-06": (3, {"made_sla_p2": (89, 100)})}
    asked = []

    def measure(name: str) -> Any:
        asked.append(name)
        return measured[name]

    month = burn(levels, "3", measure)

    assert asked == ["2016-05", "2016-06"]
    names = frozenset(level.name for level in example().levels if not level.name.startswith("resolved"))
    # Missed by default: first bands of all that cost something, 10 + 10 + 5 + 5 + 5 + 10 + 5 + 5 + 5 %, made-sla
    # twice, of 12 %
    assert month.before == (
        Before("2016-03", frozenset({"made-sla"}), 7, True),
        Before("2016-04", names, 120_000 * 700_000, False),
        Before("2016-05", frozenset({"made-sla-p2"}), 120_000 * 50_000, False),
    )
    assert (month.period, month.rate) == ("2016-06", 120_000 * 50_000)


def test_burn__final_period__named():
    levels: Any = Levels()
    with pytest.raises(NotReady, match="The figures of 2016-04 are final: show it without a log"):
        burn(levels, 1, lambda name: name)
