"""Random walks through the SDK on a chain, beside the model; every outcome compared whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.equity import model
from tests.equity.pair import DAY, PAUSES
from tests.equity.pool_steps import PoolSteps
from tests.equity.roster_steps import RosterSteps
from workpact.batches.leaves import GRANT
from workpact.batches.proofs import Leaves
from workpact.equity import Reason
from workpact.preflight import send


class Walk(PoolSteps, RosterSteps):
    """An issuer, two managers with two pools each, their workers, and whatever happens to them."""

    def run(self, steps: int) -> None:
        """That many steps, all compared."""
        for manager in self.managers:
            self.pause(1)
            self.enrol(manager)
        for pool in self.model.pools:
            self.pause(1)
            self.create_plan(pool)
        often = [self.grant, self.sync, self.claim, self.claim, self.accept, self.accept, self.finish, self.leave]
        often += [self.offer, self.progress, self.end, self.come_back, self.distribute, self.distribute]
        acts = [
            *often,
            *often,
            self.keep,
            self.keep,
            self.accelerate,
            self.withdraw,
            self.withdraw,
            self.refuse,
            self.close,
        ]
        acts += [self.enrol, self.reserve, self.raise_pool, self.create_plan]
        acts += [self.rotate, self.propose, self.propose, self.veto, self.set_wallet]
        for _ in range(steps):
            self.pause(self.random.choice(PAUSES))
            before = self.taken
            while self.taken == before:
                self.random.choice(acts)()
            self.compare()

    # Grants

    def grant(self) -> None:
        """Up to four lines, at times the whole rest of the pool, or more."""
        number, plan = self.random.choice(list(self.model.plans.items()))
        pool = self.model.pools[plan.pool]
        workers = [*self.model.rosters[pool.manager]] * 9 + [0, 10**6]
        lines, left = [], pool.left
        for _ in range(self.random.randrange(1, 5)):
            much = left if left < 10**9 else 2**70 + 1
            units = self.random.choice((1, 2, 3, 97, 10**6, 10**12 + 1, min(left, much)))
            lines.append((self.random.choice(workers), units))
            left -= units
        if self.random.random() < 0.05:
            lines.append((1, self.random.choice((0, min(pool.left + 1, 2**80 - 1)))))
        sender = self.manager_of(plan.pool)
        self.both(
            lambda after: after.grant(number, lines, sender.address),
            lambda: self.equity.plan(number).grant(lines, sender=sender),
        )

    def claim(self) -> None:
        """Of some grants, some twice, by anyone."""
        numbers = self._some(6)
        if not numbers:
            return
        self.both(lambda after: after.claim(numbers, self.now), lambda: self.equity.claim(numbers, sender=self.anyone))

    def end(self) -> None:
        numbers, sender = self._managed()
        if not numbers:
            return
        reason = self.random.choice(list(Reason))
        self.both(
            lambda after: after.end(numbers, int(reason), self.now, sender.address),
            lambda: self.equity.end(numbers, reason, sender=sender),
        )

    def keep(self) -> None:
        numbers, sender = self._managed(lambda grant: grant.announced_at is not None)
        if not numbers:
            return
        self.both(
            lambda after: after.keep(numbers, self.now, sender.address),
            lambda: self.equity.keep(numbers, sender=sender),
        )

    def finish(self) -> None:
        """At times in the very second that it is ripe."""
        numbers, _ = self._managed(lambda grant: grant.announced_at is not None)
        if not numbers:
            return
        ripe = self.model.ends_at(self.model.grants[numbers[0]])
        if ripe is not None and self.random.random() < 0.5:
            self.pause(max(0, ripe - self.random.randrange(2) - self.now))
        self.both(
            lambda after: after.finish(numbers, self.now), lambda: self.equity.finish(numbers, sender=self.anyone)
        )

    def leave(self) -> None:
        numbers, sender = self._managed(lambda grant: not grant.on_leave and self.model.plan_of(grant).leave > 0)
        if not numbers:
            return
        self.both(
            lambda after: after.leave(numbers, self.now, sender.address),
            lambda: self.equity.grant_leave(numbers, sender=sender),
        )

    def come_back(self) -> None:
        """By the manager or the worker itself."""
        numbers, sender = self._managed(lambda grant: grant.on_leave)
        if not numbers:
            return
        sender = self.senders.get(self.model.seat_of(self.model.grants[numbers[0]]).wallet or "", sender)
        self.both(
            lambda after: after.come_back(numbers, self.now, sender.address),
            lambda: self.equity.come_back(numbers, sender=sender),
        )

    def accelerate(self) -> None:
        numbers, sender = self._managed()
        if not numbers:
            return
        ppm = self.random.choice((1, 250_000, 500_000, 999_999, 10**6, 10**6 + 1))
        self.both(
            lambda after: after.accelerate(numbers, ppm, self.now, sender.address),
            lambda: self.equity.accelerate(numbers, ppm, sender=sender),
        )

    # Offers

    def offer(self) -> None:
        """Of one to five leaves; some promise less than their leaves, so that not all can be accepted."""
        number, plan = self.random.choice(list(self.model.plans.items()))
        pool = self.model.pools[plan.pool]
        roster = self.model.rosters[pool.manager]
        new = self.random.choice((0, 0, 1, 2))
        workers = self.random.sample([*roster, len(roster) + 1, len(roster) + 2], min(len(roster), 5))
        rows = []
        for worker in workers:
            wallet = roster[worker].wallet if worker in roster else None
            units = self.random.choice((1, 5, 10**6 + 1, 10**15))
            rows.append((worker, wallet or self.wallet(), units, self.random.randbytes(32)))
        opens_at = self.now + self.random.choice((-DAY, 0, 1, DAY))
        until = self.now + self.random.choice((0, 1, DAY, 30 * DAY, 90 * DAY))
        place = (self.chain.chain_id, self.contract.address, number, plan.offers + 1)
        leaves = Leaves(GRANT, [(*place, index, *row) for index, row in enumerate(rows)])
        units = leaves.total - self.random.choice((0, 0, 0, 0, 1, leaves.total // 2))
        count = len(rows)
        at = number, plan.offers + 1, self.model.made + 1, units, opens_at, until, pool.round
        made, sender = model.Offer(*at, leaves.root, count, rows), self.manager_of(plan.pool)
        given = number, leaves.root, units, count, opens_at, until, new

        def call() -> Any:
            if units == leaves.total:
                plan = self.equity.plan(number)
                return plan.offer(leaves, opens_at, until, new_workers=new, sender=sender)
            return send(self.contract.offer, *given, sender=sender)

        if sent := self.both(lambda after: after.offer(made, new, self.now, sender.address), call):
            self.offers.append(self.equity.offer_in(sent))

    def accept(self) -> None:
        """Some leaves of an offer, each signed, sent by the worker or not signed at all."""
        open_ = [which for which, offer in enumerate(self.model.offers) if offer.left and offer.until >= self.now]
        if self.random.random() < 0.05:
            open_ = list(range(len(self.model.offers)))
        if not open_:
            return
        which = self.random.choice(open_)
        offer = self.model.offers[which]
        if offer.opens_at > self.now and self.random.random() < 0.8:
            self.pause(offer.opens_at - self.now)
        made = self.offers[which]
        place = self.chain.chain_id, self.contract.address, offer.plan, offer.number
        leaves = Leaves(GRANT, [(*place, index, *row) for index, row in enumerate(offer.leaves)])
        indices = self.random.sample(range(len(offer.leaves)), self.random.randrange(1, len(offer.leaves) + 1))
        sender, signed, proofs = self.anyone, [], {}
        for index, proof in enumerate(leaves):
            if index not in indices:
                continue
            consent = made.consent(proof)
            if self.random.random() < 0.05:
                signer, signature = None, b""
                sender = self.senders.get(consent.signer, sender)
            else:
                signer, signature = consent.signer, consent.sign(self.keys[consent.signer])
            signed.append((index, signer))
            proofs[proof] = signature
        given = [
            (*(proof[name] for name in ("index", "worker", "wallet", "units", "salt")), list(proof.proof), signature)
            for proof, signature in proofs.items()
        ]
        self.both(
            lambda after: after.accept(which, signed, self.now, sender.address),
            lambda: made.accept(proofs, sender=sender),
            lambda: send(self.contract.accept, made.struct, given, sender=sender),
        )

    def close(self) -> None:
        """Most often one that can be closed."""
        over = [
            which
            for which, offer in enumerate(self.model.offers)
            if offer.is_open and not offer.opens_at <= self.now <= offer.until
        ]
        if self.random.random() < 0.1:
            over = list(range(len(self.model.offers)))
        if not over:
            return
        which = self.random.choice(over)
        offer = self.model.offers[which]
        sender = self.manager_of(self.model.plans[offer.plan].pool)
        made = self.offers[which]
        self.both(lambda after: after.close(which, self.now, sender.address), lambda: made.close(sender=sender))

    # Choices

    def _some(self, most: int) -> list[int]:
        """Grants, some twice; rarely one that is not there."""
        if not self.model.grants:
            return []
        numbers = self.random.choices(list(self.model.grants), k=self.random.randrange(1, most))
        return [*numbers, self.model.made + 1] if self.random.random() < 0.03 else numbers

    def _managed(self, fits: Callable[[model.Grant], bool] = lambda _: True) -> tuple[list[int], Any]:
        """Up to three grants of one pool that live, and its manager; some do not fit, or not together."""
        if self.random.random() < 0.05:
            fitting = list(self.model.grants)
        else:
            fitting = [n for n, grant in self.model.grants.items() if grant.finished_at is None and fits(grant)]
        if not fitting:
            return [], self.anyone
        first = self.random.choice(fitting)
        pool = self.model.plan_of(self.model.grants[first]).pool
        others = [n for n in fitting if n != first and self.model.plan_of(self.model.grants[n]).pool == pool]
        numbers = [first, *self.random.sample(others, min(len(others), self.random.choice((0, 0, 0, 1, 2))))]
        return numbers, self.manager_of(pool)
