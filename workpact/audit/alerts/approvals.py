"""How acceptances came about: kept below a limit, too fast, at odd hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from workpact.audit.alerts import robust
from workpact.audit.alerts.facts import Approval, Facts
from workpact.audit.alerts.finding import Alert, Finding, Invoice, TooLittle, day, moment, short
from workpact.audit.alerts.thresholds import Thresholds
from workpact.terms.units import DAY, PPM

HOUR = 3_600
THURSDAY = 3
"""1 January 1970, counted from Monday."""
LEAST_SPREAD = Fraction(2)
"""Hours: nobody is so regular that an hour is unusual."""
WEEKEND = (5, 6)
WEEKEND_SHARE = 6
"""A signer of whose acceptances one in so many, or fewer, are at weekends does not work then."""


def split_below_limit(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Pieces that one operator accepted in a few days, each within its limit and together above it."""
    used = limits.of("split_days", "split_pieces", "split_band_ppm")
    groups: dict[tuple[str, str], list[Approval]] = {}
    for each in facts.approvals:
        if each.limit and len(each.milestones) == 1:
            groups.setdefault((each.by, facts.words.milestone(each.milestones[0])), []).append(each)
        if each.limit and each.amount * PPM >= each.limit * limits.split_band_ppm:
            groups.setdefault((each.by, ""), []).append(each)
    for (by, milestone), group in groups.items():
        least = 2 if milestone else limits.split_pieces
        found = [each for each in _windows(group, limits.split_days * DAY) if len(each) >= least and _is_above(each)]
        together = tuple({each.entry.place: each for window in found for each in window}.values())
        if together:
            limit, total = together[0].limit or 0, sum(each.amount for each in found[0])
            yield Alert(
                "split-below-limit",
                f"Was {milestone or 'one piece of work'} divided so that {short(by)} could accept it alone? "
                f"It accepted {facts.words.money(total)} in {len(found[0])} pieces from "
                f"{day(found[0][0].entry.log.timestamp)} on; its limit is {facts.words.money(limit)}.",
                {"by": by, "total": total, "pieces": [each.amount for each in together], "limit": limit},
                used,
                tuple(each.entry for each in together),
            )
    yield from _split_invoices(facts, limits, used)


def _is_above(window: Sequence[Approval]) -> bool:
    return sum(each.amount for each in window) > (window[0].limit or 0)


def _windows(group: Sequence[Approval], seconds: int) -> Iterator[Sequence[Approval]]:
    """The longest runs within so many seconds, each ending where the next would be too late."""
    start = 0
    for end, each in enumerate(group):
        while each.entry.log.timestamp - group[start].entry.log.timestamp > seconds:
            start += 1
        if end + 1 == len(group) or group[end + 1].entry.log.timestamp - group[start].entry.log.timestamp > seconds:
            yield group[start : end + 1]


def _split_invoices(facts: Facts, limits: Thresholds, used: dict[str, int]) -> Iterator[Finding]:
    limit = limits.approval_limit
    if not limit or not facts.invoices:
        return
    near: dict[tuple[str, str], list[Invoice]] = {}
    for line in facts.invoices:
        if limit * limits.split_band_ppm <= abs(line.amount) * PPM < limit * PPM:
            near.setdefault((line.counterparty.casefold(), line.date), []).append(line)
    for lines in near.values():
        if len(lines) >= limits.split_pieces:
            total = sum(abs(each.amount) for each in lines)
            yield Alert(
                "split-below-limit",
                f"Were the {len(lines)} invoices of {lines[0].counterparty} of {lines[0].date} one? Each is below "
                f"{facts.words.money(limit)}, together they are {facts.words.money(total)}.",
                {"total": total, "limit": limit},
                used | limits.of("approval_limit"),
                invoices=tuple(lines),
            )


