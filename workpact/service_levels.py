"""The service levels of an agreement on chain: reports, results, and what they cost (SPEC.md §8).

levels = ServiceLevels.of(agreement)
report = levels.report_for(measure(definition_of(document), "log.csv", period_of(document, "2016-03"), secret))
signatures = [levels.sign(report, client_reporter), levels.sign(report, contractor_reporter)]
levels.send(report, signatures, sender=anyone)
levels.result("2016-03").failed                      # names of the levels that failed
levels.credit("2016-03").credit_units                # what the escrow takes off the charge
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from workpact.agreement_view import AgreementView
from workpact.chain import contracts
from workpact.history import Event, HistoryDiffers, height, read, recompute
from workpact.preflight import ForeignSignature, NotReady, ask, check_contract, send
from workpact.service_results import Basis, Credit, PeriodResult
from workpact.signing import is_signed, recovered, sign
from workpact.terms import AgreementDocument, eip712
from workpact.terms.structs import calldata

__all__ = ["BadReport", "Basis", "Credit", "NoQuorum", "PeriodResult", "Report", "ServiceLevels", "Signed"]


class BadReport(NotReady, ValueError):
    """Figures or quantities do not fit the document's levels and prices."""


class NoQuorum(NotReady):
    """A side's signatures are missing."""


class Measured(Protocol):
    """What a measurement of a period gives; `workpact.measurement.Measurement` is one."""

    @property
    def period(self) -> str: ...
    @property
    def figures(self) -> Sequence[Any]: ...
    @property
    def quantities(self) -> Sequence[tuple[str, int]]: ...
    @property
    def evidence_root(self) -> bytes: ...


@dataclass(frozen=True)
class Report:
    """The figures of one period in the document's order, as the reporters sign them."""

    period: int
    figures: tuple[tuple[int, int, int], ...]
    """(good, total, excluded) by level; of an average the sum and the count."""
    quantities: tuple[int, ...]
    evidence: bytes


@dataclass(frozen=True)
class Signed:
    """A reporter's signature over a report."""

    signer: str
    signature: bytes


