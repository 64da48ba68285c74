"""Reporters against each other and against the clock."""

from __future__ import annotations

from collections.abc import Iterator

from workpact.audit.alerts import robust
from workpact.audit.alerts.facts import Facts
from workpact.audit.alerts.finding import Alert, Finding, TooLittle, moment
from workpact.audit.alerts.thresholds import Thresholds
from workpact.audit.entries import Entry
from workpact.terms.levels import Form
from workpact.terms.units import DAY, PPM


def reporter_bias(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A side whose first figures, where they were corrected, had been better for itself again and again."""
    rule, used, reported = "reporter-bias", limits.of("bias_chance_ppm"), facts.reported
    leans: dict[str, list[tuple[bool, Entry]]] = {"client": [], "contractor": []}
    for period, told in sorted(reported.first.items()):
        final = reported.final.get(period)
        for each in told[:1]:
            if final is None or each.message is None or final.message is None or each.side is None:
                continue
            lean = _lean(each.levels["levels"], each.message["figures"], final.message["figures"])
            if lean:
                leans[each.side].append(((lean > 0) == (each.side == "contractor"), each.entry))
    most = max(len(each) for each in leans.values())
    needed = next(count for count in range(1, 1_000) if limits.bias_chance_ppm << count >= 2 * PPM)
    if most < needed:
        yield TooLittle(rule, f"{most} corrected reports of one side, {needed} needed")
    for side, own in leans.items():
        favourable = [entry for is_favourable, entry in own if is_favourable]
        chance = robust.sign_test(len(favourable), len(own) - len(favourable))
        if own and 2 * len(favourable) > len(own) and chance * PPM <= limits.bias_chance_ppm:
            yield Alert(
                rule,
                f"Why were {len(favourable)} of the {len(own)} reports of the {side} that were corrected better for "
                "itself than what became final?",
                {"side": side, "favourable": len(favourable), "corrected": len(own)},
                used,
                tuple(favourable),
            )


def _lean(levels: list[dict], first: list[dict], final: list[dict]) -> int:  # type: ignore[type-arg]
    """Levels in which the first report was better for the contractor, less those in which it was worse."""
    total = 0
    for level, one, other in zip(levels, first, final, strict=False):
        sign = 1 if Form(int(level["form"])).is_at_least else -1
        gap = int(one["good"]) * int(other["total"]) - int(other["good"]) * int(one["total"])
        total += sign * ((gap > 0) - (gap < 0))
    return total


def reporter_copies(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A later report with large figures of the earlier one, to the unit, though it rests on other rows or none."""
    rule, used = "reporter-copies", limits.of("copied_periods", "copied_figures", "repeated_total")
    copied: dict[str, list[tuple[Entry, Entry]]] = {}
    contests = list(facts.reported.contests())
    for pair in contests:
        one, other = sorted(pair, key=lambda each: each.entry.place)
        assert one.message is not None
        assert other.message is not None
        large = [(a, b) for a, b in zip(one.counts, other.counts, strict=False) if a >= limits.repeated_total]
        same = sum(a == b for a, b in large)
        other_rows = bytes(one.message["evidence"]) != bytes(other.message["evidence"])
        if same >= limits.copied_figures and 4 * same >= 3 * len(large) and other_rows:
            copied.setdefault(str(other.side), []).append((one.entry, other.entry))
    if len(contests) < limits.copied_periods:
        yield TooLittle(rule, f"{len(contests)} contested periods, {limits.copied_periods} needed")
    for side, pairs in sorted(copied.items()):
        if len(pairs) >= limits.copied_periods:
            yield Alert(
                rule,
                f"Did the {side} measure {len(pairs)} contested periods itself? Its later reports have large figures "
                "of the earlier ones to the unit, on other rows.",
                {"side": side, "periods": [int(one["period"]) for one, _ in pairs]},
                used,
                tuple(entry for pair in pairs for entry in pair),
            )


def late_report(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """A report of both sides long after the deadline, where the terms would have applied their default."""
    rule, used, reported = "late-report", limits.of("late_days"), facts.reported
    for period, told in sorted(reported.final.items()):
        schedule = facts.terms(told.entry.place)["annex"]["conditions"]["service"]["schedule"]
        if period >= len(schedule["ends"]) or period in reported.first:
            continue
        deadline = int(schedule["ends"][period]) + int(schedule["reportWithin"])
        if told.entry.log.timestamp > deadline + limits.late_days * DAY:
            yield Alert(
                rule,
                f"Why was {facts.words.period(period)} reported on {moment(told.entry.log.timestamp)}, after the "
                f"deadline of {moment(deadline)} and without the default of the terms?",
                {"deadline": deadline, "reported": told.entry.log.timestamp},
                used,
                (told.entry,),
            )
