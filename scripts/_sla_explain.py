"""`ape run sla explain`, `simulate`: a credit line by line, of a period on chain or of figures nobody has signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import ConnectedCommand, OfflineCommand, emit, json_option
from scripts._papers import READ, document_options, load, plain
from scripts._sla_papers import facts, shown_levels, written

if TYPE_CHECKING:
    from workpact.reckoning import Before, Reckoning
    from workpact.terms import AgreementDocument


@click.command(cls=ConnectedCommand)
@document_options
@click.argument("period")
@json_option
def explain(file: Path, wallets: tuple[str, ...], token: str | None, period: str, as_json: bool) -> None:
    """Work out the credit of an assessed PERIOD line by line, from the report on chain, and compare it with the oracle.

    \b
    Example:
      ape run sla explain desk.yaml 2016-03
    """
    levels = shown_levels(file, wallets, token)
    made, result, credit = levels.reckoning(period), levels.result(period), levels.credit(period)
    lines = made.explained()
    if result.waived:
        lines.append("waived by the client: nothing comes off")
    elif credit.rate != made.rate:
        lines.append(f"what was held has returned to the contractor: the rate is {credit.rate}")
    lines.append("The oracle has the same rate and the same failed levels.")
    value = facts(result) | {"report": levels.to_json(made.report)} | _amounts(made)
    emit(plain(value | {"lines": lines}), as_json, lines)


@click.command(cls=OfflineCommand)
@document_options
@click.option("--report", type=READ, required=True, help="The figures, as `sla measure --json` prints them.")
@click.option(
    "--failed-before", multiple=True, metavar="LEVEL", help="A level missed in the period before. As often as needed."
)
@click.option(
    "--rate-before",
    "rates",
    type=click.IntRange(0, 10**12),
    multiple=True,
    help="Rates of the periods before, in order, 1e-12; those not given are zero.",
)
@json_option
def simulate(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    report: Path,
    failed_before: tuple[str, ...],
    rates: tuple[int, ...],
    as_json: bool,
) -> None:
    """Work out the credit that figures would have, line by line. Needs no chain and sends nothing.

    \b
    Example:
      ape run sla simulate desk.yaml --report 2016-03.json --failed-before made-sla --rate-before 12000000000
    """
    from workpact.reckoning import reckon
    from workpact.report import report_of

    document = load(file, wallets, token)
    given = report_of(document, written(report))
    made = reckon(document, given, _before(document, given.period, failed_before, rates))
    value = {"period": made.period, "failed": sorted(made.failed), "rate": made.rate} | _amounts(made)
    emit(value | {"lines": made.explained()}, as_json, made.explained())


def _amounts(made: Reckoning) -> dict[str, Any]:
    credit = made.credit
    amounts = {"charge": credit.charge_units, "credit": credit.credit_units, "due": credit.due_units}
    return amounts | {"held": credit.held_units}


def _before(document: AgreementDocument, period: int, failed: tuple[str, ...], rates: tuple[int, ...]) -> list[Before]:
    """All periods before, by what was said of them."""
    from workpact.reckoning import Before

    unknown = [name for name in failed if name not in [level.name for level in document.levels]]
    if unknown:
        raise click.UsageError(f"--failed-before {unknown[0]}: the document has no such level.")
    if len(rates) > period or (failed and not period):
        raise click.UsageError(f"{period} periods come before this one: say nothing of more.")
    known = [0] * (period - len(rates)) + list(rates)
    last = [frozenset[str]()] * (period - 1) + [frozenset(failed)]
    names = [each.name for each in document.periods]
    return [Before(names[index], last[index], rate, is_assessed=False) for index, rate in enumerate(known)]
