"""Calls of the oracle."""

from __future__ import annotations

from typing import Any

from tests.model.books import CONTESTED, Given, Period
from tests.model.ending_hands import EndingHands
from tests.model.pair import Call
from tests.model.papers import NOBODY, ZERO, Paper, word
from tests.oracle import cases, typed

Signed = list[tuple[str, bytes]]


class OracleHands(EndingHands):
    """Reports, answers, rulings, credits, reporters."""

    def served(self, *stages: int) -> tuple[Paper, int] | None:
        """A document with service, mostly in force, and a period, mostly at one of these stages."""
        pacts = [pact for pact in self.pair.model.pacts.values() if pact.paper.schedule["ends"]]
        if not pacts:
            return None
        pact = self.random.choice(pacts[-2:])
        papers = [each for each in self.pair.papers.values() if each.origin == pact.origin and each.schedule["ends"]]
        paper = pact.paper if self.random.random() < 0.9 else self.random.choice(papers or [pact.paper])
        periods = self.pair.model.book(paper).periods
        count = len(paper.schedule["ends"])
        fitting = [number for number in range(count) if periods[number].stage in stages]
        if fitting and self.random.random() < 0.9:
            return paper, fitting[0] if self.random.random() < 0.7 else self.random.choice(fitting)
        return None if stages and self.random.random() < 0.8 else (paper, self.period(paper))

    def kept(self, paper: Paper, number: int) -> Period:
        return self.pair.model.book(paper).periods[number]

    def given(self, paper: Paper, number: int, is_notice: bool = False, adjustment: int = 0) -> Given:
        """A report with figures near what matters."""
        random, levels = self.random, paper.levels["levels"]
        figures = [] if is_notice else [cases.figure(random, level) for level in levels]
        quantities = (
            [] if is_notice else [random.choice((0, 1, random.randint(0, 5000))) for _ in paper.levels["prices"]]
        )
        if figures and random.random() < 0.03:
            figures[0] = random.choice(((2, 1), (2**96, 2**96), (0, 2**96 - 1)))
        if figures and random.random() < 0.02:
            figures.pop()
        if quantities and random.random() < 0.02:
            quantities[0] = 2**96
        evidence = ZERO if is_notice else word(f"evidence {random.random()}")
        fields = {"id": paper.id, "adjustment": adjustment}
        agreement = self.stage.agreement
        return typed.report(agreement, paper.origin, paper.service, number, figures, quantities, evidence, **fields)

    def reported(
        self, paper: Paper, given: Given, sides: tuple[str, ...], approvals: list[tuple[str, bytes]]
    ) -> tuple[Signed, list[tuple[str, bool]]]:
        """Signatures for these sides by rising address: for the chain, and for the model."""
        random, reporters, model = self.random, paper.levels["reporters"], self.pair.model
        signers: set[str] = set()
        for side in sides:
            own = [
                each for each in self.drafts.reporters if model.names(paper, each, given["period"])[side != "client"]
            ]
            quorum = reporters[f"{side}Quorum"]
            if random.random() < 0.4 or not 0 < quorum <= len(own):
                signers.add(reporters[side])
            else:
                signers.update(random.sample(own, random.choice((quorum, quorum, len(own)))))
        if random.random() < 0.04:
            signers.add(self.anybody(*self.drafts.reporters))
        if random.random() < 0.03 and signers:
            signers.pop()
        rising = sorted(signers, key=lambda each: int(each, 16))
        if random.random() < 0.02:
            rising.reverse()
        said, signatures, goods = self.report_word(given), [], []
        for signer in rising:
            is_good = random.random() < 0.98
            signature = self.sign(signer, said, approvals) if is_good else bytes(65)
            signatures.append((signer, signature))
            goods.append((signer, is_good or self.said_yes(signer, said, approvals)))
        return signatures, goods

    def told(
        self,
        kind: str,
        caller: str,
        method: str,
        paper: Paper,
        arguments: tuple[Any, ...],
        function: str,
        *abi: Any,
        approvals: Any = (),
    ) -> Call:
        """A call of the oracle."""
        about = (paper,)
        return Call(
            kind, caller, self.time, method, (paper, *arguments), "SLAOracle", function, abi, about, list(approvals)
        )

    def report(self) -> Call | None:
        if (found := self.served(0, 1, 2, 3)) is None:
            return None
        paper, number = found
        adjustment = self.random.choice((0, 0, 0, 10**11, -(10**11), 10**13))
        given, approvals = self.given(paper, number, adjustment=adjustment), []
        signatures, goods = self.reported(paper, given, ("client", "contractor"), approvals)
        abi = (typed.abi_report(given), paper.schedule_hash, paper.abi_levels, signatures)
        return self.told("report", self.anybody(), "report", paper, (given, goods), "report", *abi, approvals=approvals)

    def report_by_side(self) -> Call | None:
        if (found := self.served(0)) is None:
            return None
        paper, number = found
        ended = [
            each
            for each, end in enumerate(paper.schedule["ends"])
            if end < self.time <= end + paper.schedule["reportWithin"] and not self.kept(paper, each).stage
        ]
        if ended and self.random.random() < 0.9:
            number = self.random.choice(ended)
        is_notice = self.random.random() < 0.3
        given = self.given(paper, number, is_notice, adjustment=int(self.random.random() < 0.02))
        approvals: list[tuple[str, bytes]] = []
        sides = self.random.choice((("client",), ("contractor",)))
        signatures, goods = self.reported(paper, given, sides, approvals)
        abi = (typed.abi_report(given), paper.abi_schedule, paper.abi_contest, paper.abi_levels, signatures)
        kind = "notice" if is_notice else "reportBySide"
        names = (kind, self.anybody(), "report_by_side", paper, (given, goods), "reportBySide", *abi)
        return self.told(*names, approvals=approvals)

    def counter(self) -> Call | None:
        if (found := self.served(1, 2)) is None:
            return None
        paper, number = found
        period = self.kept(paper, number)
        pending = period.given
        if pending is None or self.random.random() < 0.03:
            pending = self.given(paper, number)
        given = self.given(paper, number, is_notice=self.random.random() < 0.3)
        own = self.paper_of(pending) or paper
        given["document"] = own.document
        sides = ("contractor",) if period.stage == 1 else ("client",)
        if self.random.random() < 0.05:
            sides = ("client",)
        approvals: list[tuple[str, bytes]] = []
        signatures, goods = self.reported(own, given, sides, approvals)
        reports = typed.abi_report(pending), typed.abi_report(given)
        abi = (*reports, own.abi_schedule, own.abi_contest, own.abi_levels, signatures)
        names = ("counter", self.anybody(), "counter", own, (pending, given, goods), "counter", *abi)
        return self.told(*names, approvals=approvals)

    def paper_of(self, given: Given) -> Paper | None:
        """The document that a report was measured by."""
        known = [*self.pair.papers.values(), *(pact.paper for pact in self.pair.model.pacts.values())]
        return next(
            (each for each in known if (each.origin, each.document) == (given["origin"], given["document"])), None
        )

    def finalise(self) -> Call | None:
        if (found := self.served(1, 2, 3)) is None:
            return None
        paper, number = found
        period = self.kept(paper, number)
        given = self.random.choice(
            [each for each in (period.given, period.other) if each] or [self.given(paper, number)]
        )
        own = self.paper_of(given) or paper
        reporters = own.levels["reporters"]
        caller = self.anybody(reporters["client"], reporters["contractor"], self.drafts.stranger)
        abi = (typed.abi_report(given), own.abi_schedule, own.abi_contest, own.abi_levels)
        return self.told("finalise", caller, "finalise", own, (given,), "finalise", *abi)

    def rule_levels(self) -> Call | None:
        if (found := self.served(CONTESTED)) is None:
            return None
        paper, number = found
        period = self.kept(paper, number)
        if period.given is None or period.other is None:
            return None
        own = self.paper_of(period.given) or paper
        most = (1 << len(own.levels["levels"])) - 1 | (1 << len(own.levels["prices"])) - 1 << 32
        drawn = self.random.getrandbits(40) & most
        mask = self.random.choice((0, most, most, drawn, drawn, drawn | 1 << len(own.levels["levels"])))
        contest = own.schedule["contest"]
        caller = self.anybody(contest["arbiter"], contest["backup"], self.drafts.stranger)
        reports = typed.abi_report(period.given), typed.abi_report(period.other)
        abi = (*reports, own.abi_schedule, own.abi_contest, own.abi_levels, mask)
        arguments = (period.given, period.other, mask)
        return self.told("rule levels", caller, "rule_levels", own, arguments, "rule", *abi)

    def apply_default(self) -> Call | None:
        if (found := self.served(0)) is None:
            return None
        paper, number = found
        abi = (self.stage.agreement, paper.origin, paper.abi_schedule, paper.abi_levels, number)
        return self.told("applyDefault", self.anybody(), "apply_default", paper, (number,), "applyDefault", *abi)

    def assess(self) -> Call | None:
        if (found := self.served(4, 5, 6)) is None:
            return None
        paper, number = found
        book = self.pair.model.book(paper)
        waiting = [each for each, period in book.periods.items() if period.is_final and not period.final_at]
        if waiting and self.random.random() < 0.9:
            number = min(waiting)
        given = self.kept(paper, number).given or self.given(paper, number)
        own = self.paper_of(given) or paper
        abi = (typed.abi_report(given), own.schedule_hash, own.abi_levels)
        return self.told("assess", self.anybody(), "assess", own, (given,), "assess", *abi)

    def waive(self) -> Call | None:
        if (found := self.served()) is None:
            return None
        paper, number = found
        abi = (self.stage.agreement, paper.origin, paper.schedule_hash, paper.abi_levels, number)
        return self.told("waive", self.anybody(paper.client), "waive", paper, (number,), "waive", *abi)

    def replace_reporter(self) -> Call | None:
        if (found := self.served()) is None:
            return None
        paper, _ = found
        choices = (*self.drafts.reporters, NOBODY, self.anybody())
        old, new = self.random.choice(choices), self.random.choice(choices)
        abi = (self.stage.agreement, paper.origin, paper.abi_schedule, paper.abi_levels, old, new)
        caller = self.anybody(*paper.parties)
        return self.told("replaceReporter", caller, "replace_reporter", paper, (old, new), "replaceReporter", *abi)

    def prove_equivocation(self) -> Call | None:
        if (found := self.served()) is None or self.random.random() < 0.7:
            return None
        paper, number = found
        one, other = (self.given(paper, number, self.random.random() < 0.05) for _ in range(2))
        if self.random.random() < 0.05:
            other = dict(one)
        reporter = self.random.choice((*self.drafts.reporters, *self.drafts.reporters, paper.client))
        approvals: list[tuple[str, bytes]] = []
        goods = self.random.choice(((True, True), (True, True), (True, True), (True, False)))
        words = [self.report_word(given) for given in (one, other)]
        made = [
            self.sign(reporter, each, approvals) if good else bytes(65) for each, good in zip(words, goods, strict=True)
        ]
        goods = tuple(good or self.said_yes(reporter, each, approvals) for each, good in zip(words, goods, strict=True))
        reports = typed.abi_report(one), typed.abi_report(other)
        abi = (*reports, paper.schedule_hash, paper.abi_levels, (reporter, made[0]), made[1])
        arguments = (one, other, reporter, goods)
        names = ("proveEquivocation", self.anybody(), "prove_equivocation", paper, arguments, "proveEquivocation", *abi)
        return self.told(*names, approvals=approvals)
