"""Money, shares, durations and instants: exact both ways, nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workpact.terms import units
from workpact.terms.units import UnitError

BERLIN = ZoneInfo("Europe/Berlin")
SEEDED = settings(max_examples=200, deadline=None, derandomize=True)


def refused(text, read):
    """The error quotes the text and says what to write or do instead."""
    with pytest.raises(UnitError) as caught:
        read()
    assert caught.value.problem.startswith(f"{text!r} ")
    assert caught.value.advice.startswith(("write ", "round "))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12,500 USDC", 12_500_000_000),
        ("12500 USDC", 12_500_000_000),
        ("0.000001 USDC", 1),
        ("1,234,567.89 USDC", 1_234_567_890_000),
        ("9,007,199,254.740993 USDC", 9_007_199_254_740_993),
        ("0 USDC", 0),
    ],
)
def test_read_money(text, amount):
    assert units.read_money(text, "USDC", 6) == amount


@pytest.mark.parametrize(
    "text",
    ["12500", "12,50 USDC", "1.234,50 USDC", "12_500 USDC", "-1 USDC", "1e3 USDC", "12 EUR", "0.0000001 USDC",
     " 1 USDC", "1  USDC", "USDC 1", ".5 USDC", "1. USDC", "١ USDC", "1,0000 USDC", "nan USDC"],
)  # fmt: skip
def test_read_money__not_exact_or_not_the_token__is_refused(text):
    refused(text, lambda: units.read_money(text, "USDC", 6))


@SEEDED
@given(st.integers(0, 2**96), st.integers(0, 18))
def test_money__written_and_read(amount, decimals):
    assert units.read_money(units.write_money(amount, "TKN", decimals), "TKN", decimals) == amount


@pytest.mark.parametrize(("text", "ppm"), [("12 %", 120_000), ("2.5%", 25_000), ("0.0001 %", 1), ("100 %", 1_000_000)])
def test_read_share(text, ppm):
    assert units.read_share(text) == ppm


@pytest.mark.parametrize("text", ["0.12", "12", "12 percent", "-1 %", "0.00001 %", "1e1 %", "99.99999 %"])
def test_read_share__unclear_or_finer_than_ppm__is_refused(text):
    refused(text, lambda: units.read_share(text))


@SEEDED
@given(st.integers(1, 1_000_000))
def test_share_and_ratio__written_and_read(ppm):
    assert units.read_share(units.write_share(ppm)) == ppm
    assert units.read_ratio(units.write_ratio(ppm)) == ppm


@pytest.mark.parametrize("text", ["0", "1.1", "0.9999999", "95", "9e-1", "0,95", "95 %"])
def test_read_ratio__not_a_ratio_in_ppm__is_refused(text):
    refused(text, lambda: units.read_ratio(text))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("14 days", 1_209_600), ("1 day", 86_400), ("36 hours", 129_600), ("2 weeks", 1_209_600), ("1 minute", 60)],
)
def test_read_duration(text, seconds):
    assert units.read_duration(text) == seconds


@pytest.mark.parametrize("text", ["1m", "1M", "1 month", "2 months", "3mo"])
def test_read_duration__likely_a_month__says_what_to_write(text):
    with pytest.raises(UnitError) as caught:
        units.read_duration(text)
    assert f"{int(text[0]) * 30} days" in caught.value.advice
    assert f"{text[0]} minutes" in caught.value.advice


@pytest.mark.parametrize("text", ["14d", "P14D", "14", "1.5 days", "-1 days", "1 year", "14  days"])
def test_read_duration__other_forms__are_refused(text):
    refused(text, lambda: units.read_duration(text))


@SEEDED
@given(st.integers(0, 10**9))
def test_duration__written_and_read(seconds):
    assert units.read_duration(units.write_duration(seconds)) == seconds


def test_read_instant__a_date__is_its_first_or_last_second_in_the_zone():
    # Berlin is at UTC+1 in winter and UTC+2 in summer; on 2016-03-27 the day has 23 hours.
    start = units.read_instant("2016-03-27", BERLIN, last=False)
    end = units.read_instant("2016-03-27", BERLIN, last=True)
    assert start == int(datetime(2016, 3, 26, 23, tzinfo=UTC).timestamp())
    assert end == int(datetime(2016, 3, 27, 21, 59, 59, tzinfo=UTC).timestamp())
    assert end - start + 1 == 23 * 3_600


@pytest.mark.parametrize("text", ["2016-03-27 02:30", "2016-10-30 02:30"])
def test_read_instant__skipped_or_doubled_by_the_clock__is_refused(text):
    with pytest.raises(UnitError, match="change of the clock"):
        units.read_instant(text, BERLIN, last=False)


@pytest.mark.parametrize("text", ["31.12.2026", "2026-13-01", "2026-02-30", "2026-12-31T25:00", "tomorrow", "20261231"])
def test_read_instant__not_a_date__is_refused(text):
    refused(text, lambda: units.read_instant(text, BERLIN, last=True))


@SEEDED
@given(st.integers(2 * 86_400, 4 * 10**9), st.booleans())
def test_instant__written_and_read(seconds, last):
    zone = ZoneInfo("UTC")
    assert units.read_instant(units.write_instant(seconds, zone, last=last), zone, last=last) == seconds


def test_months__run_over_the_year():
    found = units.months("2016-11", "2017-02")
    assert [name for name, _, _ in found] == ["2016-11", "2016-12", "2017-01", "2017-02"]
    assert all(before[2] == after[1] for before, after in pairwise(found))
