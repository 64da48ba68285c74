"""The OpenSLO v1 objects that the format uses: DataSource, Service, SLI and SLO.

Their shape is OpenSLO's; `where` conditions are SQL over a case's final row and its clocks, read by the measurement.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from workpact.terms.data_source import DataSource, Named
from workpact.terms.fields import Count, Flag, Line, Model, Name, Prose, Ratio, Zone, failed

OPENSLO = "openslo/v1"
SLICE_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
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


def _slice(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d{0,6}[mhdw]", value):
        raise failed("BadDuration", f"{value!r} is no length of a slice", "write 5m for five minutes, 1h for an hour")
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


class Exclusion(Model):
    """Cases that a level does not count, and which event of relief they are: they are reported as excluded."""

    reason: Literal["client-cause", "planned-outage", "force-majeure", "volume-above-forecast"]
    where: Prose


class Query(Model):
    """Which cases count; of which column an average is taken, or which one is compared with the objective's value.

    Of the cases of a level those do not count that meet one of `exclude`. Of a share or a price, each case counts as
    many as `weight` says, a column of whole numbers or a clock.
    """

    where: Prose
    average: Line | None = None
    column: Line | None = None
    weight: Line | None = None
    exclude: tuple[Exclusion, ...] = ()


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
    """A ratio; or, as thresholdMetric, an average or each case's value against a limit."""

    description: Prose | None = None
    ratio_metric: RatioMetric | None = None
    threshold_metric: Metric | None = None


class Indicator(Model):
    """An SLI inside an SLO."""

    metadata: Named
    spec: IndicatorSpec


class SLI(Model):
    """OpenSLO SLI: an indicator that SLOs name by `indicatorRef`."""

    api_version: Literal["openslo/v1"]
    kind: Literal["SLI"]
    metadata: Named
    spec: IndicatorSpec


class ServiceSpec(Model):
    """What the service is, in words."""

    description: Prose | None = None


class Service(Model):
    """OpenSLO Service."""

    api_version: Literal["openslo/v1"]
    kind: Literal["Service"]
    metadata: Named
    spec: ServiceSpec


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
    """What must be reached: `target` for shares, `op` and `value` for averages, all three for values against a limit.

    Of time slices, `time_slice_target` is the share that makes a slice good.
    """

    display_name: Line
    target: Ratio | None = None
    op: Literal["lte", "gte", "lt", "gt"] | None = None
    value: Count | None = None
    time_slice_target: Ratio | None = None
    time_slice_window: Annotated[str, BeforeValidator(_slice)] | None = None


class SLOSpec(Model):
    """One objective on one indicator, written here or named."""

    description: Prose | None = None
    service: Name
    indicator: Indicator | None = None
    indicator_ref: Name | None = None
    time_window: Annotated[tuple[TimeWindow, ...], AfterValidator(_one)]
    budgeting_method: Literal["Occurrences", "Timeslices"]
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
