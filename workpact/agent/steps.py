"""What a side's agent does next about one service period: a pure function of what it knows (SPEC.md §8).

Nothing here is a party's act: the agent never concedes, waives or gives notice. Where one is called for, the step says
so in `need`, and what happens meanwhile in `until`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workpact.service_results import Side, Stage


class Act(StrEnum):
    """What to do. All but SIGN, WAIT and DONE are one transaction."""

    SIGN = "sign"
    REPORT = "report"
    REPORT_BY_SIDE = "report by side"
    COUNTER = "counter"
    FINALISE = "finalise"
    RULE = "rule"
    DEFAULT = "default"
    ASSESS = "assess"
    SETTLE = "settle"
    WAIT = "wait"
    DONE = "done"


class Need(StrEnum):
    """What only a person can bring: a party, an arbiter, or who keeps the log."""

    LOG = "log"
    """The log gives no figures: mend it; a party whose data are withheld gives notice."""
    COSIGNERS = "cosigners"
    """Other reporters of the own side have to sign the same figures."""
    DIFFERENCE = "difference"
    """The sides measured differently: compare; a party itself may sign the other's figures."""
    CONTEST = "contest"
    """Either party may concede; else the arbiters rule."""
    LATE = "late"
    """The own side's time to report is over: only a report of both sides keeps the default away."""
    MISSED = "missed"
    """The time to answer passed, so the other side's figures stand."""
    CONTENTS = "contents"
    """A report that the chain knows by its hash is in no file and no call that can be read: ask the other side."""
    MONEY = "money"
    """Too little is held to settle: the agreement wants funding."""


@dataclass(frozen=True)
class Calendar:
    """What the terms say about the times of one period. Instants in Unix seconds, durations in seconds."""

    end: int
    report_within: int
    final_within: int
    obliged: Side
    window: int
    ruling: int
    standing: Side
    complete_from: int
    """From when the log has all of the period, as the side itself says; from `end` on."""

    @property
    def report_until(self) -> int:
        """Until when one side may report."""
        return self.end + self.report_within

    @property
    def alone_from(self) -> int:
        """From when a side reports without the other: half of its time is left for that."""
        return self.end + self.report_within // 2

    @property
    def final_until(self) -> int:
        """Until when the escrow waits for final figures."""
        return self.end + self.final_within


@dataclass(frozen=True)
class Facts:
    """All that counts about one period. Reports go by their commitment, as the oracle keeps it."""

    side: Side
    now: int
    calendar: Calendar
    stage: Stage
    clock: int = 0
    """When the stage began, while the figures are not final."""
    pending: bytes | None = None
    """The report that is pending or final; while contested the client's."""
    counter: bytes | None = None
    """While contested, the contractor's."""
    assessed: bool = False
    next_to_assess: bool = True
    """All periods before are assessed."""
    settled: bool = False
    lapsed: bool = False
    """The agreement ended before the period did, or is over."""
    moving: bool = False
    """The head of the chain says something else than what can no longer be undone."""
    payable: bool = False
    """The escrow would settle it now, or pay something in the interim."""
    short: bool = False
    """The escrow would, but for the money."""
    measured: bytes | None = None
    """What the log gives now."""
    signed: bytes | None = None
    """What this agent has signed; it signs nothing else for this period."""
    own_quorum: bool = False
    """The own side's quorum has signed the same as this agent."""
    other_quorum: bool = False
    """The other side's quorum has."""
    differs: bool = False
    """The other side's quorum has signed something else."""
    known: frozenset[bytes] = frozenset()
    """Reports whose contents are at hand."""

    @property
    def agreed(self) -> bool:
        """Both sides have signed the same."""
        return self.signed is not None and self.own_quorum and self.other_quorum

    @property
    def contradicted(self) -> bool:
        """The log gives something else now than what was signed."""
        return None not in (self.signed, self.measured) and self.signed != self.measured


