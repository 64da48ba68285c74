"""Where a service period stands: its stage, whose turn it is, and the reports that the chain has (SPEC.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from workpact.history import Event, read
from workpact.preflight import NotReady, ask
from workpact.report import Report
from workpact.service_calls import reports_in
from workpact.service_record import documents_of, without_strangers
from workpact.service_reports import ServiceReports
from workpact.service_results import PeriodResult, Side, Stage
from workpact.terms import eip712
from workpact.terms.fields import ZERO_ADDRESS
from workpact.terms.structs import Struct, figures

Rights = tuple[int | None, dict[str, tuple[str, ...]]]
"""Until when, and who may do what."""


class TooEarly(NotReady):
    """Somebody else's time to act is not over, or the period is not; `until_at` in Unix seconds."""

    def __init__(self, message: str, until_at: int) -> None:
        self.until_at = until_at
        super().__init__(message)


class TooLate(NotReady):
    """The time to report or to answer is over; `until_at` in Unix seconds."""

    def __init__(self, message: str, until_at: int) -> None:
        self.until_at = until_at
        super().__init__(message)


class NotInForce(NotReady):
    """Another service document has taken this one's place."""


class NotTheParty(NotReady):
    """The sender is not who may do this now."""


class WrongStage(NotReady):
    """The period is at another stage than the call needs."""


class ReportUnknown(NotReady):
    """The chain has a report's hash, and its contents are in no call that can be read."""


class UnderAnotherDocument(ReportUnknown):
    """The period was made final under another service document, before an amendment or after it."""


@dataclass(frozen=True)
class PeriodStatus:
    """Where a period stands, and who may do what until when. Instants in Unix seconds."""

    period: str
    stage: Stage
    is_notice: bool
    """The pending report has no figures."""
    until_at: int | None
    """Until when it stays so if nobody acts; None where time alone changes nothing."""
    may: dict[str, tuple[str, ...]]
    """What client, contractor, arbiter, backup and anyone may do now, each as the command that does it."""


