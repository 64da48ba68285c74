"""`ape run sla …` without a chain: measure a log, judge OpenSLO files, compare evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from scripts._options import OfflineCommand, emit, json_option
from scripts._papers import READ, WRITE, document_options, load, plain


@click.command(cls=OfflineCommand)
@document_options
@click.option("--data", metavar="FILE|URL", required=True, help="The log: a file, a database or a Prometheus.")
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
    key = load_or_create_secret(secret or secret_of(document.name))
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
    for each in measured.figures:
        excluded = "".join(f", {count} excluded for {reason}" for reason, count in each.exclusions)
        lines.append(f"  {each.name}: {each.good} of {each.total}{excluded}")
    lines += [f"  {each['name']}: {each['count']}" for each in value["quantities"]]
    lines += [f"  in doubt, {doubt.name}: {doubt.detail}" for doubt in measured.doubts]
    emit(value, as_json, lines)


def secret_of(name: str) -> Path:
    """Where the evidence secret of an agreement is kept."""
    from workpact.chain.journal import data_folder

    folder = data_folder() / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.key"


@click.command(cls=OfflineCommand)
@click.argument("file", type=READ)
@json_option
def lint(file: Path, as_json: bool) -> None:
    """Judge the OpenSLO v1 objects of any FILE, by OpenSLO's own schema and by what people mistake in it.

    \b
    Example:
      ape run sla lint slo.yaml
    """
    from workpact.terms.lint import lint as judge

    try:
        found = judge(file.read_text(encoding="utf-8"), str(file))
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is no text in UTF-8: save it as that.") from None
    mistakes = [
        {"line": each.line, "field": each.field, "problem": each.problem, "advice": each.advice} for each in found
    ]
    emit({"valid": not found, "mistakes": mistakes}, as_json, [str(each) for each in found] or f"{file}: valid")
    if found:
        raise SystemExit(1)


@click.command(cls=OfflineCommand)
@click.argument("one", type=READ)
@click.argument("other", type=READ)
@json_option
def diff(one: Path, other: Path, as_json: bool) -> None:
    """List the events on which two evidence files differ, by the line of each log.

    \b
    Example:
      ape run sla diff ours.evidence.json theirs.evidence.json
    """
    from workpact.measurement import Evidence

    first, second = Evidence.read(one), Evidence.read(other)
    only_first, only_second = _missing(first, second), _missing(second, first)
    value = {"equal": first.root == second.root, "onlyOne": only_first, "onlyOther": only_second}
    text = [f"{one}: line {each['line']} is not there, or otherwise, in {other}" for each in only_first]
    text += [f"{other}: line {each['line']} is not there, or otherwise, in {one}" for each in only_second]
    if not text:
        text = ["The same events and the same root."]
        if first.root != second.root:
            text = ["The same events, salted with another secret or for another period: share one secret."]
    emit(plain(value), as_json, text)


def _missing(evidence: Any, other: Any) -> list[dict[str, Any]]:
    """The events that the other does not have, each as often as it has it less."""
    from collections import Counter

    there = Counter(event.row_hash for event in other.events)
    found = []
    for event in evidence.events:
        if there[event.row_hash]:
            there[event.row_hash] -= 1
        else:
            found.append({"line": event.line, "rowHash": event.row_hash})
    return found
