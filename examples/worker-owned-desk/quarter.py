"""One quarter of the worker-owned desk as it happens, from the offer to two hundred workers to their last claims.

Every step tells one line. The workers only sign: what they sign is carried by others, and none of them ever has ether.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from agents import AWAY, BLOCKED, LEAVER, LOST, SILENT, agents
from paydays import Paydays, in_private
from place import Place
from telling import Part, Tell

from workpact.batches.grants import grant_leaves, read_grants
from workpact.batches.roster import Roster
from workpact.batches.wages import Run
from workpact.chain import clock
from workpact.equity import Grant, Offer, Plan, Pool, PoolPlan, Reason, tokens
from workpact.terms.units import write_instant

DAY = 86_400
REVENUE = 24_680_130_000
"""What the client shares with the workers, in the token's smallest unit."""


BATCH = 50
"""Workers in one transaction. 238 would fit; but Ape's local chain records every step, and is slow with many in one."""


def at(day: str, hour: int = 12) -> int:
    """An hour of a day of 2026, written like 05-20, as Unix second."""
    return int(datetime.strptime(f"2026-{day}", "%Y-%m-%d").replace(hour=hour, tzinfo=UTC).timestamp())


def _parts(count: int) -> list[range]:
    return [range(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]


class Quarter(Part):
    """The example played on a local chain, from the first signature on."""

    pool: Pool
    offer: Offer

    def __init__(self, place: Place, tell: Tell) -> None:
        super().__init__(place, tell)
        self.equity = place.equity
        self.paydays = Paydays(place, tell)
        self.roster: Roster = place.roster()
        self.plans: dict[str, PoolPlan] = {}
        self.grants: dict[int, list[Grant]] = {number: [] for number in agents()}
        """By worker."""

    def play(self) -> None:
        """All of it, in the order of the dates."""
        for moment, act in self._calendar():
            clock.move_to(moment)
            act()

    def _calendar(self) -> Iterator[tuple[int, Callable[[], None]]]:
        paydays = self.paydays
        yield at("03-16"), self._open
        yield at("03-17"), self._share
        yield at("03-20"), self._accept
        yield at("03-25"), self._grant_leads
        yield at("04-08"), paydays.onboarding
        yield at("04-10"), paydays.onboarded
        yield at("04-16"), self._close_offer
        yield at("05-02"), partial(self._payday, "2026-04")
        yield at("05-03"), partial(self._claim_wages, LOST)
        yield at("05-04", 0), self._leave
        yield at("05-06"), self._give_notice
        yield at("05-10"), self._lose_wallet
        yield at("05-20"), self._client_gives_notice
        yield at("05-25"), self._carry_out
        yield at("05-28"), self._block
        yield at("06-02"), partial(self._payday, "2026-05")
        yield at("06-03"), self._claim_wages
        yield at("06-04"), self._unblock
        yield at("06-06"), self._finish
        yield at("06-08", 0), self._come_back
        yield at("06-10"), self._distribute
        yield at("06-11"), self._claim
        yield at("07-02"), partial(self._payday, "2026-06")
        yield at("07-03"), self._claim_wages
        yield at("07-04"), self._close
        yield at("07-16"), self._last_money
        yield at("07-17"), self._claim

    # Agreed

    def _open(self) -> None:
        agreement, place = self.agreement, self.place
        deposit = self.document.spec.offer.deposit
        place.token.mint(self.client, self.document.spec.total, sender=self.client)
        bid, order, permit = agreement.sign(self.contractor), agreement.sign(self.client), agreement.permit(self.client)
        self.say(f"Both parties sign the agreement, the client a permit for {self.money(deposit)} too.")
        opened = agreement.open(order, bid, permit, sender=self.carrier)
        self.say("A third party carries the signatures: the agreement is in force, six months.", opened)
        self.paydays.begin()

    def _share(self) -> None:
        equity, agreement, share = self.equity, self.agreement, self.document.spec.equity
        made = equity.create_token(share.token_name, share.token_symbol, sender=self.client)
        self.say(f"The client creates the workers' token {share.token_symbol}.", made)
        where = (agreement.contract, agreement.origin, self.place.token)
        opened = equity.open_pool(equity.token_in(made), self.contractor, share.units, *where, sender=self.client)
        self.pool = equity.pool_in(opened)
        self.say(f"It sets {share.units // 10**6:,} of them aside; the pool's revenue comes in USDC.", opened)
        for index, written in enumerate(share.plans):
            fixed = self.pool.create_plan(Plan.of_struct(self.document.plan(index)), sender=self.client)
            self.plans[written.name] = equity.plan_in(fixed)
            self.say(f"It fixes the plan {written.name}: {written.title}.", fixed)
        plan = self.plans["membership"]
        grants = read_grants(self.place.folder / "grants-membership.csv", self.roster, left=self.pool.left_units)
        self.leaves = grant_leaves(plan.next_offer, grants, self.roster)
        window = at("03-20", 0), at("04-15", 0)
        made = plan.offer(self.leaves, *window, new_workers=len(grants), sender=self.contractor)
        self.offer = equity.offer_in(made)
        sum_ = tokens(self.leaves.total).normalize()
        self.say(f"The contractor offers {sum_:,f} tokens to {len(grants)} workers by one Merkle root.", made)

    def _accept(self) -> None:
        signed = {}
        for number, agent in agents().items():
            if number not in SILENT:
                leaf = self.leaves.of(number)
                signed[leaf] = self.offer.consent(leaf).sign(agent.key)
        lines = list(signed.items())
        for part in _parts(len(lines)):
            sent = self.offer.accept(dict(lines[part.start : part.stop]), sender=self.carrier)
            self.say(f"{len(part)} workers without ether have signed that they accept; somebody carries it.", sent)
        for leaf in signed:
            self.grants[leaf["worker"]].append(self.equity.grant(self.offer.first + leaf["index"]))

    def _grant_leads(self) -> None:
        path = self.place.folder / "grants-quality.csv"
        units = read_grants(path, self.roster, left=self.pool.left_units)
        sent = self.plans["quality"].grant(units, sender=self.contractor)
        for worker, grant in zip(units, self.equity.grants_in(sent), strict=True):
            self.grants[worker].append(grant)
        self.say(f"The contractor grants {len(units)} leads more, by the plan quality.", sent)

    def _close_offer(self) -> None:
        sent = self.offer.close(sender=self.carrier)
        self.say(f"The time to accept is over, {len(SILENT)} never answered: anyone returns theirs to the pool.", sent)

    # Paid

    def _payday(self, month: str) -> None:
        paydays, folder = self.paydays, self.place.folder
        paydays.settle(month)
        self.roster = self.place.roster()
        paydays.pay(folder / f"wages-{month}-open.csv", self.roster, f"Wages of {month}")
        paydays.post(folder / f"wages-{month}-private.csv", self.roster, f"Wages of {month}")
        paydays.take_margin()

    def _claim_wages(self, besides: int | None = None) -> None:
        run = self._last_posted()
        self.paydays.claim(run, in_private(run, besides))

    def _last_posted(self) -> Run:
        return next(run for lane, run in reversed(self.paydays.runs) if lane == "private")

    def _last_money(self) -> None:
        self.paydays.release_holdback()
        self.paydays.take_margin()
        self.paydays.bonus(self.place.roster())

    # What happens to people

    def _leave(self) -> None:
        sent = self.equity.grant_leave(self.grants[AWAY], sender=self.contractor)
        self.say(f"Worker {AWAY} goes on leave: the clock of both its grants stands still.", sent)

    def _come_back(self) -> None:
        sent = self.equity.come_back(self.grants[AWAY], sender=self.contractor)
        self.say(f"Worker {AWAY} is back, after {self.grants[AWAY][0].away.days} days.", sent)

    def _give_notice(self) -> None:
        (grant,) = self.grants[LEAVER]
        sent = self.equity.end([grant], Reason.VOLUNTARY_OTHER, sender=self.contractor)
        self.say(f"Worker {LEAVER} leaves: the end of its grant is announced for {grant.ends_at:%Y-%m-%d}.", sent)

    def _finish(self) -> None:
        (grant,) = self.grants[LEAVER]
        sent = self.equity.finish([grant], sender=self.carrier)
        self.say(f"The notice is over. {grant.vested.normalize():f} tokens stay with worker {LEAVER}.", sent)

    def _lose_wallet(self) -> None:
        agent, seat = agents()[LOST], self.equity.worker(self.contractor, LOST)
        sent = seat.propose(agent.spare, sender=self.contractor)
        self.say(f"Worker {LOST} has lost its key, wages of April unclaimed. The contractor proposes a wallet.", sent)

    def _carry_out(self) -> None:
        agent, seat = agents()[LOST], self.equity.worker(self.contractor, LOST)
        sent = seat.set_wallet(sender=self.carrier)
        self.say("Nobody has vetoed for 14 days: anyone carries it out.", sent)
        self.place.roster().move(LOST, agent.spare.address).write(self.place.folder / "roster.csv")
        self.paydays.claim(self._last_posted(), [LOST])

    def _block(self) -> None:
        sent = self.place.token.setBlocked(agents()[BLOCKED].key.address, True, sender=self.carrier)
        self.say(f"The token's issuer blocks the wallet of worker {BLOCKED}.", sent)

    def _unblock(self) -> None:
        agent, seat = agents()[BLOCKED], self.equity.worker(self.contractor, BLOCKED)
        self.paydays.paid_elsewhere(agent)
        deadline = clock.now() + DAY
        signature = seat.rotation(agent.spare, deadline).sign(agent.key)
        sent = seat.rotate(agent.spare, deadline=deadline, signature=signature, sender=self.carrier)
        self.say("It signs that this is its wallet from now on; somebody carries that too.", sent)
        self.place.roster().move(BLOCKED, agent.spare.address).write(self.place.folder / "roster.csv")

    # Shared

    def _distribute(self) -> None:
        token = self.place.token
        token.mint(self.client, REVENUE, sender=self.client)
        token.approve(self.equity.contract, REVENUE, sender=self.client)
        sent = self.pool.distribute(REVENUE, sender=self.client)
        self.say(f"The client shares {self.money(REVENUE)} of its revenue with all units, vested or not.", sent)

    def _claim(self) -> None:
        self._sync()
        grants = [grant for held in self.grants.values() for grant in held]
        for part in _parts(len(grants)):
            sent = self.equity.claim(grants[part.start : part.stop], sender=self.carrier)
            claims = self.equity.claimed_in(sent).values()
            units = tokens(sum(claim.units for claim in claims)).normalize()
            revenue = sum(claim.revenue for claim in claims)
            shared = f" with {self.money(revenue)} of revenue" if revenue else ""
            self.say(f"Somebody claims for all: {units:,f} tokens are minted to their wallets{shared}.", sent)

    def _sync(self) -> None:
        for name, plan in self.plans.items():
            sent = plan.sync(sender=self.carrier)
            gate = "; {} of {} is reached".format(*plan.reached) if plan.terms.size else ""
            rule = "; half of what is unvested vests at once" if plan.acceleration else ""
            if gate or rule:
                self.say(f"The agreement's progress is carried to the plan {name}{gate}{rule}.", sent)

    # Ended

    def _client_gives_notice(self) -> None:
        sent = self.agreement.give_notice(sender=self.client)
        ends = write_instant(self.agreement.ends_at or 0, self.document.zone, last=False)
        self.say(f"The client gives notice: the agreement ends on {ends}, three months early.", sent)

    def _close(self) -> None:
        before = self.place.token.balanceOf(self.client)
        sent = self.agreement.close(sender=self.carrier)
        back = self.place.token.balanceOf(self.client) - before
        self.say(f"All is settled: anyone closes. {self.money(back)} returns to the client.", sent)
