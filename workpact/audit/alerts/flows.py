"""Money beside the agreement: back to its payer, to the other side's people, from and to one purse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from workpact.audit.alerts import robust
from workpact.audit.alerts.facts import NEUTRAL, Facts
from workpact.audit.alerts.finding import Alert, Finding, TooLittle, day, short
from workpact.audit.alerts.network import Network
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.transfers import Transfer
from workpact.terms.units import DAY, PPM

NONE_GIVEN = "no transfers between people at hand"


def round_trip(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Part of a payment that is back at the client within days, over a few addresses."""
    rule = "round-trip"
    if not facts.has_network:
        yield TooLittle(rule, NONE_GIVEN)
        return
    if facts.case.unseen:
        yield TooLittle(rule, f"the transfers of {facts.case.unseen} addresses around were not read")
    network = Network.of(facts, limits.hub_counterparties)
    clients = frozenset(seat.address for seat in facts.seats if seat.role == "client")
    sizes = [each.amount for each in facts.payments if not each.is_service]
    usual = robust.median(sizes) if sizes else Fraction(0)
    found: dict[tuple[str, ...], dict[tuple[int, int], Transfer]] = {}
    for payment in facts.payments:
        since = payment.entry.log.timestamp
        until = since + limits.round_trip_days * DAY
        least = max(int(usual), payment.amount) * limits.round_trip_share_ppm // PPM
        for start in sorted({payment.payee, facts.contractor(payment.entry.place)} - facts.contracts):
            for way in network.routes(start, clients, since, until, least, limits.round_trip_hops - 1):
                people = (start, *(each.receiver for each in way))
                found.setdefault(people, {}).update({each.log.place: each for each in way})
    for people, moved in sorted(found.items()):
        transfers = tuple(each for _, each in sorted(moved.items()))
        back = sum(each.amount for each in transfers if each.receiver == people[-1])
        yield Alert(
            rule,
            f"Why did {facts.words.money(back)} that the contractor was paid come back to the client from "
            f"{day(transfers[0].log.timestamp)} on, by {' → '.join(short(each) for each in people)}?",
            {"way": list(people), "back": back},
            limits.of("round_trip_days", "round_trip_hops", "round_trip_share_ppm", "hub_counterparties"),
            transfers=transfers,
        )


def paid_elsewhere(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A side that pays, outside the agreement, an arbiter or somebody who acts for the other side."""
    rule = "paid-elsewhere"
    if not facts.has_network:
        yield TooLittle(rule, NONE_GIVEN)
        return
    network = Network.of(facts, limits.hub_counterparties)
    agents = {seat.address: seat for seat in reversed(facts.seats) if seat.role not in ("client", "contractor")}
    payers = {who: side for who, side in facts.sides.items() if side != NEUTRAL}
    found: dict[tuple[str, str], list[Transfer]] = {}
    for payer, side in sorted(payers.items()):
        others = frozenset(who for who, seat in agents.items() if seat.side != side)
        for way in network.routes(payer, others, 0, 1 << 64, 1, 2):
            between = [each.receiver for each in way[:-1]]
            if not set(between) & set(facts.sides) and _is_passed_on(way, limits):
                found.setdefault((side, way[-1].receiver), []).extend(way)
    for (side, who), ways in sorted(found.items()):
        transfers = tuple(each for _, each in sorted({each.log.place: each for each in ways}.items()))
        got = sum(each.amount for each in transfers if each.receiver == who)
        yield Alert(
            rule,
            f"What did the {side} pay the {agents[who].role} {short(who)} {facts.words.money(got)} for, outside the "
            f"agreement, from {day(transfers[0].log.timestamp)} on?",
            {"by": side, "to": who, "role": agents[who].role, "amount": got},
            limits.of("round_trip_days", "hub_counterparties"),
            transfers=transfers,
        )


def _is_passed_on(way: Sequence[Transfer], limits: Thresholds) -> bool:
    one, last = way[0], way[-1]
    in_days = last.log.timestamp - one.log.timestamp <= limits.round_trip_days * DAY
    return in_days and 10 * abs(one.amount - last.amount) <= one.amount


def common_funder(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """People of different sides whose first money came from one address that has no seat."""
    rule = "common-funder"
    if not facts.has_network:
        yield TooLittle(rule, NONE_GIVEN)
        return
    network = Network.of(facts, limits.hub_counterparties)
    funded: dict[str, dict[str, Transfer]] = {}
    for who in facts.sides:
        first = network.first.get(who)
        if first and first.sender not in {*facts.contracts, *network.hubs, *facts.sides}:
            funded.setdefault(first.sender, {})[who] = first
    yield from _purses(rule, "first money came from", funded, facts, limits.of("hub_counterparties"))


def shared_withdrawal(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """People of different sides who send most of what they get to one address that has no seat."""
    rule = "shared-withdrawal"
    if not facts.has_network:
        yield TooLittle(rule, NONE_GIVEN)
        return
    network = Network.of(facts, limits.hub_counterparties)
    swept: dict[str, dict[str, Transfer]] = {}
    for who in facts.sides:
        found = network.sweep(who, network.spent(who), limits.sweep_share_ppm)
        if found and found[0] not in {*network.hubs, *facts.sides}:
            swept.setdefault(found[0], {})[who] = found[1][0]
    used = limits.of("sweep_share_ppm", "hub_counterparties")
    yield from _purses(rule, "money goes to", swept, facts, used)


def _purses(
    rule: str, how: str, purses: dict[str, dict[str, Transfer]], facts: Facts, used: dict[str, int]
) -> Iterator[Finding]:
    for purse, people in sorted(purses.items()):
        if len({facts.sides[who] for who in people}) > 1:
            names = " and ".join(f"the {facts.role(who)} {short(who)}" for who in sorted(people))
            yield Alert(
                rule,
                f"Do {names} belong to one purse? Their {how} {short(purse)}.",
                {"purse": purse, "people": {who: facts.role(who) for who in sorted(people)}},
                used,
                transfers=tuple(sorted(people.values(), key=lambda each: each.log.place)),
            )
