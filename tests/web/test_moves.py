"""Which calls are offered to whom, until when, and what they are said to do (SPEC.md 16.4)."""

from __future__ import annotations

import json
from collections import Counter

from eth_utils import to_checksum_address

from tests.anvil import POLL
from tests.audit.long_life import DAY
from tests.web import rich
from tests.web.catalogue import calldata, filled
from tests.web.moves_played import MovesPlayed
from tests.web.random_service import random_service
from tests.web.served import Town
from workpact.web.move import Choice, Move
from workpact.web.moves import moves, moves_json

UNIT = 10**6
REVIEW = 14 * DAY


def offered(town: Town) -> dict[str, Move]:
    """By key, at the chain's last block."""
    site = town.site(name=f"index-{town.node.height()}")
    return {each.key: each for each in moves(site.follower.snapshot(town.id()))}


def of(town: Town, found: dict[str, Move], role: str) -> set[str]:
    """Those that are an account's own."""
    return {key for key, each in found.items() if town.address(role) in each.who}


def send(town: Town, move: Move, role: str, **given: str) -> None:
    """As a browser would."""
    data = "0x" + calldata(move.contract, move.function, filled(move, given)).hex()
    sent = town.node.ask(
        "eth_sendTransaction", {"from": town.address(role), "to": move.address, "data": data, "gas": hex(10**6)}
    )
    assert town.web3.eth.wait_for_transaction_receipt(sent, poll_latency=POLL)["status"] == 1


def test_moves__are_exactly_what_contracts_allow_in_random_states():
    seen: Counter[str] = Counter()
    with random_service(seed=5) as life:
        for _ in range(12):
            for _ in range(2):
                life.step()
            seen += MovesPlayed(life, life.random.choice(life.deals[-4:])).check()
    for function in ("accept", "acceptUpTo", "submit", "reclaim", "fund", "giveNotice"):
        assert seen[f"allowed: {function}"], function
    for function in ("accept", "release", "settle", "rule", "applyDefault", "close", "endForNonPayment"):
        assert seen[f"refused: {function}"], function


def test_a_new_agreement__offers_each_account_its_own(own_town):
    own_town.open()
    found = offered(own_town)
    works = range(3)
    assert of(own_town, found, "client") == {
        *(f"{name}:milestone:{index}" for name in ("accept", "acceptUpTo") for index in works),
        "reclaim:money",
        "giveNotice:client",
        "publish:agreement",
    }
    assert of(own_town, found, "contractor") == {
        *(f"{name}:milestone:{index}" for name in ("submit", "reclaim") for index in works),
        "giveNotice:contractor",
        "setPayee:payroll",
        "setPayee:money",
        "publish:agreement",
    }
    assert of(own_town, found, "arbiter") == {"serve:arbiter"}
    assert of(own_town, found, "backup") == {"serve:backup"}
    assert {key for key, each in found.items() if not each.who} == {"fund:money", "appoint:agreement"}
    assert of(own_town, found, "client-operator") == of(own_town, found, "stranger") == set()


def test_an_acceptance__is_whole_as_json_and_pays_what_it_says(own_town):
    document = own_town.open()
    move = offered(own_town)["accept:milestone:0"]
    assert move.to_json() == {
        "key": "accept:milestone:0",
        "place": "milestone:0",
        "contract": "Agreement",
        "address": own_town.agreement,
        "function": "accept",
        "arguments": list(move.arguments),
        "who": [own_town.address("client")],
        "role": "client",
        "label": "Accept plan",
        "effect": "450 TUSD go to the contractor at once; 50 TUSD are held back until 2024-09-09 23:59 UTC. plan is "
        "settled. Final.",
        "inputs": [],
        "until": None,
        "approve": None,
    }
    call = own_town.contract("Agreement").functions.accept(document.terms(), 1)
    assert "0x" + calldata("Agreement", "accept", move.arguments).hex() == call._encode_transaction_data()
    token = own_town.contract("TokenMock").functions
    before = token.balanceOf(own_town.address("contractor")).call()
    send(own_town, move, "client")
    assert token.balanceOf(own_town.address("contractor")).call() - before == 450 * UNIT
    assert own_town.contract("Agreement").functions.stateOf(own_town.id()).call()[10] == 50 * UNIT


def test_a_submission__opens_answers_until_the_review_ends(own_town):
    own_town.open()
    send(own_town, offered(own_town)["submit:milestone:0"], "contractor", deliverable="0x" + "07" * 32)
    at, found = own_town.now, offered(own_town)
    for key in ("reject:milestone:0", "dispute:milestone:0"):
        assert found[key].until == at + REVIEW, key
    assert "release:milestone:0" not in found
    own_town.mine(at + REVIEW)
    assert {"reject:milestone:0", "dispute:milestone:0"} <= set(offered(own_town))
    own_town.mine(at + REVIEW + 1)
    found = offered(own_town)
    assert not {"reject:milestone:0", "dispute:milestone:0"} & set(found)
    assert found["release:milestone:0"].who == ()
    assert found["release:milestone:0"].effect == (
        "450 TUSD go to the contractor at once; 50 TUSD are held back until 2024-09-09 23:59 UTC. Final."
    )


