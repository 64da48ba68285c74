"""Every sending command of a test is run through every fault, killed at every point, and run again (SPEC 17.7).

The test that types the commands is the story: before a command's own run, the same is tried in each weather from the
same state of the chain and the folders, run again without faults, and compared with what two runs without faults have
in common.
"""

from __future__ import annotations

import importlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import click
import pytest
from ape import accounts, chain
from click.testing import Result

from scripts import _options
from tests.chain.fault_proxy import FaultProxy
from tests.scripts import weather
from tests.scripts.typed import Terminal
from tests.scripts.weather import WEATHER, Folders, Point, Trace, Weather
from workpact import WorkpactError

BY_PROXY = ("kill before", "kill after")
FOLDERS = ("WORKPACT_DATA", "WORKPACT_DEPLOYMENTS", "WORKPACT_ROOM", "WORKPACT_MARKET")
SENDS_NOTHING = {
    "agreement sign",
    "audit books",
    "audit match",
    "equity rotate sign",
    "equity rotate sign-veto",
    "equity sign",
    "market bids",
    "payroll plan",
    "payroll sign-withdrawal",
    "sla sign",
}
"""Commands with an account that only signs or reads; a story in which one sends fails."""
SCHEDULES = 4
"""Of each command, by seed."""
ROOM_FOR_REPLACED = 30
"""Empty blocks before a schedule, so that no reorganisation reaches what it began with."""
AGAIN = 7
"""Seconds between the two runs without faults: what differs is no fault's doing."""


def path_of(arguments: Iterable[str]) -> str:
    """The command that is typed, without its arguments."""
    script, *rest = arguments
    command: click.Command = importlib.import_module(f"scripts.{script}").cli
    words = [script]
    for word in rest:
        if not isinstance(command, click.Group):
            break
        command = command.commands[word]
        words.append(word)
    return " ".join(words)


def with_account() -> Iterator[str]:
    """Every command of the project that takes an account."""

    def walk(command: click.Command, words: list[str]) -> Iterator[str]:
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                yield from walk(inner, [*words, name])
        elif any("--account" in option.opts for option in command.params):
            yield " ".join(words)

    for path in sorted((weather.ROOT / "scripts").glob("[!_]*.py")):
        yield from walk(importlib.import_module(f"scripts.{path.stem}").cli, [path.stem])


@dataclass
class Log:
    """What was tried in several stories, by command; and which commands sent nothing."""

    cells: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    sending: set[str] = field(default_factory=set)
    schedules: Counter[str] = field(default_factory=Counter)
    silent: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


