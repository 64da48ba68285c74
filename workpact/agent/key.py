"""A reporter's key: it signs one report of a period, and the same one again after every restart."""

from __future__ import annotations

from typing import Any, Self

from workpact.agent.dossier import Dossier
from workpact.agent.errors import NotReporting, SignedOtherwise
from workpact.agent.journal import SignOnce
from workpact.agent.signed_report import SignedReport
from workpact.chain.journal import data_folder
from workpact.chain.sender import Sender
from workpact.service_levels import Report, ServiceLevels, Side, Signed


class ReporterKey:
    """The account that signs for a side, with its journal."""

    def __init__(
        self, levels: ServiceLevels, account: Any, side: Side, journal: SignOnce, outbid: bool = False
    ) -> None:
        self.levels = levels
        self.account = account
        self.side = side
        self.address = str(account.address)
        self._journal = journal
        self._outbid = outbid
        self._signatures: dict[Report, Signed] = {}

    @classmethod
    def open(cls, levels: ServiceLevels, account: Any, side: Side, outbid: bool = False) -> Self:
        """Raises `NotReporting`, and `AlreadyRunning` if another process has its journal."""
        periods = levels.document.periods
        if all(levels.side_of(account.address, each.index) is not side for each in periods):
            raise NotReporting(
                f"{account.address} does not report for the {side.words} in any period: name one of its reporters, or "
                "the party itself (--account)."
            )
        return cls(levels, account, side, SignOnce.open(_path(levels, account.address)), outbid)

    def close(self) -> None:
        """Lets another process use it."""
        self._journal.close()

    def sender(self) -> Sender:
        """It pays for what it sends; each round looks again at what was mined."""
        return Sender(self.account, confirmations=0, outbid=self._outbid)

    def signed(self, period: int) -> Report | None:
        """The one report of a period that it has signed, or was about to."""
        content = self._journal.signed(self.levels.service_hash, period)
        return None if content is None else self.levels.report_from(content)

    def sign(self, report: Report) -> SignedReport:
        """Signs, once it is written down; raises `SignedOtherwise`, `NotReporting`."""
        if self.levels.side_of(self.address, report.period) is not self.side:
            name = self.levels.document.periods[report.period].name
            raise NotReporting(f"{self.address} does not report for the {self.side.words} in {name} (any more).")
        self._journal.write(self.levels.service_hash, report.period, self.levels.to_json(report))
        if report not in self._signatures:
            self._signatures[report] = self.levels.sign(report, self.account)
        return SignedReport(report, self._signatures[report], self.side)

    def recover(self, period: int, dossier: Dossier) -> None:
        """Takes what the exchange shows of this key: a journal that was lost, a signature that need not be made again.

        Raises `SignedOtherwise` when the key has signed elsewhere what is not in the journal.
        """
        for commitment in dossier.signed_by(self.address):
            report, signature = dossier.reports[commitment], dossier.signature(commitment, self.address)
            known = self.signed(period)
            if known is not None and known != report:
                name = self.levels.document.periods[period].name
                raise SignedOtherwise(name, "a file in the exchange that this journal does not have")
            self._journal.write(self.levels.service_hash, period, self.levels.to_json(report))
            assert signature is not None, "found by it"
            self._signatures.setdefault(report, signature)


def _path(levels: ServiceLevels, address: str) -> Any:
    """One journal for each key, chain and agreement; the genesis tells two local chains of one id apart."""
    from ape import networks

    web3: Any = networks.provider.web3
    genesis = web3.eth.get_block(0)["hash"].hex().removeprefix("0x")
    agreement = levels.agreement
    name = f"{agreement.chain_id}-{genesis[:16]}-{address.lower()}-{agreement.origin.hex()[:16]}.jsonl"
    return data_folder() / "reports" / name
