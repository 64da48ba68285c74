"""Two logs that differ in three events: what the commands name of them, and the ruling that follows from that alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

LEVELS = {"met": "in-time", "answered": "answered"}
"""What the columns of the log decide."""


def ruling(
    run: Callable[..., Any], file: str, period: str, logs: Mapping[str, Path], secret: Path, numbers: list[str]
) -> list[str]:
    """The arguments of `sla rule` for what the client claims, by the events that `sla diff` names.

    `run` gives the JSON of a command; `numbers` are the cases that the test has made different.
    """
    reports, evidence = {}, {}
    for side, log in logs.items():
        reports[side], evidence[side] = log.with_suffix(".report"), log.with_suffix(".evidence")
        given = ("--data", str(log), "--secret", str(secret), "--period", period, "--evidence", str(evidence[side]))
        reports[side].write_text(json.dumps(run("sla", "measure", file, *given)))

    told = run("sla", "diff", str(evidence["client"]), str(evidence["contractor"]))
    rows = {side: dict(enumerate(log.read_text().splitlines(), 1)) for side, log in logs.items()}
    events = [_event(numbers, rows["client"], each) for each in told["onlyOne"]]
    others = [_event(numbers, rows["contractor"], each) for each in told["onlyOther"]]
    assert len(events) == len(others) == len(numbers)

    root = json.loads(reports["client"].read_text())["evidenceRoot"]
    for each in told["onlyOne"]:
        shown = ("--report", str(reports["client"]), str(evidence["client"]), str(each["line"]))
        assert run("sla", "prove", file, *shown, account="client")["evidenceRoot"] == root

    columns = rows["client"][1].split(",")
    differing = {
        column
        for one, other in zip(events, others, strict=True)
        for column, mine, theirs in zip(columns, one, other, strict=True)
        if mine != theirs
    }
    return [part for column in sorted(differing) for part in ("--as-client", LEVELS[column])]


def _event(numbers: list[str], rows: Mapping[int, str], named: Mapping[str, Any]) -> list[str]:
    """The values of the row that is named: the one with this hash, of a case that was made different."""
    row = rows[named["line"]]
    assert named["rowHash"] == "0x" + keccak(text=row).hex()
    values = row.split(",")
    assert values[0] in numbers
    return values
