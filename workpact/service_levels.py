"""The service levels of an agreement on chain: reports, results, and what they cost (SPEC.md §8).

levels = ServiceLevels.of(agreement)
report = levels.report_for(measure(definition_of(document), "log.csv", period_of(document, "2016-03"), secret))
signatures = [levels.sign(report, client_reporter), levels.sign(report, contractor_reporter)]
levels.send(report, signatures, sender=anyone)
levels.result("2016-03").failed                      # names of the levels that failed
levels.credit("2016-03").credit_units                # what the escrow takes off the charge
levels.status("2016-04").may                         # who may do what now, until .until_at
levels.report_by_side(report, [mine], sender=anyone) # then the other side has its window: counter, concede
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.agreement_view import AgreementView
from workpact.chain import contracts
from workpact.history import Event, HistoryDiffers, height, read
from workpact.preflight import NotReady, ask, check_contract, send
from workpact.reckoning import Before, Reckoning, reckon
from workpact.report import BadReport, Report, Signed
from workpact.service_contest import ServiceContest
from workpact.service_record import Unclear, of_book, without_strangers
from workpact.service_reports import NoQuorum, WrongSide
from workpact.service_results import Credit, PeriodResult, Side, Stage
from workpact.service_state import (
    NotInForce,
    NotTheParty,
    PeriodStatus,
    ReportUnknown,
    TooEarly,
    TooLate,
    UnderAnotherDocument,
    WrongStage,
)

__all__ = [
    "BadReport",
    "Credit",
    "NoQuorum",
    "NotInForce",
    "NotTheParty",
    "PeriodResult",
    "PeriodStatus",
    "Reckoning",
    "Report",
    "ReportUnknown",
    "ServiceLevels",
    "Side",
    "Signed",
    "Stage",
    "TooEarly",
    "TooLate",
    "Unclear",
    "UnderAnotherDocument",
    "WrongSide",
    "WrongStage",
]


class ServiceLevels(ServiceContest):
    """The reports and results of one agreement, by its document and the oracle that it names."""

    @classmethod
    def of(cls, agreement: AgreementView) -> Self:
        """With the oracle that the agreement's own document names; checks that a contract is there."""
        billing = agreement.document.spec.billing
        if billing is None:
            raise BadReport("The document has no billing section, so it names no oracle: there is nothing to report.")
        oracle = contracts.at("SLAOracle", billing.oracle)
        check_contract(oracle)
        return cls(agreement.document, oracle, agreement)

    def __repr__(self) -> str:
        return f"<ServiceLevels of {self.agreement!r}>"

    # Reports of both sides

    def send(self, report: Report, signatures: Iterable[Signed], *, sender: Any) -> Any:
        """Makes the figures of a period final by signatures of both sides, in any order. Anyone.

        Raises `ForeignSignature` and `NoQuorum` before anything is sent.
        """
        given = self._rising(signatures)
        for side, has_signed in self._quorums(report, given).items():
            if not has_signed:
                raise self._missing(side, given, report)
        terms = (self.document.schedule_hash(), self.document.levels_struct())
        signed = [(each.signer, each.signature) for each in given]
        return send(self.oracle.report, self._struct(report), *terms, signed, sender=sender)

    def apply_default(self, period: str | int, *, sender: Any) -> Any:
        """Makes the default of the terms final for a period that nobody reported in time. Anyone."""
        contract, origin, _ = self._key
        index = self.agreement.period_index(period)
        schedule, levels = self.document.schedule(), self.document.levels_struct()
        return send(self.oracle.applyDefault, contract, origin, schedule, levels, index, sender=sender)

    def assess(self, period: str | int | Report, *, sender: Any) -> Any:
        """Computes the credit of a period whose figures were final before an earlier one's. Anyone.

        Takes the report; of a period it is read from the chain.
        """
        report = period if isinstance(period, Report) else self.final_report(period)
        arguments = (self._struct(report), self.document.schedule_hash(), self.document.levels_struct())
        return send(self.oracle.assess, *arguments, sender=sender)

    def prove(self, event: Any, report: Report, *, sender: Any) -> Any:
        """Writes into the record that an event is in the evidence of a final period; shows neither row nor salt.

        `event` is an `EventProof` of the period's evidence.
        """
        arguments = (self.book, report.period, _record(event), self.report_hash(report), list(event.proof))
        return send(self.oracle.prove, *arguments, sender=sender)

    def is_proved(self, event: Any, report: Report) -> bool:
        """Whether the record has this event of the period already; asks the logs."""
        proved = (each for each in self.events() if each.name == "RecordProved")
        return any((each["period"], each["record"]) == (report.period, _record(event)) for each in proved)

    # Results

    def credit(self, period: str | int) -> Credit:
        """What a period costs and what comes off, as the escrow works it out; `NotReady` until it is assessed."""
        billing = self.document.spec.billing
        assert billing is not None, "an oracle is named there"
        index = self.agreement.period_index(period)
        _, final_at, charge, rate, least = ask(self.oracle.resultOf, *self._key, index)
        if not final_at:
            raise NotReady(f"The period {self._name(index)} is not assessed: report it, and all before it, first.")
        return Credit(billing.fixed, charge, billing.cap, rate, least)

    def reckoning(self, period: str | int) -> Reckoning:
        """How the credit of an assessed period came about: worked out from the report on chain.

        Raises `NotReady` until it is assessed, and `BadReport` where this document gives another credit than the
        oracle has: it was assessed by an earlier one.
        """
        index = self.agreement.period_index(period)
        result, earlier = self.result(index), [self.result(each) for each in range(index)]
        if result.assessed_at is None:
            raise NotReady(f"The period {result.period} is not assessed: report it, and all before it, first.")
        before = [Before(each.period, frozenset(each.failed), each.rate, is_assessed=True) for each in earlier]
        made = reckon(self.document, self.final_report(index), before, result.stage)
        if (made.rate, made.failed) != (result.rate, frozenset(result.failed)):
            raise BadReport(
                f"By this document {result.period} comes to the rate {made.rate}, and the oracle has {result.rate}: "
                "it was assessed by an earlier document. Explain it by that one."
            )
        return made

    def events(self, until: int | None = None) -> list[Event]:
        """The events of the book in order, from the logs; to block `until`, else the last.

        Without what strangers report on documents of their own under the agreement's name, as far as it says so.
        """
        events = self._under_its_name(until)
        return without_strangers(events, self.book, self._documents(events))

    def verify_history(self) -> list[Event]:
        """All events, proved complete, ordered and unedited against the oracle's word; `HistoryDiffers`, `Unclear`."""
        until = height()
        events = self._under_its_name(until)
        word = bytes(ask(self.oracle.historyOf, self.book, block_id=until))
        own = of_book(events, self.book, self._documents(events), word)
        if own is None:
            raise HistoryDiffers(f"{len(events)} logs give another history than 0x{word.hex()}: ask another node.")
        return own

    def _under_its_name(self, until: int | None) -> list[Event]:
        proofs = [event for event in read(self.oracle, [self.book], None, until) if event.name == "RecordProved"]
        return sorted(self._named(until) + proofs, key=lambda event: event.place)


def _record(event: Any) -> bytes:
    return keccak(encode(["bytes32", "bytes32"], [event.event.salt, event.event.row_hash]))
