"""What one token was worth in other currencies, from a file of the user's."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path

from workpact.audit.bookkeeping import text
from workpact.audit.bookkeeping.errors import BadAmount, BadDate, BadRates, OtherCurrency

HEADING = ["date", "currency", "rate"]


@dataclass(frozen=True)
class Rates:
    """Units of a currency for one token, each from its date until the next."""

    dated: Mapping[str, Sequence[tuple[date, Fraction]]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Rates:
        """From CSV with the heading `date,currency,rate`; dates like 2026-12-31, rates like 1.0832."""
        rows = list(csv.reader(io.StringIO(text.decoded(file))))
        if not rows or [each.strip().lower() for each in rows[0]] != HEADING:
            raise BadRates(f"{file.name}:1: a file of rates begins with the line {','.join(HEADING)}.")
        found: dict[str, dict[date, Fraction]] = {}
        for number, row in enumerate(rows[1:], 2):
            if not row:
                continue
            place = f"{file.name}:{number}"
            if len(row) != 3:
                raise BadRates(f"{place}: a rate has a date, a currency and a number.")
            try:
                (day,) = text.dates([(row[0], place)], None)
                (rate,) = text.amounts([(row[2], place)], text.POINT)
            except (BadDate, BadAmount) as error:
                raise BadRates(str(error)) from None
            if rate <= 0:
                raise BadRates(f"{place}: a rate is above zero.")
            if found.setdefault(row[1].strip(), {}).setdefault(day, rate) != rate:
                raise BadRates(f"{place}: {row[1]} has two rates on {day}: keep one.")
        return cls({name: sorted(each.items()) for name, each in found.items()})

    def at(self, currency: str, days: Sequence[date], source: str) -> Fraction:
        """The rate of the first of these days that has one, for the line at `source`; `OtherCurrency` if none."""
        known = self.dated.get(currency, ())
        begins = [each for each, _ in known]
        for day in days:
            if place := bisect_right(begins, day):
                return known[place - 1][1]
        raise OtherCurrency(
            f"{source}: the line is in {currency} and no rate of {days[-1]} or before says what a token is worth: "
            "give a file of rates (--rates FILE), or say --currency if that is what the books call the token."
        )


def rounded(value: Fraction) -> int:
    """To the next whole unit, halves away from zero."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole
