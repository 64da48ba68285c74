"""A roster of a few agents, and the files about them."""

from __future__ import annotations

from pathlib import Path

from workpact.batches.roster import Person, Roster
from workpact.batches.table import checksummed

EQUITY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
PAYROLL = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
TOKEN = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
BOOK = bytes(range(32))
NAMES = {17: "Ada Lovelace", 3: "Grace “Amazing” Hopper, Rear Admiral", 4: 'Edsger "EWD" Dijkstra', 40: "Tony Hoare"}


def wallet(worker: int) -> str:
    shown = checksummed(f"0x{worker:08x}" + 4 * "beefcafe")
    assert shown
    return shown


def roster() -> Roster:
    return Roster(Person(worker, name, wallet(worker), bytes([worker] * 32)) for worker, name in NAMES.items())


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(line + "\n" for line in lines))
    return path
