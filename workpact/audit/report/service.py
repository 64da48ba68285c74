"""Service periods of a record: what was reported, what became of each level, and the credit line by line."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from workpact.audit.entries import Entry, plain
from workpact.audit.history import BookHistory, History
from workpact.audit.report.signed import SignedService, billing, services
from workpact.audit.report.working import level_facts, worked
from workpact.audit.telling import bits
from workpact.audit.words import Words
from workpact.reckoning import Before, Reckoning, reckon
from workpact.report import BadReport, Report
from workpact.service_results import Stage
from workpact.terms import eip712

Facts = dict[str, Any]
Reports = Mapping[bytes, Mapping[str, Any]]


@dataclass
class Course:
    """One period as the oracle's events tell it."""

    stage: Stage = Stage.OPEN
    document: bytes | None = None
    report: bytes | None = None
    """Struct hash of the report that is pending or final."""
    reports: dict[str, bytes] = field(default_factory=dict)
    """Struct hashes of what each side reported alone, the last of each, by "client" and "contractor"."""
    evidence: bytes = bytes(32)
    until: int | None = None
    """Of a pending one, until when the other side may answer."""
    is_notice: bool = False
    failed: int = 0
    variable: int = 0
    rate: int | None = None
    end_until: int = 0
    waived: bool = False
    times: dict[str, int] = field(default_factory=dict)
    """When each event came, Unix seconds; the last of its kind."""

    def apply(self, entry: Entry) -> None:
        """One event of the period."""
        self.times[entry.name] = entry.log.timestamp
        if entry.name in ("PeriodPending", "PeriodContested"):
            self.reports["client" if entry["byClient"] else "contractor"] = bytes(entry["report"])
        if entry.name == "PeriodPending":
            self.stage = Stage.CLIENT_REPORTED if entry["byClient"] else Stage.CONTRACTOR_REPORTED
            self.document, self.report = bytes(entry["document"]), bytes(entry["report"])
            self.evidence, self.until, self.is_notice = bytes(entry["evidence"]), entry["until"], entry["isNotice"]
        elif entry.name == "PeriodContested":
            self.stage, self.until = Stage.CONTESTED, None
        elif entry.name == "PeriodReported":
            self.stage, self.until, self.is_notice = Stage.REPORTED, None, False
            self.document, self.report = bytes(entry["document"]), bytes(entry["report"])
            self.evidence, self.failed, self.variable = bytes(entry["evidence"]), entry["failed"], entry["charge"]
        elif entry.name == "PeriodDefaulted":
            self.failed, self.until, self.report = entry["failed"], None, None
            self.stage = Stage.DEFAULT_MISSED if self.failed else Stage.DEFAULT_MET
            self.document = bytes(entry["document"])
        elif entry.name == "PeriodAssessed":
            self.rate, self.end_until = entry["rate"], entry["endUntil"]
        elif entry.name == "CreditWaived":
            self.waived = True


def service_facts(history: History, reports: Reports) -> list[Facts]:
    """One value for each book of an oracle, that of the document in force last."""
    return [desk.facts() for desk in desks(history, reports)]


def desks(history: History, reports: Reports) -> list[Desk]:
    """One for each book of an oracle, that of the document in force last."""
    known = [book for book in history.books if book.book.contract == "SLAOracle"]
    return [Desk(history, book, reports, is_last=book is known[-1]) for book in known]


