"""How fast a chain is read into an index, from an Anvil on this machine. Run as `python -m benchmarks.index`.

The chain has one agreement of ten thousand events, nearly all of them top-ups by ten accounts, each with its transfer:
half in blocks of 120 transactions, half alone in a block.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.audit.long_life import Life, long_life
from workpact.audit.entries import CONTRACTS
from workpact.audit.history import NodeLogs, head, verified
from workpact.audit.index import Deployed, Index, IndexLogs, sync
from workpact.audit.node import Node

EVENTS = 10_000
TIMES = 5


def rows(events: int = EVENTS) -> dict[str, int]:
    """Events and rows a second of the best and the median of five fresh indexes; milliseconds of what follows."""
    found: dict[str, int] = {}
    with long_life(events) as life, tempfile.TemporaryDirectory() as folder:
        spent = sorted(_fresh(life, Path(folder) / str(each)) for each in range(TIMES))
        index = Index.existing(f"sqlite:///{Path(folder) / '0'}")
        counts = index.counts()
        held = sum(counts.events.values()) + counts.transfers
        found["events of the contracts"] = sum(counts.events.values())
        found["transfers of their tokens"] = counts.transfers
        found["blocks with them"] = counts.blocks
        for name, nanoseconds in (("best", spent[0]), ("median", spent[TIMES // 2])):
            found[f"events of the contracts a second, {name} of {TIMES}"] = events * 10**9 // nanoseconds
            found[f"events and transfers a second, {name} of {TIMES}"] = held * 10**9 // nanoseconds
        subject, at = life.subject(), head(life.node)
        start = time.perf_counter_ns()
        sync(index, Node(life.url))
        found["nothing new, ms"] = _since(start)
        start = time.perf_counter_ns()
        direct = verified(life.node, subject, at, NodeLogs(life.node))
        found["history from the node, ms"] = _since(start)
        start = time.perf_counter_ns()
        if verified(life.node, subject, at, IndexLogs(index)) != direct:
            raise SystemExit("the index gives another history than the node")
        found["history from the index, ms"] = _since(start)
    return found


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    for name, value in rows(parser.parse_args().events).items():
        print(f"{name:50} {value:>10,}")


def _fresh(life: Life, file: Path) -> int:
    """Nanoseconds to read the whole chain."""
    node = Node(life.url)
    contracts = {name: life.planned[name].address for name in CONTRACTS}
    index = Index.open(Deployed(31337, bytes.fromhex(node.block(0)["hash"][2:]), contracts, 0), f"sqlite:///{file}")
    start = time.perf_counter_ns()
    sync(index, node)
    spent = time.perf_counter_ns() - start
    index.database.close()
    return spent


def _since(start: int) -> int:
    return (time.perf_counter_ns() - start) // 1_000_000


if __name__ == "__main__":
    main()
