"""All signatures at hand over the reports of one period, and whose quorum they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from workpact.agent.signed_report import SignedReport
from workpact.report import Report, Signed
from workpact.service_reports import ServiceReports
from workpact.service_results import Side


@dataclass
class Dossier:
    """Reports by their commitment, signatures by report and signer."""

    levels: ServiceReports
    reports: dict[bytes, Report] = field(default_factory=dict)
    _signed: dict[bytes, dict[str, SignedReport]] = field(default_factory=dict)

    def add(self, found: Iterable[SignedReport]) -> None:
        """Takes checked reports of the period."""
        for each in found:
            key = self.know(each.report)
            self._signed.setdefault(key, {})[each.signed.signer] = each

    def know(self, report: Report) -> bytes:
        """Takes a report that nobody at hand has signed; its commitment."""
        key = self.levels.commitment(report)
        self.reports.setdefault(key, report)
        return key

    def signature(self, report: bytes, signer: str) -> Signed | None:
        """A signer's signature over a report."""
        found = self._signed.get(report, {}).get(signer)
        return found.signed if found else None

    def signed_by(self, signer: str) -> list[bytes]:
        """The reports that a signer has signed."""
        return [report for report, signed in self._signed.items() if signer in signed]

    def quorum(self, report: bytes, side: Side) -> list[Signed]:
        """Just enough signatures of a side over a report; none if they are not enough."""
        parties = self.levels.document.parties
        party = parties.client if side is Side.CLIENT else parties.contractor
        signed = {signer: each.signed for signer, each in self._signed.get(report, {}).items() if each.side is side}
        reporters = sorted((each for signer, each in signed.items() if signer != party.wallet), key=_address)
        needed = party.reporters.quorum if party.reporters else 0
        if needed and len(reporters) >= needed:
            return reporters[:needed]
        return [signed[party.wallet]] if party.wallet in signed else []

    def differs_from(self, report: bytes | None, side: Side) -> bool:
        """Whether a side's quorum has signed something else."""
        return any(other != report and self.quorum(other, side) for other in self._signed)

    def contradicting(self) -> dict[str, int]:
        """Reporters that have signed more than one report with figures, and of how many; a party may (SPEC.md 8.17)."""
        parties = {self.levels.document.parties.client.wallet, self.levels.document.parties.contractor.wallet}
        counts = Counter(
            signer for key, signed in self._signed.items() if not self.reports[key].is_notice for signer in signed
        )
        return {signer: count for signer, count in counts.items() if count > 1 and signer not in parties}


def _address(signed: Signed) -> int:
    return int(signed.signer, 16)
