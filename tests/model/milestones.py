"""SPEC.md 5: the life of a milestone, and disputes."""

from __future__ import annotations

from tests.model.money import Money
from tests.model.papers import ZERO, Paper
from tests.model.world import (
    DISPUTED,
    HOLDBACK,
    OPEN,
    OWED,
    PPM,
    REJECTED,
    SUBMITTED,
    Doubts,
    Pact,
    Step,
)

NEVER = 2**256 - 1
"""The time after which what time does not end can be released or reclaimed."""


class Milestones(Money):
    """Everything between submission and settlement."""

    def submit(self, caller: str, paper: Paper, item: int, deliverable: bytes) -> None:
        """5.1; 4.4: after the end nothing can be submitted."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        step = self.a_milestone(pact, item, doubts)
        self.may_act(pact, caller, ("contractor",), paper.milestones[item]["amount"], doubts)
        doubts.when(step.phase not in (OPEN, REJECTED), "Escrow_WrongPhase", item, step.phase)
        deadline = pact.deadline(item)
        if pact.ends_at:
            doubts.when(self.now > min(deadline, pact.ends_at), "Agreement_TooLate", item, min(deadline, pact.ends_at))
        doubts.when(self.now > deadline and not pact.ends_at, "Agreement_TooLate", item, deadline)
        doubts.stop()
        step.phase, step.clock = SUBMITTED, self.now
        self.say("Submitted", pact.origin, origin=pact.origin, milestone=item, deliverable=deliverable)

    def reject(self, caller: str, paper: Paper, item: int, reason: bytes) -> None:
        """5.1, 5.3, 5.5."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        step = self.a_milestone(pact, item, doubts)
        deal = paper.deal
        self.may_act(pact, caller, ("client",), paper.milestones[item]["amount"], doubts)
        doubts.when(step.phase != SUBMITTED, "Escrow_WrongPhase", item, step.phase)
        until = step.clock + deal["review"]
        doubts.when(step.phase == SUBMITTED and self.now > until, "Agreement_TooLate", item, until)
        doubts.when(step.rounds >= deal["rejections"], "Agreement_NoRoundLeft", item, deal["rejections"])
        doubts.stop()
        step.phase, step.clock, step.rounds = REJECTED, self.now, step.rounds + 1
        self.say("Rejected", pact.origin, origin=pact.origin, milestone=item, reason=reason)

    def accept(self, caller: str, paper: Paper, mask: int) -> None:
        """5.4."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        count = len(paper.milestones)
        doubts.when(not mask or bool(mask >> count), "Escrow_NoMilestones", mask, count)
        items = {item for item in range(count) if mask >> item & 1}
        for item in items & pact.settled:
            doubts.when(True, "Escrow_MilestoneSettled", item)
        doubts.stop()
        amount = sum(pact.rest(item) for item in items)
        touched = amount if len(items) > 1 else paper.milestones[next(iter(items))]["amount"]
        self.may_act(pact, caller, ("client",), touched, doubts)
        doubts.when(pact.held < amount, "Escrow_Short", pact.held, amount)
        doubts.stop()
        for item in items:
            self._settle_milestone(pact, item)
        paid, kept = self.keep_back(pact, amount)
        self.say("Accepted", pact.origin, origin=pact.origin, milestones=mask, paid=paid, retained=kept)
        self.push_contractor(pact, paid)

    def accept_up_to(self, caller: str, paper: Paper, item: int, total: int) -> None:
        """5.4: the clock runs on."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        step = self.a_milestone(pact, item, doubts)
        amount = paper.milestones[item]["amount"]
        self.may_act(pact, caller, ("client",), amount, doubts)
        is_part = step.accepted < total < amount
        doubts.when(not is_part, "Escrow_NotAPart", total, step.accepted, amount)
        more = total - step.accepted
        doubts.when(is_part and pact.held < more, "Escrow_Short", pact.held, more)
        doubts.stop()
        step.accepted = total
        paid, kept = self.keep_back(pact, more)
        names = {"origin": pact.origin, "milestone": item, "total": total, "paid": paid, "retained": kept}
        self.say("AcceptedUpTo", pact.origin, **names)
        self.push_contractor(pact, paid)

    def release(self, caller: str, paper: Paper, item: int) -> None:
        """5.1, 5.6."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        step = self.a_milestone(pact, item, doubts)
        until = step.clock + paper.deal["review"]
        doubts.when(step.phase not in (SUBMITTED, OWED), "Escrow_TooEarly", item, NEVER)
        doubts.when(step.phase == SUBMITTED and self.now <= until, "Escrow_TooEarly", item, until)
        amount = min(pact.rest(item), pact.held)
        just_ruled = step.phase == OWED and self.now <= step.clock
        doubts.when(just_ruled, "Escrow_TooEarly", item, step.clock)
        doubts.when(not amount, "Escrow_Short", pact.held, pact.rest(item))
        doubts.stop()
        if step.phase == SUBMITTED:
            step.phase, step.clock = OWED, until
        step.accepted += amount
        if not pact.rest(item):
            self._settle_milestone(pact, item)
        paid, kept = self.keep_back(pact, amount)
        self.say("Released", pact.origin, origin=pact.origin, milestone=item, paid=paid, retained=kept)
        self.push_contractor(pact, paid)

    def reclaim(self, caller: str, paper: Paper, mask: int) -> None:
        """5.1, 5.7."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        count = len(paper.milestones)
        doubts.when(bool(mask >> count), "Escrow_NoMilestones", mask, count)
        items = {item for item in range(count) if mask >> item & 1}
        for item in items & pact.settled:
            doubts.when(True, "Escrow_MilestoneSettled", item)
        doubts.stop()
        if not mask:
            doubts.when(caller != paper.client, "Escrow_Unauthorised", caller, paper.client)
        for item in items if caller != paper.contractor else ():
            phase, deadline = pact.steps[item].phase, pact.deadline(item)
            doubts.when(phase not in (OPEN, REJECTED), "Escrow_TooEarly", item, NEVER)
            early = phase in (OPEN, REJECTED) and self.now <= deadline
            doubts.when(early, "Escrow_TooEarly", item, deadline)
        surplus = max(0, pact.held - self.needed(pact) + sum(pact.rest(item) for item in items))
        doubts.when(not mask and not surplus, "Escrow_NothingDue")
        doubts.stop()
        refunded = min(surplus, sum(pact.rest(item) for item in items)) if mask else surplus
        for item in items:
            pact.settled.add(item)
            pact.lapsed.add(item)
        pact.held -= refunded
        names = {"origin": pact.origin, "by": caller, "milestones": mask, "refunded": refunded}
        self.say("Reclaimed", pact.origin, **names)
        self.push(pact, paper.client, refunded)

    def dispute(self, caller: str, paper: Paper, item: int, reason: bytes) -> None:
        """5.8."""
        if item == HOLDBACK:
            return self.dispute_holdback(caller, paper, reason)
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        step = self.a_milestone(pact, item, doubts)
        self.may_act(pact, caller, ("client", "contractor"), paper.milestones[item]["amount"], doubts)
        doubts.when(step.phase not in (SUBMITTED, REJECTED), "Escrow_WrongPhase", item, step.phase)
        until = pact.deadline(item) if step.phase == REJECTED else step.clock + paper.deal["review"]
        in_time = step.phase not in (SUBMITTED, REJECTED) or self.now <= until
        doubts.when(not in_time, "Agreement_TooLate", item, until)
        doubts.stop()
        step.phase, step.clock = DISPUTED, self.now
        self.say("Disputed", pact.origin, origin=pact.origin, item=item, by=caller, reason=reason)
        return None

    def rule(self, caller: str, paper: Paper, item: int, share: int) -> None:
        """5.8."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts, live=item != HOLDBACK)
        step = pact.holdback if item == HOLDBACK else self.a_milestone(pact, item, doubts)
        doubts.when(step.phase != DISPUTED, "Escrow_WrongPhase", item, step.phase)
        doubts.stop()
        by_default = self._ruler(pact, caller, share, step.clock, doubts)
        doubts.stop()
        rest = pact.retained if item == HOLDBACK else pact.rest(item)
        pot = min(rest, pact.retained if item == HOLDBACK else pact.held)
        to_contractor, to_client, fee = divide(pot, share, 0 if by_default else paper.arbitration["fee"])
        if item == HOLDBACK:
            pact.retained, pact.holdback = 0, Step()
        else:
            pact.held -= pot
            self._ruled(pact, item, share, rest - pot, step)
        self.owed[paper.deal["token"], caller] += fee
        names = {"origin": pact.origin, "item": item, "by": caller, "share": share}
        self.say("Ruled", pact.origin, **names, toContractor=to_contractor, toClient=to_client, fee=fee)
        self.push_contractor(pact, to_contractor)
        self.push(pact, paper.client, to_client)

    def _ruled(self, pact: Pact, item: int, share: int, missing: int, step: Step) -> None:
        """5.8: what was missing stays owed; 5.9: what counts as accepted."""
        owed = missing * share // PPM
        if owed:
            step.accepted = pact.paper.milestones[item]["amount"] - owed
            step.phase, step.clock, step.ruled = OWED, self.now, True
            return
        self._settle_milestone(pact, item)
        if not share:
            pact.lapsed.add(item)

    def _ruler(self, pact: Pact, caller: str, share: int, since: int, doubts: Doubts) -> bool:
        """5.8: whether it is divided as the terms say."""
        arbitration = pact.paper.arbitration
        window = arbitration["window"]
        if self.now > since + 2 * window:
            doubts.when(share != arbitration["split"], "Agreement_NotArbiter", caller, share)
            return True
        turn = arbitration["arbiter"] if self.now <= since + window else arbitration["backup"]
        wrong = doubts.when(caller != turn or share > PPM, "Agreement_NotArbiter", caller, share)
        consent = self.serves.get((pact.origin, caller), ZERO)
        doubts.when(not wrong and consent != pact.paper.arbitration_hash, "Agreement_NotServing", caller)
        return False

    def _settle_milestone(self, pact: Pact, item: int) -> None:
        pact.settled.add(item)


def divide(pot: int, share: int, fee_share: int) -> tuple[int, int, int]:
    """5.8: the contractor's part, the client's part and the fee of a pot."""
    fee, contractor = pot * fee_share // PPM, pot * share // PPM
    client = pot - contractor
    of_contractor = fee * client // pot if pot else 0
    of_client = fee - of_contractor
    if of_contractor > contractor:
        of_contractor, of_client = contractor, fee - contractor
    elif of_client > client:
        of_contractor, of_client = fee - client, client
    return contractor - of_contractor, client - of_client, fee
