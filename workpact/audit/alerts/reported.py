"""Service periods as they were reported: the final figures in order, and what each side had reported before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from workpact.audit.alerts import robust
from workpact.audit.entries import Entry
from workpact.terms.levels import Form
from workpact.terms.units import PPM

Message = Mapping[str, Any]
LEAST_CHANGE = 200
"""Counts of cases differ by more than one in so many, from period to period."""


@dataclass(frozen=True)
class Told:
    """A report that the oracle took: of one side, or what became final (`side` None)."""

    period: int
    side: str | None
    entry: Entry
    message: Message | None
    """None where its contents are not at hand, or it is a notice."""
    levels: Message
    """`Levels` of the document in force."""
    length: int
    """Seconds of the period."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """All its figures and quantities."""
        excluded = tuple(int(each["excluded"]) for each in self.message["figures"]) if self.message else ()
        return self.counts + excluded

    @property
    def counts(self) -> tuple[int, ...]:
        """What was counted, level by level, and the quantities; without what was left out of it."""
        if self.message is None:
            return ()
        parts = tuple(int(each[name]) for each in self.message["figures"] for name in ("good", "total"))
        return parts + tuple(int(each) for each in self.message["quantities"])


@dataclass(frozen=True)
class Figure:
    """One level's final figure of one period."""

    period: int
    good: int
    total: int
    excluded: int
    target: int
    """ppm for ratios, plain for averages."""
    form: Form
    entry: Entry
    length: int
    """Seconds of the period."""

    @property
    def value(self) -> Fraction:
        """Its ratio or average."""
        return Fraction(self.good, self.total)

    @property
    def missed(self) -> int:
        """Bad cases. Ratios only."""
        return self.total - self.good if self.form is Form.RATIO_AT_LEAST else self.good

    @property
    def spare(self) -> int:
        """By how many cases it is better than its target; negative where it fails. Ratios only."""
        if self.form is Form.RATIO_AT_LEAST:
            return self.good - -(-self.target * self.total // PPM)
        return self.target * self.total // PPM - self.good


def is_counted(figures: Sequence[Figure]) -> bool:
    """Whether totals are cases; those that follow from the length of the period alone are slices of time."""
    rates = [Fraction(each.total, each.length) for each in figures if each.length]
    return bool(rates) and robust.deviation(rates) * LEAST_CHANGE > robust.median(rates)


def _length(schedule: Message, period: int) -> int:
    ends = schedule["ends"]
    if period >= len(ends):
        return 0
    return int(ends[period]) - int(ends[period - 1] if period else schedule["start"])


class Reported:
    """All reports of one record."""

    def __init__(
        self, entries: Iterable[Entry], terms: Callable[[tuple[int, int]], Message], reports: Mapping[bytes, Message]
    ) -> None:
        self.final: dict[int, Told] = {}
        self.first: dict[int, list[Told]] = {}
        """What single sides reported, in order."""
        for entry in entries:
            if entry.name not in ("PeriodPending", "PeriodContested", "PeriodReported"):
                continue
            service = terms(entry.place)["annex"]["conditions"]["service"]
            side = None if entry.name == "PeriodReported" else "client" if entry["byClient"] else "contractor"
            message = reports.get(bytes(entry["report"]))
            if message is not None and not message["figures"]:
                message = None
            period = int(entry["period"])
            told = Told(period, side, entry, message, service["levels"], _length(service["schedule"], period))
            if side is None:
                self.final[told.period] = told
            else:
                self.first.setdefault(told.period, []).append(told)

    @property
    def in_order(self) -> list[Told]:
        """What is final and at hand, by period."""
        return [told for _, told in sorted(self.final.items()) if told.message is not None]

    def levels(self) -> dict[str, list[Figure]]:
        """The figures of each level, period by period; periods without cases are left out."""
        found: dict[str, list[Figure]] = {}
        for told in self.in_order:
            assert told.message is not None
            for level, figure in zip(told.levels["levels"], told.message["figures"], strict=False):
                if int(figure["total"]) > 0:
                    bands = level["bands"]
                    target = int(bands[0]["threshold"]) if bands else 0
                    good, total, excluded = (int(figure[name]) for name in ("good", "total", "excluded"))
                    form = Form(int(level["form"]))
                    made = Figure(told.period, good, total, excluded, target, form, told.entry, told.length)
                    found.setdefault(str(level["name"]), []).append(made)
        return found

    def quantities(self) -> dict[str, list[tuple[Told, int]]]:
        """Each price's quantity, period by period."""
        found: dict[str, list[tuple[Told, int]]] = {}
        for told in self.in_order:
            assert told.message is not None
            for price, quantity in zip(told.levels["prices"], told.message["quantities"], strict=False):
                found.setdefault(str(price["quantity"]), []).append((told, int(quantity)))
        return found

    def contests(self) -> Iterator[tuple[Told, Told]]:
        """What the client and the contractor had reported, of each period in which both gave figures."""
        for _, told in sorted(self.first.items()):
            sides = {each.side: each for each in told if each.message is not None}
            if {"client", "contractor"} <= set(sides):
                yield sides["client"], sides["contractor"]
