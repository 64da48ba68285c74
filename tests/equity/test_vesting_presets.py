"""Schedules in short, and what is refused of them."""

from __future__ import annotations

import pytest

from workpact.vesting_presets import BadPreset, Timing, read_timing

DAY = 86_400
YEAR = 1_461 * DAY // 4


@pytest.mark.parametrize(
    ("text", "timing"),
    [
        ("4y-1y-monthly", Timing(1_461 * DAY, YEAR, 1_461 * DAY // 48)),
        ("4y-1y-quarterly", Timing(1_461 * DAY, YEAR, 1_461 * DAY // 16)),
        ("4y-0-daily", Timing(1_461 * DAY, 0, DAY)),
        ("3y-6mo-yearly", Timing(3 * YEAR, YEAR // 2, YEAR)),
        ("52w-4w-weekly", Timing(364 * DAY, 28 * DAY, 7 * DAY)),
        ("360d-30d-30d", Timing(360 * DAY, 30 * DAY, 30 * DAY)),
        ("1d-12h-linear", Timing(DAY, DAY // 2, 1)),
    ],
)
def test_read_timing__is_exact_seconds(text, timing):
    assert read_timing(text) == timing
    assert timing.duration % timing.step == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4y-monthly", "'4y-monthly' is no schedule: write duration, cliff and step, like 4y-1y-monthly."),
        ("48m-1y-monthly", "'48m' in '48m-1y-monthly' is no length: m may mean a minute: write 48mo for months."),
        ("4y-1y-often", "steps are yearly, quarterly, monthly, weekly, daily, hourly, linear, or a length like 30d."),
        ("4.5y-1y-monthly", "'4.5y' in '4.5y-1y-monthly' is no length: write a number and one of y, mo, w, d, h."),
        ("4y--1y-monthly", "is no schedule"),
        ("0-0-monthly", "A duration of zero leaves no time to vest in"),
        ("1y-2y-monthly", "The cliff of 63115200 s is longer than the duration of 31557600 s: shorten it."),
        ("1mo-0-yearly", "Steps of 31557600 s are longer than the duration of 2629800 s"),
        ("1y-0-daily", "Steps of 86400 s do not divide 31557600 s: choose a step that does; 6 hours would be left."),
        ("1y-0-0", "Steps of zero never come"),
        ("137y-1y-yearly", "beyond 136 years"),
    ],
)
def test_read_timing__that_cannot_be__says_what_to_write(text, words):
    with pytest.raises(BadPreset) as info:
        read_timing(text)
    assert words in str(info.value)
