"""SPEC.md 4.4 to 4.7: how agreements end."""

from __future__ import annotations

from abc import abstractmethod

from tests.model.papers import Paper
from tests.model.periods import Periods
from tests.model.world import (
    BY_BOTH,
    BY_CLIENT,
    BY_CONTRACTOR,
    DISPUTED,
    DONE,
    FOR_CAUSE,
    FOR_NON_PAYMENT,
    LONGEST,
    OWED,
    PERIODS,
    REJECTED,
    SUBMITTED,
    Doubts,
    Pact,
)


class Endings(Periods):
    """Notice, cause, non-payment, both, close."""

    @abstractmethod
    def right_to_end(self, paper: Paper, period: int) -> int:
        """Until when, as the oracle says."""

    def give_notice(self, caller: str, paper: Paper) -> None:
        """4.4."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        for party in paper.parties if caller not in paper.parties else ():
            doubts.when(True, "Escrow_Unauthorised", caller, party)
        side = "client" if caller == paper.client else "contractor"
        ends_at = self.now + min(paper.ending[f"{side}Notice"], LONGEST)
        ends_at = next((end for end in paper.schedule["ends"][:256] if end >= ends_at), ends_at)
        self._announce(pact, caller, BY_CLIENT if side == "client" else BY_CONTRACTOR, ends_at, doubts)

    def end_for_cause(self, caller: str, paper: Paper, period: int) -> None:
        """4.5."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        doubts.when(caller != paper.client, "Escrow_Unauthorised", caller, paper.client)
        has_oracle = paper.billing["oracle"] == self.oracle
        until = self.right_to_end(paper, period) if has_oracle else 0
        doubts.when(self.now > until, "Agreement_NoRightToEnd", period, until)
        self._announce(pact, caller, FOR_CAUSE, self.now, doubts)

    def end_for_non_payment(self, caller: str, paper: Paper, item: int, is_period: bool) -> None:
        """4.5."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        doubts.when(caller != paper.contractor, "Escrow_Unauthorised", caller, paper.contractor)
        cure = min(paper.ending["cure"], LONGEST)
        if is_period:
            self.a_period(pact, item, doubts, lapses=False)
            bill = self.bill(pact, item, doubts)
            needed = max(0, bill.amount - pact.interim[item])
            is_due, since = bill.is_final, bill.due_since
        else:
            step = self.a_milestone(pact, item, doubts)
            needed, since, is_due = pact.rest(item), step.clock, step.phase == OWED
            if step.phase == SUBMITTED and self.now > step.clock + paper.deal["review"]:
                since, is_due = step.clock + paper.deal["review"], True
        until = since + cure if is_due or is_period else 0
        unpaid = is_due and pact.held < needed and self.now > until
        doubts.when(not unpaid, "Agreement_NotUnpaid", item, until)
        self._announce(pact, caller, FOR_NON_PAYMENT, self.now, doubts)

    def _announce(self, pact: Pact, caller: str, ending: int, ends_at: int, doubts: Doubts) -> None:
        """4.4: of several endings the earliest counts."""
        is_later = bool(pact.ends_at) and ends_at >= pact.ends_at
        doubts.when(is_later, "Agreement_Ending", pact.ends_at)
        doubts.stop()
        pact.ending, pact.ends_at = ending, ends_at
        names = {"origin": pact.origin, "by": caller, "ending": ending, "endsAt": ends_at}
        self.say("EndingAnnounced", pact.origin, **names)

    def end_by_both(
        self, caller: str, paper: Paper, id: bytes, held: int, to_contractor: int, deadline: int, signers: set[str]
    ) -> None:
        """4.6."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        has = pact.held + pact.retained
        stale = id != paper.id or self.now > deadline or has < held or to_contractor > held
        doubts.when(stale, "Agreement_StaleClosing", id, has, deadline)
        for party in paper.parties:
            doubts.when(party not in signers | {caller}, "Agreement_NotSigned", paper.id, party)
        doubts.stop()
        pact.held = pact.retained = 0
        pact.status = BY_BOTH
        self._ended(pact, to_contractor, has - to_contractor)

    def close(self, caller: str, paper: Paper) -> None:
        """4.7."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        ends = paper.schedule["ends"][:256]
        over = bool(pact.ends_at) and self.now > pact.ends_at
        unsettled = [period for period in range(len(ends)) if period not in pact.periods]
        if over:
            waits = [PERIODS + period for period in unsettled if ends[period] <= pact.ends_at and pact.held]
            waits += [item for item in pact.open_items if self._is_in_flight(pact, item)]
        else:
            waits = [*pact.open_items, *(PERIODS + period for period in unsettled)]
        is_done = not waits and (paper.milestones or ends)
        doubts.when(not over and not is_done, "Agreement_Ending", pact.ends_at)
        for item in waits if over else ():
            doubts.when(True, "Agreement_StillOpen", item)
        doubts.stop()
        pact.status = pact.ending if over else DONE
        to_client, pact.held = pact.held, 0
        self._ended(pact, 0, to_client)

    def _is_in_flight(self, pact: Pact, item: int) -> bool:
        step, review = pact.steps[item], pact.paper.deal["review"]
        if step.phase == REJECTED:
            return self.now <= step.clock + review
        if step.phase not in (SUBMITTED, OWED):
            return step.phase == DISPUTED
        # What silence or a ruling has made a debt (5.6, 5.9) waits for money alone.
        return pact.held > 0 or self.now <= step.clock + (review if step.phase == SUBMITTED else 0)

    def _ended(self, pact: Pact, to_contractor: int, to_client: int) -> None:
        names = {"origin": pact.origin, "status": pact.status}
        self.say("Ended", pact.origin, **names, toContractor=to_contractor, toClient=to_client)
        self.push_contractor(pact, to_contractor)
        self.push(pact, pact.paper.client, to_client)
