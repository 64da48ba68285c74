"""What an agent says of itself, and how it goes on without a chain."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Iterator
from typing import Any

import pytest
from requests.exceptions import ConnectionError as NoConnection

from workpact.agent import loop
from workpact.agent.errors import OtherDocument
from workpact.agent.health import Health, Metrics, PeriodHealth
from workpact.agent.steps import Act, Need, Step
from workpact.service_results import Side, Stage

WAITING = PeriodHealth("2016-03", Stage.CONTESTED, Step(Act.WAIT, 1_460_000_000, Need.CONTEST))
SETTLED = ("2016-02", Act.SETTLE, "0xabcd")


def well(**changes: Any) -> Health:
    return Health(Side.CLIENT, now=1_459_500_000, head=120, final=56, **changes)


@pytest.mark.parametrize(
    ("health", "state"),
    [
        (well(), "well"),
        (well(doubts=["it lags"]), "well"),
        (well(periods=[WAITING]), "needed"),
        (well(periods=[WAITING], problems=["the exchange is away"]), "trouble"),
        (well(problems=["the exchange is away"], alarms=["two reports"]), "alarm"),
        (Health(Side.CLIENT, problems=["no node"]), "no chain"),
    ],
)
def test_state__the_gravest_counts(health, state):
    assert health.state == state == health.to_json()["state"]


def test_line__in_words__who_is_needed_and_until_when():
    ignored = {"damaged": 1, "foreign": 2, "old": 0}
    line = well(
        periods=[WAITING], sent=[SETTLED], alarms=["two reports"], doubts=["it lags"], ignored=ignored
    ).in_words()

    assert line == (
        "[alarm] 2016-04-01 08:40:00 UTC, block 56 of 120; 2016-02: settled (0xabcd); 2016-03: contested, until "
        "2016-04-07 03:33:20 UTC, contested: client or contractor may concede (ape run sla concede), else the arbiters "
        "rule; ALARM: two reports; it lags; ignored files: 1 damaged, 2 foreign, 0 old"
    )
    assert "\n" not in line


def test_line__as_json__whole_numbers_and_names():
    assert json.loads(json.dumps(well(periods=[WAITING], sent=[("2016-02", Act.SIGN, "")]).to_json())) == {
        "state": "needed",
        "side": "client",
        "now": 1_459_500_000,
        "head": 120,
        "final": 56,
        "periods": [
            {"period": "2016-03", "stage": "contested", "step": "wait", "until": 1_460_000_000, "need": "contest"}
        ],
        "sent": [{"period": "2016-02", "act": "sign", "transaction": None}],
        "alarms": [],
        "problems": [],
        "doubts": [],
        "ignored": {},
        "note": None,
        "over": False,
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"workpact_agent_{name}", labels)


def test_metrics__round_after_round__what_is_over_is_gone():
    metrics = Metrics()
    metrics.show(well(periods=[WAITING], sent=[SETTLED], alarms=["two reports"], ignored={"damaged": 3}))
    assert value(metrics, "chain_up") == value(metrics, "alarms") == 1
    assert (value(metrics, "chain_time_seconds"), value(metrics, "final_block")) == (1_459_500_000, 56)
    assert value(metrics, "needs", period="2016-03", need="contest") == 1
    assert value(metrics, "stage", period="2016-03") == 3
    assert value(metrics, "wait_until_seconds", period="2016-03") == 1_460_000_000
    assert value(metrics, "ignored_files", why="damaged") == 3
    assert value(metrics, "acts_total", act="settle") == 1

    for _ in range(2):
        metrics.show(Health(Side.CLIENT, problems=["no node"]))
    assert (value(metrics, "chain_up"), value(metrics, "failed_rounds")) == (0, 2)
    assert value(metrics, "stage", period="2016-03") == 3

    metrics.show(well(sent=[SETTLED]))
    assert (value(metrics, "failed_rounds"), value(metrics, "alarms")) == (0, 0)
    assert value(metrics, "acts_total", act="settle") == 2
    assert value(metrics, "stage", period="2016-03") is None
    assert value(metrics, "needs", period="2016-03", need="contest") is None


class Node:
    """A reporter whose node does what the plan says."""

    side = Side.CLIENT

    def __init__(self, *plan: Health | Exception) -> None:
        self.plan: Iterator[Health | Exception] = iter(plan)

    def round(self) -> Health:
        done = next(self.plan)
        if isinstance(done, Exception):
            raise done
        return done


def test_watch__node_lost_and_back__waits_longer_each_time_and_says_so():
    lost: list[Exception] = [NoConnection("refused"), urllib.error.URLError("refused"), TimeoutError("slow")]
    node: Any = Node(well(), *lost, *[NoConnection("refused")] * 4, well(), well(over=True))
    shown: list[Health] = []
    pauses: list[int] = []

    loop.watch(node, shown.append, 60, pauses.append)

    assert pauses == [60, 120, 240, 480, 900, 900, 900, 900, 60]
    assert [health.state for health in shown] == ["well", *["no chain"] * 7, "well", "well"]
    assert shown[1].problems == ["The chain cannot be read: refused"]


def test_watch__what_no_later_round_mends__ends_it_by_name():
    node: Any = Node(OtherDocument("another document is in force"))

    with pytest.raises(OtherDocument):
        loop.watch(node, lambda _: None, 60, lambda _: None)
