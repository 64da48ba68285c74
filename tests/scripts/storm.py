"""Every sending command of a test is run through every fault, killed at every point, and run again (SPEC 17.7).

The test that types the commands is the story: before a command's own run, the same is tried in each weather from the
same state of the chain and the folders, run again without faults, and compared with what two runs without faults have
in common.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from random import Random
from traceback import format_exception
from typing import Any

import click
import pytest
from ape import accounts, chain
from ape.api.networks import AutoGasLimit
from click.testing import Result

from scripts import _options
from tests.chain.fault_proxy import SEND, FaultProxy
from tests.scripts import weather
from tests.scripts.entries import ANEW, by_acts, is_hindered, path_of, script_of, takes
from tests.scripts.typed import Terminal
from tests.scripts.weather import WEATHER, Folders, Point, Trace, Weather
from workpact import WorkpactError

LABELLED = weather.points()
BY_PROXY = ("kill before", "kill after")
FOLDERS = ("WORKPACT_DATA", "WORKPACT_DEPLOYMENTS", "WORKPACT_ROOM", "WORKPACT_MARKET")
SCHEDULES = 3
"""Of each command, by seed."""
FEES_FALL = (("anvil_mine", "0x20"),)
"""Blocks until a base fee is a tenth of what it was."""
AGAIN = 7
"""Seconds between the two runs without faults: what differs is no fault's doing."""


@dataclass
class Log:
    """What was tried in several stories, by command; and which commands sent nothing."""

    cells: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    reached: dict[str, set[str]] = field(default_factory=dict)
    """The points at which each was killed."""
    sending: set[str] = field(default_factory=set)
    schedules: Counter[str] = field(default_factory=Counter)
    silent: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """One command as it is typed."""

    path: str
    run: Callable[..., Result]
    account: str
    terminal: Terminal

    @property
    def who(self) -> str:
        """The address that sends."""
        return str(accounts.test_accounts[self.terminal.accounts[self.account]].address)

    @cached_property
    def bids(self) -> bool:
        """Whether it can be told to bid more."""
        return takes(self.path, "--outbid")

    @cached_property
    def points(self) -> list[Point | str]:
        """Where it can be killed; what is labelled in deploying, others do not pass."""
        labelled = [each for each in LABELLED if self.path == "deploy" or "/deploy" not in each.file]
        return [*labelled, *BY_PROXY]


def told(error: BaseException | None) -> str:
    """With the places that it came through."""
    return "".join(format_exception(error)) if error else ""


