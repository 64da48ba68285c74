"""A year of twelve service periods: its agreement, what each side's log says of each month, and what that costs.

The money is worked out here by hand, from the terms below and SPEC.md 7 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.agent.pair import DAY, UNIT
from tests.sdk import paper

PPM = 10**6
FIXED = 600_010_000
RATE = 2_370_001
TOP_UP = 6_000 * UNIT
"""What the client raises what is held to, when it has run out."""
MOST = 150_000
"""The cap of a period, ppm: what an interim payment leaves open while a credit may still come."""
CORRECTION = -50_000
"""What both sides take off the credit of the tenth month, ppm."""

PERIODS = ", ".join(f"{{name: p{month:02}, end: DAY{35 + 30 * month}}}" for month in range(12))
ANSWERED = """\
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: answered}
spec:
  service: desk
  indicator:
    metadata: {name: answered}
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource: {metricSourceRef: log, type: workpact-log, spec: {where: "answered = 'yes'"}}
        total:
          metricSource: {metricSourceRef: log, type: workpact-log, spec: {where: "true"}}
  timeWindow:
    - {duration: 1M, isRolling: false, calendar: {startTime: "DAY5 00:00:00", timeZone: UTC}}
  budgetingMethod: Occurrences
  objectives: [{displayName: "calls answered", target: 0.9}]
---
apiVersion: workpact/v1
kind: ServiceCredit
"""
CREDITS = """\
  atRisk: 20 %
  periodCap: 15 %
  yearCap: 7.5 %
  yearPeriods: 12
  pool: 100 %
  rightToEnd: {failures: 0, within: 0, lapse: 60 days}
  earnBack: {periods: 2}
  levels:
    - slo: in-time
      minimumSample: 10
      lowVolume: met
      repeat: 2
      critical: true
      bands: [{below: 95 %, allocation: 25 %}, {below: 50 %, allocation: 50 %}]
    - slo: answered
      minimumSample: 10
      lowVolume: met
      earnBack: true
      bands: [{below: 90 %, allocation: 40 %}]
"""


def _part(start: str, end: str | None = None) -> str:
    """The small desk's text from one word to another."""
    begin = paper.TEXT.index(start)
    return paper.TEXT[begin : paper.TEXT.index(end) if end else None]


EDITS = (
    ("periods: [{name: first, end: DAY35}, {name: second, end: DAY65}]", f"periods: [{PERIODS}]"),
    (_part("  milestones:", "  total:"), ""),
    ("total: 3,750.50 TUSD", "total: 12,000 TUSD"),
    ("deposit: 3,000 TUSD", "deposit: 3,750 TUSD"),
    ("holdbackUntil: DAY300", "holdbackUntil: DAY399"),
    ("fixed: 600 TUSD", "fixed: 600.01 TUSD"),
    ("rate: 2.50 TUSD", "rate: 2.370001 TUSD"),
    ("---\napiVersion: workpact/v1\nkind: ServiceCredit\n", ANSWERED),
    (_part("  atRisk:"), CREDITS),
)


@dataclass(frozen=True)
class Month:
    """What a log says of a month: so many cases, and the numbers of those that missed a level."""

    cases: int
    late: range = range(0)
    unanswered: range = range(0)

    def rows(self, end: int, name: str) -> list[str]:
        """Lines of the log, in a month that ends then."""
        day = f"{datetime.fromtimestamp(end - 9 * DAY, UTC):%Y-%m-%d} 09:00"
        return [
            f"{name}-{case},1,{day},{day},{day},{_word(case not in self.late)},{_word(case not in self.unanswered)}"
            for case in range(self.cases)
        ]


def _word(met: bool) -> str:
    return "yes" if met else "no"


MONTHS = (
    Month(41),
    Month(42, late=range(4)),
    Month(43, late=range(3)),
    Month(44, unanswered=range(10)),
    Month(45),
    Month(46, late=range(30)),
    Month(47),
    Month(0),
    Month(0),
    Month(48, late=range(4)),
    Month(49, late=range(30), unanswered=range(10)),
    Month(50, late=range(30), unanswered=range(10)),
)
"""What is true of each month; of the eighth and the ninth there is no log, so that the fixed charge alone counts."""

RATES = (
    0,
    50_000,  # in-time missed: 25 % of 20 %
    100_000,  # missed again, so twice that
    80_000,  # answered missed: 40 % of 20 %, held, and returned when the next two months have met it
    0,
    100_000,  # in-time in its last band, critical: 50 % of 20 %
    0,
    130_000,  # both in their first band: 65 % of 20 %, held in part, and kept as the next month misses it again
    150_000,  # the same, in-time again: 90 % of 20 % is 18 %, over the period's cap; held in part, and kept
    100_000 + CORRECTION,  # in-time missed again: twice 25 % of 20 %
    150_000,  # twice 50 % and 40 % of 20 % is 28 %, over the period's cap
    90_000,  # the same, but twelve times 7.5 % less the 81 % of the months before
)
"""The rate of each month's credit, ppm of its charge."""

RETURNED = 3
"""The month whose credit returns, two months later."""
INTERIM = {2: MOST, 3: 80_000, 4: MOST, 7: 130_000, 8: 150_000}
"""Months that are paid before their credit is settled, and what of the charge stays open then, ppm."""
CRITICAL = {5, 10, 11}
"""Months that give the client a right to end."""


@dataclass(frozen=True)
class Bill:
    """What a month costs, smallest units; `parts` is what the contractor gets, in order, holdback included."""

    charge: int
    credit: int
    parts: tuple[int, ...]

    @property
    def retained(self) -> int:
        """Of each part a tenth stays until its date, rounded down."""
        return sum(part // 10 for part in self.parts)


def bill(month: int) -> Bill:
    """One month's."""
    charge = FIXED + RATE * MONTHS[month].cases
    credit = 0 if month == RETURNED else charge * RATES[month] // PPM
    due = charge - credit
    if month not in INTERIM:
        return Bill(charge, credit, (due,))
    first = charge - charge * INTERIM[month] // PPM
    return Bill(charge, credit, (first, due - first))


BILLS = tuple(bill(month) for month in range(12))
FUNDED = TOP_UP + sum(sum(bill.parts) for bill in BILLS[:5])
"""The deposit, and what raises the rest of it to `TOP_UP`: by then five months were paid, and the credit returned."""
