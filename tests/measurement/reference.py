"""The example's measurement once more: the csv module, datetime and integers, no SQL.

Written from the definitions alone, to be compared with what DuckDB counts.
"""

import csv
import gzip
import hashlib
import hmac
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from eth_utils import keccak

from tests.measurement.desk import PRIORITIES, TARGETS

Row = dict[str, str]


def read(path: Path) -> tuple[list[Row], list[bytes]]:
    """The rows of a log, and the bytes of their lines."""
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    lines = data.removesuffix(b"\n").split(b"\n")
    return list(csv.DictReader(line.decode() for line in lines)), lines[1:]


def final_rows(rows: list[Row]) -> dict[str, Row]:
    """The row of each case with its highest order; of equal ones the last."""
    final: dict[str, Row] = {}
    for row in rows:
        held = final.get(row["number"])
        if held is None or int(row["sys_mod_count"]) >= int(held["sys_mod_count"]):
            final[row["number"]] = row
    return final


def seconds(text: str) -> int | None:
    """A date of the log as seconds since 1970."""
    if text == "?":
        return None
    moment = datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
    return int(moment.timestamp())


def cases_in(rows: list[Row], start: int, end: int) -> list[Row]:
    """The final rows that were closed in [start, end)."""
    found = []
    for row in final_rows(rows).values():
        closed = seconds(row["closed_at"])
        if closed is not None and start <= closed < end:
            found.append(row)
    return found


def minutes(row: Row) -> int | None:
    """Minutes from opening to resolution."""
    opened, resolved = seconds(row["opened_at"]), seconds(row["resolved_at"])
    return None if opened is None or resolved is None else (resolved - opened) // 60


def waiting(rows: list[Row]) -> dict[str, int]:
    """Seconds that each case awaited somebody between its opening and its resolution."""
    cases: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: int(row["sys_mod_count"])):
        cases.setdefault(row["number"], []).append(row)
    result = {}
    for number, case in cases.items():
        opened, resolved = seconds(case[-1]["opened_at"]), seconds(case[-1]["resolved_at"])
        result[number] = 0
        for row, following in pairwise(case):
            begun, ended = seconds(row["sys_updated_at"]), seconds(following["sys_updated_at"])
            if row["incident_state"].startswith("Awaiting") and None not in (begun, ended, opened, resolved):
                result[number] += max(0, min(ended, resolved) - max(begun, opened))
    return result


def figures(cases: list[Row], awaited: dict[str, int] | None = None) -> list[tuple[str, int, int]]:
    """(name, good, total) of the nine levels; with `awaited`, in seconds by case, of the four net ones too."""
    made = [("made-sla", cases)]
    made += [(f"made-sla-p{p}", [case for case in cases if case["priority"].startswith(f"{p} -")]) for p in PRIORITIES]
    result = [(name, sum(c["made_sla"] == "true" for c in some), len(some)) for name, some in made]
    for net in ("", "net-") if awaited else ("",):
        for p, target in TARGETS.items():
            known = []
            for case in cases:
                gross = minutes(case)
                if case["priority"].startswith(f"{p} -") and gross is not None:
                    known.append((60 * gross - awaited[case["number"]]) // 60 if awaited and net else gross)
            result.append((f"{net}resolved-in-target-p{p}", sum(span <= target for span in known), len(known)))
    return result


def leaves(events: list[bytes], secret: bytes, period: str) -> list[bytes]:
    """The salted leaves of log lines (SPEC 8.9)."""
    key = hmac.new(secret, b"workpact evidence\0" + period.encode(), hashlib.sha256).digest()
    result = []
    for position, line in enumerate(events):
        earlier = events[:position].count(line)
        message = keccak(line) + earlier.to_bytes(8, "big")
        salt = hmac.new(key, message, hashlib.sha256).digest()
        result.append(keccak(keccak(salt + keccak(line))))
    return result


def root(nodes: list[bytes]) -> bytes:
    """The root over leaves: sorted, sorted pairs, an odd node carried up."""
    layer = sorted(nodes)
    while len(layer) > 1:
        pairs = [sorted(layer[i : i + 2]) for i in range(0, len(layer), 2)]
        layer = [keccak(b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return layer[0] if layer else bytes(32)
