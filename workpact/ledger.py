"""Where every unit of an agreement went, from its logs alone (SPEC.md 6.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workpact.agreement_state import HOLDBACK
from workpact.chain.state import Status
from workpact.history import Event


@dataclass
class Ledger:
    """funded = held + holdback + paid + refunded + booked + fees, always; in the token's smallest unit."""

    funded: int = 0
    paid: int = 0
    """Sent to the contractor or its payee."""
    refunded: int = 0
    """Sent to the client."""
    holdback: int = 0
    booked: Counter[str] = field(default_factory=Counter)
    """By payee: what the token refused to push (gone once withdrawn, which no agreement's log says), and what waits to
    be taken by origin."""
    fees: Counter[str] = field(default_factory=Counter)
    """Booked for whoever ruled, by address."""
    milestones: Counter[int] = field(default_factory=Counter)
    """What each milestone brought the contractor, holdback included."""
    periods: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Charge and credit of each settled service period."""
    interim: Counter[int] = field(default_factory=Counter)
    """What each service period brought the contractor before it settled, holdback included."""
    clients: set[str] = field(default_factory=set, repr=False)
    """Who was client so far."""
    _cause: Event | None = field(default=None, repr=False, compare=False)
    _before: Event | None = field(default=None, repr=False, compare=False)

    @property
    def held(self) -> int:
        """What no act has promised to anybody yet."""
        return self.funded - self.holdback - self.paid - self.refunded - self.owed

    @property
    def owed(self) -> int:
        """All that was booked: for payees and, as fees, for arbiters."""
        return self.booked.total() + self.fees.total()

    @classmethod
    def of(cls, events: Iterable[Event], client: str, amounts: Sequence[int]) -> Ledger:
        """Reads all events of one agreement in order.

        `client` and `amounts` of the milestones are those of the document in force.
        """
        ledger = cls(clients={client})
        for event in events:
            ledger.add(event, amounts)
        return ledger

    def add(self, event: Event, amounts: Sequence[int] = ()) -> None:
        """Reads the next event; without `amounts` what `Accepted` pays is in no milestone."""
        if event.name == "Opened":
            self.clients.add(event["client"])
        self._money_in(event)
        self._milestones(event, amounts)
        self._rulings_and_ends(event)
        self._bookings(event, _is_refund(event, self._cause, self._before, self.clients))
        self._cause, self._before = (self._cause, event) if event.name == "Booked" else (event, None)

    def _money_in(self, event: Event) -> None:
        if event.name == "Opened":
            self.funded += event["deposit"]
        elif event.name == "Funded":
            self.funded += event["amount"]

    def _milestones(self, event: Event, amounts: Sequence[int]) -> None:
        if event.name not in ("Accepted", "AcceptedUpTo", "Released", "Settled", "PaidInterim"):
            return
        self.paid += event["paid"]
        self.holdback += event["retained"]
        if event.name == "Accepted":
            mask = event["milestones"]
            for index in range(len(amounts)):
                if mask >> index & 1:
                    self.milestones[index] = amounts[index]
        elif event.name == "Settled":
            self.periods[event["period"]] = (event["charge"], event["credit"])
        elif event.name == "PaidInterim":
            self.interim[event["period"]] += event["paid"] + event["retained"]
        else:
            self.milestones[event["milestone"]] += event["paid"] + event["retained"]

    def _rulings_and_ends(self, event: Event) -> None:
        if event.name == "Ruled":
            self.paid += event["toContractor"]
            self.refunded += event["toClient"]
            self.fees[event["by"]] += event["fee"]
            if event["item"] == HOLDBACK:
                self.holdback = 0
            else:
                self.milestones[event["item"]] += event["toContractor"]
        elif event.name == "Reclaimed":
            self.refunded += event["refunded"]
        elif event.name == "HoldbackReleased":
            self.paid += event["paid"]
            self.holdback -= event["paid"]
        elif event.name == "Ended":
            self.paid += event["toContractor"]
            self.refunded += event["toClient"]
            if event["status"] == Status.ENDED_BY_BOTH:
                self.holdback = 0

    def _bookings(self, event: Event, is_refund: bool) -> None:
        if event.name == "Booked":
            self.booked[event["payee"]] += event["amount"]
            if is_refund:
                self.refunded -= event["amount"]
            else:
                self.paid -= event["amount"]
        elif event.name == "Taken":
            self.booked[event["payee"]] -= event["amount"]
            self.paid += event["amount"]


def _is_refund(event: Event, cause: Event | None, before: Event | None, clients: set[str]) -> bool:
    """Whether a booking is the client's: what it follows tells, as payee and client may change and be one address.

    `before` is a booking that followed the same; the contractor's part goes first. Equal parts of which one alone was
    booked are told by the payee.
    """
    if event.name != "Booked" or event["toTake"] or cause is None:
        return False
    if cause.name not in ("Ruled", "Ended"):
        return cause.name == "Reclaimed"
    if cause["toContractor"] == cause["toClient"]:
        return before is not None or event["payee"] in clients
    return bool(event["amount"] == cause["toClient"])
