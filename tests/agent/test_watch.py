"""`ape run sla watch` twice, with keys and folders of their own: what becomes of a month."""

from __future__ import annotations

import json
import urllib.request

import pytest

from tests.agent.pair import UNIT, Pair, acts, waits
from tests.anvil import ask
from tests.support import free_port

FINALISED: tuple[str, ...] = ()
"""The options of an agent that goes by the chain's own finalised block."""
PAID = 607_320_000
"""Nine tenths of 700 less a credit of 25.2."""


def earned(pair: Pair) -> int:
    """What the contractor has; a tenth of what it has earned is held back."""
    return pair.stage.purses("contractor")["contractor"]


@pytest.mark.threat("T25", "T83")
def test_agreed__equal_logs__final_through_a_reorganisation(pair):
    for side in ("client", "contractor"):
        pair.log(side, 1, 2, 3, 4)
    pair.at(0)
    assert [acts(health) for health in pair.rounds("contractor", options=FINALISED)] == [["sign"]]
    (client,) = pair.rounds("client", options=FINALISED)
    assert acts(client) == ["sign", "report"]
    assert waits(client)[0] == ("open", "wait", None, None)

    with pair.running("contractor", "--every", "1", options=FINALISED) as contractor:
        seen = contractor.next()
        assert (acts(seen), seen["state"], waits(seen)[0]) == ([], "well", ("open", "wait", None, None))
        ask(pair.stage.url, "anvil_rollback", 1)
        again = contractor.until(lambda said: bool(acts(said)))
        assert acts(again) == ["report"]
        assert again["sent"][0]["transaction"] != client["sent"][1]["transaction"]

        ask(pair.stage.url, "anvil_mine", "0x2")
        assert acts(contractor.until(lambda said: bool(acts(said)))) == ["settle"]
    assert earned(pair) == PAID


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
    assert earned(pair) == PAID


@pytest.mark.threat("T84")
def test_double_start__one_key__refused_by_name_while_the_first_runs(pair):
    pair.log("client", 1)
    port = free_port()
    with pair.running("client", "--metrics", str(port)) as first:
        assert first.next()["state"] == "well"
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        assert "workpact_agent_chain_up 1.0" in text
        assert 'workpact_agent_stage{period="first"} 0.0' in text
        second = pair.start("client", "--once")
        out, said = second.communicate()
        assert (second.returncode, out) == (1, "")
        assert "an agent is running with this key for this agreement" in said


def test_two_months__agents_that_go_on__agreed_then_contested_and_ruled_on(pair):
    for side in ("client", "contractor"):
        pair.log(side, 1, 2, 3, 4)
    with pair.both_running() as agents:
        pair.at(0)
        agents.rest("first", None)
        assert earned(pair) == PAID

        pair.log("client", 1, 2, 3, 4, month=1)
        pair.log("contractor", month=1)
        pair.at(30 + 6)
        agents.rest("second", "contested", "contest", "contest")
        # whatever follows: 700 less the most that a credit can be, 12 %
        assert earned(pair) == PAID + 616 * UNIT * 9 // 10
        pair.stage.act("sla", "rule", pair.file, "second", "--as-client", "in-time", account="arbiter")
        for agent in agents.agents:
            assert agent.end()["state"] == "well"
    # missed again: twice 30 % of 12 %
    assert earned(pair) == PAID + (700 * UNIT - 50_400_000) * 9 // 10
