"""What contracts answer at a report's block, compared with every number of the report that they know."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from web3 import Web3

from tests.audit.shared import Shared
from tests.support import artefact
from workpact.agreement_state import INTERIM
from workpact.chain.state import Phase, Status
from workpact.service_results import Stage
from workpact.terms.fields import ZERO_ADDRESS

SIDES = {1: "client", 2: "contractor"}


class Views:
    """The views of a chain at one block."""

    def __init__(self, web3: Web3, block: int) -> None:
        self.web3, self.block = web3, block

    def ask(self, name: str, address: str, view: str, *arguments: Any) -> Any:
        return _contract(self.web3, name, address).functions[view](*arguments).call(block_identifier=self.block)

    def named(self, name: str, address: str, view: str, *arguments: Any) -> dict[str, Any]:
        """A view that answers with one struct: its fields."""
        (found,) = (each for each in artefact(name)["abi"] if each.get("name") == view)
        return _named(found["outputs"][0]["components"], self.ask(name, address, view, *arguments))


@cache
def _contract(web3: Web3, name: str, address: str) -> Any:
    """Making one takes longer than asking it."""
    return web3.eth.contract(Web3.to_checksum_address(address), abi=artefact(name)["abi"])


def compare(
    web3: Web3, value: dict[str, Any], grants: Sequence[int] | None = None, *, is_mock_oracle: bool = False
) -> None:
    """Every number that one agreement alone makes; `grants` are its own, where there are others'."""
    views = Views(web3, value["block"]["number"])
    _agreement(views, value)
    for desk in value["service"] if not is_mock_oracle else ():
        _service(views, desk)
    for equity in value["equity"]:
        _equity(views, equity, grants)
    payroll = next((each["address"] for each in value["proof"]["books"] if each["contract"] == "Payroll"), None)
    for book in value["payroll"]:
        _payroll(views, str(payroll), book)
    books = {each["contract"]: (each["address"], bytes.fromhex(each["key"][2:])) for each in value["proof"]["books"]}
    if "DataRoom" in books:
        _files(views, books["DataRoom"][0], value["files"])
    if "TalentRegistry" in books:
        _reviews(views, *books["TalentRegistry"], value["reviews"])


def _agreement(views: Views, value: dict[str, Any]) -> None:
    address, origin = value["agreement"], bytes.fromhex(value["origin"][2:])
    state = views.named("Agreement", address, "stateOf", origin)
    money, standing = value["money"], value["standing"]
    assert (int(money["held"]), int(money["holdback"])) == (state["held"], state["retained"])
    assert money["exact"] is True
    assert sum(int(money[name]) for name in ("paid", "refunded", "owed", "fees", "held", "holdback")) == int(
        money["funded"]
    )
    assert standing["status"] == Status(state["status"]).words
    is_live = state["status"] == Status.LIVE
    assert standing["endsAt"] == ((state["endsAt"] or None) if is_live else None)
    assert standing["ending"] == (Status(state["ending"]).words if is_live and state["endsAt"] else None)
    assert value["documents"][-1]["id"] == "0x" + state["id"].hex()
    for each in value["milestones"]:
        settled, lapsed = (bool(state[name] >> each["index"] & 1) for name in ("settled", "lapsed"))
        if not is_live and not settled:
            assert each["state"] == "lapsed"
            continue
        assert each["settled"] == settled
        assert lapsed == (each["state"] in ("reclaimed", "ruled for the client"))
        if not settled:
            accepted, _, rounds, phase = views.ask("Agreement", address, "progressOfItem", origin, each["index"])
            assert (int(each["accepted"]), each["rounds"], each["state"]) == (
                accepted, rounds, Phase(phase).name.lower(),
            )  # fmt: skip
    phase = views.ask("Agreement", address, "progressOfItem", origin, 64)[3]
    assert standing["holdbackDisputed"] == (phase == Phase.DISPUTED)
    periods = [period for desk in value["service"] if desk["inForce"] for period in desk["periods"]]
    mask = views.ask("Agreement", address, "progressOf", origin)[2]
    assert [period["index"] for period in periods if period["settled"]] == [
        bit for bit in range(mask.bit_length()) if mask >> bit & 1
    ]
    for period in periods:
        interim = views.ask("Agreement", address, "progressOfItem", origin, INTERIM + period["index"])[0]
        assert int(period["interim"]) == interim


def _service(views: Views, desk: dict[str, Any]) -> None:
    for period in desk["periods"]:
        book = bytes.fromhex(desk["book"][2:])
        whole = views.named("SLAOracle", desk["oracle"], "periodOf", book, period["index"])
        stored, charge = whole["result"], whole["charge"]
        stage = Stage(stored["stage"])
        # Where no level can be missed, a default is the same either way, and events do not tell which.
        if stage is Stage.DEFAULT_MISSED and not stored["failed"]:
            stage = Stage.DEFAULT_MET
        assert period["stage"] == stage.words
        assert period["waived"] == stored["waived"]
        assert period["assessed"] == (stored["finalAt"] or None)
        if stored["finalAt"]:
            assert (period["rate"], period["rightToEndUntil"]) == (stored["rate"], stored["endUntil"] or None)
            assert len(period["failed"]) == stored["failed"].bit_count()
            if period["quantities"]:
                assert sum(int(each["amount"]) for each in period["quantities"]) == charge


