"""`ape run sla`: from a log to a final service period."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from scripts import _sla_contest, _sla_explain, _sla_offline, _sla_plot, _sla_show, _sla_watch
from scripts._options import ConnectedCommand, emit
from scripts._papers import READ, Act, acting, output_option, plain, write
from scripts._room_use import Through, through_room
from scripts._sla_papers import (
    add,
    collected,
    finished,
    levels_of,
    read,
    report_option,
    share_evidence,
    signatures_option,
    unchanged,
)


@click.group()
def cli() -> None:
    """Service levels: measure a period, sign its figures, make them final.

    \b
    Example:
      ape run sla measure desk.yaml --data log.csv --period 2016-03 --json > 2016-03.json
      ape run sla sign desk.yaml --report 2016-03.json --account client_reporter
      ape run sla report desk.yaml --report 2016-03.json --signature contractor.sig --account anyone
    """


@cli.command(cls=ConnectedCommand)
@acting
@report_option
@output_option
@click.option("--typed-data", is_flag=True, help="Write what to sign instead, for another tool; no account is needed.")
def sign(act: Act, report: Path, output: Path | None, typed_data: bool) -> None:
    """Sign the figures of a period, as a reporter or a party; the signature goes into the report's file.

    Measure them on your own log first (--compare). With --output the signature is written there as hex digits.

    \b
    Example:
      ape run sla sign desk.yaml --report 2016-03.json --account client_reporter --output client.sig
    """
    levels = levels_of(act)
    figures = read(levels, report)
    if typed_data:
        text = json.dumps(levels.typed_data(figures), indent=2) + "\n"
        write(output, text)
        return emit(levels.typed_data(figures), act.as_json, f"{output} is written." if output else text)
    signed = levels.sign(figures, act.signing)
    value = {"digest": levels.digest(figures), "signer": signed.signer, "signature": signed.signature}
    value["file"] = write(output, "0x" + signed.signature.hex() + "\n")
    if output is None:
        add(report, signed)
    doubts = [f"In doubt, {each['name']}: {each['detail']}" for each in figures.doubts]
    return emit(plain(value), act.as_json, [f"Signed: {output or report}.", *doubts])


@cli.command("report", cls=ConnectedCommand)
@acting
@through_room
@report_option
@signatures_option
@click.option("--one-side", is_flag=True, help="Report for the one side that has signed; the other may answer.")
@click.option("--evidence", type=READ, help="With --room: the evidence of these figures, for the sides to read there.")
def send(
    act: Act,
    through: Through,
    report: Path,
    signatures: tuple[str, ...],
    one_side: bool,
    evidence: Path | None,
) -> None:
    """Make the figures of a period final, signed by both sides; or report with those of one. Anyone carries them.

    \b
    Example:
      ape run sla report desk.yaml --report 2016-03.json --signature client.sig --signature contractor.sig \\
        --account anyone
      ape run sla report desk.yaml --report 2016-03.json --one-side --account contractor_reporter
      ape run sla report desk.yaml --report 2016-03.json --evidence 2016-03.evidence.json --room s3://desk \\
        --account contractor
    """
    levels = levels_of(act)
    figures = read(levels, report)
    shared = share_evidence(act, through, figures, evidence)
    result = levels.result(figures.period)
    if result.is_final:
        return unchanged(act, levels, result, f"{result.period} is final already.", **shared)
    if one_side and result.stage.pending is not None and levels.pending_report(figures.period) == figures:
        return unchanged(act, levels, result, f"This report of {result.period} waits for an answer already.", **shared)
    given = collected(levels, report, signatures)
    sending = levels.report_by_side if one_side else levels.send
    return finished(act, levels, figures.period, sending(figures, given, sender=act.sender), **shared)


@cli.command(cls=ConnectedCommand)
@acting
@click.argument("period")
def default(act: Act, period: str) -> None:
    """Apply the default of the terms to a PERIOD that nobody reported in time; anyone.

    \b
    Example:
      ape run sla default desk.yaml 2016-04 --account anyone
    """
    levels = levels_of(act)
    result = levels.result(period)
    if result.is_final:
        return unchanged(act, levels, result, f"{result.period} is final already.")
    return finished(act, levels, period, levels.apply_default(period, sender=act.sender))


@cli.command(cls=ConnectedCommand)
@acting
@click.argument("period")
@click.option("--report", type=READ, help="The report that made it final, where it cannot be read from the chain.")
def assess(act: Act, period: str, report: Path | None) -> None:
    """Work out the credit of a PERIOD that was final before an earlier one; anyone.

    \b
    Example:
      ape run sla assess desk.yaml 2016-04 --account anyone
    """
    levels = levels_of(act)
    result = levels.result(period)
    if result.assessed_at is not None:
        return unchanged(act, levels, result, f"{result.period} is assessed already.")
    what: Any = read(levels, report) if report else period
    return finished(act, levels, period, levels.assess(what, sender=act.sender))


@cli.command(cls=ConnectedCommand)
@acting
@click.option("--report", type=READ, help="The report with this evidence, where it is not the period's final one.")
@click.argument("evidence", type=READ)
@click.argument("line", type=int)
def prove(act: Act, report: Path | None, evidence: Path, line: int) -> None:
    """Show that the event on LINE of the log is in the EVIDENCE of a period; neither row nor salt is shown.

    \b
    Example:
      ape run sla prove desk.yaml 2016-03.evidence.json 1204 --account contractor
    """
    from workpact.measurement import Evidence

    levels, held = levels_of(act), Evidence.read(evidence)
    figures = read(levels, report) if report else levels.final_report(held.period)
    event = held.prove(line)
    if levels.is_proved(event, figures):
        return act.unchanged(levels.agreement, f"The event of line {line} is on record already.")
    sent = levels.prove(event, figures, sender=act.sender)
    value = {"sent": True, "transaction": getattr(sent, "txn_hash", None), **event.to_json()}
    del value["salt"], value["rowHash"]
    return emit(plain(value), act.as_json, f"The event of line {line} is in that period's evidence, on record now.")


for command in (
    *(_sla_offline.measure, _sla_offline.lint, _sla_offline.diff),
    *(_sla_show.show, _sla_show.verify, _sla_explain.explain, _sla_explain.simulate),
    _sla_plot.plot,
    *_sla_contest.COMMANDS,
    _sla_watch.watch,
):
    cli.add_command(command)
