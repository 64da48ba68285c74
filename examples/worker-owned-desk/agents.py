"""The two hundred agents of the example, all made up, with the files about them. Equal calls, equal bytes.

    python examples/worker-owned-desk/agents.py folder

Keys and salts follow from the agents' numbers, so that the example can be checked by anyone. Real keys are drawn by the
workers themselves, and real salts at random: `Roster.enrol` does it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from workpact.batches.roster import Person, Roster
from workpact.terms.units import write_money

COUNT = 200
LEADS = range(1, 21)
"""Agents who lead a team: they have a grant of their own plan beside that of all."""
AWAY = 17
"""On leave from 4 May; back on 8 June."""
LEAVER = 42
"""Gives notice on 6 May; the last day is 4 June."""
LOST = 88
"""Loses the key of the wallet on 10 May."""
BLOCKED = 121
"""Whose wallet the token refuses from 28 May on."""
SILENT = (197, 198, 199)
"""Never answer the offer."""
PRIVATE = range(4, COUNT + 1, 4)
"""Are paid by proof instead of in the open."""
MONTHS = ("2026-04", "2026-05", "2026-06")
LATE = {"2026-04": 23, "2026-05": 61, "2026-06": 40}
"""How many of every thousand tickets missed their target time: the level allows fifty."""
TICKETS = ("ticket", "agent", "closed_at", "made_sla")
WAGES = ("worker", "gross", "deductions", "net")
CENT = 10**4
"""In the token's smallest unit."""
A_TICKET = 900 * CENT
MEMBERSHIP, QUALITY = "1000 tokens", "1500 tokens"

FIRST = (
    "Agata",
    "Bartosz",
    "Celina",
    "Damian",
    "Edyta",
    "Filip",
    "Gaja",
    "Hubert",
    "Irena",
    "Janek",
    "Kalina",
    "Leon",
    "Magda",
    "Norbert",
    "Ola",
    "Patryk",
    "Roksana",
    "Szymon",
    "Tola",
    "Wiktor",
)
LAST = (
    "Adamska",
    "Bielik",
    "Czajka",
    "Dudek",
    "Fijak",
    "Gawron",
    "Huba",
    "Iwan",
    "Jarosz",
    "Kulik",
    "Lelek",
    "Mewa",
    "Nowik",
    "Orlik",
    "Puchacz",
    "Rybitwa",
    "Sikora",
    "Trznadel",
    "Wilga",
    "Zięba",
)


@dataclass(frozen=True)
class Agent:
    """One agent; `base` is the gross wage of a whole month."""

    number: int
    name: str
    base: int

    @property
    def key(self) -> LocalAccount:
        """The key of the agent's wallet."""
        return _key(f"agent {self.number}")

    @property
    def spare(self) -> LocalAccount:
        """The key of another wallet, for who needs one later."""
        return _key(f"agent {self.number}, another wallet")

    @property
    def salt(self) -> bytes:
        """The salt of the agent's row in the roster."""
        return keccak(text=f"worker-owned-desk, salt {self.number}")

    @property
    def is_lead(self) -> bool:
        """Whether the agent leads a team."""
        return self.number in LEADS


@cache
def _key(whose: str) -> LocalAccount:
    return Account.from_key(keccak(text=f"worker-owned-desk, {whose}"))


@cache
def agents() -> dict[int, Agent]:
    """All of them by their numbers."""
    random = Random(2026)
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    random.shuffle(names)
    made = {}
    for number in range(1, COUNT + 1):
        base = 240_000 if number in LEADS else 150_000 + 5_000 * random.randrange(7)
        made[number] = Agent(number, names[number - 1], base * CENT)
    return made


def roster() -> Roster:
    """The contractor's roster, as it is before anybody changes a wallet."""
    return Roster(Person(agent.number, agent.name, agent.key.address, agent.salt) for agent in agents().values())


def days(month: str) -> list[datetime]:
    """The days of a month."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    every = (first + timedelta(days=number) for number in range(31))
    return [day for day in every if day.month == first.month]


def is_there(number: int, day: datetime) -> bool:
    """Whether an agent works on a day."""
    if number == AWAY:
        return not datetime(2026, 5, 4, tzinfo=UTC) <= day < datetime(2026, 6, 8, tzinfo=UTC)
    return number != LEAVER or day < datetime(2026, 6, 5, tzinfo=UTC)


@cache
def tickets(month: str) -> list[tuple[str, ...]]:
    """The tickets that were resolved in a month, one row each."""
    random = Random(month)
    drawn = []
    for number in agents():
        open_days = [day for day in days(month) if is_there(number, day)]
        for _ in range(len(open_days) * random.randrange(8, 15) // 30):
            minute = random.randrange(24 * 60)
            drawn.append((random.choice(open_days) + timedelta(minutes=minute), number))
    drawn.sort()
    late = set(random.sample(range(len(drawn)), len(drawn) * LATE[month] // 1000))
    return [
        (f"T{month}-{place:05}", str(number), f"{closed:%Y-%m-%d %H:%M}", "false" if place in late else "true")
        for place, (closed, number) in enumerate(drawn, 1)
    ]


def wages(month: str) -> list[tuple[int, int, int, int]]:
    """Number, gross, deductions and net of each agent who worked in a month, in the token's smallest unit.

    Gross is the base for the days that the agent was there, and something for each ticket; a tenth is deducted.
    """
    resolved = [int(row[1]) for row in tickets(month)]
    rows = []
    for agent in agents().values():
        there = [is_there(agent.number, day) for day in days(month)]
        gross = agent.base * sum(there) // len(there) // CENT * CENT + resolved.count(agent.number) * A_TICKET
        deductions = gross // 10 // CENT * CENT
        rows.append((agent.number, gross, deductions, gross - deductions))
    return [row for row in rows if row[1]]


# The files


def write_wages(path: Path, rows: Iterable[tuple[int, int, int, int]]) -> Path:
    """The file of a run of wages; amounts as clerks write them."""
    shown = ((str(row[0]), *(write_money(amount, "USDC", 6) for amount in row[1:])) for row in rows)
    return _table(path, WAGES, shown)


def lanes(rows: Sequence[tuple[int, int, int, int]]) -> dict[str, list[tuple[int, int, int, int]]]:
    """Who is paid in the open, and who by proof."""
    return {
        "open": [row for row in rows if row[0] not in PRIVATE],
        "private": [row for row in rows if row[0] in PRIVATE],
    }


def write_all(folder: Path) -> None:
    """Roster, grants, the log of tickets, and a file of wages for each month and lane."""
    roster().write(folder / "roster.csv")
    _table(folder / "grants-membership.csv", ("worker", "units"), ((str(each), MEMBERSHIP) for each in agents()))
    _table(folder / "grants-quality.csv", ("worker", "units"), ((str(each), QUALITY) for each in LEADS))
    _table(folder / "tickets.csv", TICKETS, (row for month in MONTHS for row in tickets(month)))
    for month in MONTHS:
        for lane, rows in lanes(wages(month)).items():
            write_wages(folder / f"wages-{month}-{lane}.csv", rows)


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
