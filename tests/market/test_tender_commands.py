"""`ape run market post | bid | bids | accept`: from a request to an opened agreement, with one transaction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.market.tender_desk import UNIT, TenderDesk
from workpact.agreement import Agreement, Status
from workpact.market.bid import BadBid, Bid, bid_body
from workpact.market.paper import Paper, content_of
from workpact.market.place import market_place
from workpact.market.request import Request
from workpact.terms import AgreementDocument, load, loads


@pytest.fixture
def tender_desk(tmp_path, monkeypatch, chain) -> TenderDesk:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    return TenderDesk(tmp_path, monkeypatch)


def test_tender__of_three_bidders__one_transaction_opens_the_agreement(tender_desk):
    desk = tender_desk
    desk.key("client")
    height = desk.height
    request = desk.post()
    sealed = {
        "contractor": desk.seal(request, "contractor", ("500 TUSD", "400 TUSD"), ("3,750.50", "3,650.50")),
        "second": desk.seal(request, "second", ("rate: 2.50 TUSD", "rate: 2 TUSD")),
        "third": desk.seal(request, "third"),
    }
    assert {state(desk, request)[desk.address(role)] for role in sealed} == {("sealed", None)}
    assert desk.height == height
    desk.warp(6)
    height += 1

    listed = desk.of("client").json("market", "bids", request, account="client")
    for role in ("contractor", "second"):
        assert desk.of(role).json("market", "bid", request, "--open", account=role)["state"] == "open"
    desk.warp(2)
    height += 1

    shown = desk.of("stranger").json("market", "bids", request)
    assert len(listed["rolls"]) == 1
    assert shown["asked"]["most"] == str(4_000 * UNIT)
    assert shown["rolls"] == listed["rolls"]
    assert state(desk, request) == {
        # 400 + 1,000.50 + 250, and twice 600 + 100 · 2.50
        desk.address("contractor"): ("open", str(3_350_500_000)),
        desk.address("second"): ("open", str(3_350_500_000)),
        desk.address("third"): ("not opened", None),
    }
    assert desk.height == height
    file = desk.folder / "desk.yaml"
    before = desk.token.balanceOf(desk.address("client"))

    done = desk.of("client").json(
        "market", "accept", request, sealed["contractor"]["bid"], "--output", str(file), account="client"
    )

    assert desk.height == height + 1
    assert before - desk.token.balanceOf(desk.address("client")) == 3_000 * UNIT
    document = load(file)
    agreement = Agreement(document, desk.contracts["Agreement"])
    assert (agreement.status, agreement.id.hex()) == (Status.LIVE, done["id"][2:])
    assert agreement.state.held == 3_000 * UNIT
    assert document.parties.contractor.legal_name == "The contractor Ltd."
    assert done["events"] == [
        {
            "name": "Opened",
            "origin": done["id"],
            "client": desk.address("client"),
            "contractor": desk.address("contractor"),
            "token": desk.token.address,
            "deposit": 3_000 * UNIT,
        }
    ]
    assert done["gasUsed"] < 170_000
    assert file.stat().st_mode & 0o777 == 0o600

    second = desk.fails(
        "market", "accept", request, sealed["second"]["bid"], "--output", str(desk.folder / "x"), account="client"
    )
    assert f"The bid {sealed['contractor']['bid']} of the same request was accepted before." in second
    file.unlink()
    again = desk.json("market", "accept", request, sealed["contractor"]["bid"], "--output", str(file), account="client")
    assert (again["sent"], desk.height, load(file).id(31337, desk.contracts["Agreement"].address)) == (
        False,
        height + 1,
        agreement.id,
    )


def test_post__refuses_what_nobody_could_answer_and_signs_nothing(tender_desk):
    desk = tender_desk.of("client")
    stranger = desk.fails("market", "post", *desk.posting, account="stranger")
    desk.agreement.write_text(desk.agreement.read_text().replace("met = 'yes'", "random() > 1"))
    vague = desk.fails("market", "post", *desk.posting, account="client")
    desk.agreement.write_text(desk.agreement.read_text().replace("random() > 1", "met = 'yes'"))
    short = desk.agreement.read_text()
    desk.agreement.write_text(short.replace("description: It runs.", f"description: {'long ' * 14_000}"))
    long = desk.fails("market", "post", *desk.posting, account="client")
    desk.agreement.write_text(short)
    desk.warp(6)
    late = desk.fails("market", "post", *desk.posting, account="client")

    assert stranger.splitlines()[-1] == (
        f"Error: {desk.request} asks for the client {desk.address('client')}, {desk.address('stranger')} would sign: "
        "name the client's account, or write its address into the agreement file."
    )
    assert "Nobody could measure this" in vague
    assert f"{desk.request}: the request has " in long
    assert long.endswith("a request has at most 65,536. Move long texts into attachments, named by their hash.\n")
    assert late.splitlines()[-1] == (
        f"Error: {desk.request}: the deadline is over by the chain's clock: write a later one."
    )
    assert not (desk.folder / "place").exists()


def test_post__says_what_becomes_public__and_again_changes_nothing(tender_desk):
    desk = tender_desk.of("client")
    done = desk.run("market", "post", *desk.posting, "--anchor", "--json", account="client")
    height, first = desk.height, json.loads(done.stdout)
    again = desk.json("market", "post", *desk.posting, "--anchor", account="client")

    assert f"client {desk.address('client')}: Client Ltd.; HRB 1; Ada; Street 1; An Arbiter; Another" in done.stderr
    assert (again["request"], again["transaction"], desk.height) == (first["request"], None, height)
    assert first["address"] == f"{desk.address('client').lower()}/{first['request']}"
    (event,) = anchors(desk)
    assert (event.account, bytes(event.content)) == (desk.address("client"), content_of(first["request"]))


def test_bid__refused_or_repeated__is_one_sealed_bid(tender_desk):
    desk = tender_desk
    request = desk.post()
    file = desk.filled(request, "contractor")

    no_key = desk.fails("market", "bid", request, file, account="contractor")
    weak = desk.filled(request, "second", ("atRisk: 12 %", "atRisk: 11 %"))
    refused = desk.fails("market", "bid", request, weak, "--in-clear", account="second")
    first = desk.of("contractor").json("market", "bid", request, file, "--in-clear", "--anchor", account="contractor")
    height = desk.height
    again = desk.json("market", "bid", request, file, "--anchor", account="contractor")
    other = desk.filled(request, "contractor", ("rate: 2.50 TUSD", "rate: 2 TUSD"))
    changed = desk.fails("market", "bid", request, other, account="contractor")
    early = desk.fails("market", "bid", request, "--open", account="contractor")
    desk.warp(6)
    late = desk.of("second").fails("market", "bid", request, weak, account="second")

    assert no_key.splitlines()[-1] == (
        f"Error: The client {desk.address('client')} has no encryption key, so that your file with its names and text "
        "cannot go to it alone. Ask it to make one (ape run room key --account CLIENT), or lay the file down for all "
        "to read with --in-clear."
    )
    assert refused.splitlines()[-1] == (
        f"Error: desk does not answer the request {request}: levels.credits.atRisk: the request asks for 12 %, the bid "
        "has 11 %: not less."
    )
    assert (again["seal"], again["bid"], again["transaction"], desk.height - 1) == (
        first["seal"],
        first["bid"],
        None,
        height,
    )
    assert Path(first["kept"]).stat().st_mode & 0o777 == 0o600
    assert f"{desk.address('contractor')} has sealed another bid for {request}" in changed
    assert early.startswith("Error: Bids are opened after ")
    assert "no bid can be sealed any more" in late
    assert [name.name for name in (desk.folder / "place" / "seal" / request).iterdir()] == [f"{first['seal']}.json"]


def test_roll__is_made_once__whatever_the_place_shows(tender_desk):
    desk = tender_desk
    request = desk.post()
    desk.seal(request, "contractor", options=("--in-clear",))
    left = desk.seal(request, "second", options=("--in-clear", "--anchor"))
    hidden = desk.folder / "place" / "seal" / request / f"{left['seal']}.json"
    content = hidden.read_bytes()
    early = desk.of("client").fails("market", "bids", request, account="client")
    desk.warp(6)
    stranger = desk.of("stranger").fails("market", "bids", request, account="stranger")
    hidden.unlink()
    made = desk.of("client").json("market", "bids", request, account="client")
    hidden.write_bytes(content)

    shown = desk.json("market", "bids", request, account="client")
    (desk.folder / "place" / "roll" / request / f"{made['rolls'][0]}.json").unlink()
    hiding = desk.json("market", "bids", request, account="client")
    unlisted = desk.of("second").fails("market", "bid", request, "--open", account="second")

    assert early.startswith("Error: The roll is made after ")
    assert f"The roll is the client's, {desk.address('client')}" in stranger
    assert shown["rolls"] == hiding["rolls"] == made["rolls"]
    assert state(desk, request) == {
        desk.address("contractor"): ("sealed", None),
        desk.address("second"): ("left out", None),
    }
    assert f"The roll {made['rolls'][0]} does not have your sealed bid {left['seal']}" in unlisted

    other = Paper.signed(
        desk.account("client"),
        "roll",
        {"request": request, "seals": []},
        31337,
        desk.contracts["TalentRegistry"].address,
    )
    market_place(str(desk.folder / "place")).lay(other)
    void = desk.of("client").json("market", "bids", request, account="client")
    assert (void["equivocation"], sorted(void["rolls"])) == (True, sorted([other.id, *made["rolls"]]))
    assert {each["state"] for each in void["bids"]} == {"void"}
    accepted = desk.fails("market", "accept", request, left["bid"], "--output", "x.yaml", account="client")
    assert "has signed 2 rolls" in accepted


def test_accept__refuses_what_cannot_be_opened_and_sends_nothing(tender_desk):
    desk = tender_desk
    request = desk.post()
    bids = {
        role: desk.seal(request, role, options=("--in-clear",))["bid"] for role in ("contractor", "second", "third")
    }
    desk.warp(6)
    desk.of("client").json("market", "bids", request, account="client")
    for role in ("contractor", "second"):
        desk.of(role).json("market", "bid", request, "--open", account=role)
    again = desk.json("market", "bid", request, "--open", account="second")
    output = desk.folder / "desk.yaml"

    def refused(bid: str, account: str = "client") -> str:
        height = desk.height
        said = desk.of(account).fails("market", "accept", request, bid, "--output", str(output), account=account)
        assert (desk.height, output.exists()) == (height, False)
        return said.splitlines()[-1]

    assert again["state"] == "open"
    assert refused(bids["contractor"]).startswith("Error: 1 on the roll have not opened yet, and may until ")
    desk.warp(2)
    assert refused(bids["contractor"], "stranger") == (
        f"Error: {request} is the request of {desk.address('client')}, and not of {desk.address('stranger')}."
    )
    assert refused(bids["third"]) == (
        f"Error: There is no bid {bids['third']} for the request {request}: ape run market bids shows them."
    )
    late = desk.of("third").fails("market", "bid", request, "--open", account="third")
    assert "Yours stays closed." in late
    second = desk.folder / "second.yaml"
    desk.json("agreement", "withdraw-bid", str(second), account="second")
    assert (
        refused(bids["second"])
        == f"Error: The contractor {desk.address('second')} has withdrawn this bid. Accept another."
    )
    shown = {each["bid"]: each["agreement"] for each in desk.json("market", "bids", request)["bids"]}
    assert (shown[bids["second"]], shown[bids["contractor"]]) == ("withdrawn", None)
    desk.warp(9)
    assert refused(bids["contractor"]).startswith("Error: The document could be opened until ")


def test_request__for_other_contracts__is_answered_by_nobody(tender_desk):
    desk = tender_desk
    request = desk.post()
    place = market_place(str(desk.folder / "place"))
    (paper,) = place.papers("request")
    body = dict(paper.body) | {"agreement": desk.address("stranger").lower()}
    false = Paper.signed(desk.account("client"), "request", body, 31337, paper.registry)
    place.lay(false)

    said = desk.of("contractor").fails("market", "bids", false.id)
    unknown = desk.fails("market", "bids", request[:-1] + ("e" if request.endswith("a") else "a"))
    addressed = desk.json("market", "bids", f"{desk.address('client')}/{request}")

    assert said.splitlines()[-1] == (
        f"Error: The request {false.id} is for the Agreement {desk.address('stranger')}, recorded for chain 31337 is "
        f"{desk.contracts['Agreement'].address}. Answer no request for contracts that you do not know."
    )
    assert "has no request" in unknown
    assert addressed["request"] == request


def anchors(desk: TenderDesk) -> list[Any]:
    """All `Anchored` events."""
    return list(desk.contracts["TalentRegistry"].Anchored)


def state(desk: TenderDesk, request: str) -> dict[str, tuple[str, str | None]]:
    """State and price of each bidder."""
    return {each["bidder"]: (each["state"], each["price"]) for each in desk.json("market", "bids", request)["bids"]}


def test_bid__of_a_contract__counts_by_erc1271_and_not_without_its_approval(tender_desk, compiled):
    desk = tender_desk
    desk.post()
    request = Request.of(market_place(str(desk.folder / "place")).papers("request")[0])
    wallet = desk.account("stranger").deploy(compiled("WalletMock", "AccountMocks"))
    document = filled_for(desk, request, wallet.address)
    body = bid_body(request, document.message, b"approved", bytes(32), {})
    paper = Paper("bid", 31337, request.registry, wallet.address, body, b"approved")

    with pytest.raises(BadBid, match="its agreement is not signed by the bidder: of the signature, it is no key's"):
        Bid.of(paper, request)
    wallet.approve(document.id(31337, request.agreement), sender=desk.account("stranger"))

    assert Bid.of(paper, request).bidder == wallet.address


def filled_for(desk: TenderDesk, request: Request, contractor: str) -> AgreementDocument:
    """The request's file for a contractor, as a bidder of another address has it."""
    text = Path(desk.filled(request.id, "contractor")).read_text()
    return loads(text.replace(desk.address("contractor"), contractor))
