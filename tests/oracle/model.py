"""What SPEC.md 8.4 to 8.16 says follows from figures, in whole numbers and fractions, written from the text alone.

`assess` takes the outcomes of consecutive periods from the first on and returns what each comes to; `standing` says
what their credits are when some were held; `ruled` puts together what arbiters chose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

PPM = 10**6

Figures = Sequence[tuple[int, int]]

DEFAULT_MISSED = "default missed"
DEFAULT_MET = "default met"


@dataclass
class Assessment:
    """The result of one period."""

    failed: set[int]
    rate: int
    right_to_end: bool
    held: int = 0
    """The part of the rate that may return to the contractor."""
    held_for: set[int] = field(default_factory=set)
    """The levels that may not fail for it to return."""
    reasons: set[str] = field(default_factory=set)
    """Which rules had a say, so that a test can tell that its cases met them all."""

    @property
    def mask(self) -> int:
        """The failed levels, one bit each."""
        return sum(1 << level for level in self.failed)


def assess(
    levels: dict[str, Any], outcomes: Sequence[Figures | str], adjustments: Sequence[int] = ()
) -> list[Assessment]:
    """Assesses periods 0, 1, … by a document; an outcome is the figures of a period or one of the defaults."""
    results: list[Assessment] = []
    for period, outcome in enumerate(outcomes):
        results.append(assess_next(levels, results, outcome, adjustments[period] if adjustments else 0))
    return results


def assess_next(
    levels: dict[str, Any], before: Sequence[Assessment], outcome: Figures | str, adjustment: int = 0
) -> Assessment:
    """Assesses the period that follows those before, from the first on, by its own document."""
    credits = levels["credits"]
    bands = failed_bands(levels["levels"], outcome)
    result = Assessment({level for level, band in enumerate(bands) if band is not None}, 0, False)
    result.rate = _adjusted(_rate(levels, bands, before, result.reasons), adjustment, result.reasons)
    result.right_to_end = _right_to_end(levels, outcome, bands, [*before, result], result.reasons)
    if credits["earnBack"] and len(before) < credits["earnBackBefore"]:
        held_for = {level for level in result.failed if levels["levels"][level]["earnBack"]}
        others = [None if level in held_for else band for level, band in enumerate(bands)]
        result.held = result.rate - _adjusted(_rate(levels, others, before, set()), adjustment, set())
        if result.held:
            result.held_for = held_for
            result.reasons.add("held")
    return result


def standing(levels: dict[str, Any], results: Sequence[Assessment]) -> list[tuple[int, int]]:
    """For each period the rate as it stands, and what it is if all that is held returns; no later one is final."""
    needed = min(levels["credits"]["earnBack"], 24)
    rates = []
    for period, result in enumerate(results):
        following = results[period + 1 : period + 1 + needed]
        if not result.held or any(result.held_for & later.failed for later in following):
            rates.append((result.rate, result.rate))
            continue
        least = result.rate - result.held
        rates.append((least if len(following) == needed else result.rate, least))
    return rates


def ruled(client: Sequence[Any], contractor: Sequence[Any], mask: int) -> list[Any]:
    """Figures or quantities of two reports: the client's where the bit is set."""
    pairs = enumerate(zip(client, contractor, strict=True))
    return [of_client if mask >> number & 1 else of_contractor for number, (of_client, of_contractor) in pairs]


def failed_bands(levels: Sequence[dict[str, Any]], outcome: Figures | str) -> list[int | None]:
    """For each level the number of the band that it failed, None if it did not fail."""
    if isinstance(outcome, str):
        return [0 if level["bands"] and outcome == DEFAULT_MISSED else None for level in levels]
    return [_failed_band(level, *figure) for level, figure in zip(levels, outcome, strict=True)]


def charge(levels: dict[str, Any], quantities: Sequence[int]) -> int:
    """The variable part of a period's charge."""
    return sum(price["rate"] * quantity for price, quantity in zip(levels["prices"], quantities, strict=True))


def credit(amount: int, rate: int) -> int:
    """The service credit on a charge: the one floor of SPEC.md 7.1."""
    return amount * rate // 10**12


def _failed_band(level: dict[str, Any], good: int, total: int) -> int | None:
    if _is_low(level, total):
        return 0 if level["lowVolume"] == 2 and level["bands"] else None
    failed = [number for number, band in enumerate(level["bands"]) if not _meets(level, band["threshold"], good, total)]
    return failed[-1] if failed else None


def _is_low(level: dict[str, Any], total: int) -> bool:
    return total == 0 or total < level["minimumSample"]


def _meets(level: dict[str, Any], threshold: int, good: int, total: int) -> bool:
    performance = Fraction(good, total)
    wanted = Fraction(threshold, PPM) if level["form"] in (0, 1) else Fraction(threshold)
    return performance >= wanted if level["form"] in (0, 3) else performance <= wanted


def _rate(levels: dict[str, Any], bands: Sequence[int | None], before: Sequence[Assessment], reasons: set[str]) -> int:
    credits = levels["credits"]
    share = Fraction(0)
    for number, (level, band) in enumerate(zip(levels["levels"], bands, strict=True)):
        if band is None:
            continue
        repeated = bool(before) and number in before[-1].failed
        if repeated and level["repeat"] > 1:
            reasons.add("repeat")
        share += Fraction(level["bands"][band]["allocation"], PPM) * (level["repeat"] if repeated else 1)
    rate = Fraction(credits["atRisk"], PPM) * share

    period_cap = Fraction(min(credits["periodCap"], PPM), PPM)
    if rate > period_cap:
        reasons.add("period cap")
        rate = period_cap
    if credits["yearPeriods"]:
        count = min(credits["yearPeriods"], len(before) + 1)
        used = sum(Fraction(result.rate, 10**12) for result in before[len(before) - count + 1 :])
        room = max(Fraction(0), Fraction(credits["yearCap"], PPM) * count - used)
        if rate > room:
            reasons.add("year cap")
            rate = room
    in_oracle_units = rate * 10**12
    assert in_oracle_units.denominator == 1, "a rate is never a fraction of 1e-12"
    return in_oracle_units.numerator


def _adjusted(rate: int, adjustment: int, reasons: set[str]) -> int:
    if adjustment:
        reasons.add("adjusted up" if adjustment > 0 else "adjusted down")
    return min(max(rate + adjustment, 0), 10**12)


def _right_to_end(
    levels: dict[str, Any],
    outcome: Figures | str,
    bands: Sequence[int | None],
    results: Sequence[Assessment],
    reasons: set[str],
) -> bool:
    if not isinstance(outcome, str):
        for level, band, (_, total) in zip(levels["levels"], bands, outcome, strict=True):
            last = len(level["bands"]) - 1
            if level["critical"] and band is not None and band == last and not _is_low(level, total):
                reasons.add("critical")
    credits = levels["credits"]
    window = results[max(0, len(results) - credits["failureWindow"]) :] if credits["failureWindow"] else []
    for level in results[-1].failed:
        if credits["failures"] and sum(level in result.failed for result in window) >= credits["failures"]:
            reasons.add("failures")
    return bool(reasons & {"critical", "failures"})
