"""A life with something of everything: wages, a missed month, an amendment, a dispute, a contested month, holdback."""

from __future__ import annotations

from typing import Any

from eth_utils import keccak

from tests.audit.long_life import DAY
from tests.web.served import Town
from workpact.terms import AgreementDocument, change_order, structs
from workpact.terms.units import write_instant

UNIT = 10**6
PERIODS = (
    "periods: [{name: first, end: DAY35}, {name: second, end: DAY65}]",
    "periods: [{name: first, end: DAY35}, {name: second, end: DAY65}, {name: third, end: DAY95}, "
    "{name: fourth, end: DAY125}]",
)
TOTAL = ("total: 3,750.50 TUSD", "total: 5,750.50 TUSD")
MISSED, CLIENT_SAYS, CONTRACTOR_SAYS = 93, 88, 92
"""Cases in time of 100: of the first month, and by each side in the second."""


def play(town: Town) -> AgreementDocument:
    """Opened, paid through a payroll, a month missed and settled, amended to 90 %, the build disputed, the second month
    contested; the third runs. The document in force."""
    first = town.open(PERIODS, TOTAL)
    start = town.now
    town.work(first)
    town.report(first, good=MISSED)
    town.send(*town.act("carrier", "settle", first.conditions(), 0, document=first))
    amended = amend(town, first)
    town.mine(start + 55 * DAY)
    for role, act, word in (
        ("contractor", "submit", 0x31),
        ("client", "reject", 0x32),
        ("contractor", "dispute", 0x33),
    ):
        town.send(*town.act(role, act, 1, bytes([word]) * 32, document=amended))
    town.mine(amended.periods[1].end + 1)
    report_by_side(town, amended, "client", CLIENT_SAYS)
    report_by_side(town, amended, "contractor", CONTRACTOR_SAYS, over=CLIENT_SAYS)
    return amended


def end_by_both(town: Town) -> AgreementDocument:
    """Another agreement, ended at once: a third of the deposit to the contractor, the rest back."""
    document = town.open(salt=2)
    parts = (3_000 * UNIT, 1_000 * UNIT, town.now + DAY)
    signature = town.sign("contractor", document.closing_typed_data(31337, town.agreement, *parts))
    closing = (town.id(document), *parts)
    town.send(*town.act("client", "endByBoth", closing, b"", signature, document=document))
    return document


def amend(town: Town, document: AgreementDocument) -> AgreementDocument:
    """A document with a target of 90 %, signed by the contractor and sent by the client."""

    def lower(plain: Any) -> None:
        plain[2]["spec"]["objectives"][0]["target"] = "0.9"
        plain[3]["spec"]["levels"][0]["bands"][0]["below"] = "90 %"

    changed = change_order(
        document,
        origin=document.origin(31337, town.agreement),
        replaces=town.id(document),
        open_before=write_instant(town.now + 2 * DAY, document.zone, last=False),
        offer_salt=keccak(text="offer"),
        legal_salt=keccak(text="legal"),
        edit=lower,
    )
    signature = town.sign("contractor", changed.typed_data(31337, town.agreement))
    conditions = [document.conditions(), changed.conditions()]
    given = (changed.proposal(), document.offer_hash(), conditions, [b"", signature])
    town.send(*town.act("client", "amend", *given, document=document))
    town.documents.append(changed)
    return changed


def report_by_side(town: Town, document: AgreementDocument, side: str, good: int, *, over: int | None = None) -> None:
    """The side's reporter says what it counted in the second month; `over` is what it answers."""

    def message(of: str, counted: int) -> Any:
        return document.report_message(31337, town.agreement, 1, [(counted, 100, 0)], [40], keccak(text=of))

    own = message(side, good)
    reporter = f"{side}-reporter"
    signed = [(town.address(reporter), town.sign(reporter, document.report_typed_data(31337, own)))]
    terms = (document.schedule(), document.contest(), document.levels_struct(), signed)
    oracle = town.contract("SLAOracle").functions
    given = structs.calldata("Report", own)
    if over is None:
        call = oracle.reportBySide(given, *terms)
    else:
        call = oracle.counter(structs.calldata("Report", message("client", over)), given, *terms)
    town.send("carrier", call)
