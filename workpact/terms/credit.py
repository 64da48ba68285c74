"""The schedule of service credits: our own kind beside the OpenSLO objects."""

from __future__ import annotations

from typing import Literal

from workpact.terms.fields import Count, Duration, Flag, Model, Name, Share, Threshold


class CreditBand(Model):
    """Performance `below` (at least) or `above` (at most) the threshold costs `allocation` of the amount at risk."""

    below: Threshold | None = None
    above: Threshold | None = None
    allocation: Share


class CreditLevel(Model):
    """What failing one objective costs; without bands nothing, it is reported only."""

    slo: Name
    minimum_sample: Count = 0
    low_volume: Literal["met", "left-out", "missed"]
    repeat: Count = 1
    critical: Flag = False
    earn_back: Flag = False
    bands: tuple[CreditBand, ...] = ()


class RightToEnd(Model):
    """When failing gives the client a right to end: a critical band, or `failures` of one level in `within` periods."""

    failures: Count = 0
    within: Count = 0
    lapse: Duration


class EarnBack(Model):
    """How many periods must follow without a failure of the levels that a credit is held for, for it to return."""

    periods: Count


class CreditSpec(Model):
    """The schedule of service credits; without `year_cap` and `year_periods` there is no cap over the year."""

    at_risk: Share
    period_cap: Share
    year_cap: Share = 0
    year_periods: Count = 0
    pool: Share
    right_to_end: RightToEnd
    earn_back: EarnBack | None = None
    levels: tuple[CreditLevel, ...]


class NameOnly(Model):
    """Metadata of an object without a title."""

    name: Name


class ServiceCredit(Model):
    """The document of kind ServiceCredit."""

    api_version: Literal["workpact/v1"]
    kind: Literal["ServiceCredit"]
    metadata: NameOnly
    spec: CreditSpec
