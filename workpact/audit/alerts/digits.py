"""Digits that counting would not give: last digits, round figures, first digits of amounts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from workpact.audit.alerts import robust
from workpact.audit.alerts.facts import Facts
from workpact.audit.alerts.finding import Alert, Finding, TooLittle
from workpact.audit.alerts.reported import is_counted
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.entries import Entry
from workpact.audit.transfers import Transfer
from workpact.terms.units import PPM

LARGE = 200
"""From which count on last digits are even, however the work varies."""


def _counted(facts: Facts) -> list[tuple[Entry, int]]:
    """Large counts of cases and units, each of a series once; and of a period, as two may be the same count."""
    series = [
        [(each.entry, each.period, each.total) for each in figures]
        for figures in facts.reported.levels().values()
        if is_counted(figures)
    ]
    series += [
        [(told.entry, told.period, value) for told, value in quantities]
        for quantities in facts.reported.quantities().values()
    ]
    found: dict[tuple[int, int], Entry] = {}
    for each in series:
        once = {value: (entry, period) for entry, period, value in reversed(each)}
        for value, (entry, period) in once.items():
            if value >= LARGE:
                found.setdefault((period, value), entry)
    return [(entry, value) for (_, value), entry in sorted(found.items(), key=lambda item: item[0])]


def last_digits(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Last digits of counts that are not evenly spread."""
    rule, counted = "last-digits", _counted(facts)
    if len(counted) < limits.digits_count:
        yield TooLittle(rule, f"{len(counted)} counts, {limits.digits_count} needed")
        return
    counts = [0] * 10
    for _, value in counted:
        counts[value % 10] += 1
    if robust.unevenness(counts) >= limits.digits_unevenness:
        yield Alert(
            rule,
            f"Were the {len(counted)} reported counts counted? Their last digits 0 to 9 come "
            f"{', '.join(str(each) for each in counts)} times.",
            {"counts": counts, "values": len(counted)},
            limits.of("digits_count", "digits_unevenness"),
            tuple({entry.place: entry for entry, _ in counted}.values()),
        )


def round_figures(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """More counts that end in 0 than one in ten."""
    rule, counted = "round-figures", _counted(facts)
    if len(counted) < limits.round_count:
        yield TooLittle(rule, f"{len(counted)} counts, {limits.round_count} needed")
        return
    round_ones = [(entry, value) for entry, value in counted if value % 10 == 0]
    if robust.at_least(len(round_ones), len(counted), Fraction(1, 10)) * PPM <= limits.round_chance_ppm:
        yield Alert(
            rule,
            f"Were {len(round_ones)} of {len(counted)} reported counts estimated? They end in 0.",
            {"round": len(round_ones), "values": len(counted)},
            limits.of("round_count", "round_chance_ppm"),
            tuple({entry.place: entry for entry, _ in round_ones}.values()),
        )


def benford(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """First digits of many amounts that span decades and do not fall as Benford's do."""
    rule, used = "benford", limits.of("benford_count", "benford_ppm", "benford_unevenness")
    invoices = {(each.counterparty, abs(each.amount)) for each in facts.invoices if each.amount}
    yield from _first_digits(rule, "lines of the books", [amount for _, amount in sorted(invoices)], limits, used, ())
    between = [each for each in facts.transfers if each.amount and not {each.sender, each.receiver} & facts.contracts]
    distinct = {(each.sender, each.receiver, each.amount): each for each in between}
    moved = tuple(sorted(distinct.values(), key=lambda each: each.log.place))
    yield from _first_digits(rule, "transfers", [each.amount for each in moved], limits, used, moved)


def _first_digits(
    rule: str, what: str, amounts: list[int], limits: Thresholds, used: dict[str, int], moved: tuple[Transfer, ...]
) -> Iterator[Finding]:
    if len(amounts) < limits.benford_count:
        yield TooLittle(rule, f"{what}: {len(amounts)} different amounts, {limits.benford_count} needed")
        return
    ordered = sorted(amounts)
    low, high = ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]
    if high < 100 * low:
        yield TooLittle(rule, f"{what}: amounts span less than two decades")
        return
    distance, unevenness = robust.benford_distance(amounts), robust.benford_unevenness(amounts)
    if distance > limits.benford_ppm and unevenness > limits.benford_unevenness:
        yield Alert(
            rule,
            f"Where do the amounts of {len(amounts)} {what} come from? Their first digits are {int(distance)} ppm away "
            "from how amounts of all sizes begin.",
            {"amounts": len(amounts), "distancePpm": int(distance), "unevenness": int(unevenness)},
            used,
            transfers=moved,
        )
