"""Random documents and periods, from a seed, with figures on and one beside every threshold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from eth_account import Account

from tests.oracle import model, typed
from tests.oracle.chain import KEYS

ADDRESSES = [Account.from_key(key).address for key in KEYS]
CLIENT, CONTRACTOR, CLIENT_REPORTER, CLIENT_REPORTER_2, CONTRACTOR_REPORTER = ADDRESSES[:5]
CLIENT_REPORTER_KEY, CONTRACTOR_REPORTER_KEY = KEYS[2], KEYS[4]
NOW = 1_700_000_000
"""Where the chain's clock begins."""
REPORTERS = {
    "client": CLIENT,
    "contractor": CONTRACTOR,
    "clientReporters": [CLIENT_REPORTER, CLIENT_REPORTER_2],
    "clientQuorum": 1,
    "contractorReporters": [CONTRACTOR_REPORTER],
    "contractorQuorum": 1,
}


@dataclass
class Case:
    """A document, what came of its periods, and the order in which that became known."""

    service: dict[str, Any]
    outcomes: list[model.Figures | str]
    quantities: list[list[int]]
    adjustments: list[int]
    contests: dict[int, Contest]
    order: list[int]


@dataclass
class Contest:
    """Two reports of a period, and what the arbiter chose: bits of the client's figures and of its quantities."""

    client: tuple[list[Any], list[int]]
    contractor: tuple[list[Any], list[int]]
    figures: int
    quantities: int

    @property
    def mask(self) -> int:
        """The ruling as the oracle takes it."""
        return self.figures | self.quantities << 32

    @property
    def is_clients(self) -> bool:
        """Whether every bit that there is is set: then the final report is the client's own."""
        return self.mask == (1 << len(self.client[0])) - 1 | (1 << len(self.client[1])) - 1 << 32


def case(seed: int) -> Case:
    """The case of a seed."""
    random = Random(seed)
    levels = [level(random, number) for number in range(random.randint(1, 8))]
    prices = [(f"quantity {number}", random.randint(0, 10**24)) for number in range(random.randint(0, 3))]
    obliged = random.randint(0, 1)
    service = typed.document(levels, credit_rules(random), REPORTERS, prices, start=1, obliged=obliged)
    count = random.randint(2, 6)
    default = model.DEFAULT_MET if obliged else model.DEFAULT_MISSED
    outcomes: list[model.Figures | str] = []
    adjustments = [0] * count
    contests: dict[int, Contest] = {}
    quantities = [quantities_of(random, prices) for _ in range(count)]
    for period in range(count):
        drawn = random.random()
        if drawn < 0.1:
            outcomes.append(default)
            continue
        outcomes.append([figure(random, level) for level in levels])
        if drawn < 0.3:
            contests[period] = contest = _contest(random, levels, prices)
            outcomes[period] = model.ruled(contest.client[0], contest.contractor[0], contest.figures)
            quantities[period] = model.ruled(contest.client[1], contest.contractor[1], contest.quantities)
        elif drawn < 0.4:
            adjustments[period] = random.choice((-(10**12), 10**12, random.randint(-(10**11), 10**11)))
    # Nobody reports in time where the default applies; elsewhere there is time for one side's report.
    ends = [10 if isinstance(outcome, str) else NOW - 1 for outcome in outcomes]
    service["schedule"] |= {"ends": ends, "reportWithin": 10**6}
    order = list(range(count))
    if random.random() < 0.4:
        random.shuffle(order)
    return Case(service, outcomes, quantities, adjustments, contests, order)


def _contest(random: Random, levels: list[dict[str, Any]], prices: list[tuple[str, int]]) -> Contest:
    def report() -> tuple[list[Any], list[int]]:
        return [figure(random, level) for level in levels], quantities_of(random, prices)

    figures, quantities = random.getrandbits(len(levels)), random.getrandbits(len(prices) or 1)
    if random.random() < 0.2:
        figures, quantities = -1, -1
    return Contest(report(), report(), figures & (1 << len(levels)) - 1, quantities & (1 << len(prices)) - 1)


def quantities_of(random: Random, prices: list[tuple[str, int]]) -> list[int]:
    return [random.choice((0, 1, random.randint(0, 10**4))) for _ in prices]


def figures_around(level: dict[str, Any], threshold: int, total: int) -> Iterator[int]:
    """The good cases, or the sum, that meet a threshold exactly or nearly, and one more and one less."""
    scale = model.PPM if level["form"] in (0, 1) else 1
    exact = threshold * total // scale
    for good in (exact - 1, exact, exact + 1):
        yield max(0, min(good, total) if scale > 1 else good)


def level(random: Random, number: int) -> dict[str, Any]:
    form = random.randint(0, 3)
    most = model.PPM if form < 2 else 10**4
    thresholds = sorted(random.sample(range(1, most), random.randint(0, 3)), reverse=form in (0, 3))
    bands = [(threshold, random.randint(0, 400_000)) for threshold in thresholds]
    return typed.level(
        f"level {number}",
        form,
        *bands,
        minimumSample=random.choice((0, 0, 1, 50)),
        lowVolume=random.randint(0, 2),
        repeat=random.randint(1, 3),
        critical=random.randint(0, 1),
        earnBack=random.randint(0, 1),
    )


def credit_rules(random: Random) -> dict[str, int]:
    return typed.credits(
        atRisk=random.randint(0, 10**6),
        periodCap=random.choice((10**6, random.randint(0, 10**6))),
        yearCap=random.choice((10**6, random.randint(0, 400_000))),
        yearPeriods=random.randint(0, 5),
        failures=random.randint(0, 3),
        failureWindow=random.randint(1, 4),
        lapse=random.randint(1, 10**6),
        earnBack=random.choice((0, 1, 1, 2)),
        earnBackBefore=random.choice((256, random.randint(0, 5))),
    )


def figure(random: Random, level: dict[str, Any]) -> tuple[int, int]:
    total = random.choice((0, 1, 49, 50, random.randint(50, 10**5), random.randint(1, 10**15)))
    if level["bands"] and random.random() < 0.8:
        threshold = random.choice(level["bands"])["threshold"]
        return random.choice(list(figures_around(level, threshold, total))), total
    return random.randint(0, total) if level["form"] < 2 else random.randint(0, total * 10**4), total
