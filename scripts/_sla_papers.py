"""What the commands of `ape run sla` share: reports in files, with their signatures, and what came of a call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._options import emit
from scripts._papers import READ, Act, load, plain

if TYPE_CHECKING:
    from scripts._room_use import Through
    from workpact.service_levels import PeriodResult, Report, ServiceLevels, Signed

report_option = click.option(
    "--report", type=READ, required=True, help="What `sla measure --json` printed; `sla sign` adds signatures to it."
)
signatures_option = click.option(
    "--signature", "signatures", multiple=True, metavar="FILE", help="One more signature: a file of hex digits."
)
pending_option = click.option(
    "--pending", type=READ, help="The other side's report, where it cannot be read from the chain."
)


def levels_of(act: Act) -> ServiceLevels:
    """The service levels of the command's agreement."""
    from workpact.service_levels import ServiceLevels

    return ServiceLevels.of(act.agreement)


def shown_levels(file: Path, wallets: tuple[str, ...], token: str | None) -> ServiceLevels:
    """The service levels of a file's agreement, for a command that sends nothing."""
    from workpact.agreement import Agreement
    from workpact.preflight import chain_id
    from workpact.service_levels import ServiceLevels

    return ServiceLevels.of(Agreement.deployed(load(file, wallets, token, chain_id())))


def written(path: Path) -> dict[str, Any]:
    """A report's file as it stands."""
    from workpact.service_levels import BadReport

    try:
        content = json.loads(path.read_text())
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise BadReport(f"{path} is no measured period: give what `ape run sla measure --json` prints.")
    return content


def read(levels: ServiceLevels, path: Path) -> Report:
    """The report in a file."""
    return levels.report_from(written(path))


def collected(levels: ServiceLevels, path: Path, files: Iterable[str]) -> list[Signed]:
    """The signatures that a report's file carries, and those in files of their own."""
    from workpact.signing import read_signature

    report = read(levels, path)
    carried = levels.signatures_in(written(path))
    return carried + [levels.signed(report, read_signature(file)) for file in files]


def add(path: Path, signed: Signed) -> None:
    """Writes a signature into a report's file, once for each signer."""
    content = written(path)
    others = [each for each in content.get("signatures", []) if each.get("signer") != signed.signer]
    others.append({"signer": signed.signer, "signature": "0x" + signed.signature.hex()})
    path.write_text(json.dumps(content | {"signatures": others}, indent=2) + "\n")


def share_evidence(act: Act, through: Through, report: Report, evidence: Path | None) -> dict[str, Any]:
    """Puts the evidence of a report into the room; it must give the report's root."""
    from workpact.measurement import Evidence
    from workpact.private_file import read_private
    from workpact.service_levels import BadReport
    from workpact.terms import Kind

    if evidence is None:
        return {}
    if through.place is None:
        raise click.UsageError("--evidence is shared through the room: say with --room where the room's bytes lie.")
    root = Evidence.read(evidence).root
    if root != report.evidence:
        raise BadReport(
            f"{evidence} gives the root 0x{root.hex()}, the report has 0x{report.evidence.hex()}: give the evidence "
            "that was kept when these figures were measured."
        )
    period = act.document.periods[report.period].name
    opens = {"evidenceRoot": "0x" + root.hex(), "period": period}
    return through.put(act, Kind.EVIDENCE, read_private(evidence), f"{period}.evidence.json", opens=opens)


def finished(act: Act, levels: ServiceLevels, period: int | str, sent: Any, **shared: Any) -> None:
    """Shows what came of a call."""
    result = levels.result(period)
    value = {"sent": True, "transaction": getattr(sent, "txn_hash", None), **facts(result), **shared}
    if value["transaction"] is None:
        text = [f"Proposed, takes effect when the account's owners have confirmed: {sent!r}"]
    else:
        text = [*lines(levels, result), f"Transaction {value['transaction']}"]
    emit(plain(value), act.as_json, text)


def unchanged(act: Act, levels: ServiceLevels, result: PeriodResult, why: str, **shared: Any) -> None:
    """Says that there was nothing to do."""
    act.unchanged(levels.agreement, why, **facts(result), **shared)


def facts(result: PeriodResult) -> dict[str, Any]:
    """A result as JSON: rates in 1e-12, amounts in the smallest unit, times Unix seconds."""
    return {
        "period": result.period,
        "stage": result.stage.name,
        "failed": list(result.failed),
        "assessedAt": result.assessed_at,
        "rate": result.rate,
        "waived": result.waived,
        "variable": result.variable_units,
        "rightToEndUntil": result.end_until_at,
    }


def lines(levels: ServiceLevels, result: PeriodResult) -> list[str]:
    """A result in words."""
    if not result.is_final:
        return standing(levels, result)
    failed = f"failed: {', '.join(result.failed)}" if result.failed else "all levels met"
    text = [f"{result.period}: {result.stage.words}; {failed}"]
    if result.assessed_at is None:
        return [*text, "  final, but not assessed: the periods before it come first"]
    credit = levels.credit(result.period)
    money = levels.agreement.money
    text.append(
        f"  charge {money(credit.charge_units)}: min(cap, fixed {money(credit.fixed_units)} + variable "
        f"{money(credit.variable_units)})"
    )
    waived = ", waived by the client" if result.waived else ""
    text.append(f"  credit {money(credit.credit_units)}: charge x {credit.rate} / 1e12, rounded down{waived}")
    if credit.held_units:
        text.append(f"  held {money(credit.held_units)} of it: it may return to the contractor")
    text.append(f"  due {money(credit.due_units)}")
    return text


def standing(levels: ServiceLevels, result: PeriodResult) -> list[str]:
    """Where a period stands that is not final, and who may do what."""
    from workpact.terms.units import write_instant

    status = levels.status(result.period)
    what = "notice that data are withheld" if status.is_notice else "report"
    side = status.stage.pending
    told = f"{side.words}'s {what} waits for an answer" if side is not None else status.stage.words
    zone = levels.document.zone
    until = f" until {write_instant(status.until_at, zone, last=True)} ({zone.key})" if status.until_at else ""
    return [f"{result.period}: {told}{until}"] + [f"  {who}: {', '.join(acts)}" for who, acts in status.may.items()]
