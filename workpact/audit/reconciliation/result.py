"""What a reconciliation found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workpact.audit.entries import Entry
from workpact.audit.history import Head
from workpact.audit.reconciliation.sheet import Account
from workpact.audit.transfers import Transfer


@dataclass(frozen=True)
class Line:
    """An account at the last block; None where a source says nothing of it, or was not asked."""

    account: Account
    by_events: int
    by_contract: int | None
    by_transfers: int | None
    is_same: bool
    """At every block that was compared."""

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return _account(self.account) | {
            "byEvents": str(self.by_events),
            "byContract": _amount(self.by_contract),
            "byTransfers": _amount(self.by_transfers),
            "same": self.is_same,
        }


@dataclass(frozen=True)
class Equation:
    """funded = paid + refunded + fees + held + holdback of one agreement (SPEC.md 6.1), what is booked included."""

    origin: bytes
    token: str
    funded: int
    paid: int
    refunded: int
    fees: int
    held: int
    holdback: int

    @property
    def holds(self) -> bool:
        """Whether it is one."""
        return self.funded == self.paid + self.refunded + self.fees + self.held + self.holdback

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        sums = ("funded", "paid", "refunded", "fees", "held", "holdback")
        return {"origin": "0x" + self.origin.hex(), "token": self.token} | {
            name: str(getattr(self, name)) for name in sums
        }


@dataclass(frozen=True)
class Difference:
    """Where an account and the chain part for the first time, by one source."""

    block: int
    source: str
    """What the events are compared with: "events" (each other), "history", "transfers" or "contract"."""
    what: str
    account: Account | None = None
    expected: int | None = None
    """By the events."""
    actual: int | None = None
    entry: Entry | None = None
    transfer: Transfer | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Block and position; behind all of the block where it is of none of its logs."""
        told = self.entry or self.transfer
        return told.place if told else (self.block, 1 << 64)

    def __str__(self) -> str:
        at = f"block {self.block}"
        if self.entry:
            at += f", {self.entry.name} (log {self.entry.log.position}, 0x{self.entry.log.transaction.hex()})"
        elif self.transfer:
            at += f", transfer (log {self.transfer.log.position}, 0x{self.transfer.log.transaction.hex()})"
        of = f"{self.account}: " if self.account else ""
        return f"{at}: {of}{self.what}"

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "block": self.block,
            "source": self.source,
            "what": self.what,
            "account": self.account and _account(self.account),
            "expected": _amount(self.expected),
            "actual": _amount(self.actual),
            "event": self.entry and self.entry.to_json(),
            "transfer": self.transfer and self.transfer.to_json(),
        }


@dataclass(frozen=True)
class Donation:
    """Money that was sent to a contract outside every agreement: nobody can take it out."""

    contract: str
    transfer: Transfer

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {"contract": self.contract} | self.transfer.to_json()


@dataclass(frozen=True)
class Coverage:
    """How much was compared; a comparison is of one account at one block with one source."""

    accounts: int
    accounts_of: int
    comparisons: int
    comparisons_of: int

    @property
    def is_full(self) -> bool:
        """Whether it is 100 %."""
        return (self.accounts, self.comparisons) == (self.accounts_of, self.comparisons_of)

    def __str__(self) -> str:
        share = 100 if self.is_full else self.comparisons * 100 // self.comparisons_of
        return (
            f"{share} %: {self.accounts} of {self.accounts_of} accounts at every block, "
            f"{self.comparisons} of {self.comparisons_of} comparisons"
        )

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "accounts": self.accounts,
            "accountsOf": self.accounts_of,
            "comparisons": self.comparisons,
            "comparisonsOf": self.comparisons_of,
        }


@dataclass(frozen=True)
class Reconciliation:
    """All accounts of one agreement, or of a whole deployment, at every block until the last."""

    chain_id: int
    head: Head
    origin: bytes | None
    """Of the agreement; None for the whole deployment."""
    blocks: int
    """How many were compared: those with an event or a transfer."""
    lines: tuple[Line, ...]
    equations: tuple[Equation, ...]
    differences: tuple[Difference, ...]
    donations: tuple[Donation, ...]
    coverage: Coverage
    left_out: tuple[str, ...]
    """What was not compared, in words."""

    @property
    def is_reconciled(self) -> bool:
        """Whether nothing that was compared differs."""
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        """For programs; the same bytes for the same block from any node that keeps the same states."""
        return {
            "chain": self.chain_id,
            "origin": self.origin and "0x" + self.origin.hex(),
            "block": {
                "number": self.head.number,
                "hash": "0x" + self.head.hash.hex(),
                "timestamp": self.head.timestamp,
            },
            "reconciled": self.is_reconciled,
            "blocks": self.blocks,
            "coverage": self.coverage.to_json(),
            "leftOut": list(self.left_out),
            "agreements": [each.to_json() for each in self.equations],
            "accounts": [each.to_json() for each in self.lines],
            "differences": [each.to_json() for each in self.differences],
            "donations": [each.to_json() for each in self.donations],
        }


def _amount(value: int | None) -> str | None:
    return None if value is None else str(value)


def _account(account: Account) -> dict[str, Any]:
    return {
        "contract": account.contract,
        "address": account.address,
        "account": account.name,
        "of": list(account.key),
        "token": account.token,
    }