def just_under_limit(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """More different amounts just under an operator's limit than a little further below it."""
    rule, used = "just-under-limit", limits.of("limit_band_ppm", "limit_count", "limit_chance_ppm")
    groups: dict[tuple[str, int], list[Approval]] = {}
    for each in facts.approvals:
        if each.limit:
            groups.setdefault((each.by, each.limit), []).append(each)
    if not groups:
        yield TooLittle(rule, "no operator of the client accepted anything")
    width = PPM - limits.limit_band_ppm
    for (by, limit), group in sorted(groups.items()):
        near = {each.amount: each for each in group if each.amount * PPM >= limit * limits.limit_band_ppm}
        floor = limits.limit_band_ppm - 2 * width
        below = {each.amount for each in group if limit * floor <= each.amount * PPM < limit * limits.limit_band_ppm}
        if len(near) < limits.limit_count:
            continue
        chance = robust.at_least(len(near), len(near) + len(below), Fraction(1, 3))
        if chance * PPM <= limits.limit_chance_ppm:
            yield Alert(
                rule,
                f"Are the amounts that {short(by)} accepts made to fit its limit of {facts.words.money(limit)}? "
                f"{len(near)} different ones lie just under it, {len(below)} in the stretch below, twice as wide.",
                {"by": by, "limit": limit, "near": len(near), "below": len(below)},
                used,
                tuple(each.entry for each in near.values()),
            )


def fast_approval(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Large work accepted in the block it was handed in, or far faster than this client ever looks at work."""
    rule, used = "fast-approval", limits.of("fast_seconds", "fast_history", "fast_share_ppm")
    waits = [(each, _wait(each)) for each in facts.approvals if each.submitted]
    if len(waits) < limits.fast_history:
        yield TooLittle(rule, f"{len(waits)} acceptances after a submission, {limits.fast_history} needed")
        return
    usual = robust.median([wait for _, wait in waits])
    size = robust.median([each.amount for each, _ in waits])
    found: dict[str, list[Approval]] = {}
    for each, wait in waits:
        is_quick = wait <= limits.fast_seconds and wait * PPM <= usual * limits.fast_share_ppm
        is_instant = each.entry.log.block == each.submitted[-1].log.block and usual > limits.fast_seconds
        if each.amount >= size and (is_quick or is_instant):
            found.setdefault(each.by, []).append(each)
    for by, group in found.items():
        first = group[0]
        yield Alert(
            rule,
            f"Did {facts.role(by)} look at what it accepted on {moment(first.entry.log.timestamp)}, "
            f"{_wait(first)} seconds after it was handed in? Half of its acceptances take {int(usual)} or more.",
            {"by": by, "seconds": [_wait(each) for each in group], "usual": int(usual)},
            used,
            tuple(entry for each in group for entry in (*each.submitted, each.entry)),
        )


def _wait(approval: Approval) -> int:
    return approval.entry.log.timestamp - max(each.log.timestamp for each in approval.submitted)


def off_hours(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Several large acceptances at hours or on days when their signer does not work otherwise."""
    rule, used = "off-hours", limits.of("hours_history", "hours_tenths", "hours_count")
    groups: dict[str, list[Approval]] = {}
    for each in facts.approvals:
        groups.setdefault(each.by, []).append(each)
    largest = max((len(each) for each in groups.values()), default=0)
    if largest < limits.hours_history:
        yield TooLittle(rule, f"{largest} acceptances of one signer, {limits.hours_history} needed")
    for by, group in sorted(groups.items()):
        if len(group) < limits.hours_history:
            continue
        hours = [each.entry.log.timestamp % DAY // HOUR for each in group]
        days = [(each.entry.log.timestamp // DAY + THURSDAY) % 7 for each in group]
        centre = min(range(24), key=lambda hour: (sum(_apart(hour, each) for each in hours), hour))
        away = [_apart(centre, each) for each in hours]
        bound = Fraction(limits.hours_tenths, 10) * max(LEAST_SPREAD, robust.deviation(away)) + robust.median(away)
        weekend = sum(each in WEEKEND for each in days)
        is_idle = WEEKEND_SHARE * weekend <= len(days)
        size = robust.median([each.amount for each in group])
        odd = [
            each
            for each, hour, weekday in zip(group, away, days, strict=True)
            if each.amount >= size and (hour > bound or (is_idle and weekday in WEEKEND))
        ]
        if len(odd) >= limits.hours_count:
            yield Alert(
                rule,
                f"Who accepted for {facts.role(by)} at {', '.join(moment(each.entry.log.timestamp) for each in odd)} "
                f"(UTC)? Its other acceptances are around {centre} o'clock on other days and hours.",
                {"by": by, "count": len(odd), "centre": centre},
                used,
                tuple(each.entry for each in odd),
            )


def _apart(one: int, other: int) -> int:
    return min((one - other) % 24, (other - one) % 24)
