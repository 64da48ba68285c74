"""Calls of the agreement contract."""

from __future__ import annotations

from tests.model.hands import Hands
from tests.model.pair import Call
from tests.model.papers import NOBODY, Paper, word
from tests.model.world import HOLDBACK, OPEN, OWED, PPM, REJECTED, SUBMITTED, Pact


class MoneyHands(Hands):
    """Documents, milestones, money, endings."""

    # Documents

    def open(self) -> Call | None:
        under = None
        pact = self.pact()
        if pact and self.random.random() < 0.4:
            under = pact.paper
        bids = [bid for bid in self.bids if bid.offer["replaces"] == bytes(32)]
        paper = self.random.choice(bids) if bids and self.random.random() < 0.4 else None
        if paper is None:
            paper = self.drafts.first(self.time, under)
            if self.random.random() < 0.12:
                paper = self.drafts.out_of_limits(paper)
            self.bids.append(paper)
        master = [
            each.paper
            for each in self.pair.model.pacts.values()
            if paper.offer["under"] in (each.paper.id, each.origin)
        ]
        caller = self.anybody(*paper.parties, self.drafts.stranger)
        if caller == NOBODY:
            caller = self.drafts.stranger
        approvals: list[tuple[str, bytes]] = []
        signatures, signers = self.signed_by(paper.parties, caller, paper.id, approvals)
        permit = self.random.choice((b"", b"", bytes(160)))
        arguments = (paper, master[0] if master else None, signers)
        abi = (paper.abi_proposal, [each.abi_terms for each in master[:1]], *signatures, permit)
        papers = (paper, *master[:1])
        return Call("open", caller, self.time, "open", arguments, "Agreement", "open", abi, papers, approvals)

    def withdraw_bid(self) -> Call | None:
        if not self.bids:
            return None
        paper = self.random.choice(self.bids[-4:])
        if paper.client == NOBODY or paper.contractor == NOBODY:
            return None
        return self.agreed("withdrawBid", self.anybody(*paper.parties), "withdraw_bid", paper, (), "withdrawBid")

    def amend(self) -> Call | None:
        pact = self.pact()
        if pact is None or self.random.random() < 0.7:
            return None
        paper = self.paper(pact)
        bids = [bid for bid in self.bids if bid.offer["replaces"] == paper.id]
        following = self.random.choice(bids) if bids and self.random.random() < 0.3 else None
        if following is None:
            following = self.drafts.change(paper, self.time)
            self.bids.append(following)
        caller = self.anybody(*paper.parties, self.drafts.stranger)
        approvals: list[tuple[str, bytes]] = []
        parties = (*paper.parties, *following.parties)
        signatures, signers = self.signed_by(parties, caller, following.id, approvals)
        same = paper.conditions == following.conditions
        conditions = [] if same else [paper.abi_conditions, following.abi_conditions]
        abi = (following.abi_proposal, paper.offer_hash, conditions, signatures)
        arguments = (following, signers)
        papers, carried = (following,), {"approvals": approvals}
        return self.agreed("amend", caller, "amend", paper, arguments, "amend", *abi, papers=papers, **carried)

    def appoint(self) -> Call | None:
        pact = self.pact()
        if pact is None or self.random.random() < 0.6:
            return None
        paper = self.paper(pact)
        abi = (paper.abi_operators,)
        return self.agreed("appoint", self.anybody(), "appoint", paper, (), "appoint", *abi, conditions=True)

    def serve(self) -> Call | None:
        pact = self.pact()
        paper = self.paper(pact) if pact else self.bids[-1] if self.bids else None
        if paper is None:
            return None
        likely = [each for each in (paper.arbitration["arbiter"], paper.arbitration["backup"]) if each != NOBODY]
        return self.agreed("serve", self.anybody(*likely), "serve", paper, (), "serve", paper.abi_arbitration)

    # Milestones

    def item(self, pact: Pact, *phases: int) -> int:
        """Mostly one in these phases."""
        fitting = [item for item in pact.open_items if pact.steps[item].phase in phases]
        if fitting and self.random.random() < 0.9:
            return self.random.choice(fitting)
        return self.random.randint(0, len(pact.paper.milestones))

    def acting(self, paper: Paper, *sides: str) -> str:
        people = [paper.deal[side] for side in sides for _ in range(2)]
        return self.anybody(*people, *(each for side in sides for each in paper.operators[side]))

    def submit(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, deliverable = self.paper(pact), word(f"work {self.time}")
        arguments = (self.item(pact, OPEN, REJECTED), deliverable)
        caller = self.acting(paper, "contractor")
        return self.agreed("submit", caller, "submit", paper, arguments, "submit", *arguments)

    def reject(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper = self.paper(pact)
        arguments = (self.item(pact, SUBMITTED), word(f"reason {self.time}"))
        return self.agreed("reject", self.acting(paper, "client"), "reject", paper, arguments, "reject", *arguments)

    def dispute(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper = self.paper(pact)
        arguments = (self.item(pact, SUBMITTED, REJECTED), word(f"no {self.time}"))
        caller = self.acting(paper, "client", "contractor")
        return self.agreed("dispute", caller, "dispute", paper, arguments, "dispute", *arguments)

    def dispute_holdback(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        until = [each for each in self.pair.model.pacts.values() if each.retained]
        pact = self.random.choice(until) if until else pact
        if not until and self.random.random() < 0.9:
            return None
        paper, arguments = self.paper(pact), (HOLDBACK, word("no"))
        caller = self.acting(paper, "client")
        return self.agreed("dispute holdback", caller, "dispute", paper, arguments, "dispute", *arguments)

    def accept(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, items = self.paper(pact), pact.open_items
        chosen = self.random.sample(items, min(len(items), self.random.choice((1, 1, 1, 2))))
        mask = sum(1 << item for item in chosen) | (
            1 << self.random.randint(0, 5) if self.random.random() < 0.05 else 0
        )
        return self.agreed("accept", self.acting(paper, "client"), "accept", paper, (mask,), "accept", mask)

    def accept_up_to(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, item = self.paper(pact), self.item(pact, OPEN, SUBMITTED, REJECTED, OWED)
        amount = pact.paper.milestones[item]["amount"] if item < len(pact.paper.milestones) else 1
        had = pact.steps[item].accepted if item < len(pact.paper.milestones) else 0
        total = self.random.choice((had, had + 1, amount, max(0, amount - 1), (had + amount) // 2, (had + amount) // 2))
        caller = self.acting(paper, "client")
        return self.agreed("acceptUpTo", caller, "accept_up_to", paper, (item, total), "acceptUpTo", item, total)

    def release(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, item = self.paper(pact), self.item(pact, SUBMITTED, OWED)
        return self.agreed("release", self.anybody(), "release", paper, (item,), "release", item)

    def reclaim(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, items = self.paper(pact), pact.open_items
        mask = sum(1 << item for item in self.random.sample(items, min(len(items), self.random.choice((0, 1, 1, 2)))))
        caller = self.anybody(*paper.parties, paper.client)
        return self.agreed("reclaim", caller, "reclaim", paper, (mask,), "reclaim", mask, conditions=True)

    def rule(self) -> Call | None:
        pacts = [pact for pact in self.pair.model.pacts.values() if pact.is_disputed]
        if not pacts:
            return None
        pact = self.random.choice(pacts)
        paper, items = self.paper(pact), [item for item in pact.open_items if pact.steps[item].phase == 3]
        items += [HOLDBACK] * (pact.holdback.phase == 3)
        item = self.random.choice(items)
        split = paper.arbitration["split"]
        share = self.random.choice((0, 1, split, split, 250_001, PPM, PPM, self.random.randint(0, PPM + 1)))
        likely = [each for each in (paper.arbitration["arbiter"], paper.arbitration["backup"]) if each != NOBODY]
        abi = (paper.abi_arbitration, item, share)
        kind = "rule holdback" if item == HOLDBACK else "rule"
        return self.agreed(kind, self.anybody(*likely), "rule", paper, (item, share), "rule", *abi)

    # Money

    def fund(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, needed = self.paper(pact), self.pair.model.needed(pact)
        limit = 2**96 - 1 - pact.retained
        up_to = self.random.choice((needed, needed, needed * 2, pact.held, pact.held + 1, needed // 2))
        if self.random.random() < 0.05:
            up_to = self.random.choice((limit, limit + 1))
        return self.agreed("fund", self.anybody(paper.client), "fund", paper, (up_to,), "fund", up_to)

    def release_holdback(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        retained = [each for each in self.pair.model.pacts.values() if each.retained]
        pact = self.random.choice(retained) if retained and self.random.random() < 0.9 else pact
        if self.random.random() < 0.3:
            self.time = max(self.time, pact.paper.deal["holdbackUntil"] + self.random.choice((0, 1)))
        paper = self.paper(pact)
        return self.agreed("releaseHoldback", self.anybody(), "release_holdback", paper, (), "releaseHoldback")

    def set_payee(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper = self.paper(pact)
        nowhere = (NOBODY, self.pair.model.agreement, paper.deal["token"])
        payee = self.random.choice((*self.drafts.payees, *self.drafts.payees, paper.contractor, *nowhere))
        arguments = (payee, self.random.random() < 0.5)
        caller = self.anybody(paper.contractor)
        return self.agreed("setPayee", caller, "set_payee", paper, arguments, "setPayee", *arguments)

    def take(self) -> Call | None:
        booked = [key for key, amount in self.pair.model.to_take.items() if amount]
        if not booked:
            return None
        origin, payee, token = self.random.choice(booked)
        caller = self.anybody(payee)
        papers = (self.pair.model.pacts[origin].paper,)
        return Call("take", caller, self.time, "take", (origin, token), "Agreement", "take", (origin, token), papers)

    def withdraw(self) -> Call | None:
        booked = [key for key, amount in self.pair.model.owed.items() if amount]
        if not booked:
            return None
        token, payee = self.random.choice(booked)
        to = self.random.choice((payee, self.drafts.stranger, self.drafts.stranger, NOBODY))
        caller = self.anybody(payee)
        return Call("withdraw", caller, self.time, "withdraw", (token, to), "Agreement", "withdraw", (token, to))

    def block(self) -> Call | None:
        """The token stops or resumes paying somebody."""
        token = self.random.choice(self.stage.tokens)
        pacts = self.pair.model.pacts.values()
        paid = {each for pact in pacts for each in (*pact.paper.parties, pact.payee) if each in self.stage.everybody}
        account = self.random.choice(sorted(paid) or self.drafts.payees)
        token = self.random.choice([pact.paper.deal["token"] for pact in pacts] or [token])
        blocked = self.pair.model.blocked[token]
        if blocked and self.random.random() < 0.4:
            account = self.random.choice(sorted(blocked))
        arguments = (token, account, account not in blocked)
        caller = self.drafts.stranger
        return Call("block", caller, self.time, "block", arguments, token, "setBlocked", arguments[1:])

    def settle(self) -> Call | None:
        if (pact := self.pact()) is None:
            return None
        paper, period = self.paper(pact), self.period(pact.paper)
        open_ones = [each for each in range(len(pact.paper.schedule["ends"])) if each not in pact.periods]
        if open_ones and self.random.random() < 0.9:
            period = self.random.choice(open_ones)
        return self.agreed(
            "settle", self.anybody(paper.contractor), "settle", paper, (period,), "settle", period, conditions=True
        )

    def period(self, paper: Paper) -> int:
        """Mostly one that there is."""
        return self.random.randint(0, max(0, len(paper.schedule["ends"]) - (self.random.random() < 0.97)))
