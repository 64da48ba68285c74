"""The months of the year as they are played: the agents go on by themselves, persons do only what is theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from tests.agent.pair import DAY, HEADER, MINTED, UNIT, Agents, Pair, opened
from tests.agent.three_events import ruling
from tests.agent.year import BILLS, CORRECTION, CRITICAL, EDITS, FUNDED, INTERIM, MONTHS, RATES, RETURNED, TOP_UP, Month
from tests.anvil import ask
from tests.scripts.stage import Stage

LAG = 6 * 3_600
SIDES = ("client", "contractor")


class Year:
    """The agreement, its agents, and the logs that they read."""

    agents: Agents

    def __init__(self, folder: Path, stage: Stage) -> None:
        self.stage = stage
        self.file = opened(stage, "year.yaml", *EDITS)
        self.ends = [each["end"] for each in self.act("agreement", "status")["periods"]]
        self.pair = Pair(folder, stage, self.file, self.ends[0])
        for side in SIDES:
            self.log(side)

    def log(self, side: str, *months: Month, first: int = 0) -> None:
        """Adds months to a side's log."""
        path = self.pair.path(side)
        before = path.read_text().splitlines() if path.exists() else [HEADER + ",answered"]
        rows = (month.rows(self.ends[number], _name(number)) for number, month in enumerate(months, first))
        self.pair.write(side, [*before, *chain.from_iterable(rows)])

    def at(self, month: int, days: int = 0, seconds: int = LAG) -> None:
        """Moves the chain's clock to so long after a month's end."""
        ask(self.stage.url, "evm_setNextBlockTimestamp", self.ends[month] + days * DAY + seconds + 1)
        ask(self.stage.url, "evm_mine")

    def rest(self, month: int, stage: str | None, *needs: str | None) -> None:
        """Waits until the agents have done what they can."""
        self.agents.rest(_name(month), stage, *needs)

    def act(self, group: str, command: str, *rest: str, account: str | None = None) -> Any:
        """What a person types about the agreement."""
        return self.typed(group, *command.split(), self.file, *rest, account=account)

    def typed(self, group: str, command: str, *rest: str, account: str | None = None) -> Any:
        """What a person types, for a command that needs no chain too."""
        if command in ("measure", "diff"):
            return self.stage.user.json(group, command, *rest)
        return self.stage.act(group, command, *rest, account=account)

    def check_paid(self, month: int, parts: int = 2) -> None:
        """What the contractor has after a month, or after so many parts of it; a tenth of each is kept back."""
        paid = [part for number in range(month) for part in BILLS[number].parts[: 1 if _is_held(number, month) else 2]]
        paid += BILLS[month].parts[: 1 if _is_held(month, month) else parts]
        assert self.stage.purses("contractor")["contractor"] == sum(part - part // 10 for part in paid)


def _is_held(number: int, month: int) -> bool:
    """Whether the credit that returns two months later is still held."""
    return number == RETURNED and month < RETURNED + 2


def _name(month: int) -> str:
    return f"p{month:02}"


@contextmanager
def begun(folder: Path, stage: Stage) -> Iterator[Year]:
    """The agreement open, and both agents running until the end of the block."""
    year = Year(folder, stage)
    with year.pair.both_running("--lag", "6 hours") as year.agents:
        yield year


def agreed(year: Year, month: int) -> None:
    """Both logs say the same."""
    for side in SIDES:
        year.log(side, MONTHS[month], first=month)
    year.at(month)
    year.rest(month, "reported" if month == RETURNED else None)
    year.check_paid(month)


def won_by_the_contractor(year: Year, month: int) -> None:
    """The client's log says that four cases were late; both arbiters are silent, and the terms let the other stand."""
    year.log("client", Month(MONTHS[month].cases, late=range(4)), first=month)
    year.log("contractor", MONTHS[month], first=month)
    year.at(month, days=5)
    year.rest(month, "contested", "contest", "contest")
    year.check_paid(month, parts=1)
    year.at(month, days=20)
    year.rest(month, None)
    year.check_paid(month)


def critical_and_out_of_money(year: Year, month: int) -> None:
    """It gives a right to end, which nobody uses; and it costs more than is held."""
    for side in SIDES:
        year.log(side, MONTHS[month], first=month)
    year.at(month)
    year.rest(month, "reported", "money", "money")
    year.act("agreement", "approve", f"{TOP_UP // UNIT} TUSD", account="client")
    year.act("agreement", "fund", f"{TOP_UP // UNIT} TUSD", account="client")
    year.rest(month, None)
    year.check_paid(month)


def notice_answered(year: Year, month: int) -> None:
    """The contractor says that it has no data; the client's agent reports them, then the contractor has them too."""
    year.log("client", MONTHS[month], first=month)
    year.at(month, seconds=0)
    year.act("sla", "notice", _name(month), account="contractor")
    year.at(month)
    year.rest(month, "client reported", None, "log")
    year.log("contractor", MONTHS[month], first=month)
    year.rest(month, None)
    year.check_paid(month)


def won_by_the_client(year: Year, month: int) -> None:
    """Three events differ; the arbiter rules by them alone."""
    year.log("client", MONTHS[month], first=month)
    year.log("contractor", Month(MONTHS[month].cases), first=month)
    year.at(month, days=5)
    year.rest(month, "contested", "contest", "contest")
    year.check_paid(month, parts=1)
    logs = {side: year.pair.path(side) for side in SIDES}
    secret = logs["client"].parent / "evidence.key"
    numbers = [f"{_name(month)}-{case}" for case in MONTHS[month].late]
    chosen = ruling(year.typed, year.file, _name(month), logs, secret, numbers)
    year.act("sla", "rule", _name(month), *chosen, account="arbiter")
    year.rest(month, None)
    year.check_paid(month)


def missing(year: Year, month: int) -> None:
    """Nobody has a log: the default of the terms, once the time to report is over. Part of it is held."""
    year.at(month, days=10)
    year.rest(month, "default, missed")
    year.check_paid(month)


def notice_stands(year: Year, month: int) -> None:
    """The client says that the contractor withholds the data, and is not answered."""
    year.at(month, seconds=0)
    year.act("sla", "notice", _name(month), account="client")
    year.at(month, days=5, seconds=600)
    year.rest(month, "default, missed")
    year.check_paid(month)


def corrected(year: Year, month: int) -> None:
    """Before the agents' logs count as complete both parties sign the month with an adjustment, and send it."""
    for side in SIDES:
        year.log(side, MONTHS[month], first=month)
    year.at(month, seconds=0)
    user = year.pair.users["contractor"].folder
    given = (
        "--data",
        str(year.pair.path("contractor")),
        "--secret",
        str(user / "evidence.key"),
        "--period",
        _name(month),
    )
    measured = year.act("sla", "measure", *given)
    report = user / "corrected.json"
    report.write_text(json.dumps(measured | {"adjustment": CORRECTION * 10**6}))
    for side in SIDES:
        year.act("sla", "sign", "--report", str(report), account=side)
    year.act("sla", "report", "--report", str(report), account="carrier")
    year.rest(month, None)
    year.check_paid(month)


def over(year: Year) -> None:
    """The agents end by themselves; rates, charges, credits, both histories, and every purse to the unit."""
    for agent in year.agents.agents:
        assert agent.end()["state"] == "well"
    shown = year.act("sla", "show")["periods"]
    assert [each["rate"] for each in shown] == [rate * 10**6 for rate in RATES]
    ends = {number: each["assessedAt"] + 60 * DAY for number, each in enumerate(shown) if number in CRITICAL}
    assert {number: each["rightToEndUntil"] for number, each in enumerate(shown) if each["rightToEndUntil"]} == ends

    year.act("agreement", "end close", account="carrier")
    paid, retained = sum(sum(bill.parts) for bill in BILLS), sum(bill.retained for bill in BILLS)
    status = year.act("agreement", "status")
    assert [(each["charge"], each["credit"]) for each in status["periods"]] == [
        (bill.charge, bill.credit) for bill in BILLS
    ]
    # opened, funded, paid and settled, ended
    assert (status["status"], status["events"]) == ("DONE", 2 + len(INTERIM) + 12 + 1)
    assert status["money"] == {
        "funded": FUNDED,
        "held": 0,
        "holdback": retained,
        "paid": paid - retained,
        "refunded": FUNDED - paid,
        "owed": 0,
    }
    ask(year.stage.url, "evm_increaseTime", 60 * DAY)
    ask(year.stage.url, "evm_mine")
    year.act("agreement", "release", "--holdback", account="carrier")
    roles = ("client", "contractor", "arbiter", "backup", "carrier", "client-reporter", "contractor-reporter")
    assert year.stage.purses(*roles) == dict.fromkeys([*roles, "Agreement"], 0) | {
        "client": MINTED - paid,
        "contractor": paid,
    }
