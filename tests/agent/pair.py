"""Two agents as two users have them: own keys, folders and logs; common are the chain, the file and the exchange."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
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
MINTED = 10_000 * UNIT
"""What the client has before it opens the desk."""
CRASH = Path(__file__).parent / "crash"
MOST_ROUNDS = 600
"""More than pass while persons type what a month needs."""
HEADER = "number,changes,opened,resolved,closed,met"


def opened(stage: Stage, name: str = "desk.yaml", *edits: tuple[str, str]) -> str:
    """The small desk, edited, open on the stage's chain; its file."""
    draft = stage.user.folder / "draft.yaml"
    draft.write_text(paper.text(int(ask(stage.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16), *edits))
    file = stage.file(name, draft)
    signature = str(stage.user.folder / "contractor.sig")
    stage.mint("client", MINTED)
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

    def log(self, side: str, *late: int, month: int = 0) -> None:
        """A side's log of a period: forty cases, of which the numbers in `late` missed the target."""
        day = f"{datetime.fromtimestamp(self.end + (30 * month - 9) * DAY, UTC):%Y-%m-%d} 09:00"
        rows = [f"C{case},1,{day},{day},{day},{'no' if case in late else 'yes'}" for case in range(40)]
        self.write(side, [HEADER, *rows])

    def write(self, side: str, lines: list[str]) -> None:
        """Puts a log there, whole or not at all: its agent may read it at any time."""
        log = self.path(side)
        part = log.with_suffix(".part")
        part.write_text("\n".join(lines) + "\n")
        part.replace(log)

    def path(self, side: str) -> Path:
        """Of a side's log."""
        return self.users[side].folder / "log.csv"

    def at(self, days: int) -> None:
        """Moves the chain's clock to one second after so many days after the end of the first period."""
        ask(self.stage.url, "evm_setNextBlockTimestamp", self.end + days * DAY + 1)
        ask(self.stage.url, "evm_mine")

    def start(
        self, side: str, *options: str, trouble: Any = subprocess.PIPE, crash_after: str | None = None
    ) -> subprocess.Popen[str]:
        """Starts a side's agent."""
        user = self.users[side]
        crash = {"PYTHONPATH": str(CRASH), "CRASH_AFTER": crash_after} if crash_after else {}
        return subprocess.Popen(
            user.command(*self._watch(side, *options)),
            cwd=ROOT,
            env=user.environment | crash,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=trouble,
            text=True,
        )

    def _watch(self, side: str, *options: str) -> list[str]:
        user = self.users[side]
        places = ["--data", str(self.path(side)), "--exchange", str(self.exchange)]
        key = ["--secret", str(user.folder / "evidence.key"), "--account", f"{side}-reporter", "--yes"]
        command = ["sla", "watch", self.file, "--side", side, *places, *key, *self.stage.network, "--json"]
        return [*command, *options]

    def rounds(self, *sides: str, options: tuple[str, ...] = ("--confirmations", "0")) -> list[Any]:
        """One round of each side's agent, at the same time; what each says of itself."""
        running = [self.users[side].start(*self._watch(side, "--once", *options)) for side in sides]
        done = [each.ended() for each in running]
        for each in done:
            assert each.stdout, each.stderr
            assert "Traceback" not in each.stderr, each.stderr
            assert each.returncode == (json.loads(each.stdout)["state"] == "alarm")
        return [json.loads(each.stdout) for each in done]

    @contextmanager
    def both_running(self, *options: str) -> Iterator[Agents]:
        """Both sides' agents, with a second between rounds."""
        with (
            self.running("client", "--every", "1", *options) as client,
            self.running("contractor", "--every", "1", *options) as contractor,
        ):
            yield Agents(self.stage, client, contractor)

    @contextmanager
    def running(self, side: str, *more: str, options: tuple[str, ...] = ("--confirmations", "0")) -> Iterator[Agent]:
        """An agent that goes on, at the latest until the end of the block."""
        # To a file: nobody reads a pipe while the agent goes on.
        with (self.users[side].folder / "said").open("w+") as trouble:
            process = self.start(side, *options, *more, trouble=trouble)
            try:
                yield Agent(process, Path(trouble.name))
            finally:
                process.kill()
                process.communicate()
            trouble.seek(0)
            assert "Traceback" not in trouble.read()


class Agent:
    """An agent that goes on; what it says of itself is read round by round."""

    def __init__(self, process: subprocess.Popen[str], trouble: Path) -> None:
        self.process = process
        self.trouble = trouble
        self.said: list[Any] = []

    def next(self) -> Any:
        """What it says of its next round."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait()}: {self.trouble.read_text()}"
        self.said.append(json.loads(line))
        return self.said[-1]

    def until(self, holds: Callable[[Any], bool]) -> Any:
        """The first round from now on for which that holds."""
        for _ in range(MOST_ROUNDS):
            if holds(said := self.next()):
                return said
        raise AssertionError(f"never: {said}")

    def end(self) -> Any:
        """Its last round, after which it ends by itself."""
        if not (self.said and self.said[-1]["over"]):
            self.until(lambda said: bool(said["over"]))
        assert self.process.wait() == 0
        return self.said[-1]


class Agents:
    """The client's agent and the contractor's, that go on side by side."""

    def __init__(self, stage: Stage, client: Agent, contractor: Agent) -> None:
        self.stage = stage
        self.agents = (client, contractor)

    def rest(self, period: str, stage: str | None, *needs: str | None) -> None:
        """Waits until neither has anything to do, with the period at that stage, None where it is settled.

        `needs` are what the client's and the contractor's say that a person could bring.
        """
        now = int(ask(self.stage.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        for agent, need in zip(self.agents, needs or (None, None), strict=True):
            expected = None if stage is None else (stage, need)
            agent.until(lambda said, expected=expected: _rests(said, now, period, expected))


def _rests(said: Any, now: int, period: str, expected: tuple[str, str | None] | None) -> bool:
    assert said["state"] not in ("alarm", "no chain"), said
    found = {each["period"]: (each["stage"], each["need"]) for each in said["periods"]}
    idle = not said["sent"] and all(each["step"] == "wait" for each in said["periods"])
    return idle and said["now"] >= now and found.get(period) == expected


def acts(health: Any) -> list[str]:
    """What was done in a round, in order."""
    return [each["act"] for each in health["sent"]]


def waits(health: Any) -> list[tuple[str, str, int | None, str | None]]:
    """Where each period stands: stage, step, until when, and what is needed."""
    return [(each["stage"], each["step"], each["until"], each["need"]) for each in health["periods"]]
