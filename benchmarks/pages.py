"""How fast pages of a long agreement are, from an Anvil on this machine. Run as `python -m benchmarks.pages`.

The agreement has ten thousand events. The server runs in a process of its own; viewers follow its stream and fetch the
page's part after each block, as the browser's script does. With Chromium and Playwright (`PYTHONPATH=.toolchain/web`) a
real browser is asked too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from tests.audit.long_life import Life, long_life
from workpact.audit.index import Deployed, Index
from workpact.audit.node import Node
from workpact.web.app import server
from workpact.web.documents import Documents
from workpact.web.follower import Follower
from workpact.web.site import Site

EVENTS = 10_000
VIEWERS = 200
BLOCKS = 10
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Seen:
    """What one viewer had of one block: milliseconds from the block until it was told, and until it had the part."""

    told: int
    shown: int


def rows(events: int = EVENTS, viewers: int = VIEWERS) -> dict[str, int]:
    """Milliseconds, by what was done."""
    found: dict[str, int] = {}
    with long_life(events) as life, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter_ns()
        with _serving(life, Path(folder)) as url:
            found["the server is at the head of the chain"] = _since(start)
            for name in ("", "/evidence"):
                page = f"/agreement/0x{life.id().hex()}{name}"
                label = name.removeprefix("/") or "agreement"
                found[f"{label}: the first page of all"] = _get(url, page)
                found[f"{label}: the same again"] = _get(url, page)
                life.fund(1)
                time.sleep(1)
                found[f"{label}: a page after a block with an event"] = _get(url, page)
                life.mine()
                time.sleep(1)
                found[f"{label}: a page after an empty block"] = _get(url, page)
            page = f"/agreement/0x{life.id().hex()}"
            seen = asyncio.run(_watched(life, url, page, viewers))
            _add(found, f"{viewers} viewers", seen)
            if shutil.which(BROWSERS[0]):
                _add(found, "a browser", _browsed(life, url, page))
    return found


def _add(found: dict[str, int], who: str, seen: list[Seen]) -> None:
    for name, times in (("told", [each.told for each in seen]), ("shown", [each.shown for each in seen])):
        times.sort()
        found[f"{who}: block until {name}, median"] = times[len(times) // 2]
        found[f"{who}: block until {name}, slowest"] = times[-1]


@contextmanager
def _serving(life: Life, folder: Path) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    genesis = bytes.fromhex(life.node.block(0)["hash"][2:])
    deployed = Deployed(31337, genesis, life.contracts, 0)
    texts = [each.to_yaml() for each in life.documents]
    process = context.Process(target=_serve, args=(life.url, deployed, texts, str(folder / "index.sqlite"), theirs))
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(url: str, deployed: Deployed, texts: list[str], file: str, told: Connection) -> None:
    from workpact.terms import loads

    node = Node(url)
    documents = Documents(31337, deployed.contracts["Agreement"], [loads(each) for each in texts])
    made = server(Site(Follower(node, Index.open(deployed, f"sqlite:///{file}"), documents)), "127.0.0.1", 0)

    async def run() -> None:
        serving = asyncio.create_task(made.serve())
        while not made.started:
            await asyncio.sleep(0.01)
        told.send(made.servers[0].sockets[0].getsockname()[1])
        await serving

    asyncio.run(run())


def _get(url: str, path: str) -> int:
    connection = HTTPConnection(urlsplit(url).netloc)
    start = time.perf_counter_ns()
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    spent = _since(start)
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {content.decode()[:2000]}")
    return spent


async def _watched(life: Life, url: str, page: str, viewers: int) -> list[Seen]:
    mined: dict[int, int] = {}
    seen: list[Seen] = []
    ready: list[None] = []

    async def play() -> None:
        while len(ready) < viewers:
            await asyncio.sleep(0.01)
        for _ in range(BLOCKS):
            before = len(seen)
            await asyncio.to_thread(_block, life, mined)
            while len(seen) < before + viewers:
                await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as tasks:
        watching = [tasks.create_task(_viewer(url, page, mined, seen, ready)) for _ in range(viewers)]
        await play()
        for each in watching:
            each.cancel()
    return seen


def _block(life: Life, mined: dict[int, int]) -> None:
    number = life.node.height() + 1
    mined[number] = time.perf_counter_ns()
    life.fund(1)


async def _viewer(url: str, page: str, mined: dict[int, int], seen: list[Seen], ready: list[None]) -> None:
    """One who looks on: a stream, and a request for the part at each head."""
    reader, _ = await _asked(url, "/events")
    etag = await _fetched(url, f"{page}?part", "")
    async for number in _heads(reader):
        if number not in mined:
            ready.append(None)
            continue
        told = _since(mined[number])
        before, etag = etag, await _fetched(url, f"{page}?part", f"If-None-Match: {etag}\r\n")
        if etag == before:
            raise RuntimeError(f"Block {number} was told, and the page before it came.")
        seen.append(Seen(told, _since(mined[number])))


async def _heads(reader: asyncio.StreamReader) -> AsyncIterator[int]:
    name = b""
    while line := await reader.readline():
        if line.startswith(b"event: "):
            name = line[7:].strip()
        elif line.startswith(b"data: ") and name == b"head":
            yield json.loads(line[6:])["number"]


async def _asked(url: str, path: str, more: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nAccept-Encoding: gzip\r\n{more}\r\n"
    writer.write(head.encode())
    return reader, writer


async def _fetched(url: str, path: str, more: str) -> str:
    """The name of what comes over a connection of its own, read to its end."""
    reader, writer = await _asked(url, path, more)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
    if head[0].split()[1] not in ("200", "304"):
        raise RuntimeError(head[0])
    await reader.readexactly(int(fields.get("content-length", "0")))
    writer.close()
    return fields["etag"]


def _browsed(life: Life, url: str, page: str) -> list[Seen]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    seen = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which(BROWSERS[0]), args=["--no-sandbox"])
        opened = browser.new_page()
        opened.goto(url + page)
        for _ in range(BLOCKS):
            mined: dict[int, int] = {}
            _block(life, mined)
            ((number, at),) = mined.items()
            opened.wait_for_function(
                "number => Number(document.querySelector('#block').textContent) >= number", arg=number
            )
            spent = _since(at)
            seen.append(Seen(spent, spent))
        browser.close()
    return seen


def _since(start: int) -> int:
    return (time.perf_counter_ns() - start) // 1_000_000


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    options = parser.parse_args()
    for name, value in rows(options.events, options.viewers).items():
        sys.stdout.write(f"{name:60} {value:>8,} ms\n")


if __name__ == "__main__":
    main()
