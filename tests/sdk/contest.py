"""A live agreement whose sides report apart: who may act, and what they do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from eth_utils import keccak

from workpact.service_levels import ServiceLevels, Side
from workpact.terms import change_order
from workpact.terms.units import write_instant

DAY = 86_400
WINDOW, RULING = 5 * DAY, 7 * DAY


class Desk:
    """A live agreement whose first period is over, and who may act in it."""

    def __init__(self, levels: ServiceLevels, roles: dict[str, Any], carrier: Any, chain: Any) -> None:
        self.levels = levels
        self.roles = roles
        self.carrier = carrier
        self.chain = chain

    def __getattr__(self, role: str) -> Any:
        return self.roles[role]

    def report(self, good: int, tickets: int = 100, period: str = "first") -> Any:
        figures = [SimpleNamespace(name="in-time", good=good, total=100, excluded=0)]
        root = keccak(text=f"evidence {good}")
        quantities = [("tickets", tickets)]
        made = SimpleNamespace(period=period, figures=figures, quantities=quantities, evidence_root=root, doubts=())
        return self.levels.report_for(made)

    def by(self, side: str, report: Any) -> Any:
        """One side reports alone."""
        signed = [self.levels.sign(report, self.roles[f"{side}-reporter"])]
        return self.levels.report_by_side(report, signed, sender=self.carrier)

    def counter(self, side: str, report: Any) -> Any:
        """It answers."""
        signed = [self.levels.sign(report, self.roles[f"{side}-reporter"])]
        return self.levels.counter(report, signed, sender=self.carrier)

    def at(self, moment: int) -> None:
        """The next block is mined at this second."""
        self.chain.pending_timestamp = moment

    @property
    def since(self) -> int:
        """When the stage began."""
        found = self.levels.result("first").since_at
        assert found is not None
        return found

    @property
    def height(self) -> int:
        return int(self.chain.blocks.height)


def contested(desk: Desk) -> dict[Side, Any]:
    """Both sides have reported differently: the client that the level failed, the contractor that it did not."""
    reports = {Side.CLIENT: desk.report(90, tickets=100), Side.CONTRACTOR: desk.report(96, tickets=110)}
    desk.by("contractor", reports[Side.CONTRACTOR])
    desk.counter("client", reports[Side.CLIENT])
    return reports


def signatures(desk: Desk, report: Any) -> list[Any]:
    return [desk.levels.sign(report, desk.roles[f"{side}-reporter"]) for side in ("client", "contractor")]


def amended(desk: Desk) -> ServiceLevels:
    """The same agreement by a document that wants less."""

    def lower(plain: Any) -> None:
        slo, credit = plain[2]["spec"], plain[3]["spec"]
        slo["objectives"][0]["target"] = "0.9"
        credit["levels"][0]["bands"][0]["below"] = "90 %"

    live = desk.levels.agreement
    document = change_order(
        live.document,
        origin=live.origin,
        replaces=live.id,
        open_before=write_instant(int(desk.chain.blocks.head.timestamp) + DAY, live.document.zone, last=False),
        offer_salt=keccak(text="offer"),
        legal_salt=keccak(text="legal"),
        edit=lower,
    )
    following = live.amended(document)
    live.amend(document, [following.sign(desk.contractor)], sender=desk.client)
    return ServiceLevels.of(following)
