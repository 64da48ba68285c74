"""What a comparison of books with the record found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workpact.audit.bookkeeping.accounts import Account, Due
from workpact.audit.bookkeeping.lines import Line, Money, amount_text


class By(StrEnum):
    """What a match rests on, the surest first."""

    TRANSACTION = "transaction"
    ITEM = "milestone or period"
    AMOUNT = "amount, payee and date"


class Error(StrEnum):
    """What is wrong with what was left over."""

    MISSING = "missing"
    DUPLICATE = "duplicate"
    AMOUNT = "wrong amount"
    PAYEE = "wrong payee"
    ITEM = "wrong milestone or period"
    SPLIT = "wrong split"
    BATCH = "wrong batch"
    FEE = "wrong fee"
    DONATION = "donation"
    GONE = "not on the chain"
    DATE = "wrong date"
    ROUNDING = "wrong rounding"
    REFERENCE = "wrong transaction"
    FOREIGN = "of another agreement"
    UNKNOWN = "no such payment"


@dataclass(frozen=True)
class Match:
    """Lines and payments that are the same money. `fee` is what a bank or network kept, in the token's unit."""

    lines: tuple[int, ...]
    dues: tuple[int, ...]
    by: By
    fee: int = 0

    @property
    def shape(self) -> str:
        """ "one", "split" (a payment, several lines), "batch" (several payments, a line) or "several"."""
        many = (len(self.lines) > 1, len(self.dues) > 1)
        return {(False, False): "one", (True, False): "split", (False, True): "batch"}.get(many, "several")


@dataclass(frozen=True)
class Finding:
    """What does not match: lines, payments, or both where they differ in one thing."""

    error: Error
    lines: tuple[int, ...]
    dues: tuple[int, ...]
    words: str
    """What differs."""
    block: int
    """After which the books are apart from the chain by it, or would be."""
    nearest: tuple[str, int] | None = None
    """"line" or "payment", and which: the nearest candidate for what stands alone."""


@dataclass(frozen=True)
class Comparison:
    """Books against the record: every line and every payment is in exactly one match or finding."""

    account: Account
    money: Money
    lines: tuple[Line, ...]
    dues: tuple[Due, ...]
    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]
    apart: int | None
    """The first block after which the balances of books and chain differ; None if they never do."""

    @property
    def is_clean(self) -> bool:
        """Whether everything matches."""
        return not self.findings

    def counts(self) -> Counter[str]:
        """Findings by error."""
        return Counter(str(each.error) for each in self.findings)

    def line_words(self, number: int) -> str:
        """A line for people."""
        line = self.lines[number]
        amount = f"{amount_text(line.amount, self.money.digits(line.currency))} {line.currency}"
        return f"{line.source}: {line.date} {amount} {line.words}".rstrip()

    def due_words(self, number: int) -> str:
        """A payment for people."""
        due = self.dues[number]
        amount = f"{self.money.text(due.amount)} {self.money.name}"
        return f"block {due.block}: {due.day} {amount} {due.payment.words}, 0x{due.transaction.hex()}"

    def to_json(self) -> dict[str, Any]:
        """For programs: amounts as decimal text in smallest units."""
        return {
            "account": str(self.account),
            "currency": self.money.name,
            "lines": [self._line(each) for each in self.lines],
            "payments": [_due(each) for each in self.dues],
            "matches": [
                {"lines": list(each.lines), "payments": list(each.dues), "by": str(each.by), "shape": each.shape,
                 "fee": str(each.fee)}
                for each in self.matches
            ],
            "findings": [
                {"error": str(each.error), "lines": list(each.lines), "payments": list(each.dues), "what": each.words,
                 "block": each.block,
                 "nearest": {each.nearest[0]: each.nearest[1]} if each.nearest else None}
                for each in self.findings
            ],
            "apart": self.apart,
        }  # fmt: skip

    def _line(self, line: Line) -> dict[str, Any]:
        return {
            "source": line.source,
            "id": line.id,
            "date": line.date.isoformat(),
            "amount": str(line.amount),
            "currency": line.currency,
            "counterparty": line.counterparty,
            "reference": line.reference,
            "memo": line.memo,
        }


def _due(due: Due) -> dict[str, Any]:
    payment = due.payment
    return {
        "kind": str(payment.kind),
        "items": list(payment.items),
        "payer": payment.payer,
        "payee": payment.payee,
        "amount": str(due.amount),
        "token": payment.token,
        "block": due.block,
        "timestamp": payment.entry.log.timestamp,
        "transaction": "0x" + due.transaction.hex(),
        "position": payment.entry.log.position,
    }


def apart_at(steps: Sequence[tuple[int, int]]) -> int | None:
    """The first block after which steps of (block, amount) do not add up to zero."""
    total: Counter[int] = Counter()
    for block, amount in steps:
        total[block] += amount
    sum_ = 0
    for block in sorted(total):
        sum_ += total[block]
        if sum_:
            return block
    return None
