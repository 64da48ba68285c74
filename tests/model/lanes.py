"""SPEC.md 8.3, 8.7, 8.11 to 8.17: how figures become final, and who reports."""

from __future__ import annotations

from collections.abc import Sequence

from tests.model.books import (
    CLIENT_REPORTED,
    CONTESTED,
    CONTRACTOR_REPORTED,
    MET,
    MISSED,
    NOBODY_REPORTED,
    REPORTED,
    Books,
    Given,
    Period,
    most_rate,
)
from tests.model.papers import NOBODY, ZERO, Paper
from tests.model.world import LONGEST, Doubts
from tests.oracle import model, typed

Signed = Sequence[tuple[str, bool]]
"""Signers, in the order given, and whether their signature is good."""
LISTED, CLIENT, CONTRACTOR, REMOVED = range(4)
FAR = 2**16 - 1


class Lanes(Books):
    """Everything that parties and reporters do at the oracle."""

    # 8.3, 8.17: who signs

    def names(self, paper: Paper, reporter: str, number: int) -> tuple[bool, bool]:
        """For which sides an address signs reports of a period."""
        reporters, seat = paper.levels["reporters"], self._seat(paper, reporter)
        for_client = reporter == paper.levels["reporters"]["client"]
        for_contractor = reporter == reporters["contractor"]
        side, since, until = seat
        if side == REMOVED:
            return for_client, for_contractor
        counts = since <= number < until
        return (
            for_client
            or (counts and (side == CLIENT or (side == LISTED and reporter in reporters["clientReporters"]))),
            for_contractor
            or (counts and (side == CONTRACTOR or (side == LISTED and reporter in reporters["contractorReporters"]))),
        )

    def _seat(self, paper: Paper, reporter: str) -> tuple[int, int, int]:
        return self.book(paper).seats.get((paper.document, reporter), (LISTED, 0, FAR))

    def _quorums(self, paper: Paper, signed: Signed, number: int, doubts: Doubts) -> tuple[bool, bool]:
        reporters = paper.levels["reporters"]
        sides: list[list[str]] = [[], []]
        before = NOBODY
        for signer, is_good in signed:
            rising = int(signer, 16) > int(before, 16)
            doubts.when(not rising, "SLAOracle_SignersNotRising", before, signer)
            doubts.when(not is_good, "SLAOracle_WrongSignature", signer)
            named = self.names(paper, signer, number)
            doubts.when(sum(named) != 1, "SLAOracle_NotReporter", signer)
            if sum(named) == 1:
                sides[named[1]].append(signer)
            before = signer
        has = [
            reporters[side] in signers or 0 < reporters[f"{side}Quorum"] <= len(signers)
            for side, signers in zip(("client", "contractor"), sides, strict=True)
        ]
        return has[0], has[1]

    def _by_one_side(self, paper: Paper, given: Given, signed: Signed, doubts: Doubts) -> bool:
        """Whether it is the client's; a quorum of exactly one side."""
        adjustment = given["adjustment"]
        doubts.when(adjustment != 0, "SLAOracle_AdjustmentNotAgreed", adjustment)
        if not is_notice(given):
            self.judge(paper, given, doubts)
        has = self._quorums(paper, signed, given["period"], doubts)
        doubts.when(has[0] == has[1], "SLAOracle_NoQuorum", *has)
        return has[0]

    def _opened(self, paper: Paper, given: Given, doubts: Doubts, in_force: bool) -> Period:
        """The period that a report is about."""
        number = given["period"]
        doubts.when(number >= 256, "SLAOracle_PeriodOutOfRange", number, 256)
        wrong = given["document"] != paper.document
        doubts.when(wrong, "SLAOracle_WrongDocument", paper.document, given["document"])
        doubts.when(in_force and not self.is_in_force(paper), "SLAOracle_NotInForce", paper.document)
        doubts.stop()
        return self.book(paper).periods[number]

    # 8.3

    def report(self, caller: str, paper: Paper, given: Given, signed: Signed) -> None:
        """8.3: both sides."""
        doubts, number = Doubts(), given["period"]
        period = self._opened(paper, given, doubts, in_force=True)
        doubts.when(period.is_final, "SLAOracle_AlreadyFinal", number)
        self.judge(paper, given, doubts)
        has = self._quorums(paper, signed, number, doubts)
        doubts.when(not all(has), "SLAOracle_NoQuorum", *has)
        doubts.stop()
        self.make_final(paper, given, REPORTED)

    # 8.11 to 8.13

    def report_by_side(self, caller: str, paper: Paper, given: Given, signed: Signed) -> None:
        """8.11, 8.13."""
        doubts, number = Doubts(), given["period"]
        period = self._opened(paper, given, doubts, in_force=True)
        self._has_period(paper, number, doubts)
        end, within = paper.schedule["ends"][number], min(paper.schedule["reportWithin"], LONGEST)
        doubts.when(self.now <= end, "SLAOracle_TooEarly", number, end)
        doubts.when(self.now > end + within, "SLAOracle_TooLate", number, end + within)
        doubts.when(period.is_final, "SLAOracle_AlreadyFinal", number)
        doubts.when(period.stage != NOBODY_REPORTED, "SLAOracle_WrongStage", number, period.stage)
        by_client = self._by_one_side(paper, given, signed, doubts)
        doubts.stop()
        self._pend(paper, period, given, by_client)

    def counter(self, caller: str, paper: Paper, pending: Given, given: Given, signed: Signed) -> None:
        """8.11, 8.13."""
        doubts, number = Doubts(), given["period"]
        period = self._opened(paper, given, doubts, in_force=False)
        is_beyond = number >= len(paper.schedule["ends"])
        doubts.when(is_beyond and not period.stage, "SLAOracle_WrongStage", number, period.stage)
        self._has_period(paper, number, doubts)
        other = pending["document"] != given["document"]
        doubts.when(other, "SLAOracle_WrongDocument", paper.document, pending["document"])
        waits = period.stage in (CLIENT_REPORTED, CONTRACTOR_REPORTED)
        doubts.when(period.is_final, "SLAOracle_AlreadyFinal", number)
        if doubts.when(not waits, "SLAOracle_WrongStage", number, period.stage):
            doubts.stop()
        self.expect_report(pending, period.given, doubts)
        until = period.clock + window(paper)
        doubts.when(self.now > until, "SLAOracle_TooLate", number, until)
        by_client = self._by_one_side(paper, given, signed, doubts)
        same_side = by_client == (period.stage == CLIENT_REPORTED)
        doubts.when(same_side, "SLAOracle_NoQuorum", by_client, not by_client)
        doubts.stop()
        if is_notice(pending) and not is_notice(given):
            return self._pend(paper, period, given, by_client)
        period.given, period.other = (given, pending) if by_client else (pending, given)
        period.stage, period.clock = CONTESTED, self.now
        pairs = zip(period.given["quantities"], period.other["quantities"], strict=False)
        lesser = [min(pair) for pair in pairs]
        period.charge = model.charge(paper.levels, lesser) if lesser else 0
        period.rate = most_rate(paper, True, 0)
        named = {"report": typed.report_hash(given), "evidence": given["evidence"]}
        self.tell("PeriodContested", paper, period=number, **named, byClient=by_client, charge=period.charge)
        return None

    def finalise(self, caller: str, paper: Paper, given: Given) -> None:
        """8.11, 8.12."""
        doubts, number = Doubts(), given["period"]
        period = self._opened(paper, given, doubts, in_force=False)
        doubts.when(period.is_final, "SLAOracle_AlreadyFinal", number)
        if doubts.when(period.stage not in (1, 2, 3), "SLAOracle_WrongStage", number, period.stage):
            doubts.stop()
        reporters, in_force = paper.levels["reporters"], self.is_in_force(paper)
        if period.stage == CONTESTED:
            by_client = given == period.given
            if not by_client and given != period.other:
                self.expect_report(given, period.given, doubts)
                self.expect_report(given, period.other, doubts)
            answers = reporters["contractor" if by_client else "client"]
            doubts.when(caller != answers, "SLAOracle_Unauthorised", caller, answers)
            doubts.when(not in_force, "SLAOracle_NotInForce", paper.document)
        else:
            by_client = period.stage == CLIENT_REPORTED
            self.expect_report(given, period.given, doubts)
            until = period.clock + window(paper)
            concedes = caller == reporters["contractor" if by_client else "client"]
            early = self.now <= until
            doubts.when(early and not concedes, "SLAOracle_TooEarly", number, until)
            doubts.when(early and concedes and not in_force, "SLAOracle_NotInForce", paper.document)
        doubts.stop()
        self._stands(paper, given, by_client)

    def rule_levels(self, caller: str, paper: Paper, client: Given, contractor: Given, mask: int) -> None:
        """8.12, 8.13."""
        doubts, number = Doubts(), client["period"]
        period = self._opened(paper, client, doubts, in_force=False)
        doubts.when(period.is_final, "SLAOracle_AlreadyFinal", number)
        if doubts.when(period.stage != CONTESTED, "SLAOracle_WrongStage", number, period.stage):
            doubts.stop()
        self.expect_report(client, period.given, doubts)
        self.expect_report(contractor, period.other, doubts)
        levels, prices = len(paper.levels["levels"]), len(paper.levels["prices"])
        most = (1 << levels) - 1 | (1 << prices) - 1 << 32
        contest = paper.schedule["contest"]
        ruling = min(contest["ruling"], LONGEST)
        if self.now > period.clock + 2 * ruling:
            said = most if contest["standing"] else 0
            doubts.when(mask != said, "SLAOracle_WrongRuling", mask, said)
        else:
            turn = contest["arbiter" if self.now <= period.clock + ruling else "backup"]
            doubts.when(caller != turn, "SLAOracle_Unauthorised", caller, turn)
            in_part = (is_notice(client) or is_notice(contractor)) and mask not in (0, most)
            doubts.when(bool(mask & ~most) or in_part, "SLAOracle_WrongRuling", mask, most)
        doubts.stop()
        self.tell("PeriodRuled", paper, period=number, ruler=caller, mask=mask)
        if is_notice(client) or is_notice(contractor) or mask in (0, most):
            return self._stands(paper, client if mask == most else contractor, mask == most)
        ruled = contractor | {
            "figures": model.ruled(client["figures"], contractor["figures"], mask),
            "quantities": model.ruled(client["quantities"], contractor["quantities"], mask >> 32),
        }
        return self.make_final(paper, ruled, REPORTED)

    def _stands(self, paper: Paper, given: Given, by_client: bool) -> None:
        stage = REPORTED if not is_notice(given) else MISSED if by_client else MET
        self.make_final(paper, given, stage)

    def _pend(self, paper: Paper, period: Period, given: Given, by_client: bool) -> None:
        period.stage = CLIENT_REPORTED if by_client else CONTRACTOR_REPORTED
        period.clock, period.given = self.now, given
        names = {"period": given["period"], "document": paper.document, "report": typed.report_hash(given)}
        names |= {"evidence": given["evidence"], "byClient": by_client, "isNotice": is_notice(given)}
        self.tell("PeriodPending", paper, **names, until=self.now + window(paper))

    def _has_period(self, paper: Paper, number: int, doubts: Doubts) -> None:
        count = len(paper.schedule["ends"])
        doubts.when(number >= count, "SLAOracle_PeriodOutOfRange", number, count)
        doubts.stop()

    # 8.7

    def apply_default(self, caller: str, paper: Paper, number: int) -> None:
        """8.7."""
        doubts = Doubts()
        doubts.when(not self.is_in_force(paper), "SLAOracle_NotInForce", paper.document)
        self._has_period(paper, number, doubts)
        period = self.book(paper).periods[number]
        until = paper.schedule["ends"][number] + min(paper.schedule["reportWithin"], LONGEST)
        doubts.when(self.now <= until, "SLAOracle_TooEarly", number, until)
        doubts.when(period.is_final, "SLAOracle_AlreadyFinal", number)
        doubts.when(period.stage != NOBODY_REPORTED, "SLAOracle_WrongStage", number, period.stage)
        doubts.stop()
        given = typed.report(self.agreement, paper.origin, paper.service, number, [], id=ZERO)
        self.make_final(paper, given, MET if paper.schedule["obliged"] else MISSED)


def is_notice(given: Given) -> bool:
    """8.13: without figures, quantities and evidence."""
    return not given["figures"] and not given["quantities"] and given["evidence"] == ZERO


def window(paper: Paper) -> int:
    """8.11, 8.18."""
    return min(int(paper.schedule["contest"]["window"]), LONGEST)