class ServiceLevels:
    """The reports and results of one agreement, by its document and the oracle that it names."""

    def __init__(self, document: AgreementDocument, oracle: Any, agreement: AgreementView) -> None:
        self.document = document
        self.oracle = oracle
        self.agreement = agreement

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

    # What never changes

    @cached_property
    def service_hash(self) -> bytes:
        """Struct hash of the service document."""
        return self.document.service_hash()

    @property
    def book(self) -> bytes:
        """What the oracle's record of this agreement is kept under."""
        return bytes(ask(self.oracle.bookOf, *self._key))

    @property
    def _key(self) -> tuple[str, bytes, bytes]:
        return self.agreement.contract.address, self.agreement.origin, self.service_hash

    # Reports

    def report_for(self, measurement: Measured) -> Report:
        """The report of a measured period; raises `BadReport` if it measured other levels or prices."""
        figures = {each.name: (each.good, each.total, each.excluded) for each in measurement.figures}
        return self._report(measurement.period, figures, dict(measurement.quantities), measurement.evidence_root)

    def report_from(self, written: Mapping[str, Any]) -> Report:
        """The report in the JSON form that `sla measure` prints and the sides exchange."""
        try:
            figures = {
                each["name"]: (int(each["good"]), int(each["total"]), int(each.get("excluded", 0)))
                for each in written["levels"]
            }
            quantities = {each["name"]: int(each["count"]) for each in written.get("quantities", [])}
            root = bytes.fromhex(str(written["evidenceRoot"]).removeprefix("0x"))
            period = str(written["period"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BadReport("This is no measured period: give what `ape run sla measure --json` prints.") from None
        return self._report(period, figures, quantities, root)

    def _report(
        self, period: str, figures: Mapping[str, tuple[int, int, int]], quantities: Mapping[str, int], root: bytes
    ) -> Report:
        levels = [level.name for level in self.document.levels]
        prices = [price.quantity for price in self.document.prices]
        if set(levels) != set(figures) or set(prices) != set(quantities) or len(root) != 32:
            raise BadReport(
                f"The report has {', '.join([*figures, *quantities])}; the document wants "
                f"{', '.join([*levels, *prices])} and an evidence root of 32 bytes: measure by this document."
            )
        return Report(
            self.agreement.period_index(period),
            tuple(figures[name] for name in levels),
            tuple(quantities[name] for name in prices),
            root,
        )

    def typed_data(self, report: Report) -> dict[str, Any]:
        """What a reporter's wallet shows and signs."""
        return self.document.report_typed_data(self.agreement.chain_id, self._message(report))

    def digest(self, report: Report) -> bytes:
        """What signing the report signs."""
        return self.document.report_digest(self.agreement.chain_id, self._message(report))

    def report_hash(self, report: Report) -> bytes:
        """The report's struct hash, as the oracle's event has it."""
        return eip712.struct_hash("Report", self._message(report))

    def sign(self, report: Report, account: Any) -> Signed:
        """A reporter's, or a party's own, signature over the report."""
        return Signed(account.address, sign(account, self.typed_data(report)))

    def signed(self, report: Report, signature: bytes) -> Signed:
        """Whose signature it is: a reporter's or party's by its key, else a party's contract's; `ForeignSignature`."""
        parties = [self.document.parties.client, self.document.parties.contractor]
        known = {wallet for party in parties if party.reporters for wallet in party.reporters.wallets}
        known |= {party.wallet for party in parties}
        key = recovered(self.digest(report), signature)
        if key in known:
            return Signed(str(key), signature)
        for party in parties:
            if is_signed(party.wallet, self.digest(report), signature):
                return Signed(party.wallet, signature)
        raise ForeignSignature(
            f"The signature 0x{signature.hex()[:8]}… is no reporter's and no party's over this report; for it it would "
            f"be that of {key or 'no key'}: compare the figures, and sign them again."
        )

    def send(self, report: Report, signatures: Iterable[Signed], *, sender: Any) -> Any:
        """Makes the figures of a period final by signatures of both sides, in any order. Anyone.

        Raises `ForeignSignature` and `NoQuorum` before anything is sent.
        """
        given = sorted({each.signer: each for each in signatures}.values(), key=lambda each: int(each.signer, 16))
        self._check_signatures(report, given)
        signed = [(each.signer, each.signature) for each in given]
        arguments = (self._struct(report), self.document.schedule_hash(), self.document.levels_struct(), signed)
        return send(self.oracle.report, *arguments, sender=sender)

    def apply_default(self, period: str | int, *, sender: Any) -> Any:
        """Makes the default of the terms final for a period that nobody reported in time. Anyone."""
        contract, origin, _ = self._key
        index = self.agreement.period_index(period)
        schedule, levels = self.document.schedule(), self.document.levels_struct()
        return send(self.oracle.applyDefault, contract, origin, schedule, levels, index, sender=sender)

    def assess(self, period: str | int | Report, *, sender: Any) -> Any:
        """Computes the credit of a period whose figures were final before an earlier one's. Anyone.

        Takes the report; of a default the period is enough.
        """
        if isinstance(period, Report):
            struct = self._struct(period)
        else:
            index = self.agreement.period_index(period)
            struct = (*self._key[:2], bytes(32), self.service_hash, index, [], [], bytes(32))
        arguments = (struct, self.document.schedule_hash(), self.document.levels_struct())
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

    def result(self, period: str | int) -> PeriodResult:
        """What the oracle has of a period; `basis` is NONE while its figures are not final."""
        index = self.agreement.period_index(period)
        names = [level.name for level in self.document.levels]
        return PeriodResult.of_chain(
            self.document.periods[index].name, ask(self.oracle.periodOf, self.book, index), names
        )

    def credit(self, period: str | int) -> Credit:
        """What a period costs and what comes off, as the escrow works it out; `NotReady` until it is assessed."""
        result = self.result(period)
        billing = self.document.spec.billing
        assert billing is not None, "an oracle is named there"
        if result.assessed_at is None:
            raise NotReady(f"The period {result.period} is not assessed: report it, and all before it, first.")
        return Credit(billing.fixed, result.variable_units, billing.cap, result.rate)

    def events(self, until: int | None = None) -> list[Event]:
        """All events of the book in order, from the logs; to block `until`, else the last."""
        contract, origin, _ = self._key
        own = read(self.oracle, [bytes.fromhex(contract[2:]).rjust(32, b"\0"), origin], None, until)
        proofs = [event for event in read(self.oracle, [self.book], None, until) if event.name == "RecordProved"]
        return sorted(own + proofs, key=lambda event: event.place)

    def verify_history(self) -> list[Event]:
        """All events, proved complete, ordered and unedited against the oracle's word; raises `HistoryDiffers`."""
        until = height()
        events = self.events(until)
        word = bytes(ask(self.oracle.historyOf, self.book, block_id=until))
        if recompute(events) != word:
            raise HistoryDiffers(f"{len(events)} logs give another history than 0x{word.hex()}: ask another node.")
        return events

    # Checks

    def _message(self, report: Report) -> dict[str, Any]:
        place = (self.agreement.chain_id, self.agreement.contract.address, report.period)
        return self.document.report_message(*place, report.figures, report.quantities, report.evidence)

    def _struct(self, report: Report) -> tuple[Any, ...]:
        struct: tuple[Any, ...] = calldata("Report", self._message(report))
        return struct

    def _check_signatures(self, report: Report, signatures: Sequence[Signed]) -> None:
        digest = self.digest(report)
        for side in ("client", "contractor"):
            party = getattr(self.document.parties, side)
            named = party.reporters
            own = [each.signer for each in signatures if named and each.signer in named.wallets]
            quorum = named.quorum if named else 1
            if party.wallet not in [each.signer for each in signatures] and (not own or len(own) < quorum):
                raise NoQuorum(
                    f"The {side}'s side has signed with {len(own)} of {quorum} reporters: ask for the missing "
                    f"signature, or for that of {party.wallet}."
                )
        for each in signatures:
            if not is_signed(each.signer, digest, each.signature):
                raise ForeignSignature(
                    f"The signature is not that of {each.signer} over this report; for it it would be that of "
                    f"{recovered(digest, each.signature) or 'no key'}: compare the figures, and sign them again."
                )


def _record(event: Any) -> bytes:
    return keccak(encode(["bytes32", "bytes32"], [event.event.salt, event.event.row_hash]))
