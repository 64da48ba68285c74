"""`ape run sla show`, `verify`: where periods stand and what they cost, and whether a log gives the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _sla_burn
from scripts._options import ConnectedCommand, emit, json_option
from scripts._papers import READ, document_options, plain
from scripts._sla_papers import facts, lines, shown_levels

if TYPE_CHECKING:
    from workpact.service_levels import PeriodResult, Report, ServiceLevels


@click.command(cls=ConnectedCommand)
@document_options
@click.option("--period", help="One period; else all.")
@click.option("--data", metavar="FILE|URL", help="The log so far: what an open period comes to by it.")
@json_option
def show(
    file: Path, wallets: tuple[str, ...], token: str | None, period: str | None, data: str | None, as_json: bool
) -> None:
    """Show where each service period stands, who may do what until when, and what it costs; its history checked.

    With --data it is one period by the log so far, the running one if no other is named: each level against what was
    agreed, how many more misses fail its next band, and the credit. Nothing of that is final.

    \b
    Example:
      ape run sla show desk.yaml --period 2016-03
      ape run sla show desk.yaml --data incidents.csv.gz
    """
    levels = shown_levels(file, wallets, token)
    events = levels.verify_history()
    if data is not None:
        return _sla_burn.show_burn(levels, period, data, as_json)
    names = [period] if period else [each.name for each in levels.document.periods]
    results = [levels.result(name) for name in names]
    value = {"periods": [_told(levels, each) for each in results], "events": len(events)}
    return emit(plain(value), as_json, [line for each in results for line in lines(levels, each)])


def _told(levels: ServiceLevels, result: PeriodResult) -> dict[str, Any]:
    if not result.is_final:
        status = levels.status(result.period)
        may = {who: list(acts) for who, acts in status.may.items()}
        return facts(result) | {"notice": status.is_notice, "until": status.until_at, "may": may}
    if result.assessed_at is None:
        return facts(result)
    credit = levels.credit(result.period)
    amounts = {"charge": credit.charge_units, "credit": credit.credit_units, "due": credit.due_units}
    return facts(result) | amounts | {"held": credit.held_units}


@click.command(cls=ConnectedCommand)
@document_options
@click.option("--data", metavar="FILE|URL", required=True, help="The log: a file, a database or a Prometheus.")
@click.option("--period", required=True, help="The period's name, like 2016-03.")
@click.option("--secret", type=READ, help="The evidence secret that both sides share.")
@click.option("--accept", multiple=True, metavar="DOUBT", help="Compare in spite of a doubt of the log.")
@json_option
def verify(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    data: str,
    period: str,
    secret: Path | None,
    accept: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure a log again and compare it with every report of the period on chain: figures, quantities, evidence.

    \b
    Example:
      ape run sla verify desk.yaml --data log.csv --period 2016-03 --secret evidence.key
    """
    from scripts._sla_offline import secret_of
    from workpact.measurement import definition_of, load_or_create_secret, measure, period_of

    levels = shown_levels(file, wallets, token)
    document = levels.document
    key = load_or_create_secret(secret or secret_of(document.name))
    definition, span = definition_of(document), period_of(document, period)
    own = levels.report_for(measure(definition, data, span, key, allow_empty=True, accept=accept))
    differences = {whose: _differences(levels, own, report) for whose, report in _reports(levels, period).items()}
    text = [f"{whose}: {each}" for whose, found in differences.items() for each in found or ["equal"]]
    emit(plain({"period": period, "differences": differences}), as_json, text)
    if any(differences.values()):
        raise SystemExit(1)


def _reports(levels: ServiceLevels, period: str) -> dict[str, Report]:
    result = levels.result(period)
    if result.is_final:
        return {"final": levels.final_report(period)}
    if result.stage.pending is not None:
        return {result.stage.pending.words: levels.pending_report(period)}
    return {side.words: report for side, report in levels.contested_reports(period).items()}


def _differences(levels: ServiceLevels, own: Report, report: Report) -> list[str]:
    if report.is_notice:
        return ["has no figures"]
    here, there = levels.to_json(own), levels.to_json(report)
    found = [
        f"{ours['name']} is {_figure(ours)} by this log, {_figure(theirs)} there"
        for part in ("levels", "quantities")
        for ours, theirs in zip(here[part], there[part], strict=True)
        if ours != theirs
    ]
    if here["evidenceRoot"] != there["evidenceRoot"]:
        found.append(f"the evidence root is {here['evidenceRoot']} by this log, {there['evidenceRoot']} there")
    return found


def _figure(written: dict[str, Any]) -> str:
    return str(written["count"]) if "count" in written else f"{written['good']} of {written['total']}"
