"""What moves are written with: how things stand, words, and the groups of the document that calls carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from workpact.audit.telling import Telling
from workpact.audit.words import Words
from workpact.terms import structs
from workpact.terms.units import write_duration
from workpact.web.calls import Plain, arguments
from workpact.web.move import Approval, Flow, Input, Move
from workpact.web.outcomes import Position
from workpact.web.seats import Seats
from workpact.web.snapshot import Snapshot


@dataclass(frozen=True)
class Desk:
    """One agreement."""

    snapshot: Snapshot

    @cached_property
    def position(self) -> Position:
        """What contracts know of it."""
        return Position.of(self.snapshot)

    @cached_property
    def seats(self) -> Seats:
        """Who may act."""
        return Seats(self.snapshot)

    @property
    def words(self) -> Words:
        """What things are called."""
        return self.snapshot.words

    @property
    def address(self) -> str:
        """The Agreement contract."""
        return self.snapshot.history.subject.agreement

    @cached_property
    def telling(self) -> Telling:
        """Who people are, and when."""
        return Telling.of(self.snapshot.history.subject)

    @cached_property
    def terms(self) -> Plain:
        """The document as most calls carry it."""
        return Plain(arguments("Agreement", "releaseHoldback", (structs.terms(self.snapshot.message),))[0])

    @cached_property
    def conditions(self) -> Plain:
        """Its conditions."""
        values = (self.terms, structs.conditions(self.snapshot.message))
        return Plain(arguments("Agreement", "close", values)[1])

    @cached_property
    def arbitration(self) -> Plain:
        """Its arbitration group."""
        values = (self.terms, structs.calldata("Arbitration", self.snapshot.message["arbitration"]))
        return Plain(arguments("Agreement", "serve", values)[1])

    # Words

    def money(self, units: int) -> str:
        """An amount of the agreement's token."""
        return self.words.money(units)

    def when(self, seconds: int) -> str:
        """An instant."""
        return self.telling.when(seconds)

    def span(self, seconds: int) -> str:
        """A duration."""
        return write_duration(seconds)

    @property
    def holdback(self) -> int:
        """What is held back of a payment now, ppm."""
        deal = self.position.deal
        return int(deal["holdback"]) if self.position.now <= int(deal["holdbackUntil"]) else 0

    @property
    def payee(self) -> str:
        """Who gets what is the contractor's."""
        chosen = self.snapshot.progress.payees.get(self.seats.contractor)
        if chosen is None or chosen[0] == self.seats.contractor:
            return "the contractor"
        return f"{self.telling.who(chosen[0])} for the contractor"

    def payment(self, flow: Flow) -> str:
        """What is paid and held back."""
        if not flow.held_back:
            return f"{self.money(flow.to_contractor)} go to {self.payee} at once."
        until = self.when(int(self.position.deal["holdbackUntil"]))
        return (
            f"{self.money(flow.to_contractor)} go to {self.payee} at once; {self.money(flow.held_back)} are held back "
            f"until {until}."
        )

    def refund(self, flow: Flow) -> str:
        """What goes back to the client."""
        if not flow.to_client:
            return "Nothing is refunded now: what is held is needed for the rest."
        return f"{self.money(flow.to_client)} go back to the client at once."

    def still_owed(self, flow: Flow) -> str:
        """What stays owed, as a further sentence; nothing where nothing does."""
        if not flow.still_owed:
            return ""
        return f" {self.money(flow.still_owed)} stay owed, as too little is held, and are paid as money comes."

    def division(self, flow: Flow) -> str:
        """What a ruling moves."""
        fee = f", {self.money(flow.fee)} fee" if flow.fee else ""
        return f"{self.money(flow.to_contractor)} to {self.payee}, {self.money(flow.to_client)} to the client{fee}"

    # Moves of the Agreement contract that carry the terms

    def move(
        self,
        function: str,
        place: str,
        values: Sequence[Any],
        *,
        label: str,
        effect: str,
        who: tuple[str, ...] = (),
        role: str = "anyone",
        key: str = "",
        conditions: bool = False,
        arbitration: bool = False,
        inputs: tuple[Input, ...] = (),
        until: int | None = None,
        approve: Approval | None = None,
        flow: Flow | None = None,
    ) -> Move:
        """A call of `function`(terms, the groups asked for, `values`)."""
        groups = [self.terms]
        groups += [self.conditions] if conditions else []
        groups += [self.arbitration] if arbitration else []
        return Move(
            key=key or f"{function}:{place}",
            place=place,
            contract="Agreement",
            address=self.address,
            function=function,
            arguments=arguments("Agreement", function, [*groups, *values]),
            who=tuple(dict.fromkeys(who)),
            role=role,
            label=label,
            effect=effect,
            inputs=tuple(map(self._in_tokens, inputs)),
            until=until,
            approve=approve,
            flow=flow,
        )

    def _in_tokens(self, given: Input) -> Input:
        """Amounts are written in the token's own unit, where a file says it."""
        paper = self.words.paper
        if given.kind != "money" or paper is None:
            return given
        return replace(given, decimals=paper.token.decimals, unit=paper.token.symbol)