class ServiceState(ServiceReports):
    """What anyone can read of one agreement's periods. Holds no key, sends nothing."""

    # What the chain has

    def result(self, period: str | int) -> PeriodResult:
        """What the oracle has of a period; its stage is OPEN while nobody has reported."""
        index = self.agreement.period_index(period)
        return PeriodResult.of_chain(
            self.document.periods[index].name, self._stored(index), [level.name for level in self.document.levels]
        )

    def status(self, period: str | int) -> PeriodStatus:
        """Where a period stands, until when, and what each may do now."""
        index = self.agreement.period_index(period)
        stored, now = self._stored(index), next_second()
        stage = Stage(stored.result.stage)
        is_notice = stage.pending is not None and self._is_notice_pending(index)
        until, may = self._rights(index, stored.result, now)
        return PeriodStatus(self.document.periods[index].name, stage, is_notice, until, may)

    def pending_report(self, period: str | int) -> Report:
        """The report that waits for an answer, read from the calls that brought it; `ReportUnknown`, `WrongStage`."""
        index = self.agreement.period_index(period)
        stored = self._stored(index)
        stage = Stage(stored.result.stage)
        self._require(index, stage, stage.pending is not None, "no report waits for an answer")
        return self._committed(index, bytes(stored.commitment))

    def contested_reports(self, period: str | int) -> dict[Side, Report]:
        """Both sides' reports of a contested period."""
        index = self.agreement.period_index(period)
        stored = self._stored(index)
        stage = Stage(stored.result.stage)
        self._require(index, stage, stage is Stage.CONTESTED, "the sides have not reported differently")
        return {
            Side.CLIENT: self._committed(index, bytes(stored.commitment)),
            Side.CONTRACTOR: self._committed(index, bytes(stored.counter)),
        }

    def final_report(self, period: str | int) -> Report:
        """The report that made a period final, as a ruling put it together; of a default one without figures."""
        index = self.agreement.period_index(period)
        stored = self._stored(index)
        stage = Stage(stored.result.stage)
        self._require(index, stage, stage.is_final, "its figures are not final")
        return self._committed(index, bytes(stored.commitment))

    # What is kept, and who may act

    @property
    def _contest(self) -> Any:
        service = self.document.spec.service
        assert service is not None, "an oracle is named beside it"
        return service.contest

    def _stored(self, index: int) -> Any:
        return ask(self.oracle.periodOf, self.book, index)

    def _report_until(self, index: int) -> int:
        service = self.document.spec.service
        assert service is not None, "an oracle is named beside it"
        return self.document.periods[index].end + service.report_within

    def _ruler(self, clock: int, now: int) -> tuple[str | None, Side]:
        """Who may choose at this time, None for anyone; and whose report stands then."""
        contest, judges = self._contest, self.document.contest()
        standing = Side.CLIENT if contest.standing == "client" else Side.CONTRACTOR
        if now > clock + 2 * contest.ruling:
            return None, standing
        return (judges[2] if now > clock + contest.ruling else judges[1]), standing

    def _rights(self, index: int, result: Any, now: int) -> Rights:
        stage, clock, contest = Stage(result.stage), result.clock, self._contest
        if stage is Stage.OPEN:
            return self._open_rights(index, now)
        if stage.pending is not None:
            until = clock + contest.window
            if now > until:
                return None, {"anyone": ("finalise",)}
            return until, {stage.pending.other.words: ("counter", "concede")}
        if stage is Stage.CONTESTED:
            return self._contested_rights(clock, now)
        rights: dict[str, tuple[str, ...]] = {}
        if result.rate and not result.waived:
            rights["client"] = ("waive",)
        if not result.finalAt:
            rights["anyone"] = ("assess",)
        return None, rights

    def _open_rights(self, index: int, now: int) -> Rights:
        end, until = self.document.periods[index].end, self._report_until(index)
        if now <= end:
            return end, {"anyone": ("report",)}
        if now > until:
            return None, {"anyone": ("report", "default")}
        return until, {"client": ("report", "notice"), "contractor": ("report", "notice")}

    def _contested_rights(self, clock: int, now: int) -> Rights:
        rights: dict[str, tuple[str, ...]] = {"client": ("concede",), "contractor": ("concede",)}
        ruler, _ = self._ruler(clock, now)
        if ruler is None:
            return None, rights | {"anyone": ("rule",)}
        first = clock + self._contest.ruling
        if ruler != ZERO_ADDRESS:
            rights["arbiter" if now <= first else "backup"] = ("rule",)
        return first if now <= first else first + self._contest.ruling, rights

    def _events(self, index: int) -> list[Event]:
        named = self._named()
        own = without_strangers(named, self.book, self._documents(named))
        return [event for event in own if event.arguments.get("period") == index]

    def _named(self, until: int | None = None) -> list[Event]:
        """All events under the agreement's name, strangers' too; to block `until`, else the last."""
        contract, origin, _ = self._key
        return read(self.oracle, [bytes.fromhex(contract[2:]).rjust(32, b"\0"), origin], None, until)

    def _documents(self, events: Iterable[Event]) -> frozenset[bytes]:
        """The service documents that lead to this one's book; `events` has the replacements."""
        return documents_of(self.book, {self.service_hash}, events)

    def _is_notice_pending(self, index: int) -> bool:
        pending = [event for event in self._events(index) if event.name == "PeriodPending"]
        return bool(pending and pending[-1]["isNotice"])

    def _committed(self, index: int, commitment: bytes) -> Report:
        """The report whose hash and evidence the oracle keeps."""
        for report in self._candidates(index):
            if self.commitment(report) == commitment:
                return report
        for document in self._other_documents():
            if self._is_under(document, index, commitment):
                raise UnderAnotherDocument(
                    f"{self._name(index)} was reported under another service document, 0x{document.hex()[:8]}…: give "
                    "the file that was in force then."
                )
        raise ReportUnknown(
            f"A report of {self._name(index)} is on the chain by its hash alone, its contents are in no call that can "
            "be read: ask the side that signed it for its file, and give that."
        )

    def _candidates(self, index: int) -> Iterator[Report]:
        yield Report(index, (), (), bytes(32), signed_under=bytes(32))
        for struct in self._structs(index):
            if bytes(struct[3]) == self.service_hash:
                yield self._of_struct(struct)

    def _structs(self, index: int) -> Iterator[Struct]:
        """Reports of the period in the calls that wrote its events."""
        from ape import networks

        for transaction in dict.fromkeys(event.transaction for event in self._events(index)):
            data = bytes(networks.provider.web3.eth.get_transaction(transaction)["input"])
            yield from (struct for struct in reports_in(data) if struct[4] == index)

    def _other_documents(self) -> list[bytes]:
        """The service documents that this agreement has had in this oracle, but this one."""
        replaced = [event for event in self._named() if event.name == "DocumentReplaced"]
        known = {bytes(event[name]) for event in replaced for name in ("oldDocument", "newDocument")}
        return sorted(known - {self.service_hash})

    def _is_under(self, document: bytes, index: int, commitment: bytes) -> bool:
        """Whether the oracle keeps a report by that document."""
        contract, origin, _ = self._key
        default = (contract, origin, bytes(32), document, index, (), (), bytes(32), 0)
        by_it = (struct for struct in self._structs(index) if bytes(struct[3]) == document)
        names = [name for _, name in eip712.TYPES["Report"]]
        for struct in (default, *by_it):
            message = dict(zip(names, struct, strict=True)) | {"figures": figures(struct[5])}
            if keccak(eip712.struct_hash("Report", message) + message["evidence"]) == commitment:
                return True
        return False

    def _require(self, index: int, stage: Stage, holds: bool, problem: str) -> None:
        if not holds:
            raise WrongStage(f"{self._name(index)} is at the stage {stage.words}: {problem}.")

    def _name(self, index: int) -> str:
        return self.document.periods[index].name


def next_second() -> int:
    """The time that the next block will have at least, Unix seconds."""
    from ape import networks

    node: Any = networks.provider
    return int(node.get_block("pending").timestamp)
