"""A month of requests from the server that scraped them to what they cost, by two agents on one Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.measurement.prometheus_server import Prometheus, serving
from tests.scripts.desk import UNIT
from workpact.measurement import prometheus

LOG = """\
    case: number
    order: changes
    timeFormat: "%Y-%m-%d %H:%M"
    missing: "-"
    attribution: closed
    clocks: [{name: resolution_minutes, unit: minutes, from: opened, to: resolved}]
"""
SERIES = """\
    series: 'requests_total{job="desk"}'
    case: [series, time]
    attribution: time
    timeFormat: ISO
"""
EDITS = [
    (LOG, SERIES),
    ("met = 'yes'", "NOT starts_with(code, '5')"),
    ('spec: {where: "true"}', 'spec: {where: "true", weight: increase}'),
]


@pytest.fixture
def server(desk, monkeypatch) -> Iterator[Prometheus]:
    """Forty requests in the first period, four of which failed; the agents' clock is the chain's."""
    monkeypatch.setattr(prometheus, "time", lambda: desk.now)
    period = desk.agreement.document.periods[0]
    times = [period.start * 1000 - 15_000, period.start * 1000, period.end * 1000 - 15_000, period.end * 1000]
    with serving() as one:
        for code, values in {"200": (500, 530, 6, 9), "503": (1, 1, 5, 8)}.items():
            one.add("requests_total", [*zip(times, map(str, values), strict=True)], job="desk", code=code)
        yield one


@pytest.mark.parametrize("desk", [EDITS], indirect=True)
def test_requests__counted_by_both_sides__agreed_settled_and_verified(desk, server):
    source = ("--data", server.url.replace("://", "://reader:secret@"))
    key = ("--secret", str(desk.folder / "evidence.key"))
    desk.at(0, 1)

    first = desk.watch("client", *source)
    (period, _) = first["periods"]
    assert (acts(first), period["stage"], first["doubts"]) == (["sign"], "open", [])
    asked = len(server.asked)
    assert acts(desk.watch("client", *source)) == []
    assert len(server.asked) == asked
    assert acts(desk.watch("contractor", *source)) == ["sign", "report", "settle"]

    (shown,) = desk.json("sla", "show", desk.file, "--period", "first")["periods"]
    # 600 and 40 times 2.50; 36 of 40 is below 95 %: 12 % x 30 % of it.
    assert (shown["charge"], shown["credit"]) == (700 * UNIT, 25_200_000)
    verified = desk.json("sla", "verify", desk.file, *source, "--period", "first", *key)
    assert verified["differences"] == {"final": []}
    measured = desk.json("sla", "measure", desk.file, *source, "--period", "first", *key)
    assert [(each["good"], each["total"]) for each in measured["levels"]] == [(36, 40)]
    assert measured["quantities"] == [{"name": "tickets", "count": 40}]

    running = desk.text("sla", "show", desk.file, *source)
    assert "second by the log so far; nothing of it is final." in running
    server.answers.append((503, "busy"))
    refused = desk.run("sla", "measure", desk.file, *source, "--period", "first", *key)
    assert (refused.exit_code, refused.stderr) == (
        1,
        f"Error: {server.url}: answers 503, and not as Prometheus does; check address and credentials\n",
    )


def acts(health: Any) -> list[str]:
    return [each["act"] for each in health["sent"]]