class Storm:
    """Stands in for `Terminal.run`."""

    def __init__(self, proxy: FaultProxy, patch: Any, folder: Path, log: Log, chosen: Iterable[str]) -> None:
        self.proxy, self.patch, self.folder, self.log = proxy, patch, folder, log
        self.chosen = list(chosen)
        self.points: list[Point | str] = [*weather.points(), *BY_PROXY]
        self.plain = Terminal.run
        self.raised: BaseException | None = None
        explain = _options._explain

        def explained(error: Exception) -> None:
            try:
                explain(error)
            except BaseException as shown:
                self.raised = shown.__cause__ or shown
                raise

        patch.setattr(_options, "_explain", explained)

    def run(self, terminal: Terminal, *arguments: str, account: str | None = None) -> Result:
        """What `Terminal.run` does, after the storm."""
        path = path_of(arguments)
        is_chosen = path.split()[0] == os.environ.get("STORM_SCRIPT", path.split()[0])
        if account is not None and is_chosen and path not in self.log.sending:
            with self._kept(terminal) as state:
                first = self._traced(state, lambda: self.plain(terminal, *arguments, account=account))
                is_sent = first is not None and bool(first.sent)
            if is_sent:
                self.log.sending.add(path)
                self.log.silent.discard(path)
                self._try(terminal, path, arguments, account)
            else:
                self.log.silent.add(path)
        return self.plain(terminal, *arguments, account=account)

    def _try(self, terminal: Terminal, path: str, arguments: tuple[str, ...], account: str) -> None:
        def run(*more: str) -> Result:
            return self.plain(terminal, *arguments, *more, account=account)

        with self._kept(terminal) as state:
            first = self._traced(state, run)
            state.restore()
            chain.mine(deltatime=AGAIN)
            common = self._traced(state, run)
            assert first is not None
            assert common is not None
            for name in self.chosen:
                state.restore()
                if WEATHER[name].deep:
                    chain.mine(WEATHER[name].deep)
                    state.begin()
                with self._judged(f"{path}, {name}"):
                    self._weather(name, run, account, terminal)
                    self._compare(state, run, first, common, WEATHER[name], account, terminal)
                self.log.cells[path] += 1
            for point in self.points:
                state.restore()
                if not weather.killed(run, self.proxy, point):
                    continue
                with self._judged(f"{path}, killed at {point}"):
                    self._compare(state, run, first, common, Weather(list), account, terminal)
                self.log.kills[path] += 1
            for seed in range(SCHEDULES if self.chosen == list(WEATHER) else 0):
                state.restore()
                chain.mine(ROOM_FOR_REPLACED)
                state.begin()
                with self._judged(f"{path}, schedule {seed}"):
                    outbid = self._schedule(Random(f"{path} {seed}"), path, run, account, terminal)
                    self._compare(state, run, first, common, Weather(list, outbid=outbid), account, terminal)
                self.log.schedules[path] += 1

    def _schedule(self, lots: Random, path: str, run: Callable[..., Result], account: str, terminal: Terminal) -> bool:
        """Two to four faults and kills in a row; whether one of them wants a higher bid afterwards."""
        weathers = [name for name, each in WEATHER.items() if not each.taken]
        outbid = False
        for _ in range(lots.randint(2, 4)):
            if lots.randrange(3):
                name = lots.choice(weathers)
                self._weather(name, run, account, terminal)
                outbid |= WEATHER[name].outbid
            else:
                self.log.kills[path] += weather.killed(run, self.proxy, lots.choice(self.points))
        return outbid

    @contextmanager
    def _judged(self, name: str) -> Iterator[None]:
        """What is wrong in a cell is kept; the others are tried all the same."""
        try:
            yield
        except AssertionError as error:
            self.proxy.trouble()
            self.log.wrong.append(f"{name}: {error}")

    def _weather(
        self,
        name: str,
        run: Callable[..., Result],
        account: str,
        terminal: Terminal,
    ) -> None:
        """A run with a fault: it ends done, or in a named error."""
        bad = WEATHER[name]
        who = accounts.test_accounts[terminal.accounts[account]].address
        self._prepare(bad.before, who)
        with self.patch.context() as patch:
            if not bad.waits:
                patch.setattr(type(chain.provider.network), "transaction_acceptance_timeout", 0)
            if bad.timeout:
                patch.setattr(chain.provider.web3.provider, "_request_kwargs", {"timeout": bad.timeout})
            self.proxy.trouble(bad.faults())
            self.raised = None
            done = run()
            self.proxy.trouble()
        self._prepare(bad.after, who)
        if done.exit_code != 0:
            assert isinstance(self.raised, WorkpactError), (
                f"{done.stderr or done.output} {self.raised or done.exception!r}"
            )
            self.log.named[name] += 1

    def _compare(
        self,
        state: State,
        run: Callable[..., Result],
        first: Trace,
        common: Trace,
        bad: Weather,
        account: str,
        terminal: Terminal,
    ) -> None:
        """Run again it is done, and once."""
        done = run(*(["--outbid"] if bad.outbid else []))
        assert done.exit_code == 0, f"again: {done.stderr or done.output} {done.exception!r}"
        who = accounts.test_accounts[terminal.accounts[account]].address
        difference = first.differs(state.trace(), common, {who: bad.taken} if bad.taken else {})
        assert not difference, difference

    def _prepare(self, calls: Iterable[tuple[Any, ...]], account: str) -> None:
        for method, *parameters in calls:
            self.proxy.ask(method, *(account if each == "account" else each for each in parameters))

    def _traced(self, state: State, run: Callable[[], Result]) -> Trace | None:
        state.begin()
        done = run()
        return state.trace() if done.exit_code == 0 else None

    @contextmanager
    def _kept(self, terminal: Terminal) -> Iterator[State]:
        state = State(self.proxy, terminal, self.folder)
        yield state
        state.restore()


@contextmanager
def storming(folder: Path, log: Log, chosen: Iterable[str] = WEATHER) -> Iterator[Storm]:
    """All commands that are typed within."""
    connection = chain.provider.web3.provider
    with FaultProxy(connection.endpoint_uri) as proxy, pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "endpoint_uri", proxy.url)
        # Libraries pause before they ask again.
        patch.setattr(time, "sleep", lambda _: None)
        storm = Storm(proxy, patch, folder, log, chosen)
        patch.setattr(Terminal, "loses_answers", False)
        patch.setattr(Terminal, "run", lambda *typed, **options: storm.run(*typed, **options))
        yield storm


class State:
    """The chain and the folders as they are now."""

    def __init__(self, proxy: FaultProxy, terminal: Terminal, folder: Path) -> None:
        self.proxy = proxy
        named = [Path(os.environ[name]) for name in FOLDERS if name in os.environ]
        self.folders = Folders([*named, Path(getattr(terminal, "folder", folder))], folder / "kept")
        self.addresses = [accounts.test_accounts[number].address for number in set(terminal.accounts.values())]
        self.snapshot = chain.snapshot()
        self.begin()

    def begin(self) -> None:
        """What follows is traced."""
        self.block = int(self.proxy.ask("eth_blockNumber"), 16)
        self.counts = weather.counted(self.proxy, self.addresses)

    def restore(self) -> None:
        """As it was."""
        chain.restore(self.snapshot)
        self.snapshot = chain.snapshot()
        self.folders.restore()
        self.begin()

    def trace(self) -> Trace:
        """Since it began."""
        return weather.trace(self.proxy, self.block, self.counts, self.addresses)
