"""What bidders of a tender did before: agreements on the desk's chain, through the SDK."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ape import accounts, chain
from eth_utils.crypto import keccak

from tests.market.tender_desk import PEOPLE, REQUEST, TenderDesk
from tests.sdk import paper
from workpact.agreement import Agreement
from workpact.service_levels import ServiceLevels

UNIT = 10**6


def agreed(desk: TenderDesk, client: str, contractor: str, *edits: tuple[str, str], salt: int) -> Agreement:
    """An agreement in force between two roles; its terms are published by nobody."""
    named = {role: desk.address(role) for role in ("arbiter", "backup", "client-operator", "client-reporter")}
    named |= {"client": desk.address(client), "contractor": desk.address(contractor)}
    named |= {"TUSD": desk.token.address, "SLAOracle": desk.contracts["SLAOracle"].address}
    document = paper.document(desk.now, named, *PEOPLE, *edits, salt=salt)
    made = Agreement(document, desk.contracts["Agreement"])
    payer = desk.account(client)
    desk.token.mint(payer, 10_000 * UNIT, sender=accounts.test_accounts[0])
    made.approve(3_000 * UNIT, sender=payer)
    made.open(contractor_signature=made.sign(desk.account(contractor)), sender=payer)
    return made


def month(agreement: Agreement, desk: TenderDesk, contractor: str, good: int, tickets: int) -> None:
    """The first period once it is over, with so many of 100 cases in time, signed by both sides and settled."""
    levels = ServiceLevels.of(agreement)
    if desk.now <= agreement.document.periods[0].end:
        chain.mine(1, timestamp=agreement.document.periods[0].end + 1)
    measured = SimpleNamespace(
        period="first",
        figures=[SimpleNamespace(name="in-time", good=good, total=100, excluded=0)],
        quantities=[("tickets", tickets)],
        evidence_root=keccak(text="evidence"),
        doubts=(),
    )
    report = levels.report_for(measured)
    signed = [levels.sign(report, desk.account(role)) for role in ("client-reporter", contractor)]
    carrier: Any = desk.account("stranger")
    levels.send(report, signed, sender=carrier)
    agreement.settle("first", sender=carrier)


def asked_now(desk: TenderDesk, *edits: tuple[str, str]) -> str:
    """The desk's request, with its dates counted from now on; its id."""
    desk.agreement.write_text(paper.text(desk.now, *PEOPLE))
    desk.request.write_text(desk._dated(REQUEST, edits))
    return desk.post()
