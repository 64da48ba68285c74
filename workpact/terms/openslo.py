"""The OpenSLO v1 objects that the format uses: DataSource, and SLO with a ratio or an average.

Their shape is OpenSLO's; `where` conditions are SQL over a case's final row and its clocks, read by the measurement.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from workpact.terms.data_source import DataSource, Named
from workpact.terms.fields import Count, Flag, Line, Model, Name, Prose, Ratio, Zone, failed

__all__ = ["SLO", "DataSource", "MetricSource"]

Part = TypeVar("Part")


def _duration(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d*m", value):
        minutes = value[:-1]
        raise failed(
            "BadDuration",
            f"{value!r} is {minutes} minute{'' if minutes == '1' else 's'}, not a month",
            f"write {minutes}M for {'a month' if minutes == '1' else 'months'}",
        )
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d*[hdwMQY]", value):
        raise failed("BadDuration", f"{value!r} is not an OpenSLO duration", "write 1M for a month, 1w for a week")
    return value


def _local_time(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value):
        raise failed("BadDate", f"{value!r} is not a start time", 'write it like "2016-03-01 00:00:00"')
    return value


def _false(value: object) -> object:
    if value != "false":
        raise failed("BadPeriods", f"is {value!r}: a rolling window has no periods to bill", "write false")
    return False


def _one(value: tuple[Part, ...]) -> tuple[Part, ...]:
    if len(value) != 1:
        raise failed("BadLevel", f"has {len(value)} entries", "write exactly one; a second level is a second SLO")
    return value


class Query(Model):
    """Which cases count; for an average, also of which column."""

    where: Prose
    average: Line | None = None


class MetricSource(Model):
    """A query on a DataSource of the same file."""

    metric_source_ref: Name
    type: Literal["workpact-log"]
    spec: Query


class Metric(Model):
    """OpenSLO wraps every metric source once."""

    metric_source: MetricSource


class RatioMetric(Model):
    """`good` (or `bad`) of `total`. A case counts as good when it meets both conditions."""

    counter: Flag
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric


class IndicatorSpec(Model):
    """A ratio, or an average as thresholdMetric."""

    description: Prose | None = None
    ratio_metric: RatioMetric | None = None
    threshold_metric: Metric | None = None


class Indicator(Model):
    """An SLI inside an SLO."""

    metadata: Named
    spec: IndicatorSpec


class Calendar(Model):
    """Where the first window starts."""

    start_time: Annotated[str, BeforeValidator(_local_time)]
    time_zone: Zone


class TimeWindow(Model):
    """A calendar window; rolling ones have no periods."""

    duration: Annotated[str, BeforeValidator(_duration)]
    is_rolling: Annotated[Literal[False], BeforeValidator(_false), PlainSerializer(lambda value: str(value).lower())]
    calendar: Calendar


class Objective(Model):
    """What must be reached: `target` for ratios, `op` and `value` for averages."""

    display_name: Line
    target: Ratio | None = None
    op: Literal["lte", "gte"] | None = None
    value: Count | None = None


class SLOSpec(Model):
    """One objective on one indicator."""

    description: Prose | None = None
    service: Name
    indicator: Indicator
    time_window: Annotated[tuple[TimeWindow, ...], AfterValidator(_one)]
    budgeting_method: Literal["Occurrences"]
    objectives: Annotated[tuple[Objective, ...], AfterValidator(_one)]


class SLO(Model):
    """OpenSLO SLO."""

    api_version: Literal["openslo/v1"]
    kind: Literal["SLO"]
    metadata: Named
    spec: SLOSpec

    @property
    def objective(self) -> Objective:
        """The one objective."""
        return self.spec.objectives[0]

    @property
    def total(self) -> MetricSource:
        """What is counted, or averaged."""
        spec = self.spec.indicator.spec
        metric = spec.ratio_metric.total if spec.ratio_metric else spec.threshold_metric
        assert metric is not None, "checked when loaded"
        return metric.metric_source

    @property
    def good(self) -> MetricSource | None:
        """What counts as the numerator (OpenSLO's good or bad); None for an average."""
        ratio = self.spec.indicator.spec.ratio_metric
        if ratio is None:
            return None
        metric = ratio.good or ratio.bad
        assert metric is not None, "checked when loaded"
        return metric.metric_source
