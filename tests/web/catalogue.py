"""Every call that could bring something about in an agreement, whoever makes it, and calldata as browsers make it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.audit.random_stage import HOLDBACK, Deal
from tests.web.random_documents import SIDES
from tests.web.random_service import ServiceLife, groups
from workpact.chain import contracts
from workpact.chain.state import Status
from workpact.terms import eip712, structs
from workpact.web.calls import arguments
from workpact.web.move import Move
from workpact.web.snapshot import Snapshot

PPM = 10**6
WORD = b"\7" * 32


@dataclass(frozen=True)
class Tried:
    """One call of the catalogue."""

    contract: str
    function: str
    values: tuple[Any, ...]

    @property
    def plain(self) -> tuple[Any, ...]:
        return arguments(self.contract, self.function, self.values)


def calldata(contract: str, function: str, plain: Sequence[Any]) -> bytes:
    """A call from its JSON, by the contract's interface: as a browser makes it."""
    (entry,) = (
        each for each in contracts.artefact(contract).abi if each["type"] == "function" and each["name"] == function
    )
    types = [_type(each) for each in entry["inputs"]]
    values = [_value(each, each["type"], value) for each, value in zip(entry["inputs"], plain, strict=True)]
    return bytes(keccak(text=f"{function}({','.join(types)})")[:4] + encode(types, values))


def filled(move: Move, given: dict[str, str]) -> tuple[Any, ...]:
    """A move's arguments with inputs in their places."""
    return tuple(given[each["input"]] if isinstance(each, dict) else each for each in move.arguments)


def catalogue(life: ServiceLife, deal: Deal, snapshot: Snapshot, retained: int) -> Iterator[Tried]:
    """Every call that could bring something about in an agreement."""
    terms, conditions = deal.terms, deal.conditions
    arbitration = structs.calldata("Arbitration", deal.message["arbitration"])
    split, is_live = deal.message["arbitration"]["split"], snapshot.progress.status is Status.LIVE
    for index, work in enumerate(deal.message["milestones"]):
        yield Tried("Agreement", "submit", (terms, index, WORD))
        yield Tried("Agreement", "accept", (terms, 1 << index))
        for total in {1, snapshot.progress.works[index].accepted + 1, work["amount"] - 1, work["amount"]}:
            yield Tried("Agreement", "acceptUpTo", (terms, index, total))
        yield Tried("Agreement", "reject", (terms, index, WORD))
        yield Tried("Agreement", "dispute", (terms, index, WORD))
        yield Tried("Agreement", "release", (terms, index))
        yield Tried("Agreement", "reclaim", (terms, conditions, 1 << index))
        for share in {split, 123_456, PPM + 1}:
            yield Tried("Agreement", "rule", (terms, arbitration, index, share))
    yield Tried("Agreement", "releaseHoldback", (terms,))
    yield Tried("Agreement", "dispute", (terms, HOLDBACK, WORD))
    if retained:  # a dispute of nothing can be ruled, and brings nothing about
        for share in {split, 123_456}:
            yield Tried("Agreement", "rule", (terms, arbitration, HOLDBACK, share))
    if not is_live:
        yield Tried("Agreement", "fund", (terms, 2**90))
    yield Tried("Agreement", "reclaim", (terms, conditions, 0))
    yield Tried("Agreement", "giveNotice", (terms, conditions))
    yield Tried("Agreement", "close", (terms, conditions))
    for index in range(len(deal.message["milestones"])):
        yield Tried("Agreement", "endForNonPayment", (terms, conditions, index, False))
    token = deal.token.address
    yield Tried("Agreement", "take", (deal.origin, token))
    yield Tried("Payroll", "collect", (life.agreement.address, terms))
    if is_live:
        yield from _of_periods(life, deal, snapshot)


def _of_periods(life: ServiceLife, deal: Deal, snapshot: Snapshot) -> Iterator[Tried]:
    """Of those that are not settled, by the reports that the life has sent."""
    terms, conditions = deal.terms, deal.conditions
    service = deal.message["annex"]["conditions"]["service"]
    place = (life.agreement.address, deal.origin)
    schedule, _, levels = groups(service)
    for period in range(len(service["schedule"]["ends"])):
        yield Tried("Agreement", "settle", (terms, conditions, period))
        yield Tried("Agreement", "endForCause", (terms, conditions, period))
        yield Tried("Agreement", "endForNonPayment", (terms, conditions, period, True))
        if snapshot.ledger.periods.get(period) is not None:
            continue
        yield Tried("SLAOracle", "applyDefault", (*place, schedule, levels, period))
        given = life.given.get((deal.origin, period), {})
        for side in SIDES:
            if side in given:
                message, of = given[side]
                yield Tried("SLAOracle", "finalise", (structs.calldata("Report", message), *groups(of)))
        if "final" in given:
            message, of = given["final"]
            hashed = eip712.struct_hash("Schedule", of["schedule"])
            struct = structs.calldata("Report", message)
            yield Tried("SLAOracle", "assess", (struct, hashed, structs.calldata("Levels", of["levels"])))
        if all(side in given for side in SIDES) and given["client"][1] == given["contractor"][1]:
            of = given["client"][1]
            both = [structs.calldata("Report", given[side][0]) for side in SIDES]
            every = (1 << len(of["levels"]["levels"])) - 1 | ((1 << len(of["levels"]["prices"])) - 1) << 32
            for mask in {0, every, 1 & every}:
                yield Tried("SLAOracle", "rule", (*both, *groups(of), mask))


def _type(field: dict[str, Any]) -> str:
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(inner) for inner in field['components'])}){kind.removeprefix('tuple')}"


def _value(field: dict[str, Any], kind: str, plain: Any) -> Any:
    if kind.endswith("[]"):
        return [_value(field, kind.removesuffix("[]"), each) for each in plain]
    if kind == "tuple":
        members = field["components"]
        return tuple(_value(member, member["type"], each) for member, each in zip(members, plain, strict=True))
    if kind.startswith("bytes"):
        return bytes.fromhex(plain[2:])
    return plain if kind in ("address", "bool") else int(plain)
