"""One account of the record as a camt.053.001.08 statement, valid against its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree import ElementTree

from workpact.audit.bookkeeping.camt_books import NAMESPACE, OWN
from workpact.audit.bookkeeping.errors import CurrencyUnknown, NotExpressible
from workpact.audit.bookkeeping.exporting import Export, Row, one_line
from workpact.audit.bookkeeping.lines import amount_text

VERSION = "camt.053.001.08"
PLACES = 5
"""Decimals of an amount; what is finer is in supplementary data too."""
MOST = 10**13

Content = str | Mapping[str, "Content"] | list["Content"]


def camt053(made: Export) -> str:
    """A statement from nothing to the block's balance. Raises `CurrencyUnknown`, `NotExpressible`."""
    currency = made.money.name
    if not re.fullmatch(r"[A-Z]{3}", currency, re.ASCII):
        raise CurrencyUnknown(
            f"camt.053 has no currency called {currency!r}: say --currency and three letters, like USD."
        )
    moment = f"{datetime.fromtimestamp(made.head.timestamp, UTC):%Y-%m-%dT%H:%M:%SZ}"
    name = made.subject.origin.hex()[:32]
    total = sum(row.amount for row in made.rows)
    first = min((row.due.day for row in made.rows), default=made.last_day).isoformat()
    root = ElementTree.Element("Document", {"xmlns": NAMESPACE + VERSION})
    message = ElementTree.SubElement(root, "BkToCstmrStmt")
    _fill(message, {"GrpHdr": {"MsgId": name, "CreDtTm": moment}})
    statement = ElementTree.SubElement(message, "Stmt")
    _fill(
        statement,
        {
            "Id": name,
            "CreDtTm": moment,
            "Acct": {"Id": {"Othr": {"Id": name}}, "Ccy": currency, "Nm": f"{made.account} of the agreement"},
            "Bal": [
                _balance("OPBD", 0, first, currency),
                _balance("CLBD", _coarse(made, total), made.last_day.isoformat(), currency),
            ],
        },
    )
    sum_ = 0
    for row in made.rows:
        before, sum_ = sum_, sum_ + row.amount
        _entry(statement, made, row, _coarse(made, sum_) - _coarse(made, before))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _coarse(made: Export, units: int) -> int:
    """Units in a statement's decimals, rounded; entries are differences of rounded sums, so that they add up."""
    whole, rest = divmod(abs(units) * 10**PLACES, 10**made.money.decimals)
    found: int = whole + (2 * rest >= 10**made.money.decimals)
    if found >= MOST * 10**PLACES:
        raise NotExpressible(f"{made.money.text(units)} has more digits than a camt.053 amount: export another format.")
    return found if units >= 0 else -found


def _balance(code: str, coarse: int, day: str, currency: str) -> Content:
    return {
        "Tp": {"CdOrPrtry": {"Cd": code}},
        "Amt": f"{currency} {amount_text(abs(coarse), PLACES)}",
        "CdtDbtInd": _side(coarse),
        "Dt": {"Dt": day},
    }


def _side(amount: int) -> str:
    return "CRDT" if amount >= 0 else "DBIT"


def _entry(statement: ElementTree.Element, made: Export, row: Row, coarse: int) -> None:
    entry = ElementTree.SubElement(statement, "Ntry")
    day = {"Dt": row.due.day.isoformat()}
    party = {"Pty": {"Nm": one_line(row.counterparty)[:140]}}
    kind = row.due.payment.kind
    details: dict[str, Content] = {
        "RltdPties": {"Dbtr" if row.amount > 0 else "Cdtr": party},
        "RmtInf": {"Ustrd": [one_line(row.words)[:140], row.transaction]},
    }
    if abs(coarse) * 10**made.money.decimals != abs(row.amount) * 10**PLACES:
        details["SplmtryData"] = {"PlcAndNm": OWN, "Envlp": {f"{{{OWN}}}Units": str(abs(row.amount))}}
    _fill(
        entry,
        {
            "NtryRef": row.id,
            "Amt": f"{made.money.name} {amount_text(abs(coarse), PLACES)}",
            "CdtDbtInd": _side(row.amount),
            "Sts": {"Cd": "BOOK"},
            "BookgDt": day,
            "ValDt": day,
            "BkTxCd": {"Prtry": {"Cd": str(kind)}},
            "NtryDtls": {"TxDtls": details},
        },
    )


def _fill(parent: ElementTree.Element, content: Mapping[str, Content]) -> None:
    """Adds elements by name; "Amt" has its currency before its amount."""
    for name, value in content.items():
        for each in value if isinstance(value, list) else [value]:
            child = ElementTree.SubElement(parent, name)
            if isinstance(each, str):
                if name == "Amt":
                    child.attrib["Ccy"], _, each = each.partition(" ")
                child.text = each
            elif not isinstance(each, list):
                _fill(child, each)
