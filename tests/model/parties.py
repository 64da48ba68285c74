"""SPEC.md 3.4 to 3.8, 4.2, 4.3, 4.9: how documents come into force, and who acts."""

from __future__ import annotations

from abc import abstractmethod

from tests.model.endings import Endings
from tests.model.papers import NOBODY, ZERO, Paper
from tests.model.world import (
    DISPUTED,
    LIMIT,
    LIVE,
    NONE,
    OPEN,
    PPM,
    REJECTED,
    SUBMITTED,
    WITHDRAWN,
    Doubts,
    Pact,
    Step,
)

MILESTONES, AMOUNT, DATE, DURATION, REJECTIONS, SHARE, SPLIT, TOKEN, ARBITRATION = (1 << bit for bit in range(9))
MOST_SHARE = 200_000


class Parties(Endings):
    """Bids, change orders, operators and arbiters."""

    @abstractmethod
    def replace(self, origin: bytes, old: bytes, new: bytes) -> None:
        """What the oracle does when an amendment changes the service (8.1)."""

    def open(self, caller: str, paper: Paper, master: Paper | None, signers: set[str]) -> None:
        """4.2, 3.8."""
        doubts = Doubts()
        known = self.pacts.get(paper.id)
        if known and known.status == LIVE:
            return
        status = known.status if known else WITHDRAWN if paper.id in self.withdrawn else NONE
        offer, deal = paper.offer, paper.deal
        doubts.when(status != NONE, "Agreement_NotOpenable", paper.id, status)
        wrong = offer["replaces"] != ZERO or deal["origin"] != ZERO
        doubts.when(wrong, "Agreement_WrongReference", paper.id)
        doubts.when(self.now > offer["openBefore"], "Agreement_Expired", paper.id, offer["openBefore"])
        check_limits(paper, doubts)
        for party in set(paper.parties) - signers - {caller}:
            doubts.when(True, "Agreement_NotSigned", paper.id, party)
        above = self._master(paper, master, doubts)
        self.can_pull(deal["token"], paper.client, offer["deposit"], doubts)
        doubts.stop()
        self.pacts[paper.id] = Pact(paper, held=offer["deposit"])
        if offer["deposit"]:
            self.transfer(deal["token"], paper.client, self.agreement, offer["deposit"])
        names = {"client": paper.client, "contractor": paper.contractor, "token": deal["token"]}
        if above:
            self.say("PlacedUnder", above.origin, origin=above.origin, placed=paper.id)
        self.say("Opened", paper.id, origin=paper.id, **names, deposit=offer["deposit"])

    def _master(self, paper: Paper, master: Paper | None, doubts: Doubts) -> Pact | None:
        under = paper.offer["under"]
        if under == ZERO:
            return None
        pact = self.pacts.get(master.origin) if master else None
        fits = (
            master is not None
            and pact is not None
            and pact.status == LIVE
            and under == master.id == pact.paper.id
            and bool(set(master.parties) & set(paper.parties))
        )
        doubts.when(not fits, "Agreement_NotPlaceable", under)
        if master is not None and pact is not None:
            doubts.when(pact.status != LIVE, "Escrow_NotLive", pact.origin, pact.status)
            doubts.when(pact.paper.id != master.id, "Escrow_NotInForce", master.id)
        return pact

    def withdraw_bid(self, caller: str, paper: Paper) -> None:
        """3.4."""
        doubts = Doubts()
        for party in paper.parties if caller not in paper.parties else ():
            doubts.when(True, "Escrow_Unauthorised", caller, party)
        pact = self.pacts.get(paper.origin)
        known = pact is not None and paper.id in (pact.paper.id, pact.origin)
        status = pact.status if pact and paper.id == pact.origin else NONE
        doubts.when(known, "Agreement_NotOpenable", paper.id, status)
        doubts.when(paper.id in self.withdrawn, "Agreement_NotOpenable", paper.id, WITHDRAWN)
        doubts.stop()
        self.withdrawn.add(paper.id)
        self.say("BidWithdrawn", paper.id, id=paper.id, by=caller)

    def amend(self, caller: str, paper: Paper, following: Paper, signers: set[str]) -> None:
        """4.3, 3.7."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        offer = following.offer
        wrong = offer["replaces"] != paper.id or following.deal["origin"] != paper.origin
        wrong = wrong or offer["deposit"] != 0 or offer["under"] != ZERO
        doubts.when(wrong, "Agreement_WrongReference", following.id)
        doubts.when(self.now > offer["openBefore"], "Agreement_Expired", following.id, offer["openBefore"])
        doubts.when(following.id in self.withdrawn, "Agreement_NotOpenable", following.id, WITHDRAWN)
        check_limits(following, doubts)
        for party in {*paper.parties, *following.parties} - signers - {caller}:
            doubts.when(True, "Agreement_NotSigned", following.id, party)
        fixed(pact, following, doubts)
        doubts.stop()
        for item in pact.open_items:
            step = pact.steps[item]
            if paper.milestones[item] != following.milestones[item] and step.phase in (SUBMITTED, REJECTED):
                pact.steps[item] = Step(accepted=step.accepted, phase=OPEN)
        pact.ends_at = pact.ending = 0
        pact.appointed = False
        if following.contractor != paper.contractor:
            pact.payee, pact.pulled = None, False
        pact.paper = following
        self.say("Amended", pact.origin, origin=pact.origin, id=following.id, replaced=paper.id)
        same_oracle = paper.billing["oracle"] == following.billing["oracle"] == self.oracle
        if same_oracle and paper.document != following.document:
            self.replace(pact.origin, paper.document, following.document)

    def appoint(self, caller: str, paper: Paper) -> None:
        """4.9."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        if pact.appointed:
            return
        pact.appointed = True
        self.say("OperatorsAppointed", pact.origin, origin=pact.origin, id=paper.id)

    def serve(self, caller: str, paper: Paper) -> None:
        """5.8, 10.2."""
        doubts = Doubts()
        named = caller in (paper.arbitration["arbiter"], paper.arbitration["backup"])
        doubts.when(not named, "Agreement_NotArbiter", caller, 0)
        doubts.stop()
        if self.serves.get((paper.origin, caller)) == paper.arbitration_hash:
            return
        self.serves[paper.origin, caller] = paper.arbitration_hash
        names = {"id": paper.id, "arbiter": caller, "arbitration": paper.arbitration_hash}
        self.say("ArbiterConsented", paper.id, **names)


