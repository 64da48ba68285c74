"""Robust and exact statistics in integers and fractions: the same verdict on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import comb

Number = int | Fraction
NORMAL = Fraction(14_826, 10_000)
"""What a median absolute deviation is multiplied by to compare with a standard deviation."""
STEP = Fraction(7_071, 10_000)
"""A difference of two values spreads √2 times as far as one."""
BENFORD = (301_030, 176_091, 124_939, 96_910, 79_181, 66_947, 57_992, 51_153, 45_757)
"""log10(1 + 1/d) for d from 1 to 9, ppm."""


def median(values: Sequence[Number]) -> Fraction:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle]) / 2


def deviation(values: Sequence[Number]) -> Fraction:
    """The median absolute deviation from the median, scaled as a standard deviation."""
    centre = median(values)
    return NORMAL * median([abs(each - centre) for each in values])


def jitter(values: Sequence[Number]) -> Fraction:
    """As `deviation`, from one value to the next: a slow drift does not widen it."""
    return NORMAL * STEP * median([abs(Fraction(b) - a) for a, b in pairwise(values)])


def at_least(count: int, trials: int, share: Fraction) -> Fraction:
    """How probable it is that `count` or more of `trials` hit, if each does with this share."""
    hit, miss = share.numerator, share.denominator - share.numerator
    ways = sum(comb(trials, each) * hit**each * miss ** (trials - each) for each in range(count, trials + 1))
    return Fraction(ways, share.denominator**trials)


def sign_test(one: int, other: int) -> Fraction:
    """How probable a division as uneven as this is, either way, if both are as likely."""
    return min(Fraction(1), 2 * at_least(max(one, other), one + other, Fraction(1, 2)))


def risen(values: Sequence[Number], centre: Number, scale: Number, slack: Fraction, limit: Fraction) -> int | None:
    """CUSUM: the first place where the values have drifted above `centre`, `slack` and `limit` in scales; or None."""
    total = Fraction(0)
    for place, value in enumerate(values):
        total = max(Fraction(0), total + value - centre - slack * scale)
        if total > limit * scale:
            return place
    return None


def unevenness(counts: Sequence[int]) -> Fraction:
    """Pearson's statistic against equal shares: with k counts as large as k − 1 by chance."""
    total = sum(counts)
    return Fraction(len(counts) * sum(each * each for each in counts), total) - total


def first_digit(value: int) -> int:
    """The first digit of a positive integer."""
    return int(str(value)[0])


def benford_distance(values: Sequence[int]) -> Fraction:
    """Mean absolute difference of the shares of first digits from Benford's, ppm (Nigrini's MAD)."""
    counts = [0] * 9
    for value in values:
        counts[first_digit(value) - 1] += 1
    shares = [Fraction(each * 1_000_000, len(values)) for each in counts]
    return sum((abs(share - due) for share, due in zip(shares, BENFORD, strict=True)), Fraction(0)) / 9


def benford_unevenness(values: Sequence[int]) -> Fraction:
    """Pearson's statistic against Benford's shares: as large as 8 by chance."""
    total, found = len(values), Fraction(0)
    counts = [0] * 9
    for value in values:
        counts[first_digit(value) - 1] += 1
    for count, due in zip(counts, BENFORD, strict=True):
        expected = Fraction(total * due, 1_000_000)
        found += (count - expected) ** 2 / expected
    return found
