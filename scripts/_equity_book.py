"""What the chain has of an agreement's worker equity, found by its logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workpact.agreement import Agreement
    from workpact.batches.transactions import Cost
    from workpact.equity import Pool, PoolPlan, WorkerEquity
    from workpact.offers import Offer
    from workpact.records.cap_table import CapTable
    from workpact.records.events import Record
    from workpact.records.holdings import GrantHolding, Holdings, Seat


@dataclass
class Book:
    """One issuer's pool for one agreement."""

    equity: WorkerEquity
    agreement: Agreement
    issuer: str

    def pool(self) -> Pool | None:
        """The pool, if it was opened."""
        found = self.equity.logged("PoolOpened", book=self._book)
        return self.equity.pool(found[0].pool) if found else None

    def need_pool(self) -> Pool:
        """The pool, or what to do."""
        from workpact.grants import Missing

        found = self.pool()
        if found is None:
            raise Missing(
                f"{self.issuer} opened no pool for this agreement. Open it: ape run equity plan FILE --account ALIAS"
            )
        return found

    @property
    def symbol(self) -> str:
        """The worker token's, as the document has it."""
        return str(self.agreement.document.spec.equity.token_symbol)  # type: ignore[union-attr]

    def named_plans(self) -> dict[str, PoolPlan]:
        """The plans by the document's names; those that it does not have as `plan-3`."""
        from workpact.equity import Plan

        pool, document = self.pool(), self.agreement.document
        if pool is None:
            return {}
        names = {each.name: Plan.of_struct(document.plan(index)) for index, each in enumerate(document.plans)}
        found = {}
        for event in self.equity.logged("PlanCreated", pool=pool.id):
            plan = self.equity.plan(event.plan)
            same = (name for name, terms in names.items() if terms == plan.terms)
            name = next(same, f"plan-{plan.id}")
            names.pop(name, None)
            found[name] = plan
        return found

    def plan(self, name: str) -> PoolPlan:
        """One plan by its name."""
        from workpact.agreement import BadArgument

        named = self.named_plans()
        if name not in named:
            raise BadArgument(f"There is no plan {name!r} on chain: known are {', '.join(named) or 'none'}.")
        return named[name]

    def can_rise(self, plan: PoolPlan) -> bool:
        """Whether `sync` would change the plan: the agreement has gone further than its gate says, or was ended."""
        from workpact.chain.state import Status
        from workpact.preflight import ask

        terms = plan.terms
        if terms.leaver and not plan.acceleration and self.agreement.status == Status.ENDED_BY_CLIENT:
            return True
        _, accepted, _ = ask(self.agreement.contract.progressOf, self.agreement.origin)
        met = 0
        if terms.periods:
            oracle = self._oracle(terms.oracle)
            place = (self.agreement.contract.address, self.agreement.origin, terms.document, terms.periods)
            met = int(ask(oracle.metPeriods, *place)).bit_count()
        return int(accepted & terms.milestones).bit_count() + met > plan.reached[0]

    def offers(self, plan: PoolPlan) -> list[Offer]:
        """All offers by a plan, in order."""
        from workpact.offers import Offer

        return [Offer(self.equity, event.offer) for event in self.equity.logged("Offered", plan=plan.id)]

    # From the events: one reading for a command

    @cached_property
    def records(self) -> list[Record]:
        """All events of the issuer's pools and of their managers' rosters."""
        from workpact.records.events import equity_records

        return equity_records(self.equity.contract, self.issuer)

    def until(self, block: int) -> list[Record]:
        """The events until a block: others of the same second may follow it."""
        return [each for each in self.records if each.block <= block]

    @cached_property
    def holdings(self) -> Holdings:
        """What they leave."""
        from workpact.records.holding_events import holdings_of

        return holdings_of(self.records)

    def table(self, block: int | None = None) -> CapTable:
        """The cap table of now, or of a block; checked."""
        from ape import networks

        from workpact.records.cap_table import CapTable

        node = networks.provider.get_block(block if block is not None else "latest")
        table = CapTable.at(self.until(int(node.number)), int(node.timestamp))
        table.check()
        return table

    def grants(self) -> list[GrantHolding]:
        """All grants from the pool, in the order of their numbers."""
        pool = self.need_pool().id
        return [grant for _, grant in sorted(self.holdings.grants.items()) if grant.pool == pool]

    def granted(self, plan: PoolPlan) -> dict[int, list[GrantHolding]]:
        """The grants by a plan, by worker."""
        found: dict[int, list[GrantHolding]] = {}
        for grant in self.grants():
            if grant.plan == plan.id:
                found.setdefault(grant.worker, []).append(grant)
        return found

    def seats(self) -> Mapping[int, Seat]:
        """The workers on the roster of the pool's manager."""
        return self.holdings.rosters[self.need_pool().manager]

    @property
    def _book(self) -> bytes:
        from workpact.equity import book_of

        return book_of(self.agreement.contract.address, self.agreement.origin, self.issuer)

    @staticmethod
    def _oracle(address: str) -> Any:
        from workpact.chain import contracts

        return contracts.at("SLAOracle", address)


def seats_of(equity: WorkerEquity, manager: str) -> Mapping[int, Seat]:
    """The workers on a manager's roster as it stands, by number."""
    from workpact.records.events import roster_records
    from workpact.records.holding_events import holdings_of

    return holdings_of(roster_records(equity.contract, manager)).rosters[manager]


def of(agreement: Agreement, issuer: str | None = None) -> Book:
    """The book of an agreement, by its issuer: else that of the party that opened a pool, else the client.

    Checks that the contract is there.
    """
    from workpact.agreement import BadArgument
    from workpact.chain import contracts
    from workpact.equity import WorkerEquity
    from workpact.preflight import check_contract

    named = agreement.document.spec.equity
    if named is None:
        raise BadArgument("The document has no equity section: add one, and sign again.")
    contract = contracts.at("WorkerEquity", named.contract)
    check_contract(contract)
    issuers: Sequence[str] = [issuer] if issuer else [agreement.client, agreement.contractor]
    books = [Book(WorkerEquity(contract), agreement, each) for each in issuers]
    opened = [book for book in books if book.pool()] if len(books) > 1 else books
    if len(opened) > 1:
        raise BadArgument("Both parties opened a pool for this agreement: name the --issuer.")
    return (opened or books)[0]


def batches(items: Sequence[Any], kind: str | Cost) -> Iterable[Sequence[Any]]:
    """Items in the fewest transactions of a kind or cost, with a word on each; all but the last one full.

    So what is sent again after a failure is cut in the same places, and is the same call.
    """
    import click

    from workpact.batches.transactions import COSTS, split

    cost = COSTS[kind] if isinstance(kind, str) else kind
    parts = split(len(items), cost, is_balanced=False)
    for number, part in enumerate(parts, 1):
        if len(parts) > 1:
            click.echo(f"Transaction {number} of {len(parts)}: {len(part):,} lines", err=True)
        yield items[part.start : part.stop]
