"""The whole record as a journal of beancount or hledger, with the balances of each day asserted from the events.

Accounts below Assets:Escrow are what the agreement holds, Assets:Owed what waits to be withdrawn or taken,
Assets:Payroll what its employers' payroll holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from workpact.audit.bookkeeping.errors import CurrencyUnknown
from workpact.audit.bookkeeping.exporting import Called, Export, one_line
from workpact.audit.bookkeeping.payments import Payment, Pot
from workpact.ledger import Ledger

POTS = {
    Pot.HELD: "Assets:Escrow:Held",
    Pot.HOLDBACK: "Assets:Escrow:Holdback",
    Pot.OWED: "Assets:Owed",
    Pot.PAYROLL: "Assets:Payroll",
}
OUTER = {
    "client": "Equity:Client",
    "funder": "Equity:Funders",
    "contractor": "Expenses:Contractor",
    "arbiter": "Expenses:Arbitration",
    "workers": "Expenses:Wages",
}
ESCROW = "Assets:Escrow"
"""What to match of these journals against the account of the escrow."""
COMMODITY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]", re.ASCII)

Balances = dict[Pot, int]


def beancount(made: Export) -> str:
    """For beancount: `bean-check` says nothing to it. Raises `CurrencyUnknown`."""
    name = made.money.name
    if not COMMODITY.fullmatch(name):
        raise CurrencyUnknown(
            f"beancount has no commodity called {name!r}: it takes capital letters and digits. Say --currency "
            f"{re.sub(r'[^A-Z0-9]', '', name.upper()) or 'TOKEN'}."
        )
    first = min((each.day for each in made.payments), default=made.last_day)
    blocks = [f'option "title" "{_quoted(made.title)}"\noption "operating_currency" "{name}"']
    blocks.append("\n".join(f"{first} open {each} {name}" for each in (*POTS.values(), *OUTER.values())))
    for day, found, balances in _days(made):
        for each, payee in found:
            blocks.append("\n".join(_beancount_lines(made, each, payee)))
        after = day + timedelta(days=1)
        blocks.append(
            "\n".join(
                f"{after} balance {POTS[pot]}  {made.money.text(left)} ~ 0 {name}" for pot, left in balances.items()
            )
        )
    return "\n\n".join(blocks) + "\n"


def _beancount_lines(made: Export, each: Payment, payee: str) -> Iterator[str]:
    yield f'{each.day} * "{_quoted(payee)}" "{_quoted(each.words)}"'
    yield f'  transaction: "0x{each.entry.log.transaction.hex()}"'
    yield f"  block: {each.entry.log.block}"
    for account, amount in _postings(each):
        yield f"  {account}  {made.money.text(amount)} {made.money.name}"


def hledger(made: Export) -> str:
    """For hledger: `hledger check` says nothing to it."""
    name = made.money.name if made.money.name.isalpha() else f'"{made.money.name}"'
    declared = [f"commodity 1000.{'0' * made.money.decimals} {name}"]
    declared += [f"account {each}" for each in (*POTS.values(), *OUTER.values())]
    blocks = [f"; {made.title}", "\n".join(declared)]
    for day, found, balances in _days(made):
        for each, payee in found:
            place = f"transaction:0x{each.entry.log.transaction.hex()}, block:{each.entry.log.block}"
            lines = [f"{day} * {_barred(payee)} | {_barred(each.words)}", f"    ; {place}"]
            lines += [f"    {account}  {made.money.text(amount)} {name}" for account, amount in _postings(each)]
            blocks.append("\n".join(lines))
        lines = [f"{day} * agreement | balances by the events of the chain"]
        lines += [
            f"    {POTS[pot]}  {made.money.text(0)} {name} = {made.money.text(left)} {name}"
            for pot, left in balances.items()
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _postings(each: Payment) -> list[tuple[str, int]]:
    outer = OUTER[each.party]
    out_of = POTS[each.out_of] if each.out_of else outer
    into = POTS[each.into] if each.into else outer
    return [(out_of, -each.amount), (into, each.amount)]


def _days(made: Export) -> Iterator[tuple[date, Sequence[tuple[Payment, str]], Balances]]:
    """The payments of each day with payees, and the balances that the ledger of the events gives after it."""
    called = Called(made.subject)
    by_day: dict[date, list[tuple[Payment, str]]] = {}
    for each in made.payments:
        by_day.setdefault(each.day, []).append((each, called.other(each, made.account)))
    events = [each.event for each in made.history.of("Agreement")]
    ledger = Ledger(clients=set(made.subject.parties[:1]))
    at = 0
    for day, found in by_day.items():
        while at < len(events) and events[at].time.date() <= day:
            ledger.add(events[at])
            at += 1
        yield day, found, {Pot.HELD: ledger.held, Pot.HOLDBACK: ledger.holdback, Pot.OWED: ledger.owed}


def _quoted(text: str) -> str:
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"')


def _barred(text: str) -> str:
    """Without what ends a description."""
    return one_line(text.replace(";", ",").replace("|", "/"))
