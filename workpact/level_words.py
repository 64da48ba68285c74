"""Figures and thresholds of service levels as people read them."""

from __future__ import annotations

from workpact.terms import Level
from workpact.terms.units import write_share


def figure_words(level: Level, good: int, total: int) -> str:
    """What a figure comes to: "94.99 %", or the average.

    Two digits after the point, rounded away from what was agreed: what is missed never looks met.
    """
    if total == 0:
        return "no case"
    scaled = good * (10_000 if level.form.is_ratio else 100)
    hundredths = scaled // total if level.form.is_at_least else -(-scaled // total)
    whole, rest = divmod(hundredths, 100)
    return f"{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "") + (" %" if level.form.is_ratio else "")


def threshold_words(level: Level, threshold: int) -> str:
    """A threshold alone: "95 %", or a plain number."""
    return write_share(threshold) if level.form.is_ratio else f"{threshold:,}"


def target_words(level: Level) -> str:
    """What was agreed: "at least 95 %"."""
    return ("at least " if level.form.is_at_least else "at most ") + threshold_words(level, level.target)


def failed_words(level: Level, threshold: int) -> str:
    """That a threshold is failed: "below 95 %"."""
    return ("below " if level.form.is_at_least else "above ") + threshold_words(level, threshold)
