"""A year of incident desk as it happens: signed, opened by a stranger, measured, settled, delivered, shared.

Every step tells one line. Nobody in it asks anybody for more than a signature: who carries it does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from desk import Desk
from eth_account import Account

from workpact.chain import clock
from workpact.equity import Grant, Plan, WorkerEquity, tokens
from workpact.measurement import Measurement, definition_of, period_of, verify
from workpact.terms import Period
from workpact.terms.units import write_duration

DAY = 86_400
TICKETS = "Handover: roster of agents, escalation matrix, access list.\n"
ARTICLES = "One hundred articles for the knowledge base.\n"


@dataclass(frozen=True)
class Step:
    """What happened, in plain words; the transaction that made it happen, None where nothing was sent."""

    moment: int
    text: str
    transaction: str | None

    @property
    def day(self) -> str:
        """The date on chain, UTC."""
        return datetime.fromtimestamp(self.moment, UTC).date().isoformat()


class Story:
    """The example played on a local chain, from the first signature on."""

    def __init__(self, desk: Desk, measured: Mapping[str, Measurement], tell: Callable[[Step], None]) -> None:
        self.desk = desk
        self.agreement = desk.agreement
        self.document = desk.document
        self.levels = desk.levels
        self.equity = WorkerEquity(desk.contracts["WorkerEquity"])
        self.log = desk.log
        self.measured = measured
        self.tell = tell
        self.grants: list[Grant] = []

    def play(self) -> None:
        """All of it, in the order of the dates; the chain's clock ends the day after the last of them."""
        self.play_but(0)
        clock.move_to(clock.now() + DAY)
        self._claim()
        if self.agreement.settled_periods == tuple(period.name for period in self.document.periods):
            self._say(
                "All periods and deliverables are settled: anyone closes.",
                self.agreement.close(sender=self.desk.carrier),
            )

    def play_but(self, left: int) -> None:
        """Without its last acts: what they would do waits for somebody."""
        self._open()
        self._share()
        acts = sorted(self._calendar(), key=lambda entry: entry[0])
        for moment, act in acts[: len(acts) - left]:
            clock.move_to(moment)
            act()

    # Agreed

    def _open(self) -> None:
        desk, agreement = self.desk, self.agreement
        deposit = self.document.spec.offer.deposit
        months = len(self.document.periods)
        self._say(
            "The client gets play money.", desk.token.mint(desk.client, self.document.spec.total, sender=desk.client)
        )
        bid = agreement.sign(desk.contractor)
        self._say(f"The contractor signs the agreement: this is its bid. Id 0x{agreement.id.hex()}")
        order = agreement.sign(desk.client)
        permit = agreement.permit(desk.client)
        self._say(f"The client signs the same document, and a permit for the deposit of {agreement.money(deposit)}.")
        opened = agreement.open(order, bid, permit, sender=desk.carrier)
        self._say(
            f"A third party carries the signatures: the agreement is in force, {months} months and "
            f"{len(self.document.milestones)} deliverables.",
            opened,
        )

    def _share(self) -> None:
        desk, equity, agreement = self.desk, self.equity, self.agreement
        share = self.document.spec.equity
        made = equity.create_token(share.token_name, share.token_symbol, sender=desk.client)
        self._say(f"The client creates the workers' token {share.token_symbol}.", made)
        opened = equity.open_pool(
            equity.token_in(made),
            desk.contractor,
            share.units,
            agreement.contract,
            agreement.origin,
            sender=desk.client,
        )
        pool = equity.pool_in(opened)
        self._say(f"It sets {share.units // 10**6:,} of them aside for the agreement's workers.", opened)
        plans = {}
        for index, written in enumerate(share.plans):
            fixed = pool.create_plan(Plan.of_struct(self.document.plan(index)), sender=desk.client)
            plans[written.name] = equity.plan_in(fixed)
            self._say(f"It fixes the plan {written.name}: {written.title}.", fixed)
        wallets = [Account.create().address for _ in range(max(line.workers for line in share.grants))]
        enrolled = equity.enrol(wallets, sender=desk.contractor)
        workers = equity.workers_in(enrolled)
        self._say(f"The contractor enrols {len(workers)} workers by their wallets, which hold no ether.", enrolled)
        for line in share.grants:
            units = dict.fromkeys(workers[: line.workers], line.units)
            granted = plans[line.plan].grant(units, sender=desk.contractor)
            self.grants += equity.grants_in(granted)
            self._say(
                f"It grants {line.units // 10**6:,} tokens each to {line.workers} of them by {line.plan}.", granted
            )

    # Delivered

    def _calendar(self) -> Iterator[tuple[int, Callable[[], None]]]:
        for name in self.measured:
            period = self.document.period(name)
            yield period.end + DAY, partial(self._month, period)
        onboarding, articles = self.document.milestones
        start = onboarding.due - 7 * DAY
        review = self.document.spec.review.period
        yield start, partial(self._submit, onboarding, TICKETS)
        yield start + 2 * DAY, partial(self._accept, onboarding)
        yield start + 3 * DAY, partial(self._submit, articles, ARTICLES)
        yield start + 3 * DAY + review + 60, partial(self._release, articles)

    def _month(self, period: Period) -> None:
        desk, levels, measurement = self.desk, self.levels, self.measured[period.name]
        report = levels.report_for(measurement)
        cases = ", ".join(f"{count:,} {name}" for name, count in measurement.quantities)
        first = levels.sign(report, desk.client_reporter)
        self._say(
            f"{period.name} is over. The client's reporter measures it ({measurement.event_count:,} log rows, "
            f"{cases}) and signs."
        )
        verify(
            definition_of(self.document),
            self.log.path,
            period_of(self.document, period.name),
            self.log.secret,
            measurement.to_json(),
        )
        second = levels.sign(report, desk.contractor_reporter)
        self._say(
            "The contractor's reporter measures its own copy, gets the same figures and the same root, and signs."
        )
        final = levels.send(report, [first, second], sender=desk.carrier)
        failed = ", ".join(levels.result(period.name).failed) or "none"
        self._say(f"Both signatures are carried: the figures are final. Levels missed: {failed}.", final)
        settled = self.agreement.settle(period.name, sender=desk.carrier)
        credit = levels.credit(period.name)
        self._say(
            f"{period.name} is settled: a charge of {self._money(credit.charge_units)} less a service credit of "
            f"{self._money(credit.credit_units)}.",
            settled,
        )
        self._cover()

    def _cover(self) -> None:
        needed = self.agreement.needed_units
        missing = needed - self.agreement.held_units
        if missing > 0:
            allowed = self.agreement.approve(missing, sender=self.desk.client)
            self._say(f"The client allows {self._money(missing)}.", allowed)
            funded = self.agreement.fund(needed, sender=self.desk.client)
            self._say(f"It tops the cover up to {self._money(needed)}.", funded)

    def _submit(self, milestone: Any, content: str) -> None:
        sent = self.agreement.submit(milestone.name, content.encode(), sender=self.desk.contractor)
        review = write_duration(self.document.spec.review.period)
        self._say(f"The contractor submits {milestone.name}; the client has {review} to answer.", sent)

    def _accept(self, milestone: Any) -> None:
        sent = self.agreement.accept(milestone.name, sender=self.desk.client)
        self._say(f"The client accepts {milestone.name}: {self._money(milestone.amount)}.", sent)

    def _release(self, milestone: Any) -> None:
        sent = self.agreement.release(milestone.name, sender=self.desk.carrier)
        self._say(f"The client has let the review of {milestone.name} pass: silence pays, whoever asks.", sent)

    # Shared

    def _claim(self) -> None:
        desk = self.desk
        for plan in dict.fromkeys(grant.plan for grant in self.grants):
            if plan.terms.size:
                synced = plan.sync(sender=desk.carrier)
                self._say(
                    "Anyone carries the agreement's progress to the plan: {} of {}.".format(*plan.reached), synced
                )
        claimed = self.equity.claim(self.grants, sender=desk.carrier)
        shares = tokens(sum(claim.units for claim in self.equity.claimed_in(claimed).values())).normalize()
        self._say(f"What has vested is minted to the workers' wallets, {shares:f} tokens; they need no ether.", claimed)

    def _money(self, units: int) -> str:
        return self.agreement.money(units)

    def _say(self, text: str, sent: Any = None) -> None:
        self.tell(Step(clock.now(), text, sent.txn_hash if sent is not None else None))
