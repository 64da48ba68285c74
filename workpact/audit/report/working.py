"""A credit worked out line by line, in words and exact figures (SPEC.md 7.1, 8.4, 8.5)."""

from __future__ import annotations

from typing import Any

from workpact.audit.telling import write_rate
from workpact.audit.words import Words
from workpact.level_words import failed_words, figure_words, target_words
from workpact.reckoning import LevelReckoning, Reckoning
from workpact.terms.credit_math import credit_rate, year_room
from workpact.terms.units import PPM, write_share


def level_facts(made: Reckoning) -> list[dict[str, Any]]:
    """Each level: its figure, what was agreed, the verdict, what a miss costs in ppm of the amount at risk."""
    return [_level(each, made) for each in made.levels]


def _level(each: LevelReckoning, made: Reckoning) -> dict[str, Any]:
    level, figure = each.level, each.figure
    is_known = level.is_credited or bool(level.title)
    return {
        "name": level.name,
        "title": level.title or None,
        "form": level.form.name.lower().replace("_", " "),
        "good": figure and str(figure[0]),
        "total": figure and str(figure[1]),
        "excluded": str(made.report.figures[level.index][2]) if figure else None,
        "figure": figure and figure_words(level, *figure),
        "target": target_words(level) if is_known else None,
        "targetNumber": str(level.target) if is_known else None,
        "verdict": _verdict(each),
        "credited": level.is_credited,
        "failed": bool(each.failed),
        "allocation": each.allocation,
    }


def _verdict(each: LevelReckoning) -> str:
    level = each.level
    if not level.is_credited:
        return "reported only"
    if each.figure is None:
        return "missed: no figures" if each.failed else "met: no figures"
    if not each.is_judged:
        return "missed: too few cases" if each.failed else "too few cases to judge"
    if not each.failed:
        return "met"
    words = f"missed: {failed_words(level, level.bands[each.failed - 1].threshold)}"
    return words + (f", for the second time: counts {each.multiplier} times" if each.multiplier > 1 else "")


def worked(made: Reckoning, words: Words) -> list[str]:
    """The calculation, one step a line; shares and amounts exact."""
    spec, credit = made.document.credit, made.credit
    assert spec is not None, "what is signed has one"
    whole = credit.fixed_units + credit.variable_units
    lines = [
        f"Charge: fixed {words.money(credit.fixed_units)} + by quantity {words.money(credit.variable_units)} = "
        f"{words.money(whole)}, at most {words.money(credit.cap_units)}: {words.money(credit.charge_units)}.",
    ]
    missed = [each for each in made.levels if each.failed]
    parts = " + ".join(f"{write_share(each.allocation)} ({each.level.name})" for each in missed)
    parts = f"({parts})" if len(missed) > 1 else parts
    at_risk, rates = spec.spec.at_risk, [each.rate for each in made.before]
    limits = [("of a period", spec.spec.period_cap * PPM)]
    if spec.spec.year_periods:
        limits.append(("that the year leaves", year_room(made.document, rates)))
    said = ", ".join(f"{write_rate(limit)} {name}" for name, limit in limits)
    if missed:
        lines.append(
            f"Rate: at risk {write_share(at_risk)} x {parts} = {write_rate(at_risk * made.allocation)}, at most "
            f"{said}: {write_rate(credit_rate(made.document, made.allocation, rates))}."
        )
    else:
        lines.append("Rate: no level missed: 0 %.")
    if made.report.adjustment:
        lines.append(f"Adjusted by both sides by {write_rate(made.report.adjustment)}: {write_rate(made.rate)}.")
    lines.append(
        f"Credit: {words.money(credit.charge_units)} x {write_rate(made.rate)}, rounded down = "
        f"{words.money(credit.credit_units)}."
    )
    lines.append(f"Due to the contractor: {words.money(credit.due_units)}.")
    if credit.held_units:
        lines.append(f"Of the credit {words.money(credit.held_units)} is held: it returns if the levels are met after.")
    return lines
