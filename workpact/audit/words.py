"""Names and money of a record as people write them: from the agreement's files, where there are any."""

from __future__ import annotations

from dataclasses import dataclass

from workpact.audit.subject import Subject
from workpact.terms import AgreementDocument
from workpact.terms.units import write_money


@dataclass(frozen=True)
class Words:
    """What milestones, periods and money are called; numbers and smallest units where no file says it."""

    paper: AgreementDocument | None

    @classmethod
    def of(cls, subject: Subject) -> Words:
        """By the last document in force that there is a file of."""
        papers = [subject.papers[each] for each in subject.messages if each in subject.papers]
        return cls(papers[-1] if papers else None)

    def milestone(self, index: int) -> str:
        """The name of a milestone."""
        known = self.paper.milestones if self.paper else ()
        return known[index].name if index < len(known) else f"milestone {index}"

    def period(self, index: int) -> str:
        """The name of a service period."""
        known = self.paper.periods if self.paper else ()
        return known[index].name if index < len(known) else f"period {index}"

    def level(self, index: int) -> str:
        """The name of a service level."""
        known = self.paper.levels if self.paper else ()
        return known[index].name if index < len(known) else f"level {index}"

    def money(self, units: int) -> str:
        """An amount of the agreement's token: "12,500 USDC", or "12500000000 units"."""
        sign = "-" if units < 0 else ""
        if self.paper is None:
            return f"{sign}{abs(units)} units"
        return sign + write_money(abs(units), self.paper.token.symbol, self.paper.token.decimals)
