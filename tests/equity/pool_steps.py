"""Random steps of issuer, managers' rosters, workers and sources: mostly what is allowed, some of it not."""

from __future__ import annotations

from tests.equity import model
from tests.equity.pair import DAY, DOCUMENT, ORIGIN, Pair
from tests.equity.pool_acts import NOBODY
from tests.equity.views import mask_of
from workpact.equity import Gate, Plan

REFUSALS = (0, 1, 2)
"""Of the hostile currency: pays, reverts, answers false."""


class PoolSteps(Pair):
    """Pools, plans, sources, revenue."""

    def create_plan(self, pool: int = 0) -> None:
        """Of any kind, in any pool."""
        pool = pool or self.random.choice(list(self.model.pools))
        has_agreement = self.model.pools[pool].agreement != NOBODY
        step = self.random.choice((1, 3_600, DAY, DAY, 30 * DAY))
        duration = step * self.random.randrange(1, 50)
        gate = self.random.choice(list(Gate)) if has_agreement else Gate.NONE
        milestones = frozenset(self.random.sample(range(64), self.random.randrange(1, 6)))
        periods = frozenset(self.random.sample(range(256), self.random.randrange(6)))
        if gate == Gate.NONE:
            milestones = periods = frozenset()
        elif periods and self.random.random() < 0.3:
            milestones = frozenset()
        terms = Plan(
            start=self.now + self.random.choice((0, 90 * DAY)) + self.random.randrange(-duration, duration + 1),
            cliff=self.random.choice((0, 0, duration, self.random.randrange(duration + 1))),
            duration=duration,
            step=step,
            gate=gate,
            milestones=mask_of(milestones),
            periods=mask_of(periods),
            oracle=self.sources["oracle"].address if periods else NOBODY,
            document=DOCUMENT if periods else bytes(32),
            notice=self.random.choice((0, 1, DAY, 30 * DAY, 90 * DAY, 90 * DAY, model.NEVER)),
            leave=self.random.choice((0, 1, DAY, 40 * DAY, 2**31)),
            leaver=self.random.choice((0, 1, 333_333, 10**6)) if has_agreement else 0,
        )
        times = terms.start, terms.cliff, duration, step
        rules = {"notice": terms.notice, "leave": terms.leave, "leaver": terms.leaver}
        plan = model.Plan(pool, *times, gate.name.lower(), milestones, periods, **rules)
        self.terms[len(self.model.plans) + 1] = terms
        self.both(
            lambda after: after.create_plan(plan, terms.struct()),
            lambda: self.equity.pool(pool).create_plan(terms, sender=self.issuer),
        )

    def raise_pool(self) -> None:
        """By a bit, or not at all."""
        number, pool = self.random.choice(list(self.model.pools.items()))
        units = pool.units + self.random.choice((0, 1, 2**60))
        sender = self.random.choice((self.issuer, self.issuer, self.anyone))
        self.both(
            lambda after: after.raise_pool(number, units, sender.address),
            lambda: self.equity.pool(number).raise_to(units, sender=sender),
        )

    def progress(self) -> None:
        """The agreement goes on, or back, or ends, or gives no answer; so does the oracle."""
        said = self.model.source
        part = self.random.choice((1, 2, 4, 8))
        said.accepted = set(self.random.sample(range(64), self.random.randrange(65) // part))
        said.met = set(self.random.sample(range(256), self.random.randrange(257) // part))
        said.status = self.random.choice((1, 1, 2, 4, 4, 5))
        agreement, oracle = self.sources["agreement"], self.sources["oracle"]
        self.tell(agreement.setStatus, ORIGIN, said.status)
        self.tell(agreement.accept, ORIGIN, mask_of(said.accepted))
        self.tell(oracle.meet, agreement, ORIGIN, DOCUMENT, mask_of(said.met))
        for name, source in self.sources.items():
            failure = self.random.choice((0, 0, 0, 0, 1, 2, 3, 4))
            said.is_failing[name] = failure != 0
            self.tell(source.fail, failure)
        self.taken += 1
        self.pause(0)

    def sync(self) -> None:
        number = self.random.randrange(1, len(self.model.plans) + 1)
        self.both(lambda after: after.sync(number, self.now), lambda: self.equity.plan(number).sync(sender=self.anyone))

    def distribute(self) -> None:
        """To any pool, also one that shares nothing."""
        sharing = [number for number, pool in self.model.pools.items() if pool.currency and self.model.shares(number)]
        number = self.random.choice(sharing if sharing and self.random.random() < 0.95 else list(self.model.pools))
        amounts = (1, 7, 10**6, 10**18 + self.random.randrange(10**9), 2**95)
        amount = self.random.choice(amounts if self.random.random() < 0.95 else (0, 2**96))
        self.both(
            lambda after: after.distribute(number, amount, self.anyone.address),
            lambda: self.equity.pool(number).distribute(amount, sender=self.anyone),
        )

    def refuse(self) -> None:
        """The hostile currency pays a wallet no more, or again."""
        seats = [seat.wallet for roster in self.model.rosters.values() for seat in roster.values() if seat.wallet]
        currency, wallet = self.currencies[0], self.random.choice(seats)
        how = self.random.choice(REFUSALS)
        self.tell(currency.refuse, wallet, how)
        self.model.refusing.discard((currency.address, wallet))
        if how:
            self.model.refusing.add((currency.address, wallet))
        self.taken += 1
        self.pause(0)

    def withdraw(self) -> None:
        """For some workers, of those who are owed something as a rule."""
        pools = [each for each in self.model.pools.items() if each[1].currency]
        owing = [each for each in pools if any(each[1].owed.values())]
        number, pool = self.random.choice(owing or pools)
        workers = [worker for worker, amount in pool.owed.items() if amount] or [1]
        chosen = self.random.choices([*workers, 99], k=self.random.randrange(1, 4))
        self.both(
            lambda after: after.withdraw(number, chosen),
            lambda: self.equity.pool(number).withdraw(chosen, sender=self.anyone),
        )
