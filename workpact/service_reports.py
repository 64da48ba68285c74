"""Reports of service periods: made from measurements, signed, written to files, and told by whom they are signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact.agreement_view import AgreementView
from workpact.preflight import ForeignSignature, NotReady, ask
from workpact.report import BadReport, Measured, Report, Signed, report_for, report_of
from workpact.service_results import Side
from workpact.signing import is_signed, recovered, sign
from workpact.terms import AgreementDocument, eip712
from workpact.terms.structs import Message, Struct, calldata


class NoQuorum(NotReady):
    """A side's signatures are missing."""


class WrongSide(NotReady):
    """The signatures are of the side that may not act now, or of both where one reports."""


class ServiceReports:
    """What is signed about one agreement's periods, by its document and the oracle that it names."""

    def __init__(self, document: AgreementDocument, oracle: Any, agreement: AgreementView) -> None:
        self.document = document
        self.oracle = oracle
        self.agreement = agreement

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

    # Made

    def report_for(self, measurement: Measured, adjustment: int = 0) -> Report:
        """The report of a measured period; raises `BadReport` if it measured other levels or prices."""
        return report_for(self.document, measurement, adjustment)

    def notice(self, period: str | int) -> Report:
        """The report without figures by which a side says that the other withholds the data (8.13)."""
        return Report(self.agreement.period_index(period), (), (), bytes(32))

    def report_from(self, written: Mapping[str, Any]) -> Report:
        """The report in the JSON form that `sla measure` prints and the sides exchange; `to_json` writes it."""
        report = report_of(self.document, written)
        return replace(report, signed_under=None) if report.signed_under == self.agreement.id else report

    def signatures_in(self, written: Mapping[str, Any]) -> list[Signed]:
        """The signatures that a written report carries, not checked yet; `BadReport` if they are none."""
        try:
            return [
                Signed(to_checksum_address(each["signer"]), bytes.fromhex(str(each["signature"])[2:]))
                for each in written.get("signatures", [])
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BadReport("The report's signatures are not readable: sign it again (ape run sla sign).") from None

    def to_json(self, report: Report, signatures: Iterable[Signed] = ()) -> dict[str, Any]:
        """A report, the id of the document that it is signed under, and signatures, as the sides exchange them."""
        signed_under = report.signed_under or self.agreement.id
        about = {"period": self.document.periods[report.period].name, "id": "0x" + signed_under.hex()}
        carried = [{"signer": each.signer, "signature": "0x" + each.signature.hex()} for each in signatures]
        if report.is_notice:
            return {**about, "notice": True, "signatures": carried}
        names = [level.name for level in self.document.levels]
        prices = [price.quantity for price in self.document.prices]
        return {
            **about,
            "levels": [
                {"name": name, "good": good, "total": total, "excluded": excluded}
                for name, (good, total, excluded) in zip(names, report.figures, strict=True)
            ],
            "quantities": [
                {"name": name, "count": count} for name, count in zip(prices, report.quantities, strict=True)
            ],
            "evidenceRoot": "0x" + report.evidence.hex(),
            "adjustment": report.adjustment,
            **({"doubts": list(report.doubts)} if report.doubts else {}),
            "signatures": carried,
        }

    # Signed

    def typed_data(self, report: Report) -> dict[str, Any]:
        """What a reporter's wallet shows and signs."""
        return self.document.report_typed_data(self.agreement.chain_id, self._message(report))

    def digest(self, report: Report) -> bytes:
        """What signing the report signs."""
        return self.document.report_digest(self.agreement.chain_id, self._message(report))

    def report_hash(self, report: Report) -> bytes:
        """The report's struct hash, as the oracle's event has it."""
        return eip712.struct_hash("Report", self._message(report))

    def commitment(self, report: Report) -> bytes:
        """What the oracle keeps of a report: a hash of its own and of its evidence."""
        return keccak(self.report_hash(report) + report.evidence)

    def sign(self, report: Report, account: Any) -> Signed:
        """A reporter's, or a party's own, signature over the report."""
        return Signed(account.address, sign(account, self.typed_data(report)))

    def signed(self, report: Report, signature: bytes) -> Signed:
        """Whose signature it is: a reporter's or party's by its key, else a party's contract's; `ForeignSignature`."""
        key = recovered(self.digest(report), signature)
        if key is not None and self.side_of(key, report.period) is not None:
            return Signed(key, signature)
        for party in (self.document.parties.client, self.document.parties.contractor):
            if is_signed(party.wallet, self.digest(report), signature):
                return Signed(party.wallet, signature)
        raise ForeignSignature(
            f"The signature 0x{signature.hex()[:8]}… is no reporter's and no party's over this report; for it it would "
            f"be that of {key or 'no key'}: compare the figures, and sign them again."
        )

    def side_of(self, reporter: str, period: str | int) -> Side | None:
        """For which side an address reports in a period, replaced or removed ones seen; None for neither."""
        contract, origin, _ = self._key
        hashes = (self.document.schedule_hash(), self.document.levels_struct())
        index = self.agreement.period_index(period)
        client, contractor = ask(self.oracle.isReporter, contract, origin, *hashes, reporter, index)
        return Side.CLIENT if client else Side.CONTRACTOR if contractor else None

    def _quorums(self, report: Report, signatures: Sequence[Signed]) -> dict[Side, bool]:
        """Which sides have signed enough; raises `ForeignSignature` for one that is nobody's or not good."""
        digest = self.digest(report)
        signers: dict[Side, set[str]] = {side: set() for side in Side}
        for each in signatures:
            side = self.side_of(each.signer, report.period)
            if side is None:
                period = self.document.periods[report.period].name
                raise ForeignSignature(
                    f"{each.signer} reports for neither side in {period}: take the signature of one who does."
                )
            if not is_signed(each.signer, digest, each.signature):
                raise ForeignSignature(
                    f"The signature is not that of {each.signer} over this report; for it it would be that of "
                    f"{recovered(digest, each.signature) or 'no key'}: compare the figures, and sign them again."
                )
            signers[side].add(each.signer)
        return {side: self._is_quorum(side, signers[side]) for side in Side}

    def _is_quorum(self, side: Side, signers: set[str]) -> bool:
        needed = self._quorum(side)
        return self._party(side) in signers or (needed > 0 and len(signers) >= needed)

    def _missing(self, side: Side, signatures: Sequence[Signed], report: Report) -> NoQuorum:
        given = len([each for each in signatures if self.side_of(each.signer, report.period) is side])
        return NoQuorum(
            f"The {side.words}'s side has signed with {given} of {self._quorum(side)} reporters: ask for the missing "
            f"signature, or for that of {self._party(side)}."
        )

    def _party(self, side: Side) -> str:
        parties = self.document.parties
        return parties.client.wallet if side is Side.CLIENT else parties.contractor.wallet

    def _quorum(self, side: Side) -> int:
        parties = self.document.parties
        named = (parties.client if side is Side.CLIENT else parties.contractor).reporters
        return named.quorum if named else 1

    # As the contracts take them

    def _message(self, report: Report) -> Message:
        place = (self.agreement.chain_id, self.agreement.contract.address, report.period)
        figures = (report.figures, report.quantities, report.evidence)
        return self.document.report_message(*place, *figures, report.adjustment, report.signed_under)

    def _struct(self, report: Report) -> Struct:
        struct: Struct = calldata("Report", self._message(report))
        return struct

    def _of_struct(self, struct: Struct) -> Report:
        """A report as calldata has it."""
        figures = tuple((good, total, excluded) for good, total, excluded in struct[5])
        report = Report(struct[4], figures, tuple(struct[6]), bytes(struct[7]), struct[8])
        return report if bytes(struct[2]) == self.agreement.id else replace(report, signed_under=bytes(struct[2]))

    @staticmethod
    def _rising(signatures: Iterable[Signed]) -> list[Signed]:
        """Each signer once, in the order that the oracle takes."""
        return sorted({each.signer: each for each in signatures}.values(), key=lambda each: int(each.signer, 16))
