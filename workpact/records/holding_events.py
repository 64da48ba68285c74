"""What each event of worker equity does to `Holdings` (SPEC.md §9).

Every figure that an event carries is worked out again on the way; `RecordsDiffer` if one is another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workpact.records.events import Record, RecordsDiffer, in_order
from workpact.records.holdings import (
    SCALE,
    Announcement,
    GrantHolding,
    Holdings,
    OfferHolding,
    PlanHolding,
    PoolHolding,
    Seat,
    plan_of,
)


def holdings_of(records: Iterable[Record]) -> Holdings:
    """Reads all events of one worker equity, in any order; those of anything else are passed over."""
    holdings = Holdings()
    holdings.records = in_order(records)
    for record in holdings.records:
        apply = APPLIED.get(record.name)
        if apply is None:
            continue
        try:
            apply(holdings, record)
        except KeyError as error:
            raise RecordsDiffer(f"{record.name} in {record.transaction} names {error}, which no event made.") from None
    return holdings


def _require(record: Record, what: str, said: int, reckoned: int) -> None:
    if said != reckoned:
        text = (
            f"{record.name} in {record.transaction} (log {record.position}) says {what} {said}, the events {reckoned}"
        )
        raise RecordsDiffer(f"{text}: something is missing, added or edited before it.")


# Rosters


def _enrolled(holdings: Holdings, record: Record) -> None:
    roster = holdings.rosters[record["manager"]]
    for worker, wallet in enumerate(record["wallets"], record["first"]):
        roster[worker] = Seat(worker, record, [(wallet, record)])


def _reserved(holdings: Holdings, record: Record) -> None:
    roster = holdings.rosters[record["manager"]]
    for worker in range(record["first"], record["first"] + record["count"]):
        roster[worker] = Seat(worker, record)


def _wallet_set(holdings: Holdings, record: Record) -> None:
    seat = holdings.rosters[record["manager"]].setdefault(record["worker"], Seat(record["worker"], record))
    seat.wallets.append((record["wallet"], record))


# Issuer


def _token_created(holdings: Holdings, record: Record) -> None:
    holdings.tokens[record["token"]] = record


def _pool_opened(holdings: Holdings, record: Record) -> None:
    holdings.pools[record["pool"]] = PoolHolding(record, record["units"])


def _pool_raised(holdings: Holdings, record: Record) -> None:
    pool = holdings.pools[record["pool"]]
    pool.units = record["units"]
    pool.raises.append(record)


def _plan_created(holdings: Holdings, record: Record) -> None:
    plan = record["plan"]
    holdings.plans[plan] = PlanHolding(plan, record["pool"], record, plan_of(record["terms"]))


# Grants


def _set_aside(pool: PoolHolding, record: Record, units: int) -> None:
    pool.granted += units
    if pool.granted - pool.forfeited > pool.units:
        raise RecordsDiffer(f"{record.name} in {record.transaction} grants more than the pool holds.")


def _granted(holdings: Holdings, record: Record) -> None:
    pool = holdings.pools[record["pool"]]
    for number, line in enumerate(record["lines"], record["first"]):
        last = len(pool.earned) - 1
        made = GrantHolding(number, record["pool"], record["plan"], line["worker"], line["units"], record, last)
        holdings.grants[number] = made
        _set_aside(pool, record, line["units"])


def _offered(holdings: Holdings, record: Record) -> None:
    offer = record["offer"]
    pool = holdings.pools[record["pool"]]
    _require(record, "round", offer["round"], len(pool.earned) - 1)
    _set_aside(pool, record, offer["units"])
    made = OfferHolding(record, record["pool"], offer["units"], offer["round"])
    holdings.offers[(record["plan"], offer["number"])] = made


def _accepted(holdings: Holdings, record: Record) -> None:
    offer = holdings.offers[(record["plan"], record["number"])]
    offer.accepted += record["units"]
    if offer.accepted > offer.units or offer.closed:
        raise RecordsDiffer(f"{record.name} in {record.transaction} accepts more than the offer set aside.")
    number = record["grant"]
    made = GrantHolding(number, offer.pool, record["plan"], record["worker"], record["units"], record, offer.round)
    made.offer = record["number"]
    holdings.grants[number] = made


def _offer_closed(holdings: Holdings, record: Record) -> None:
    offer, pool = holdings.offers[(record["plan"], record["number"])], holdings.pools[record["pool"]]
    _require(record, "returned", record["returned"], offer.open_units)
    pool.forfeited += record["returned"]
    pool.remainder += record["returned"] * pool.since(offer.round)
    offer.closed = record


# What bears on vesting


def _gate_raised(holdings: Holdings, record: Record) -> None:
    holdings.plans[record["plan"]].gate.append(record)


def _leaver_applied(holdings: Holdings, record: Record) -> None:
    plan = holdings.plans[record["plan"]]
    _require(record, "acceleration", record["acceleration"], plan.plan.leaver)
    plan.leaver = record


def _accelerated(holdings: Holdings, record: Record) -> None:
    holdings.grants[record["grant"]].accelerations.append(record)


def _leave_began(holdings: Holdings, record: Record) -> None:
    grant = holdings.grants[record["grant"]]
    grant.left = record
    grant.leave_records.append(record)


def _leave_ended(holdings: Holdings, record: Record) -> None:
    grant = holdings.grants[record["grant"]]
    if grant.left is None:
        raise RecordsDiffer(f"{record.name} in {record.transaction} ends a leave that never began.")
    first = max(grant.left.timestamp, holdings.plans[grant.plan].plan.start)
    stopped = record["away"] - grant.away
    if stopped:
        grant.leaves.append((first, first + stopped))
    grant.away, grant.left = record["away"], None
    grant.leave_records.append(record)


def _end_announced(holdings: Holdings, record: Record) -> None:
    grant = holdings.grants[record["grant"]]
    notice = holdings.plans[grant.plan].plan.notice
    _require(record, "endsAt", record["endsAt"], record.timestamp + notice)
    grant.announcements.append(Announcement(record))


def _end_withdrawn(holdings: Holdings, record: Record) -> None:
    holdings.grants[record["grant"]].announcements[-1].withdrawn = record


def _ended(holdings: Holdings, record: Record) -> None:
    grant = holdings.grants[record["grant"]]
    pool, key = holdings.pools[grant.pool], (grant.pool, grant.worker)
    vested = holdings.vested(grant, record.timestamp)
    _require(record, "vested", record["vested"], vested)
    _require(record, "forfeited", record["forfeited"], grant.units - vested)
    _require(record, "revenue", record["revenue"], holdings.pending(grant))
    grant.ended, grant.round = record, len(pool.earned) - 1
    grant.settled += record["revenue"]
    holdings.revenue_owed[key] += record["revenue"]
    pool.forfeited += record["forfeited"]


# Money


def _claimed(holdings: Holdings, record: Record) -> None:
    grant = holdings.grants[record["grant"]]
    pool, key = holdings.pools[grant.pool], (grant.pool, grant.worker)
    _require(record, "units", record["units"], holdings.vested(grant, record.timestamp) - grant.claimed)
    _require(record, "revenue", record["revenue"], holdings.pending(grant))
    grant.claimed += record["units"]
    grant.settled += record["revenue"]
    grant.claims.append(record)
    if record["revenue"]:
        grant.round = len(pool.earned) - 1
    holdings.revenue_paid[key] += record["revenue"]


def _distributed(holdings: Holdings, record: Record) -> None:
    pool = holdings.pools[record["pool"]]
    _require(record, "round", record["round"], len(pool.earned))
    _require(record, "shares", record["shares"], pool.shares)
    unit, pool.remainder = divmod((record["amount"] << SCALE) + pool.remainder, pool.shares)
    pool.earned.append(pool.earned[-1] + unit)
    pool.distributed += record["amount"]


def _booked(holdings: Holdings, record: Record) -> None:
    """Follows the claim that the currency refused."""
    key = record["pool"], record["worker"]
    holdings.revenue_paid[key] -= record["amount"]
    holdings.revenue_owed[key] += record["amount"]


def _withdrawn(holdings: Holdings, record: Record) -> None:
    key = record["pool"], record["worker"]
    # A currency that calls back may have had more booked meanwhile.
    if record["amount"] > holdings.revenue_owed[key]:
        raise RecordsDiffer(f"{record.name} in {record.transaction} pays more than was owed.")
    holdings.revenue_owed[key] -= record["amount"]
    holdings.revenue_paid[key] += record["amount"]


APPLIED: dict[str, Callable[[Holdings, Record], None]] = {
    "Enrolled": _enrolled,
    "Reserved": _reserved,
    "WalletSet": _wallet_set,
    "TokenCreated": _token_created,
    "PoolOpened": _pool_opened,
    "PoolRaised": _pool_raised,
    "PlanCreated": _plan_created,
    "Granted": _granted,
    "Offered": _offered,
    "GrantAccepted": _accepted,
    "OfferClosed": _offer_closed,
    "GateRaised": _gate_raised,
    "LeaverRuleApplied": _leaver_applied,
    "GrantAccelerated": _accelerated,
    "LeaveBegan": _leave_began,
    "LeaveEnded": _leave_ended,
    "EndAnnounced": _end_announced,
    "EndWithdrawn": _end_withdrawn,
    "GrantEnded": _ended,
    "Claimed": _claimed,
    "Distributed": _distributed,
    "Booked": _booked,
    "RevenueWithdrawn": _withdrawn,
}
