"""`ape run market post | bid | bids | accept`: from a request to an opened agreement, with one transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.market.tender_desk import UNIT, TenderDesk
from workpact.agreement import Agreement, Status
from workpact.terms import load


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
            "funded": 3_000 * UNIT,
        }
    ]
    assert done["gasUsed"] < 170_000
    assert file.stat().st_mode & 0o777 == 0o600

    file.unlink()
    again = desk.json("market", "accept", request, sealed["contractor"]["bid"], "--output", str(file), account="client")
    assert (again["sent"], desk.height, load(file).id(31337, desk.contracts["Agreement"].address)) == (
        False,
        height + 1,
        agreement.id,
    )


def state(desk: TenderDesk, request: str) -> dict[str, tuple[str, str | None]]:
    """State and price of each bidder."""
    return {each["bidder"]: (each["state"], each["price"]) for each in desk.json("market", "bids", request)["bids"]}