class Desk:
    """The periods of one book: `courses` by index, and the service documents signed, by their hashes."""

    def __init__(self, history: History, book: BookHistory, reports: Reports, *, is_last: bool) -> None:
        self.history, self.book, self.reports, self.is_last = history, book, reports, is_last
        self.words = Words.of(history.subject)
        self.known = services(history.subject)
        self.signed: dict[bytes, SignedService] = {}
        for service, id_ in self.known.items():
            # What no contract can read, no oracle has judged by.
            with suppress(ValueError):
                self.signed[service] = SignedService.of(history.subject, id_)
        self.courses: dict[int, Course] = {}
        for entry in book.entries:
            if entry.name.startswith(("Period", "Credit")):
                self.courses.setdefault(entry["period"], Course()).apply(entry)
        own = history.of("Agreement")
        self.changes = [each for each in own if each.name == "Amended"]
        self.settled = {each["period"]: each for each in own if each.name == "Settled"}
        self.interim: dict[int, int] = {}
        for each in own:
            if each.name == "PaidInterim":
                self.interim[each["period"]] = self.interim.get(each["period"], 0) + each["paid"] + each["retained"]

    @property
    def current(self) -> bytes:
        """The hash of the service document in force."""
        in_force = self._in_force(self.history.head.number, 1 << 62)
        return next(service for service, id_ in self.known.items() if id_ == in_force)

    def facts(self) -> Facts:
        """The book with all its periods."""
        current = self.current
        calendar = self.signed[current].periods if self.is_last and current in self.signed else ()
        known = sorted({*self.courses, *(each.index for each in calendar)})
        return {
            "oracle": self.book.book.address,
            "book": plain(self.book.book.key),
            "inForce": self.is_last,
            "periods": [self._period(index, self.courses.get(index, Course()), current) for index in known],
        }

    def _period(self, index: int, course: Course, current: bytes) -> Facts:
        signed = self.signed.get(course.document or current)
        settled = self.settled.get(index)
        span = signed.periods[index] if signed and index < len(signed.periods) else None
        made, why = self.reckoned(index, course, signed)
        return {
            "index": index,
            "name": self.words.period(index),
            "start": span and span.start,
            "end": span and span.end,
            "stage": course.stage.words,
            "final": course.stage.is_final,
            "until": course.until,
            "notice": course.is_notice,
            "document": plain(course.document),
            "report": plain(course.report),
            "evidence": plain(course.evidence) if any(course.evidence) else None,
            "failed": [self.level_name(signed, bit) for bit in bits(course.failed)],
            "assessed": course.times.get("PeriodAssessed"),
            "rate": course.rate,
            "rightToEndUntil": course.end_until or None,
            "waived": course.waived,
            "levels": level_facts(made) if made else [],
            "quantities": _quantities(made) if made else [],
            "working": worked(made, self.words) if made else [],
            "checked": self._checked(made, course),
            "unknown": why,
            "interim": str(self.interim.get(index, 0)),
            "settled": settled and _settlement(settled),
            "note": settled and made and _note(settled, made, course),
        }

    def level_name(self, signed: SignedService | None, index: int) -> str:
        """What a level is called."""
        known = signed.levels if signed else ()
        return known[index].name if index < len(known) else self.words.level(index)

    def reckoned(self, index: int, course: Course, signed: SignedService | None) -> tuple[Reckoning | None, str]:
        """The credit worked out, or why it cannot be."""
        if not course.stage.is_final:
            return None, ""
        if signed is None:
            return (
                None,
                "The service document that it was measured by is not at hand, or has levels that no contract knows.",
            )
        report = self._report(index, course)
        if report is None:
            return None, "The figures are not at hand, only their hash: give the report, or read them from a node."
        before = self.before(index, signed)
        if before is None:
            return None, "An earlier period is not assessed: the credit is still open."
        try:
            return reckon(self.billed(index, signed).document, report, before, course.stage), ""
        except BadReport as error:
            return None, str(error)

    def before(self, index: int, signed: SignedService) -> list[Before] | None:
        """What counts of the periods before one; None while one of them is not assessed."""
        earlier = [self.courses.get(each, Course()) for each in range(index)]
        if any(each.rate is None for each in earlier):
            return None
        return [
            Before(
                self.words.period(number),
                frozenset(self.level_name(signed, bit) for bit in bits(each.failed)),
                each.rate or 0,
                is_assessed=True,
            )
            for number, each in enumerate(earlier)
        ]

    def _report(self, index: int, course: Course) -> Report | None:
        if course.stage is not Stage.REPORTED:
            return Report(index, (), (), bytes(32))
        return self.reported(index, course.report)

    def reported(self, index: int, digest: bytes | None) -> Report | None:
        """The report of a period with this struct hash, if it is at hand."""
        message = self.reports.get(digest or b"")
        if message is None or eip712.struct_hash("Report", message) != digest:
            return None
        figures = tuple((int(each["good"]), int(each["total"]), int(each["excluded"])) for each in message["figures"])
        quantities = tuple(int(each) for each in message["quantities"])
        return Report(index, figures, quantities, bytes(message["evidence"]), int(message["adjustment"]))

    def billed(self, index: int, signed: SignedService) -> SignedService:
        """With the prices of the document that was in force when the period was settled, else of the last."""
        settled = self.settled.get(index)
        place = settled.place if settled else (self.history.head.number, 1 << 62)
        return replace(signed, spec=billing(self.history.subject, self._in_force(*place)))

    def _in_force(self, block: int, position: int) -> bytes:
        """The id of the document that was in force at a place."""
        past = [bytes(each["id"]) for each in self.changes if each.place <= (block, position)]
        return past[-1] if past else next(iter(self.history.subject.messages))

    def _checked(self, made: Reckoning | None, course: Course) -> bool | None:
        """Whether levels, rate and variable part, worked out here, are the oracle's; None where it is open."""
        if made is None or course.rate is None:
            return None
        names = {each.level.index for each in made.levels if each.failed}
        same = (made.rate, names) == (course.rate, set(bits(course.failed)))
        return same and made.credit.variable_units == course.variable


def _settlement(entry: Entry) -> Facts:
    amounts = {name: str(entry[name]) for name in ("charge", "credit", "paid", "retained")}
    return amounts | {"time": entry.log.timestamp, "transaction": plain(entry.log.transaction or None)}


def _quantities(made: Reckoning) -> list[Facts]:
    return [
        {"name": price.quantity, "count": str(count), "rate": str(price.rate), "amount": str(price.rate * count)}
        for price, count in zip(made.document.prices, made.report.quantities, strict=False)
    ]


def _note(settled: Entry, made: Reckoning, course: Course) -> str:
    """Why what was settled is another amount than the credit worked out; empty where it is the same."""
    credit = made.credit
    if (settled["charge"], settled["credit"]) == (credit.charge_units, credit.credit_units):
        return ""
    if settled.log.timestamp < course.times.get("PeriodAssessed", 1 << 62):
        return "It was settled before it was assessed, without credit."
    if course.waived:
        return "The client waived the credit."
    if settled["credit"] == credit.credit_units - credit.held_units:
        return "What was held of the credit has returned to the contractor."
    return "What was settled is not what the terms give: look at this period."
