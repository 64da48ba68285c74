"""How long it takes to see how far bidders can be believed. Run as `python -m benchmarks.standing [BIDDERS]`.

50,000 agreements between 5,000 accounts drawn at random, ten of them trusted; and the same with a ring of 2,000 that
pays itself and is tied to the rest by ten payments, of which all bidders are.
"""

from __future__ import annotations

import random
import sys
import time

from workpact.chain.state import Status
from workpact.market.dealings import Dealing
from workpact.market.standing import Standing

ACCOUNTS, AGREEMENTS, RING, MOST = 5_000, 50_000, 2_000, 10**11
TOKEN = "0x" + "70" * 20


def main(bidders: int) -> None:
    """Print seconds for the graph and for all bidders, in both."""
    names = [f"0x{number:040x}" for number in range(ACCOUNTS)]
    drawn = random.Random(1)
    honest = [_paid(drawn, names) for _ in range(AGREEMENTS)]
    _measure("drawn", honest, names, bidders)
    members, others = names[-RING:], names[:-RING]
    tied = [_paid(drawn, others) for _ in range(AGREEMENTS // 2)] + [
        _paid(drawn, members) for _ in range(AGREEMENTS // 2)
    ]
    tied += [_paid(drawn, [drawn.choice(others), drawn.choice(members)]) for _ in range(10)]
    _measure("ring", tied, [*others[:10], *members], bidders)


def _paid(drawn: random.Random, names: list[str]) -> Dealing:
    client, contractor = drawn.sample(names, 2)
    made = Dealing(drawn.randbytes(32), client, contractor, TOKEN, is_known=True, status=Status.DONE)
    made.paid, made.accepted, made.lapsed = drawn.randrange(1, MOST), drawn.randrange(5), drawn.randrange(2)
    return made


def _measure(name: str, made: list[Dealing], names: list[str], bidders: int) -> None:
    begun = time.process_time()
    standing = Standing(made, TOKEN, names[0], names[1:10])
    built = time.process_time()
    traced = sum(standing.of(each).flow > 0 for each in names[10 : 10 + bidders])
    done = time.process_time()
    print(f"{name}: graph {built - begun:.1f} s, {bidders} bidders {done - built:.1f} s, {traced} traced")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
