"""A scheme: what it changes in an honest world, the rule that must ask about it, and what the question must name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.audit.schemes.honest import honest
from tests.audit.schemes.world import Happening, Job, World
from workpact.audit.alerts import Alert, Case, Invoice, Thresholds, look

Mark = Happening | Invoice | str
SCHEMES: dict[str, Scheme] = {}


@dataclass(frozen=True)
class Scheme:
    """One way to cheat; `tamper` returns what it touched."""

    name: str
    rule: str
    tamper: Callable[[World], Iterable[Mark]]
    needs: dict[str, Any] = field(default_factory=dict)

    def case(self, seed: object) -> tuple[Case, list[Mark]]:
        """A dishonest agreement, and the marks of the scheme."""
        world = honest(f"{self.name}/{seed}", **self.needs)
        marks = list(self.tamper(world))
        return world.case(), marks

    def is_found(self, seed: object, limits: Thresholds | None = None) -> bool:
        """Whether the rule asks about something that the scheme touched."""
        case, marks = self.case(seed)
        return any(each.rule == self.rule and names(each, marks) for each in look(case, limits).alerts)


def scheme(rule: str, **needs: Any) -> Callable[[Callable[[World], Iterable[Mark]]], Scheme]:
    """Registers a function as the scheme of its name."""

    def register(tamper: Callable[[World], Iterable[Mark]]) -> Scheme:
        made = Scheme(tamper.__name__, rule, tamper, needs)
        SCHEMES[made.name] = made
        return made

    return register


def names(alert: Alert, marks: Iterable[Mark]) -> bool:
    """Whether an alert is about one of the marks."""
    places = {each.place for each in alert.entries} | {each.log.place for each in alert.transfers}
    said = str(alert.to_json())
    for mark in marks:
        if isinstance(mark, Happening):
            log = mark.made.log
            if (log.block, log.position) in places:
                return True
        elif mark in alert.invoices if isinstance(mark, Invoice) else mark in said:
            return True
    return False


def whole_jobs(world: World, by: str | None = None) -> list[Job]:
    """Milestones accepted in one piece, perhaps by one signer only."""
    parts = {each.arguments["milestone"] for each in world.happenings if each.name == "AcceptedUpTo"}
    return [each for each in world.jobs if each.milestone not in parts and (by is None or each.accepted.sender == by)]


def large_jobs(world: World, by: str | None = None) -> list[Job]:
    """The larger half of them, in order."""
    found = whole_jobs(world, by)
    middle = sorted(each.accepted.arguments["paid"] for each in world.jobs)[len(world.jobs) // 2]
    return [each for each in found if each.accepted.arguments["paid"] >= middle]
