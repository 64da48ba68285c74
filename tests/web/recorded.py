"""A chain with two agreements that have rich records: one ended and reviewed, one amended with work handed in twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.audit import together
from tests.web.rich import amend
from tests.web.served import Town, served, town
from workpact.audit.entries import Entry
from workpact.audit.history import History, head, verified
from workpact.audit.subject import Subject
from workpact.terms import AgreementDocument

SAME = bytes([0x77]) * 32
"""What is handed in for two milestones."""


@dataclass
class Recorded:
    """The chain, where its pages are, and both agreements: the second by its first document."""

    town: Town
    url: str
    ended: AgreementDocument
    amended: AgreementDocument

    @property
    def path(self) -> str:
        """Of the ended one's evidence."""
        return f"{self.town.page_of(self.ended)}/evidence"

    @property
    def other(self) -> str:
        """Of the amended one's evidence."""
        return f"{self.town.page_of(self.amended)}/evidence"

    @cached_property
    def history(self) -> History:
        """Of the ended one, read from the node itself."""
        return self.of(self.ended)

    def of(self, document: AgreementDocument) -> History:
        """Of an agreement by the first of its documents, read from the node itself."""
        life, at = self.town, head(self.town.node)
        origin = life.id(document)
        papers = [each for each in life.documents if each.origin(31337, life.agreement) == origin]
        room, talent = life.contracts["DataRoom"], life.contracts["TalentRegistry"]
        given = (life.agreement, None, papers, at.number, life.payroll)
        return verified(life.node, Subject.found(life.node, *given, room=room, talent=talent), at)

    @property
    def entries(self) -> list[Entry]:
        """Of the ended one, the newest first."""
        return list(reversed(self.history.entries))


@contextmanager
def recorded(folder: Path) -> Iterator[Recorded]:
    """Both, served."""
    with town(folder) as made:
        ended = made.open()
        made.work()
        together.share(made)
        made.report()
        together.part(made)
        second = made.open(salt=2)
        for milestone in (0, 1):
            made.send(*made.act("contractor", "submit", milestone, SAME, document=second))
        made.report(second)
        amend(made, second)
        with served(made.site()) as url:
            yield Recorded(made, url, ended, second)
