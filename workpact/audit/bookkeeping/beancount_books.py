"""Journals of beancount, read by its own package: the postings on one account and those below it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from workpact.audit.bookkeeping import text
from workpact.audit.bookkeeping.errors import AccountNotNamed, BadJournal, BeancountMissing
from workpact.audit.bookkeeping.lines import Books, Line, Money

REFERENCES = ("transaction", "tx", "reference", "ref")
"""Names under which a transaction may say what it refers to."""


def read(file: Path, money: Money, account: str | None) -> Books:
    """One line for each transaction and currency that changes the account. Raises `BadJournal`, `BeancountMissing`."""
    try:
        from beancount import loader
        from beancount.core.data import Open, Transaction
    except ImportError:
        raise BeancountMissing(
            "beancount reads these books and is not installed: pip install beancount, or export CSV."
        ) from None
    _refuse_plugins(file, set())
    entries, errors, _ = loader.load_file(str(file))
    for error in errors:
        source = error.source or {}
        where = f"{Path(source.get('filename', file.name)).name}:{source.get('lineno', 0)}"
        raise BadJournal(f"{where}: {error.message.strip()} Run bean-check until it says nothing.")
    transactions = [each for each in entries if isinstance(each, Transaction)]
    opened = [each.account for each in entries if isinstance(each, Open)]
    chosen = chosen_account(file, account, opened)
    lines = [line for each in transactions for line in _lines(file, each, chosen, money)]
    return Books.of(lines)


def _refuse_plugins(file: Path, seen: set[Path]) -> None:
    """A plugin is a program: books that name one are not loaded."""
    from beancount.parser import parser

    if file in seen:
        return
    seen.add(file)
    _, _, options = parser.parse_file(str(file))
    if options["plugin"] or options["insert_pythonpath"]:
        raise BadJournal(f"{file.name}: it runs plugins, which are programs: take them out of what is matched.")
    for name in options["include"]:
        for each in sorted(file.parent.glob(name)) if not Path(name).is_absolute() else [Path(name)]:
            _refuse_plugins(each, seen)


def chosen_account(file: Path, named: str | None, known: Iterable[str]) -> str:
    """The account that is the agreement's: `AccountNotNamed` unless it is named and among those of the journal."""
    every = sorted(set(known))
    if named and any(is_below(each, named) for each in every):
        return named
    told = ", ".join(every[:12]) + (", …" if len(every) > 12 else "")
    problem = f"it has no account {named}" if named else "it has several accounts"
    raise AccountNotNamed(f"{file.name}: {problem}: say which is the agreement's (--book-account); there are {told}.")


def is_below(account: str, chosen: str) -> bool:
    """Whether an account is the chosen one or part of it."""
    return account == chosen or account.startswith(chosen + ":")


def _lines(file: Path, one: Any, chosen: str, money: Money) -> Iterable[Line]:
    place = f"{Path(one.meta.get('filename', file.name)).name}:{one.meta.get('lineno', 0)}"
    sums: dict[str, Fraction] = {}
    for each in one.postings:
        if is_below(each.account, chosen):
            sums[each.units.currency] = sums.get(each.units.currency, Fraction(0)) + Fraction(each.units.number)
    said = [str(one.meta[name]) for name in REFERENCES if name in one.meta] + sorted(one.links or ())
    name = str(one.meta.get("id", ""))
    for currency, value in sums.items():
        if value:
            amount = text.units(value, money.digits(currency), currency, place)
            yield Line(one.date, amount, currency, place, one.payee or "", " ".join(said), one.narration or "",
                       f"{name} {currency}" if name else "")  # fmt: skip
