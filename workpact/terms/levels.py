"""Service levels as they are signed, from an SLO and its line in the ServiceCredit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict

from workpact.terms import units
from workpact.terms.credit import CreditBand, CreditLevel, ServiceCredit
from workpact.terms.openslo import SLICE_SECONDS, SLO, Exclusion, IndicatorSpec, MetricSource

OPERATORS = {"lte": "<=", "gte": ">=", "lt": "<", "gt": ">"}


class Form(IntEnum):
    """How a figure is judged (SPEC.md 8.4)."""

    RATIO_AT_LEAST = 0
    RATIO_AT_MOST = 1
    AVERAGE_AT_MOST = 2
    AVERAGE_AT_LEAST = 3

    @property
    def is_ratio(self) -> bool:
        """Whether figures are good of total; else sum and count."""
        return self in (Form.RATIO_AT_LEAST, Form.RATIO_AT_MOST)

    @property
    def is_at_least(self) -> bool:
        """Whether more is better."""
        return self in (Form.RATIO_AT_LEAST, Form.AVERAGE_AT_LEAST)


class LowVolume(IntEnum):
    """What a level counts as with too few cases."""

    MET = 0
    LEFT_OUT = 1
    MISSED = 2


class Band(BaseModel):
    """A threshold (ppm for ratios, plain for averages) and what missing it costs, ppm of the amount at risk."""

    model_config = ConfigDict(frozen=True)
    threshold: int
    allocation: int


class Slices(BaseModel):
    """A level by time slices: `seconds` long from the period's start, each good at a share of `target`, ppm."""

    model_config = ConfigDict(frozen=True)
    seconds: int
    target: int


class Level(BaseModel):
    """One level: what is signed of it, and the queries that measure it.

    `where_total` says which cases count, `where_good` which of them are the numerator (for a ratio at most these are
    the bad ones); for an average `average` is the column and `where_good` is None. Cases that meet one of `exclusions`
    do not count, each other one as many as its `weight` says, a column or a clock. With `slices` the figure counts time
    slices (SPEC.md 8.10).
    """

    model_config = ConfigDict(frozen=True)
    index: int
    name: str
    title: str
    form: Form
    minimum_sample: int
    low_volume: LowVolume
    repeat: int
    critical: bool
    earn_back: bool
    target: int
    bands: tuple[Band, ...]
    data_source: str
    where_good: str | None
    where_total: str
    average: str | None
    weight: str | None
    exclusions: tuple[Exclusion, ...]
    slices: Slices | None

    @property
    def is_credited(self) -> bool:
        """Whether missing it costs something; else it is reported only."""
        return bool(self.bands)


def form_of(slo: SLO, indicator: IndicatorSpec) -> Form:
    """The form that an SLO's indicator and objective stand for."""
    ratio, threshold = indicator.ratio_metric, indicator.threshold_metric
    if ratio:
        return Form.RATIO_AT_LEAST if ratio.good else Form.RATIO_AT_MOST
    if threshold and threshold.metric_source.spec.column:
        return Form.RATIO_AT_LEAST
    return Form.AVERAGE_AT_MOST if slo.objective.op == "lte" else Form.AVERAGE_AT_LEAST


def target_of(slo: SLO, indicator: IndicatorSpec) -> int | None:
    """The SLO's target as a threshold: OpenSLO states the good share even where `bad` is counted."""
    form, objective = form_of(slo, indicator), slo.objective
    if not form.is_ratio:
        return objective.value
    if objective.target is None:
        return None
    return objective.target if form is Form.RATIO_AT_LEAST else units.PPM - objective.target


def total_of(indicator: IndicatorSpec) -> MetricSource:
    """What is counted, or averaged. Takes a checked indicator."""
    metric = indicator.ratio_metric.total if indicator.ratio_metric else indicator.threshold_metric
    assert metric is not None, "checked when loaded"
    return metric.metric_source


def threshold_of(band: CreditBand, form: Form) -> int | None:
    """The band's threshold, or None if it is on the wrong side or in the wrong unit for the form."""
    text = band.below if form.is_at_least else band.above
    if text is None or (band.above if form.is_at_least else band.below) is not None:
        return None
    if text.endswith("%") != form.is_ratio:
        return None
    return units.read_share(text) if form.is_ratio else int(text)


def levels_of(
    slos: Iterable[SLO], indicator: Callable[[SLO], IndicatorSpec | None], credit: ServiceCredit | None
) -> tuple[Level, ...]:
    """All levels in the order of the ServiceCredit, which is their order on chain. Takes checked objects."""
    by_name = {slo.metadata.name: slo for slo in slos}
    lines = credit.spec.levels if credit else ()
    found = []
    for index, line in enumerate(lines):
        spec = indicator(by_name[line.slo])
        assert spec is not None, "checked when loaded"
        found.append(_level(index, line, by_name[line.slo], spec))
    return tuple(found)


def _level(index: int, line: CreditLevel, slo: SLO, indicator: IndicatorSpec) -> Level:
    form, target = form_of(slo, indicator), target_of(slo, indicator)
    assert target is not None, "checked when loaded"
    bands = []
    for band in line.bands:
        threshold = threshold_of(band, form)
        assert threshold is not None, "checked when loaded"
        bands.append(Band(threshold=threshold, allocation=band.allocation))
    total = total_of(indicator)
    good, counted = _wheres(slo, indicator, total)
    return Level(
        index=index,
        name=line.slo,
        title=slo.objective.display_name,
        form=form,
        minimum_sample=line.minimum_sample,
        low_volume=LowVolume(("met", "left-out", "missed").index(line.low_volume)),
        repeat=line.repeat,
        critical=line.critical,
        earn_back=line.earn_back,
        target=target,
        bands=tuple(bands),
        data_source=total.metric_source_ref,
        where_good=good,
        where_total=counted,
        average=total.spec.average,
        weight=total.spec.weight,
        exclusions=total.spec.exclude,
        slices=_slices(slo),
    )


def within(where: str, column: str, op: str, value: int) -> tuple[str, str]:
    """The conditions of the cases whose value keeps a limit, and of those that have a value."""
    quoted = '"' + column.replace('"', '""') + '"'
    return f"CAST({quoted} AS BIGINT) {OPERATORS[op]} {value}", f"({where}) AND {quoted} IS NOT NULL"


def slices_of(window: str, target: int) -> Slices:
    """Slices of an OpenSLO length like `5m`, each good at a share of `target`, ppm."""
    return Slices(seconds=int(window[:-1]) * SLICE_SECONDS[window[-1]], target=target)


def _wheres(slo: SLO, indicator: IndicatorSpec, total: MetricSource) -> tuple[str | None, str]:
    """The conditions of the numerator and of all that counts."""
    ratio, query = indicator.ratio_metric, total.spec
    if ratio:
        numerator = ratio.good or ratio.bad
        assert numerator is not None, "checked when loaded"
        return numerator.metric_source.spec.where, query.where
    if query.column is None:
        return None, query.where
    assert slo.objective.op is not None, "checked when loaded"
    assert slo.objective.value is not None, "checked when loaded"
    return within(query.where, query.column, slo.objective.op, slo.objective.value)


def _slices(slo: SLO) -> Slices | None:
    window, target = slo.objective.time_slice_window, slo.objective.time_slice_target
    if slo.spec.budgeting_method == "Occurrences" or window is None or target is None:
        return None
    return slices_of(window, target)
