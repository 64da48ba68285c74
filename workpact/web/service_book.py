"""What an oracle knows of an agreement's periods, and would know after a call of anybody (SPEC.md 8.4 to 8.15).

book = Book.of(snapshot)
book.answer(0)                        # what the escrow would be told now
book.defaulted(0).answer(0)           # … and after the default
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workpact import WorkpactError
from workpact.audit.entries import Entry
from workpact.audit.report.service import Course
from workpact.audit.report.signed import SignedService, services
from workpact.audit.subject import Subject
from workpact.service_calls import whole
from workpact.service_results import Stage
from workpact.terms import eip712
from workpact.terms.credit_math import RATE_ONE, failed_bands
from workpact.terms.units import PPM
from workpact.web.snapshot import Snapshot

MOST_SECONDS = 2**29 - 1
"""Contracts cut a duration at this."""
MOST_LEVELS = 32
MOST_EARN_BACK = 24
Message = Mapping[str, Any]


class FiguresMissing(WorkpactError):
    """Of a report only the hash is at hand: give the report, or read its call from a node."""


@dataclass
class Kept(Course):
    """A period as the oracle keeps it."""

    least: int = 0
    """While contested, the variable part of the lesser quantities."""

    def apply(self, entry: Entry) -> None:
        """One event of the period."""
        super().apply(entry)
        if entry.name == "PeriodContested":
            self.least = entry["charge"]

    @property
    def is_assessed(self) -> bool:
        """Whether its credit is final."""
        return self.rate is not None


@dataclass(frozen=True)
class Answer:
    """What the escrow is told of a period: `ISLAOracle.resultOf`; rates in 1e-12."""

    is_assessed: bool
    variable: int
    rate: int
    least: int


@dataclass(frozen=True)
class _Verdict:
    failed: int = 0
    allocation: int = 0
    held_levels: int = 0
    held_allocation: int = 0


@dataclass(frozen=True)
class Book:
    """One book of an oracle: that of the document in force."""

    subject: Subject
    reports: Mapping[bytes, Message]
    current: bytes
    """The service document in force, by its hash."""
    is_in_force: bool
    """Whether the oracle takes it for the one in force."""
    documents: Mapping[bytes, bytes]
    """Which document has a service document, by the service's hash."""
    kept: Mapping[int, Kept] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Book:
        """The book that the document in force leads to."""
        subject, signed = snapshot.history.subject, snapshot.message["annex"]["conditions"]
        current = eip712.struct_hash("Service", signed["service"])
        oracle = str(signed["billing"]["oracle"]).lower()
        entries = [each for each in snapshot.history.of("SLAOracle") if each.log.address.lower() == oracle]
        moved = [each for each in entries if each.name == "DocumentReplaced"]
        led = {bytes(each[name]): bytes(each["book"]) for each in moved for name in ("oldDocument", "newDocument")}
        key = led.get(current, subject.service_key(current))
        last = [bytes(each["newDocument"]) for each in moved if bytes(each["book"]) == key]
        kept: dict[int, Kept] = {}
        for book in snapshot.history.books:
            if book.book.contract == "SLAOracle" and book.book.key == key and book.book.address.lower() == oracle:
                for entry in book.entries:
                    if entry.name.startswith(("Period", "Credit")):
                        kept.setdefault(entry["period"], Kept()).apply(entry)
        return cls(subject, snapshot.reports, current, not last or last[-1] == current, services(subject), kept)

    # What is kept

    def period(self, index: int) -> Kept:
        """One period."""
        return self.kept.get(index, Kept())

    def service(self, document: bytes | None) -> Message:
        """Schedule and levels of a service document; of the one in force for None."""
        signed = self.subject.messages[self.documents[document or self.current]]
        found: Message = signed["annex"]["conditions"]["service"]
        return found

    def is_in_order(self, index: int) -> bool:
        """Whether all before it are assessed."""
        return index == 0 or self.period(index - 1).is_assessed

    def contest(self, index: int) -> Message:
        """Windows and arbiters of a period, by the document that it was reported under."""
        found: Message = self.service(self.period(index).document)["schedule"]["contest"]
        return found

    def answer(self, index: int) -> Answer | None:
        """What the escrow is told; None where the oracle knows nothing. Raises `FiguresMissing`."""
        kept = self.period(index)
        if kept.stage < Stage.CONTESTED:
            return None
        if kept.stage is Stage.CONTESTED:
            rate = 0 if kept.waived else _most(self._credits(index))
            return Answer(False, kept.least, rate, rate)
        if not kept.is_assessed:
            rate = 0 if kept.waived else self._worst(index)
            return Answer(False, kept.variable, rate, rate)
        rates = (0, 0) if kept.waived or not kept.rate else self._rates(index, kept.rate)
        return Answer(True, kept.variable, *rates)

    # What a call of anybody makes of it

    def defaulted(self, index: int) -> Book:
        """After `applyDefault`."""
        missed = int(self.service(None)["schedule"]["obliged"]) == 0
        stage = Stage.DEFAULT_MISSED if missed else Stage.DEFAULT_MET
        return self._concluded(index, replace(self.period(index), stage=stage, document=self.current, report=None))

    def finalised(self, index: int) -> Book:
        """After `finalise` of the pending report."""
        kept = self.period(index)
        return self._final(index, kept, kept.report, of_client=kept.stage is Stage.CLIENT_REPORTED)

    def conceded(self, index: int, *, of_client: bool) -> Book:
        """After `finalise` of one side's report, which the other accepts."""
        kept = self.period(index)
        return self._final(index, kept, kept.reports["client" if of_client else "contractor"], of_client=of_client)

    def waived(self, index: int) -> Book:
        """After `waive`."""
        return self._with(index, replace(self.period(index), waived=True))

    def ruled(self, index: int) -> Book:
        """After `rule` by what the terms say."""
        kept = self.period(index)
        levels = self.service(kept.document)["levels"]
        everything = whole(len(levels["levels"]), len(levels["prices"]))
        mask = everything if int(self.contest(index)["standing"]) else 0
        # Without anything to choose both masks are the whole, and the client's report stands.
        of_client = mask == everything
        report = kept.reports["client" if of_client else "contractor"]
        return self._final(index, kept, report, of_client=of_client)

    def assessed(self, index: int) -> Book:
        """After `assess` of a period that is final."""
        return self._with(index, replace(self.period(index), rate=self._rate(index, self._verdict(index).allocation)))

    # The arithmetic

    def _with(self, index: int, kept: Kept) -> Book:
        return replace(self, kept={**self.kept, index: kept})

    def _final(self, index: int, kept: Kept, report: bytes | None, *, of_client: bool) -> Book:
        message = self._message(report)
        if not (message["figures"] or message["quantities"] or any(bytes(message["evidence"]))):
            stage = Stage.DEFAULT_MISSED if of_client else Stage.DEFAULT_MET
            return self._concluded(index, replace(kept, stage=stage, report=None, variable=0))
        prices = self.service(kept.document)["levels"]["prices"]
        pairs = zip(prices, message["quantities"], strict=True)
        variable = sum(int(price["rate"]) * int(count) for price, count in pairs)
        return self._concluded(index, replace(kept, stage=Stage.REPORTED, report=report, variable=variable))

    def _concluded(self, index: int, kept: Kept) -> Book:
        made = self._with(index, kept)
        made = made._with(index, replace(kept, failed=made._verdict(index).failed))
        return made.assessed(index) if made.is_in_order(index) else made

    def _credits(self, index: int) -> Mapping[str, int]:
        found: Mapping[str, int] = self.service(self.period(index).document)["levels"]["credits"]
        return found

    def _message(self, report: bytes | None) -> Message:
        found = self.reports.get(report or b"")
        if found is None:
            raise FiguresMissing("Of a report only the hash is at hand: give the report, or read its call from a node.")
        return found

    def _adjustment(self, kept: Kept) -> int:
        """What both sides added to the rate, or took off it."""
        return int(self._message(kept.report)["adjustment"]) if kept.stage is Stage.REPORTED else 0

    def _verdict(self, index: int) -> _Verdict:
        """What the levels of a final period come to."""
        kept = self.period(index)
        levels = self.service(kept.document)["levels"]["levels"]
        if kept.stage is Stage.REPORTED:
            signed = SignedService.of(self.subject, self.documents[kept.document or self.current])
            pairs = zip(signed.levels, self._message(kept.report)["figures"], strict=True)
            bands = [failed_bands(level, int(each["good"]), int(each["total"])) for level, each in pairs]
        else:
            missed = kept.stage is Stage.DEFAULT_MISSED
            bands = [int(missed and bool(level["bands"])) for level in levels]
        before, made = self.period(index - 1).failed if index else 0, _Verdict()
        for bit, (level, count) in enumerate(zip(levels, bands, strict=True)):
            if count:
                repeat = int(level["repeat"]) if before >> bit & 1 else 1
                made = _failing(made, bit, int(level["bands"][count - 1]["allocation"]) * repeat, level)
        return made

    def _rate(self, index: int, allocation: int) -> int:
        """The rate of a period all before which are assessed (SPEC.md 8.5)."""
        kept, credits = self.period(index), self._credits(index)
        rate = min(int(credits["atRisk"]) * allocation, _most(credits))
        periods = min(int(credits["yearPeriods"]), index + 1)
        if periods:
            used = sum(self.period(each).rate or 0 for each in range(index - periods + 1, index))
            rate = min(rate, max(int(credits["yearCap"]) * PPM * periods - used, 0))
        return _adjusted(rate, self._adjustment(kept))

    def _worst(self, index: int) -> int:
        """The most that the rate of a final period can be, while an earlier one is open."""
        kept = self.period(index)
        return _adjusted(_most(self._credits(index)) if kept.failed else 0, self._adjustment(kept))

    def _rates(self, index: int, rate: int) -> tuple[int, int]:
        """An assessed period's rate as it stands, and what it is if all that is held returns (SPEC.md 8.14)."""
        credits = self._credits(index)
        periods = min(int(credits["earnBack"]), MOST_EARN_BACK)
        if not periods or index >= int(credits["earnBackBefore"]):
            return rate, rate
        verdict = self._verdict(index)
        least = self._rate(index, verdict.allocation - verdict.held_allocation) if verdict.held_levels else rate
        if least >= rate:
            return rate, rate
        following = [self.period(index + each) for each in range(1, periods + 1)]
        if any(each.failed & verdict.held_levels for each in following):
            return rate, rate
        return (least if all(each.stage.is_final for each in following) else rate), least


def _failing(made: _Verdict, bit: int, allocation: int, level: Message) -> _Verdict:
    held = int(level["earnBack"]) == 1
    return _Verdict(
        made.failed | 1 << bit,
        made.allocation + allocation,
        made.held_levels | int(held) << bit,
        made.held_allocation + allocation * int(held),
    )


def _most(credits: Mapping[str, int]) -> int:
    """The largest rate of a period before an adjustment."""
    return min(int(credits["periodCap"]), PPM) * PPM


def _adjusted(rate: int, adjustment: int) -> int:
    return max(0, min(rate + adjustment, RATE_ONE)) if adjustment else rate
