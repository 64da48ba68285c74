"""`ape run sla show`: the periods' results and what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import ConnectedCommand, emit, json_option
from scripts._papers import document_options, load, plain

if TYPE_CHECKING:
    from workpact.service_levels import PeriodResult, ServiceLevels


@click.command(cls=ConnectedCommand)
@document_options
@click.option("--period", help="One period, with its calculation; else all.")
@json_option
def show(file: Path, wallets: tuple[str, ...], token: str | None, period: str | None, as_json: bool) -> None:
    """Show what the oracle has of each service period, its history checked, and how its credit comes about.

    \b
    Example:
      ape run sla show desk.yaml --period 2016-03
    """
    from workpact.agreement import Agreement
    from workpact.preflight import chain_id
    from workpact.service_levels import ServiceLevels

    levels = ServiceLevels.of(Agreement.deployed(load(file, wallets, token, chain_id())))
    events = levels.verify_history()
    names = [period] if period else [each.name for each in levels.document.periods]
    results = [levels.result(name) for name in names]
    value = {"periods": [facts(each) | calculation(levels, each) for each in results], "events": len(events)}
    emit(plain(value), as_json, [line for each in results for line in lines(levels, each)])


def facts(result: PeriodResult) -> dict[str, Any]:
    """A result as JSON: rates in 1e-12, amounts in the smallest unit, times Unix seconds."""
    return {
        "period": result.period,
        "basis": result.basis.name,
        "failed": list(result.failed),
        "assessedAt": result.assessed_at,
        "rate": result.rate,
        "variable": result.variable_units,
        "rightToEndUntil": result.end_until_at,
    }


def calculation(levels: ServiceLevels, result: PeriodResult) -> dict[str, Any]:
    """Charge, credit and what is due, once assessed."""
    if result.assessed_at is None:
        return {}
    credit = levels.credit(result.period)
    return {"charge": credit.charge_units, "credit": credit.credit_units, "due": credit.due_units}


def lines(levels: ServiceLevels, result: PeriodResult) -> list[str]:
    """A result in words."""
    if not result.is_final:
        return [f"{result.period}: no report yet"]
    failed = f"failed: {', '.join(result.failed)}" if result.failed else "all levels met"
    text = [f"{result.period}: {result.basis.name.lower().replace('_', ', ')}; {failed}"]
    if result.assessed_at is None:
        return [*text, "  final, but not assessed: the periods before it come first"]
    credit = levels.credit(result.period)
    money = levels.agreement.money
    text.append(
        f"  charge {money(credit.charge_units)}: min(cap, fixed {money(credit.fixed_units)} + variable "
        f"{money(credit.variable_units)})"
    )
    text.append(f"  credit {money(credit.credit_units)}: charge x {result.rate} / 1e12, rounded down")
    text.append(f"  due {money(credit.due_units)}")
    return text