@dataclass(frozen=True)
class Step:
    """What to do now; of a wait, the last moment of waiting (Unix seconds) if time alone ends it."""

    act: Act
    until: int | None = None
    need: Need | None = None


def next_step(facts: Facts) -> Step:
    """What the agent does next about the period."""
    if facts.settled or facts.lapsed:
        return Step(Act.DONE)
    if facts.moving:
        return Step(Act.WAIT)
    step = _by_stage(facts)
    if step.act is Act.WAIT and facts.payable:
        return Step(Act.SETTLE, step.until, step.need)
    return step


def _by_stage(facts: Facts) -> Step:
    if facts.stage.is_final:
        return _final(facts)
    if facts.agreed and facts.now > facts.calendar.end:
        return Step(Act.REPORT)
    if facts.stage is Stage.OPEN:
        return _open(facts)
    if facts.stage is Stage.CONTESTED:
        return _contested(facts)
    return _pending(facts, by_own=facts.stage.pending is facts.side)


def _open(facts: Facts) -> Step:
    times = facts.calendar
    if facts.now <= max(times.end, times.complete_from - 1):
        return Step(Act.WAIT, max(times.end, times.complete_from - 1))
    late = facts.now > times.report_until
    if late and times.obliged is not facts.side:
        return Step(Act.DEFAULT)
    until = times.final_until if late else times.report_until
    if facts.signed is None:
        return Step(Act.SIGN) if facts.measured is not None else _wait(facts, until, Need.LOG)
    if late:
        return _wait(facts, until, Need.LATE)
    if not facts.own_quorum:
        return Step(Act.WAIT, until, Need.COSIGNERS)
    if facts.now > times.alone_from:
        return Step(Act.REPORT_BY_SIDE)
    return Step(Act.WAIT, times.alone_from, Need.DIFFERENCE if facts.differs else None)


def _pending(facts: Facts, *, by_own: bool) -> Step:
    until = facts.clock + facts.calendar.window
    accepted = by_own or facts.pending in (facts.signed, facts.measured)
    if facts.now > until:
        if facts.pending not in facts.known:
            return _wait(facts, facts.calendar.final_until, Need.CONTENTS)
        return Step(Act.FINALISE, need=None if accepted else Need.MISSED)
    if by_own:
        return Step(Act.WAIT, until)
    if facts.signed is None:
        return Step(Act.SIGN) if facts.measured is not None else Step(Act.WAIT, until, Need.LOG)
    if accepted:
        return Step(Act.WAIT, until)
    if not facts.own_quorum:
        return Step(Act.WAIT, until, Need.COSIGNERS)
    if facts.pending not in facts.known:
        return Step(Act.WAIT, until, Need.CONTENTS)
    return Step(Act.COUNTER)


def _contested(facts: Facts) -> Step:
    arbiter = facts.clock + facts.calendar.ruling
    backup = arbiter + facts.calendar.ruling
    if facts.now <= backup:
        return Step(Act.WAIT, arbiter if facts.now <= arbiter else backup, Need.CONTEST)
    if facts.pending in facts.known and facts.counter in facts.known:
        return Step(Act.RULE)
    return _wait(facts, facts.calendar.final_until, Need.CONTENTS)


def _final(facts: Facts) -> Step:
    if facts.assessed:
        return Step(Act.WAIT, need=Need.MONEY if facts.short else None)
    if not facts.next_to_assess:
        return _wait(facts, facts.calendar.final_until)
    if facts.pending not in facts.known:
        return _wait(facts, facts.calendar.final_until, Need.CONTENTS)
    return Step(Act.ASSESS)


def _wait(facts: Facts, until: int, need: Need | None = None) -> Step:
    """A wait that the escrow ends at the latest: after `until` it settles without an answer, if the money is there."""
    if facts.now <= until:
        return Step(Act.WAIT, until, need)
    return Step(Act.WAIT, need=Need.MONEY if facts.short else need)
