"""Service levels over time as the page shows them: targets, bands, both sides' figures, and the next credit at risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workpact.audit.report.service import Course, Desk, desks
from workpact.audit.report.signed import SignedService
from workpact.level_words import failed_words, figure_words, target_words
from workpact.reckoning import Before, Reckoning, reckon
from workpact.report import BadReport, Report
from workpact.service_results import Stage
from workpact.terms import Level
from workpact.terms.credit_math import credit_rate, failed_bands
from workpact.terms.units import PPM
from workpact.web.snapshot import Snapshot

Facts = dict[str, Any]
SIDES = ("client", "contractor")


def service(snapshot: Snapshot) -> list[Facts]:
    """One value for each book of an oracle: what a report says of it, `overTime` by level, and what is `atRisk`."""
    return [_desk(each, snapshot.head.timestamp) for each in desks(snapshot.history, snapshot.reports)]


def _desk(desk: Desk, now: int) -> Facts:
    value = desk.facts()
    for period in value["periods"]:
        period["credit"] = _credit(desk, period)
        period["running"] = period["start"] is not None and period["start"] <= now < period["end"]
        period["ended"] = period["end"] is not None and period["end"] <= now
    signed = desk.signed.get(desk.current)
    return value | {
        "overTime": [_level(desk, name, value["periods"]) for name in _names(desk, signed)],
        "atRisk": at_risk(desk, signed, value["periods"]) if signed and value["inForce"] else None,
    }


def _credit(desk: Desk, period: Facts) -> str | None:
    """What a final period's credit comes to, settled or not; None while it cannot be known."""
    if period["settled"]:
        return str(period["settled"]["credit"])
    course = desk.courses.get(period["index"], Course())
    made, _ = desk.reckoned(period["index"], course, desk.signed.get(course.document or desk.current))
    if made is None or course.rate is None:
        return None
    return "0" if course.waived else str(made.credit.credit_units)


def _names(desk: Desk, signed: SignedService | None) -> list[str]:
    """All levels that ever were, those in force first."""
    known = [signed, *desk.signed.values()] if signed else list(desk.signed.values())
    return list(dict.fromkeys(level.name for each in known for level in each.levels))


def _level(desk: Desk, name: str, periods: Sequence[Facts]) -> Facts:
    """One level by period; a target and its bands are those of the document that measures the period."""
    points = [point for period in periods if (point := _point(desk, name, period)) is not None]
    found = _signed(desk, periods[-1]["index"]) if periods else desk.signed.get(desk.current)
    level = _named(found, name) or next(each for one in desk.signed.values() if (each := _named(one, name)))
    is_known = level.is_credited or bool(level.title)
    at_risk_share = found.credit.spec.at_risk if found else 0
    return {
        "name": name,
        "title": level.title or None,
        "credited": level.is_credited,
        "agreed": target_words(level) if is_known else None,
        "ratio": level.form.is_ratio,
        "atLeast": level.form.is_at_least,
        "minimumSample": level.minimum_sample,
        "repeat": level.repeat,
        "critical": level.critical,
        "bands": [
            {"words": failed_words(level, each.threshold), "rate": at_risk_share * each.allocation}
            for each in level.bands
        ],
        "points": points,
    }


def _signed(desk: Desk, index: int) -> SignedService | None:
    return desk.signed.get(desk.courses.get(index, Course()).document or desk.current)


def _named(signed: SignedService | None, name: str) -> Level | None:
    return next((each for each in signed.levels if each.name == name), None) if signed else None


