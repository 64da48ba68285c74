"""Random steps through the SDK on a chain, beside the model; every outcome compared whole."""

from __future__ import annotations

import random
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.equity import model
from tests.support import events_of, reverts
from workpact.equity import Gate, Plan, Reason, WorkerEquity, book_of

ORIGIN = keccak(text="an agreement")
DOCUMENT = keccak(text="its service levels")
FIRST = 2_000_000_000
MOST_UNITS = 2**79
NONE, REVERTS = 0, 1


def mask_of(numbers: Any) -> int:
    """Numbers as bits."""
    return sum(1 << number for number in numbers)


class Walk:
    """An issuer with a token, two managers with a pool each, and whatever happens to them."""

    def __init__(self, chain: Any, deploy: Any, compiled: Any, accounts: Any, seed: int) -> None:
        self.chain = chain
        self.random = random.Random(seed)
        self.equity = WorkerEquity(deploy("WorkerEquity"))
        self.source = deploy("ProgressMock")
        self.issuer, self.managers, self.anyone = accounts[0], list(accounts[1:3]), accounts[3]
        self.model = model.Model()
        self.now = FIRST
        self.accepted: set[int] = set()
        self.met: set[int] = set()
        self.is_failing = False
        self.histories: dict[bytes, bytes] = {}
        self.book = book_of(self.source.address, ORIGIN, self.issuer.address)

        created = self._sent(self.equity.create_token("Desk Units", "DESK", sender=self._at(self.issuer)))
        self.token = compiled("WorkerToken").at(self.equity.token_in(created))
        for manager in self.managers:
            self.model.rosters[manager.address] = {}
            units = self.random.randrange(1, MOST_UNITS)
            opened = self.equity.open_pool(
                self.token, manager, units, self.source, ORIGIN, sender=self._at(self.issuer)
            )
            self.model.pools[self.equity.pool_in(self._sent(opened)).id] = model.Pool(manager.address, units)
            self.enrol(manager)
        self.create_plan()

    def run(self, steps: int) -> None:
        """That many steps, all compared."""
        acts = [self.create_plan, self.enrol, self.raise_pool, *[self.grant] * 4, *[self.progress] * 2]
        acts += [*[self.sync] * 3, *[self.claim] * 5, *[self.end] * 2, self.refused]
        for step in range(steps):
            self.now += self.random.choice((1, 1, 60, 3_600, 86_400, 7 * 86_400))
            self.random.choice(acts)()
            self.compare(all_grants=step % 40 == 39 or step == steps - 1)

    # Steps

    def create_plan(self) -> None:
        """A plan of any kind in any pool."""
        pool = self.random.choice(list(self.model.pools))
        step = self.random.choice((1, 7, 3_600, 86_400, 30 * 86_400))
        duration = step * self.random.randrange(1, 50)
        cliff = self.random.choice((0, duration, self.random.randrange(duration + 1)))
        gate = self.random.choice(list(Gate))
        milestones = frozenset(self.random.sample(range(64), self.random.randrange(1, 6)))
        periods = frozenset(self.random.sample(range(256), self.random.randrange(6)))
        if gate == Gate.NONE:
            milestones = periods = frozenset()
        elif periods and self.random.random() < 0.3:
            milestones = frozenset()
        start = max(0, self.now + self.random.randrange(-duration, duration + 1))
        terms = Plan(
            start=start,
            cliff=cliff,
            duration=duration,
            step=step,
            gate=gate,
            milestones=mask_of(milestones),
            periods=mask_of(periods),
            oracle=self.source.address if periods else "0x" + 40 * "0",
            document=DOCUMENT if periods else bytes(32),
        )
        sent = self._sent(self.equity.pool(pool).create_plan(terms, sender=self._at(self.issuer)))
        plan = self.equity.plan_in(sent)
        assert plan.id == len(self.model.plans) + 1
        assert plan.terms == terms
        self.model.plans[plan.id] = model.Plan(
            pool, start, cliff, duration, step, gate.name.lower(), milestones, periods
        )

    def enrol(self, manager: Any = None) -> None:
        """One to three wallets on a roster."""
        manager = manager or self.random.choice(self.managers)
        roster = self.model.rosters[manager.address]
        wallets = ["0x" + self.random.randbytes(20).hex() for _ in range(self.random.randrange(1, 4))]
        workers = self.equity.workers_in(self._sent(self.equity.enrol(wallets, sender=self._at(manager))))
        assert workers == range(len(roster) + 1, len(roster) + 1 + len(wallets))
        roster.update(zip(workers, wallets, strict=True))

    def raise_pool(self) -> None:
        """A bit more in a pool."""
        number, pool = self.random.choice(list(self.model.pools.items()))
        pool.units += self.random.randrange(1, 2**60)
        self._sent(self.equity.pool(number).raise_to(pool.units, sender=self._at(self.issuer)))

    def grant(self) -> None:
        """Up to four lines, at times the whole rest of the pool."""
        number, plan = self.random.choice(list(self.model.plans.items()))
        pool = self.model.pools[plan.pool]
        roster = self.model.rosters[pool.manager]
        lines, left = [], pool.left
        for _ in range(self.random.randrange(1, 5)):
            units = min(left, self.random.choice((1, 2, 3, 97, 10**6, 10**12 + 1, left if left < 10**9 else 2**70 + 1)))
            if units:
                lines.append((self.random.choice(list(roster)), units))
                left -= units
        if not lines:
            return
        sent = self._sent(self.equity.plan(number).grant(lines, sender=self._manager(pool)))
        made = self.equity.grants_in(sent)
        pool.granted += sum(units for _, units in lines)
        for grant, (worker, units) in zip(made, lines, strict=True):
            assert grant.id == len(self.model.grants) + 1
            self.model.grants[grant.id] = model.Grant(number, worker, units)

    def progress(self) -> None:
        """The agreement goes on, or back, or gives no answer."""
        self.accepted = set(self.random.sample(range(64), self.random.randrange(65)))
        self.met = set(self.random.sample(range(256), self.random.randrange(257)))
        self.is_failing = self.random.random() < 0.2
        anyone = self.anyone
        self.source.accept(ORIGIN, mask_of(self.accepted), sender=anyone)
        self.source.meet(self.source, ORIGIN, DOCUMENT, mask_of(self.met), sender=anyone)
        self.source.fail(REVERTS if self.is_failing else NONE, sender=anyone)

    def sync(self) -> None:
        """Of any plan, by anyone."""
        number = self.random.choice(list(self.model.plans))
        sent = self._sent(self.equity.plan(number).sync(sender=self._at(self.anyone)))
        assert [name for name, _ in events_of(sent)] == ["GateRaised"] * self._sync(number)

    def claim(self) -> None:
        """Of some grants, some twice, by anyone."""
        if not self.model.grants:
            return
        numbers = self.random.choices(list(self.model.grants), k=self.random.randrange(1, 6))
        sent = self._sent(self.equity.claim(numbers, sender=self._at(self.anyone)))
        assert self.equity.claimed_in(sent) == self.model.claim(numbers, self.now)

    def end(self) -> None:
        """Of any grant that lives."""
        alive = [number for number, grant in self.model.grants.items() if not grant.ended_at]
        if not alive:
            return
        number = self.random.choice(alive)
        plan = self.model.plans[self.model.grants[number].plan]
        reason = self.random.choice(list(Reason))
        grant = self.equity.grant(number)
        sent = self._sent(grant.end(reason, sender=self._manager(self.model.pools[plan.pool])))
        self._sync(self.model.grants[number].plan)
        vested, forfeited = self.model.end(number, self.now)
        assert events_of(sent)[-1] == (
            "GrantEnded",
            {
                "book": self.book,
                "pool": plan.pool,
                "grant": number,
                "reason": reason,
                "vested": vested,
                "forfeited": forfeited,
            },
        )

    def refused(self) -> None:
        """What must be refused, and changes nothing."""
        contract = self.equity.contract
        number, plan = self.random.choice(list(self.model.plans.items()))
        pool = self.model.pools[plan.pool]
        worker = len(self.model.rosters[pool.manager]) + 1
        given = {"pool": plan.pool, "given": pool.left + 1, "left": pool.left}
        if pool.left + 1 < 2**80:
            with reverts(contract.WorkerEquity_PoolExceeded, **given):
                self.equity.plan(number).grant({1: pool.left + 1}, sender=self._manager(pool))
        with reverts(contract.WorkerEquity_NoWorker, manager=pool.manager, worker=worker):
            self.equity.plan(number).grant({worker: 1}, sender=self._manager(pool))
        for ended in [n for n, grant in self.model.grants.items() if grant.ended_at][:1]:
            pool = self.model.pools[self.model.plans[self.model.grants[ended].plan].pool]
            with reverts(contract.WorkerEquity_Ended, grant=ended, endedAt=self.model.grants[ended].ended_at):
                self.equity.grant(ended).end(Reason.VOLUNTARY_OTHER, sender=self._manager(pool))

    # Comparison

    def compare(self, all_grants: bool) -> None:
        """Pools, histories, wallets, and some or all grants are what the model has, at the time of the last block."""
        now = self.chain.blocks.head.timestamp
        self.model.check(now)
        for book, word in self.histories.items():
            assert self.equity.history(book) == word
        numbers = list(self.model.grants)
        for number in numbers if all_grants else self.random.sample(numbers, min(2, len(numbers))):
            grant, expected = self.equity.grant(number), self.model.grants[number]
            assert grant.vested_units == self.model.vested(number, now)
            assert grant.claimable_units == self.model.claimable(number, now)
            state = self.equity.contract.grantOf(number)
            assert tuple(state) == (
                expected.worker,
                expected.plan,
                expected.kept if expected.ended_at else expected.units,
                expected.claimed,
                expected.ended_at,
            )
        if not all_grants:
            return
        for pool_number, pool in self.model.pools.items():
            state = self.equity.contract.poolOf(pool_number)
            assert (state.units, state.granted, state.forfeited) == (pool.units, pool.granted, pool.forfeited)
            assert self.equity.pool(pool_number).left_units == pool.left
        assert {wallet: self.token.balanceOf(wallet) for wallet in self.model.balances} == self.model.balances
        assert self.token.totalSupply() == sum(self.model.balances.values())

    def _sync(self, number: int) -> bool:
        if self.is_failing:
            return False
        return self.model.sync(number, self.accepted, self.met)

    def _manager(self, pool: model.Pool) -> Any:
        return self._at(next(manager for manager in self.managers if manager.address == pool.manager))

    def _at(self, account: Any) -> Any:
        """The account, the next block being mined at the walk's time, later than the last one."""
        self.now = max(self.now, self.chain.blocks.head.timestamp + 1)
        self.chain.pending_timestamp = self.now
        return account

    def _sent(self, receipt: Any) -> Any:
        """Links every event of the receipt into the history of its book."""
        assert receipt.timestamp == self.now
        for log in receipt.logs:
            if log["address"].lower() != self.equity.contract.address.lower():
                continue
            topics = [bytes(topic) for topic in log["topics"]]
            before = self.histories.get(topics[1], bytes(32))
            event_hash = keccak(b"".join(topics) + bytes(log["data"]))
            self.histories[topics[1]] = keccak(
                encode(["bytes32", "uint256", "bytes32"], [before, receipt.timestamp, event_hash])
            )
        return receipt
