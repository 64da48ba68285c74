"""Who got what, why, by which transaction: read from the chain's logs, and checked against balances and histories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from desk import Desk
from reckoning import Month
from record import Record

from workpact.agreement import Event
from workpact.chain import contracts
from workpact.equity import Grant, WorkerEquity, book_of, tokens
from workpact.history import read, recompute
from workpact.terms.units import write_instant


@dataclass(frozen=True)
class Row:
    """One line of the table; amounts in smallest units, of the token or of the workers' token."""

    who: str
    address: str
    amount: int
    why: str
    transaction: str | None
    """None for what still waits in the contract."""


@dataclass(frozen=True)
class Check:
    """Two numbers or words that must be equal."""

    what: str
    expected: Any
    found: Any

    @property
    def holds(self) -> bool:
        """Whether they are."""
        return bool(self.expected == self.found)


class Outcome:
    """The end of a story."""

    def __init__(self, desk: Desk, grants: list[Grant], months: list[Month]) -> None:
        self.desk = desk
        self.agreement = desk.agreement
        self.equity = WorkerEquity(desk.contracts["WorkerEquity"])
        self.grants = grants
        self.months = months
        self.book = book_of(self.agreement.contract.address, self.agreement.origin, desk.client.address)
        self.events = self.agreement.events()
        self.verdicts = desk.levels.events()
        self.shares = read(self.equity.contract, [self.book])
        self.record = Record.of(desk)
        self.money = list(self._money())
        self.units = list(self._units())
        self.checks = list(self._checks())

    @property
    def funded(self) -> int:
        """All that the token's own logs say came into the contract."""
        return self._moved(to=self.agreement.contract.address)

    @property
    def histories(self) -> dict[str, tuple[int, bytes]]:
        """For each contract how many events its record of the agreement has, and the word recomputed from them."""
        records = {"Agreement": self.events, "SLAOracle": self.verdicts, "WorkerEquity": self.shares}
        return {name: (len(events), recompute(events)) for name, events in records.items()}

    def _money(self) -> Iterator[Row]:
        agreement, document = self.agreement, self.agreement.document
        names = [milestone.name for milestone in document.milestones]
        for event in self.events:
            if event.name == "Accepted":
                mask = event["milestones"]
                accepted = ", ".join(name for bit, name in enumerate(names) if mask >> bit & 1)
                yield self._paid(event, f"{accepted}, accepted by the client")
            elif event.name == "Released":
                yield self._paid(event, f"{names[event['milestone']]}, released by the client's silence")
            elif event.name == "Settled":
                credit = agreement.money(event["credit"])
                yield self._paid(
                    event, f"service in {document.periods[event['period']].name}, less a credit of {credit}"
                )
            elif event.name == "Ended":
                yield Row("client", agreement.client, event["toClient"], "what no period needed", event.transaction)
        until = write_instant(document.spec.review.holdback_until, document.zone, last=True)
        address = agreement.contract.address
        yield Row("contractor, later", address, agreement.retained_units, f"held back until {until}", None)
        if agreement.held_units:
            yield Row("held", address, agreement.held_units, "cover of the periods ahead", None)

    def _paid(self, event: Event, why: str) -> Row:
        return Row("contractor", self.agreement.contractor, event["paid"], why, event.transaction)

    def _units(self) -> Iterator[Row]:
        plans = {}
        written = self.agreement.document.plans
        for event in self.shares:
            if event.name == "PlanCreated":
                plans[event["plan"]] = written[len(plans)].name
            elif event.name == "Claimed":
                grant = self.equity.grant(event["grant"])
                why = f"{plans[grant.plan.id]}, vested so far of {tokens(grant.units)}"
                yield Row(f"worker {event['worker']}", event["wallet"], event["units"], why, event.transaction)

    def _checks(self) -> Iterator[Check]:
        agreement, token = self.agreement, self.desk.token
        contract = agreement.contract.address
        paid = sum(row.amount for row in self.money if row.who == "contractor")
        yield Check("the table adds up to what was funded", self.funded, sum(row.amount for row in self.money))
        yield Check("the contractor's wallet has what the table says", token.balanceOf(agreement.contractor), paid)
        waiting = agreement.held_units + agreement.retained_units
        yield Check("the contract holds what the table says", token.balanceOf(contract), waiting)
        settled = [event for event in self.events if event.name == "Settled"]
        for month, event in zip(self.months, settled, strict=True):
            own = (month.charge, month.credit, month.paid, month.retained)
            found = tuple(event[name] for name in ("charge", "credit", "paid", "retained"))
            yield Check(f"{month.period} costs what the lines say", own, found)
        yield from self._unit_checks()
        words = {
            # Ape keeps an account's own history under the plain name.
            "Agreement": agreement.contract.call_view_method("history", agreement.origin),
            "SLAOracle": self.desk.levels.oracle.historyOf(self.desk.levels.book),
            "WorkerEquity": self.equity.contract.historyOf(self.book),
        }
        for name, (_, word) in self.histories.items():
            yield Check(f"the {name}'s history follows from the logs", bytes(words[name]).hex(), word.hex())
        keys = (agreement.origin, self.desk.levels.book, self.book)
        proved = [self.record.word(name, key) for name, key in zip(self.histories, keys, strict=True)]
        own = [word for _, word in self.histories.values()]
        yield Check("a bundle of the record, opened by its block's hash alone, has the same histories", own, proved)

    def _unit_checks(self) -> Iterator[Check]:
        claimed = sum(row.amount for row in self.units)
        pool = self.grants[0].plan.pool
        supply = contracts.token(pool.token).totalSupply()
        yield Check("the workers' tokens are those that the table says", supply, claimed)
        unvested = sum(grant.units - grant.vested_units for grant in self.grants)
        claimable = sum(grant.claimable_units for grant in self.grants)
        granted = sum(grant.units for grant in self.grants)
        yield Check("granted = claimed + claimable + unvested", granted, claimed + claimable + unvested)
        yield Check("what is granted has left the pool", pool.units - granted, pool.left_units)

    def _moved(self, to: str) -> int:
        topic = bytes.fromhex(to[2:]).rjust(32, b"\0")
        transfers = (event for event in read(self.desk.token, [None, topic]) if event.name == "Transfer")
        return sum(event["value"] for event in transfers)
