"""`ape run sla`: from a log to a final service period."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts import _sla_show
from scripts._options import ConnectedCommand, OfflineCommand, emit, json_option
from scripts._papers import READ, WRITE, Act, acting, document_options, load, output_option, plain, write

if TYPE_CHECKING:
    from workpact.service_levels import Report, ServiceLevels

report_option = click.option("--report", type=READ, required=True, help="What `sla measure --json` printed.")


@click.group()
def cli() -> None:
    """Service levels: measure a period, sign its figures, make them final.

    \b
    Example:
      ape run sla measure desk.yaml --data log.csv --period 2016-03 --json > 2016-03.json
      ape run sla sign desk.yaml --report 2016-03.json --account client_reporter --output client.sig
      ape run sla report desk.yaml --report 2016-03.json --signature client.sig --signature contractor.sig \\
        --account anyone
    """


@cli.command(cls=OfflineCommand)
@document_options
@click.option("--data", metavar="FILE|URL", required=True, help="The log: a file, or the URL of a database.")
@click.option("--period", required=True, help="The period's name, like 2016-03.")
@click.option("--secret", type=WRITE, help="The evidence secret that both sides share; made if there is none.")
@click.option("--evidence", type=WRITE, help="Keep the evidence there, to prove single events later. Secret.")
@click.option("--allow-empty", is_flag=True, help="Measure a period without a case.")
@click.option("--accept", multiple=True, metavar="DOUBT", help="Measure in spite of a doubt; the measurement says so.")
@click.option("--compare", type=READ, help="The other side's measurement: fails, and says how, if this one differs.")
@json_option
def measure(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    data: str,
    period: str,
    secret: Path | None,
    evidence: Path | None,
    allow_empty: bool,
    accept: tuple[str, ...],
    compare: Path | None,
    as_json: bool,
) -> None:
    """Measure a service period on a log, by the definitions in the file. Needs no chain and sends nothing.

    Both sides get the same figures from their own copies, and the same evidence root from the same secret: one makes
    it and hands it over once, on the way the logs go. Without --secret it is kept in the user's data folder.

    \b
    Example:
      ape run sla measure examples/it-service-desk/agreement.yaml --data incidents.csv.gz --period 2016-03 --json
    """
    from workpact.measurement import definition_of, load_or_create_secret, period_of, verify
    from workpact.measurement import measure as run
    from workpact.measurement.errors import ReportError

    document = load(file, wallets, token)
    definition, span = definition_of(document), period_of(document, period)
    key = load_or_create_secret(secret or _secret_of(document.name))
    if compare is None:
        measured = run(definition, data, span, key, allow_empty=allow_empty, accept=accept)
    else:
        try:
            other = json.loads(compare.read_text())
        except ValueError:
            raise ReportError(f"{compare} is no measurement: ask for it again.") from None
        measured = verify(definition, data, span, key, other, accept=accept)
    if evidence is not None:
        measured.evidence.write(evidence)
    value = measured.to_json()
    lines = [f"{span.name}: {value['eventCount']} log rows, evidence root {value['evidenceRoot']}"]
    lines += [f"  {each['name']}: {each['good']} of {each['total']}" for each in value["levels"]]
    lines += [f"  {each['name']}: {each['count']}" for each in value["quantities"]]
    lines += [f"  in doubt, {doubt.name}: {doubt.detail}" for doubt in measured.doubts]
    emit(value, as_json, lines)


def _secret_of(name: str) -> Path:
    from workpact.chain.journal import data_folder

    folder = data_folder() / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.key"


def _levels(act: Act, report: Path) -> tuple[ServiceLevels, Report]:
    from workpact.service_levels import BadReport, ServiceLevels

    levels = ServiceLevels.of(act.agreement)
    try:
        written = json.loads(report.read_text())
    except ValueError:
        raise BadReport(f"{report} is no measured period: give what `ape run sla measure --json` prints.") from None
    return levels, levels.report_from(written)


@cli.command(cls=ConnectedCommand)
@acting
@report_option
@output_option
@click.option("--typed-data", is_flag=True, help="Write what to sign instead, for another tool; no account is needed.")
def sign(act: Act, report: Path, output: Path | None, typed_data: bool) -> None:
    """Sign the figures of a period, as a reporter or a party. Measure them on your own log first (--compare).

    \b
    Example:
      ape run sla sign desk.yaml --report 2016-03.json --account client_reporter --output client.sig
    """
    levels, figures = _levels(act, report)
    if typed_data:
        text = json.dumps(levels.typed_data(figures), indent=2) + "\n"
        write(output, text)
        return emit(levels.typed_data(figures), act.as_json, f"{output} is written." if output else text)
    signed = levels.sign(figures, act.signing)
    value = {"digest": levels.digest(figures), "signer": signed.signer, "signature": signed.signature}
    value["file"] = write(output, "0x" + signed.signature.hex() + "\n")
    return emit(plain(value), act.as_json, f"Signed: {output}." if output else "0x" + signed.signature.hex())


@cli.command("report", cls=ConnectedCommand)
@acting
@report_option
@click.option(
    "--signature", "signatures", multiple=True, metavar="FILE", help="A reporter's signature: a file of hex digits."
)
def send(act: Act, report: Path, signatures: tuple[str, ...]) -> None:
    """Make the figures of a period final, signed by both sides; anyone carries them.

    \b
    Example:
      ape run sla report desk.yaml --report 2016-03.json --signature client.sig --signature contractor.sig \\
        --account anyone
    """
    from workpact.signing import read_signature

    levels, figures = _levels(act, report)
    result = levels.result(figures.period)
    if result.is_final:
        return act.unchanged(levels.agreement, f"{result.period} is final already.", **_sla_show.facts(result))
    given = [levels.signed(figures, read_signature(signature)) for signature in signatures]
    return _finished(act, levels, figures.period, levels.send(figures, given, sender=act.sender))


@cli.command(cls=ConnectedCommand)
@acting
@click.argument("period")
def default(act: Act, period: str) -> None:
    """Apply the default of the terms to a PERIOD that nobody reported in time; anyone.

    \b
    Example:
      ape run sla default desk.yaml 2016-04 --account anyone
    """
    from workpact.service_levels import ServiceLevels

    levels = ServiceLevels.of(act.agreement)
    result = levels.result(period)
    if result.is_final:
        return act.unchanged(levels.agreement, f"{result.period} is final already.", **_sla_show.facts(result))
    return _finished(act, levels, period, levels.apply_default(period, sender=act.sender))


@cli.command(cls=ConnectedCommand)
@acting
@click.argument("period")
@click.option("--report", type=READ, help="The report that made it final; none for a default.")
def assess(act: Act, period: str, report: Path | None) -> None:
    """Work out the credit of a PERIOD that was final before an earlier one; anyone.

    \b
    Example:
      ape run sla assess desk.yaml 2016-04 --report 2016-04.json --account anyone
    """
    from workpact.service_levels import ServiceLevels

    levels = ServiceLevels.of(act.agreement)
    result = levels.result(period)
    if result.assessed_at is not None:
        return act.unchanged(levels.agreement, f"{result.period} is assessed already.", **_sla_show.facts(result))
    what: Any = _levels(act, report)[1] if report else period
    return _finished(act, levels, period, levels.assess(what, sender=act.sender))


@cli.command(cls=ConnectedCommand)
@acting
@report_option
@click.argument("evidence", type=READ)
@click.argument("line", type=int)
def prove(act: Act, report: Path, evidence: Path, line: int) -> None:
    """Show that the event on LINE of the log is in the EVIDENCE of a final period; neither row nor salt is shown.

    \b
    Example:
      ape run sla prove desk.yaml 2016-03.evidence.json 1204 --report 2016-03.json --account contractor
    """
    from workpact.measurement import Evidence

    levels, figures = _levels(act, report)
    event = Evidence.read(evidence).prove(line)
    if levels.is_proved(event, figures):
        return act.unchanged(levels.agreement, f"The event of line {line} is on record already.")
    sent = levels.prove(event, figures, sender=act.sender)
    value = {"sent": True, "transaction": getattr(sent, "txn_hash", None), **event.to_json()}
    del value["salt"], value["rowHash"]
    return emit(plain(value), act.as_json, f"The event of line {line} is in that period's evidence, on record now.")


def _finished(act: Act, levels: ServiceLevels, period: int | str, sent: Any) -> None:
    result = levels.result(period)
    value = {"sent": True, "transaction": getattr(sent, "txn_hash", None), **_sla_show.facts(result)}
    if value["transaction"] is None:
        said = [f"Proposed, takes effect when the account's owners have confirmed: {sent!r}"]
    else:
        said = [*_sla_show.lines(levels, result), f"Transaction {value['transaction']}"]
    emit(plain(value), act.as_json, said)


cli.add_command(_sla_show.show)
