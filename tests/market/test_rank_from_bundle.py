"""`ape run market rank`: the same bytes from a node, an index, and offline from what was exported (SPEC.md 15.10)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.market.past import UNIT, agreed, asked_now, month
from tests.market.tender_desk import TenderDesk
from workpact.market.paper import Paper
from workpact.market.place import market_place


@pytest.fixture
def ranked_desk(tmp_path, monkeypatch, chain) -> TenderDesk:  # noqa: ARG001 - connected
    monkeypatch.setenv("WORKPACT_DEPLOYMENTS", str(tmp_path / "deployments"))
    return TenderDesk(tmp_path, monkeypatch)


def offer(desk: TenderDesk, role: str) -> None:
    """A profile of a role that counts: available now, three agreements at a time."""
    registry = desk.contracts["TalentRegistry"]
    body = {"title": "The desk", "timezone": "UTC", "availableFrom": str(desk.now), "atOnce": "3"}
    body |= {name: [] for name in ("services", "skills", "languages", "countries", "links")}
    paper = Paper.signed(desk.account(role), "profile", body, 31337, registry.address)
    market_place(str(desk.folder / "place")).lay(paper)
    registry.setProfile(desk.account(role), 1, paper.content, b"", sender=desk.account(role))


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
    before = desk.height
    known.publish(sender=desk.account("stranger"))
    known.accept("plan", sender=desk.account("client"))
    month(known, desk, "contractor", good=97, tickets=40)
    ring = agreed(desk, "stranger", "third", salt=12)
    ring.publish(sender=desk.account("stranger"))
    ring.accept("plan", "build", "report", sender=desk.account("stranger"))
    offer(desk, "contractor")
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
            "price": third * 1_000_000 // contractor, "service": 0, "record": record,
            "availability": 1_000_000,
        },
        desk.address("third"): {"price": 1_000_000, "service": 0, "record": 500_000, "availability": 0},
    }  # fmt: skip
    totals = [(each["bidder"], each["price"], each["total"]) for each in ranking["ranked"]]
    # The ring's is cheaper, and is not believed.
    whole = 500_000 * (third * 1_000_000 // contractor) + 200_000 * record + 100_000 * 1_000_000
    assert totals == [
        (desk.address("contractor"), str(contractor), whole // 1_000_000),
        (desk.address("third"), str(third), (500_000 * 1_000_000 + 200_000 * 500_000) // 1_000_000),
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
    shows_records(desk, ranking, tmp_path / "evidence", before, "0x" + known.origin.hex())
    refuses_what_is_wrong(desk, request, tmp_path / "evidence", hash_)


def shows_records(desk: TenderDesk, ranking: Any, evidence: Path, before: int, origin: str) -> None:
    """`record` says the same as the ranking; at a block before the terms were published, that they were not."""
    block, bidder = ranking["block"], desk.address("contractor")
    (expected,) = (each["record"] for each in ranking["ranked"] if each["bidder"] == bidder)
    shown = desk.json("market", "record", bidder, "--block", str(block["number"]))
    assert (shown["block"], shown["records"]) == (block, [expected])
    assert expected["asContractor"]["levels"] == {"met": 1, "measured": 1}
    assert expected["asContractor"]["paid"] == {desk.token.address: str(1_080 * UNIT)}
    offline = ("--from-bundle", str(evidence), "--block-hash", block["hash"], "--chain-id", "31337")
    assert desk.json("market", "record", bidder, *offline) == shown
    (early,) = desk.json("market", "record", bidder, "--block", str(before))["records"]
    assert (early["asContractor"]["agreements"], early["unknown"]) == ({"live": 1}, [origin])
    told = desk.text("market", "record", bidder)
    assert "1 of 1" in told


def refuses_what_is_wrong(desk: TenderDesk, request: str, evidence: Path, hash_: str) -> None:
    """Another hash, an edited file of accounts, one that is missing, a folder that is not new."""

    def told(*options: str) -> str:
        return desk.fails("market", "rank", request, *options)

    offline = ("--from-bundle", str(evidence), "--block-hash")
    assert "either that hash is of another block" in told(*offline, "0x" + "11" * 32).lower()
    assert "is not empty" in told("--export", str(evidence))
    accounts = evidence / "accounts.json"
    written = accounts.read_text()
    accounts.write_text(written.replace('"time":1', '"time":2', 1))
    assert "do not make the word" in told(*offline, hash_)
    accounts.write_text(written + " ")
    assert "was edited" in told(*offline, hash_)
    accounts.unlink()
    assert "accounts.json" in told(*offline, hash_)
    accounts.write_text(written)
    one, _ = sorted((evidence / "agreements").iterdir())
    one.unlink()
    fewer = desk.json("market", "rank", request, *offline, hash_)
    assert "0x" + one.stem not in fewer["agreements"]
    assert len(fewer["agreements"]) == 1
