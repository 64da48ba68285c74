"""Agents on Ape's local chain, round by round: the ends that a period can come to, and what goes wrong on the way."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.agent.three_events import ruling
from tests.agent.watched import DAY, HEADER
from tests.scripts.desk import UNIT


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


def test_pending__outbid__one_report_with_the_higher_fee(desk, chain, monkeypatch):
    for side in ("client", "contractor"):
        desk.log(side, 1, 2, 3, 4)
    desk.at(0, 1)
    desk.watch("client")
    chain.provider.auto_mine = False
    with monkeypatch.context() as patch:
        patch.setattr(type(chain.provider.network), "transaction_acceptance_timeout", 0)
        try:
            for option in ((), ("--outbid",)):
                waiting = desk.watch("contractor", *option)
                assert "Not mined yet" in waiting["problems"][0]
            chain.mine()
        finally:
            chain.provider.auto_mine = True

    nonce = desk.account("contractor-reporter").nonce
    assert (nonce, waiting["problems"][0].count(", 0x")) == (1, 1)
    assert sent(desk.watch("contractor")) == ["settle"]


@pytest.mark.parametrize("desk", [[("    case: number", "    table: log\n    case: number")]], indirect=True)
def test_signed__on_a_database__read_until_then(desk):
    desk.log("client", 1, 2)
    file = desk.folder / "client.db"

    def take_in() -> None:
        with duckdb.connect(file) as connection:
            rows = f"read_csv('{desk.folder / 'client.csv'}', all_varchar = true)"
            connection.execute(f"CREATE OR REPLACE TABLE log AS SELECT * FROM {rows}")

    take_in()
    service = ("--data", f"duckdb://{file}")
    desk.at(0, 1)
    assert sent(desk.watch("client", *service)) == ["sign"]

    # What it has afterwards is not asked for, so it contradicts nothing.
    (desk.folder / "client.csv").unlink()
    desk.log("client")
    take_in()
    again = desk.watch("client", *service)
    assert (sent(again), again["state"], again["alarms"]) == ([], "well", [])


def test_doubt__accepted_by_a_person__signed_and_named(desk):
    desk.log("client")
    path = desk.folder / "client.csv"
    first, *rest = path.read_text().splitlines()[1:]
    number, changes, opened, _, closed, met = first.split(",")
    early = opened.replace("09:00", "08:00")
    path.write_text("\n".join([HEADER, f"{number},{changes},{opened},{early},{closed},{met}", *rest]) + "\n")
    desk.at(0, 1)

    refused = desk.watch("client")
    assert (sent(refused), refused["state"], refused["doubts"]) == ([], "trouble", [])
    assert "accept by name what is right as it is (backwards)" in refused["problems"][0]

    signed = desk.watch("client", "--accept", "backwards")
    assert (sent(signed), signed["state"]) == (["sign"], "well")
    assert signed["doubts"] == ["first in doubt, accepted: backwards: resolution_minutes is negative in 1 cases"]


def test_default__no_log_anywhere__applied_by_the_side_that_it_favours(desk):
    for side in ("client", "contractor"):
        desk.log(side, name="second")
    desk.at(0, 1)
    needed = desk.watch("contractor")
    assert (needed["state"], needed["periods"][0]["need"]) == ("trouble", "log")
    assert "no case belongs to period first" in needed["problems"][0]

    desk.at(10, 1)
    (late, _) = desk.watch("contractor")["periods"]
    assert (late["step"], late["until"], late["need"]) == ("wait", desk.end + 40 * DAY, "log")
    assert sent(desk.watch("client")) == ["default", "settle"]
    (shown,) = desk.json("sla", "show", desk.file, "--period", "first")["periods"]
    # missed, without quantities: 12 % x 30 % of 600
    assert (shown["stage"], shown["charge"], shown["credit"]) == ("DEFAULT_MISSED", 600 * UNIT, 21_600_000)


def test_assessed__a_later_period_final_first__in_order_once_the_earlier_one_is(desk):
    desk.log("contractor", name="second")
    desk.at(30, 1)
    theirs = desk.watch("contractor")
    assert [each["need"] for each in theirs["periods"]] == ["log", None]
    report = str(desk.folder / "second.json")
    (file,) = desk.exchange.iterdir()
    (desk.folder / "second.json").write_text(file.read_text())
    desk.json("sla", "sign", desk.file, "--report", report, account="client-reporter")
    desk.json("sla", "report", desk.file, "--report", report, account="carrier")

    waiting = desk.watch("contractor")
    assert [(each["stage"], each["step"]) for each in waiting["periods"]] == [("open", "wait"), ("reported", "wait")]
    # whatever the first period turns out to be: at least 700 less 12 %
    assert [(each["period"], each["act"]) for each in waiting["sent"]] == [("second", "settle")]

    client = desk.watch("client")
    assert [(each["period"], each["act"]) for each in client["sent"]] == [
        ("first", "default"),
        ("first", "settle"),
        ("second", "assess"),
        ("second", "settle"),
    ]
    assert client["over"] is False
    assert desk.watch("client")["over"] is True


@pytest.mark.threat("T14")
def test_contested__logs_differ_in_three_events__named_and_ruled_by_them_alone(desk):
    desk.log("client", 1, 2, 3)
    desk.log("contractor")
    desk.at(6)
    assert sent(desk.watch("contractor")) == ["sign", "report by side"]
    assert sent(desk.watch("client")) == ["sign", "counter", "settle"]
    contractor = desk.address("contractor")
    # whatever follows: 700 less the most that a credit can be, 12 %; a tenth of it is held back
    assert desk.token.balanceOf(contractor) == 616 * UNIT * 9 // 10
    assert sent(desk.watch("contractor")) == []

    logs = {side: desk.folder / f"{side}.csv" for side in ("client", "contractor")}
    numbers = ["first1", "first2", "first3"]
    chosen = ruling(desk.json, desk.file, "first", logs, desk.folder / "evidence.key", numbers)
    assert chosen == ["--as-client", "in-time"]
    desk.json("sla", "rule", desk.file, "first", *chosen, account="arbiter")
    assert sent(desk.watch("contractor")) == ["settle"]
    (shown,) = desk.json("sla", "show", desk.file, "--period", "first")["periods"]
    # 37 of 40 are less than 95 %: 30 % of 12 %
    assert (shown["charge"], shown["credit"]) == (700 * UNIT, 25_200_000)
    assert desk.token.balanceOf(contractor) == 674_800_000 * 9 // 10


def test_contested__both_arbiters_silent__ended_as_the_terms_say(desk):
    desk.log("client", 1, 2, 3, 4)
    desk.log("contractor", 1, 2)
    desk.at(6)
    desk.watch("contractor")
    desk.watch("client")
    (waiting, _) = desk.watch("contractor")["periods"]
    assert (waiting["stage"], waiting["step"], waiting["need"]) == ("contested", "wait", "contest")

    desk.at(6 + 14 + 1)
    assert sent(desk.watch("client")) == ["rule", "settle"]
    (shown,) = desk.json("sla", "show", desk.file, "--period", "first")["periods"]
    # the contractor's figures stand: 38 of 40 meet 95 %
    assert (shown["charge"], shown["credit"], shown["due"]) == (700 * UNIT, 0, 700 * UNIT)


@pytest.mark.threat("T85")
def test_log_changed_after_signing__alarm_and_silence_for_what_it_gives_now(desk):
    desk.log("client", 1, 2, 3, 4)
    desk.at(0, 1)
    assert sent(desk.watch("client")) == ["sign"]

    (desk.folder / "client.csv").unlink()
    for side in ("client", "contractor"):
        desk.log(side, 1, 2)
    alarmed = desk.watch("client")
    assert (sent(alarmed), alarmed["state"]) == ([], "alarm")
    assert "first: the log gives other figures now than those that were signed" in alarmed["alarms"][0]
    assert len(list(desk.exchange.iterdir())) == 1

    desk.at(6)
    assert sent(desk.watch("contractor")) == ["sign", "report by side"]
    assert sent(desk.watch("client")) == []
    desk.at(12)
    assert sent(desk.watch("client")) == ["finalise", "settle"]
    (shown,) = desk.json("sla", "show", desk.file, "--period", "first")["periods"]
    assert (shown["stage"], shown["credit"]) == ("REPORTED", 0)


def test_journal_lost__what_the_exchange_shows_counts_as_signed(desk, monkeypatch):
    desk.log("client", 1, 2, 3, 4)
    desk.at(0, 1)
    desk.watch("client")
    (file,) = desk.exchange.iterdir()

    monkeypatch.setenv("WORKPACT_DATA", str(desk.folder / "another machine"))
    (desk.folder / "client.csv").unlink()
    desk.log("client", 1)
    assert desk.watch("client")["state"] == "alarm"
    assert list(desk.exchange.iterdir()) == [file]

    # And one that was signed elsewhere beside this journal's.
    monkeypatch.setenv("WORKPACT_DATA", str(desk.folder / "a third machine"))
    file.rename(desk.folder / file.name)
    assert sent(desk.watch("client")) == ["sign"]
    (desk.folder / file.name).rename(file)
    twice = desk.watch("client")
    assert (sent(twice), twice["state"]) == ([], "alarm")
    assert "another report was signed with this key (a file in the exchange" in twice["alarms"][0]


def test_exchange_away__reported_alone_and_accepted_by_silence(desk):
    for side in ("client", "contractor"):
        desk.log(side, 1, 2, 3, 4)
    place, desk.exchange = desk.exchange, desk.folder / "exchange-of-the-contractor"
    desk.exchange.mkdir()
    desk.at(6)
    assert sent(desk.watch("contractor")) == ["sign", "report by side"]

    desk.exchange = place
    signed = desk.watch("client")
    assert sent(signed) == ["sign"]
    assert signed["periods"][0]["need"] is None
    desk.at(12)
    assert sent(desk.watch("client")) == ["finalise", "settle"]


def test_watch__what_cannot_start__named_before_anything_is_signed(desk):
    desk.log("client")
    desk.at(0, 1)

    for role, option, said in (
        ("contractor-reporter", (), "does not report for the client in any period"),
        ("client-reporter", ("--exchange", str(desk.folder / "absent")), "absent is no folder"),
        ("client-reporter", ("--secret", "absent.key"), "File 'absent.key' does not exist"),
        ("client-reporter", ("--lag", "soon"), "--lag: "),
    ):
        done = desk.run(*desk.command("client", *option), account=role)
        assert done.exit_code in (1, 2)
        assert said in done.stderr, done.stderr
        assert done.stdout == ""
    assert list(desk.exchange.iterdir()) == []
    assert not (desk.folder / "data" / "reports").exists()
