"""What the calls for grants and offers do, by SPEC.md §9, and all events that come of it, the tokens' included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.equity.model import NEVER, PPM, Grant, Offer, Seat, need
from tests.equity.pool_acts import NOBODY, Event, PoolActs


@dataclass
class Acts(PoolActs):
    """All calls."""

    # Grants: 9.4, 9.5, 9.8, 9.11

    def grant(self, number: int, lines: list[tuple[int, int]], sender: str) -> list[Event]:
        need(number in self.plans, "NoPlan", number)
        plan = self.plans[number]
        pool = self.pools[plan.pool]
        need(bool(lines), "Empty")
        need(sender == pool.manager, "NotManager", plan.pool, sender)
        first = self.made + 1
        for line, (worker, units) in enumerate(lines):
            need(worker in self.rosters[sender], "NoWorker", sender, worker)
            need(units > 0, "NoUnits", line)
            self.grants[first + line] = Grant(number, worker, units, pool.round)
        self.made += len(lines)
        self._set_aside(plan.pool, sum(units for _, units in lines))
        return [self._pool("Granted", plan.pool, plan=number, first=first, lines=lines)]

    def offer(self, offer: Offer, new_workers: int, now: int, sender: str) -> list[Event]:
        plan = self.plans[offer.plan]
        pool = self.pools[plan.pool]
        in_order = offer.opens_at <= offer.until and offer.until > now
        need(0 < offer.count <= offer.units and in_order, "WrongOffer", offer.opens_at, offer.until, offer.count)
        need(sender == pool.manager, "NotManager", plan.pool, sender)
        events = self.reserve(sender, new_workers) if new_workers else []
        self._set_aside(plan.pool, offer.units)
        plan.offers += 1
        self.made += offer.count
        self.offers.append(offer)
        return [*events, self._pool("Offered", plan.pool, plan=offer.plan, offer=self.offer_struct(offer))]

    def offer_struct(self, offer: Offer) -> tuple[Any, ...]:
        """What the contract hashes."""
        pool = self.pools[self.plans[offer.plan].pool]
        named = offer.plan, offer.number, pool.book, pool.manager, self.roster_of(pool.manager), offer.root
        return *named, offer.units, offer.first, offer.count, offer.opens_at, offer.until, offer.round

    def offer_id(self, offer: Offer) -> bytes:
        """What the contract knows an offer by."""
        kinds = ["uint256"] * 2 + ["bytes32", "address", "uint256", "bytes32"] + ["uint256"] * 6
        return keccak(encode(kinds, self.offer_struct(offer)))

    def accept(self, which: int, leaves: list[tuple[int, str | None]], now: int, sender: str) -> list[Event]:
        """`leaves` by their index, each with who signed."""
        offer, events = self.offers[which], list[Event]()
        need(offer.is_open, "NoOffer", self.offer_id(offer))
        need(offer.opens_at <= now <= offer.until, "NotInTime", offer.opens_at, offer.until)
        pool = self.pools[self.plans[offer.plan].pool]
        for index, signer in leaves:
            worker, wallet, units, _ = offer.leaves[index]
            need(index < offer.count, "WrongProof", index)
            if index in offer.accepted:
                continue
            need(units <= offer.left, "OfferExceeded", index, units, offer.left)
            registered = self.rosters[pool.manager].get(worker, Seat(None)).wallet
            if registered is None:
                need(worker in self.rosters[pool.manager], "NoWorker", pool.manager, worker)
                events += self._set_wallet(pool.manager, worker, wallet)
            signing = registered or wallet
            need(signing in (sender, signer), "WrongSignature", signing)
            offer.accepted[index] = units
            self.grants[offer.first + index] = Grant(offer.plan, worker, units, offer.round)
            named = {"plan": offer.plan, "grant": offer.first + index, "number": offer.number}
            events.append(("GrantAccepted", {"book": pool.book, **named, "worker": worker, "units": units}))
        return events

    def close(self, which: int, now: int, sender: str) -> list[Event]:
        offer = self.offers[which]
        number = self.plans[offer.plan].pool
        pool, left = self.pools[number], offer.left
        need(offer.is_open, "NoOffer", self.offer_id(offer))
        is_corrected = now < offer.opens_at and sender == pool.manager
        need(is_corrected or now > offer.until, "Binding", offer.opens_at, offer.until)
        pool.forfeited += left
        pool.remainder += left * pool.since(offer.round)
        offer.is_open = False
        return [self._pool("OfferClosed", number, plan=offer.plan, number=offer.number, returned=left)]

    def leave(self, numbers: list[int], now: int, sender: str) -> list[Event]:
        events = []
        for number in numbers:
            grant = self._managed(number, sender)
            most = self.plan_of(grant).leave
            need(not grant.on_leave and self.away(grant, now) < most, "NoLeave", number, most)
            grant.leaves.append((now, None))
            grant.is_marked = True
            events.append(self._grant("LeaveBegan", number))
        return events

    def come_back(self, numbers: list[int], now: int, sender: str) -> list[Event]:
        events = []
        for number in numbers:
            grant = self._alive(number)
            need(grant.on_leave, "NotOnLeave", number)
            allowed = sender in (self.pool_of(grant).manager, self.seat_of(grant).wallet)
            need(allowed, "NotManager", self.plan_of(grant).pool, sender)
            grant.leaves[-1] = grant.leaves[-1][0], now
            events.append(self._grant("LeaveEnded", number, away=self.away(grant, now)))
        return events

    def accelerate(self, numbers: list[int], ppm: int, now: int, sender: str) -> list[Event]:
        need(ppm <= PPM, "WrongShare", ppm, PPM)
        events = []
        for number in numbers:
            grant = self._managed(number, sender)
            need(ppm > grant.acceleration, "NotAccelerated", number, grant.acceleration)
            grant.accelerations.append((now, ppm))
            grant.is_marked = True
            events.append(self._grant("GrantAccelerated", number, acceleration=ppm))
        return events

    def end(self, numbers: list[int], reason: int, now: int, sender: str) -> list[Event]:
        events = []
        for number in numbers:
            grant = self._managed(number, sender)
            notice = self.plan_of(grant).notice
            need(notice != NEVER, "Irrevocable", number)
            need(grant.announced_at is None, "Ending", number, self.ends_at(grant))
            grant.announced_at, grant.reason, grant.is_marked = now, reason, True
            events.append(self._grant("EndAnnounced", number, reason=reason, endsAt=now + notice))
            if not notice:
                events += self.finish([number], now)
        return events

    def keep(self, numbers: list[int], now: int, sender: str) -> list[Event]:
        events = []
        for number in numbers:
            grant = self._managed(number, sender)
            need(now < (self.ends_at(grant) or 0), "NotEnding", number)
            grant.announced_at, grant.reason = None, 0
            events.append(self._grant("EndWithdrawn", number))
        return events

    def finish(self, numbers: list[int], now: int) -> list[Event]:
        events = []
        for number in numbers:
            grant = self._alive(number)
            ends_at = self.ends_at(grant)
            need(ends_at is not None, "NotEnding", number)
            need(now >= (ends_at or 0), "NotRipe", ends_at)
            events += self.sync(grant.plan, now)
            pool, revenue = self.pool_of(grant), self.revenue(number)
            grant.kept = self.vested(number, now)
            grant.finished_at, grant.paid_to = now, pool.round
            forfeited = grant.units - grant.kept
            pool.forfeited += forfeited
            pool.owed[grant.worker] = pool.owed.get(grant.worker, 0) + revenue
            facts = {"vested": grant.kept, "forfeited": forfeited, "revenue": revenue}
            events.append(self._grant("GrantEnded", number, reason=grant.reason, endsAt=ends_at, **facts))
        return events

    def claim(self, numbers: list[int], now: int) -> list[Event]:
        events = []
        for number in numbers:
            need(number in self.grants, "NoGrant", number)
            grant = self.grants[number]
            pool, wallet = self.pool_of(grant), self.seat_of(grant).wallet
            units, revenue = self.claimable(number, now), self.revenue(number)
            if wallet is None or not units + revenue:
                continue
            grant.claimed += units
            facts = {"worker": grant.worker, "wallet": wallet, "units": units, "revenue": revenue}
            events.append(self._grant("Claimed", number, **facts))
            if units:
                events.append(self._transfer(pool.token, NOBODY, wallet, units))
            if not revenue:
                continue
            grant.paid_to = pool.round
            if (pool.currency, wallet) not in self.refusing:
                pool.paid += revenue
                events.append(self._transfer(pool.currency, self.place, wallet, revenue))
                continue
            pool.owed[grant.worker] = pool.owed.get(grant.worker, 0) + revenue
            booked = {"worker": grant.worker, "amount": revenue}
            events.append(self._pool("Booked", self.plan_of(grant).pool, **booked))
        return events

    # Parts

    def _alive(self, number: int) -> Grant:
        need(number in self.grants, "NoGrant", number)
        grant = self.grants[number]
        need(grant.finished_at is None, "Ended", number, self.ends_at(grant))
        return grant

    def _managed(self, number: int, sender: str) -> Grant:
        grant = self._alive(number)
        need(sender == self.pool_of(grant).manager, "NotManager", self.plan_of(grant).pool, sender)
        return grant

    def _grant(self, name: str, number: int, /, **values: Any) -> Event:
        return self._pool(name, self.plan_of(self.grants[number]).pool, grant=number, **values)