def _equity(views: Views, equity: dict[str, Any], given: Sequence[int] | None) -> None:
    address, sums = equity["contract"], dict.fromkeys(("claimed", "claimable"), 0)
    grants = range(1, 1 + sum(pool["grants"] for pool in equity["pools"])) if given is None else given
    for pool in equity["pools"]:
        told = views.named("WorkerEquity", address, "poolOf", pool["pool"])
        for name in ("units", "granted", "forfeited"):
            assert int(pool[name]) == told[name]
    for grant in grants:
        sums["claimed"] += views.named("WorkerEquity", address, "grantOf", grant)["claimed"]
        sums["claimable"] += views.ask("WorkerEquity", address, "claimableOf", grant)[0]
    assert sums == {name: int(equity["totals"][name]) for name in sums}


def _payroll(views: Views, address: str, book: dict[str, Any]) -> None:
    key = bytes.fromhex(book["book"][2:])
    told = views.named("Payroll", address, "accountOf", key)
    for name in ("free", "collected", "wages"):
        assert int(book[name]) == told[name]
    assert (book["pledge"], len(book["runs"])) == (told["pledge"], told["runs"])
    assert told["employer"] in (book["employer"], ZERO_ADDRESS)


def _files(views: Views, address: str, files: list[dict[str, Any]]) -> None:
    """Every file with all its versions; a reader of any version is asked about in each."""
    for each in files:
        file = bytes.fromhex(each["file"][2:])
        state = views.named("DataRoom", address, "stateOf", file)
        assert (each["side"], each["shredded"] is not None) == (SIDES[state["side"]], state["shredded"])
        assert [version["version"] for version in each["versions"]] == list(range(1, state["latest"] + 1))
        people = {reader["address"] for version in each["versions"] for reader in version["readers"]}
        for version in each["versions"]:
            readers = {reader["address"]: reader["opened"] or 0 for reader in version["readers"]}
            for who in people:
                wrap = views.ask("DataRoom", address, "wrapOf", file, version["version"], who)
                assert any(wrap) == (who in readers)
                opened = views.ask("DataRoom", address, "receiptOf", file, version["version"], who)
                assert opened == readers.get(who, 0)


def _reviews(views: Views, address: str, book: bytes, reviews: list[dict[str, Any]]) -> None:
    told = views.named("TalentRegistry", address, "reviewsOf", book)
    sealed = {"client": any(told["byClient"]), "contractor": any(told["byContractor"])}
    opened = {"client": told["clientRevealed"], "contractor": told["contractorRevealed"]}
    found = {each["by"]: each for each in reviews}
    assert {side: side in found for side in sealed} == sealed
    assert {side: side in found and found[side]["marks"] is not None for side in opened} == opened
    assert min((each["sealed"] for each in reviews), default=0) == told["since"]


def _named(components: list[dict[str, Any]], values: Any) -> dict[str, Any]:
    pairs = zip(components, values, strict=True)
    return {
        each["name"]: _named(each["components"], value) if each.get("components") else value for each, value in pairs
    }


def compare_shared(shared: Shared, value: dict[str, Any], told: list[str]) -> None:
    """Two files: who was given which version of them, and who says to have opened it."""
    first, second = ({"file": f"0x{file.hex()}"} for file in (shared.deliverable, shared.credential))
    files = [
        {"file": each["file"], "side": each["side"], "shredded": bool(each["shredded"])} for each in value["files"]
    ]
    assert files == [
        first | {"side": "contractor", "shredded": False},
        second | {"side": "client", "shredded": True},
    ]
    versions = [
        (each["kind"], each["version"], each["role"], [(who["role"], bool(who["opened"])) for who in each["readers"]])
        for file in value["files"]
        for each in file["versions"]
    ]
    readers = [("client", True), ("client operator", False), ("contractor", False)]
    assert versions == [
        ("deliverable", 1, "contractor", readers),
        ("deliverable", 2, "contractor", [("client", False)]),
        ("credential", 1, "client", [("contractor", False)]),
    ]
    assert value["reviews"] == []
    name = f"file 0x{shared.deliverable.hex()[:8]}…"
    for sentence in (
        f"The contractor put version 1 of {name} (deliverable), of the contractor's side.",
        f"The contractor let the client operator open version 1 of {name}, by version 1 of its key.",
        f"The client operator can open nothing of {name} from version 2 on.",
        f"The client says to have opened version 1 of {name}.",
        f"The client says that file 0x{shared.credential.hex()[:8]}… is destroyed, all versions of it.",
    ):
        assert told.count(sentence) == 1, sentence
