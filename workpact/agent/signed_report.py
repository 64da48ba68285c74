"""A signed report as a file that the sides exchange, and what must be true before it counts for anything.

The file is what `ape run sla` reads and writes, with what it is about beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from eth_abi.exceptions import EncodingError

from workpact.report import Report, Signed
from workpact.service_reports import ServiceReports
from workpact.service_results import Side
from workpact.signing import is_signed

MOST_PARTS = 300
"""Lists and objects in a file; a report of 32 levels and 32 quantities has fewer than a hundred."""


class Ignored(StrEnum):
    """Why a file counts for nothing."""

    DAMAGED = "damaged"
    """Not what its name says, or no signed report that fits the document."""
    FOREIGN = "foreign"
    """Of another agreement or chain, or signed by nobody who reports for a side."""
    OLD = "old"
    """By another service document than the one at hand, or of a period that is final."""


@dataclass(frozen=True)
class SignedReport:
    """A report with one signature that was checked, and the side that the signer reports for."""

    report: Report
    signed: Signed
    side: Side


def place_of(levels: ServiceReports) -> dict[str, Any]:
    """What a report is about, so that one file is not taken for another agreement's."""
    agreement = levels.agreement
    return {
        "chainId": agreement.chain_id,
        "agreement": agreement.contract.address,
        "origin": "0x" + agreement.origin.hex(),
        "document": "0x" + levels.service_hash.hex(),
    }


def encode(levels: ServiceReports, report: Report, signed: Signed) -> bytes:
    """The file; equal reports and signatures give equal bytes."""
    content = {**levels.to_json(report, [signed]), "place": place_of(levels)}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Reader:
    """Reads the files of one agreement; `is_final` says whether reports of a period are of no use any more."""

    levels: ServiceReports
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
        # Whoever may lay down a file must not end this process: of lists in lists Python's parser may die.
        if content.count(b"[") + content.count(b"{") > MOST_PARTS:
            return Ignored.DAMAGED
        try:
            entry = json.loads(content)
            misplaced = self._misplaced(entry["place"])
            if misplaced is not None:
                return misplaced
            report = self.levels.report_from(entry)
            (signed,) = self.levels.signatures_in(entry)
            if self.is_final(report.period):
                return Ignored.OLD
            digest = self.levels.digest(report)
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError, EncodingError):
            return Ignored.DAMAGED
        side = self.levels.side_of(signed.signer, report.period)
        if side is None or not is_signed(signed.signer, digest, signed.signature):
            return Ignored.FOREIGN
        return SignedReport(report, signed, side)

    def _misplaced(self, place: Mapping[str, Any]) -> Ignored | None:
        ours = place_of(self.levels)
        if any(place[name] != ours[name] for name in ("chainId", "agreement", "origin")):
            return Ignored.FOREIGN
        return Ignored.OLD if place["document"] != ours["document"] else None
