"""Grants on chain; `workpact.equity` makes them.

Facts that never change are asked of the chain once, all else every time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from workpact import WorkpactError
from workpact.preflight import ask

if TYPE_CHECKING:
    from workpact.equity import WorkerEquity
    from workpact.pools import PoolPlan


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


class Claim(NamedTuple):
    """What a claim brings: units of 1e-6, and revenue in the smallest unit of the pool's currency."""

    units: int
    revenue: int


def tokens(units: int) -> Decimal:
    """Units as tokens, exactly."""
    return Decimal(units).scaleb(-6)


class Numbered:
    """Something of the contract that has a number; equal if kind, contract and number are."""

    def __init__(self, equity: WorkerEquity, number: int) -> None:
        self.equity = equity
        # What Ape decodes is of a subclass of int.
        self.id = int(number)

    def __int__(self) -> int:
        return self.id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbered) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    @property
    def _key(self) -> tuple[str, str, int]:
        return type(self).__name__, self.equity.contract.address, self.id


class Standing(IntEnum):
    """What is unusual about a grant."""

    PLAIN = 0
    MARKED = 1
    """It is or was on leave, was accelerated, or its end is announced."""
    ENDED = 2


class Grant(Numbered):
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
    def _mark(self) -> Any:
        return ask(self.equity.contract.markOf, self.id)

    @property
    def is_ended(self) -> bool:
        """Whether its end was carried out."""
        return bool(self._state.standing == Standing.ENDED)

    @property
    def ends_at(self) -> datetime | None:
        """When its end takes effect, or took; None if none was announced."""
        ends_at = self._mark.endsAt
        return datetime.fromtimestamp(ends_at, UTC) if ends_at else None

    @property
    def reason(self) -> Reason | None:
        """Why it ends, or ended; None if no end was announced."""
        mark = self._mark
        return Reason(mark.reason) if mark.endsAt else None

    @property
    def on_leave_since(self) -> datetime | None:
        """When the running leave began; None while there is none."""
        since = self._mark.leaveSince
        return datetime.fromtimestamp(since, UTC) if since else None

    @property
    def away(self) -> timedelta:
        """How long the leaves that are over have stopped its clock."""
        return timedelta(seconds=int(self._mark.away))

    @property
    def acceleration(self) -> int:
        """What of the unvested has vested by the manager's acts, ppm."""
        return int(self._mark.acceleration)

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
        return self.claim_now.units

    @property
    def claim_now(self) -> Claim:
        """What a claim would bring now."""
        units, revenue = ask(self.equity.contract.claimableOf, self.id)
        return Claim(int(units), int(revenue))

    @property
    def claimable(self) -> Decimal:
        """What a claim would mint now, in tokens."""
        return tokens(self.claimable_units)

    def claim(self, *, sender: Any) -> Any:
        """Mints what has vested, and pays its revenue, to the worker's wallet. Anyone."""
        return self.equity.claim([self], sender=sender)

    def end(self, reason: Reason, *, sender: Any) -> Any:
        """Announces its end; what vests until then stays claimable for ever. Only the pool's manager."""
        return self.equity.end([self], reason, sender=sender)
