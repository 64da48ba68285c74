"""`ape run payroll show`, `register`, `payslip`, `verify` and `tax`: what was paid, from the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._equity_files import money_asset, tax_options, write_rows, zone_of
from scripts._equity_papers import load_json, proof_in, write_paper
from scripts._equity_people import read_roster, roster_option, worker_number
from scripts._options import ConnectedCommand, OfflineCommand, emit, json_option, table
from scripts._papers import READ, WRITE, document_options, plain
from scripts._payroll_book import register_of, shown_payroll
from scripts._payroll_files import BadPlanFile, read_plan

if TYPE_CHECKING:
    from workpact.batches.proofs import Leaves
    from workpact.records.register import Payslip, Register

payslips_option = click.option(
    "--payslips",
    "payslip_files",
    type=READ,
    multiple=True,
    help="A plan of wages, or the payslips of a posted run: adds gross and deductions. As often as needed.",
)


@click.command(cls=ConnectedCommand)
@document_options
@json_option
def show(file: Path, wallets: tuple[str, ...], token: str | None, as_json: bool) -> None:
    """Show where a payroll stands: what waits to be collected, what is free, pledged, and can be taken as margin.

    \b
    Example:
      ape run payroll show desk.yaml
    """
    from workpact.terms.units import write_share

    payroll = shown_payroll(file, wallets, token)
    money = payroll.agreement.money
    amounts = {
        "toCollect": payroll.to_collect_units,
        "collected": payroll.collected_units,
        "wages": payroll.wages_units,
        "free": payroll.free_units,
        "margin": payroll.margin_units,
    }
    value = {"payroll": payroll.contract.address, "book": payroll.book, "employer": payroll.employer}
    value |= {"isPayee": payroll.is_payee, "runs": payroll.runs, "pledge": payroll.pledge, **amounts}
    to = "come here" if payroll.is_payee else "go elsewhere: ape run payroll setup FILE --account ALIAS"
    words = ("waits to be collected", "collected so far", "set aside for wages", "free", "can be taken as margin")
    lines = [f"The contractor's payments {to}", f"{payroll.runs} runs, {write_share(payroll.pledge)} pledged for wages"]
    lines += table([[money(amount), word] for amount, word in zip(amounts.values(), words, strict=True)])
    emit(plain(value), as_json, lines)


@click.command(cls=ConnectedCommand)
@document_options
@roster_option
@payslips_option
@click.option("--block", type=click.IntRange(0), help="As it stood at this block; else now.")
@json_option
def register(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    roster_file: Path | None,
    payslip_files: tuple[Path, ...],
    block: int | None,
    as_json: bool,
) -> None:
    """Show every wage, rebuilt from the events alone and checked: each unit back to the payment it came from.

    \b
    Example:
      ape run payroll register desk.yaml --roster roster.csv --payslips march.plan.json
    """
    payroll = shown_payroll(file, wallets, token)
    made, roster = register_of(payroll, block), read_roster(roster_file) or {}
    slips = _payslips(made, payslip_files)
    money = payroll.agreement.money
    rows = []
    for line in made.lines:
        slip = slips.get(line.run, {}).get(line.worker or 0)
        person = roster.get(line.worker or 0)
        rows.append(
            {
                "run": line.run,
                "worker": line.worker,
                "name": person.name if person else None,
                "payee": line.payee,
                "amount": line.amount,
                "gross": slip.gross if slip else None,
                "deductions": slip.deductions if slip else None,
                "state": "paid" if line.paid else "booked",
                "transaction": (line.paid or line.record).transaction,
            }
        )
    sums = {name: getattr(made, name) for name in ("collected", "wages", "paid", "owed", "margin", "free", "takeable")}
    value = {"book": payroll.book, "block": block, "pledge": made.pledge, **sums, "lines": rows, "runs": _runs(made)}
    value["collections"] = [
        {"amount": each.amount, "transaction": each.record.transaction} for each in made.collections
    ]
    value["margins"] = [
        {"to": each.to, "amount": each.amount, "transaction": each.record.transaction} for each in made.margins
    ]
    shown = [
        ["run", "worker", "name", "payee", "net", "gross", "deductions", ""],
        *(_cells(each, money) for each in rows),
    ]
    parts = " + ".join(f"{money(sums[name])} {name}" for name in ("wages", "margin", "free"))
    lines = [f"{money(sums['collected'])} collected = {parts}"]
    lines.append(f"{money(sums['owed'])} of the wages are not with their workers yet")
    emit(plain(value), as_json, [*lines, "", *table(shown)] if rows else lines)


def _runs(made: Register) -> list[dict[str, Any]]:
    return [
        {
            "run": run.number,
            "total": run.total,
            "paid": run.paid,
            "owed": run.owed,
            "isPosted": run.is_posted,
            "isWithdrawn": run.withdrawn is not None,
            "payslips": run.payslips,
            "sources": [{"collection": each.collection, "amount": each.amount} for each in run.sources],
            "transaction": run.record.transaction,
        }
        for run in made.runs
    ]


def _cells(row: Mapping[str, Any], money: Any) -> list[object]:
    amounts = ["" if row[name] is None else money(row[name]) for name in ("amount", "gross", "deductions")]
    return [row["run"], row["worker"] or "", row["name"] or "", row["payee"], *amounts, row["state"]]


def _leaves(path: Path) -> dict[int, Leaves]:
    """The payslips in a file, by run: of a plan, or of a posted run."""
    from workpact.batches.proofs import Leaves

    if "runs" in load_json(path):
        return {run.id.run: run.payslips for run in read_plan(path)}
    leaves = Leaves.read(path)
    if leaves.kind.name != "payslip":
        raise BadPlanFile(f"{path} has no payslips, but leaves of another kind: {leaves.kind.name}.")
    return {int(leaves.rows[0][leaves.kind.place("run")]): leaves}


def _payslips(made: Register, files: Iterable[Path]) -> dict[int, dict[int, Payslip]]:
    from workpact.agreement import BadArgument
    from workpact.records.register import payslips_of

    runs = {run.number: run for run in made.runs}
    found = {}
    for path in files:
        for number, leaves in _leaves(path).items():
            if number not in runs:
                raise BadArgument(f"{path} has payslips of run {number}, which was not made yet.")
            found[number] = payslips_of(runs[number], leaves)
    return found


@click.command(cls=OfflineCommand)
@click.argument("source", metavar="PLAN|PAYSLIPS", type=READ)
@click.argument("worker")
@click.option("--run", "number", type=int, help="Which run of a plan, if the worker is in several.")
@roster_option
@click.option("--output", type=WRITE, required=True, help="The worker's own file.")
@json_option
def payslip(
    source: Path, worker: str, number: int | None, roster_file: Path | None, output: Path, as_json: bool
) -> None:
    """Take a WORKER's payslip out of a plan, or of the payslips of a posted run, to be given to the worker alone.

    \b
    Example:
      ape run payroll payslip march.plan.json worker-17 --output 17.payslip.json
    """
    from workpact.batches.errors import RosterError

    person = worker_number(worker, read_roster(roster_file))
    for run, leaves in _leaves(source).items():
        if number in (None, run) and person in {row[leaves.kind.place("worker")] for row in leaves.rows}:
            found = leaves.of(person)
            write_paper(output, found.to_json())
            value = {"file": str(output), "worker": person, "run": run}
            return emit(value, as_json, f"{output} is the payslip of worker {person} in run {run}.")
    raise RosterError(f"Worker {person} has no payslip in {source}{f' for run {number}' if number else ''}.")


@click.command(cls=ConnectedCommand)
@document_options
@click.argument("slip", metavar="PAYSLIP", type=READ)
@json_option
def verify(file: Path, wallets: tuple[str, ...], token: str | None, slip: Path, as_json: bool) -> None:
    """Check a PAYSLIP against its run on chain: gross, deductions, net, and that this net was paid or set aside.

    \b
    Example:
      ape run payroll verify desk.yaml 17.payslip.json
    """
    from workpact.agreement import BadArgument
    from workpact.preflight import chain_id

    payroll = shown_payroll(file, wallets, token)
    proof = proof_in(slip, None, None)
    if proof.kind.name != "payslip":
        raise BadPlanFile(f"{slip} is no payslip, but a {proof.kind.name}.")
    runs = {run.number: run for run in register_of(payroll).runs}
    if proof["run"] not in runs:
        raise BadArgument(f"Run {proof['run']} was not made: this payslip is of nothing.")
    run = runs[proof["run"]]
    proof.check(run.payslips, chainId=chain_id(), payroll=payroll.contract.address, book=payroll.book)
    paid = [line for line in run.lines if line.worker == proof["worker"] and line.amount == proof["net"] and line.paid]
    value = {name: proof[name] for name in ("run", "worker", "gross", "deductions", "net")} | {"isPaid": bool(paid)}
    money = payroll.agreement.money
    state = f"paid in {paid[0].paid.transaction}" if paid and paid[0].paid else "not with the worker yet"
    text = f"Run {proof['run']}, worker {proof['worker']}: {money(proof['gross'])} less {money(proof['deductions'])}"
    emit(value, as_json, f"{text} is {money(proof['net'])}, {state}.")


@click.command(cls=ConnectedCommand)
@document_options
@roster_option
@payslips_option
@tax_options
@json_option
def tax(
    file: Path,
    wallets: tuple[str, ...],
    token: str | None,
    roster_file: Path | None,
    payslip_files: tuple[Path, ...],
    out: Path,
    zone: str | None,
    as_json: bool,
) -> None:
    """Write what each worker has to declare: wages by the date they reached the wallet, gross and deductions.

    \b
    Example:
      ape run payroll tax desk.yaml --out wages.csv --roster roster.csv --payslips march.plan.json
    """
    from workpact.records.tax import wage_rows

    payroll = shown_payroll(file, wallets, token)
    made, document = register_of(payroll), payroll.agreement.document
    slips = _payslips(made, payslip_files)
    rows = list(wage_rows(made, money_asset(document), slips, zone_of(zone) if zone else document.zone))
    roster = read_roster(roster_file) or {}
    write_rows(out, rows, {number: person.name for number, person in roster.items()}, as_json)


COMMANDS = (show, register, payslip, verify, tax)
