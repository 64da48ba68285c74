"""What the relayer takes, what it refuses and why, and that it sends nothing twice."""

from __future__ import annotations

import threading

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from tests.chain.fault_proxy import Fault, FaultProxy
from tests.web.relaying import PAGES, Office, call_of, sending_by, settled
from tests.web.served import town
from tests.web.workshop import CHAIN, DAY, Workshop
from workpact.web.relayer import Sent

UNIT = 10**6


@pytest.fixture
def office(own_town):
    made = Office(own_town)
    yield made
    made.relayer.stop()


@pytest.fixture
def vested(office):
    """A grant of 5,000 of which 1,500 have vested."""
    office.shop.open_pool()
    grant = office.shop.grant(office.shop.plan(), 5_000 * UNIT)
    office.shop.after(35 * DAY)
    return grant


@pytest.mark.threat("T71")
def test_a_claim__is_sent_once_and_refused_when_nothing_is_left(office, vested):
    shop = office.shop
    call = call_of(shop.equity, "claim", [vested])
    carrier = office.town.web3.eth.get_transaction_count(office.town.address("carrier"))

    found = office.done(call)
    again = office.post(call)

    claimed = {"pool": 1, "grant": vested, "worker": 1, "wallet": shop.wallet, "units": 1_500 * UNIT, "revenue": 0}
    ((name, arguments),) = office.events(found)
    assert (name, {key: arguments[key] for key in claimed}) == ("Claimed", claimed)
    assert (again.status_code, again.json()) == (409, {"error": f"Grant {vested} has nothing to claim now."})
    assert office.town.web3.eth.get_transaction_count(office.town.address("carrier")) == carrier + 1


def test_what_workers_have_signed__is_carried_out(office):
    shop, chain, manager = office.shop, office.town, office.shop.manager
    shop.open_pool()
    plan = shop.plan()
    leaf = shop.offer(plan, 7 * UNIT)
    offer = shop.equity.events.Offered().get_logs(from_block=0)[0]["args"]["offer"]
    accepted = {"manager": manager, "worker": 1, "plan": plan, "offer": 1, "index": 0, "units": 7 * UNIT}
    given = (0, 1, leaf["wallet"], 7 * UNIT, leaf["salt"], list(leaf.proof))
    accept = call_of(shop.equity, "accept", tuple(offer.values()), [(*given, office.signed("Accept", **accepted))])
    unsigned = call_of(shop.equity, "accept", tuple(offer.values()), [(*given, b"")])
    assert office.post(unsigned).json() == {"error": "Leaf 0 has no signature of its worker."}
    ((name, grant),) = office.events(office.done(accept))
    assert (name, grant["grant"], grant["units"]) == ("GrantAccepted", 1, 7 * UNIT)
    assert office.post(accept).json() == {"error": "Leaf 0 is accepted already."}

    shop.do("contractor", shop.equity.functions.proposeWallet(1, chain.address("stranger")))
    veto = office.signed("Veto", manager=manager, worker=1, wallet=chain.address("stranger"), nonce=0)
    ((name, vetoed),) = office.events(office.done(call_of(shop.equity, "veto", manager, 1, veto)))
    assert (name, vetoed["wallet"]) == ("WalletVetoed", chain.address("stranger"))

    to, deadline = Account.from_key(keccak(text="a new wallet")).address, chain.now + DAY
    message = {"manager": manager, "worker": 1, "wallet": to, "nonce": 1, "deadline": deadline}
    foreign = office.signed("Rotate", chain.accounts["stranger"], **message)
    refused = office.post(call_of(shop.equity, "rotate", manager, 1, to, deadline, foreign))
    assert (refused.status_code, "refuses it" in refused.json()["error"]) == (422, True)
    rotate = call_of(shop.equity, "rotate", manager, 1, to, deadline, office.signed("Rotate", **message))
    ((name, moved),) = office.events(office.done(rotate))
    assert (name, moved["previous"], moved["wallet"]) == ("WalletSet", shop.wallet, to)
    assert shop.equity.functions.walletOf(manager, 1).call() == to


