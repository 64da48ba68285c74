"""SPEC.md 8.1, 8.4 to 8.7, 8.14: what the oracle keeps of periods, and what the escrow is told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.model.papers import ZERO, Paper, book_id
from tests.model.parties import Parties
from tests.model.periods import WHOLE, Answer
from tests.model.world import LIMIT, Doubts, mask_of
from tests.oracle import model, typed

STAGES = range(7)
NOBODY_REPORTED, CLIENT_REPORTED, CONTRACTOR_REPORTED, CONTESTED, REPORTED, MISSED, MET = STAGES
OUTCOMES = {MISSED: model.DEFAULT_MISSED, MET: model.DEFAULT_MET}
NEVER = 2**40 - 1

Given = dict[str, Any]


@dataclass
class Period:
    """What is kept of a period; reports are those that a commitment stands for."""

    stage: int = NOBODY_REPORTED
    waived: bool = False
    failed: set[int] = field(default_factory=set)
    clock: int = 0
    final_at: int = 0
    rate: int = 0
    cumulative: int = 0
    end_until: int = 0
    charge: int = 0
    held: tuple[int, int, int] = (0, 0, 0)
    given: Given | None = None
    """The report that it is pending, or final by; while contested the client's."""
    other: Given | None = None
    """While contested the contractor's."""

    @property
    def is_final(self) -> bool:
        return self.stage >= REPORTED


@dataclass
class Book:
    """One book: its periods, and who was put into or out of a seat, by document and reporter."""

    periods: dict[int, Period] = field(default_factory=lambda: defaultdict(Period))
    assessed: list[model.Assessment] = field(default_factory=list)
    seats: dict[tuple[bytes, str], tuple[int, int, int]] = field(default_factory=dict)


