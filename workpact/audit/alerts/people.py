"""Seats: one address on two sides, a payout address changed in time for a large payment, a sanctioned address."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.audit.alerts import robust
from workpact.audit.alerts.facts import NEUTRAL, Facts, Payment, Seat
from workpact.audit.alerts.finding import Alert, Finding, TooLittle, day, short
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.entries import Entry
from workpact.terms.units import DAY, PPM


def role_overlap(facts: Facts, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """One address in seats of two sides, or paid a wage while it sits on the other side or judges."""
    seats: dict[str, list[Seat]] = {}
    for seat in facts.seats:
        seats.setdefault(seat.address, []).append(seat)
    paid: dict[str, Entry] = {}
    for wage in facts.wages:
        paid.setdefault(wage.payee, wage.entry)
    for who, entry in paid.items():
        if who in seats:
            seats[who].append(Seat(who, "contractor", "worker paid by the contractor", entry))
    for who, own in sorted(seats.items()):
        if len({seat.side for seat in own}) > 1:
            roles = " and ".join(dict.fromkeys(seat.role for seat in own))
            yield Alert(
                "role-overlap",
                f"Should {short(who)} be {roles}?",
                {"address": who, "roles": list(dict.fromkeys(seat.role for seat in own))},
                {},
                tuple(seat.entry for seat in own if seat.entry),
            )


def changed_payee(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A new payout address shortly before a large payment to it, or for one payment only."""
    rule, used = "changed-payee", limits.of("payee_days", "payee_times_ppm")
    changes = list(facts.named("PayeeSet"))
    if not facts.payments or not changes:
        yield TooLittle(rule, "no payment to a changed payout address")
        return
    sizes = {kind: [each.amount for each in facts.payments if each.is_service is kind] for kind in (True, False)}
    usual = {kind: robust.median(amounts) for kind, amounts in sizes.items() if amounts}
    known = set()
    for number, change in enumerate(changes):
        payee, following = change["payee"], changes[number + 1 : number + 2]
        is_new = payee not in known and payee not in facts.contracts and payee != facts.contractor(change.place)
        known.add(payee)
        before = [each for each in facts.payments if each.entry.place < change.place]
        if not is_new or not before:
            continue
        until = following[0].place if following else (1 << 64, 0)
        there = [each for each in facts.payments if change.place < each.entry.place < until]
        soon = [each for each in there if each.entry.log.timestamp - change.log.timestamp <= limits.payee_days * DAY]
        large = [each for each in soon if each.amount * PPM >= usual[each.is_service] * limits.payee_times_ppm]
        is_short = bool(following) and bool(there) and _days(change, following[0]) <= limits.payee_days
        if large or is_short:
            yield _redirected(rule, facts, change, large or there, used)


def _days(one: Entry, other: Entry) -> int:
    return (other.log.timestamp - one.log.timestamp) // DAY


def _redirected(rule: str, facts: Facts, change: Entry, payments: list[Payment], used: dict[str, int]) -> Alert:
    total = sum(each.amount for each in payments)
    return Alert(
        rule,
        f"Did the contractor itself move its payments to {short(change['payee'])} on {day(change.log.timestamp)}? "
        f"{facts.words.money(total)} followed on {day(payments[0].entry.log.timestamp)}.",
        {"payee": change["payee"], "amount": total},
        used,
        (change, *(each.entry for each in payments)),
    )


def sanctioned(facts: Facts, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """An address of the agreement, or one that dealt with its people, that is on the user's list."""
    rule, listed = "sanctioned", facts.case.sanctions
    if listed is None:
        yield TooLittle(rule, "no list given (--sanctions)")
        return
    entries: dict[str, list[Entry]] = {}
    for seat in facts.seats:
        entries.setdefault(seat.address, []).extend([seat.entry] if seat.entry else [])
    for wage in facts.wages:
        entries.setdefault(wage.payee, []).append(wage.entry)
    for entry in facts.entries:
        entries.setdefault(entry.actor, []).append(entry)
        if entry.name == "AccessGiven":
            entries.setdefault(entry["reader"], []).append(entry)
    moved = [each for each in facts.transfers if {each.sender, each.receiver} & listed.addresses]
    met = {who for each in moved for who in (each.sender, each.receiver)} | set(entries)
    for who in sorted(met & listed.addresses):
        own = tuple(each for each in moved if who in (each.sender, each.receiver))
        yield Alert(
            rule,
            f"May anybody deal with {facts.role(who)}? The list of {listed.date} has it.",
            {"address": who, "role": facts.role(who), "list": listed.date},
            {},
            tuple({each.place: each for each in entries.get(who, ())}.values()),
            own,
        )


def ruling_pattern(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """An arbiter whose rulings go to one side more often than an even chance gives."""
    rule, used = "ruling-pattern", limits.of("ruling_chance_ppm")
    ruled: dict[str, list[tuple[Entry, bool]]] = {}
    for entry in facts.named("Ruled", "PeriodRuled"):
        if entry.name == "Ruled":
            arbiters = {seat.address for seat in facts.seats if seat.side == NEUTRAL}
            if entry["by"] in arbiters and 2 * entry["share"] != PPM:
                ruled.setdefault(entry["by"], []).append((entry, 2 * entry["share"] > PPM))
        else:
            ruled.setdefault(entry["ruler"], []).append((entry, entry["mask"] == 0))
    most = max((len(each) for each in ruled.values()), default=0)
    needed = next(count for count in range(1, 1_000) if limits.ruling_chance_ppm << count >= 2 * PPM)
    if most < needed:
        yield TooLittle(rule, f"{most} rulings of one arbiter, {needed} needed")
    for who, own in sorted(ruled.items()):
        wins = sum(to_contractor for _, to_contractor in own)
        if robust.sign_test(wins, len(own) - wins) * PPM <= limits.ruling_chance_ppm:
            side, count = ("contractor", wins) if 2 * wins > len(own) else ("client", len(own) - wins)
            yield Alert(
                rule,
                f"Why did {count} of {len(own)} rulings of {short(who)} go to the {side}?",
                {"arbiter": who, "contractor": wins, "client": len(own) - wins},
                used,
                tuple(entry for entry, _ in own),
            )
