"""One side's agent: reads the chain, measures, signs once, exchanges, and does what is next (SPEC.md §8).

agent = open_reporter(document, account, "client", data="log.csv", exchange="/shared/desk", secret=Path("desk.key"))
agent.round().in_words()             # as often as you like: each round starts from what the chain says
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from ape.exceptions import ApeException

from workpact import WorkpactError
from workpact.agent.dossier import Dossier
from workpact.agent.errors import AgentError, ExchangeUnavailable, LogUnavailable, SignedOtherwise
from workpact.agent.exchange import Exchange
from workpact.agent.health import Health, PeriodHealth
from workpact.agent.key import ReporterKey
from workpact.agent.log import Log
from workpact.agent.signed_report import Ignored, Reader, SignedReport, encode
from workpact.agent.steps import Act, Calendar, Facts, Step, next_step
from workpact.agent.watching import Horizon, StoredPeriod, Watching, horizon
from workpact.chain.sender import Sender
from workpact.chain.state import Status
from workpact.measurement import MeasurementError, period_of
from workpact.preflight import NotReady, send
from workpact.service_levels import Report, Side, Stage

MOST_STEPS = 8
"""More than any period can take in a row."""


@dataclass
class _Known:
    """All that was found out about one period in a round."""

    index: int
    name: str
    stored: StoredPeriod
    dossier: Dossier
    measured: Report | None
    facts: Facts


@dataclass
class _Round:
    """What one round has found, and says."""

    health: Health
    letters: list[SignedReport] = field(default_factory=list)

    def problem(self, error: object) -> None:
        """Once in a round."""
        if str(error) not in self.health.problems:
            self.health.problems.append(str(error))

    def alarm(self, text: object) -> None:
        """Once in a round."""
        if str(text) not in self.health.alarms:
            self.health.alarms.append(str(text))


class Reporter:
    """One side's agent for one agreement, with one key. Each round starts from what the chain says.

    `confirmations`: blocks below the head that count as final, on a chain that names none. `lag`: seconds after a
    period's end from when the log is complete.
    """

    def __init__(
        self, key: ReporterKey, log: Log, exchange: Exchange, *, confirmations: int | None = None, lag: int = 0
    ) -> None:
        self.key = key
        self.levels = key.levels
        self.side = key.side
        self.log = log
        self.exchange = exchange
        self.confirmations = confirmations
        self.lag = lag
        self._watching = Watching(self.levels)
        self._one_at_a_time = Lock()

    def close(self) -> None:
        """Lets another process use the key."""
        self.key.close()

    def round(self) -> Health:
        """Does all that can be done now; two rounds at a time would not.

        Raises `OtherDocument`, `NoFinality`, and what the node's absence raises.
        """
        with self._one_at_a_time:
            return self._round()

    def _round(self) -> Health:
        seen = horizon(self.confirmations)
        found = _Round(Health(self.side, seen.now, seen.head, seen.final))
        if not self._watching.exists(seen.final):
            found.health.note = "the contracts are not final on this chain yet"
        elif self._watching.agreement(seen.final).status is Status.NONE:
            found.health.note = "the agreement is not open yet"
        else:
            due = self._due(seen)
            found.health.over = not due
            self._read_letters(found, due)
            for index in due:
                self._advance(found, index)
        return found.health

    # What is known

    def _due(self, seen: Horizon) -> list[int]:
        """Periods that are over and not settled, and the running one."""
        agreement = self._watching.agreement(seen.final)
        going = [each for each in self.levels.document.periods if not agreement.is_past(each)]
        over = [each.index for each in going if each.end < seen.now]
        return over + [each.index for each in going if each.end >= seen.now][:1]

    def _read_letters(self, found: _Round, due: list[int]) -> None:
        ignored: Counter[Ignored] = Counter()
        try:
            reader = Reader(self.levels, lambda period: period not in due)
            found.letters, ignored = reader.read(self.exchange.files())
        except ExchangeUnavailable as error:
            found.problem(error)
        found.health.ignored = {why.value: ignored[why] for why in Ignored}

    def _known(self, found: _Round, index: int) -> _Known:
        seen = horizon(self.confirmations)
        stored, head = (self._watching.period(index, block) for block in (seen.final, seen.head))
        dossier = self._dossier(found, index, stored)
        signed = self.key.signed(index)
        measured = self._measured(found, index, seen, stored)
        if measured is not None and signed is not None:
            measured = replace(measured, signed_under=signed.signed_under)
        commitment = dossier.know(signed) if signed else None
        period, agreement = self.levels.document.periods[index], self._watching.agreement(seen.final)
        refusal = self._refusal_to_pay(index, seen, stored)
        facts = Facts(
            side=self.side,
            now=seen.now,
            calendar=self._calendar(index),
            stage=stored.stage,
            clock=stored.clock,
            pending=stored.commitment,
            counter=stored.counter,
            assessed=stored.assessed_at != 0,
            next_to_assess=index == 0 or self._watching.period(index - 1, seen.final).assessed_at != 0,
            settled=agreement.has_settled(period),
            lapsed=agreement.lets_lapse(period),
            moving=stored != head or self._watching.is_past(period, seen.head) != agreement.is_past(period),
            payable=refusal is None,
            short=refusal == "Escrow_Short",
            measured=dossier.know(measured) if measured else None,
            signed=commitment,
            own_quorum=commitment is not None and bool(dossier.quorum(commitment, self.side)),
            other_quorum=commitment is not None and bool(dossier.quorum(commitment, self.side.other)),
            differs=dossier.differs_from(commitment, self.side.other),
            known=frozenset(dossier.reports),
        )
        return _Known(index, period.name, stored, dossier, measured, facts)

    def _dossier(self, found: _Round, index: int, stored: StoredPeriod) -> Dossier:
        """Every report and signature of the period at hand, the own one among them."""
        dossier = Dossier(self.levels)
        dossier.add(letter for letter in found.letters if letter.report.period == index)
        try:
            self.key.recover(index, dossier)
            signed = self.key.signed(index)
            if signed is not None and not stored.stage.is_final:
                own = self.key.sign(signed)
                dossier.add([own])
                self.exchange.put(encode(self.levels, own.report, own.signed))
        except ExchangeUnavailable as error:
            found.problem(error)
        except AgentError as error:
            found.alarm(error)
        try:
            for report in self._on_chain(index, stored, dossier):
                dossier.know(report)
        except NotReady:
            pass  # not to be read, or the head has moved on: what follows from that is in the next step
        return dossier

    def _on_chain(self, index: int, stored: StoredPeriod, dossier: Dossier) -> list[Report]:
        """The reports that the chain knows by their hash, where no file has them."""
        if stored.stage.pending is not None and stored.commitment not in dossier.reports:
            return [self.levels.pending_report(index)]
        if stored.stage is Stage.CONTESTED:
            return list(self.levels.contested_reports(index).values())
        if stored.stage.is_final and not stored.assessed_at and stored.commitment not in dossier.reports:
            return [self.levels.final_report(index)]
        return []

    def _measured(self, found: _Round, index: int, seen: Horizon, stored: StoredPeriod) -> Report | None:
        """What the log gives, while that matters."""
        calendar = self._calendar(index)
        is_early = seen.now <= calendar.end or seen.now < calendar.complete_from
        # A service would be read in full each round, and forgets what is old: what was signed stands.
        was_read = self.log.is_service and self.key.signed(index) is not None
        if is_early or was_read or stored.stage is Stage.CONTESTED or stored.stage.is_final:
            return None
        try:
            period = period_of(self.levels.document, self.levels.document.periods[index].name)
            measured = self.log.measure(period)
            doubts = [f"{period.name} in doubt, accepted: {doubt.name}: {doubt.detail}" for doubt in measured.doubts]
            found.health.doubts += [each for each in doubts if each not in found.health.doubts]
            return self.levels.report_for(measured)
        except (MeasurementError, LogUnavailable) as error:
            found.problem(error)
            return None

    def _refusal_to_pay(self, index: int, seen: Horizon, stored: StoredPeriod) -> str | None:
        if stored.stage is Stage.OPEN and seen.now <= self._calendar(index).final_until:
            return "not due"
        return self._watching.refusal_to_settle(index, self.key.account)

    def _calendar(self, index: int) -> Calendar:
        service = self.levels.document.spec.service
        assert service is not None, "there are periods"
        end = self.levels.document.periods[index].end
        sides = {"client": Side.CLIENT, "contractor": Side.CONTRACTOR}
        return Calendar(
            end=end,
            report_within=service.report_within,
            final_within=service.final_within,
            obliged=sides[service.obliged],
            window=service.contest.window,
            ruling=service.contest.ruling,
            standing=sides[service.contest.standing],
            complete_from=end + self.lag,
        )

    # What is done

    def _advance(self, found: _Round, index: int) -> None:
        for _ in range(MOST_STEPS):
            known = self._known(found, index)
            step = next_step(known.facts)
            if step.act in (Act.WAIT, Act.DONE) or not self._did(found, known, step):
                break
        self._raise_alarms(found, known)
        if step.act is not Act.DONE:
            found.health.periods.append(PeriodHealth(known.name, known.stored.stage, step))

    def _did(self, found: _Round, known: _Known, step: Step) -> bool:
        """Whether it was done; why not, is a problem of the round, and the next round tries again."""
        try:
            transaction = ""
            if step.act is Act.SIGN:
                assert known.measured is not None, "there is something to sign"
                self.key.sign(known.measured)
            else:
                sent = self._send(known, step.act, self.key.sender())
                transaction = str(getattr(sent, "txn_hash", ""))
        except SignedOtherwise as error:
            found.alarm(error)
            return False
        except (WorkpactError, ApeException) as error:
            found.problem(f"{known.name}, {step.act}: {error}")
            return False
        found.health.sent.append((known.name, step.act, transaction))
        return True

    def _send(self, known: _Known, act: Act, sender: Sender) -> Any:
        levels, index, stored, dossier = self.levels, known.index, known.stored, known.dossier
        if act is Act.SETTLE:
            agreement, document = levels.agreement, levels.document
            return send(agreement.contract.settle, document.terms(), document.conditions(), index, sender=sender)
        if act is Act.DEFAULT:
            return levels.apply_default(index, sender=sender)
        if act is Act.RULE:
            return levels.rule(index, known.facts.calendar.standing, sender=sender)
        if act is Act.FINALISE:
            return levels.finalise(index, pending=dossier.reports[stored.commitment], sender=sender)
        if act is Act.ASSESS:
            return levels.assess(dossier.reports[stored.commitment], sender=sender)
        signed = known.facts.signed
        assert signed is not None, "only what is signed is reported"
        own, report = dossier.quorum(signed, self.side), dossier.reports[signed]
        if act is Act.REPORT:
            return levels.send(report, [*own, *dossier.quorum(signed, self.side.other)], sender=sender)
        if act is Act.COUNTER:
            return levels.counter(report, own, pending=dossier.reports[stored.commitment], sender=sender)
        return levels.report_by_side(report, own, sender=sender)

    def _raise_alarms(self, found: _Round, known: _Known) -> None:
        if known.facts.contradicted:
            found.alarm(
                f"{known.name}: the log gives other figures now than those that were signed. The key signs no second "
                "report; if the first one is wrong, let the party itself sign the right figures (ape run sla sign)."
            )
        for signer, count in known.dossier.contradicting().items():
            found.alarm(
                f"{known.name}: {signer} has signed {count} different reports, which proves equivocation (ape run sla "
                "equivocation)."
            )
