"""The desk of the commands' tests, with an agent on each side, all in one process on Ape's local chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.desk import ACCOUNTS, Desk
from tests.support import ROOT
from workpact.chain import clock

BOT = ROOT / "examples" / "reporter-bot" / "bot.py"
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

    def as_bot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the bot that reports for the client reads from its environment."""
        # The chain that the test is connected to.
        monkeypatch.setenv("SILVERBACK_NETWORK_CHOICE", "adhoc")
        monkeypatch.setenv("SILVERBACK_SIGNER_ALIAS", f"TEST::{ACCOUNTS['client-reporter']}")
        for name, value in {
            "AGREEMENT": self.file,
            "SIDE": "client",
            "LOG": str(self.folder / "client.csv"),
            "EXCHANGE": str(self.exchange),
            "SECRET": str(self.folder / "evidence.key"),
        }.items():
            monkeypatch.setenv(f"WORKPACT_{name}", value)
        monkeypatch.syspath_prepend(BOT.parent)

    def command(self, side: str, *options: str) -> tuple[str, ...]:
        places = ("--data", str(self.folder / f"{side}.csv"), "--exchange", str(self.exchange))
        key = ("--secret", str(self.folder / "evidence.key"))
        return ("sla", "watch", self.file, "--side", side, *places, *key, "--once", "--confirmations", "0", *options)
