"""Journals of hledger: its plain subset, strictly; what else a journal has is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from workpact.audit.bookkeeping import text
from workpact.audit.bookkeeping.beancount_books import chosen_account, is_below
from workpact.audit.bookkeeping.errors import BadJournal
from workpact.audit.bookkeeping.lines import Books, Line, Money

PASSED = ("account", "commodity", "decimal-mark", "payee", "tag")
"""Directives that change nothing that is read; a decimal mark is."""
REFERENCES = ("transaction", "tx", "reference", "ref")

_HEAD = re.compile(
    r"(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?:=\S+)?(?:\s+[*!])?(?:\s+\((?P<code>[^)]*)\))?(?:\s+(?P<words>.*))?"
)
_POSTING = re.compile(r"(?:[*!]\s+)?(?P<account>\S(?:[^\s]| (?! ))*)(?:\s{2,}|\t\s*|$)(?P<rest>.*)")
_NUMBER = r"[+-]?\s*\d[\d., ]*\d|[+-]?\s*\d"
_SYMBOL = r'[A-Za-z$€£¥]+|"[^"]+"'
_AMOUNT = re.compile(
    rf"(?P<before>-)?\s*(?:(?P<left>{_SYMBOL})\s*(?P<one>{_NUMBER})|(?P<other>{_NUMBER})\s*(?P<right>{_SYMBOL})?)"
)
_TAG = re.compile(r"(?:^|[\s,])([\w-]+):[ \t]*([^,\n]*)")
SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}


@dataclass
class _Transaction:
    day: date
    place: str
    code: str
    words: str
    comments: list[str]
    postings: list[tuple[str, str, Fraction | None, str]]
    """Account, currency, amount (None: what is left), place."""


def read(file: Path, money: Money, account: str | None) -> Books:
    """One line for each transaction and currency that changes the account. Raises `BadJournal`."""
    content = text.decoded(file)
    marks = re.findall(r"^decimal-mark\s+([.,])", content, re.MULTILINE)
    sign = text.COMMA if "," in marks else text.POINT
    found = [_balanced(each) for each in _transactions(file, content, sign)]
    declared = re.findall(r"^account\s+(\S(?:[^\s;]| (?![ ;]))*)", content, re.MULTILINE)
    used = [posting[0] for each in found for posting in each.postings]
    chosen = chosen_account(file, account, declared + used)
    return Books.of(line for each in found for line in _lines(each, chosen, money))


def _transactions(file: Path, content: str, sign: str) -> list[_Transaction]:
    found: list[_Transaction] = []
    below = ""
    for number, raw in enumerate(content.splitlines(), 1):
        place = f"{file.name}:{number}"
        if not raw.strip():
            below = ""
        elif raw[0] in ";#*":
            continue
        elif raw[0].isdigit():
            found.append(_head(raw, place))
            below = "transaction"
        elif raw[0] not in " \t":
            below = raw.split()[0]
            if below not in PASSED:
                raise BadJournal(
                    f"{place}: {below!r} is not read: give the plain transactions that hledger print writes."
                )
        elif not below:
            raise BadJournal(f"{place}: this stands below no transaction.")
        elif below == "transaction":
            body, _, comment = raw.strip().partition(";")
            found[-1].comments.append(comment.strip())
            if body:
                found[-1].postings.append(_posting(body.strip(), place, sign))
    return found


def _head(raw: str, place: str) -> _Transaction:
    body, _, comment = raw.partition(";")
    match = _HEAD.fullmatch(body.strip())
    if not match:
        raise BadJournal(f"{place}: this is no transaction with a date like 2026-12-31.")
    (day,) = text.dates([(match["date"], place)], None)
    comments = [comment.strip()] if comment else []
    return _Transaction(day, place, match["code"] or "", (match["words"] or "").strip(), comments, [])


def _posting(body: str, place: str, sign: str) -> tuple[str, str, Fraction | None, str]:
    match = _POSTING.fullmatch(body)
    if not match or match["account"][0] in "([":
        raise BadJournal(f"{place}: only plain postings are read: an account, two spaces, an amount.")
    rest = match["rest"].partition("=")[0].strip()
    if "@" in rest or "{" in rest:
        raise BadJournal(f"{place}: costs and prices are not read: hledger print --value=cost writes it without.")
    if not rest:
        return match["account"], "", None, place
    amount = _AMOUNT.fullmatch(rest)
    if not amount:
        raise BadJournal(f"{place}: {rest!r} is no amount: write it like -12.50 USD.")
    (value,) = text.amounts([((amount["one"] or amount["other"]).replace(" ", ""), place)], sign)
    symbol = (amount["left"] or amount["right"] or "").strip('"')
    return match["account"], SIGNS.get(symbol, symbol), -value if amount["before"] else value, place


def _balanced(one: _Transaction) -> _Transaction:
    """With what the one posting without an amount gets."""
    sums: dict[str, Fraction] = {}
    for _, currency, value, _ in one.postings:
        if value is not None:
            sums[currency] = sums.get(currency, Fraction(0)) + value
    left = {currency: value for currency, value in sums.items() if value}
    open_ = [at for at, posting in enumerate(one.postings) if posting[2] is None]
    if len(open_) > 1:
        raise BadJournal(f"{one.place}: two postings have no amount: write one of them.")
    if not open_ and left:
        raise BadJournal(f"{one.place}: this transaction does not balance: {', '.join(left)} is left over.")
    if open_:
        account, _, _, place = one.postings.pop(open_[0])
        one.postings += [(account, currency, -value, place) for currency, value in left.items()]
    return one


def _lines(one: _Transaction, chosen: str, money: Money) -> Iterable[Line]:
    tags = {name: value.strip() for each in one.comments for name, value in _TAG.findall(each)}
    payee, bar, note = (each.strip() for each in one.words.partition("|"))
    said = [one.code, *(tags[name] for name in REFERENCES if name in tags)]
    for currency, value in _sums(one.postings, chosen).items():
        name = currency or money.name
        amount = text.units(value, money.digits(name), name, one.place)
        yield Line(
            one.day,
            amount,
            name,
            one.place,
            payee if bar else None,
            " ".join(each for each in said if each),
            note if bar else one.words,
            f"{tags['id']} {name}" if tags.get("id") else "",
        )


def _sums(postings: Sequence[tuple[str, str, Fraction | None, str]], chosen: str) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for account, currency, value, _ in postings:
        if is_below(account, chosen) and value is not None:
            sums[currency] = sums.get(currency, Fraction(0)) + value
    return {currency: value for currency, value in sums.items() if value}
