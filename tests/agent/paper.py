"""Service levels as an agent needs them, without a contract: who reports is what the document says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from eth_account import Account

from tests.sdk import paper
from workpact.report import Report, Signed
from workpact.service_reports import ServiceReports
from workpact.service_results import Side
from workpact.terms import AgreementDocument

CONTRACT = "0x" + "a1" * 20
KEYS = {
    name: Account.from_key(number.to_bytes(32))
    for number, name in enumerate(["client", "contractor", "client-reporter", "contractor-reporter", "stranger"], 0xD1)
}
REST = ["arbiter", "backup", "client-operator", "contractor-operator", "TUSD", "SLAOracle"]
REPORT = Report(0, ((36, 40, 0),), (40,), b"\7" * 32)


class PaperLevels(ServiceReports):
    """Service levels whose reporters nobody has replaced."""

    def side_of(self, reporter: str, period: str | int) -> Side | None:  # noqa: ARG002 - the same in every period
        sides = {"client": Side.CLIENT, "contractor": Side.CONTRACTOR}
        named = {KEYS[name].address: name.split("-")[0] for name in KEYS if name != "stranger"}
        return sides[named[reporter]] if reporter in named else None


def levels(*edits: tuple[str, str], salt: int = 1) -> PaperLevels:
    """Of the small desk, signed on a chain of no importance."""
    addresses = {name: f"0x{number:040x}" for number, name in enumerate(REST, 1)}
    addresses |= {name: key.address for name, key in KEYS.items() if name != "stranger"}
    document: AgreementDocument = paper.document(1_700_000_000, addresses, *edits, salt=salt)
    agreement: Any = SimpleNamespace(
        chain_id=31337,
        contract=SimpleNamespace(address=CONTRACT),
        origin=document.origin(31337, CONTRACT),
        id=document.id(31337, CONTRACT),
        period_index=lambda which: which if isinstance(which, int) else ["first", "second"].index(which),
    )
    return PaperLevels(document, None, agreement)


def signed(of: ServiceReports, report: Report, name: str) -> Signed:
    """A key's signature over a report."""
    return of.sign(report, KEYS[name])