class Books(Parties):
    """Final figures, credits in order, answers."""

    def tell(self, name: str, paper: Paper, **arguments: Any) -> None:
        """An event of the oracle, in its book's history."""
        names = {"agreement": self.agreement, "origin": paper.origin}
        self.said.append(("SLAOracle", name, names | arguments, self.book_of(paper)))

    def book_of(self, paper: Paper) -> bytes:
        key = paper.origin, paper.document
        return self.leads_to.get(key) or book_id(self.agreement, *key)

    def book(self, paper: Paper) -> Book:
        return self.books.setdefault(self.book_of(paper), Book())

    def replace(self, origin: bytes, old: bytes, new: bytes) -> None:
        """8.1."""
        book = self.leads_to.get((origin, old)) or book_id(self.agreement, origin, old)
        self.leads_to[origin, new] = book
        self.replaced.add((origin, old))
        self.replaced.discard((origin, new))
        names = {"agreement": self.agreement, "origin": origin, "book": book}
        self.said.append(("SLAOracle", "DocumentReplaced", names | {"oldDocument": old, "newDocument": new}, book))

    def is_in_force(self, paper: Paper) -> bool:
        return (paper.origin, paper.document) not in self.replaced

    def judge(self, paper: Paper, given: Given, doubts: Doubts) -> None:
        """8.4: whether figures and quantities fit the document."""
        levels, prices = paper.levels["levels"], paper.levels["prices"]
        figures, quantities = given["figures"], given["quantities"]
        doubts.when(len(figures) != len(levels), "SLAOracle_WrongFigures", len(figures), len(levels))
        wrong = len(quantities) != len(prices)
        doubts.when(wrong, "SLAOracle_WrongQuantities", len(quantities), len(prices))
        for number, (figure, level) in enumerate(zip(figures, levels, strict=False)):
            pair = figure["good"], figure["total"]
            doubts.when(max(pair) >= LIMIT, "SLAOracle_FigureOutOfRange", number, *pair)
            exceeds = level["form"] < 2 and pair[0] > pair[1]
            doubts.when(exceeds, "SLAOracle_GoodExceedsTotal", number, *pair)
        charge = 0 if wrong else model.charge(paper.levels, quantities)
        doubts.when(charge >= LIMIT, "SLAOracle_ChargeOutOfRange", charge, LIMIT - 1)

    def make_final(self, paper: Paper, given: Given, stage: int) -> None:
        """8.6: final figures, and the credit where all before are assessed."""
        period, book = self.book(paper).periods[given["period"]], self.book(paper)
        number = given["period"]
        period.stage, period.given, period.other = stage, given, None
        outcome = self._outcome(period)
        bands = model.failed_bands(paper.levels["levels"], outcome)
        period.failed = {level for level, band in enumerate(bands) if band is not None}
        names = {"period": number, "document": paper.document, "failed": mask_of(period.failed)}
        if stage == REPORTED:
            period.charge = model.charge(paper.levels, given["quantities"])
            reported = {"report": typed.report_hash(given), "evidence": given["evidence"], "charge": period.charge}
            self.tell("PeriodReported", paper, **names, **reported)
        else:
            period.charge = 0
            self.tell("PeriodDefaulted", paper, **names)
        period.rate = most_rate(paper, bool(period.failed), given["adjustment"])
        if number == len(book.assessed):
            self._assess(paper, number)

    def assess(self, caller: str, paper: Paper, given: Given) -> None:
        """8.6."""
        doubts, number = Doubts(), given["period"]
        doubts.when(number >= 256, "SLAOracle_PeriodOutOfRange", number, 256)
        doubts.stop()
        book = self.book(paper)
        period = book.periods[number]
        doubts.when(not period.is_final, "SLAOracle_NotFinal", number)
        doubts.when(bool(period.final_at), "SLAOracle_AlreadyAssessed", number)
        doubts.when(number > len(book.assessed), "SLAOracle_NotInOrder", number)
        self.expect_report(given, period.given, doubts)
        doubts.stop()
        self._assess(paper, number)

    def _assess(self, paper: Paper, number: int) -> None:
        book = self.book(paper)
        period = book.periods[number]
        assert period.given is not None
        result = model.assess_next(paper.levels, book.assessed, self._outcome(period), period.given["adjustment"])
        before = book.periods[number - 1].cumulative if number else 0
        book.assessed.append(result)
        credits = paper.levels["credits"]
        period.final_at, period.rate, period.cumulative = self.now, result.rate, before + result.rate
        period.end_until = min(self.now + credits["lapse"], NEVER) if result.right_to_end else 0
        if result.held:
            period.held = result.held, mask_of(result.held_for), min(credits["earnBack"], 24)
        self.tell("PeriodAssessed", paper, period=number, rate=period.rate, endUntil=period.end_until)

    def _outcome(self, period: Period) -> Any:
        assert period.given is not None
        figures = period.given["figures"]
        return OUTCOMES.get(period.stage) or [(figure["good"], figure["total"]) for figure in figures]

    def expect_report(self, given: Given, expected: Given | None, doubts: Doubts) -> None:
        """The report that the period is pending, contested or final by."""
        words = [typed.commitment(each) if each else ZERO for each in (given, expected)]
        doubts.when(words[0] != words[1], "SLAOracle_WrongReport", *words)

    def answer(self, paper: Paper, number: int) -> Answer:
        """What the escrow is told."""
        book = self.book(paper)
        period = book.periods[number]
        if period.stage < CONTESTED:
            return Answer()
        rate = least = 0 if period.waived else period.rate
        if period.held[0] and not period.waived:
            rate, least = self._standing(book, number)
        return Answer(1, period.final_at, period.charge, rate, least)

    def _standing(self, book: Book, number: int) -> tuple[int, int]:
        """8.14: the rate, and what it is if what is held returns."""
        period = book.periods[number]
        amount, levels, count = period.held
        following = [book.periods[number + 1 + next_one] for next_one in range(count) if number + 1 + next_one < 256]
        if any(each.is_final and mask_of(each.failed) & levels for each in following):
            return period.rate, period.rate
        if len(following) == count and all(each.is_final for each in following):
            return period.rate - amount, period.rate - amount
        return period.rate, period.rate - amount

    def right_to_end(self, paper: Paper, number: int) -> int:
        """8.8."""
        return self.book(paper).periods[number].end_until if number < 256 else 0

    def met_periods(self, paper: Paper) -> int:
        """What gates read (9.3)."""
        periods = self.book(paper).periods
        return mask_of({number for number, each in periods.items() if each.is_final and not each.failed})


def most_rate(paper: Paper, has_failed: bool, adjustment: int) -> int:
    """8.6: what the credit can be at most, until it is assessed."""
    cap = min(paper.levels["credits"]["periodCap"], model.PPM) * model.PPM
    return min(max((cap if has_failed else 0) + adjustment, 0), WHOLE)
