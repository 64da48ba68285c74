"""SPEC.md 4.8 and 6: what comes in, what is pushed, booked, held back and left over."""

from __future__ import annotations

from tests.model.papers import NOBODY, Paper
from tests.model.world import DISPUTED, HOLDBACK, LIMIT, PPM, Doubts, Pact, State, Step

BLOCKED = "blocked"
"""What the token says when it refuses."""


class Money(State):
    """Balances and bookings."""

    def transfer(self, token: str, source: str, to: str, amount: int) -> None:
        self.balances[token][source] -= amount
        self.balances[token][to] += amount
        self.moved.append((token, source, to, amount))

    def push(self, pact: Pact, payee: str, amount: int) -> None:
        """6.4: pays, or books where the token refuses."""
        token = pact.paper.deal["token"]
        if not amount:
            return
        if payee in self.blocked[token]:
            self.owed[token, payee] += amount
            self.say("Booked", pact.origin, origin=pact.origin, payee=payee, amount=amount, toTake=False)
        else:
            self.transfer(token, self.agreement, payee, amount)

    def push_contractor(self, pact: Pact, amount: int) -> None:
        """4.8: to where the contractor has its payments go."""
        payee = pact.payee or pact.paper.contractor
        if pact.pulled and amount:
            self.to_take[pact.origin, payee, pact.paper.deal["token"]] += amount
            self.say("Booked", pact.origin, origin=pact.origin, payee=payee, amount=amount, toTake=True)
        else:
            self.push(pact, payee, amount)

    def keep_back(self, pact: Pact, amount: int) -> tuple[int, int]:
        """6.3: takes a payment from what is held; what is paid and what is kept of it."""
        deal = pact.paper.deal
        kept = amount * deal["holdback"] // PPM if self.now <= deal["holdbackUntil"] else 0
        pact.held -= amount
        pact.retained += kept
        return amount - kept, kept

    def can_pull(self, token: str, payer: str, amount: int, doubts: Doubts) -> None:
        """The token itself refuses who is blocked or has too little."""
        if amount:
            doubts.when(payer in self.blocked[token], "Error", BLOCKED)
            has = self.balances[token].get(payer, 0)
            doubts.when(has < amount, "ERC20InsufficientBalance", payer, has, amount)

    def fund(self, caller: str, paper: Paper, up_to: int) -> None:
        """6.2."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts)
        limit = LIMIT - 1 - pact.retained
        doubts.when(up_to > limit, "Escrow_TooMuch", up_to, limit)
        missing = max(0, up_to - pact.held)
        self.can_pull(paper.deal["token"], caller, missing, doubts)
        doubts.stop()
        if missing:
            self.transfer(paper.deal["token"], caller, self.agreement, missing)
            pact.held += missing
            self.say("Funded", pact.origin, origin=pact.origin, by=caller, amount=missing)

    def release_holdback(self, caller: str, paper: Paper) -> None:
        """6.3."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts, live=False)
        until = paper.deal["holdbackUntil"]
        doubts.when(pact.holdback.phase == DISPUTED, "Escrow_WrongPhase", HOLDBACK, DISPUTED)
        doubts.when(self.now <= until, "Escrow_TooEarly", HOLDBACK, until)
        doubts.when(not pact.retained, "Escrow_NothingDue")
        doubts.stop()
        paid, pact.retained = pact.retained, 0
        self.say("HoldbackReleased", pact.origin, origin=pact.origin, paid=paid)
        self.push_contractor(pact, paid)

    def dispute_holdback(self, caller: str, paper: Paper, reason: bytes) -> None:
        """6.3."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts, live=False)
        until = paper.deal["holdbackUntil"]
        self.may_act(pact, caller, ("client",), pact.retained, doubts)
        doubts.when(pact.holdback.phase == DISPUTED, "Escrow_WrongPhase", HOLDBACK, DISPUTED)
        doubts.when(self.now > until, "Agreement_TooLate", HOLDBACK, until)
        doubts.when(not pact.retained, "Escrow_NothingDue")
        doubts.stop()
        pact.holdback = Step(clock=self.now, phase=DISPUTED)
        self.say("Disputed", pact.origin, origin=pact.origin, item=HOLDBACK, by=caller, reason=reason)

    def set_payee(self, caller: str, paper: Paper, payee: str, pulled: bool) -> None:
        """4.8."""
        doubts = Doubts()
        pact = self.in_force(paper, doubts, live=False)
        doubts.when(caller != paper.contractor, "Escrow_Unauthorised", caller, paper.contractor)
        doubts.when(payee in (NOBODY, self.agreement, paper.deal["token"]), "Escrow_BadPayee", payee)
        doubts.stop()
        pact.payee, pact.pulled = payee, pulled
        names = {"origin": pact.origin, "contractor": caller, "payee": payee, "pulled": pulled}
        self.say("PayeeSet", pact.origin, **names)

    def take(self, caller: str, origin: bytes, token: str) -> None:
        """4.8."""
        doubts = Doubts()
        amount = self.to_take[origin, caller, token]
        doubts.when(not amount, "Escrow_NothingDue")
        doubts.when(caller in self.blocked[token], "Escrow_BadPayee", caller)
        doubts.stop()
        self.to_take[origin, caller, token] = 0
        self.transfer(token, self.agreement, caller, amount)
        self.say("Taken", origin, origin=origin, payee=caller, amount=amount)

    def withdraw(self, caller: str, token: str, to: str) -> None:
        """6.4."""
        doubts = Doubts()
        amount = self.owed[token, caller]
        doubts.when(not amount, "Escrow_NothingDue")
        doubts.when(to in (NOBODY, self.agreement), "Escrow_BadPayee", to)
        doubts.when(to in self.blocked[token], "Escrow_BadPayee", to)
        doubts.stop()
        self.owed[token, caller] = 0
        self.transfer(token, self.agreement, to, amount)
        self.say("Withdrawn", None, token=token, payee=caller, to=to, amount=amount)

    def reserve(self, pact: Pact) -> int:
        """6.6: the cap of each unsettled period among those ended and the next `cover`, less its interim payment."""
        ends, billing = pact.paper.schedule["ends"][:256], pact.paper.billing
        cap = min(billing["cap"], LIMIT - 1)
        ended = sum(end <= self.now for end in ends)
        counted = [
            period
            for period in range(min(len(ends), ended + billing["cover"]))
            if period not in pact.periods and not (pact.ends_at and ends[period] > pact.ends_at)
        ]
        return sum(max(0, cap - pact.interim[period]) for period in counted)

    def needed(self, pact: Pact) -> int:
        """What is held is surplus above this (6.6)."""
        return sum(pact.rest(item) for item in pact.open_items) + self.reserve(pact)

    def block(self, caller: str, token: str, account: str, blocked: bool) -> None:
        """The token's own doing."""
        if blocked:
            self.blocked[token].add(account)
        else:
            self.blocked[token].discard(account)
