"""The private file of a planned payment: what each worker gets in which run, wallets and salts of payslips."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workpact import WorkpactError

if TYPE_CHECKING:
    from workpact.batches.proofs import Leaves
    from workpact.batches.wages import Run, RunId

FORMAT = "workpact-wages-1"
NUMBERS = ("worker", "gross", "deductions", "net")


class BadPlanFile(WorkpactError):
    """A file is no plan of wages, or one of another chain, payroll or employer."""


@dataclass(frozen=True)
class PlannedWage:
    """One line."""

    worker: int
    wallet: str
    gross: int
    deductions: int
    net: int
    salt: bytes
    """Of the payslip's leaf."""


@dataclass(frozen=True)
class PlannedRun:
    """One run, as it is paid: `workpact.payroll` takes it like a `Run`."""

    id: RunId
    wages: tuple[PlannedWage, ...]

    @property
    def total(self) -> int:
        """What is paid."""
        return sum(wage.net for wage in self.wages)

    @property
    def words(self) -> list[int]:
        """The packed lines."""
        return [int(wage.wallet, 16) << 96 | wage.net for wage in self.wages]

    @cached_property
    def payslips(self) -> Leaves:
        """Their leaves."""
        from workpact.batches.leaves import PAYSLIP
        from workpact.batches.proofs import Leaves

        return Leaves(
            PAYSLIP,
            [(*self.id.values, each.worker, each.gross, each.deductions, each.net, each.salt) for each in self.wages],
        )

    @property
    def hash(self) -> bytes:
        """What the event of its payment carries as `lines`."""
        from eth_utils.crypto import keccak

        return keccak(b"".join(word.to_bytes(32) for word in self.words))


def planned(run: Run) -> PlannedRun:
    """A run as it is kept in the file."""
    from workpact.batches.leaves import PAYSLIP

    return PlannedRun(
        run.id,
        tuple(
            PlannedWage(
                wage.worker,
                wage.person.wallet,
                wage.gross,
                wage.deductions,
                wage.net,
                PAYSLIP.salt(wage.person, run.id.values),
            )
            for wage in run.wages
        ),
    )


def write_plan(path: Path, runs: Iterable[PlannedRun]) -> None:
    """Keeps the runs in a file that only its owner may read."""
    from workpact.private_file import write_private

    kept = list(runs)
    first = kept[0].id
    value = {"format": FORMAT, "chainId": first.chain_id, "payroll": first.payroll, "book": "0x" + first.book.hex()}
    value["runs"] = [{"run": each.id.run, "wages": [_line(wage) for wage in each.wages]} for each in kept]
    write_private(path, [(json.dumps(value, indent=1) + "\n").encode()])


def _line(wage: PlannedWage) -> dict[str, str]:
    return {name: str(getattr(wage, name)) for name in (*NUMBERS, "wallet")} | {"salt": "0x" + wage.salt.hex()}


def read_plan(path: Path, place: RunId | None = None) -> list[PlannedRun]:
    """The runs of a file; of this chain, payroll and book if a `place` is given. Raises `BadPlanFile`."""
    from pydantic_core import from_json

    from workpact.batches.wages import RunId
    from workpact.private_file import read_private

    try:
        found = from_json(read_private(path))
        head = (int(found["chainId"]), str(found["payroll"]), bytes.fromhex(found["book"][2:]))
        runs = [
            PlannedRun(RunId(*head, int(each["run"])), tuple(_wage(wage) for wage in each["wages"]))
            for each in found["runs"]
        ]
        if found["format"] != FORMAT or not runs or not all(run.wages for run in runs):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise BadPlanFile(f"{path} is no plan of wages: give what `ape run payroll plan` has written.") from None
    for number, run in enumerate(runs, runs[0].id.run):
        if run.id.run != number:
            raise BadPlanFile(f"{path}: run {run.id.run} does not follow run {number - 1}. Plan again.")
    if place is not None:
        _require_place(path, runs[0].id, place)
    return runs


def _require_place(path: Path, found: RunId, place: RunId) -> None:
    names = ("chain", "payroll", "employer's book")
    for name, own, expected in zip(names, found.values, place.values, strict=False):
        if own != expected:
            shown = [f"0x{each.hex()}" if isinstance(each, bytes) else each for each in (own, expected)]
            raise BadPlanFile(f"{path} is a plan for the {name} {shown[0]}, here it is {shown[1]}: plan again.")


def _wage(found: Any) -> PlannedWage:
    worker, gross, deductions, net = (int(found[name]) for name in NUMBERS)
    salt, wallet = bytes.fromhex(found["salt"][2:]), str(found["wallet"])
    if len(salt) != 32 or not 0 < int(wallet, 16) < 2**160 or not 0 < net < 2**96 or gross - deductions != net:
        raise ValueError
    return PlannedWage(worker, wallet, gross, deductions, net, salt)
