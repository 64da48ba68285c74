"""The faults between a command and its node, the points at which sending is killed, and what came of it (SPEC 17.7)."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from eth_utils.address import to_checksum_address

from tests.chain.fault_proxy import RECEIPT, SEND, Fault, FaultProxy
from tests.support import ROOT

CHAIN = ("eth_chainId", "net_version")
ENOUGH = hex(10_000 * 10**18)


@dataclass(frozen=True)
class Weather:
    """One trouble of a run: what the proxy does, and what has to be so before it and is mended after it."""

    faults: Callable[[], list[Fault]]
    before: tuple[tuple[Any, ...], ...] = ()
    """Calls of the node before the run; "account" stands for who sends."""
    after: tuple[tuple[Any, ...], ...] = ()
    outbid: bool = False
    """The run afterwards bids more."""
    taken: int = 0
    """Transactions of the account that another process sent."""
    waits: bool = True
    """For a transaction to be mined."""
    timeout: float | None = None
    """Seconds that an answer may take."""


def _once(kind: str) -> Weather:
    return Weather(lambda: [Fault(kind)])


def _rows(*kinds: str) -> Weather:
    """One after another, as sending is tried again."""
    return Weather(lambda: [Fault(kind) for kind in kinds])


def _always(kind: str, *methods: str, skip: int = 0) -> Weather:
    return Weather(lambda: [Fault(kind, methods, skip, times=None)])


def _reads(kind: str) -> Weather:
    """Of the first twenty answers three, and the receipt."""
    return Weather(lambda: [*(Fault(kind, (), skip) for skip in (5, 9, 19)), Fault(kind, (RECEIPT,))])


WEATHER: dict[str, Weather] = {
    "all answers to sending dropped": _always("drop after", SEND),
    "all requests to send dropped": _always("drop before", SEND),
    "all receipts dropped": _always("drop after", RECEIPT),
    "node gone": _always("drop before"),
    "node gone after nine calls": _always("drop before", skip=9),
    "sending timed out": Weather(lambda: [Fault("late")], timeout=0.3),
    "429, then 502": _rows("429", "502"),
    "429 with Retry-After, then 500, then 503": _rows("429 retry after", "500", "503"),
    "sending: cut": _once("cut"),
    "sending: another answer": _once("other"),
    "reading: cut": _reads("cut"),
    "reading: wrong id": _reads("wrong id"),
    "reading: another answer": _reads("other"),
    "a block behind": _always("stale 1"),
    "two blocks behind": _always("stale 2"),
    "another chain": _always("lying chain", *CHAIN),
    "base fee × 10": Weather(
        lambda: [Fault("dear")], after=(("evm_setAutomine", True),), outbid=True, waits=False
    ),
    "waits in the pool": Weather(
        lambda: [Fault("waits")], after=(("evm_setAutomine", True),), outbid=True, waits=False
    ),
    "number taken": Weather(lambda: [Fault("taken")], taken=1),
    "no ether": Weather(
        list, (("anvil_setBalance", "account", "0x1"),), (("anvil_setBalance", "account", ENOUGH),)
    ),
    "no ether any more": Weather(
        lambda: [Fault("poor")], after=(("anvil_setBalance", "account", ENOUGH),)
    ),
    **{
        f"reorganised {deep} deep": Weather(
            lambda deep=deep: [Fault(f"replace {deep}", (SEND, RECEIPT), times=None)], waits=False
        )
        for deep in range(1, 6)
    },
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """A place in the code of sending, before a statement that is labelled there."""

    name: str
    file: str
    line: int


def points() -> list[Point]:
    """Those that are labelled: `# point: …` behind a statement."""
    found = []
    for path in sorted((ROOT / "workpact").rglob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if label := re.search(r"  # point: (.+)$", line):
                found.append(Point(label[1], str(path), number))
    return found


def killed(run: Callable[[], Any], proxy: FaultProxy, point: Point | str) -> bool:
    """Whether a process of its own, which does the same, was killed at the point: there, or by the proxy."""
    proxy.deciding.acquire()
    child = os.fork()
    if child == 0:
        proxy.deciding.release()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        if isinstance(point, Point):
            threading.settrace(_tracer(point))
            sys.settrace(_tracer(point))
        run()
        os._exit(0)
    proxy.victim = child
    if isinstance(point, str):
        proxy.faults = [Fault(point)]
    proxy.deciding.release()
    _, status = os.waitpid(child, 0)
    proxy.trouble()
    return os.WIFSIGNALED(status)


def _tracer(point: Point) -> Callable[..., Any]:
    def line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and frame.f_lineno == point.line:
            os.kill(os.getpid(), 9)
        return line

    def call(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ARG001
        return line if frame.f_code.co_filename == point.file else None

    return call


class Folders:
    """Copies of what commands write, to go back to; a folder that is not there yet is none again."""

    def __init__(self, folders: Iterable[Path], kept: Path) -> None:
        named = sorted(set(folders))
        self.folders = [each for each in named if not any(each.is_relative_to(o) for o in named if o != each)]
        self.kept = kept
        shutil.rmtree(kept, ignore_errors=True)
        for number, folder in enumerate(self.folders):
            if folder.is_dir():
                shutil.copytree(folder, kept / str(number))

    def restore(self) -> None:
        for number, folder in enumerate(self.folders):
            shutil.rmtree(folder, ignore_errors=True)
            if (kept := self.kept / str(number)).is_dir():
                shutil.copytree(kept, folder)


@dataclass(frozen=True)
class Trace:
    """What a command did to the chain: logs as (address, words), and by account the transactions that succeeded."""

    logs: tuple[tuple[str, tuple[str, ...]], ...]
    sent: dict[str, int]

    def differs(self, other: Trace, common: Trace, taken: dict[str, int]) -> str:
        """In what another trace differs, beyond where `common` does already: times, and what is random."""
        if self.sent != {who: count - taken.get(who, 0) for who, count in other.sent.items()}:
            return f"transactions {other.sent}, without faults {self.sent}, of another process {taken}"
        shapes = [[(address, words[:1], len(words)) for address, words in each.logs] for each in (self, other)]
        if shapes[0] != shapes[1]:
            return f"events {shapes[1]}, without faults {shapes[0]}"
        for (_, mine), (_, its), (_, second) in zip(self.logs, other.logs, common.logs, strict=True):
            pairs = zip(mine, its, second, strict=True)
            if wrong := [(own, word) for own, word, again in pairs if own == again and own != word]:
                return f"in the event {mine[0]}: {wrong}"
        return ""


def trace(proxy: FaultProxy, block: int, counts: dict[str, int], addresses: Iterable[str]) -> Trace:
    """Since a block, and these counts of transactions."""
    is_longer = int(proxy.ask("eth_blockNumber"), 16) > block
    logs = proxy.ask("eth_getLogs", {"fromBlock": hex(block + 1), "toBlock": "latest"}) if is_longer else []
    now = counted(proxy, addresses)
    for failed in _failed(proxy, block):
        now[failed] = now.get(failed, 0) - 1
    return Trace(
        tuple((log["address"], (*log["topics"], *re.findall(".{64}", log["data"][2:]))) for log in logs),
        {who: now[who] - counts[who] for who in counts if now[who] != counts[who]},
    )


def _failed(proxy: FaultProxy, block: int) -> Iterator[str]:
    """Who sent each transaction that failed since a block: gas was estimated by a node that is behind, say."""
    for number in range(block + 1, int(proxy.ask("eth_blockNumber"), 16) + 1):
        for receipt in proxy.ask("eth_getBlockReceipts", hex(number)):
            if receipt["status"] == "0x0":
                yield to_checksum_address(receipt["from"])


def counted(proxy: FaultProxy, addresses: Iterable[str]) -> dict[str, int]:
    """How many transactions each has sent."""
    return {each: int(proxy.ask("eth_getTransactionCount", each, "latest"), 16) for each in addresses}