class Storm:
    """Stands in for `Terminal.run`."""

    def __init__(self, proxy: FaultProxy, patch: Any, folder: Path, log: Log, chosen: Iterable[str]) -> None:
        self.proxy, self.patch, self.folder, self.log = proxy, patch, folder, log
        self.chosen = list(chosen)
        self.plain = Terminal.run
        self.script = os.environ["STORM_SCRIPT"]
        self.said = ""
        self.raised: BaseException | None = None
        explain = _options._explain

        def explained(error: Exception, context: click.Context) -> None:
            try:
                explain(error, context)
            except BaseException as shown:
                self.raised = shown.__cause__ or shown
                raise

        patch.setattr(_options, "_explain", explained)

    def run(self, terminal: Terminal, *arguments: str, account: str | None = None) -> Result:
        """What `Terminal.run` does, after the storm."""
        path = path_of(arguments)
        if account is not None and script_of(path) == self.script and path not in self.log.sending:
            with self._kept(terminal) as state:
                first = self._traced(state, lambda: self.plain(terminal, *arguments, account=account))
                path = by_acts(path, self.said)
                is_sent = first is not None and bool(first.sent)
            if is_sent and path not in self.log.sending:
                self.log.sending.add(path)
                self.log.silent.discard(path)
                self._try(Entry(path, partial(self.plain, terminal, *arguments, account=account), account, terminal))
            elif not is_sent:
                self.log.silent.add(path)
        return self.plain(terminal, *arguments, account=account)

    def _try(self, entry: Entry) -> None:
        with self._kept(entry.terminal) as state:
            first = self._traced(state, entry.run)
            state.restore()
            chain.mine(deltatime=AGAIN)
            common = self._traced(state, entry.run)
            assert first is not None
            assert common is not None
            compare = partial(self._compare, state, entry, first, common)
            for name in self.chosen:
                state.restore()
                with self._judged(f"{entry.path}, {name}"):
                    compare(WEATHER[name], self._weather(name, entry))
                self.log.cells[entry.path] += 1
            for point in entry.points:
                state.restore()
                if not weather.killed(entry.run, self.proxy, point):
                    continue
                with self._judged(f"{entry.path}, killed at {point}"):
                    compare(Weather(list))
                self.log.kills[entry.path] += 1
                self.log.reached.setdefault(entry.path, set()).add(point if isinstance(point, str) else point.name)
            for seed in range(SCHEDULES if self.chosen == list(WEATHER) else 0):
                state.restore()
                with self._judged(f"{entry.path}, schedule {seed}"):
                    lots = Random(f"{entry.path} {seed}")
                    outbid, is_done = self._schedule(lots, sum(first.sent.values()), entry)
                    compare(Weather(list, outbid=outbid), is_done)
                self.log.schedules[entry.path] += 1

    def _schedule(self, lots: Random, sends: int, entry: Entry) -> tuple[bool, bool]:
        """Two to four faults and kills in a row; whether one of them wants a higher bid afterwards, and all is done.

        Which of the command's transactions a fault meets is drawn, too.
        """
        weathers = [name for name, each in WEATHER.items() if not each.taken]
        outbid = False
        for _ in range(lots.randint(2, 4)):
            if lots.randrange(3):
                name = lots.choice(weathers)
                outbid |= WEATHER[name].outbid
                if self._weather(name, entry, lots.randrange(sends)) and entry.path in ANEW:
                    return outbid, True
            else:
                self.log.kills[entry.path] += weather.killed(entry.run, self.proxy, lots.choice(entry.points))
        return outbid, False

    @contextmanager
    def _judged(self, name: str) -> Iterator[None]:
        """What is wrong in a cell is kept; the others are tried all the same."""
        try:
            yield
        except AssertionError as error:
            self.proxy.trouble()
            self.log.wrong.append(f"{name}: {error}")

    def _weather(self, name: str, entry: Entry, skip: int = 0) -> bool:
        """A run with a fault, after so many transactions: whether it ends done, else in a named error."""
        bad, faults = WEATHER[name], WEATHER[name].faults()
        for fault in faults:
            fault.skip += skip if fault.methods == (SEND,) else 0
        self._prepare(bad.before, entry.who)
        with self.patch.context() as patch:
            if not bad.waits:
                patch.setattr(type(chain.provider.network), "transaction_acceptance_timeout", 0)
            if bad.timeout:
                patch.setattr(chain.provider.web3.provider, "_request_kwargs", {"timeout": bad.timeout})
            self.proxy.trouble(faults)
            self.raised = None
            done = entry.run()
            self.proxy.trouble()
        self._prepare(bad.after, entry.who)
        if bad.outbid and not entry.bids:
            self._prepare(FEES_FALL, entry.who)
        if done.exit_code != 0 or is_hindered(done.stdout):
            assert isinstance(self.raised, WorkpactError) or is_hindered(done.stdout), (
                f"{done.stderr or done.output} {told(self.raised or done.exception)}"
            )
            self.log.named[name] += 1
            return False
        return True

    def _compare(
        self, state: State, entry: Entry, first: Trace, common: Trace, bad: Weather, is_done: bool = False
    ) -> None:
        """Run again it is done, and once."""
        if not (is_done and entry.path in ANEW):
            done = entry.run(*(["--outbid"] if bad.outbid and entry.bids else []))
            assert done.exit_code == 0, f"again: {done.stderr or done.output} {told(done.exception)}"
            entry.terminal.require_once(done)
        difference = first.differs(state.trace(), common, {entry.who: bad.taken} if bad.taken else {})
        assert not difference, difference

    def _prepare(self, calls: Iterable[tuple[Any, ...]], account: str) -> None:
        for method, *parameters in calls:
            self.proxy.ask(method, *(account if each == "account" else each for each in parameters))

    def _traced(self, state: State, run: Callable[[], Result]) -> Trace | None:
        state.begin()
        done = run()
        self.said = done.stdout
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
        # As on live networks: what a contract refuses is not sent.
        patch.setitem(vars(chain.provider.network), "gas_limit", AutoGasLimit())
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
        named += [Path(terminal.folder)] if hasattr(terminal, "folder") else []
        self.folders = Folders(named, folder / "kept")
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