def _point(desk: Desk, name: str, period: Facts) -> Facts | None:
    """What is known of a level in one period: the final figure, and what each side said alone."""
    index, course = period["index"], desk.courses.get(period["index"], Course())
    level = _named(_signed(desk, index), name)
    if level is None:
        return None
    final = next((each for each in period["levels"] if each["name"] == name), None)
    sides = {side: desk.reported(index, course.reports.get(side)) for side in SIDES}
    return {
        "index": index,
        "period": period["name"],
        "stage": period["stage"],
        "target": _target(level),
        "bands": [each.threshold * (1 if level.form.is_ratio else PPM) for each in level.bands],
        "agreed": target_words(level) if level.is_credited or level.title else None,
        "final": final and final | {"value": final["good"] and _value(int(final["good"]), int(final["total"]))},
        "sides": [
            {"side": side} | _figure(level, report.figures[level.index])
            for side, report in sides.items()
            if report is not None and level.index < len(report.figures)
        ],
        "silent": [
            side
            for side, report in sides.items()
            if side in course.reports and (report is None or level.index >= len(report.figures))
        ],
    }


def _target(level: Level) -> int | None:
    """In millionths; None for what nobody agreed on."""
    if not (level.is_credited or level.title):
        return None
    return level.target * (1 if level.form.is_ratio else PPM)


def _value(good: int, total: int) -> int | None:
    """In millionths: of a ratio the share, of an average the value."""
    return good * PPM // total if total else None


def _figure(level: Level, figure: tuple[int, int, int]) -> Facts:
    good, total, excluded = figure
    return {
        "figure": figure_words(level, good, total),
        "good": str(good),
        "total": str(total),
        "excluded": str(excluded),
        "value": _value(good, total),
        "failed": bool(level.is_credited and failed_bands(level, good, total)),
    }


def at_risk(desk: Desk, signed: SignedService, periods: Sequence[Facts]) -> Facts | None:
    """The credit of the first period that has none yet: the most it can be, and what it is if a report stands.

    Rates in 1e-12 of the charge, amounts in smallest units; None where all are assessed or nothing is credited.
    """
    credited = [each for each in signed.levels if each.is_credited]
    period = next(
        (each for each in periods if each["rate"] is None and not each["waived"] and not each["settled"]), None
    )
    if period is None or not credited or signed.spec.billing is None:
        return None
    index = period["index"]
    before, billed = desk.before(index, signed), desk.billed(index, signed)
    rate, repeated = _most(billed, before)
    billing = billed.spec.billing
    assert billing is not None, "periods have a price"
    course = desk.courses.get(index, Course())
    return {
        "period": period["name"],
        "index": index,
        "stage": period["stage"],
        "start": period["start"],
        "end": period["end"],
        "rate": rate,
        "most": str(billing.cap * rate // (PPM * PPM)),
        "fixed": str(min(billing.fixed, billing.cap) * rate // (PPM * PPM)),
        "cap": str(billing.cap),
        "repeated": repeated,
        "stands": [
            made
            for side in SIDES
            if (made := _if_stands(side, desk.reported(index, course.reports.get(side)), billed, before))
        ],
    }


def _most(billed: SignedService, before: Sequence[Before] | None) -> tuple[int, list[str]]:
    """The largest rate that is still possible, and the levels that count more as they failed just before.

    While what is before it is open, each may have failed, and the year's cap is not known.
    """
    credited = [each for each in billed.levels if each.is_credited]
    last = before[-1].failed if before else frozenset() if before is not None else {each.name for each in credited}
    counted = [(each, each.repeat if each.name in last else 1) for each in credited]
    worst = sum(max(band.allocation for band in level.bands) * times for level, times in counted)
    repeated = [level.name for level, times in counted if times > 1]
    if before is None:
        spec = billed.credit.spec
        return min(spec.at_risk * worst, spec.period_cap * PPM), repeated
    return credit_rate(billed.document, worst, [each.rate for each in before]), repeated


def _if_stands(
    side: str, report: Report | None, billed: SignedService, before: Sequence[Before] | None
) -> Facts | None:
    """What one side's report comes to, were it final."""
    if report is None or not report.figures or before is None:
        return None
    try:
        made: Reckoning = reckon(billed.document, report, before, Stage.REPORTED)
    except BadReport:
        return None
    return {
        "side": side,
        "missed": sorted(made.failed),
        "rate": made.rate,
        "credit": str(made.credit.credit_units),
        "due": str(made.credit.due_units),
    }
