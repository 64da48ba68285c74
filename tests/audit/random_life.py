"""A random life of many agreements on an Anvil of its own, through web3 alone: seeded, and the same chain each time.

with random_life(seed=7, steps=60) as life:
    life.node, life.deals, life.donations

Each act is tried, and counts if the contract allows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests import anvil
from tests.audit.random_stage import (
    ARBITER,
    BACKUP,
    CHAIN,
    CLIENTS,
    CONTRACTORS,
    HOLDBACK,
    PAUSES,
    STRANGER,
    WORKERS,
    ZERO,
    Deal,
)
from tests.audit.random_workers import Workers
from workpact.audit.history import Head, NodeLogs, head
from workpact.audit.node import Node
from workpact.audit.reconciliation import Whole, contracts_of
from workpact.terms import eip712, structs

OPEN, SUBMITTED, REJECTED, DISPUTED, OWED = range(5)


class Life(Workers):
    """All of it."""

    def run(self, steps: int) -> None:
        """That many acts that a contract allowed, in blocks of their own or several in one."""
        self.prepare()
        for _ in range(2):
            self.open()
        acts = [self.open, self.amend, self.donate, self.refuse, self.give_notice, self.end_by_both, self.close]
        acts += [self.non_payment, self.set_payee, *self.worker_acts, self.fund]
        acts += 2 * [self.serve, self.accept, self.accept_up_to, self.reclaim, self.collect, self.pay, self.withdraw]
        acts += 2 * [self.release_holdback, self.take, self.refuse, self.reject, self.settle, self.fund]
        acts += 4 * [self.submit, self.dispute, self.rule, self.release]
        while self.steps < steps:
            self.pause(self.random.choice(PAUSES))
            if self.random.random() < 0.04:
                self.crowd()
            before = self.steps
            while self.steps == before:
                self.random.choice(acts)()

    @property
    def node(self) -> Node:
        return Node(str(self.web3.provider.endpoint_uri))  # type: ignore[attr-defined]

    def read(self) -> tuple[Whole, Head]:
        """All that there is for a reconciliation."""
        node = self.node
        at = head(node)
        named = contracts_of(self.agreement.address, self.payroll.address, [self.equity.address])
        return Whole.read(node, NodeLogs(node), named, at.number), at

    def do(self, sender: str, call: Any) -> Any:
        """Tries an act."""
        receipt = self.attempt(sender, call)
        self.steps += receipt is not None and receipt["status"] == 1
        return receipt

    def act(self, deal: Deal, sender: str, name: str, *arguments: Any) -> Any:
        """One of the Agreement contract that carries the terms."""
        return self.do(sender, self.agreement.functions[name](deal.terms, *arguments))

    def crowd(self) -> None:
        """Money of several agreements in one block."""
        calls = []
        for _ in range(3):
            deal, item = self.any_deal()
            calls.append((deal.client, self.agreement.functions.fund(deal.terms, self.held(deal) + self.amount())))
            calls.append((deal.client, self.agreement.functions.accept(deal.terms, 1 << item)))
        self.together(calls)

    def any_deal(self, *phases: int) -> tuple[Deal, int]:
        """One, rather a young one, and one of its milestones; in one of these phases, where a few looks find any."""
        for _ in range(8 if phases else 1):
            deal = self.random.choice(self.deals[-6:] if self.random.random() < 0.8 else self.deals)
            item = self.random.randrange(deal.count)
            if self.agreement.functions.progressOfItem(deal.origin, item).call()[3] in phases:
                break
        return deal, item

    def held(self, deal: Deal) -> int:
        return int(self.agreement.functions.stateOf(deal.origin).call()[2])

    # Documents

    def open(self) -> None:
        token = self.random.choice(self.tokens)
        message = self.document(token)
        client, contractor = message["deal"]["client"], message["deal"]["contractor"]
        signature = self.sign(contractor, "Agreement", message)
        call = self.agreement.functions.open(structs.proposal(message), [], b"", signature, b"")
        if self.do(client, call):
            domain = eip712.domain(eip712.AGREEMENT_DOMAIN, CHAIN, self.agreement.address)
            id_ = eip712.digest("Agreement", message, domain)
            self.deals.append(Deal(message, id_, id_, token, {id_: message}))

    def amended(self, deal: Deal, item: int) -> dict[str, Any]:
        """The message of a document with other amounts, and at times another client or contractor."""
        parties = {"client": deal.client, "contractor": deal.contractor}
        if self.random.random() < 0.4:
            side, others = self.random.choice((("client", CLIENTS), ("contractor", CONTRACTORS)))
            parties[side] = self.pick(others)
        message = deal.message | {"deal": deal.message["deal"] | {"origin": deal.origin} | parties}
        rows = [dict(each) for each in message["milestones"]]
        rows[item]["amount"] += self.amount()
        offer = {"salt": self.random.getrandbits(256), "openBefore": 2**38, "deposit": 0}
        offer |= {"replaces": deal.id, "under": ZERO}
        return message | {"milestones": rows, "annex": message["annex"] | {"offer": offer}}

    def amend(self) -> None:
        deal, item = self.any_deal()
        message = self.amended(deal, item)
        who = [each["deal"][side] for each in (deal.message, message) for side in ("client", "contractor")]
        conditions = [deal.conditions, structs.conditions(message)]
        signatures = [self.sign(each, "Agreement", message) for each in who]
        offered = eip712.struct_hash("Offer", deal.message["annex"]["offer"])
        call = self.agreement.functions.amend(deal.terms, structs.proposal(message), offered, conditions, signatures)
        if self.do(self.accounts[STRANGER], call):
            domain = eip712.domain(eip712.AGREEMENT_DOMAIN, CHAIN, self.agreement.address)
            deal.message, deal.id = message, eip712.digest("Agreement", message, domain)
            deal.messages[deal.id] = message

    # Work and money

    def fund(self) -> None:
        deal, _ = self.any_deal()
        much = self.random.choice((self.amount(), 3 * 10**12))
        self.act(deal, self.pick((*CLIENTS, STRANGER)), "fund", self.held(deal) + much)

    def submit(self) -> None:
        deal, item = self.any_deal(OPEN, REJECTED)
        self.act(deal, deal.contractor, "submit", item, b"\1" * 32)

    def reject(self) -> None:
        deal, item = self.any_deal(SUBMITTED)
        self.act(deal, deal.client, "reject", item, b"\2" * 32)

    def accept(self) -> None:
        deal, _ = self.any_deal()
        self.act(deal, deal.client, "accept", self.random.randrange(1, 1 << deal.count))

    def accept_up_to(self) -> None:
        deal, item = self.any_deal()
        amount = deal.message["milestones"][item]["amount"]
        self.act(deal, deal.client, "acceptUpTo", item, self.random.randrange(1, amount + 1))

    def release(self) -> None:
        deal, item = self.any_deal(SUBMITTED, OWED)
        self.act(deal, self.accounts[STRANGER], "release", item)

    def reclaim(self) -> None:
        deal, item = self.any_deal()
        sender, mask = self.random.choice(
            ((deal.client, 0), (deal.contractor, 1 << item), (self.accounts[STRANGER], 1 << item))
        )
        self.act(deal, sender, "reclaim", deal.conditions, mask)

    def dispute(self) -> None:
        deal, item = self.any_deal(SUBMITTED, REJECTED)
        item = self.random.choice((item, item, HOLDBACK))
        self.act(deal, self.random.choice((deal.client, deal.contractor)), "dispute", item, b"\3" * 32)

    def serve(self) -> None:
        deal, _ = self.any_deal()
        arbiter = self.pick((ARBITER, BACKUP))
        arbitration = structs.calldata("Arbitration", deal.message["arbitration"])
        if self.agreement.functions.serves(deal.origin, arbiter).call() == ZERO:
            self.act(deal, arbiter, "serve", arbitration)

    def rule(self) -> None:
        deal, item = self.any_deal(DISPUTED)
        item = self.random.choice((item, item, HOLDBACK))
        rules = deal.message["arbitration"]
        share = self.random.choice((rules["split"], 0, 250_001, 500_000, 10**6))
        arbitration = structs.calldata("Arbitration", rules)
        self.act(deal, self.pick((ARBITER, BACKUP, STRANGER)), "rule", arbitration, item, share)

    def settle(self) -> None:
        """A period, often with an answer of the oracle, final or not."""
        deal, _ = self.any_deal()
        periods = len(deal.message["annex"]["conditions"]["service"]["schedule"]["ends"])
        if not periods:
            return
        period = self.random.randrange(periods)
        if self.random.random() < 0.7:
            rate, final = self.random.choice((0, 10**11, 333_333_333_333)), self.random.choice((0, self.now))
            result = (1, final, self.amount(), rate, self.random.choice((rate, rate, 0)))
            self.attempt(deal.client, self.oracle.functions.answer(deal.origin, deal.service, period, result))
        self.act(
            deal, self.random.choice((deal.contractor, self.accounts[STRANGER])), "settle", deal.conditions, period
        )

    def release_holdback(self) -> None:
        self.act(self.any_deal()[0], self.accounts[STRANGER], "releaseHoldback")

    # Payees

    def set_payee(self) -> None:
        """The payroll, pulled or by mistake pushed; or a wallet, either way."""
        deal, _ = self.any_deal()
        choices = [(self.payroll.address, True)] * 3
        choices += [(self.payroll.address, False), (self.pick(WORKERS), True), (deal.client, False)]
        self.act(deal, deal.contractor, "setPayee", *self.random.choice(choices))

    def take(self) -> None:
        """Of any agreement that has something for a wallet."""
        waiting = [
            (wallet, deal)
            for deal in self.random.sample(self.deals, min(6, len(self.deals)))
            for wallet in (self.accounts[each] for each in WORKERS)
            if self.agreement.functions.toTake(deal.origin, wallet, deal.token.address).call()
        ]
        for wallet, deal in waiting[:1]:
            self.do(wallet, self.agreement.functions.take(deal.origin, deal.token.address))

    def withdraw(self) -> None:
        """To anybody, at times to the contract itself."""
        to = self.random.choice((*self.accounts, self.agreement.address))
        owed = [
            (payee, token.address)
            for payee in self.accounts
            for token in self.tokens
            if self.agreement.functions.owed(token.address, payee).call()
        ]
        if owed:
            payee, token = self.random.choice(owed)
            self.do(payee, self.agreement.functions.withdraw(token, to))

    def refuse(self) -> None:
        """A token begins or ceases to refuse somebody; no act of its own."""
        account = self.pick((*CLIENTS, *CONTRACTORS, *WORKERS))
        if self.random.random() < 0.5:
            self.attempt(account, self.blocking.functions.setBlocked(account, self.random.random() < 0.6))
        else:
            self.attempt(account, self.hostile.functions.refuse(account, self.random.choice((0, 1, 2))))

    def donate(self) -> None:
        token, to, amount = self.random.choice(self.tokens), self.random.choice(self.ours).address, self.amount()
        if self.do(self.accounts[STRANGER], token.functions.transfer(to, amount)):
            self.donations.append((to, token.address, amount))

    # Ends

    def give_notice(self) -> None:
        deal, _ = self.any_deal()
        if self.random.random() < 0.4:
            self.act(deal, self.random.choice((deal.client, deal.contractor)), "giveNotice", deal.conditions)

    def non_payment(self) -> None:
        deal, item = self.any_deal()
        self.act(deal, deal.contractor, "endForNonPayment", deal.conditions, item, False)

    def end_by_both(self) -> None:
        deal, _ = self.any_deal()
        if self.random.random() < 0.7:
            return
        state = self.agreement.functions.stateOf(deal.origin).call()
        held = state[2] + state[10]
        share = self.random.choice((held, 0, held // 3))
        closing = {"id": deal.id, "held": held, "toContractor": share, "deadline": 2**38}
        signature = self.sign(deal.contractor, "Closing", closing)
        self.act(deal, deal.client, "endByBoth", structs.calldata("Closing", closing), b"", signature)

    def close(self) -> None:
        deal, _ = self.any_deal()
        self.act(deal, self.accounts[STRANGER], "close", deal.conditions)


@contextmanager
def random_life(seed: int, steps: int) -> Iterator[Life]:
    """A life of that many acts, ready to be looked at."""
    with anvil.connected() as web3:
        life = Life(web3, seed)
        life.run(steps)
        yield life
