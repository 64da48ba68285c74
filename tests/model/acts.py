"""SPEC.md 8.15, 8.17: what parties do at the oracle beside reports."""

from __future__ import annotations

from tests.model.books import Given
from tests.model.lanes import CLIENT, CONTRACTOR, FAR, LISTED, REMOVED, Lanes, is_notice
from tests.model.papers import NOBODY, Paper
from tests.model.world import Doubts


class Model(Lanes):
    """The whole model."""

    def waive(self, caller: str, paper: Paper, number: int) -> None:
        """8.15."""
        doubts = Doubts()
        client = paper.levels["reporters"]["client"]
        doubts.when(caller != client, "SLAOracle_Unauthorised", caller, client)
        doubts.when(number >= 256, "SLAOracle_PeriodOutOfRange", number, 256)
        doubts.when(not self.is_in_force(paper), "SLAOracle_NotInForce", paper.document)
        doubts.stop()
        period = self.book(paper).periods[number]
        if not period.waived:
            period.waived = True
            self.tell("CreditWaived", paper, period=number)

    def replace_reporter(self, caller: str, paper: Paper, old: str, new: str) -> None:
        """8.17."""
        doubts = Doubts()
        reporters, schedule = paper.levels["reporters"], paper.schedule
        parties = reporters["client"], reporters["contractor"]
        for party in parties if caller not in parties else ():
            doubts.when(True, "SLAOracle_Unauthorised", caller, party)
        doubts.when(not self.is_in_force(paper), "SLAOracle_NotInForce", paper.document)
        doubts.when(old == new, "SLAOracle_NotReporter", new)
        doubts.stop()
        side = parties.index(caller)
        running = sum(end <= self.now for end in schedule["ends"])
        since = 0 if self.now < schedule["start"] else running + 1
        count = len(schedule["ends"])
        doubts.when(since >= count, "SLAOracle_PeriodOutOfRange", since, count)
        if old != NOBODY:
            is_own = old not in parties and self.names(paper, old, since)[side]
            doubts.when(not is_own, "SLAOracle_NotReporter", old)
        if new != NOBODY:
            seat, other = self._seat(paper, new)[0], "client" if side else "contractor"
            taken = new in parties or any(self.names(paper, new, since)) or seat == REMOVED
            taken = taken or seat == (CLIENT if side else CONTRACTOR) or new in reporters[f"{other}Reporters"]
            doubts.when(taken, "SLAOracle_NotReporter", new)
        doubts.stop()
        seats = self.book(paper).seats
        if old != NOBODY:
            _, was_since, _ = self._seat(paper, old)
            seats[paper.document, old] = (CONTRACTOR if side else CLIENT, was_since, since)
        if new != NOBODY:
            was, was_since, until = self._seat(paper, new)
            never_away = was != LISTED and until == since
            seats[paper.document, new] = (CONTRACTOR if side else CLIENT, was_since if never_away else since, FAR)
        names = {"document": paper.document, "party": caller, "oldReporter": old, "newReporter": new}
        self.tell("ReporterReplaced", paper, **names, fromPeriod=since)

    def prove_equivocation(
        self, caller: str, paper: Paper, one: Given, other: Given, reporter: str, good: tuple[bool, bool]
    ) -> None:
        """8.17."""
        doubts = Doubts()
        reporters = paper.levels["reporters"]
        for given in (one, other):
            wrong = given["document"] != paper.document
            doubts.when(wrong, "SLAOracle_WrongDocument", paper.document, given["document"])
        named = self.names(paper, reporter, one["period"])
        doubts.when(sum(named) != 1, "SLAOracle_NotReporter", reporter)
        contradicts = (
            one != other
            and one["period"] == other["period"]
            and not is_notice(one)
            and not is_notice(other)
            and reporter not in (reporters["client"], reporters["contractor"])
        )
        doubts.when(not contradicts, "SLAOracle_NoEquivocation", reporter)
        doubts.when(not all(good), "SLAOracle_WrongSignature", reporter)
        doubts.stop()
        self.book(paper).seats[paper.document, reporter] = (REMOVED, 0, 0)
        names = {"document": paper.document, "reporter": reporter, "period": one["period"]}
        self.tell("ReporterRemoved", paper, **names)
