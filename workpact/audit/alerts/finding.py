"""What a rule says: a question with all that is needed to check it, or that there is too little to ask one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workpact.audit.entries import Entry, Log, plain
from workpact.audit.transfers import Transfer


@dataclass(frozen=True, order=True)
class Invoice:
    """A line of the user's books; amounts in the smallest unit of the agreement's token."""

    date: str
    """YYYY-MM-DD"""
    id: str
    amount: int
    counterparty: str
    reference: str = ""
    document: str = ""
    """The hash of the document, if the books have it."""

    def to_json(self) -> dict[str, str]:
        """For programs."""
        return {
            "id": self.id,
            "date": self.date,
            "amount": str(self.amount),
            "counterparty": self.counterparty,
            "reference": self.reference,
            "document": self.document,
        }


@dataclass(frozen=True)
class Alert:
    """Something worth a look, as a question (SPEC.md 13.9), never a finding."""

    rule: str
    question: str
    facts: Mapping[str, Any]
    """What the rule saw."""
    threshold: Mapping[str, int]
    """By which numbers of `Thresholds` it asked."""
    entries: Sequence[Entry] = field(default=())
    transfers: Sequence[Transfer] = field(default=())
    invoices: Sequence[Invoice] = field(default=())

    @property
    def key(self) -> tuple[Any, ...]:
        """Orders alerts: by rule, then by the first place that each is about."""
        places = sorted([each.place for each in self.entries] + [each.log.place for each in self.transfers])
        return self.rule, places[:1] or [(0, 0)], sorted(self.invoices), self.question

    def to_json(self) -> dict[str, Any]:
        """For programs: integers of the chain as decimal text, places by which each event is found and proved."""
        return {
            "rule": self.rule,
            "question": self.question,
            "facts": plain(dict(self.facts)),
            "threshold": dict(self.threshold),
            "events": [_place(each.log) | {"contract": each.contract, "name": each.name} for each in self.entries],
            "transfers": [
                _place(each.log)
                | {"token": each.token, "from": each.sender, "to": each.receiver, "amount": str(each.amount)}
                for each in self.transfers
            ],
            "lines": [each.to_json() for each in self.invoices],
        }


@dataclass(frozen=True)
class TooLittle:
    """A rule, or a part of one, that does not apply: what there is, and what it needs."""

    rule: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """For programs."""
        return {"rule": self.rule, "reason": self.reason}


Finding = Alert | TooLittle


def day(timestamp: int) -> str:
    """The date of a Unix second in UTC."""
    return datetime.fromtimestamp(timestamp, UTC).date().isoformat()


def moment(timestamp: int) -> str:
    """Date and time of a Unix second in UTC."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S")


def short(address: str) -> str:
    """An address as people compare it."""
    return f"{address[:6]}…{address[-4:]}"


def _place(log: Log) -> dict[str, Any]:
    return {
        "block": log.block,
        "blockHash": "0x" + log.block_hash.hex(),
        "position": log.position,
        "transaction": "0x" + log.transaction.hex(),
        "time": moment(log.timestamp),
    }
