"""What calls of the oracle carry for a period, and what a book comes to in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.service_calls import whole
from workpact.service_results import Stage
from workpact.terms import eip712, structs
from workpact.terms.structs import Struct
from workpact.web.calls import arguments
from workpact.web.desk import Desk
from workpact.web.move import Input, Move
from workpact.web.periods import charge_of
from workpact.web.service_book import Book, FiguresMissing

Message = Mapping[str, Any]


@dataclass(frozen=True)
class Oracle:
    """The oracle of the document in force."""

    desk: Desk
    book: Book

    @property
    def address(self) -> str:
        """The contract."""
        return to_checksum_address(self.desk.position.conditions["billing"]["oracle"])

    @property
    def place(self) -> tuple[str, bytes]:
        """What names the agreement there."""
        return self.desk.address, self.desk.snapshot.origin

    def party(self, side: str) -> str:
        """Who is client or contractor for the oracle."""
        return to_checksum_address(self.book.service(None)["levels"]["reporters"][side])

    # What calls carry

    def groups(self, document: bytes | None) -> tuple[Struct, Struct, Struct]:
        """Schedule, contest and levels of a service document."""
        service = self.book.service(document)
        schedule = service["schedule"]
        contest, levels = schedule["contest"], service["levels"]
        return structs.schedule(schedule), structs.calldata("Contest", contest), structs.calldata("Levels", levels)

    @property
    def schedule_hash(self) -> bytes:
        """Of the document in force."""
        return eip712.struct_hash("Schedule", self.book.service(None)["schedule"])

    def report(self, digest: bytes | None) -> Message:
        """A report by its hash. Raises `FiguresMissing`."""
        found = self.desk.snapshot.reports.get(digest or b"")
        if found is None:
            raise FiguresMissing("Of a report only the hash is at hand: give the report, or read its call from a node.")
        return found

    def is_notice(self, digest: bytes | None) -> bool:
        """Whether a report says that the data are withheld."""
        found = self.report(digest)
        return not (found["figures"] or found["quantities"] or any(bytes(found["evidence"])))

    def report_values(self, digest: bytes | None) -> tuple[Any, ...]:
        """Of `finalise`."""
        found = self.report(digest)
        return structs.calldata("Report", found), *self.groups(bytes(found["document"]))

    def pending_values(self, period: int) -> tuple[Any, ...]:
        """Of `finalise` of what waits."""
        return self.report_values(self.book.period(period).report)

    def both(self, period: int) -> tuple[Struct, Struct]:
        """The client's report and the contractor's."""
        named = self.book.period(period).reports
        client, contractor = (structs.calldata("Report", self.report(named[each])) for each in ("client", "contractor"))
        return client, contractor

    def rule_values(self, period: int, mask: Any) -> tuple[Any, ...]:
        """Of `rule`."""
        return *self.both(period), *self.groups(self.book.period(period).document), mask

    def every(self, period: int) -> int:
        """The ruling by which all stands as the client reported it."""
        levels = self.book.service(self.book.period(period).document)["levels"]
        return whole(len(levels["levels"]), len(levels["prices"]))

    def standing_values(self, period: int) -> tuple[Any, ...]:
        """Of `rule` by what the terms say."""
        return self.rule_values(period, self.every(period) if int(self.book.contest(period)["standing"]) else 0)

    def default_values(self, period: int) -> tuple[Any, ...]:
        """Of `applyDefault`."""
        schedule, _, levels = self.groups(None)
        return *self.place, schedule, levels, period

    def assess_values(self, period: int) -> tuple[Any, ...]:
        """Of `assess`: the report that made the period final."""
        kept = self.book.period(period)
        schedule = eip712.struct_hash("Schedule", self.book.service(kept.document)["schedule"])
        return self._final(period), schedule, self.groups(kept.document)[2]

    def _final(self, period: int) -> Struct:
        kept = self.book.period(period)
        if kept.stage is Stage.REPORTED:
            return structs.calldata("Report", self.report(kept.report))
        side = "client" if kept.stage is Stage.DEFAULT_MISSED else "contractor"
        if side in kept.reports and self.is_notice(kept.reports[side]):
            return structs.calldata("Report", self.report(kept.reports[side]))
        return *self.place, bytes(32), kept.document, period, [], [], bytes(32), 0

    # Words

    def result(self, book: Book, period: int) -> str:
        """What a book comes to for a period, in money, as a sentence."""
        position, kept = self.desk.position, book.period(period)
        names = [str(each["name"]) for each in book.service(kept.document)["levels"]["levels"]]
        missed = [name for bit, name in enumerate(names) if kept.failed >> bit & 1]
        failed = f"Missed: {', '.join(missed)}." if missed else "No level is missed."
        charge = charge_of(position, book, period, position.now)
        if charge is None:
            return failed
        money = self.desk.money
        least, most = ("", "") if charge.is_last else ("at least ", "at most ")
        return (
            f"{failed} The charge is {least}{money(charge.charge)}, the service credit {most}{money(charge.credit)}, "
            f"so {money(charge.due)} are due to the contractor{'' if charge.is_last else ' now'} when it is settled."
        )

    def move(
        self,
        function: str,
        period: int,
        values: Sequence[Any],
        *,
        label: str,
        effect: str,
        key: str = "",
        who: tuple[str, ...] = (),
        role: str = "anyone",
        inputs: tuple[Input, ...] = (),
        until: int | None = None,
    ) -> Move:
        """A call of the oracle."""
        place = f"period:{period}"
        return Move(
            key=key or f"{function}:{place}",
            place=place,
            contract="SLAOracle",
            address=self.address,
            function=function,
            arguments=arguments("SLAOracle", function, values),
            who=who,
            role=role,
            label=label,
            effect=effect,
            inputs=inputs,
            until=until,
        )
