"""`ape run sla show --data`: a service period that still runs, by its log so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scripts._options import emit
from scripts._papers import plain

if TYPE_CHECKING:
    from rich.table import Table

    from workpact.reckoning import LevelReckoning, Reckoning
    from workpact.service_levels import ServiceLevels
    from workpact.terms import AgreementDocument

WIDTH = 160
"""Of what goes to a file or another program."""


def show_burn(levels: ServiceLevels, period: str | None, data: str, as_json: bool) -> None:
    """Shows what the period comes to so far, and how near each level is to its next band."""
    from rich.console import Console

    from workpact.burn import burn

    month = burn(levels, period, measuring(levels.document, data))
    if as_json:
        return emit(plain(facts(month) | {"doubts": _doubts(month)}), as_json, "")
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    console.print(_table(month, levels.agreement.money))
    doubts = [f"  in doubt, {each['name']}: {each['detail']}" for each in _doubts(month)]
    for line in [*_lines(month, levels.agreement.money), *doubts]:
        console.print(line, markup=False)
    return None


def measuring(document: AgreementDocument, data: str) -> Callable[[str], Any]:
    """Measures a period by its name. Nothing is reported, so the evidence needs no secret, and doubts stop nothing."""
    from workpact.measurement import definition_of, measure, period_of
    from workpact.measurement.errors import DOUBTS

    definition, secret = definition_of(document), bytes(32)
    return lambda name: measure(definition, data, period_of(document, name), secret, allow_empty=True, accept=DOUBTS)


def _doubts(month: Reckoning) -> list[dict[str, Any]]:
    """What is in doubt of the figures; while a period runs its log cannot have all of it."""
    from workpact.preflight import now

    runs = now() < month.document.periods[month.report.period].end
    return [dict(each) for each in month.report.doubts if not (runs and each["name"] == "lagging")]


def facts(month: Reckoning) -> dict[str, Any]:
    """The period as JSON: rates in 1e-12, shares in ppm, amounts in the smallest unit."""
    credit = month.credit
    named = zip(month.document.prices, month.report.quantities, strict=True)
    return {
        "period": month.period,
        "levels": [_level(month, each) for each in month.levels],
        "quantities": [{"name": price.quantity, "count": count} for price, count in named],
        "rate": month.rate,
        "charge": credit.charge_units,
        "credit": credit.credit_units,
        "held": credit.held_units,
        "due": credit.due_units,
        "rightToEnd": month.gives_right_to_end,
        "before": [
            {"period": each.period, "rate": each.rate, "failed": sorted(each.failed), "assessed": each.is_assessed}
            for each in month.before
        ],
    }


def _level(month: Reckoning, each: LevelReckoning) -> dict[str, Any]:
    from workpact.burn import margin

    near = margin(month, each)
    good, total = each.figure or (0, 0)
    following = None
    if near.then_rate is not None:
        threshold = each.level.bands[each.failed].threshold
        credit = month.credit_at(near.then_rate).credit_units
        following = {"threshold": threshold, "rate": near.then_rate, "credit": credit}
    return {
        "name": each.level.name,
        "good": good,
        "total": total,
        "target": each.level.target,
        "judged": each.is_judged,
        "bandsFailed": each.failed,
        "allocation": each.allocation,
        "nextBand": following,
        "missesToNextBand": near.misses,
        "distanceToNextBand": near.distance,
        "goodToMend": near.mended_by,
    }


def _table(month: Reckoning, money: Callable[[int], str]) -> Table:
    from rich.table import Table

    from workpact.level_words import figure_words, target_words

    shown = Table("level", "so far", "agreed", "stands", "next band after", "credit then", "mended after")
    shown.columns[0].overflow = "fold"
    for each in month.levels:
        told = _level(month, each)
        level, good, total = each.level, told["good"], told["total"]
        shown.add_row(
            level.name,
            f"{good:,} of {total:,}, {figure_words(level, good, total)}",
            target_words(level),
            _stands(each),
            _takes(each, told),
            money(told["nextBand"]["credit"]) if told["nextBand"] else "",
            f"{told['goodToMend']:,} good" if told["goodToMend"] else "",
        )
    return shown


def _stands(each: LevelReckoning) -> str:
    from workpact.level_words import failed_words

    if not each.level.is_credited:
        return "reported only"
    if not each.is_judged:
        return "too few cases, missed" if each.failed else "too few cases"
    return failed_words(each.level, each.level.bands[each.failed - 1].threshold) if each.failed else "met"


def _takes(each: LevelReckoning, told: dict[str, Any]) -> str:
    from workpact.level_words import failed_words

    if told["nextBand"] is None:
        return ""
    band = failed_words(each.level, told["nextBand"]["threshold"])
    misses = told["missesToNextBand"]
    if misses is None:
        return f"{told['distanceToNextBand'] + 1:,} worse in sum: {band}"
    return f"{misses:,} {'miss' if misses == 1 else 'misses'}: {band}"


def _lines(month: Reckoning, money: Callable[[int], str]) -> list[str]:
    credit = month.credit
    lines = [
        f"{month.period} by the log so far; nothing of it is final.",
        f"  charge {money(credit.charge_units)}: min(cap {money(credit.cap_units)}, fixed {money(credit.fixed_units)} "
        f"+ variable {money(credit.variable_units)})",
        f"  credit {money(credit.credit_units)}: charge x {credit.rate} / 1e12, rounded down",
    ]
    if credit.held_units:
        lines.append(f"  of it {money(credit.held_units)} may return to the contractor")
    assert month.document.credit is not None, "levels come with credits"
    uncapped = month.document.credit.spec.at_risk * month.allocation
    if uncapped > month.rate:
        lines.append(f"  the caps keep the rate down, it would be {uncapped}")
    if month.gives_right_to_end:
        lines.append("  as it stands it gives the client a right to end")
    for each in month.before:
        if not each.is_assessed:
            failed = ", ".join(sorted(each.failed)) or "nothing"
            lines.append(f"  {each.period} is not assessed: taken from the log, with {failed} missed")
    return lines
