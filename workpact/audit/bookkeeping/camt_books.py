"""camt.053 statements of ISO 20022, versions 02 and 08: validated against the schema, then read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from workpact.audit.bookkeeping import text
from workpact.audit.bookkeeping.errors import BadStatement
from workpact.audit.bookkeeping.lines import Books, Line, Money

SCHEMAS = Path(__file__).parent / "schemas"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
VERSIONS = ("camt.053.001.02", "camt.053.001.08")
OWN = "urn:workpact:exact"
"""Namespace of the supplementary data that has an amount finer than a statement's five decimals."""
REFERENCES = ("AcctSvcrRef", "EndToEndId", "InstrId", "TxId", "MsgId", "PmtInfId")

Element = Mapping[str, Any]


@cache
def schema(version: str) -> Any:
    """The schema of a version."""
    import xmlschema

    return xmlschema.XMLSchema10(SCHEMAS / f"{version}.xsd")


def read(file: Path, money: Money) -> Books:
    """The booked entries of all statements in a file. Raises `BadStatement`, `BadBooks`."""
    document = _decoded(file)
    lines: list[Line] = []
    for number, statement in enumerate(document["BkToCstmrStmt"]["Stmt"], 1):
        found = list(_entries(file, number, statement, money))
        _check_balances(file, number, statement, found, money)
        lines += found
    return Books.of(lines)


def _decoded(file: Path) -> Element:
    import xmlschema

    try:
        resource = xmlschema.XMLResource(file.read_bytes(), defuse="always")
        version = (resource.namespace or "").removeprefix(NAMESPACE)
        if version not in VERSIONS:
            raise BadStatement(
                f"{file.name}: a document of {resource.namespace or 'no namespace'}: take a statement of "
                f"{' or '.join(VERSIONS)}."
            )
        found, wrong = schema(version).to_dict(resource, validation="lax", decimal_type=str)
    except (xmlschema.XMLResourceError, SyntaxError, ValueError) as error:
        raise BadStatement(f"{file.name}: this is no XML that is read: {error}.") from None
    if wrong:
        raise BadStatement(f"{file.name}: {_path(wrong[0].path)} is not valid: {wrong[0].reason}")
    document: Element = _bare(found)
    return document


def _path(path: str | None) -> str:
    return re.sub(r"\{[^}]*\}|\w+:", "", path or "the document")


def _bare(value: Any) -> Any:
    """Without prefixes of namespaces."""
    if isinstance(value, dict):
        return {_name(name): _bare(each) for name, each in value.items() if not name.startswith("@xmlns")}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _name(name: str) -> str:
    return name if name.startswith(("@", "$")) else name.rpartition(":")[2]


def _entries(file: Path, number: int, statement: Element, money: Money) -> Iterator[Line]:
    for at, entry in enumerate(statement.get("Ntry", ()), 1):
        place = f"{file.name}: statement {number}, entry {at}"
        status = entry["Sts"]
        if (status if isinstance(status, str) else status.get("Cd", status.get("Prtry"))) != "BOOK":
            continue
        details = [each for group in entry.get("NtryDtls", ()) for each in group.get("TxDtls", ())]
        sign = 1 if entry["CdtDbtInd"] == "CRDT" else -1
        currency = entry["Amt"]["@Ccy"]
        amount = _exact(details, place)
        if amount is None or currency != money.name:
            amount = text.units(Fraction(entry["Amt"]["$"]), money.digits(currency), currency, place)
        yield Line(
            _day(entry, place),
            sign * amount,
            currency,
            place,
            _counterparty(details, sign),
            " ".join(_references(entry, details)),
            " ".join(_remittance(entry, details)),
            f"{statement['Id']}/{entry['NtryRef']}" if entry.get("NtryRef") else "",
        )


def _exact(details: list[Element], place: str) -> int | None:
    """The token's units that our own statements carry."""
    for each in details:
        for extra in each.get("SplmtryData", ()):
            units = extra.get("Envlp", {}).get("Units")
            if extra.get("PlcAndNm") == OWN and units is not None:
                said = units.get("$") if isinstance(units, dict) else units
                if not re.fullmatch(r"\d{1,30}", str(said), re.ASCII):
                    raise BadStatement(f"{place}: {said!r} is no number of units.")
                return int(str(said))
    return None


def _day(entry: Element, place: str) -> date:
    for name in ("BookgDt", "ValDt"):
        said = entry.get(name, {})
        if said:
            return date.fromisoformat(str(said.get("Dt") or said["DtTm"])[:10])
    raise BadStatement(f"{place}: it has neither BookgDt nor ValDt: ask whoever made it for the dates.")


def _counterparty(details: list[Element], sign: int) -> str:
    side = "Dbtr" if sign > 0 else "Cdtr"
    names = []
    for each in details:
        party = each.get("RltdPties", {}).get(side, {})
        names.append(party.get("Pty", party).get("Nm", ""))
    return ", ".join(dict.fromkeys(name for name in names if name))


def _references(entry: Element, details: list[Element]) -> Iterator[str]:
    if entry.get("AcctSvcrRef"):
        yield entry["AcctSvcrRef"]
    for each in details:
        refs = each.get("Refs", {})
        yield from (refs[name] for name in REFERENCES if refs.get(name) not in (None, "NOTPROVIDED"))
        yield from (own["Ref"] for own in _listed(refs.get("Prtry")))


def _remittance(entry: Element, details: list[Element]) -> Iterator[str]:
    for each in details:
        yield from each.get("RmtInf", {}).get("Ustrd", ())
        for structured in each.get("RmtInf", {}).get("Strd", ()):
            reference = structured.get("CdtrRefInf", {}).get("Ref")
            if reference:
                yield reference
        if each.get("AddtlTxInf"):
            yield each["AddtlTxInf"]
    if entry.get("AddtlNtryInf"):
        yield entry["AddtlNtryInf"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _check_balances(file: Path, number: int, statement: Element, lines: list[Line], money: Money) -> None:
    """An opening and a closing booked balance in one currency must be what the entries lead from and to."""
    found: dict[str, tuple[str, Fraction]] = {}
    for each in statement["Bal"]:
        code = each["Tp"]["CdOrPrtry"].get("Cd")
        sign = 1 if each["CdtDbtInd"] == "CRDT" else -1
        found[{"PRCD": "OPBD"}.get(code, code)] = (each["Amt"]["@Ccy"], sign * Fraction(each["Amt"]["$"]))
    if "OPBD" not in found or "CLBD" not in found:
        return
    (currency, opening), (other, closing) = found["OPBD"], found["CLBD"]
    if currency != other or any(line.currency != currency for line in lines):
        return
    moved = Fraction(sum(line.amount for line in lines), 10 ** money.digits(currency))
    if abs(opening + moved - closing) > Fraction(1, 10**5):
        raise BadStatement(
            f"{file.name}: statement {number} goes from {opening} to {closing} {currency}, and its entries add up to "
            f"{moved}: an entry is missing, doubled or changed; ask for it again."
        )
