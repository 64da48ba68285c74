"""`ape run payroll plan` and `run`: wages from a file to many wallets, in the fewest transactions, each paid once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._equity_people import finished, mined, need_roster, roster_option
from scripts._options import ConnectedCommand, emit, table
from scripts._papers import READ, WRITE, Act, acting
from scripts._payroll_book import (
    ForeignRun,
    logged,
    payroll_of,
    require_collected,
    require_employer,
    require_wallets,
    seats_of,
    token_of,
)
from scripts._payroll_files import BadPlanFile, PlannedRun, planned, read_plan, write_plan

if TYPE_CHECKING:
    from workpact.batches.wages import Run
    from workpact.payroll import AgreementPayroll


def read_wages(payroll: AgreementPayroll, wages: Path, roster_file: Path | None, *, may_name: bool) -> Run:
    """The next run from a CSV file, checked whole, against the roster on chain too."""
    from workpact.batches.wages import read_run

    roster = need_roster(roster_file)
    run = read_run(wages, payroll.next_run, roster, token_of(payroll), free=payroll.free_units)
    require_wallets(roster, (wage.worker for wage in run.wages), seats_of(payroll), may_name=may_name)
    return run


@click.command(cls=ConnectedCommand)
@acting
@click.argument("wages", metavar="CSV", type=READ)
@roster_option
@click.option("--out", type=WRITE, required=True, help="The private file of the plan, for `payroll run`.")
@click.option("--anew", is_flag=True, help="Replace a plan of which nothing was paid.")
def plan(act: Act, wages: Path, roster_file: Path | None, out: Path, anew: bool) -> None:
    """Check a CSV file of wages and split it into the fewest runs; no money moves.

    Its columns are worker, gross, deductions and net. Amounts are like "1,250.50 USDC", or digits
    alone in the token's smallest unit.

    \b
    Example:
      ape run payroll plan desk.yaml march.csv --roster roster.csv --out march.plan.json --account contractor
    """
    payroll = payroll_of(act)
    require_employer(act, payroll)
    require_collected(payroll)
    there = read_plan(out, payroll.next_run) if out.exists() else []
    if there and not anew:
        _require_same(payroll, there, out, wages, roster_file)
        return _tell(act, payroll, out, there)
    paid = logged(payroll, "Paid")
    if any(each.id.run in paid and bytes(paid[each.id.run].lines) == each.hash for each in there):
        raise BadPlanFile(f"{out} is paid in part: go on with ape run payroll run, or name another file.")
    runs = [planned(each) for each in payroll.split(read_wages(payroll, wages, roster_file, may_name=False))]
    write_plan(out, runs)
    return _tell(act, payroll, out, runs)


def _require_same(
    payroll: AgreementPayroll, there: Sequence[PlannedRun], out: Path, wages: Path, roster_file: Path | None
) -> None:
    """The plan in the file is that of the wages given."""
    from workpact.batches.wages import AMOUNT, read_run

    given = read_run(wages, there[0].id, need_roster(roster_file), token_of(payroll), free=AMOUNT)
    kept = [(each.worker, each.gross, each.deductions, each.net) for run in there for each in run.wages]
    if kept != [(each.worker, each.gross, each.deductions, each.net) for each in given.wages]:
        raise BadPlanFile(
            f"{out} is the plan of other wages: name another file, or say --anew if nothing of it is paid."
        )


def _tell(act: Act, payroll: AgreementPayroll, out: Path, runs: Sequence[PlannedRun]) -> None:
    same = _same(payroll, runs)
    money = act.agreement.money
    lines = table([["run", "workers", "total"], *([each.id.run, len(each.wages), money(each.total)] for each in runs)])
    lines += [f"{out} is the plan: keep it private. Pay it: ape run payroll run"]
    lines += [f"Mind: run {number} paid these very lines before." for number in same]
    value = {
        "file": str(out),
        "runs": [
            {"run": each.id.run, "workers": len(each.wages), "total": each.total, "lines": "0x" + each.hash.hex(),
             "payslips": "0x" + each.payslips.root.hex()} for each in runs
        ],
        "total": sum(each.total for each in runs),
        "sameAs": same,
    }  # fmt: skip
    return emit(value, act.as_json, lines)


def _same(payroll: AgreementPayroll, runs: Iterable[PlannedRun]) -> list[int]:
    hashes = {run.hash for run in runs}
    return [number for number, event in logged(payroll, "Paid").items() if bytes(event.lines) in hashes]


@click.command(cls=ConnectedCommand)
@acting
@click.argument("planned_file", metavar="PLAN", type=READ)
def run(act: Act, planned_file: Path) -> None:
    """Pay the runs of a PLAN, one transaction each; the employer. Wallets that the token refuses are booked.

    A run that is on chain already, by its number and the hash of its lines, is passed over: after a failure the same
    command goes on.

    \b
    Example:
      ape run payroll run desk.yaml march.plan.json --account contractor
    """
    payroll = payroll_of(act)
    require_employer(act, payroll)
    runs = read_plan(planned_file, payroll.next_run)
    due, passed = _due(payroll, planned_file, runs)
    money = act.agreement.money
    sent: list[Any] = []
    paid: dict[int, int] = {}
    booked: dict[str, int] = {}
    if due:
        _require_payable(payroll, due)
        workers = sum(len(each.wages) for each in due)
        act.confirm(f"Pay {money(sum(each.total for each in due))} to {workers:,} workers in {len(due)} runs?")
    for each in due:
        click.echo(f"Run {each.id.run}: {len(each.wages):,} workers, {money(each.total)}", err=True)
        sent.append(payroll.pay(each, sender=act.sender))
        if mined(sent[-1]):
            paid[each.id.run] = each.total
            for event in sent[-1].decode_logs(payroll.contract.Booked):
                booked[event.payee] = booked.get(event.payee, 0) + event.amount
    lines = [f"Run {number} paid {money(total)}." for number, total in paid.items()]
    lines += [f"{money(amount)} is booked for {payee}: the token refused it." for payee, amount in booked.items()]
    lines += [f"Run {number} was paid before." for number in passed]
    value = {"paid": paid, "passedOver": passed, "booked": booked, "free": payroll.free_units}
    return finished(act.as_json, value, lines, sent)


def _due(payroll: AgreementPayroll, path: Path, runs: Sequence[PlannedRun]) -> tuple[list[PlannedRun], list[int]]:
    """What is not paid yet, and the numbers of what is."""
    made, paid = payroll.runs, logged(payroll, "Paid")
    due, passed = [], []
    for each in runs:
        number = each.id.run
        if number > made:
            due.append(each)
            continue
        event = paid.get(number)
        if event is None or (bytes(event.lines), bytes(event.payslips)) != (each.hash, each.payslips.root):
            raise ForeignRun(
                f"Run {number} on chain is another payment than run {number} of {path}: someone paid or posted in "
                "between. Plan what is not paid yet again."
            )
        passed.append(number)
    if due and due[0].id.run != made + 1:
        raise ForeignRun(f"{path} begins with run {due[0].id.run}, the next one here is {made + 1}. Plan again.")
    return due, passed


def _require_payable(payroll: AgreementPayroll, due: Sequence[PlannedRun]) -> None:
    """All of it is there, and every line goes to the wallet that is registered now."""
    from workpact.batches.errors import WalletsDiffer
    from workpact.payroll import NotPayable

    total, free, money = sum(each.total for each in due), payroll.free_units, payroll.agreement.money
    if total > free:
        raise NotPayable(f"The runs pay {money(total)}, and {money(free)} is free: collect, or plan less.")
    seats = seats_of(payroll)
    differences = {}
    for wage in (wage for each in due for wage in each.wages):
        seat = seats.get(wage.worker)
        if seat is None or seat.wallet != wage.wallet:
            differences[wage.worker] = (wage.wallet, seat.wallet if seat else None)
    if differences:
        raise WalletsDiffer(differences)


COMMANDS = (plan, run)
