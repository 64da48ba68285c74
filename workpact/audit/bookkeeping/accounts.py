"""Which payments one set of books shows, with their signs, and whom and what its lines may name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from workpact.audit.bookkeeping.lines import Line
from workpact.audit.bookkeeping.payments import WORK, Kind, Payment, Pot
from workpact.audit.subject import Subject

INSIDE = (Pot.HELD, Pot.HOLDBACK)
HASH = re.compile(r"(?<![0-9a-fA-F])(?:0x)?([0-9a-fA-F]{64})(?![0-9a-fA-F])")


class Account(StrEnum):
    """Whose account books show."""

    ESCROW = "escrow"
    """What the agreement holds, with the holdback: funded in, paid and refunded out; what is booked is out."""
    CLIENT = "client"
    """The client's own money."""
    CONTRACTOR = "contractor"
    """The contractor's own money."""
    PAYROLL = "payroll"
    """What the payroll holds: taken in, wages and margin out."""
    BILLS = "bills"
    """What is owed for work, before anything is held back."""


@dataclass(frozen=True)
class Due:
    """What books should show of one payment. `amount` in the token's smallest unit, signed as the account sees it."""

    number: int
    payment: Payment
    amount: int
    parties: frozenset[str]
    """Roles that the line may name as the other side; empty for any."""
    is_open: bool = False
    """Booked for its payee, who withdraws it some time by a transaction outside the record."""

    @property
    def transaction(self) -> bytes:
        """Its hash."""
        return self.payment.entry.log.transaction

    @property
    def block(self) -> int:
        """Where it happened."""
        return self.payment.entry.log.block

    @property
    def day(self) -> date:
        """When, UTC."""
        return self.payment.day


def dues(payments: Sequence[Payment], account: Account) -> list[Due]:
    """The payments that an account shows, in order."""
    if account is Account.BILLS:
        return _bills(payments)
    found: list[Due] = []
    for each in payments:
        amount = _signed(each, account)
        if amount:
            is_open = each.into is Pot.OWED and account in (Account.CLIENT, Account.CONTRACTOR)
            found.append(Due(len(found), each, amount, _others(each, account), is_open))
    return found


def _signed(each: Payment, account: Account) -> int:
    if account is Account.ESCROW:
        return each.amount * ((each.into in INSIDE) - (each.out_of in INSIDE))
    if account is Account.PAYROLL:
        return each.amount * ((each.into is Pot.PAYROLL) - (each.out_of is Pot.PAYROLL))
    if each.party != account or each.into is Pot.PAYROLL or each.to_take or each.into in INSIDE:
        return -each.amount if account is Account.CLIENT and each.party == account and each.out_of is None else 0
    return each.amount


def _others(each: Payment, account: Account) -> frozenset[str]:
    if account is Account.ESCROW:
        booked = {"payroll"} if each.to_take else set()
        return frozenset({each.party, *booked} if each.party != "funder" else ())
    if account is Account.PAYROLL:
        return frozenset({"contractor", "client", "agreement"} if each.kind is Kind.TAKE else ())
    return frozenset({"agreement", "client", "contractor", "payroll"} - {str(account)})


def _bills(payments: Sequence[Payment]) -> list[Due]:
    """One for what each event pays for work, with what of it is held back."""
    found: dict[tuple[int, int], Due] = {}
    for each in payments:
        retained = each.kind is Kind.RETAINED
        if each.party == "contractor" and (retained or each.kind in WORK):
            place = each.entry.place
            before = found.get(place)
            first = before.payment if before else each
            amount = each.amount + (before.amount if before else 0)
            number = before.number if before else len(found)
            found[place] = Due(number, first, amount, frozenset({"contractor"}))
    return list(found.values())


def plain(name: str) -> str:
    """A name without what people write differently: case, dots, commas, spaces."""
    return " ".join(re.findall(r"\w+", name.casefold()))


@dataclass(frozen=True)
class Naming:
    """What the lines of books may call parties and items."""

    names: Mapping[str, frozenset[str]]
    """Plain names by role."""
    items: frozenset[str]
    """"milestone NAME", "period NAME", "run N"."""

    @classmethod
    def of(cls, subject: Subject, payments: Iterable[Payment], known_as: Iterable[tuple[str, str]] = ()) -> Naming:
        """By addresses, roles, legal names of the files, and `known_as`: pairs of a name and the role it is of."""
        found: dict[str, set[str]] = {role: {role} for role in ("client", "contractor", "arbiter", "payroll")}
        found["agreement"] = {"agreement", "escrow", plain(subject.agreement)}
        if subject.payroll:
            found["payroll"].add(plain(subject.payroll))
        for address, role in subject.roles().items():
            role = {"backup": "arbiter"}.get(role, role)
            found.setdefault(role, {role}).add(plain(address))
        for paper in subject.papers.values():
            parties, ruling = paper.spec.parties, paper.spec.arbitration
            found["client"].add(plain(parties.client.legal_name))
            found["contractor"].add(plain(parties.contractor.legal_name))
            judges = (ruling.arbiter, ruling.backup) if ruling else ()
            found["arbiter"] |= {plain(each.legal_name) for each in judges if each}
        items = set()
        for each in payments:
            items |= set(each.items)
            if each.payee and each.party in ("client", "contractor", "arbiter"):
                found[each.party].add(plain(each.payee))
        for paper in subject.papers.values():
            items |= {f"milestone {each.name}" for each in paper.milestones}
            items |= {f"period {each.name}" for each in paper.periods}
        for name, role in known_as:
            found.setdefault(role, set()).add(plain(name))
        found["agreement"].discard("")
        return cls({role: frozenset(each - {plain(subject.agreement)} if role != "agreement" else each)
                    for role, each in found.items()}, frozenset(items))  # fmt: skip

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str], str], ...]:
        made = []
        for item in sorted(self.items, key=lambda each: (-len(each), each)):
            name = item.partition(" ")[2]
            written = re.escape(item)
            if re.search(r"\d", name) and not name.isdigit():
                written = rf"(?:{written}|{re.escape(name)})"
            made.append((item, re.compile(rf"(?<![\w-]){written}(?![\w-])", re.IGNORECASE), name))
        return tuple(made)

    def roles_in(self, line: Line) -> frozenset[str]:
        """Whose names a line says; {"?"} for a counterparty that is nobody of the agreement."""
        if line.counterparty is None:
            said = f" {plain(line.memo)} "
            return frozenset(role for role, names in self.names.items() for name in names
                             if name != role and name != "escrow" and f" {name} " in said)  # fmt: skip
        said = f" {plain(line.counterparty)} "
        if not said.strip():
            return frozenset()
        found = {role for role, names in self.names.items() for name in names if f" {name} " in said}
        return frozenset(found) or frozenset({"?"})

    def items_in(self, line: Line) -> frozenset[str]:
        """Milestones, periods and runs that a line names: by "milestone NAME", by a name alone as its reference, or by
        a name with digits, like 2026-03."""
        rest = f"{line.reference} | {line.memo}"
        found = set()
        for item, pattern, name in self._patterns:
            if pattern.search(rest) or line.reference.strip().casefold() == name.casefold():
                found.add(item)
                rest = pattern.sub(" ", rest)
        return frozenset(found)


def hashes_in(line: Line) -> frozenset[bytes]:
    """Transactions that a line names."""
    return frozenset(bytes.fromhex(each) for each in HASH.findall(f"{line.reference} {line.memo}"))
