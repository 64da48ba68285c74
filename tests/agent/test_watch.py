"""`ape run sla watch` twice, with keys and folders of their own: what becomes of a month."""

from __future__ import annotations

import json
import socket
import urllib.request
from collections.abc import Iterator

import pytest

from tests.agent.pair import DAY, UNIT, Pair, acts, opened, waits
from tests.anvil import anvil, ask
from tests.scripts.rehearsal import SEPOLIA, Rehearsal
from tests.scripts.stage import Stage

FINALISED: tuple[str, ...] = ()
"""The options of an agent that goes by the chain's own finalised block."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Iterator[Stage]:
    with anvil("--chain-id", str(SEPOLIA), "--accounts", "0", "--slots-in-an-epoch", "1") as url:
        yield Stage(Rehearsal(tmp_path_factory.mktemp("user")), url)


@pytest.fixture(scope="module")
def desk(stage) -> tuple[str, int]:
    """The agreement's file, and the end of its first period."""
    file = opened(stage)
    (first, _) = stage.act("agreement", "status", file)["periods"]
    return file, first["end"]


@pytest.fixture
def pair(stage, desk, tmp_path) -> Iterator[Pair]:
    before = ask(stage.url, "evm_snapshot")
    yield Pair(tmp_path, stage, *desk)
    ask(stage.url, "evm_revert", before)


def money(pair: Pair) -> tuple[int, int, int]:
    """Charge, credit, and what the contractor has with the holdback of a tenth."""
    (shown,) = pair.stage.act("sla", "show", pair.file, "--period", "first")["periods"]
    paid = pair.stage.purses("contractor")["contractor"]
    return shown["charge"], shown["credit"], paid * 10 // 9


def test_agreed__equal_logs__final_through_a_reorganisation(pair):
    for side in ("client", "contractor"):
        pair.log(side, 1, 2, 3, 4)
    pair.at(0)
    assert [acts(health) for health in pair.rounds("client", options=FINALISED)] == [["sign"]]

    (contractor,) = pair.rounds("contractor", options=FINALISED)
    assert acts(contractor) == ["sign", "report"]
    assert waits(contractor)[0] == ("open", "wait", None, None)
    (client,) = pair.rounds("client", options=FINALISED)
    assert (acts(client), client["state"]) == ([], "well")

    ask(pair.stage.url, "anvil_rollback", 1)
    (again,) = pair.rounds("client", options=FINALISED)
    assert acts(again) == ["report"]
    assert again["sent"][0]["transaction"] != contractor["sent"][1]["transaction"]

    ask(pair.stage.url, "anvil_mine", "0x2")
    (client,) = pair.rounds("client", options=FINALISED)
    assert acts(client) == ["settle"]
    assert money(pair) == (700 * UNIT, 25_200_000, 674_800_000)


def test_contested__logs_differ__answered_paid_in_the_interim_and_ended_as_the_terms_say(pair):
    pair.log("client", 1, 2, 3, 4)
    pair.log("contractor", 1, 2)
    pair.at(0)
    assert [acts(health) for health in pair.rounds("client", "contractor")] == [["sign"], ["sign"]]
    (client,) = pair.rounds("client")
    assert waits(client)[0] == ("open", "wait", pair.end + 5 * DAY, "difference")

    pair.at(6)
    (contractor,) = pair.rounds("contractor")
    assert acts(contractor) == ["report by side"]
    (client,) = pair.rounds("client")
    assert acts(client) == ["counter", "settle"]
    until = pair.mined_at(client["sent"][0]["transaction"]) + 7 * DAY
    # whatever follows: 700 less the most that a credit can be, 12 %
    assert pair.stage.purses("contractor")["contractor"] * 10 // 9 == 616 * UNIT
    (contractor,) = pair.rounds("contractor")
    assert (acts(contractor), waits(contractor)[0]) == ([], ("contested", "wait", until, "contest"))

    pair.at(6 + 14 + 1)
    (client,) = pair.rounds("client")
    assert acts(client) == ["rule", "settle"]
    # the contractor's figures stand: 38 of 40 meet 95 %
    assert money(pair) == (700 * UNIT, 0, 700 * UNIT)


def test_one_side_silent__the_other_reports_alone__final_after_the_window(pair):
    pair.log("contractor", 1, 2, 3, 4)
    pair.at(6)
    (contractor,) = pair.rounds("contractor")
    assert acts(contractor) == ["sign", "report by side"]
    until = pair.mined_at(contractor["sent"][1]["transaction"]) + 5 * DAY
    assert waits(contractor)[0] == ("contractor reported", "wait", until, None)

    pair.at(12)
    (contractor,) = pair.rounds("contractor")
    assert acts(contractor) == ["finalise", "settle"]
    assert money(pair) == (700 * UNIT, 25_200_000, 674_800_000)


def test_killed__between_journal_and_signature_then_journal_and_send__one_signature_one_transaction(pair):
    pair.log("client", 1, 2, 3, 4)
    pair.log("contractor", 1, 2, 3, 4)
    pair.at(0)
    first = pair.start("client", "--once", "--confirmations", "0", crash_after="/reports/")
    assert first.wait() == -9
    assert list(pair.exchange.iterdir()) == []

    # What was written down counts as signed, though the log has changed since.
    pair.log("client", 1)
    (client,) = pair.rounds("client")
    assert (acts(client), client["state"]) == ([], "alarm")
    assert "the log gives other figures now than those that were signed" in client["alarms"][0]
    (file,) = pair.exchange.iterdir()
    assert json.loads(file.read_text())["levels"][0]["good"] == 36

    second = pair.start("contractor", "--once", "--confirmations", "0", crash_after="/sending/")
    assert second.wait() == -9
    (contractor,) = pair.rounds("contractor")
    assert acts(contractor) == ["report", "settle"]
    nonce = ask(pair.stage.url, "eth_getTransactionCount", pair.stage.addresses["contractor-reporter"], "latest")
    assert nonce == "0x2"
    assert money(pair) == (700 * UNIT, 25_200_000, 674_800_000)


def test_double_start__one_key__refused_by_name_while_the_first_runs(pair):
    pair.log("client", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pair.running("client", "--metrics", str(port)) as first:
        assert first["state"] == "well"
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        assert "workpact_agent_chain_up 1.0" in text
        assert 'workpact_agent_stage{period="first"} 0.0' in text
        second = pair.start("client", "--once")
        out, said = second.communicate()
        assert (second.returncode, out) == (1, "")
        assert "an agent is running with this key for this agreement" in said

    assert pair.rounds("client")[0]["state"] == "well"
