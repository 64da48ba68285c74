"""The oracle's and the escrow's rules on periods, written from SPEC.md 7 and 8, and agents that play by `next_step`.

Time is whole seconds, figures are one name. `Refused` is what the contract would answer with an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workpact.agent.steps import Act, Calendar, Facts, Step, next_step
from workpact.service_results import Side, Stage

NO_FIGURES = b"none"


class Refused(Exception):
    """The contract would refuse."""


@dataclass
class Period:
    calendar: Calendar
    stage: Stage = Stage.OPEN
    clock: int = 0
    reports: dict[Side, bytes] = field(default_factory=dict)
    final: bytes | None = None
    assessed: bool = False
    settled: bool = False
    interim: bool = False


@dataclass
class World:
    """Two periods of one agreement; `now` is the chain's clock, `letters` what lies in the exchange."""

    periods: list[Period]
    now: int = 0
    letters: set[tuple[int, Side, bytes]] = field(default_factory=set)
    acts: list[tuple[Side, int, Act]] = field(default_factory=list)

    def report(self, number: int, side: Side, figures: bytes) -> None:
        self._not_final(number)
        _require((number, side.other, figures) in self.letters)
        self._finish(number, Stage.REPORTED, figures)

    def report_by_side(self, number: int, side: Side, figures: bytes) -> None:
        period = self.periods[number]
        _require(period.stage is Stage.OPEN)
        _require(period.calendar.end < self.now <= period.calendar.report_until)
        period.stage = Stage.CLIENT_REPORTED if side is Side.CLIENT else Stage.CONTRACTOR_REPORTED
        period.clock, period.reports = self.now, {side: figures}

    def counter(self, number: int, side: Side, figures: bytes) -> None:
        period = self.periods[number]
        _require(period.stage is (Stage.CONTRACTOR_REPORTED if side is Side.CLIENT else Stage.CLIENT_REPORTED))
        _require(self.now <= period.clock + period.calendar.window)
        period.stage, period.clock, period.reports[side] = Stage.CONTESTED, self.now, figures

    def finalise(self, number: int, figures: bytes) -> None:
        period = self.periods[number]
        _require(period.stage in (Stage.CLIENT_REPORTED, Stage.CONTRACTOR_REPORTED))
        _require(figures in period.reports.values() and self.now > period.clock + period.calendar.window)
        self._finish(number, Stage.REPORTED, figures)

    def rule(self, number: int) -> None:
        period = self.periods[number]
        _require(period.stage is Stage.CONTESTED and self.now > period.clock + 2 * period.calendar.ruling)
        self._finish(number, Stage.REPORTED, period.reports[period.calendar.standing])

    def default(self, number: int) -> None:
        period = self.periods[number]
        _require(period.stage is Stage.OPEN and self.now > period.calendar.report_until)
        missed = period.calendar.obliged is Side.CONTRACTOR
        self._finish(number, Stage.DEFAULT_MISSED if missed else Stage.DEFAULT_MET, NO_FIGURES)

    def assess(self, number: int) -> None:
        period = self.periods[number]
        _require(period.stage >= Stage.REPORTED and not period.assessed and self.next_to_assess(number))
        period.assessed = True

    def settle(self, number: int) -> None:
        period = self.periods[number]
        _require(self.payable(number))
        late = self.now > period.calendar.final_until
        period.settled, period.interim = period.assessed or late, True

    def payable(self, number: int) -> bool:
        """Assessed or out of time; or contested, or waiting for an earlier period, for the interim, which is once."""
        period = self.periods[number]
        waits = period.stage is Stage.CONTESTED or (period.stage >= Stage.REPORTED and not period.assessed)
        due = period.assessed or self.now > period.calendar.final_until or (waits and not period.interim)
        return due and not period.settled

    def next_to_assess(self, number: int) -> bool:
        return all(before.assessed for before in self.periods[:number])

    def _finish(self, number: int, stage: Stage, figures: bytes) -> None:
        period = self.periods[number]
        period.stage, period.final = stage, figures
        if self.next_to_assess(number):
            period.assessed = True

    def _not_final(self, number: int) -> None:
        _require(self.periods[number].stage < Stage.REPORTED)


@dataclass
class Agent:
    """One side's agent. `log(number, now)` is what its log gives; `connected` whether it reaches the exchange."""

    world: World
    side: Side
    connected: bool = True
    signed: dict[int, bytes] = field(default_factory=dict)
    logs: dict[int, list[tuple[int, bytes | None]]] = field(default_factory=dict)

    def measured(self, number: int) -> bytes | None:
        """The last line of its log that is not in the future."""
        lines = [figures for moment, figures in self.logs.get(number, []) if moment <= self.world.now]
        return lines[-1] if lines else None

    def facts(self, number: int) -> Facts:
        world = self.world
        period = world.periods[number]
        letters = world.letters if self.connected else set()
        others = {signed for at, side, signed in letters if at == number and side is self.side.other}
        own = self.signed.get(number)
        if period.stage is Stage.CONTESTED:
            pending, counter = period.reports[Side.CLIENT], period.reports[Side.CONTRACTOR]
        else:
            pending, counter = period.final or next(iter(period.reports.values()), None), None
        # What a side sent to the chain is in the call's data.
        known = others | set(period.reports.values()) | ({own} if own else set()) | {period.final or b""}
        return Facts(
            side=self.side,
            now=world.now,
            calendar=period.calendar,
            stage=period.stage,
            clock=period.clock,
            pending=pending,
            counter=counter,
            assessed=period.assessed,
            next_to_assess=world.next_to_assess(number),
            settled=period.settled,
            payable=world.payable(number),
            measured=self.measured(number) if world.now > period.calendar.end else None,
            signed=own,
            own_quorum=own is not None,
            other_quorum=own in others,
            differs=bool(others - {own}),
            known=frozenset(known),
        )

    def round(self) -> list[Step]:
        """All that can be done now; the steps it ends with, one for each period."""
        ends = []
        for number in range(len(self.world.periods)):
            for _ in range(8):
                step = next_step(self.facts(number))
                if step.act in (Act.WAIT, Act.DONE):
                    break
                self.do(number, step)
            else:
                raise AssertionError(f"never comes to rest: {step}")
            ends.append(step)
            if self.connected and number in self.signed:
                self.world.letters.add((number, self.side, self.signed[number]))
        return ends

    def do(self, number: int, step: Step) -> None:
        world, act = self.world, step.act
        if act is Act.SIGN:
            figures = self.measured(number)
            assert figures is not None
            assert number not in self.signed, "a second signature"
            self.signed[number] = figures
            if self.connected:
                world.letters.add((number, self.side, figures))
            return
        world.acts.append((self.side, number, act))
        period = world.periods[number]
        if act is Act.REPORT:
            world.report(number, self.side, self.signed[number])
        elif act is Act.REPORT_BY_SIDE:
            world.report_by_side(number, self.side, self.signed[number])
        elif act is Act.COUNTER:
            world.counter(number, self.side, self.signed[number])
        elif act is Act.FINALISE:
            world.finalise(number, next(iter(period.reports.values())))
        else:
            plain = {
                Act.RULE: world.rule,
                Act.DEFAULT: world.default,
                Act.ASSESS: world.assess,
                Act.SETTLE: world.settle,
            }
            plain[act](number)


def _require(condition: bool) -> None:
    if not condition:
        raise Refused
