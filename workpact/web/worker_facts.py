"""What one worker's page says: grants with what has vested and what comes next, revenue, wages. Whole units only.

facts = worker_facts(books, node, documents)
facts.grants[0].claimable, facts.grants[0].next
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from workpact.audit.node import Node
from workpact.equity_series import Vesting
from workpact.records.cap_table import State
from workpact.records.events import NOBODY
from workpact.records.holdings import GrantHolding, Holdings, PlanHolding
from workpact.terms import AgreementDocument
from workpact.vesting import Course, Gate
from workpact.web.documents import Documents
from workpact.web.gates import Condition, Reached, reached
from workpact.web.portfolio_line import Token
from workpact.web.worker_books import Seat, WorkerBooks
from workpact.web.worker_wages import Wages, wages_of

GATES = {
    Gate.MINIMUM: "nothing vests faster than they are reached",
    Gate.MAXIMUM: "what is reached vests at once, the rest with time",
    Gate.PRODUCT: "time counts as far as they are reached",
}


@dataclass(frozen=True)
class Next:
    """When more vests if nothing else happens: Unix seconds, how much more, and how much has vested then."""

    at: int
    more: int
    vested: int


@dataclass(frozen=True)
class GrantFacts:
    """A grant; units are 1e-6 worker tokens. units = vested + unvested + forfeited, vested = claimed + claimable."""

    holding: GrantHolding
    plan: PlanHolding
    course: Course
    now: int
    seat: Seat
    origin: bytes | None
    """Its pool's agreement."""
    title: str | None
    symbol: str | None
    """Of the worker token, where a file says it."""
    currency: Token | None
    """What its revenue is paid in."""
    vested: int
    revenue: int
    """What the next claim pays, in the currency's smallest unit."""
    reached: Reached
    """What a sync before the claim would take in."""

    @property
    def id(self) -> int:
        """Its number."""
        return self.holding.id

    @property
    def claimable(self) -> int:
        """What the next claim mints, by the gate as last synced: `claimableOf`."""
        return self.vested - self.holding.claimed

    @property
    def unvested(self) -> int:
        """What has not vested and still can."""
        return self.holding.units - self.holding.forfeited - self.vested

    @cached_property
    def rises(self) -> bool:
        """Whether a sync of the plan would change it."""
        if self.holding.ended:
            return False
        plan = self.plan.plan
        has_left = bool(plan.leaver) and self.reached.client_ended and self.plan.leaver is None
        return has_left or (plan.gate != Gate.NONE and self.reached.count > self.course.reached(self.now))

    @cached_property
    def synced(self) -> Course:
        """Its course once the plan has taken in what is reached."""
        if not self.rises:
            return self.course
        gate = self.course.gate
        if self.reached.count > self.course.reached(self.now):
            gate = (*gate, (self.now, self.reached.count))
        ended = self.course.client_ended_at
        if ended is None and self.reached.client_ended and self.plan.plan.leaver:
            ended = self.now
        return replace(self.course, gate=gate, client_ended_at=ended)

    @cached_property
    def gained(self) -> int:
        """What a sync before the claim adds to it."""
        if not self.rises:
            return 0
        return self.plan.plan.vested_units(self.holding.units, self.synced, self.now) - self.vested

    @property
    def state(self) -> State:
        """What is the matter with it."""
        if self.holding.ended:
            return State.ENDED
        if self.course.announced_at is not None:
            return State.ENDING
        return State.ON_LEAVE if self.holding.left else State.LIVE

    @property
    def ends_at(self) -> int | None:
        """When its announced end takes effect."""
        return self.plan.plan.ends(self.course)

    @property
    def gate(self) -> str | None:
        """How what is reached bears on it."""
        return GATES.get(self.plan.plan.gate)

    @cached_property
    def next(self) -> Next | None:
        """The next vesting by time alone; None if time brings no more."""
        if self.holding.ended:
            return None
        plan, units, course = self.plan.plan, self.holding.units, self.synced
        present, last = self.vested + self.gained, self.series.until()
        if plan.vested_units(units, course, last) == present:
            return None
        low, high = self.now, last
        while high - low > 1:  # what has vested never falls
            middle = (low + high) // 2
            low, high = (low, middle) if plan.vested_units(units, course, middle) > present else (middle, high)
        then = plan.vested_units(units, course, high)
        return Next(high, then - present, then)

    @property
    def series(self) -> Vesting:
        """It over time."""
        return Vesting(f"Grant {self.id}", self.symbol or "", self.plan.plan, self.holding.units, self.synced, self.now)