def test_a_posted_wage_and_a_gate__are_carried_once(office):
    shop = office.shop
    shop.open_pool()
    plan = shop.plan(gate=1, milestones=0b1)
    sync = call_of(shop.equity, "sync", plan)
    assert office.post(sync).json() == {"error": f"Plan {plan} has counted all that is reached."}
    leaf = shop.post(shop.earn(), 1, 70 * UNIT)
    claim = call_of(shop.payroll, "claim", leaf["book"], [(1, 1, 70 * UNIT, leaf["salt"], list(leaf.proof))])

    ((raised, gate),) = office.events(office.done(sync))
    ((claimed, wage),) = office.events(office.done(claim))

    assert (raised, gate["accepted"], gate["met"]) == ("GateRaised", 1, 0)
    assert (claimed, wage["worker"], wage["wallet"], wage["amount"]) == ("WageClaimed", 1, shop.wallet, 70 * UNIT)
    assert shop.token.functions.balanceOf(shop.wallet).call() == 70 * UNIT
    assert office.post(sync).json() == {"error": f"Plan {plan} has counted all that is reached."}
    assert office.post(claim).json() == {"error": "The wage of worker 1 in run 1 is claimed already."}


@pytest.mark.threat("T71")
def test_other_calls__are_refused(office, vested):
    shop, chain = office.shop, office.town
    claim = call_of(shop.equity, "claim", [vested])
    enrol = call_of(shop.equity, "enrol", [shop.wallet])
    refused = office.post(enrol)
    assert (refused.status_code, refused.json()["error"][:22]) == (422, "This relayer carries P")
    assert office.post({**claim, "contract": chain.agreement}).status_code == 422
    assert office.post({**claim, "contract": chain.token_address}).status_code == 422
    assert "more than a call" in office.post({**claim, "data": claim["data"] + "00"}).json()["error"]
    assert "no call of claim" in office.post({**claim, "data": claim["data"][:10] + "ff" * 32}).json()["error"]
    assert "each item once" in office.post(call_of(shop.equity, "claim", [vested, vested])).json()["error"]
    assert office.post(call_of(shop.equity, "claim", list(range(1, 60)))).json()["limit"] == "items of a call"
    owed = call_of(shop.payroll, "withdraw", shop.token.address, shop.wallet, shop.manager, 0, b"")
    assert office.post(owed).json() == {"error": "Only to the payee itself, or with its signature."}
    nothing = call_of(shop.payroll, "withdraw", shop.token.address, shop.wallet, shop.wallet, 0, b"")
    assert "refuses it" in office.post(nothing).json()["error"]
    sent = chain.web3.eth.get_transaction_count(chain.address("carrier"))
    assert office.done(claim)["state"] == "mined"
    assert chain.web3.eth.get_transaction_count(chain.address("carrier")) == sent + 1


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A chain for tests that change nothing on it: a town, its workshop, and the call of a claim."""
    with town(tmp_path_factory.mktemp("stage")) as made:
        shop = Workshop(made)
        shop.open_pool()
        grant = shop.grant(shop.plan(), 5_000 * UNIT)
        shop.after(35 * DAY)
        yield made, shop, call_of(shop.equity, "claim", [grant])


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b'{"contract": 1, "data": "0x"}', 400),
        (b'{"contract": "0x00", "data": "0x12345678"}', 400),
        (b'{"contract": "0x5344b61E6f1123C3512a81C6613a191a771e9AfE", "data": "0x1234567"}', 400),
        (b'{"contract": "0x5344b61E6f1123C3512a81C6613a191a771e9AfE", "data": "0x12345678", "more": 1}', 400),
        (b'{"contract": "0x5344b61E6f1123C3512a81C6613a191a771e9AfE", "data": "0x' + b"00" * 70_000 + b'"}', 413),
    ],
    ids=range(9),
)
def test_a_hostile_body__is_refused(stage, content, status):
    made, shop, _ = stage
    office = Office(made, shop)
    answer = office.client.post("/relay", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, set(answer.json()) <= {"error", "limit"}) == (status, True)
    office.relayer.stop()


def test_a_foreign_page__is_refused_and_may_read_nothing(office, vested):
    call = call_of(office.shop.equity, "claim", [vested])
    foreign = office.post(call, origin="http://elsewhere.example")
    assert (foreign.status_code, "access-control-allow-origin" in foreign.headers) == (403, False)
    asked = {"origin": "http://elsewhere.example", "access-control-request-method": "POST"}
    assert office.client.options("/relay", headers=asked).status_code == 400
    plain = office.client.post("/relay", content=b"{}", headers={"content-type": "text/plain", "origin": PAGES})
    assert plain.status_code == 415
    own = office.post(call, origin=PAGES)
    assert (own.status_code, own.headers["access-control-allow-origin"]) == (202, PAGES)
    assert settled(office.client, [own.json()])[0]["state"] == "mined"


def test_limits__are_said_with_until(own_town):
    office = Office(own_town, calls_a_day_of_wallet=1, gas_of_call=4_000_000)
    shop = office.shop
    shop.open_pool()
    plan = shop.plan()
    first, second, other = shop.grant(plan, UNIT), shop.grant(plan, UNIT), shop.grant(plan, UNIT, worker=2)
    shop.after(35 * DAY)
    office.done(call_of(shop.equity, "claim", [first]))

    refused = office.post(call_of(shop.equity, "claim", [second]))

    body = refused.json()
    assert (refused.status_code, body["limit"]) == (429, "calls a day of one wallet")
    assert body["until"] % DAY == 0
    assert 0 < int(refused.headers["retry-after"]) <= DAY
    assert office.done(call_of(shop.equity, "claim", [other]))["state"] == "mined"
    assert shop.equity.functions.claimableOf(second).call() == [300_000, 0]
    office.relayer.stop()


@pytest.mark.threat("T71")
@pytest.mark.parametrize(
    ("limits", "status", "limit"),
    [
        ({"gas_a_day_of_wallet": 90_000}, 429, "gas a day of one wallet"),
        ({"calls_an_hour_of_peer": 0}, 429, "calls an hour of one peer"),
        ({"attempts_an_hour_of_peer": 0}, 429, "attempts an hour of one peer"),
        ({"calls_an_hour": 0}, 429, "calls an hour"),
        ({"gas_an_hour": 90_000}, 429, "gas an hour"),
        ({"waiting": 0}, 503, "waiting"),
        ({"gas_of_call": 60_000}, 422, None),
        ({"floor": 10**24}, 503, "balance"),
    ],
    ids=range(8),
)
def test_a_limit__refuses_before_anything_is_sent(stage, limits, status, limit):
    made, shop, claim = stage
    office = Office(made, shop, **limits)
    sent = made.web3.eth.get_transaction_count(made.address("carrier"))

    refused = office.post(claim)

    assert (refused.status_code, refused.json().get("limit")) == (status, limit)
    assert made.web3.eth.get_transaction_count(made.address("carrier"), "pending") == sent
    office.relayer.stop()


def test_a_node_that_refuses__is_said_and_nothing_is_sent(stage, monkeypatch):
    made, shop, claim = stage
    office = Office(made, shop)
    sent = made.web3.eth.get_transaction_count(made.address("carrier"))

    with FaultProxy(made.url) as proxy:
        monkeypatch.setattr(office.relayer.node, "url", proxy.url)
        proxy.faults = [Fault("refuse", ("eth_gasPrice",))]
        refused = office.post(claim)

    assert (refused.status_code, refused.json()["limit"]) == (503, "node")
    assert made.web3.eth.get_transaction_count(made.address("carrier"), "pending") == sent
    office.relayer.stop()


def test_a_call_that_waits__is_not_sent_again(own_town):
    ready, asked = threading.Event(), []

    def send(contract: str, data: bytes) -> Sent:
        asked.append((contract, data))
        ready.wait()
        return sending_by(own_town, "carrier")(contract, data)

    office = Office(own_town, send=send)
    office.shop.open_pool()
    grant = office.shop.grant(office.shop.plan(), 5_000 * UNIT)
    office.shop.after(35 * DAY)
    call = call_of(office.shop.equity, "claim", [grant])

    answers = [office.post(call) for _ in range(3)]
    ready.set()
    (found,) = settled(office.client, [answers[0].json()])

    assert [each.status_code for each in answers] == [202, 202, 202]
    assert len({each.json()["id"] for each in answers}) == 1
    assert asked == [(call["contract"], bytes.fromhex(call["data"][2:]))]
    assert found["state"] == "mined"
    office.relayer.stop()


def test_about__says_key_contracts_and_limits(office):
    said = office.client.get("/relay").json()
    assert (said["chain"], said["address"]) == (CHAIN, office.town.address("carrier"))
    assert said["contracts"] == {"WorkerEquity": office.shop.equity.address, "Payroll": office.shop.payroll.address}
    assert said["functions"] == [
        *("Payroll.claim", "Payroll.withdraw"),
        *(f"WorkerEquity.{each}" for each in ("accept", "claim", "rotate", "setWallet", "sync", "veto", "withdraw")),
    ]
    assert said["limits"] == {
        name: str(value) if name == "floor" else value for name, value in vars(office.relayer.limits).items()
    }
    assert office.client.get("/relay/0x12").status_code == 404
