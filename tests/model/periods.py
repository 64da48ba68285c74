"""SPEC.md 7: service periods in money."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from tests.model.milestones import Milestones
from tests.model.papers import Paper
from tests.model.world import BY_CLIENT, LIMIT, LONGEST, PERIODS, Doubts, Pact

WHOLE = 10**12


@dataclass
class Answer:
    """What the oracle tells the escrow (8.6, 8.12, 8.14, 8.15)."""

    known: int = 0
    final_at: int = 0
    charge: int = 0
    rate: int = 0
    least: int = 0


@dataclass
class Bill:
    """What a period comes to now: of its charge, `credit` is the client's."""

    charge: int
    credit: int
    is_final: bool
    due_since: int
    """When it fell due."""

    @property
    def amount(self) -> int:
        return self.charge - self.credit


class Periods(Milestones, ABC):
    """Settling by what the oracle knows, or without it."""

    @abstractmethod
    def answer(self, paper: Paper, period: int) -> Answer:
        """What the oracle of the document says."""

    def bill(self, pact: Pact, period: int, doubts: Doubts) -> Bill:
        """7.1, 7.5, 7.6, 7.7."""
        paper = pact.paper
        until = paper.schedule["ends"][period] + min(paper.schedule["finalWithin"], LONGEST)
        answer = self.answer(paper, period) if paper.billing["oracle"] == self.oracle else Answer()
        charge = min(paper.billing["cap"], LIMIT - 1, paper.billing["fixedCharge"] + answer.charge)
        if answer.final_at:
            rate, is_final = answer.rate, True
            if answer.least < answer.rate:
                is_final = bool(pact.ends_at) and self.now > pact.ends_at
                rate = answer.least if is_final and pact.ending == BY_CLIENT else answer.rate
            return Bill(charge, charge * rate // WHOLE, is_final, answer.final_at)
        if self.now > until:
            return Bill(charge, 0, True, until)
        if answer.known:
            return Bill(charge, charge * answer.rate // WHOLE, False, until)
        doubts.when(True, "Escrow_NotFinal", period, until)
        doubts.stop()
        raise AssertionError

    def settle(self, caller: str, paper: Paper, period: int) -> None:
        """7.1 to 7.7."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        self.a_period(pact, period, doubts)
        bill = self.bill(pact, period, doubts)
        due = max(0, bill.amount - pact.interim[period])
        doubts.when(not bill.is_final and not due, "Escrow_NothingDue")
        if pact.held < due:
            over = pact.ends_at and self.now > pact.ends_at
            late = over and self.now > pact.ends_at + min(paper.ending["cure"], LONGEST)
            is_allowed = over and (late or caller == paper.contractor)
            doubts.when(not is_allowed, "Escrow_Short", pact.held, due)
            due = pact.held
            doubts.when(bool(is_allowed) and not bill.is_final and not due, "Escrow_NothingDue")
        doubts.stop()
        paid, kept = self.keep_back(pact, due)
        names = {"origin": pact.origin, "period": period, "charge": bill.charge, "credit": bill.credit}
        if bill.is_final:
            pact.periods.add(period)
            self.say("Settled", pact.origin, **names, paid=paid, retained=kept)
        else:
            pact.interim[period] += due
            self.say("PaidInterim", pact.origin, **names, paid=paid, retained=kept)
        self.push_contractor(pact, paid)

    def a_period(self, pact: Pact, period: int, doubts: Doubts, lapses: bool = True) -> None:
        """One that the terms have, that is open and that does not lapse."""
        ends = pact.paper.schedule["ends"][:256]
        doubts.when(period >= len(ends), "Escrow_NoPeriod", period, len(ends))
        doubts.stop()
        doubts.when(period in pact.periods, "Escrow_PeriodSettled", period)
        lapsed = lapses and bool(pact.ends_at) and ends[period] > pact.ends_at
        doubts.when(lapsed, "Escrow_PeriodLapsed", period, pact.ends_at)
        doubts.stop()

    def item_of(self, period: int) -> int:
        return PERIODS + period