@dataclass(frozen=True)
class RevenueOwed:
    """Revenue that the currency refused to pay, or of a grant that has ended: to be withdrawn."""

    pool: int
    worker: int
    token: Token
    amount: int


@dataclass(frozen=True)
class OpenOffer:
    """Grants that a manager of the wallet offers by a root: who has a proof file accepts."""

    manager: str
    plan: int
    number: int
    since: int
    until: int
    title: str | None


@dataclass(frozen=True)
class WorkerFacts:
    """All of one wallet."""

    books: WorkerBooks
    grants: tuple[GrantFacts, ...]
    revenue: tuple[RevenueOwed, ...]
    offers: tuple[OpenOffer, ...]
    wages: Wages

    @property
    def claims(self) -> tuple[int, ...]:
        """The grants that a claim pays something of, after their plans are synced."""
        return tuple(each.id for each in self.grants if each.claimable or each.gained or each.revenue)

    @property
    def syncs(self) -> tuple[int, ...]:
        """The plans that a sync would raise for one of them."""
        return tuple(sorted({each.plan.id for each in self.grants if each.gained}))


def worker_facts(books: WorkerBooks, node: Node, documents: Documents) -> WorkerFacts:
    """What the page of a wallet says at the books' block. Asks the node how far the gates' agreements are."""
    holdings, seats = books.holdings, set(books.seats)
    own = [each for _, each in sorted(holdings.grants.items()) if (holdings.manager(each), each.worker) in seats]
    papers = Papers(documents)
    gates = _reached(holdings, {each.plan for each in own}, node, books.head.number)
    grants = tuple(_grant(holdings, each, books.head.timestamp, papers, gates[each.plan]) for each in own)
    revenue = tuple(
        RevenueOwed(pool, worker, papers.token(holdings.pools[pool].origin, holdings.pools[pool].currency), amount)
        for (pool, worker), amount in sorted(holdings.revenue_owed.items())
        if amount and (str(holdings.pools[pool].manager), worker) in seats
    )
    return WorkerFacts(books, grants, revenue, _offers(books, papers), wages_of(books, papers.token, papers.title))


class Papers:
    """What agreement files say that pools and payrolls are of."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def of(self, origin: bytes) -> AgreementDocument | None:
        """The last file of an agreement."""
        found = self._documents.of(origin)
        return found[-1] if found else None

    def title(self, origin: bytes) -> str | None:
        """What an agreement is called."""
        paper = self.of(origin)
        return paper.title if paper else None

    def token(self, origin: bytes, address: str) -> Token:
        """A currency, by the file of an agreement that is in it."""
        paper = self.of(origin)
        if paper is None or paper.token.address != address:
            return Token(address)
        return Token(address, paper.token.symbol, paper.token.decimals)


def _grant(holdings: Holdings, grant: GrantHolding, now: int, papers: Papers, reached: Reached) -> GrantFacts:
    pool = holdings.pools[grant.pool]
    paper = papers.of(pool.origin) if any(pool.origin) else None
    return GrantFacts(
        holding=grant,
        plan=holdings.plans[grant.plan],
        course=holdings.course(grant, now),
        now=now,
        seat=(holdings.manager(grant), grant.worker),
        origin=bytes(pool.origin) if any(pool.origin) else None,
        title=paper.title if paper else None,
        symbol=paper.spec.equity.token_symbol if paper and paper.spec.equity else None,
        currency=None if pool.currency == NOBODY else papers.token(pool.origin, pool.currency),
        vested=holdings.vested(grant, now),
        revenue=holdings.pending(grant),
        reached=reached,
    )


def _reached(holdings: Holdings, plans: set[int], node: Node, block: int) -> Mapping[int, Reached]:
    """How far the gates' agreements are by their own contracts."""
    found = {}
    for number in sorted(plans):
        plan, pool = holdings.plans[number].plan, holdings.pools[holdings.plans[number].pool]
        place = (str(pool.agreement), bytes(pool.origin), plan.milestones, plan.periods, plan.oracle, plan.document)
        found[number] = reached(node, Condition(*place, asks_end=plan.leaver > 0), hex(block))
    return found


def _offers(books: WorkerBooks, papers: Papers) -> tuple[OpenOffer, ...]:
    managers = {manager for manager, _ in books.seats}
    found = []
    for (plan, number), each in sorted(books.holdings.offers.items()):
        offer, pool = each.offered["offer"], books.holdings.pools[each.pool]
        if each.open_units and offer["until"] >= books.head.timestamp and pool.manager in managers:
            title = papers.title(pool.origin) if any(pool.origin) else None
            found.append(OpenOffer(str(pool.manager), plan, number, offer["from"], offer["until"], title))
    return tuple(found)
