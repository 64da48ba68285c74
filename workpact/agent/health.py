"""What an agent says of itself: one line a round, in words or JSON, and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from workpact.agent.steps import Act, Need, Step
from workpact.service_results import Side, Stage

NEEDS = {
    Need.LOG: "the log gives no figures: mend it; if the {other} withholds the data, the {side} gives notice (ape run "
    "sla notice)",
    Need.COSIGNERS: "other reporters of the {side} have to sign these figures",
    Need.DIFFERENCE: "the {other} measured something else: compare (ape run sla measure --compare); a party itself may "
    "sign the other's figures",
    Need.CONTEST: "contested: client or contractor may concede (ape run sla concede), else the arbiters rule",
    Need.LATE: "the time to report alone is over: only a report of both sides keeps the default away",
    Need.MISSED: "the {other}'s figures were not answered in time, so they stand",
    Need.CONTENTS: "a report is known by its hash alone: ask the {other} for its file",
    Need.MONEY: "too little is held: fund the agreement (ape run agreement fund)",
}


@dataclass(frozen=True)
class PeriodHealth:
    """Where one period stands, and what the agent waits for."""

    period: str
    stage: Stage
    step: Step


@dataclass
class Health:
    """One round. `now` is the chain's clock; None where the chain could not be read."""

    side: Side
    now: int | None = None
    head: int | None = None
    final: int | None = None
    periods: list[PeriodHealth] = field(default_factory=list)
    sent: list[tuple[str, Act, str]] = field(default_factory=list)
    """Period, what was done, and the transaction (none for a signature)."""
    alarms: list[str] = field(default_factory=list)
    """What should not be, and needs somebody soon."""
    problems: list[str] = field(default_factory=list)
    """What did not work this time; the next round tries again."""
    doubts: list[str] = field(default_factory=list)
    """What is in doubt of the figures that were measured, and accepted by name."""
    ignored: dict[str, int] = field(default_factory=dict)
    """Files of the exchange that count for nothing, by why."""
    note: str = ""
    """Why no period is looked at."""
    over: bool = False
    """All periods are settled or have lapsed."""

    @property
    def state(self) -> str:
        """alarm, no chain, trouble, needed (a person's act is), or well."""
        if self.alarms:
            return "alarm"
        if self.now is None:
            return "no chain"
        if self.problems:
            return "trouble"
        return "needed" if any(each.step.need for each in self.periods) else "well"

    def to_json(self) -> dict[str, Any]:
        """The line as JSON; instants in Unix seconds."""
        return {
            "state": self.state,
            "side": self.side.words,
            "now": self.now,
            "head": self.head,
            "final": self.final,
            "periods": [
                {
                    "period": each.period,
                    "stage": each.stage.words,
                    "step": each.step.act.value,
                    "until": each.step.until,
                    "need": each.step.need.value if each.step.need else None,
                }
                for each in self.periods
            ],
            "sent": [
                {"period": period, "act": act.value, "transaction": hash_ or None} for period, act, hash_ in self.sent
            ],
            "alarms": self.alarms,
            "problems": self.problems,
            "doubts": self.doubts,
            "ignored": self.ignored,
            "note": self.note or None,
            "over": self.over,
        }

    def in_words(self) -> str:
        """The line for people."""
        clock = f"{_instant(self.now)}, block {self.final} of {self.head}" if self.now is not None else "-"
        parts = [f"[{self.state}] {clock}", *filter(None, [self.note])]
        parts += [f"{period}: {_DONE[act]}{f' ({hash_})' if hash_ else ''}" for period, act, hash_ in self.sent]
        parts += [f"{each.period}: {each.stage.words}{self._waiting(each.step)}" for each in self.periods]
        parts += [f"ALARM: {alarm}" for alarm in self.alarms] + self.problems + self.doubts
        if any(self.ignored.values()):
            parts.append("ignored files: " + ", ".join(f"{count} {why}" for why, count in self.ignored.items()))
        return "; ".join(parts + ["nothing left to do"] * self.over)

    def _waiting(self, step: Step) -> str:
        need = NEEDS[step.need].format(side=self.side.words, other=self.side.other.words) if step.need else ""
        until = f"until {_instant(step.until)}" if step.until is not None else ""
        return "".join(f", {part}" for part in (until, need) if part)


class Metrics:
    """What Prometheus reads, on a port of this machine alone."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def gauge(name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
            return Gauge(f"workpact_agent_{name}", meaning, labels, registry=self.registry)

        self._chain = gauge("chain_up", "1 if the chain could be read in the last round")
        self._now = gauge("chain_time_seconds", "time of the chain's head")
        self._final = gauge("final_block", "the last block that counts as final")
        self._failures = gauge("failed_rounds", "rounds in a row in which something did not work")
        self._alarms = gauge("alarms", "what should not be, in the last round")
        self._needs = gauge("needs", "1 for each act that only a person can do", ("period", "need"))
        self._stage = gauge("stage", "stage of each period that is not settled, as the oracle numbers it", ("period",))
        self._until = gauge("wait_until_seconds", "until when a period stays as it is", ("period",))
        self._ignored = gauge("ignored_files", "files of the exchange that count for nothing", ("why",))
        self._sent = Counter("workpact_agent_acts", "what was done", ("act",), registry=self.registry)

    def serve(self, port: int) -> None:
        """Serves on the loopback interface."""
        start_http_server(port, addr="127.0.0.1", registry=self.registry)

    def show(self, health: Health) -> None:
        """Takes a round."""
        self._chain.set(health.now is not None)
        if health.problems:
            self._failures.inc()
        else:
            self._failures.set(0)
        self._alarms.set(len(health.alarms))
        for _, act, _ in health.sent:
            self._sent.labels(act.value).inc()
        if health.now is None or health.final is None:
            return
        self._now.set(health.now)
        self._final.set(health.final)
        for each in (self._needs, self._stage, self._until, self._ignored):
            each.clear()
        for why, count in health.ignored.items():
            self._ignored.labels(why).set(count)
        for line in health.periods:
            self._stage.labels(line.period).set(line.stage)
            if line.step.need:
                self._needs.labels(line.period, line.step.need.value).set(1)
            if line.step.until is not None:
                self._until.labels(line.period).set(line.step.until)


def _instant(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


_DONE = {
    Act.SIGN: "signed",
    Act.REPORT: "reported by both sides",
    Act.REPORT_BY_SIDE: "reported by this side",
    Act.COUNTER: "answered with other figures",
    Act.FINALISE: "made final after silence",
    Act.RULE: "made final as the terms say, the arbiters being silent",
    Act.DEFAULT: "default of the terms applied",
    Act.ASSESS: "assessed",
    Act.SETTLE: "settled",
}
