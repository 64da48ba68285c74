"""An end by both as a proposal: a split of all that is held, signed by both, carried by anyone (SPEC.md 4.6, 16.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from eth_utils.address import to_checksum_address
from pydantic import BaseModel, ConfigDict, Field

from workpact import WorkpactError
from workpact.chain.state import Status
from workpact.terms import eip712, structs
from workpact.terms.units import UnitError, read_money, write_instant
from workpact.web.asking import Chain
from workpact.web.calls import arguments
from workpact.web.follower import Follower
from workpact.web.move import Json, Move
from workpact.web.proposals import GivenSignature, chain_of, elsewhere
from workpact.web.signatories import Seat, Signature, Signed, check
from workpact.web.snapshot import Snapshot

WORD = "^0x[0-9a-fA-F]{64}$"
NUMBER = "^[0-9]{1,40}$"
WEEK = 7 * 86_400
"""Seconds that a split can be used."""


class BadSplit(WorkpactError):
    """The amount is none that can be split off."""


class ClosingTerms(BaseModel):
    """What is signed, and the agreement that it is about; smallest units, Unix seconds, as decimal text."""

    model_config = ConfigDict(extra="forbid")
    origin: str = Field(pattern=WORD)
    id: str = Field(pattern=WORD)
    held: str = Field(pattern=NUMBER)
    toContractor: str = Field(pattern=NUMBER)
    deadline: str = Field(pattern=NUMBER)


class GivenClosing(BaseModel):
    """An end by both as it travels."""

    model_config = ConfigDict(extra="forbid")
    closing: ClosingTerms
    signatures: list[GivenSignature] = Field(default_factory=list, max_length=8)
    chain: int | None = None
    agreement: str | None = Field(default=None, max_length=42)


class Asked(BaseModel):
    """A split that somebody wants to propose: what the contractor gets, as people write it."""

    model_config = ConfigDict(extra="forbid")
    origin: str = Field(pattern=WORD)
    amount: str = Field(max_length=80)


def proposed(follower: Follower, asked: Asked) -> Json:
    """A closing at what is held now, for a week. Raises `BadSplit`, and what a snapshot does."""
    snapshot = follower.snapshot(structs.word(asked.origin))
    state = chain_of(follower).state(snapshot.origin)
    held, money = int(state["held"]) + int(state["retained"]), snapshot.words.money
    symbol, decimals = _unit(snapshot)
    written = asked.amount.strip()
    try:
        units = read_money(written if written.endswith(symbol) else f"{written} {symbol}", symbol, decimals)
    except UnitError as error:
        raise BadSplit(f"{error.problem} → {error.advice}") from None
    if units > held:
        raise BadSplit(f"{money(units)} is more than all that is held, {money(held)} → write at most that")
    return {
        "origin": "0x" + snapshot.origin.hex(),
        "id": "0x" + snapshot.id.hex(),
        "held": str(held),
        "toContractor": str(units),
        "deadline": str(snapshot.head.timestamp + WEEK),
    }


def _unit(snapshot: Snapshot) -> tuple[str, int]:
    """Symbol and decimals; smallest units where there is no file."""
    paper = snapshot.words.paper
    return (paper.token.symbol, paper.token.decimals) if paper else ("units", 0)


@dataclass(frozen=True)
class ClosingReading:
    """A closing that is proposed, at one block."""

    follower: Follower
    chain: Chain
    given: GivenClosing
    snapshot: Snapshot

    @classmethod
    def of(cls, follower: Follower, given: GivenClosing) -> ClosingReading:
        """At the follower's head. Raises what a snapshot does."""
        return cls(follower, chain_of(follower), given, follower.snapshot(structs.word(given.closing.origin)))

    @cached_property
    def message(self) -> dict[str, Any]:
        """The EIP-712 `Closing`."""
        closing = self.given.closing
        numbers = {name: int(getattr(closing, name)) for name in ("held", "toContractor", "deadline")}
        return {"id": structs.word(closing.id)} | numbers

    @cached_property
    def signed(self) -> Signed:
        """Who has to sign, and who has."""
        digest = eip712.digest("Closing", self.message, self._domain)
        given = [Signature(each.signer, bytes.fromhex(each.signature[2:])) for each in self.given.signatures]
        there = elsewhere(self.chain, self.given.chain, self.given.agreement)
        return check(self.chain, tuple(self._seats()), digest, given, there)

    def to_json(self) -> Json:
        """For the browser; as a document's (`Reading.to_json`)."""
        key, words = self._state
        return {
            "kind": "closing",
            "title": "Ending by both",
            "id": "0x" + eip712.digest("Closing", self.message, self._domain).hex(),
            "origin": self.given.closing.origin,
            "block": self.chain.head.number,
            "time": self.chain.head.timestamp,
            "text": [],
            "typed": eip712.typed_data("Closing", self.message, self._domain),
            "facts": list(self._facts()),
            "state": {"key": key, "words": words, "page": f"/agreement/{self.given.closing.origin}"},
            "signers": self.signed.to_json(),
            "faults": list(self._faults),
            "foreign": list(self.signed.faults),
            "deposit": None,
            "is_kept": True,
            "moves": [each.to_json() for each in self._moves()],
        }

    @property
    def _domain(self) -> dict[str, Any]:
        return eip712.domain(eip712.AGREEMENT_DOMAIN, self.chain.id, self.chain.agreement)

    @cached_property
    def _now(self) -> dict[str, Any]:
        return self.chain.state(self.snapshot.origin)

    @property
    def _held(self) -> int:
        return int(self._now["held"]) + int(self._now["retained"])

    def _seats(self) -> Iterator[Seat]:
        document = self.snapshot.document
        for role in ("client", "contractor"):
            name = getattr(document.parties, role).legal_name if document else ""
            yield Seat(role, str(to_checksum_address(self.snapshot.message["deal"][role])), name)

    @property
    def _state(self) -> tuple[str, str]:
        status = Status(self._now["status"])
        if status is not Status.LIVE:
            return "over", f"The agreement is over: {status.words}."
        if self.chain.head.timestamp > self.message["deadline"]:
            return "expired", "The time for this split is over: agree on one anew."
        return "proposed", "The agreement is in force; this split ends it at once."

    @cached_property
    def _faults(self) -> tuple[str, ...]:
        return tuple(self._wrong())

    def _wrong(self) -> Iterator[str]:
        money = self.snapshot.words.money
        if there := elsewhere(self.chain, self.given.chain, self.given.agreement):
            yield there
        if self._state[0] != "proposed":
            return
        if self.message["id"] != self.snapshot.id:
            yield (
                f"This split is of the document {self.given.closing.id}, and 0x{self.snapshot.id.hex()} is in force: "
                "agree on one anew."
            )
        if self._held < self.message["held"]:
            yield (
                f"When this was made {money(self.message['held'])} were held, and now {money(self._held)} "
                "are: the split is stale. Agree on one anew."
            )
        if self.message["toContractor"] > self.message["held"]:
            yield "The contractor would get more than all that is held."

    def _facts(self) -> Iterator[list[str]]:
        money, part = self.snapshot.words.money, self.message["toContractor"]
        yield ["Held when this was made", money(self.message["held"])]
        yield ["The contractor gets", money(part)]
        yield ["The client gets, as things stand", money(max(self._held - part, 0))]
        zone = self.snapshot.words.paper.zone if self.snapshot.words.paper else ZoneInfo("UTC")
        yield ["Can be used until", f"{write_instant(self.message['deadline'], zone, last=True)} ({zone.key})"]

    def _moves(self) -> Iterator[Move]:
        missing = self.signed.missing
        if self._faults or self.signed.faults or self._state[0] != "proposed" or len(missing) > 1:
            return
        client, contractor = (each.address for each in self.signed.seats)
        words = tuple(self.message[name] for _, name in eip712.TYPES["Closing"])
        values = (
            structs.terms(self.snapshot.message),
            words,
            self.signed.of(client),
            self.signed.of(contractor),
        )
        money, part = self.snapshot.words.money, self.message["toContractor"]
        yield Move(
            key=f"endByBoth:{self.given.closing.id}",
            place="proposal",
            contract="Agreement",
            address=self.chain.agreement,
            function="endByBoth",
            arguments=arguments("Agreement", "endByBoth", values),
            who=tuple(each.address for each in missing),
            role=missing[0].role if missing else "anyone",
            label="End it now",
            effect=(
                f"The agreement ends at once: {money(part)} to the contractor, "
                f"{money(max(self._held - part, 0))} to the client."
            ),
            until=self.message["deadline"],
        )
