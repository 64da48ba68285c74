"""What pages say of one agreement at one block, read once: its verified history, and what was signed (SPEC.md 16.1).

snapshot = Snapshot(history, reports)
snapshot.message, snapshot.progress, snapshot.ledger
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.history import Head, History
from workpact.audit.report.progress import Progress
from workpact.audit.words import Words
from workpact.ledger import Ledger
from workpact.terms import AgreementDocument
from workpact.web.answers import Answers

TIMELESS = ("words", "progress", "ledger")
"""What of a snapshot its block's time does not change."""


@dataclass(frozen=True)
class Snapshot:
    """One agreement at one block. `reports` are service-level reports by struct hash, as far as they are known."""

    history: History
    reports: Mapping[bytes, Mapping[str, Any]] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    """What contracts answer there and no event of the record says."""

    def at(self, later: Head, answers: Answers) -> Snapshot:
        """The same at a later block, in which nothing of it changed; what follows from events alone stays made."""
        made = replace(self, history=replace(self.history, head=later), answers=answers)
        vars(made).update({name: vars(self)[name] for name in TIMELESS if name in vars(self)})
        kept = {name: value for name, value in vars(self.history).items() if name not in vars(made.history)}
        vars(made.history).update(kept)
        return made

    @property
    def head(self) -> Head:
        """The block; its time is what "now" means."""
        return self.history.head

    @property
    def origin(self) -> bytes:
        """What names the agreement."""
        return self.history.subject.origin

    @property
    def id(self) -> bytes:
        """Of the document in force, or that was when it ended."""
        return list(self.history.subject.messages)[-1]

    @property
    def message(self) -> Mapping[str, Any]:
        """What was signed: the EIP-712 message of that document."""
        return self.history.subject.messages[self.id]

    @property
    def document(self) -> AgreementDocument | None:
        """Its file, where there is one: names, titles, decimals."""
        return self.history.subject.papers.get(self.id)

    @cached_property
    def words(self) -> Words:
        """What things and money are called."""
        return Words.of(self.history.subject)

    @cached_property
    def progress(self) -> Progress:
        """How agreement and milestones stand."""
        return Progress.of(self.history.of("Agreement"), self.history.subject.messages)

    @cached_property
    def ledger(self) -> Ledger:
        """Where every unit is."""
        amounts = [int(each["amount"]) for each in self.message["milestones"]]
        events = [each.event for each in self.history.of("Agreement")]
        return Ledger.of(events, to_checksum_address(self.message["deal"]["client"]), amounts)
