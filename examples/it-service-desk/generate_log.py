"""Write a small incident log, made up, in the 36 columns of a service desk's audit trail.

    python examples/it-service-desk/generate_log.py incidents.csv.gz

One row for each change of a ticket. Closings spread over the twelve months 2016-03 to 2017-02. As
in real logs of this kind: the `made_sla` flag turns false on the Closed row only, some tickets are
closed without having been resolved, and one row goes back in time. Equal seed, equal rows.
"""

import argparse
import csv
import gzip
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

HEADER = (
    "number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,"
    "opened_by,opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,contact_type,"
    "location,category,subcategory,u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,"
    "assigned_to,knowledge,u_priority_confirmation,notify,problem_id,rfc,vendor,caused_by,"
    "closed_code,resolved_by,resolved_at,closed_at"
)
COLUMNS = tuple(HEADER.split(","))
MONTHS = tuple((2016 + month // 12, month % 12 + 1) for month in range(2, 14))
MISSING = "?"

Row = dict[str, object]


@dataclass(frozen=True)
class Priority:
    """A priority with its impact and urgency, its target, and how often a ticket has it and makes
    it, both of 100."""

    name: str
    impact: str
    urgency: str
    target: int
    share: int
    makes: int


PRIORITIES = (
    Priority("1 - Critical", "1 - High", "1 - High", 240, 4, 90),
    Priority("2 - High", "2 - Medium", "1 - High", 480, 8, 92),
    Priority("3 - Moderate", "2 - Medium", "2 - Medium", 4320, 76, 96),
    Priority("4 - Low", "3 - Low", "3 - Low", 7200, 12, 97),
)


def generate(path: Path, seed: int = 2016, cases_a_month: int = 40) -> int:
    """Write a log (gzip if the name ends in .gz) and return its number of rows."""
    random = Random(seed)
    cases = [_case(random, year, month, position) for year, month in MONTHS for position in range(cases_a_month)]
    cases.sort(key=_opened_at)
    _turn_back(cases)
    rows = [row for number, case in enumerate(cases, start=1) for row in _written(number, case)]

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    # No time stamp, so that equal rows make an equal file.
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return len(rows)


def _opened_at(case: list[Row]) -> datetime:
    opened = case[0]["opened_at"]
    assert isinstance(opened, datetime)
    return opened


def _case(random: Random, year: int, month: int, position: int) -> list[Row]:
    """The rows of one ticket that closes in a month; dates are still datetimes."""
    # The first four tickets of a month have one priority each and are resolved: every level has a
    # case in every month.
    first = position < len(PRIORITIES)
    priority = PRIORITIES[position] if first else _drawn(random)
    minute = 60 * random.randrange(8, 18) + random.randrange(60)
    closed = datetime(year, month, 1 + random.randrange(28), tzinfo=UTC) + timedelta(minutes=minute)
    made = random.randrange(100) < priority.makes
    resolved = closed - timedelta(days=5) if random.randrange(100) < 95 or first else None
    minutes = 5 + random.randrange(priority.target - 5)
    if not made:
        minutes += priority.target + random.randrange(3 * priority.target)
    opened = (resolved or closed) - timedelta(minutes=minutes)

    common = _facts(random, priority)
    common |= {
        "opened_at": opened,
        "sys_created_at": opened + timedelta(minutes=min(random.randrange(10), minutes)),
        "resolved_at": resolved or MISSING,
        "closed_at": closed,
    }
    if resolved is None:
        common["resolved_by"] = MISSING
    return _changes(random, common, made)


def _drawn(random: Random) -> Priority:
    ticket = random.randrange(100)
    for priority in PRIORITIES:
        if ticket < priority.share:
            return priority
        ticket -= priority.share
    raise AssertionError("shares add up to 100")


def _facts(random: Random, priority: Priority) -> Row:
    """What does not change during the life of a ticket."""

    def numbered(word: str, count: int) -> str:
        return f"{word} {1 + random.randrange(count)}"

    return {
        "caller_id": numbered("Caller", 900),
        "opened_by": numbered("Opened by", 40),
        "sys_created_by": numbered("Created by", 20),
        "contact_type": "Phone" if random.randrange(10) else "Email",
        "location": numbered("Location", 60),
        "category": numbered("Category", 20),
        "subcategory": numbered("Subcategory", 90),
        "u_symptom": numbered("Symptom", 200) if random.randrange(4) else MISSING,
        "cmdb_ci": MISSING if random.randrange(40) else numbered("cmdb_ci", 30),
        "impact": priority.impact,
        "urgency": priority.urgency,
        "priority": priority.name,
        "assignment_group": numbered("Group", 15),
        "knowledge": ("true", "false")[random.randrange(2)],
        "u_priority_confirmation": ("true", "false")[random.randrange(2)],
        "notify": "Do Not Notify",
        "problem_id": MISSING if random.randrange(50) else numbered("Problem ID", 20),
        "rfc": MISSING,
        "vendor": MISSING,
        "caused_by": MISSING,
        "closed_code": numbered("code", 9),
        "resolved_by": numbered("Resolved by", 50),
    }


def _changes(random: Random, common: Row, made: bool) -> list[Row]:
    """The ticket's rows in time: New, worked on, perhaps waiting, Resolved, Closed."""
    opened, closed = common["sys_created_at"], common["closed_at"]
    assert isinstance(opened, datetime)
    assert isinstance(closed, datetime)
    resolved = common["resolved_at"]
    worked_until = resolved if isinstance(resolved, datetime) else closed
    states = ["Active"] * (1 + random.randrange(2))
    if random.randrange(4) == 0:
        states += ["Awaiting User Info", "Active"]
    span = max(int((worked_until - opened).total_seconds()) // 60, 1)
    moments = sorted(opened + timedelta(minutes=random.randrange(span)) for _ in states)

    steps = [("New", opened), *zip(states, moments, strict=True)]
    if isinstance(resolved, datetime):
        steps.append(("Resolved", resolved))
    steps.append(("Closed", closed))
    rows, count, reassigned = [], 0, 0
    for state, moment in steps:
        reassigned += random.randrange(2) if state == "Active" else 0
        row = {
            **common,
            "incident_state": state,
            "active": "false" if state == "Closed" else "true",
            "reassignment_count": reassigned,
            "reopen_count": 0,
            "sys_mod_count": count,
            "made_sla": "false" if state == "Closed" and not made else "true",
            "sys_updated_by": f"Updated by {1 + random.randrange(60)}",
            "sys_updated_at": moment,
            "assigned_to": MISSING if state == "New" else f"Resolver {1 + random.randrange(50)}",
        }
        rows.append(row)
        count += 1 + random.randrange(2)
    return rows


def _turn_back(cases: list[list[Row]]) -> None:
    """Let the second row of one ticket be older than its first."""
    row = cases[len(cases) // 2][1]
    updated = row["sys_created_at"]
    assert isinstance(updated, datetime)
    row["sys_updated_at"] = updated - timedelta(minutes=7)


def _written(number: int, case: list[Row]) -> list[dict[str, str]]:
    rows = []
    for row in case:
        named = {"number": f"INC{number:07}", **row}
        rows.append({column: _text(named[column]) for column in COLUMNS})
    return rows


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.day}/{value.month}/{value.year} {value.hour:02}:{value.minute:02}"
    return str(value)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, help="file to write, .csv or .csv.gz")
    parser.add_argument("--seed", type=int, default=2016, help="equal seeds give equal rows")
    parser.add_argument("--cases", type=int, default=40, help="tickets closed in each month")
    options = parser.parse_args(arguments)
    if options.cases < len(PRIORITIES):
        parser.error(f"--cases is {options.cases}; at least {len(PRIORITIES)}, one a priority")
    rows = generate(options.path, options.seed, options.cases)
    sys.stdout.write(f"{options.path}: {rows} rows\n")


if __name__ == "__main__":
    main()
