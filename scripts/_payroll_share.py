"""`ape run payroll share`: every worker's own payslip or proof of a wage, through the agreement's data room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts._equity_papers import load_json
from scripts._equity_people import finished
from scripts._options import ConnectedCommand
from scripts._papers import READ, Act, acting
from scripts._payroll_files import BadPlanFile, read_plan
from scripts._room_house import need_place, own_keys
from scripts._room_use import place_option, seated

if TYPE_CHECKING:
    from workpact.batches.leaves import LeafProof


@click.command(cls=ConnectedCommand)
@acting
@click.argument("source", metavar="PLAN|PAYSLIPS|PROOFS", type=READ)
@place_option
def share(act: Act, source: Path, place: str | None) -> None:
    """Put each worker's own payslip, or proof of a wage, into the room, to be opened by that worker alone.

    One transaction for each. Who has no wallet or no room key yet is named and passed over: run it again then. What was
    put before is not put again.

    \b
    Example:
      ape run payroll share desk.yaml march.plan.json --room s3://desk --account contractor
      ape run payroll share desk.yaml march.proofs.json --room s3://desk --account contractor
    """
    from io import BytesIO

    from workpact.terms import Kind

    where, slips = need_place(place), _slips(source)
    act.confirm(f"Put {len(slips):,} {slips[0].kind.name}s into the room, each in a transaction?")
    room, own = seated(act), own_keys(act.signing.address)
    wallets = room.readers.workers
    keys = room.desk.keys_of(wallets.values())
    put: dict[int, bytes] = {}
    before: list[int] = []
    waiting: list[int] = []
    sent: list[Any] = []
    for slip in slips:
        worker, wallet = int(slip["worker"]), wallets.get(int(slip["worker"]))
        if wallet is None or not keys[wallet]:
            waiting.append(worker)
            continue
        name = f"run-{slip['run']}-worker-{worker}.{slip.kind.name}.json"
        content = BytesIO((json.dumps(slip.to_json(), indent=2) + "\n").encode())
        done = room.put(content, Kind.PAYSLIP, [wallet], where, own=own, sender=act.sender, name=name)
        put[worker] = done.file
        if done.sent is None:
            before.append(worker)
        else:
            sent.append(done.sent)
            click.echo(f"{name}: file 0x{done.file.hex()}, for {wallet}.", err=True)
    lines = [f"{len(put):,} of {len(slips):,} are in the room, {len(before):,} of them were before."]
    lines += [f"Worker {worker} has no room key yet: ape run room key, by the worker." for worker in waiting]
    value = {"files": put, "before": before, "withoutKey": waiting}
    return finished(act.as_json, value, lines, sent, "All that can be are in the room.")


def _slips(source: Path) -> list[LeafProof]:
    from workpact.batches.proofs import Leaves

    if "runs" in load_json(source):
        return [slip for run in read_plan(source) for slip in run.payslips]
    leaves = Leaves.read(source)
    if leaves.kind.name not in ("payslip", "wage"):
        raise BadPlanFile(f"{source} has neither payslips nor wages, but leaves of another kind: {leaves.kind.name}.")
    return list(leaves)


COMMANDS = (share,)
