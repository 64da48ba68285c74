"""The acts of a random life on wages and revenue."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests import anvil
from tests.audit.random_stage import CHAIN, CLIENTS, CONTRACTORS, STRANGER, WORKERS, ZERO, Stage

LEAF = ["uint256", "address", "bytes32", "uint256", "uint256", "uint256", "bytes32"]
GRANT_LEAF = ["uint256", "address", "uint256", "uint256", "uint256", "uint256", "address", "uint256", "bytes32"]


class Workers(Stage):
    """Two pools for each pair of a client and a contractor, each in a token, and the contractors' payrolls.

    The life that plays them sends by its `do`.
    """

    def prepare(self) -> None:
        """Rosters, pools and plans."""
        self.wages: list[tuple[bytes, tuple[Any, ...]]] = []
        """Posted and not claimed yet: book and wage."""
        self.plans: dict[int, tuple[int, str]] = {}
        """Pool and manager of each plan."""
        self.offers: list[tuple[Any, ...]] = []
        wallets = [self.accounts[each] for each in WORKERS]
        for number in CONTRACTORS:
            anvil.send(self.equity.functions.enrol(wallets), self.accounts[number])
        for number, token in enumerate(self.tokens):
            issuer, manager = self.accounts[CLIENTS[number % 2]], self.accounts[CONTRACTORS[number % 2]]
            call = self.equity.functions.createToken("Units", "UNT")
            units = call.call({"from": issuer})
            anvil.send(call, issuer)
            opened = (units, manager, 10**15, "0x" + 40 * "0", ZERO, token.address)
            anvil.send(self.equity.functions.openPool(*opened), issuer)
            for notice in (0, 100):
                plan = (self.now, 0, 10_000, 100, 0, 0, 0, "0x" + 40 * "0", ZERO, notice, 0, 0)
                anvil.send(self.equity.functions.createPlan(number + 1, plan), issuer)
                self.plans[len(self.plans) + 1] = (number + 1, manager)

    @property
    def worker_acts(self) -> list[Any]:
        acts = [self.post, self.claim_wage, self.withdraw_posting, self.take_margin, self.withdraw_wage]
        acts += [self.grant, self.offer, self.accept_offer, self.close_offer, self.distribute, self.claim_grants]
        return [*acts, self.end_grant, self.finish_grant, self.withdraw_revenue]

    # Wages

    def collect(self) -> None:
        deal = self.random.choice(self.deals)
        self.do(self.accounts[STRANGER], self.payroll.functions.collect(self.agreement.address, deal.terms))

    def _book(self) -> tuple[bytes, str, int, int]:
        """A book, its employer, what is free and its next run."""
        deal = self.random.choice(self.deals)
        book = keccak(encode(["address", "bytes32", "address"], [self.agreement.address, deal.origin, deal.contractor]))
        account = self.payroll.functions.accountOf(book).call()
        return book, deal.contractor, int(account[1]), int(account[6]) + 1

    def pay(self) -> None:
        """Up to three lines, at times two of one payee."""
        book, employer, free, run = self._book()
        if free < 10:
            return
        parts = [self.random.randrange(1, max(2, free // 5)) for _ in range(self.random.randrange(1, 4))]
        lines = [bytes.fromhex(self.pick(WORKERS)[2:]) + part.to_bytes(12) for part in parts]
        self.do(employer, self.payroll.functions.pay(book, run, ZERO, lines))

    def post(self) -> None:
        """Two wages in a tree of two leaves, binding at once or later."""
        book, employer, free, run = self._book()
        if free < 10:
            return
        wages = [(run, worker, self.random.randrange(1, free // 3), bytes([run % 256]) * 32) for worker in (1, 3)]
        leaves = [keccak(keccak(encode(LEAF, [CHAIN, self.payroll.address, book, *each]))) for each in wages]
        root = keccak(b"".join(sorted(leaves)))
        total = sum(each[2] for each in wages)
        binds = self.now + self.random.choice((0, 300))
        if self.do(employer, self.payroll.functions.post(book, run, ZERO, root, total, binds)):
            self.wages += [(book, (*wages[0], [leaves[1]])), (book, (*wages[1], [leaves[0]]))]

    def claim_wage(self) -> None:
        """One that nobody has claimed yet: what is passed over is no act."""
        left = [
            each for each in self.wages if not self.payroll.functions.isClaimed(each[0], each[1][0], each[1][1]).call()
        ]
        if left:
            book, wage = self.random.choice(left)
            self.do(self.accounts[STRANGER], self.payroll.functions.claim(book, [wage]))

    def withdraw_posting(self) -> None:
        if self.wages:
            book, wage = self.random.choice(self.wages)
            employer = self.payroll.functions.accountOf(book).call()[0]
            self.do(employer, self.payroll.functions.withdrawPosting(book, wage[0]))

    def take_margin(self) -> None:
        book, employer, free, _ = self._book()
        if free:
            amount = self.random.randrange(1, free + 1)
            self.do(employer, self.payroll.functions.takeMargin(book, self.pick(WORKERS), amount))

    def withdraw_wage(self) -> None:
        token, payee = self.random.choice(self.tokens), self.pick(WORKERS)
        to = self.random.choice((payee, self.agreement.address))
        self.do(payee, self.payroll.functions.withdraw(token.address, payee, to, 0, b""))

    # Revenue

    def grant(self) -> None:
        plan, (_, manager) = self.random.choice(list(self.plans.items()))
        lines = [(self.random.randrange(1, 4), self.random.choice((1, 97, 10**6, 10**9))) for _ in range(2)]
        self.do(manager, self.equity.functions.grant(plan, lines))

    def offer(self) -> None:
        """Of one leaf, or of more units than its leaf has."""
        plan, (_, manager) = self.random.choice(list(self.plans.items()))
        number = 1 + sum(each[0] == plan for each, _ in self.offers)
        worker, units, salt = self.random.randrange(1, 4), self.random.choice((5, 10**6)), b"\4" * 32
        wallet = self.accounts[WORKERS[worker - 1]]
        leaf = [CHAIN, self.equity.address, plan, number, 0, worker, wallet, units, salt]
        root = keccak(keccak(encode(GRANT_LEAF, leaf)))
        more, until = self.random.choice((0, 1000)), self.now + 800
        call = self.equity.functions.offer(plan, root, units + more, 1, self.now, until, 0)
        receipt = self.do(manager, call)
        if receipt:
            (made,) = self.equity.events.Offered().process_receipt(receipt)
            acceptance = (0, worker, wallet, units, salt, [], b"")
            self.offers.append((tuple(made["args"]["offer"].values()), acceptance))

    def accept_offer(self) -> None:
        open_ = [
            (offered, leaf) for offered, leaf in self.offers if self.equity.functions.grantOf(offered[7]).call()[1] == 0
        ]
        if open_:
            offered, leaf = self.random.choice(open_)
            self.do(leaf[2], self.equity.functions.accept(offered, [leaf]))

    def close_offer(self) -> None:
        if self.offers:
            offered, _ = self.random.choice(self.offers)
            self.do(self.accounts[STRANGER], self.equity.functions.closeOffer(offered))

    def distribute(self) -> None:
        pool = self.random.randrange(1, len(self.tokens) + 1)
        self.do(self.accounts[STRANGER], self.equity.functions.distribute(pool, self.amount()))

    def _grant(self) -> tuple[int, Any]:
        """Any grant or offered number, and what is stored of it."""
        made = self.equity.functions.counts().call()[2]
        number = self.random.randrange(1, made + 2)
        return number, self.equity.functions.grantOf(number).call()

    def claim_grants(self) -> None:
        number, held = self._grant()
        units, revenue = self.equity.functions.claimableOf(number).call() if held[1] else (0, 0)
        if units + revenue:
            self.do(self.accounts[STRANGER], self.equity.functions.claim([number]))

    def end_grant(self) -> None:
        number, held = self._grant()
        if held[1] and self.random.random() < 0.5:
            self.do(self.plans[held[1]][1], self.equity.functions.end([number], 1))

    def finish_grant(self) -> None:
        number, _ = self._grant()
        self.do(self.accounts[STRANGER], self.equity.functions.finish([number]))

    def withdraw_revenue(self) -> None:
        pool = self.random.randrange(1, len(self.tokens) + 1)
        owed = [each for each in (1, 2, 3) if self.equity.functions.owed(pool, each).call()]
        if owed:
            self.do(self.accounts[STRANGER], self.equity.functions.withdraw(pool, owed))
