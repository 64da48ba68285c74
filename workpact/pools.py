"""Pools and plans on chain, one class each; `workpact.equity` makes them.

Facts that never change are asked of the chain once, all else every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workpact.batches.grants import OfferId
from workpact.batches.proofs import Leaves
from workpact.chain import contracts, errors
from workpact.chain.answers import answer_to
from workpact.grants import Grant, Missing, Numbered, tokens
from workpact.preflight import ask, chain_id, send
from workpact.vesting import Plan

if TYPE_CHECKING:
    from workpact.offers import Offer


class Pool(Numbered):
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
    def currency(self) -> str | None:
        """The token that revenue comes in; None if the pool shares none. Never changes."""
        address = str(self._facts.currency)
        return address if int(address, 16) else None

    @property
    def shares(self) -> int:
        """The units that share revenue now."""
        return int(self._state.granted - self._state.forfeited)

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

    def distribute(self, amount: int, *, sender: Any) -> Any:
        """Shares revenue by all units of the pool, in the currency's smallest unit; from the sender. Anyone."""
        return send(self.equity.contract.distribute, self.id, amount, sender=sender)

    def withdraw(self, workers: Iterable[int], *, sender: Any) -> Any:
        """Pays booked revenue to the workers' wallets; who is owed nothing or refused again is passed over. Anyone."""
        return send(self.equity.contract.withdraw, self.id, [int(each) for each in workers], sender=sender)

    def refuses(self, worker: int, units: int) -> bool:
        """Whether the currency would refuse so much of it to the worker's wallet now, or the roster has none."""
        wallet = self.equity.wallet(self.manager, worker)
        if wallet is None or self.currency is None:
            return True
        transfer = contracts.token(self.currency).transfer.encode_input(wallet, units)
        with errors.explained():
            answer = answer_to(self.currency, transfer, self.equity.contract.address)
        if "result" not in answer:
            # Other trouble is the sending's to name.
            return "revert" in str(answer.get("error")).lower()
        words = bytes.fromhex(str(answer["result"])[2:])
        # As the contract takes it: some tokens answer nothing.
        return words != b"" and int.from_bytes(words[:32]) != 1

    def offers(self) -> list[Offer]:
        """All offers made from this pool, from the logs."""
        from workpact.offers import Offer

        return [Offer(self.equity, event.offer) for event in self.equity.logged("Offered", pool=self.id)]

    def grants(self) -> list[Grant]:
        """All grants made from this pool, accepted ones included, from the logs; in the order of their numbers."""
        made = self.equity.logged("Granted", pool=self.id)
        numbers = [event.first + line for event in made for line in range(len(event.lines))]
        plans = {event.plan for event in self.equity.logged("Offered", pool=self.id)}
        for plan in plans:
            numbers += [event.grant for event in self.equity.logged("GrantAccepted", book=self.book, plan=plan)]
        return [self.equity.grant(number) for number in sorted(numbers)]


class PoolPlan(Numbered):
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
        contract = self.equity.contract
        return Plan.of_chain(self._facts, ask(contract.conditionOf, self.id), ask(contract.rulesOf, self.id))

    @property
    def acceleration(self) -> int:
        """The plan's leaver part once the client has ended the agreement by notice, as last synced; ppm."""
        return int(self._state.acceleration)

    @property
    def next_offer(self) -> OfferId:
        """What the leaves of the plan's next offer must name."""
        number = int(self._state.offers) + 1
        return OfferId(chain_id(), self.equity.contract.address, self.id, number)

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

    def offer(self, leaves: Leaves, opens_at: int, until: int, *, new_workers: int = 0, sender: Any) -> Any:
        """Offers grants by the root of their leaves, in one transaction. Only the pool's manager.

        The workers accept from one Unix second to the other; before, the offer can be closed and made again.
        `new_workers` numbers are set aside on the roster. Raises `ForeignLeaf` if the leaves are of another chain,
        contract, plan or offer.
        """
        place = self.next_offer
        leaves.of(int(leaves.rows[0][leaves.kind.place("worker")])).check(
            chainId=place.chain_id, equity=place.equity, plan=place.plan, number=place.number
        )
        arguments = (leaves.root, leaves.total, len(leaves), opens_at, until, new_workers)
        return send(self.equity.contract.offer, self.id, *arguments, sender=sender)
