"""What `ape run audit match … --json` found, read back for a report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from workpact import WorkpactError
from workpact.audit.history import History


class NotAMatch(WorkpactError, ValueError):
    """The file is not what `audit match` writes, or is about another record."""


def _without_folder(source: str) -> str:
    """A report says nothing of where files were."""
    return source.replace("\\", "/").rsplit("/", 1)[-1]


class _Exact(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Line(_Exact):
    source: Annotated[str, AfterValidator(_without_folder)]
    id: str
    date: str
    amount: str
    currency: str
    counterparty: str | None
    reference: str
    memo: str


class _Payment(_Exact):
    kind: str
    payer: str
    payee: str
    amount: str
    block: int
    timestamp: int
    transaction: str


class _Pair(_Exact):
    lines: list[int]
    payments: list[int]


class _Match(_Pair):
    by: str
    shape: str
    fee: str


class _Finding(_Pair):
    error: str
    what: str
    block: int
    nearest: dict[str, int] | None


class _Comparison(_Exact):
    account: str
    currency: str
    lines: list[_Line]
    payments: list[_Payment]
    matches: list[_Match]
    findings: list[_Finding]
    apart: int | None

    def indices(self) -> Iterator[tuple[int, int]]:
        """Each index, and how many there are of what it is one of."""
        pairs: list[_Pair] = [*self.matches, *self.findings]
        for each in pairs:
            yield from ((index, len(self.lines)) for index in each.lines)
            yield from ((index, len(self.payments)) for index in each.payments)


def comparison(file: Path, history: History) -> dict[str, Any]:
    """A comparison of the user's books with this record. Raises `NotAMatch`."""
    try:
        found = _Comparison.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise NotAMatch(f"{file}: {where}: {first['msg']}. Give what `ape run audit match … --json` wrote.") from None
    if not all(0 <= index < count for index, count in found.indices()):
        raise NotAMatch(f"{file} names a line or a payment that it does not have: run `ape run audit match` again.")
    times = {(each.log.timestamp, "0x" + each.log.transaction.hex()) for each in history.entries if each.log.block}
    for payment in found.payments:
        if times and (payment.timestamp, payment.transaction) not in times:
            raise NotAMatch(
                f"{file} has a payment in transaction {payment.transaction}, which is not in this record: it is about "
                "another agreement, or a later block."
            )
    return found.model_dump()
