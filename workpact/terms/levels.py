"""Service levels as they are signed, from an SLO and its line in the ServiceCredit."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict

from workpact.terms import units
from workpact.terms.credit import CreditBand, CreditLevel, ServiceCredit
from workpact.terms.openslo import SLO


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


class Level(BaseModel):
    """One level: what is signed of it, and the queries that measure it.

    `where_total` says which cases count, `where_good` which of them are the numerator (for a ratio at most these are
    the bad ones); for an average `average` is the column and `where_good` is None.
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
    bands: tuple[Band, ...]
    data_source: str
    where_good: str | None
    where_total: str
    average: str | None

    @property
    def target(self) -> int:
        """The first threshold."""
        return self.bands[0].threshold


def form_of(slo: SLO) -> Form:
    """The form that an SLO's indicator and objective stand for."""
    ratio = slo.spec.indicator.spec.ratio_metric
    if ratio:
        return Form.RATIO_AT_LEAST if ratio.good else Form.RATIO_AT_MOST
    return Form.AVERAGE_AT_MOST if slo.objective.op == "lte" else Form.AVERAGE_AT_LEAST


def target_of(slo: SLO) -> int | None:
    """The SLO's target as a threshold: OpenSLO states the good share even where `bad` is counted."""
    form, objective = form_of(slo), slo.objective
    if not form.is_ratio:
        return objective.value
    if objective.target is None:
        return None
    return objective.target if form is Form.RATIO_AT_LEAST else units.PPM - objective.target


def threshold_of(band: CreditBand, form: Form) -> int | None:
    """The band's threshold, or None if it is on the wrong side or in the wrong unit for the form."""
    text = band.below if form.is_at_least else band.above
    if text is None or (band.above if form.is_at_least else band.below) is not None:
        return None
    if text.endswith("%") != form.is_ratio:
        return None
    return units.read_share(text) if form.is_ratio else int(text)


def levels_of(slos: Iterable[SLO], credit: ServiceCredit | None) -> tuple[Level, ...]:
    """All levels in the order of the ServiceCredit, which is their order on chain. Takes checked objects."""
    by_name = {slo.metadata.name: slo for slo in slos}
    lines = credit.spec.levels if credit else ()
    return tuple(_level(index, line, by_name[line.slo]) for index, line in enumerate(lines))


def _level(index: int, line: CreditLevel, slo: SLO) -> Level:
    form = form_of(slo)
    bands = []
    for band in line.bands:
        threshold = threshold_of(band, form)
        assert threshold is not None, "checked when loaded"
        bands.append(Band(threshold=threshold, allocation=band.allocation))
    return Level(
        index=index,
        name=line.slo,
        title=slo.objective.display_name,
        form=form,
        minimum_sample=line.minimum_sample,
        low_volume=LowVolume(("met", "left-out", "missed").index(line.low_volume)),
        repeat=line.repeat,
        critical=line.critical,
        bands=tuple(bands),
        data_source=slo.total.metric_source_ref,
        where_good=slo.good.spec.where if slo.good else None,
        where_total=slo.total.spec.where,
        average=slo.total.spec.average,
    )
