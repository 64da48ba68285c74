"""Agents on Ape's local chain, round by round: every end that a period can come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.desk import UNIT, Desk
from workpact.chain import clock

DAY = 86_400
HEADER = "number,changes,opened,resolved,closed,met"


class Watched(Desk):
    """The desk with an agent on each side, each on its own log and with its reporter's key."""

    exchange: Path

    def log(self, side: str, *late: int, cases: int = 40, name: str = "first") -> None:
        """A side's log: cases of a period, of which the numbers in `late` missed the target."""
        period = next(each for each in self.agreement.document.periods if each.name == name)
        day = f"{period.start_at:%Y-%m-%d} 09:00"
        rows = [f"{name}{case},1,{day},{day},{day},{'no' if case in late else 'yes'}" for case in range(cases)]
        path = self.folder / f"{side}.csv"
        before = path.read_text() if path.exists() else HEADER + "\n"
        path.write_text(before + "\n".join(rows) + "\n")

    def at(self, days: int, seconds: int = 0) -> None:
        """Moves the clock to so many days after the end of the first period, 23:59:59 of day 34."""
        clock.move_to(self.end + days * DAY + seconds)

    @property
    def end(self) -> int:
        """Of the first period."""
        return self.agreement.document.periods[0].end

    def watch(self, side: str, *options: str) -> Any:
        """One round of a side's agent."""
        done = self.run(*self.command(side, *options), "--json", account=f"{side}-reporter")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def command(self, side: str, *options: str) -> tuple[str, ...]:
        places = ("--data", str(self.folder / f"{side}.csv"), "--exchange", str(self.exchange))
        key = ("--secret", str(self.folder / "evidence.key"))
        return ("sla", "watch", self.file, "--side", side, *places, *key, "--once", "--confirmations", "0", *options)


@pytest.fixture
def desk(tmp_path, monkeypatch, chain) -> Watched:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    desk = Watched(tmp_path, monkeypatch)
    desk.exchange = tmp_path / "exchange"
    desk.exchange.mkdir()
    key = tmp_path / "evidence.key"
    key.write_text("5e" * 32)
    key.chmod(0o600)
    desk.open()
    return desk


def sent(health: Any) -> list[str]:
    return [each["act"] for each in health["sent"]]


def test_agreed__equal_logs__final_and_settled_without_anybody(desk):
    desk.log("client", 1, 2, 3, 4)
    desk.log("contractor", 1, 2, 3, 4)
    assert desk.watch("client")["periods"] == [
        {
            "period": "first",
            "stage": "open",
            "step": "wait",
            "until": desk.agreement.document.periods[0].end,
            "need": None,
        }
    ]

    desk.at(0, 1)
    assert sent(desk.watch("client")) == ["sign"]
    assert sent(desk.watch("contractor")) == ["sign", "report", "settle"]

    (shown,) = desk.json("sla", "show", desk.file, "--period", "first")["periods"]
    assert (shown["charge"], shown["credit"], shown["due"]) == (700 * UNIT, 25_200_000, 674_800_000)
    status = desk.json("agreement", "status", desk.file)["periods"][0]
    assert (status["settled"], status["charge"], status["credit"]) == (True, 700 * UNIT, 25_200_000)
    assert [each["period"] for each in desk.watch("client")["periods"]] == ["second"]
