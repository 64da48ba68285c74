"""The record as books: a journal of beancount or hledger with balances asserted, CSV for QuickBooks and Xero, camt.053.

text = export(history, Format.BEANCOUNT, Account.ESCROW, money)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from workpact.audit.bookkeeping.accounts import Account, Due, dues
from workpact.audit.bookkeeping.errors import NotExpressible
from workpact.audit.bookkeeping.lines import Money
from workpact.audit.bookkeeping.payments import Kind, Payment, payments
from workpact.audit.history import Head, History
from workpact.audit.subject import Subject


class Format(StrEnum):
    """What is written."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"
    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    CAMT = "camt053"


@dataclass(frozen=True)
class Row:
    """One payment as an account shows it; `amount` in the token's smallest unit."""

    due: Due
    amount: int
    counterparty: str
    words: str
    transaction: str
    id: str


@dataclass(frozen=True)
class Export:
    """What every format writes from."""

    subject: Subject
    head: Head
    account: Account
    money: Money
    payments: tuple[Payment, ...]
    rows: tuple[Row, ...]
    history: History

    @classmethod
    def of(cls, history: History, account: Account, money: Money) -> Export:
        """The rows of an account of the record; `NotExpressible` for bills, which nobody pays from."""
        if account is Account.BILLS:
            raise NotExpressible("What is owed is no account: export escrow, client, contractor or payroll.")
        found = payments(history)
        called = Called(history.subject)
        rows = []
        places: dict[tuple[int, int], int] = {}
        for due in dues(found, account):
            place = due.payment.entry.place
            places[place] = places.get(place, 0) + 1
            name = f"{place[0]}-{place[1]}-{places[place]}"
            transaction = "0x" + due.transaction.hex()
            rows.append(Row(due, due.amount, called.other(due.payment, account), due.payment.words, transaction, name))
        return cls(history.subject, history.head, account, money, tuple(found), tuple(rows), history)

    @property
    def title(self) -> str:
        """What is exported."""
        head = self.head
        return f"Agreement 0x{self.subject.origin.hex()} until block {head.number} (0x{head.hash.hex()})"

    @property
    def last_day(self) -> date:
        """Of the block."""
        return datetime.fromtimestamp(self.head.timestamp, UTC).date()


class Called:
    """What the agreement's files call whom money went to or came from."""

    def __init__(self, subject: Subject) -> None:
        self._addresses: dict[str, str] = {}
        self._roles: dict[str, str] = {}
        for paper in subject.papers.values():
            parties, ruling = paper.spec.parties, paper.spec.arbitration
            self._roles["client"] = parties.client.legal_name
            self._roles["contractor"] = parties.contractor.legal_name
            for judge in (ruling.arbiter, ruling.backup) if ruling else ():
                if judge:
                    self._addresses[str(judge.wallet).lower()] = judge.legal_name

    def other(self, payment: Payment, account: Account) -> str:
        """The other side of a payment as an account shows it: a legal name, else the address or the role."""
        own = account in (Account.CLIENT, Account.CONTRACTOR)
        if own or (account is Account.PAYROLL and payment.kind is Kind.TAKE):
            return "payroll" if payment.kind is Kind.MARGIN else "agreement"
        address = payment.payer if payment.out_of is None else payment.payee
        found = self._addresses.get(address.lower()) or self._roles.get(payment.party) or address
        return found or payment.party


def export(history: History, form: Format, account: Account, money: Money) -> str:
    """The record as the text of a file: the same for the same block. Raises `BadBooks`."""
    from workpact.audit.bookkeeping import export_camt, export_csv, export_journals

    made = Export.of(history, account, money)
    writers = {
        Format.BEANCOUNT: export_journals.beancount,
        Format.HLEDGER: export_journals.hledger,
        Format.QUICKBOOKS: export_csv.quickbooks,
        Format.XERO: export_csv.xero,
        Format.CAMT: export_camt.camt053,
    }
    return writers[form](made)


def one_line(text: str) -> str:
    """Without line breaks and other signs of control."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())