def test_operators__act_once_appointed_and_within_their_limit(own_town):
    own_town.open()
    send(own_town, offered(own_town)["appoint:agreement"], "stranger")
    found = offered(own_town)
    assert "appoint:agreement" not in found
    assert of(own_town, found, "client-operator") == {
        f"{name}:milestone:{index}" for name in ("accept", "acceptUpTo") for index in (0, 2)
    }
    assert of(own_town, found, "contractor-operator") == {"submit:milestone:0", "submit:milestone:2"}


def test_a_dispute__is_the_arbiters_then_the_backups_then_anyones(own_town):
    own_town.open()
    send(own_town, offered(own_town)["submit:milestone:0"], "contractor", deliverable="0x" + "07" * 32)
    send(own_town, offered(own_town)["dispute:milestone:0"], "client", reason="0x" + "08" * 32)
    at = own_town.now
    assert "rule:milestone:0" not in offered(own_town)
    for judge in ("arbiter", "backup"):
        send(own_town, offered(own_town)[f"serve:{judge}"], judge)
    move = offered(own_town)["rule:milestone:0"]
    assert (move.who, move.until) == ((own_town.address("arbiter"),), at + 14 * DAY)
    assert move.effect == (
        "Divides 500 TUSD by the contractor's share that you name: by 0 % 0 TUSD to the contractor, 490 TUSD to the "
        "client, 10 TUSD fee; by 50 % 245 TUSD to the contractor, 245 TUSD to the client, 10 TUSD fee; by 100 % "
        "490 TUSD to the contractor, 0 TUSD to the client, 10 TUSD fee. Nothing of it is held back and the fee is "
        "booked for you. Final."
    )
    own_town.mine(at + 14 * DAY + 1)
    move = offered(own_town)["rule:milestone:0"]
    assert (move.who, move.until) == ((own_town.address("backup"),), at + 28 * DAY)
    send(own_town, move, "backup", share="250000")
    booked = offered(own_town)[f"withdraw:{own_town.address('backup')}"]
    assert booked.effect.startswith("10 TUSD booked for the backup, from all agreements in this token, go to")
    send(own_town, booked, "backup", to=own_town.address("backup"))
    assert f"withdraw:{own_town.address('backup')}" not in offered(own_town)


def test_money__is_asked_as_a_total_with_what_must_be_allowed_first(own_town):
    own_town.open()
    fund = offered(own_town)["fund:money"].to_json()
    assert fund["arguments"][1] == {"input": "upTo"}
    assert fund["approve"] == {
        "token": to_checksum_address(own_town.token_address),
        "spender": own_town.agreement,
        "units": {"input": "upTo", "less": str(3_000 * UNIT)},
    }
    (asked,) = fund["inputs"]
    assert (asked["kind"], asked["least"], asked["most"]) == ("money", str(3_000 * UNIT + 1), str(2**96 - 1))
    (part,) = offered(own_town)["acceptUpTo:milestone:0"].inputs
    assert (part.least, part.most) == (1, 500 * UNIT - 1)


def test_a_contested_month__is_conceded_or_ruled_figure_by_figure(own_town):
    own_town.documents.append(rich.play(own_town))
    found = offered(own_town)
    rule = found["rule:period:1"]
    assert rule.who == (own_town.address("arbiter"),)
    assert rule.inputs[0].choices == (
        Choice("0", "All as the contractor reported"),
        Choice(str(1 << 32 | 1), "All as the client reported"),
        Choice(str(1 << 32), "tickets as the client reported; in-time as the contractor reported"),
        Choice("1", "in-time as the client reported; tickets as the contractor reported"),
    )
    assert found["concede:contractor:period:1"].who == (own_town.address("contractor"),)
    conceded = found["concede:client:period:1"]
    assert conceded.who == (own_town.address("client"),)
    assert conceded.effect == (
        "The contractor's figures of second become final. No level is missed. The charge is 700 TUSD, the service "
        "credit 0 TUSD, so 700 TUSD are due to the contractor when it is settled. Final."
    )
    send(own_town, conceded, "client")
    assert "rule:period:1" not in (after := offered(own_town))
    assert after["settle:period:1"].effect == (
        "second costs 700 TUSD, less a service credit of 0 TUSD. 630 TUSD go to the payroll for the contractor at "
        "once; 70 TUSD are held back until 2024-09-09 23:59 UTC. second is settled. Final."
    )


def test_moves_as_json__end_no_script_element():
    hostile = "</script><script>alert(1)</script><!-- & \u2028"
    move = Move("k", "money", "Agreement", "0x", "fund", (), (), "anyone", hostile, hostile)
    text = str(moves_json([move]))
    assert not {"<", ">", "&", "\u2028"} & set(text)
    assert json.loads(text)[0]["label"] == hostile