def check_limits(paper: Paper, doubts: Doubts) -> None:
    """3.6."""
    deal, arbitration, milestones = paper.deal, paper.arbitration, paper.milestones
    for party in paper.parties:
        doubts.when(NOBODY in paper.parties, "Agreement_RolesOverlap", party)
    doubts.when(paper.client == paper.contractor, "Agreement_RolesOverlap", paper.client)
    arbiters = [each for each in (arbitration["arbiter"], arbitration["backup"]) if each != NOBODY]
    for arbiter in arbiters:
        overlaps = arbiter in paper.parties or arbiters.count(arbiter) > 1
        doubts.when(overlaps, "Agreement_RolesOverlap", arbiter)
    durations = deal["review"], deal["grace"], arbitration["window"]
    dates = [deal["holdbackUntil"], *(each["due"] for each in milestones)]
    amounts = [each["amount"] for each in milestones]
    bad = MILESTONES * (len(milestones) > 64)
    bad |= AMOUNT * (paper.offer["deposit"] >= LIMIT or any(not 0 < each < LIMIT for each in amounts))
    bad |= DATE * any(each >= 2**39 for each in dates)
    bad |= DURATION * any(each >= 2**29 for each in durations)
    bad |= REJECTIONS * (deal["rejections"] > 255)
    bad |= SHARE * (max(deal["holdback"], arbitration["fee"]) > MOST_SHARE)
    bad |= SPLIT * (arbitration["split"] > PPM)
    doubts.when(bad != 0, "Agreement_OutOfRange", bad)


def fixed(pact: Pact, following: Paper, doubts: Doubts) -> None:
    """4.3: what an amendment may not change."""
    paper, now = pact.paper, following.milestones
    doubts.when(following.deal["token"] != paper.deal["token"], "Agreement_FixedTerm", TOKEN, 0)
    doubts.when(len(now) < len(paper.milestones), "Agreement_FixedTerm", MILESTONES, len(now))
    for item, (was, becomes) in enumerate(zip(paper.milestones, now, strict=False)):
        step = pact.steps[item]
        kept = item in pact.settled or step.phase == DISPUTED or step.ruled
        doubts.when(kept and was != becomes, "Agreement_FixedTerm", MILESTONES, item)
        falls = not kept and was != becomes and becomes["amount"] <= step.accepted
        doubts.when(falls, "Agreement_FixedTerm", MILESTONES, item)
    changed = paper.arbitration != following.arbitration or paper.parties != following.parties
    doubts.when(pact.is_disputed and changed, "Agreement_FixedTerm", ARBITRATION, 0)
