"""How much of the shortfall that a request allows a bid removes (SPEC.md 15.6): a share, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from workpact.terms.levels import Form
from workpact.terms.units import PPM

MOST = PPM * PPM
"""The whole of a charge, as a credit rate of 1e-12."""


@dataclass(frozen=True)
class Promise:
    """One level as asked and as bid. Targets in ppm for ratios, plain for averages; credits are rates of 1e-12."""

    name: str
    form: Form
    asked: int
    bid: int
    asked_credit: int
    bid_credit: int

    @property
    def removed(self) -> Fraction:
        """The mean of what target and credit remove."""
        return (self._by_target + removed(MOST - self.asked_credit, MOST - self.bid_credit)) / 2

    @property
    def _by_target(self) -> Fraction:
        if self.form is Form.RATIO_AT_LEAST:
            return removed(PPM - self.asked, PPM - self.bid)
        if self.form is Form.AVERAGE_AT_LEAST:  # what is asked of what is bid: it has no upper end
            return Fraction(self.bid - self.asked, self.bid) if self.bid else Fraction(0)
        return removed(self.asked, self.bid)


def removed(allowed: int, left: int) -> Fraction:
    """The share of what is allowed that a bid does not use; all of it where nothing is allowed."""
    return Fraction(allowed - left, allowed) if allowed else Fraction(1)


def promises(asked: Mapping[str, Any], bid: Mapping[str, Any]) -> list[Promise]:
    """The levels with bands of a request's message, as a bid's message has them."""
    wanted, given = (message["annex"]["conditions"]["service"]["levels"] for message in (asked, bid))
    made = []
    for one, other in zip(wanted["levels"], given["levels"], strict=True):
        if one["bands"] and other["bands"]:
            targets = one["bands"][0]["threshold"], other["bands"][0]["threshold"]
            credits = (_credit(one["bands"], wanted["credits"]), _credit(other["bands"], given["credits"]))
            made.append(Promise(one["name"], Form(one["form"]), *targets, *credits))
    return made


def service_score(made: Sequence[Promise]) -> int:
    """ppm: the mean over levels; 0 where the request has none."""
    if not made:
        return 0
    return int(PPM * sum((each.removed for each in made), Fraction(0)) // len(made))


def _credit(bands: Sequence[Mapping[str, int]], credits: Mapping[str, int]) -> int:
    """The most of a period's charge that missing the level alone can cost, 1e-12, without repetition."""
    worst = max(band["allocation"] for band in bands)
    return int(min(credits["atRisk"] * worst, credits["periodCap"] * PPM, MOST))
