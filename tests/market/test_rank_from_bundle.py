"""`ape run market rank`: the same bytes from a node, an index, and offline from what was exported (SPEC.md 15.10)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.market.past import UNIT, agreed, asked_now, month
from tests.market.tender_desk import TenderDesk


@pytest.fixture
def ranked_desk(tmp_path, monkeypatch, chain) -> TenderDesk:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    return TenderDesk(tmp_path, monkeypatch)


def tendered(desk: TenderDesk) -> str:
    """A request with three bids, after reveal; its id."""
    desk.key("client")
    request = asked_now(desk)
    desk.seal(request, "contractor")
    desk.seal(request, "second", ("500 TUSD", "400 TUSD"), ("3,750.50", "3,650.50"))
    desk.seal(request, "third", ("500 TUSD", "100 TUSD"), ("3,750.50", "3,350.50"))
    desk.warp(6)
    desk.of("client").json("market", "bids", request, account="client")
    for role in ("contractor", "third"):
        desk.of(role).json("market", "bid", request, "--open", account=role)
    desk.warp(2)
    return request


def test_rank__by_a_record_of_the_asker_and_not_by_a_ring(ranked_desk, tmp_path):
    desk = ranked_desk
    known = agreed(desk, "client", "contractor", salt=11)
    known.publish(sender=desk.account("stranger"))
    known.accept("plan", sender=desk.account("client"))
    month(known, desk, "contractor", good=97, tickets=40)
    ring = agreed(desk, "stranger", "third", salt=12)
    ring.publish(sender=desk.account("stranger"))
    ring.accept("plan", "build", "report", sender=desk.account("stranger"))
    request = tendered(desk)

    done = desk.run("market", "rank", request, "--json", "--export", str(tmp_path / "evidence"))
    assert done.exit_code == 0, done.stderr + repr(done.exception)
    ranking = json.loads(done.stdout)

    # 1,750.50 and twice 600 + 100 · 2.50; third asks 400 less.
    contractor, third = 3_450_500_000, 3_050_500_000
    scores = {each["bidder"]: {score["name"]: score["score"] for score in each["scores"]} for each in ranking["ranked"]}
    # 90 % of 500, and of 600 + 40 · 2.50: the rest is held back.
    traced = 450 * UNIT + 630 * UNIT
    record = 500_000 + traced * 500_000 // contractor
    assert scores == {
        desk.address("contractor"): {
            "price": third * 1_000_000 // contractor, "service": 0, "record": record, "availability": 0,
        },
        desk.address("third"): {"price": 1_000_000, "service": 0, "record": 500_000, "availability": 0},
    }  # fmt: skip
    totals = [(each["bidder"], each["price"], each["total"]) for each in ranking["ranked"]]
    assert totals == [
        (desk.address("third"), str(third), (500_000 * 1_000_000 + 200_000 * 500_000) // 1_000_000),
        (
            desk.address("contractor"),
            str(contractor),
            (500_000 * (third * 1_000_000 // contractor) + 200_000 * record) // 1_000_000,
        ),
    ]
    assert [(each["state"], each["bidder"]) for each in ranking["refused"]] == [("not opened", desk.address("second"))]
    assert ranking["agreements"] == sorted("0x" + each.origin.hex() for each in (known, ring))
    assert ranking["unknown"] == []

    hash_ = ranking["block"]["hash"]
    exported = ("market", "rank", request, "--from-bundle", str(tmp_path / "evidence"), "--block-hash", hash_)
    again = desk.run(*exported, "--json")
    assert again.exit_code == 0, again.stderr + repr(again.exception)
    assert again.stdout == done.stdout
    assert desk.text(*exported) == desk.text("market", "rank", request)
    database = f"sqlite:///{tmp_path / 'index.sqlite'}"
    assert desk.run("market", "rank", request, "--json", "--database", database).stdout == done.stdout
    assert not Path(tmp_path / "evidence" / "agreements" / "missing").exists()
