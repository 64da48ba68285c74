"""Pools, plans and grants on chain, one class each; `workpact.equity` makes them.

Facts that never change are asked of the chain once, all else every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workpact import WorkpactError
from workpact.preflight import ask, send
from workpact.vesting import Plan

if TYPE_CHECKING:
    from workpact.equity import WorkerEquity


class Missing(WorkpactError):
    """There is no pool, plan or grant of this number."""


class Reason(IntEnum):
    """Why a grant ended, as in the Open Cap Format."""

    VOLUNTARY_OTHER = 0
    VOLUNTARY_GOOD_CAUSE = 1
    VOLUNTARY_RETIREMENT = 2
    INVOLUNTARY_OTHER = 3
    INVOLUNTARY_DEATH = 4
    INVOLUNTARY_DISABILITY = 5
    INVOLUNTARY_WITH_CAUSE = 6


def tokens(units: int) -> Decimal:
    """Units as tokens, exactly."""
    return Decimal(units).scaleb(-6)


class _Numbered:
    """Something of the contract that has a number; equal if kind, contract and number are."""

    def __init__(self, equity: WorkerEquity, number: int) -> None:
        self.equity = equity
        # What Ape decodes is of a subclass of int.
        self.id = int(number)

    def __int__(self) -> int:
        return self.id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Numbered) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    @property
    def _key(self) -> tuple[str, str, int]:
        return type(self).__name__, self.equity.contract.address, self.id


class Pool(_Numbered):
    """Units that an issuer set aside for the workers of one agreement."""

    @cached_property
    def _facts(self) -> Any:
        state = self._state
        if not int(state.issuer, 16):
            raise Missing(f"There is no pool {self.id} in {self.equity.contract.address}.")
        return state

    @property
    def _state(self) -> Any:
        return ask(self.equity.contract.poolOf, self.id)

    @property
    def token(self) -> str:
        """Address of the worker token. Never changes, as issuer, manager, agreement, origin and book."""
        return str(self._facts.token)

    @property
    def issuer(self) -> str:
        """Who raises it and fixes its plans."""
        return str(self._facts.issuer)

    @property
    def manager(self) -> str:
        """Who grants from it, to workers of its own roster, and ends grants."""
        return str(self._facts.manager)

    @property
    def agreement(self) -> str:
        """The agreement contract that gates read."""
        return str(self._facts.agreement)

    @property
    def origin(self) -> bytes:
        """The agreement that gates read."""
        return bytes(self._facts.origin)

    @property
    def book(self) -> bytes:
        """Names the history that the pool's events advance."""
        return bytes(self._facts.book)

    @property
    def units(self) -> int:
        """What the pool holds now, what is granted included."""
        return int(self._state.units)

    @property
    def left_units(self) -> int:
        """What can be granted now."""
        state = self._state
        return int(state.units + state.forfeited - state.granted)

    @property
    def left(self) -> Decimal:
        """What can be granted now, in tokens."""
        return tokens(self.left_units)

    def raise_to(self, units: int, *, sender: Any) -> Any:
        """Raises what the pool holds to `units`. Only the issuer."""
        return send(self.equity.contract.raisePool, self.id, units, sender=sender)

    def create_plan(self, plan: Plan, *, sender: Any) -> Any:
        """Fixes a plan for grants from this pool. Only the issuer."""
        return send(self.equity.contract.createPlan, self.id, plan.struct(), sender=sender)

    def grants(self) -> list[Grant]:
        """All grants made from this pool, from the logs."""
        made = self.equity.logged("Granted", pool=self.id)
        return [self.equity.grant(event.first + line) for event in made for line in range(len(event.lines))]


class PoolPlan(_Numbered):
    """A plan on chain."""

    @cached_property
    def _facts(self) -> Any:
        state = self._state
        if not state.pool:
            raise Missing(f"There is no plan {self.id} in {self.equity.contract.address}.")
        return state

    @property
    def _state(self) -> Any:
        return ask(self.equity.contract.planOf, self.id)

    @property
    def pool(self) -> Pool:
        """The pool that its grants are made from. Never changes, as the terms."""
        return self.equity.pool(self._facts.pool)

    @cached_property
    def terms(self) -> Plan:
        """Schedule and gate."""
        return Plan.of_chain(self._facts, ask(self.equity.contract.conditionOf, self.id))

    @property
    def reached(self) -> tuple[int, int]:
        """The gate as last synced: how many milestones and periods count, and of how many."""
        schedule = self._state
        return schedule.accepted + schedule.met, schedule.size

    def sync(self, *, sender: Any) -> Any:
        """Raises the gate to the agreement's progress. Anyone."""
        return send(self.equity.contract.sync, self.id, sender=sender)

    def grant(self, units: Mapping[int, int] | Iterable[tuple[int, int]], *, sender: Any) -> Any:
        """Grants units to workers of the manager's roster, by their numbers. Only the pool's manager."""
        lines = list(units.items()) if isinstance(units, Mapping) else list(units)
        return send(self.equity.contract.grant, self.id, lines, sender=sender)


class Grant(_Numbered):
    """Units promised to one worker."""

    @cached_property
    def _facts(self) -> Any:
        state = self._state
        if not state.plan:
            raise Missing(f"There is no grant {self.id} in {self.equity.contract.address}.")
        return state

    @property
    def _state(self) -> Any:
        return ask(self.equity.contract.grantOf, self.id)

    @property
    def worker(self) -> int:
        """Number of the worker on the manager's roster. Never changes, as the plan."""
        return int(self._facts.worker)

    @property
    def plan(self) -> PoolPlan:
        """How it vests."""
        return self.equity.plan(self._facts.plan)

    @property
    def wallet(self) -> str | None:
        """Where claims go."""
        return self.equity.wallet(self.plan.pool.manager, self.worker)

    @property
    def units(self) -> int:
        """What was granted; once ended, what had vested then."""
        return int(self._state.units)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, None while it lives."""
        ended_at = self._state.endedAt
        return datetime.fromtimestamp(ended_at, UTC) if ended_at else None

    @property
    def vested_units(self) -> int:
        """What has vested, claimed included, by the gate as last synced."""
        return int(ask(self.equity.contract.vestedOf, self.id))

    @property
    def vested(self) -> Decimal:
        """What has vested, in tokens."""
        return tokens(self.vested_units)

    @property
    def claimed_units(self) -> int:
        """What was claimed."""
        return int(self._state.claimed)

    @property
    def claimable_units(self) -> int:
        """What a claim would mint now."""
        return int(ask(self.equity.contract.claimableOf, self.id))

    @property
    def claimable(self) -> Decimal:
        """What a claim would mint now, in tokens."""
        return tokens(self.claimable_units)

    def claim(self, *, sender: Any) -> Any:
        """Mints what has vested to the worker's wallet. Anyone."""
        return self.equity.claim([self], sender=sender)

    def end(self, reason: Reason, *, sender: Any) -> Any:
        """Ends it now; what has vested stays claimable for ever. Only the pool's manager."""
        return send(self.equity.contract.end, self.id, int(reason), sender=sender)
