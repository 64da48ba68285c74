"""What the chain has of an agreement's worker equity, found by its logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workpact.agreement import Agreement
    from workpact.equity import Grant, Pool, PoolPlan, WorkerEquity


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

    def plans(self) -> list[PoolPlan]:
        """The plans of the pool, in the order of the document."""
        pool = self.pool()
        found = self.equity.logged("PlanCreated", pool=pool.id) if pool else []
        return [self.equity.plan(each.plan) for each in found]

    def named_plans(self) -> dict[str, PoolPlan]:
        """The plans by the document's names."""
        return dict(zip((each.name for each in self.agreement.document.plans), self.plans(), strict=False))

    def plan(self, name: str) -> PoolPlan:
        """One plan by the document's name."""
        from workpact.agreement import BadArgument

        named = self.named_plans()
        if name not in named:
            raise BadArgument(f"There is no plan {name!r} on chain: known are {', '.join(named) or 'none'}.")
        return named[name]

    def grants(self) -> list[Grant]:
        """All grants from the pool, in order."""
        return self.need_pool().grants()

    def can_rise(self, plan: PoolPlan) -> bool:
        """Whether the agreement has gone further than the plan's gate says."""
        from workpact.preflight import ask

        _, accepted, _ = ask(self.agreement.contract.progressOf, self.agreement.origin)
        terms = plan.terms
        met = 0
        if terms.periods:
            oracle = self._oracle(terms.oracle)
            place = (self.agreement.contract.address, self.agreement.origin, terms.document, terms.periods)
            met = int(ask(oracle.metPeriods, *place)).bit_count()
        return int(accepted & terms.milestones).bit_count() + met > plan.reached[0]

    def roster(self, manager: str) -> dict[str, int]:
        """Numbers of the workers on a manager's roster, by wallet in small letters."""
        found: dict[str, int] = {}
        for event in self.equity.logged("Enrolled", manager=manager):
            for offset, wallet in enumerate(event.wallets):
                found.setdefault(str(wallet).lower(), event.first + offset)
        return found

    @property
    def _book(self) -> bytes:
        from workpact.equity import book_of

        return book_of(self.agreement.contract.address, self.agreement.origin, self.issuer)

    @staticmethod
    def _oracle(address: str) -> Any:
        from workpact.chain import contracts

        return contracts.at("SLAOracle", address)


def of(agreement: Agreement, issuer: str | None = None) -> Book:
    """The book of an agreement; without an issuer that of the client. Checks that the contract is there."""
    from workpact.agreement import BadArgument
    from workpact.chain import contracts
    from workpact.equity import WorkerEquity
    from workpact.preflight import check_contract

    named = agreement.document.spec.equity
    if named is None:
        raise BadArgument("The document has no equity section: add one, and sign again.")
    contract = contracts.at("WorkerEquity", named.contract)
    check_contract(contract)
    return Book(WorkerEquity(contract), agreement, issuer or agreement.client)
