"""Schedules in short: `4y-1y-monthly` is four years, nothing in the first of them, then a 48th every month.

A year is 365.25 days (31,557,600 seconds), so that four years are 1,461 days whatever the calendar says, and a month
is the twelfth part of it (30 days, 10 hours, 30 minutes): the contract knows seconds alone, and equal steps. Nothing
is rounded: what does not divide is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workpact import WorkpactError
from workpact.terms.units import DAY, MAX_SPAN, write_duration

YEAR = 1_461 * DAY // 4
LENGTHS = {"y": YEAR, "mo": YEAR // 12, "w": 7 * DAY, "d": DAY, "h": 3_600}
STEPS = {
    "yearly": YEAR,
    "quarterly": YEAR // 4,
    "monthly": YEAR // 12,
    "weekly": 7 * DAY,
    "daily": DAY,
    "hourly": 3_600,
    "linear": 1,
}

_LENGTH = re.compile(r"(\d{1,6})([a-z]+)", re.ASCII)


class BadPreset(WorkpactError, ValueError):
    """A schedule that is not written as they are, or that cannot be; the text says what to write."""


@dataclass(frozen=True)
class Timing:
    """How time vests, in seconds."""

    duration: int
    cliff: int
    step: int


def read_timing(text: str) -> Timing:
    """The schedule of a text such as `4y-1y-monthly` or `360d-30d-30d`: duration, cliff, step.

    Lengths are in y, mo, w, d or h; a step may be a word such as `monthly`. Raises `BadPreset`.
    """
    parts = text.split("-")
    if len(parts) != 3:
        raise BadPreset(f"{text!r} is no schedule: write duration, cliff and step, like 4y-1y-monthly.")
    duration, cliff = _length(parts[0], text), _length(parts[1], text)
    step = STEPS[parts[2]] if parts[2] in STEPS else _length(parts[2], text)
    check_timing(duration, cliff, step, BadPreset)
    return Timing(duration, cliff, step)


def check_timing(duration: int, cliff: int, step: int, error: type[WorkpactError]) -> None:
    """Raises `error` for what no contract takes, each with a sentence."""
    if not duration:
        raise error("A duration of zero leaves no time to vest in: grant what shall vest at once with an acceleration.")
    if duration > MAX_SPAN:
        raise error(f"The duration of {duration} s is beyond 136 years: shorten it.")
    if not step:
        raise error("Steps of zero never come: write 1 second for a straight line.")
    if cliff > duration:
        raise error(f"The cliff of {cliff} s is longer than the duration of {duration} s: shorten it.")
    if step > duration:
        raise error(f"Steps of {step} s are longer than the duration of {duration} s: write one step, or more.")
    if duration % step:
        raise error(
            f"Steps of {step} s do not divide {duration} s: choose a step that does; "
            f"{write_duration(duration % step)} would be left."
        )


def _length(text: str, whole: str) -> int:
    if text == "0":
        return 0
    match = _LENGTH.fullmatch(text)
    if match and match[2] in LENGTHS:
        return int(match[1]) * LENGTHS[match[2]]
    advice = f"write a number and one of {', '.join(LENGTHS)}"
    if match and match[2] == "m":
        advice = f"m may mean a minute: write {match[1]}mo for months"
    elif text.isalpha():
        advice = f"steps are {', '.join(STEPS)}, or a length like 30d"
    raise BadPreset(f"{text!r} in {whole!r} is no length: {advice}.")
