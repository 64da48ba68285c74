"""How the desk is paid: a month is measured and settled, wages go first, the margin follows (SPEC.md §7, §12)."""

from __future__ import annotations

from pathlib import Path

from agents import BLOCKED, CENT, LEAVER, PRIVATE, Agent, agents, write_wages
from place import Place
from telling import Part, Tell

from workpact.batches.roster import Roster
from workpact.batches.wages import Run, read_run
from workpact.terms.units import write_share

PLEDGE = 800_000
"""Ppm of all that is collected: for wages at least."""


class Paydays(Part):
    """The service as it is measured, and the wages out of it."""

    def __init__(self, place: Place, tell: Tell) -> None:
        super().__init__(place, tell)
        self.payroll = place.payroll
        self.runs: list[tuple[str, Run]] = []
        """Each run with its lane, in the order of their numbers."""

    def begin(self) -> None:
        """The contractor hands what it will earn to the payroll, and binds itself."""
        contract = self.payroll.contract
        sent = self.agreement.set_payee(contract, pulled=True, sender=self.contractor)
        self.say("The contractor makes the payroll its payee: what it earns waits there for wages.", sent)

    def pledge(self) -> None:
        """The contractor's promise; it needs a book, which the first collection makes."""
        sent = self.payroll.raise_pledge(PLEDGE, sender=self.contractor)
        self.say(f"It pledges {write_share(PLEDGE)} of all that comes in to wages; that can only rise.", sent)

    def onboarding(self) -> None:
        """The deliverable is handed over."""
        roster = b"Two hundred agents, by number.\n"
        sent = self.agreement.submit("onboarding", roster, sender=self.contractor)
        self.say("The contractor submits onboarding.", sent)

    def onboarded(self) -> None:
        """The client pays it; the contractor pledges most of all that comes."""
        sent = self.agreement.accept("onboarding", sender=self.client)
        self.say(f"The client accepts it: {self.money(self.document.milestones[0].amount)}.", sent)
        self.collect()
        self.pledge()

    # A month

    def settle(self, month: str) -> None:
        """Both sides measure the month and sign; it is settled and its money collected."""
        place, levels = self.place, self.place.levels
        measured = place.measured(month)
        report = levels.report_for(measured)
        signatures = [levels.sign(report, place.reporters[side]) for side in ("client", "contractor")]
        sent = levels.send(report, signatures, sender=self.carrier)
        (figure,) = measured.figures
        failed = "missed" if levels.result(month).failed else "met"
        self.say(f"{month}: {figure.good:,} of {figure.total:,} tickets in time, both sides sign: {failed}.", sent)
        sent = self.agreement.settle(month, sender=self.carrier)
        credit = levels.credit(month)
        self.say(
            f"A charge of {self.money(credit.charge_units)} less {self.money(credit.credit_units)} is settled.", sent
        )
        self._cover()
        self.collect()

    def collect(self) -> None:
        """What the agreement has booked for the payroll comes in."""
        booked = self.payroll.to_collect_units
        sent = self.payroll.collect(sender=self.carrier)
        self.say(f"Anyone collects {self.money(booked)} for the payroll.", sent)

    def release_holdback(self) -> None:
        """What was kept back comes in too."""
        sent = self.agreement.release_holdback(sender=self.carrier)
        self.say("The holdback's date has passed: anyone releases it.", sent)
        self.collect()

    def _cover(self) -> None:
        needed = self.agreement.needed_units
        missing = needed - self.agreement.held_units
        if missing > 0:
            self.agreement.approve(missing, sender=self.client)
            sent = self.agreement.fund(needed, sender=self.client)
            self.say(f"The client adds {self.money(missing)}: the next month is covered.", sent)

    # Wages

    def pay(self, path: Path, roster: Roster, what: str) -> None:
        """Pays a file of wages in the open, in as few transactions as it fits into: here one."""
        for run in self.payroll.split(self._read(path, roster)):
            sent = self.payroll.pay(run, sender=self.contractor)
            self._keep("open", run)
            booked = len(list(sent.decode_logs(self.payroll.contract.Booked)))
            refused = f"; {booked} the token refuses, booked for the worker" if booked else ""
            self.say(f"{what}, run {run.id.run}: {self.money(run.total)} to {len(run.wages)} workers{refused}.", sent)

    def post(self, path: Path, roster: Roster, what: str) -> None:
        """Sets a file of wages aside by the root of its leaves: the chain does not show who is to get how much."""
        run = self._read(path, roster)
        sent = self.payroll.post(run, sender=self.contractor)
        self._keep("private", run)
        self.say(
            f"{what}, run {run.id.run}: {self.money(run.total)} set aside by a root for {len(run.wages)} workers.", sent
        )

    def claim(self, run: Run, workers: list[int]) -> None:
        """Somebody claims posted wages for workers, by their proofs."""
        proofs = [run.claims.of(worker) for worker in workers]
        sent = self.payroll.claim(proofs, sender=self.carrier)
        paid = sum(proof["amount"] for proof in proofs)
        whom = f"worker {workers[0]}" if len(workers) == 1 else f"{len(workers)} workers"
        self.say(f"Wages of run {run.id.run} are claimed for {whom}: {self.money(paid)}.", sent)

    def take_margin(self) -> None:
        """What wages and pledge leave is the contractor's."""
        margin = self.payroll.margin_units
        sent = self.payroll.take_margin(margin, sender=self.contractor)
        self.say(f"After the wages the contractor takes its margin, {self.money(margin)}.", sent)

    def bonus(self, roster: Roster) -> None:
        """What the pledge holds for wages and nobody has earned yet: equal parts to all who stayed."""
        stayed = [worker for worker in agents() if worker != LEAVER]
        part = self.payroll.free_units // len(stayed) // CENT * CENT
        path = write_wages(self.place.folder / "wages-bonus.csv", ((worker, part, 0, part) for worker in stayed))
        self.pay(path, roster, f"What the pledge keeps for wages is shared, {self.money(part)} each")

    def paid_elsewhere(self, agent: Agent) -> None:
        """A worker whose wallet is refused signs for another; anyone carries it."""
        payroll, token = self.payroll.payroll, self.place.token.address
        old, new, deadline = agent.key.address, agent.spare.address, self.document.periods[-1].end
        owed = payroll.owed_units(token, old)
        signature = payroll.withdrawal(token, old, new, deadline).sign(agent.key)
        sent = payroll.withdraw(token, old, new, deadline=deadline, signature=signature, sender=self.carrier)
        self.say(f"Worker {BLOCKED} signs for another wallet: its {self.money(owed)} goes there.", sent)

    def _read(self, path: Path, roster: Roster) -> Run:
        return read_run(path, self.payroll.next_run, roster, self.place.money, free=self.payroll.free_units)

    def _keep(self, lane: str, run: Run) -> None:
        self.runs.append((lane, run))
        run.payslips.write(self.place.folder / f"payslips-{run.id.run}.json")


def in_private(run: Run, besides: int | None = None) -> list[int]:
    """The workers of a posted run, but one."""
    return [wage.worker for wage in run.wages if wage.worker in PRIVATE and wage.worker != besides]
