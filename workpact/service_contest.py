"""Reports of one side, answers, rulings, and what the parties alone may do (SPEC.md 8.11 to 8.17)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workpact.preflight import address_of, ask, send
from workpact.report import BadReport, Report, Signed
from workpact.service_calls import QUANTITIES, whole
from workpact.service_reports import WrongSide
from workpact.service_results import Side, Stage
from workpact.service_state import NotInForce, NotTheParty, ServiceState, TooEarly, TooLate, next_second
from workpact.terms.fields import ZERO_ADDRESS
from workpact.terms.units import write_instant


class ServiceContest(ServiceState):
    """What one side, the arbiters and the parties do; the agreed lane is in `ServiceLevels`."""

    # One side reports, the other answers

    def report_by_side(self, report: Report, signatures: Iterable[Signed], *, sender: Any) -> Any:
        """Reports, or gives notice, for the one side that has signed. Anyone who carries the signatures.

        Then the other side has the contest's window to answer. Raises `TooEarly`, `TooLate`, `WrongStage`,
        `NotInForce`, `WrongSide`, `NoQuorum`, `ForeignSignature` before anything is sent.
        """
        stage, now = Stage(self._stored(report.period).result.stage), next_second()
        self._require_in_force()
        self._require(report.period, stage, stage is Stage.OPEN, "one side can report while nobody has")
        end = self.document.periods[report.period].end
        if now <= end:
            raise TooEarly(f"{self._name(report.period)} runs until {self._said(end)}: report it after that.", end)
        self._require_until(self._report_until(report.period), "One side could report", "report it with both sides")
        given = self._rising(signatures)
        self._one_side(report, given)
        return send(self.oracle.reportBySide, self._struct(report), *self._terms(), _pairs(given), sender=sender)

    def counter(
        self, report: Report, signatures: Iterable[Signed], *, pending: Report | None = None, sender: Any
    ) -> Any:
        """Answers the other side's report or notice with the own side's. Anyone who carries the signatures.

        `pending` is read from the chain if it is not given. Raises as `report_by_side`.
        """
        side, until = self._pending(report.period)
        self._require_until(until, "The report could be answered", "it is final as it is")
        given = self._rising(signatures)
        if self._one_side(report, given) is side:
            raise WrongSide(f"The {side.words}'s side has reported itself: the {side.other.words}'s side answers.")
        first = pending or self.pending_report(report.period)
        arguments = (self._struct(first), self._struct(report), *self._terms(), _pairs(given))
        return send(self.oracle.counter, *arguments, sender=sender)

    def finalise(self, period: str | int, *, pending: Report | None = None, sender: Any) -> Any:
        """Makes a report final that the other side has let stand. Anyone, after its window. Raises `TooEarly`."""
        index = self.agreement.period_index(period)
        side, until = self._pending(index)
        if next_second() <= until:
            raise TooEarly(
                f"The {side.other.words}'s side may answer until {self._said(until)}: wait, or let "
                f"{self._party(side.other)} accept the report (concede).",
                until,
            )
        report = pending or self.pending_report(index)
        return send(self.oracle.finalise, self._struct(report), *self._terms(), sender=sender)

    def concede(self, period: str | int, *, sender: Any) -> Any:
        """Accepts the other side's report, pending or contested: it is final at once. The party itself.

        Raises `NotTheParty`, `NotInForce`, `WrongStage`.
        """
        self._require_in_force()
        index = self.agreement.period_index(period)
        stored, account = self._stored(index), address_of(sender)
        stage = Stage(stored.result.stage)
        conceding = next((side for side in Side if self._party(side) == account), None)
        if conceding is None or stage.pending is conceding:
            expected = (
                [self._party(stage.pending.other)]
                if stage.pending is not None
                else [self._party(side) for side in Side]
            )
            raise NotTheParty(f"{account} may not accept this report: {' or '.join(expected)} may, a party itself.")
        if stage is Stage.CONTESTED:
            report = self.contested_reports(index)[conceding.other]
        else:
            report = self.pending_report(index)
        return send(self.oracle.finalise, self._struct(report), *self._terms(), sender=sender)

    def rule(self, period: str | int, as_client: Iterable[str] | Side, *, sender: Any) -> Any:
        """Chooses between two reports: the levels and quantities named stand as the client reported them.

        A `Side` stands for its whole report. The arbiter, then the backup; then anyone, with what the terms say.
        Raises `WrongStage`, `NotTheParty`, `BadReport` before anything is sent.
        """
        index = self.agreement.period_index(period)
        reports = self.contested_reports(index)
        mask = self._ruling(as_client)
        if mask not in (0, self._whole) and any(report.is_notice for report in reports.values()):
            raise BadReport(
                "One of the reports has no figures: rule for the client's whole report or the contractor's."
            )
        ruler, standing = self._ruler(self._stored(index).result.clock, next_second())
        if ruler is not None and address_of(sender) != ruler:
            raise NotTheParty(f"{address_of(sender)} may not choose now: {ruler} may.")
        if ruler is None and mask != (self._whole if standing is Side.CLIENT else 0):
            raise NotTheParty(
                f"The arbiters' time is over: only the {standing.words}'s report can be made final, by anyone."
            )
        both = (self._struct(reports[Side.CLIENT]), self._struct(reports[Side.CONTRACTOR]))
        return send(self.oracle.rule, *both, *self._terms(), mask, sender=sender)

    # What a party does alone

    def waive(self, period: str | int, *, sender: Any) -> Any:
        """Waives the credit of a period, settled or not yet. The client; repeated, it changes nothing."""
        index = self.agreement.period_index(period)
        self._require_party(sender, Side.CLIENT)
        self._require_in_force()
        contract, origin, _ = self._key
        terms = (self.document.schedule_hash(), self.document.levels_struct())
        return send(self.oracle.waive, contract, origin, *terms, index, sender=sender)

    def replace_reporter(self, old: str | None, new: str | None, *, sender: Any) -> Any:
        """Replaces one of the sender's own reporters from the period after the running one; None adds or removes one.

        A party; the quorum stays. Raises `NotTheParty`, `NotInForce`.
        """
        self._require_party(sender, *Side)
        self._require_in_force()
        last = self.document.periods[-1]
        if next_second() >= last.start:
            raise TooLate(f"The last period, {last.name}, is running: no period follows for a reporter.", last.start)
        contract, origin, _ = self._key
        terms = (self.document.schedule(), self.document.levels_struct())
        both = (old or ZERO_ADDRESS, new or ZERO_ADDRESS)
        return send(self.oracle.replaceReporter, contract, origin, *terms, *both, sender=sender)

    def prove_equivocation(self, one: Report, other: Report, signed: Signed, also: bytes, *, sender: Any) -> Any:
        """Removes a reporter that signed two different reports of one period, `one` as `signed`, `other` as `also`.

        Anyone. Raises `BadReport` and `ForeignSignature` before anything is sent.
        """
        if one.period != other.period or one == other or one.is_notice or other.is_notice:
            raise BadReport(
                "These are not two different reports with figures of one period: there is no contradiction."
            )
        for report, signature in ((one, signed.signature), (other, also)):
            self._quorums(report, [Signed(signed.signer, signature)])
        terms = (self.document.schedule_hash(), self.document.levels_struct())
        proof = ((signed.signer, signed.signature), also)
        both = (self._struct(one), self._struct(other))
        return send(self.oracle.proveEquivocation, *both, *terms, *proof, sender=sender)

    # Checks

    def _terms(self) -> tuple[Any, Any, Any]:
        return self.document.schedule(), self.document.contest(), self.document.levels_struct()

    def _pending(self, index: int) -> tuple[Side, int]:
        """Whose report waits, and until when it can be answered."""
        stored = self._stored(index)
        stage = Stage(stored.result.stage)
        self._require(index, stage, stage.pending is not None, "no report waits for an answer")
        assert stage.pending is not None, "required"
        return stage.pending, stored.result.clock + self._contest.window

    def _require_in_force(self) -> None:
        if not ask(self.oracle.isInForce, *self._key):
            raise NotInForce(
                "Another service document has taken this one's place: use the document in force "
                "(ape run agreement status)."
            )

    def _require_until(self, until: int, right: str, advice: str) -> None:
        if next_second() > until:
            raise TooLate(f"{right} until {self._said(until)}: {advice}.", until)

    def _require_party(self, sender: Any, *sides: Side) -> None:
        account = address_of(sender)
        parties = [self._party(side) for side in sides]
        if account not in parties:
            raise NotTheParty(f"{account} may not do this: {' or '.join(parties)} may, a party itself.")

    def _one_side(self, report: Report, signatures: list[Signed]) -> Side:
        """The one side that has signed."""
        if report.adjustment:
            raise BadReport("An adjustment needs both sides' signatures: report it with both, or leave it out.")
        quorums = self._quorums(report, signatures)
        if all(quorums.values()):
            raise WrongSide("Both sides have signed this report: send it as agreed (`send`), it is final at once.")
        for side in Side:
            if quorums[side]:
                return side
        signed = {self.side_of(each.signer, report.period) for each in signatures}
        raise self._missing(Side.CLIENT if Side.CLIENT in signed else Side.CONTRACTOR, signatures, report)

    @property
    def _whole(self) -> int:
        return whole(len(self.document.levels), len(self.document.prices))

    def _ruling(self, as_client: Iterable[str] | Side) -> int:
        if isinstance(as_client, Side):
            return self._whole if as_client is Side.CLIENT else 0
        # A name that is both a level's and a quantity's means both.
        names = [(level.name, bit) for bit, level in enumerate(self.document.levels)]
        names += [(price.quantity, QUANTITIES + bit) for bit, price in enumerate(self.document.prices)]
        chosen, known = set(as_client), {name for name, _ in names}
        if chosen - known:
            unknown, there = ", ".join(sorted(chosen - known)), ", ".join(sorted(known))
            raise BadReport(f"There is no level or quantity {unknown}: the document has {there}.")
        return sum(1 << bit for name, bit in names if name in chosen)

    def _said(self, moment: int) -> str:
        return f"{write_instant(moment, self.document.zone, last=True)} ({self.document.zone.key})"


def _pairs(signatures: Iterable[Signed]) -> list[tuple[str, bytes]]:
    return [(each.signer, each.signature) for each in signatures]
