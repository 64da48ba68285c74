"""POST …/simulate and …/document.json, by HTTP on a real node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data
from eth_utils import to_checksum_address

from tests.web.served import Town, served, town
from workpact.audit.node import Node, NodeRefused
from workpact.web.simulation import Call, NotTried, Simulation

UNIT = 10**6


@dataclass
class Place:
    """An agreement, and where it is served."""

    town: Town
    url: str

    def asked(self, role: str, call: Any, *before: Any, **changes: Any) -> httpx.Response:
        body = {"from": self.town.address(role), **_json(call), "before": [_json(each) for each in before]} | changes
        return self.post(json=body)

    def post(self, **content: Any) -> httpx.Response:
        headers = {"Origin": self.url} | content.pop("headers", {})
        return httpx.post(f"{self.url}{self.town.page_of()}/simulate", headers=headers, timeout=60, **content)

    def act(self, name: str, *arguments: Any) -> Any:
        return self.town.act("client", name, *arguments)[1]

    @property
    def token(self) -> Any:
        return self.town.contract("TokenMock").functions


def _json(call: Any) -> dict[str, str]:
    return {"contract": call.address, "data": call._encode_transaction_data()}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    with town(tmp_path_factory.mktemp("town")) as made:
        made.open()
        with served(made.site()) as url:
            yield Place(made, url)


def moved(place: Place, sender: str, receiver: str, amount: int, words: str) -> dict[str, str]:
    return {
        "token": to_checksum_address(place.town.token_address),
        "from": sender,
        "to": receiver,
        "amount": str(amount),
        "words": words,
    }


def test_a_call__is_told_with_its_events_and_transfers(place):
    answer = place.asked("client", place.act("accept", 0b11)).json()
    assert int(answer.pop("gas")) > 21_000
    paid = moved(
        place,
        place.town.agreement,
        place.town.address("contractor"),
        1_350_450_000,
        "1,350.45 TUSD from the Agreement contract to the contractor",
    )
    assert answer == {
        "ok": True,
        "events": ["plan, build accepted: 1,350.45 TUSD to the contractor, 150.05 TUSD held back."],
        "transfers": [paid],
    }


def test_two_calls_in_a_row__are_told_together(place):
    allowed = place.token.approve(place.town.agreement, 5 * UNIT)
    none = place.token.approve(place.town.agreement, 0)
    answer = place.asked("client", place.act("fund", 3_005 * UNIT), none, allowed).json()
    assert int(answer.pop("gas")) > 21_000
    funded = moved(
        place,
        place.town.address("client"),
        place.town.agreement,
        5 * UNIT,
        "5 TUSD from the client to the Agreement contract",
    )
    assert answer == {
        "ok": True,
        "events": [
            "The contract Agreement may take 0 TUSD from the sender.",
            "The contract Agreement may take 5 TUSD from the sender.",
            "Funded with 5 TUSD.",
        ],
        "transfers": [funded],
    }


def test_a_refusal__is_the_contracts_error_with_what_it_means_and_what_to_do(place):
    stranger = place.town.address("stranger")
    assert place.asked("stranger", place.act("accept", 1)).json() == {
        "ok": False,
        "error": "Escrow_Unauthorised",
        "words": f"The caller is neither `party` nor its appointed operator (caller {stranger}, party the client).",
        "advice": "Send from the party's account, or from an operator that has been appointed.",
    }


def test_a_tokens_refusal_after_another_call__is_told_without_commands(place):
    none = place.token.approve(place.town.agreement, 0)
    assert place.asked("client", place.act("fund", 3_005 * UNIT), none).json() == {
        "ok": False,
        "error": "ERC20InsufficientAllowance",
        "words": "The token's owner allows the spender less than is needed "
        f"(spender {place.town.agreement}, allowance 0 TUSD, needed 5 TUSD).",
        "advice": "Allow what is needed.",
    }


def test_a_call__is_played_in_the_next_block(own_town, pages_of):
    own_town.open()
    place = Place(own_town, pages_of(own_town.site()))
    own_town.send(*own_town.act("contractor", "submit", 0, b"\1" * 32))
    due = own_town.contract("Agreement").functions.progressOfItem(own_town.id(), 0).call()[1] + 14 * 86_400
    own_town.mine(due - 1)
    assert place.asked("stranger", place.act("release", 0)).json()["error"] == "Escrow_TooEarly"
    own_town.mine()
    assert place.asked("stranger", place.act("release", 0)).json()["events"] == [
        "plan released: 450 TUSD to the contractor, 50 TUSD held back."
    ]


@pytest.mark.parametrize("kind", ["transfer", "other spender", "no contract"])
def test_calls_of_others__are_not_asked(place, kind):
    call = {
        "transfer": place.token.transfer(place.town.agreement, 1),
        "other spender": place.token.approve(place.town.address("stranger"), 1),
        "no contract": place.act("accept", 1),
    }[kind]
    changes = {"contract": place.town.address("stranger")} if kind == "no contract" else {}
    answer = place.asked("client", call, **changes)
    target = changes.get("contract", to_checksum_address(place.town.token_address))
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "error": f"{target} is not asked that here: only Workpact's contracts, and the agreement's token for what "
            "they may take."
        },
    )


@pytest.mark.threat("T69")
def test_what_cannot_be_read__is_refused_by_name(place):
    accept = place.act("accept", 1)
    said = {
        "contract": place.asked("client", accept, contract="0x12"),
        "data": place.asked("client", accept, data="0x1"),
        "from": place.asked("client", accept, **{"from": "me"}),
        "before": place.asked("client", accept, *5 * [accept]),
        "gas": place.asked("client", accept, gas="0x1"),
        "The request": place.post(content=b"{"),
    }
    for name, answer in said.items():
        assert answer.status_code == 400, name
        assert answer.json()["error"].startswith(f"{name}: "), answer.text
    large = place.post(content=b"x" * (64 * 1024 + 1))
    assert (large.status_code, large.json()["error"]) == (413, "A call to try has at most 65,536 bytes here.")
    foreign = place.post(json={}, headers={"Origin": "http://elsewhere.example"})
    assert foreign.status_code == 403
    unknown = httpx.post(
        f"{place.url}/agreement/0x{'11' * 32}/simulate",
        json={"from": place.town.address("client"), **_json(accept)},
        headers={"Origin": place.url},
    )
    assert unknown.status_code == 404


class Plain(Node):
    """A node without eth_simulateV1."""

    def ask(self, method: str, *parameters: Any) -> Any:
        if method == "eth_simulateV1":
            raise NodeRefused("eth_simulateV1: the method does not exist.", -32601)
        return super().ask(method, *parameters)


def test_a_node_that_cannot_simulate__still_says_whether_a_call_is_refused(place):
    snapshot = place.town.site(name="plain").follower.snapshot(place.town.id())
    played = Simulation(Plain(place.town.url), snapshot, place.town.contracts)
    call = Call(place.town.agreement, bytes.fromhex(place.act("accept", 1)._encode_transaction_data()[2:]))
    passed = played.of(place.town.address("client"), [call])
    assert int(passed.pop("gas")) > 21_000
    assert passed == {"ok": True, "events": [], "transfers": []}
    assert played.of(place.town.address("stranger"), [call]) == place.asked("stranger", place.act("accept", 1)).json()
    with pytest.raises(NotTried, match="cannot play two calls"):
        played.of(place.town.address("client"), [call, call])


def test_the_document__is_the_typed_data_in_force(place):
    typed = httpx.get(f"{place.url}{place.town.page_of()}/document.json").json()
    assert typed == place.town.document.typed_data(31337, place.town.agreement)
    assert _hash_eip191_message(encode_typed_data(full_message=typed)) == place.town.id()
