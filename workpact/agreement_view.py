"""An agreement as anyone can read it: what never changes, and how it stands now. Holds no key, sends nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from workpact import WorkpactError
from workpact.agreement_state import (
    HOLDBACK,
    INTERIM,
    MilestoneState,
    Rules,
    milestone_state,
    settled_milestone,
)
from workpact.chain.state import Phase, Status
from workpact.history import Event, HistoryDiffers, height, read, recompute
from workpact.ledger import Ledger
from workpact.preflight import ask, chain_id, now
from workpact.terms import AgreementDocument
from workpact.terms.fields import ZERO_ADDRESS
from workpact.terms.units import UnitError, read_money, write_money


class BadArgument(WorkpactError, ValueError):
    """A milestone, a period or an amount that the document does not know; says which ones there are."""


class AgreementView:
    """One agreement on one chain, by its document and the Agreement contract.

    Names that end in `_units` are whole numbers of the token's smallest unit, those that end in `_at` Unix seconds; the
    others are `Decimal` tokens and aware datetimes. Live facts are asked of the chain every time.
    """

    def __init__(self, document: AgreementDocument, contract: Any) -> None:
        document.require_resolved()
        self.document = document
        self.contract = contract

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.document.name} 0x{self.id.hex()[:8]}…>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AgreementView) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    # What never changes

    @cached_property
    def chain_id(self) -> int:
        """The chain that the signatures are for."""
        return chain_id()

    @cached_property
    def id(self) -> bytes:
        """What the parties sign: the EIP-712 digest of this document on this chain and contract."""
        return self.document.id(self.chain_id, self.contract.address)

    @cached_property
    def origin(self) -> bytes:
        """What names the agreement for life: the id of its first document."""
        return self.document.origin(self.chain_id, self.contract.address)

    @property
    def client(self) -> str:
        """The client's address."""
        return self.document.parties.client.wallet

    @property
    def contractor(self) -> str:
        """The contractor's address."""
        return self.document.parties.contractor.wallet

    # Live facts

    @property
    def state(self) -> Any:
        """All that is stored for the agreement itself, as the contract's `State`."""
        return ask(self.contract.stateOf, self.origin)

    @property
    def status(self) -> Status:
        """The agreement's status; `WITHDRAWN` if this very document was."""
        if self.id != self.origin and ask(self.contract.stateOf, self.id).status == Status.WITHDRAWN:
            return Status.WITHDRAWN
        return Status(self.state.status)

    @property
    def is_in_force(self) -> bool:
        """Whether this document is the one in force, or was when its agreement ended."""
        state = self.state
        return Status(state.status) not in (Status.NONE, Status.WITHDRAWN) and bytes(state.id) == self.id

    @property
    def held_units(self) -> int:
        """Money of the agreement that is not promised to anybody yet by an act."""
        return int(self.state.held)

    @property
    def held(self) -> Decimal:
        """`held_units` in tokens."""
        return self.tokens(self.held_units)

    @property
    def retained_units(self) -> int:
        """The holdback."""
        return int(self.state.retained)

    @property
    def retained(self) -> Decimal:
        """The holdback in tokens."""
        return self.tokens(self.retained_units)

    @property
    def needed_units(self) -> int:
        """What the terms want held: rests of open milestones, and the cap of the periods to be covered."""
        return int(ask(self.contract.isCovered, self.document.terms(), self.document.conditions())[1])

    @property
    def surplus_units(self) -> int:
        """Held above what is needed; negative if cover is missing."""
        return self.held_units - self.needed_units

    @property
    def surplus(self) -> Decimal:
        """`surplus_units` in tokens."""
        return self.tokens(self.surplus_units)

    @property
    def is_covered(self) -> bool:
        """Whether what is held is what the terms want held."""
        return bool(ask(self.contract.isCovered, self.document.terms(), self.document.conditions())[0])

    @property
    def ends_at(self) -> int | None:
        """When an announced ending takes effect; None if none is running."""
        return int(self.state.endsAt) or None

    @property
    def settled_periods(self) -> tuple[str, ...]:
        """Names of the service periods that are settled in money."""
        _, _, mask = ask(self.contract.progressOf, self.origin)
        return tuple(period.name for period in self.document.periods if mask >> period.index & 1)

    def interim_units(self, period: str | int) -> int:
        """What a service period has brought the contractor before it settled, holdback included."""
        item = INTERIM + self.period_index(period)
        return int(ask(self.contract.progressOfItem, self.origin, item).accepted)

    @property
    def milestones(self) -> tuple[MilestoneState, ...]:
        """All milestones as they stand, in the document's order."""
        state = self.state
        rules = self._rules(state)
        return tuple(self._milestone(index, state, rules) for index in range(len(self.document.milestones)))

    def milestone(self, which: str | int) -> MilestoneState:
        """One milestone, by name or index."""
        state = self.state
        return self._milestone(self.milestone_index(which), state, self._rules(state))

    def phase(self, item: str | int) -> Phase | None:
        """Where a milestone, or as "holdback" the holdback, stands; None once it is settled."""
        if item in ("holdback", HOLDBACK):
            return Phase(ask(self.contract.progressOfItem, self.origin, HOLDBACK).phase)
        return self.milestone(item).phase

    @property
    def payout(self) -> tuple[str, bool]:
        """Where the contractor's payments go, and whether they wait there to be taken (SPEC.md 4.8)."""
        own = (event for event in reversed(self.events()) if event.name == "PayeeSet")
        last = next((event for event in own if event["contractor"] == self.contractor), None)
        return (self.contractor, False) if last is None else (last["payee"], last["pulled"])

    def owed_units(self, payee: str) -> int:
        """Booked for an address in the agreement's token, over all agreements, to be withdrawn."""
        return int(ask(self.contract.owed, self.document.token.address, payee))

    def to_take_units(self, payee: str) -> int:
        """Booked for an address under this agreement, to be taken."""
        return int(ask(self.contract.toTake, self.origin, payee, self.document.token.address))

    def serves(self, arbiter: str) -> bool:
        """Whether an arbiter has consented to serve under this arbitration group."""
        return bytes(ask(self.contract.serves, self.origin, arbiter)) == self.document.arbitration_hash()

    # The record

    def events(self, since: int | None = None) -> list[Event]:
        """All events of the agreement in order, from the logs; `since` is a block, else where the contract came up."""
        return read(self.contract, [self.origin], since)

    def history(self, events: list[Event] | None = None) -> bytes:
        """The history word, recomputed from events (else from all logs) alone."""
        return recompute(self.events() if events is None else events)

    def verify_history(self) -> list[Event]:
        """All events, proved complete, ordered and unedited against the contract's word; raises `HistoryDiffers`."""
        until = height()
        events = read(self.contract, [self.origin], None, until)
        # Of the same block; and an Ape contract has a `history` of its own.
        word = bytes(ask(self.contract.call_view_method, "history", self.origin, block_id=until))
        if recompute(events) != word:
            raise HistoryDiffers(
                f"{len(events)} logs give another history than 0x{word.hex()}, which the contract holds: the node "
                "leaves logs out or has edited them. Ask another node."
            )
        return events

    def ledger(self, events: list[Event] | None = None) -> Ledger:
        """Where every unit went, from events (else from all logs)."""
        amounts = [milestone.amount for milestone in self.document.milestones]
        return Ledger.of(self.events() if events is None else events, self.client, amounts)

    # What people write

    def milestone_index(self, which: str | int) -> int:
        """The number of a milestone, by name or number; `BadArgument`."""
        names = [milestone.name for milestone in self.document.milestones]
        return index_of("milestone", which, names)

    def period_index(self, which: str | int) -> int:
        """The number of a service period, by name or number; `BadArgument`."""
        return index_of("period", which, [period.name for period in self.document.periods])

    def mask(self, milestones: tuple[str | int, ...]) -> int:
        """Milestones as a mask of bits."""
        mask = 0
        for which in milestones:
            mask |= 1 << self.milestone_index(which)
        return mask

    def units(self, amount: int | Decimal | str) -> int:
        """An amount in the smallest unit: units as int, tokens as Decimal, or text like "12,500 USDC"."""
        token = self.document.token
        if isinstance(amount, int) and not isinstance(amount, bool):
            return amount
        try:
            if isinstance(amount, Decimal):
                return read_money(f"{amount:f} {token.symbol}", token.symbol, token.decimals)
            return read_money(str(amount), token.symbol, token.decimals)
        except UnitError as error:
            raise BadArgument(f"{error.problem}: {error.advice}.") from None

    def tokens(self, units: int) -> Decimal:
        """Units as tokens, exactly."""
        digits = tuple(int(digit) for digit in str(abs(units)))
        return Decimal((int(units < 0), digits, -self.document.token.decimals))

    def money(self, units: int) -> str:
        """Units as people write them: "12,500 USDC"."""
        sign = "-" if units < 0 else ""
        return sign + write_money(abs(units), self.document.token.symbol, self.document.token.decimals)

    def _milestone(self, index: int, state: Any, rules: Rules) -> MilestoneState:
        written = self.document.milestones[index]
        if state.settled >> index & 1:
            return settled_milestone(index, written.name, written.amount, bool(state.lapsed >> index & 1))
        if state.status in (Status.NONE, Status.WITHDRAWN):
            unopened = milestone_state(index, written.name, written.amount, written.due, (0, 0, 0, 0), rules)
            return replace(unopened, turn="", step="", silence=None)
        if state.status != Status.LIVE:
            return settled_milestone(index, written.name, written.amount, lapsed=True)
        found = ask(self.contract.progressOfItem, self.origin, index)
        step = (found.accepted, found.clock, found.rounds, found.phase)
        return milestone_state(index, written.name, written.amount, written.due, step, rules)

    def _rules(self, state: Any) -> Rules:
        review, arbitration = self.document.spec.review, self.document.spec.arbitration
        return Rules(
            review=review.period,
            grace=review.grace,
            rejections=review.rejections,
            window=arbitration.window,
            has_arbiter=arbitration.arbiter is not None and arbitration.arbiter.wallet != ZERO_ADDRESS,
            has_backup=arbitration.backup is not None and arbitration.backup.wallet != ZERO_ADDRESS,
            ends_at=int(state.endsAt),
            now=now(),
        )


def index_of(kind: str, which: str | int, names: list[str]) -> int:
    """The place of a name among names, or of a number that is one; `BadArgument` tells the known ones."""
    if isinstance(which, str) and which in names:
        return names.index(which)
    if str(which).isdecimal() and int(which) < len(names):
        return int(which)
    known = ", ".join(names) or "none"
    raise BadArgument(f"There is no {kind} {which!r}: the document has {known}.")
