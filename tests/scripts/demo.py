"""One run of `ape run demo`, and what its chain and its log say without any code of the project."""

from __future__ import annotations

import os
import subprocess
import uuid
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from tests.anvil import ask
from tests.measurement import reference
from tests.scripts import warm
from tests.support import ROOT

COMMAND = ["ape", "run", "demo"]
DOLLAR = 10**6
# The example's levels as examples/it-service-desk/README.md and the file's ServiceCredit say them: how many cases are
# needed, by what a repeated miss is multiplied, and (threshold, share of the amount at risk) in per cent.
LEVELS = {
    "made-sla": (20, 2, [(95, 10), (85, 20)]),
    "made-sla-p1": (5, 2, [(90, 10), (50, 15)]),
    "made-sla-p2": (5, 1, [(90, 5), (75, 10)]),
    "made-sla-p3": (10, 1, [(95, 5), (85, 10)]),
    "made-sla-p4": (10, 1, [(95, 5)]),
    "resolved-in-target-p1": (0, 1, []),
    "resolved-in-target-p2": (0, 1, []),
    "resolved-in-target-p3": (0, 1, []),
    "resolved-in-target-p4": (0, 1, []),
    "net-resolved-in-target-p1": (5, 2, [(90, 10), (50, 15)]),
    "net-resolved-in-target-p2": (5, 1, [(85, 5), (60, 10)]),
    "net-resolved-in-target-p3": (10, 1, [(90, 5), (75, 10)]),
    "net-resolved-in-target-p4": (10, 1, [(90, 5)]),
}
TRANSFER = "Transfer(address,address,uint256)"
SETTLED = "Settled(bytes32,uint256,uint256,uint256,uint256,uint256)"


class Traces:
    """What a run of the command could leave behind."""

    def __init__(self, folder: Path, host: str | None = None) -> None:
        self.mark = uuid.uuid4().hex
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.environment = os.environ | {"TMPDIR": str(self.temporary), "WORKPACT_TEST_MARK": self.mark}
        self.environment.pop("APE_FOUNDRY_HOST", None)
        if host:
            self.environment["APE_FOUNDRY_HOST"] = host

    def left_behind(self) -> list[str]:
        """Files in its temporary folder, and processes that it started."""
        files = [str(path) for path in self.temporary.rglob("*")]
        return files + [entry.name for entry in Path("/proc").iterdir() if self._is_ours(entry)]

    def _is_ours(self, entry: Path) -> bool:
        try:
            return entry.name.isdecimal() and self.mark in (entry / "environ").read_text(errors="replace")
        except OSError:
            return False


class Demo(Traces):
    """One run of the command, its chain and its folders."""

    def __init__(self, folder: Path, *options: str, host: str | None = None) -> None:
        super().__init__(folder, host)
        self.process = subprocess.Popen(
            [*COMMAND, *options],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, out, err


def refused(traces: Traces, *options: str, code: int = 1) -> str:
    """What the command says that does nothing, in a fork, and leaves nothing behind; it ends with that code."""
    done = warm.Command([*COMMAND, *options], ROOT, traces.environment).ended()
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert (done.stdout, traces.left_behind()) == ("", [])
    return done.stderr


def costs(rows: list[reference.Row], period: tuple[int, int], before: list[dict[str, Any]]) -> dict[str, Any]:
    """A month in fractions: what SPEC.md 7.1, 8.4 and 8.5 say, from the log's rows and the table above."""
    cases = reference.cases_in(rows, *period)
    measured = reference.figures(cases, reference.waiting(rows))
    failed, share = set(), Fraction(0)
    for name, good, total in measured:
        needed, repeat, bands = LEVELS[name]
        missed = [cost for threshold, cost in bands if total and Fraction(good, total) < Fraction(threshold, 100)]
        if total >= needed and missed:
            failed.add(name)
            share += Fraction(missed[-1], 100) * (repeat if before and name in before[-1]["failed"] else 1)
    year = Fraction(10, 100) * (len(before) + 1) - sum(month["rate"] for month in before)
    rate = min(Fraction(12, 100) * share, Fraction(12, 100), year)
    resolved = sum(case["resolved_at"] != "?" for case in cases)
    charge = min(Fraction(40_000), 24_000 + Fraction("2.40") * resolved) * DOLLAR
    credit = int(charge * rate)
    due = int(charge) - credit
    retained = int(due * Fraction(5, 100))
    levels = [{"name": name, "good": good, "total": total} for name, good, total in measured]
    return {
        "levels": levels,
        "failed": failed,
        "rate": rate,
        "numbers": (int(charge), credit, due - retained, retained),
    }


def month_start(month: int) -> int:
    """The first second of a month of the example's service, counted from 2016-01."""
    return int(datetime(2016 + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC).timestamp())


def months_cost(log: Path, count: int) -> list[dict[str, Any]]:
    """The first months of the example's service by a log."""
    rows, _ = reference.read(log)
    months: list[dict[str, Any]] = []
    for period in pairwise(month_start(month) for month in range(3, 4 + count)):
        months.append(costs(rows, period, months))
    return months


def logs(url: str, address: str, *topics: str | None) -> list[dict[str, Any]]:
    return ask(url, "eth_getLogs", {"address": address, "fromBlock": "0x0", "topics": list(topics)})


def transfers(url: str, token: str) -> list[tuple[str, str, int, str]]:
    """From, to, amount and transaction of each transfer of a token."""
    found = logs(url, token, "0x" + keccak(text=TRANSFER).hex())
    sides = [[topic[-40:] for topic in log["topics"][1:]] for log in found]
    return [(*side, int(log["data"], 16), log["transactionHash"]) for side, log in zip(sides, found, strict=True)]


def bare(address: str) -> str:
    return address[2:].lower()


def word(url: str, contract: str, call: str, *arguments: str) -> str:
    data = (
        "0x"
        + keccak(text=call)[:4].hex()
        + "".join(argument.removeprefix("0x").rjust(64, "0") for argument in arguments)
    )
    return ask(url, "eth_call", {"to": contract, "data": data}, "latest")


def history(url: str, events: list[dict[str, Any]]) -> str:
    """SPEC.md 10.1 over raw logs."""
    linked = bytes(32)
    for log in events:
        time = int(ask(url, "eth_getBlockByHash", log["blockHash"], False)["timestamp"], 16)
        event = keccak(bytes.fromhex("".join(part[2:] for part in [*log["topics"], log["data"]])))
        linked = keccak(linked + time.to_bytes(32) + event)
    return "0x" + linked.hex()
