"""A record made up without a chain, for tests of what is written of it: one document, the usual events."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.sdk import paper
from workpact.audit.entries import Entry, Log
from workpact.audit.history import BookHistory, Head, History
from workpact.audit.report.facts import canonical, facts
from workpact.audit.report.page import page
from workpact.audit.report.pdf import pdf
from workpact.audit.subject import Book, Subject
from workpact.terms import AgreementDocument, eip712

START = 1_700_000_000
AGREEMENT, PAYROLL, CARRIER, ROOM, TALENT = (f"0x{number:040x}" for number in range(0xA1, 0xA6))
ROLES = (
    "client", "contractor", "arbiter", "backup", "client-operator", "contractor-operator", "client-reporter",
    "contractor-reporter", "TUSD", "SLAOracle",
)  # fmt: skip
NAMES = {role: f"0x{number:040x}" for number, role in enumerate(ROLES, 0xB1)}
UNIT = 10**6
STRANGER = f"0x{0xDEAD:040x}"
HOMES = {
    "Agreement": AGREEMENT, "SLAOracle": NAMES["SLAOracle"], "Payroll": PAYROLL, "DataRoom": ROOM,
    "TalentRegistry": TALENT,
}  # fmt: skip


def document(*edits: tuple[str, str]) -> AgreementDocument:
    """The paper of all tests."""
    return paper.document(START, NAMES, *edits)


class Made:
    """Events one after the other, an hour apart."""

    def __init__(self, *edits: tuple[str, str], with_paper: bool = True, **level: Any) -> None:
        self.paper = document(*edits)
        self.message = self.paper.message
        for name, value in level.items():
            self.message["annex"]["conditions"]["service"]["levels"]["levels"][0][name] = value
        self.id = self.paper.id(31337, AGREEMENT)
        papers = {self.id: self.paper} if with_paper else {}
        self.subject = Subject(31337, AGREEMENT, self.id, PAYROLL, {self.id: self.message}, papers, ROOM, TALENT)
        self.service = eip712.struct_hash("Service", self.message["annex"]["conditions"]["service"])
        self.reports: dict[bytes, Any] = {}
        self.entries: list[Entry] = []

    def add(self, contract: str, name: str, **arguments: Any) -> None:
        """One event."""
        number = len(self.entries) + 1
        address = HOMES[contract]
        hashes = keccak(text=f"block {number}"), keccak(text=f"transaction {number}")
        time = START + 3_600 * number
        log = Log(address, (bytes([number]) * 32,), b"", number, hashes[0], time, hashes[1], CARRIER, 0)
        self.entries.append(Entry(log, contract, name, arguments))

    def month(self, period: int, good: int, tickets: int, rate: int, failed: int) -> None:
        """A period that both sides have reported, assessed at this rate and settled."""
        figures = [{"good": good, "total": 100, "excluded": 0}]
        message = {
            "agreement": AGREEMENT, "origin": self.id, "id": self.id, "document": self.service, "period": period,
            "figures": figures, "quantities": [tickets], "evidence": bytes(32), "adjustment": 0,
        }  # fmt: skip
        digest = eip712.struct_hash("Report", message)
        self.reports[digest] = message
        place = {"agreement": AGREEMENT, "origin": self.id, "period": period}
        charge = min(600 * UNIT + tickets * 2_500_000, 1_000 * UNIT)
        credit = charge * rate // 10**12
        told = {"document": self.service, "report": digest, "evidence": bytes(32), "failed": failed}
        self.add("SLAOracle", "PeriodReported", **place, **told, charge=tickets * 2_500_000)
        self.add("SLAOracle", "PeriodAssessed", **place, rate=rate, endUntil=0)
        due = {"paid": charge - credit, "retained": 0}
        self.add("Agreement", "Settled", origin=self.id, period=period, charge=charge, credit=credit, **due)

    def share(self) -> None:
        """A file that the client has opened, and a stranger can; one of no known kind; one review opened, one not."""
        client, contractor, stranger = map(to_checksum_address, (NAMES["client"], NAMES["contractor"], STRANGER))
        for side, by, kind in ((1, client, 9), (2, contractor, 2)):
            file, book = {"file": bytes([side]) * 32}, {"book": self.subject.room_key}
            put = {"author": by, "side": side, "kind": kind, "content": bytes(32), "manifest": bytes(32)}
            self.add("DataRoom", "VersionPut", **book, **file, **put, version=1)
        for reader in (client, stranger):
            given = {"reader": reader, "version": 1, "keyVersion": 1, "wrap": bytes(32), "by": contractor}
            self.add("DataRoom", "AccessGiven", **book, **file, **given)
        self.add("DataRoom", "ReceiptGiven", **book, **file, reader=client, version=1)
        for author, subject in ((client, contractor), (contractor, client)):
            sealed = {"agreement": AGREEMENT, "origin": self.id, "sealedReview": bytes(32)}
            self.add("TalentRegistry", "ReviewSealed", **book, author=author, subject=subject, **sealed)
        marks = {"overall": 5, "quality": 4, "communication": 3, "punctuality": 2, "text": bytes([1]) * 32}
        self.add("TalentRegistry", "ReviewRevealed", **book, byClient=True, **marks)

    @property
    def history(self) -> History:
        """All of them as the books have them."""
        last = self.entries[-1].log
        keys = {"Agreement": self.id, "SLAOracle": self.subject.service_key(self.service), "Payroll": bytes(32)}
        keys |= dict.fromkeys(("DataRoom", "TalentRegistry"), self.subject.room_key)
        books = tuple(
            BookHistory(
                Book(name, address, keys[name]), keccak(text=name), tuple(e for e in self.entries if e.contract == name)
            )
            for name, address in HOMES.items()
        )
        return History(self.subject, Head(last.block + 1, keccak(text="head"), last.timestamp + 1), books)

    def facts(self, **given: Any) -> dict[str, Any]:
        """The report."""
        return facts(self.history, self.reports, **given)


def usual(*edits: tuple[str, str], **given: Any) -> Made:
    """Opened, a milestone submitted and accepted, two months of which the second missed."""
    made = Made(*edits, **given)
    deal = made.message["deal"]
    opened = {"client": deal["client"], "contractor": deal["contractor"], "token": deal["token"]}
    made.add("Agreement", "Opened", origin=made.id, **opened, deposit=3_000 * UNIT)
    made.add("Agreement", "Submitted", origin=made.id, milestone=0, deliverable=bytes(32))
    made.add("Agreement", "Accepted", origin=made.id, milestones=1, paid=450 * UNIT, retained=50 * UNIT)
    made.month(0, 97, 40, 0, 0)
    made.month(1, 93, 100, 36 * 10**9, 1)
    return made


def main() -> None:
    """The hash of every form: the same in each process."""
    value = usual().facts()
    for form in (canonical, page, pdf):
        sys.stdout.write(hashlib.sha256(form(value)).hexdigest() + "\n")


if __name__ == "__main__":
    main()
