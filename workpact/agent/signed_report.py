"""A signed report as a file that the sides exchange, and what must be true before it counts for anything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workpact import WorkpactError
from workpact.agent.steps import Side
from workpact.service_levels import Report, ServiceLevels, Signed

KIND = "workpact signed report 1"


class Ignored(StrEnum):
    """Why a file counts for nothing."""

    DAMAGED = "damaged"
    """Not what its name says, not a signed report, or figures that fit no document."""
    FOREIGN = "foreign"
    """Of another agreement or chain, or signed by nobody who reports for a side."""
    OLD = "old"
    """By a document that is not in force, or of a period that is final."""


@dataclass(frozen=True)
class SignedReport:
    """A report with one signature that was checked, and the side that the signer reports for."""

    report: Report
    signed: Signed
    side: Side


def place_of(levels: ServiceLevels) -> dict[str, Any]:
    """What a report is about, so that one file is not taken for another agreement's."""
    agreement = levels.agreement
    return {
        "chainId": agreement.chain_id,
        "agreement": agreement.contract.address,
        "origin": "0x" + agreement.origin.hex(),
        "id": "0x" + agreement.id.hex(),
        "document": "0x" + levels.service_hash.hex(),
    }


def written(levels: ServiceLevels, report: Report) -> dict[str, Any]:
    """A report by names, in the form of `sla measure --json`; `ServiceLevels.report_from` reads it."""
    names = [level.name for level in levels.document.levels]
    prices = [price.quantity for price in levels.document.prices]
    figures = [
        {"name": name, "good": good, "total": total, "excluded": excluded}
        for name, (good, total, excluded) in zip(names, report.figures, strict=True)
    ]
    quantities = [{"name": name, "count": count} for name, count in zip(prices, report.quantities, strict=True)]
    period = levels.document.periods[report.period].name
    evidence = "0x" + report.evidence.hex()
    return {"period": period, "levels": figures, "quantities": quantities, "evidenceRoot": evidence}


def encode(levels: ServiceLevels, report: Report, signed: Signed) -> bytes:
    """The file; equal reports and signatures give equal bytes."""
    content = {"kind": KIND, **place_of(levels), "report": written(levels, report)}
    content |= {"signer": signed.signer, "signature": "0x" + signed.signature.hex()}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Reader:
    """Reads the other side's files for one agreement.

    `side_of(signer, period)` says whose reporter a signer is, `verify(signer, digest, signature)` whether the signature
    is its, `is_final(period)` whether reports of a period are of no use any more.
    """

    levels: ServiceLevels
    side_of: Callable[[str, int], Side | None]
    verify: Callable[[str, bytes, bytes], bool]
    is_final: Callable[[int], bool]

    def read(self, files: Iterable[tuple[str, bytes | None]]) -> tuple[list[SignedReport], Counter[Ignored]]:
        """What counts of the files, and how many do not."""
        counted: list[SignedReport] = []
        ignored: Counter[Ignored] = Counter()
        for _, content in files:
            found = Ignored.DAMAGED if content is None else self.one(content)
            if isinstance(found, Ignored):
                ignored[found] += 1
            else:
                counted.append(found)
        return counted, ignored

    def one(self, content: bytes) -> SignedReport | Ignored:
        """One file, checked to the signature."""
        try:
            entry = json.loads(content)
            if entry["kind"] != KIND:
                return Ignored.DAMAGED
            misplaced = self._misplaced(entry)
            if misplaced is not None:
                return misplaced
            report = self.levels.report_from(entry["report"])
            signer, signature = str(entry["signer"]), bytes.fromhex(str(entry["signature"])[2:])
            if self.is_final(report.period):
                return Ignored.OLD
            digest = self.levels.digest(report)
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError, WorkpactError):
            return Ignored.DAMAGED
        side = self.side_of(signer, report.period)
        if side is None or not self.verify(signer, digest, signature):
            return Ignored.FOREIGN
        return SignedReport(report, Signed(signer, signature), side)

    def _misplaced(self, entry: Mapping[str, Any]) -> Ignored | None:
        place = place_of(self.levels)
        if any(entry[name] != place[name] for name in ("chainId", "agreement", "origin")):
            return Ignored.FOREIGN
        return Ignored.OLD if any(entry[name] != place[name] for name in ("id", "document")) else None
