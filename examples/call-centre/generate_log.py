"""Write a small log of calls, made up, in the columns of a bank's call centre.

    python examples/call-centre/generate_log.py calls.tsv

One row for each call, February 1999. As in real logs of this kind: calls of the test line (PHANTOM), negative times,
callers who give up in the voice menu, and calls answered by nobody in particular. Equal seed, equal rows.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

HEADER = (
    "vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,q_start,q_exit,q_time,outcome,"
    "ser_start,ser_exit,ser_time,server"
)
COLUMNS = tuple(HEADER.split(","))
SERVERS = ("AVI", "DORIT", "MICHAL", "TOVA", "NO_SERVER")
OPENS, CLOSES = 7 * 3600, 23 * 3600


def generate(path: Path, seed: int = 1999, calls: int = 600) -> int:
    """Write a log (tab-separated) and return its number of rows."""
    random = Random(seed)
    days = sorted(random.randrange(1, 29) for _ in range(calls))
    rows = [_call(random, number, day) for number, day in enumerate(days, start=30_000)]
    lines = ["\t".join(COLUMNS), *("\t".join(str(row[column]) for column in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(rows)


def _call(random: Random, number: int, day: int) -> dict[str, object]:
    entry, menu = random.randrange(OPENS, CLOSES), random.randrange(3, 20)
    fate = random.randrange(100)
    waits = 0 if fate < 40 else random.randrange(1, 90)
    outcome = "PHANTOM" if fate == 99 else "HANG" if fate >= 84 else "AGENT"
    queued = waits > 0 and fate < 94
    served = random.randrange(20, 500) if outcome == "AGENT" else 0
    if fate == 98:
        menu = -menu
    leaves = entry + max(menu, 0)
    answered = leaves + waits
    return {
        "vru+line": f"AA01{random.randrange(1, 17):02}",
        "call_id": number,
        "customer_id": random.randrange(10_000_000),
        "priority": random.randrange(3),
        "type": random.choice(("PS", "PS", "NW", "NE")),
        "date": f"9902{day:02}",
        "vru_entry": _clock(entry),
        "vru_exit": _clock(leaves),
        "vru_time": menu,
        "q_start": _clock(leaves) if queued else "0:00:00",
        "q_exit": _clock(answered) if queued else "0:00:00",
        "q_time": waits if queued else 0,
        "outcome": outcome,
        "ser_start": _clock(answered) if served else "0:00:00",
        "ser_exit": _clock(answered + served) if served else "0:00:00",
        "ser_time": served,
        "server": random.choice(SERVERS),
    }


def _clock(second: int) -> str:
    return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, help="file to write, .tsv")
    parser.add_argument("--seed", type=int, default=1999, help="equal seeds give equal rows")
    parser.add_argument("--calls", type=int, default=600, help="rows to write")
    options = parser.parse_args(arguments)
    rows = generate(options.path, options.seed, options.calls)
    sys.stdout.write(f"{options.path}: {rows} rows\n")


if __name__ == "__main__":
    main()
