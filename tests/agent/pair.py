"""Two agents as two users have them: own keys, folders and logs; common are the chain, the file and the exchange."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.anvil import ask
from tests.scripts.rehearsal import Rehearsal
from tests.scripts.stage import ROLES, Stage
from tests.sdk import paper
from tests.support import ROOT

DAY = 86_400
UNIT = 10**6
CRASH = Path(__file__).parent / "crash"
HEADER = "number,changes,opened,resolved,closed,met"


def opened(stage: Stage) -> str:
    """The small desk, open on the stage's chain; its file."""
    draft = stage.user.folder / "draft.yaml"
    draft.write_text(paper.text(int(ask(stage.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)))
    file = stage.file("desk.yaml", draft)
    signature = str(stage.user.folder / "contractor.sig")
    stage.mint("client", 3_000 * UNIT)
    stage.act("agreement", "sign", file, "--output", signature, account="contractor")
    stage.act("agreement", "approve", file, account="client")
    stage.act("agreement", "open", file, "--signature", signature, account="client")
    ask(stage.url, "anvil_mine", "0x2")
    return file


class Pair:
    """The client's agent and the contractor's."""

    def __init__(self, folder: Path, stage: Stage, file: str, end: int) -> None:
        self.stage = stage
        self.file = file
        self.end = end
        self.exchange = folder / "exchange"
        self.exchange.mkdir()
        self.users = {side: Rehearsal(folder / side) for side in ("client", "contractor")}
        for side, user in self.users.items():
            user.account(f"{side}-reporter", ROLES[f"{side}-reporter"], stage.url)
            user.environment["WORKPACT_DEPLOYMENTS"] = str(stage.user.deployments)
            key = user.folder / "evidence.key"
            key.write_text("5e" * 32)
            key.chmod(0o600)

    def log(self, side: str, *late: int) -> None:
        """A side's log of the first period: forty cases, of which the numbers in `late` missed the target."""
        day = f"{datetime.fromtimestamp(self.end - 9 * DAY, UTC):%Y-%m-%d} 09:00"
        rows = [f"C{case},1,{day},{day},{day},{'no' if case in late else 'yes'}" for case in range(40)]
        (self.users[side].folder / "log.csv").write_text("\n".join([HEADER, *rows]) + "\n")

    def at(self, days: int) -> None:
        """Moves the chain's clock to one second after so many days after the end of the first period."""
        ask(self.stage.url, "evm_setNextBlockTimestamp", self.end + days * DAY + 1)
        ask(self.stage.url, "evm_mine")

    def mined_at(self, transaction: str) -> int:
        """The time of a transaction's block."""
        block = ask(self.stage.url, "eth_getTransactionReceipt", transaction)["blockNumber"]
        return int(ask(self.stage.url, "eth_getBlockByNumber", block, False)["timestamp"], 16)

    def start(self, side: str, *options: str, crash_after: str | None = None) -> subprocess.Popen[str]:
        """Starts a side's agent."""
        user = self.users[side]
        places = ["--data", str(user.folder / "log.csv"), "--exchange", str(self.exchange)]
        key = ["--secret", str(user.folder / "evidence.key"), "--account", f"{side}-reporter", "--yes"]
        command = ["sla", "watch", self.file, "--side", side, *places, *key, *self.stage.network, "--json", *options]
        crash = {"PYTHONPATH": str(CRASH), "CRASH_AFTER": crash_after} if crash_after else {}
        return subprocess.Popen(
            user.command(*command),
            cwd=ROOT,
            env=user.environment | crash,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def rounds(self, *sides: str, options: tuple[str, ...] = ("--confirmations", "0")) -> list[Any]:
        """One round of each side's agent, at the same time; what each says of itself."""
        running = [self.start(side, "--once", *options) for side in sides]
        said = [process.communicate() for process in running]
        for process, (out, trouble) in zip(running, said, strict=True):
            assert out, trouble
            assert "Traceback" not in trouble, trouble
            assert process.returncode == (json.loads(out)["state"] == "alarm")
        return [json.loads(out) for out, _ in said]

    @contextmanager
    def running(self, side: str, *options: str) -> Iterator[Any]:
        """An agent that goes on until the end of the block; what it said in its first round."""
        process = self.start(side, "--confirmations", "0", *options)
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()
            process.communicate()


def acts(health: Any) -> list[str]:
    """What was done in a round, in order."""
    return [each["act"] for each in health["sent"]]


def waits(health: Any) -> list[tuple[str, str, int | None, str | None]]:
    """Where each period stands: stage, step, until when, and what is needed."""
    return [(each["stage"], each["step"], each["until"], each["need"]) for each in health["periods"]]
