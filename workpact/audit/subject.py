"""What is audited: one agreement by all the documents it has had, and the books that its record lies in (13.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact import WorkpactError
from workpact.audit.entries import Entry, completed, decoded
from workpact.audit.node import Node
from workpact.publication import decoded as published
from workpact.terms import AgreementDocument, eip712
from workpact.terms.fields import ZERO_ADDRESS

OPENED = keccak(text="Opened(bytes32,address,address,address,uint256)")
AMENDED = keccak(text="Amended(bytes32,bytes32,bytes32)")
PUBLISHED = keccak(text="Published(bytes32,bytes)")
SIDES = ("client", "contractor")


class NoSuchAgreement(WorkpactError):
    """The contract has no agreement of that id at that block."""


class DocumentMissing(WorkpactError):
    """A document that was in force is neither given nor published: parts of the record cannot be found without it."""


@dataclass(frozen=True, order=True)
class Book:
    """One linked history: a contract, and what it keeps the word under."""

    contract: str
    address: str
    key: bytes


@dataclass(frozen=True)
class Subject:
    """One agreement. `messages` are the EIP-712 `Agreement` messages of its documents, in the order they came into
    force; `papers` are those of them that there is a file of, by id. `payroll`, `room` and `talent` are named by no
    document: what is None is not in the record."""

    chain_id: int
    agreement: str
    origin: bytes
    payroll: str | None
    messages: Mapping[bytes, Mapping[str, Any]]
    papers: Mapping[bytes, AgreementDocument]
    room: str | None = None
    """The DataRoom that its files are shared in."""
    talent: str | None = None
    """The TalentRegistry that its reviews are in."""

    @classmethod
    def found(
        cls,
        node: Node,
        agreement: str,
        which: bytes | None,
        papers: Iterable[AgreementDocument],
        block: int,
        payroll: str | None,
        born: int = 0,
        *,
        room: str | None = None,
        talent: str | None = None,
    ) -> Subject:
        """The agreement of these files, or with the id `which`, as it was at a block; `born` is where its logs begin.

        Documents without a file are taken from what was published. Raises `NoSuchAgreement`, `DocumentMissing`.
        """
        given = {paper.id(node.chain_id, agreement): paper for paper in papers}
        named = [paper.origin(node.chain_id, agreement) for paper in given.values()]
        origin = next(iter(named), which)
        if origin is None:
            raise NoSuchAgreement("Name the agreement: its file, or its id (0x and 64 hex digits).")
        for other in named:
            if other != origin:
                raise NoSuchAgreement(f"The files are of two agreements, 0x{origin.hex()} and 0x{other.hex()}.")
        entries = _entries(node, agreement, [[OPENED, origin], [AMENDED, origin], [AMENDED, None, which]], born, block)
        origin = next((bytes(each["origin"]) for each in entries), origin)
        if not any(each.name == "Opened" and each["origin"] == origin for each in entries):
            entries = _entries(node, agreement, [[OPENED, origin], [AMENDED, origin]], born, block)
        if not entries:
            raise NoSuchAgreement(
                f"No agreement 0x{origin.hex()} was opened at {agreement} until block {block} of chain "
                f"{node.chain_id}: check id, --network and --block."
            )
        ids = [origin, *(bytes(each["id"]) for each in entries if each.name == "Amended")]
        messages = {id_: _message(node, agreement, id_, given, born, block) for id_ in ids}
        kept = {id_: given[id_] for id_ in ids if id_ in given}
        return cls(node.chain_id, agreement, origin, payroll, messages, kept, room, talent)

    @property
    def oracles(self) -> tuple[str, ...]:
        """The oracles that its documents name, in order."""
        named = (message["annex"]["conditions"]["billing"]["oracle"] for message in self.messages.values())
        return tuple(dict.fromkeys(to_checksum_address(each) for each in named if each != ZERO_ADDRESS))

    @property
    def equities(self) -> tuple[str, ...]:
        """The worker equity contracts that its documents name, in order."""
        named = (message["annex"]["conditions"]["equity"]["equity"] for message in self.messages.values())
        return tuple(dict.fromkeys(to_checksum_address(each) for each in named if each != ZERO_ADDRESS))

    @property
    def parties(self) -> tuple[str, ...]:
        """All who were client or contractor, in order."""
        deals = [message["deal"] for message in self.messages.values()]
        return tuple(dict.fromkeys(to_checksum_address(deal[side]) for deal in deals for side in SIDES))

    @property
    def named(self) -> dict[str, str | None]:
        """The contracts that no document names."""
        return {"payroll": self.payroll, "room": self.room, "talent": self.talent}

    def roles(self) -> dict[str, str]:
        """Who an address is by the documents: of several roles or documents, the first."""
        found: dict[str, str] = {}
        for message in self.messages.values():
            deal, ruling = message["deal"], message["arbitration"]
            conditions = message["annex"]["conditions"]
            named = [(deal["client"], "client"), (deal["contractor"], "contractor"), (deal["token"], "token")]
            named += [(ruling["arbiter"], "arbiter"), (ruling["backup"], "backup")]
            contest, reporters = (
                conditions["service"]["schedule"]["contest"],
                conditions["service"]["levels"]["reporters"],
            )
            named += [(contest["arbiter"], "service arbiter"), (contest["backup"], "service backup")]
            for side in SIDES:
                named += [(each, f"{side} operator") for each in conditions["operators"][side]]
                named += [(each, f"{side} reporter") for each in reporters[f"{side}Reporters"]]
            for address, role in named:
                if address != ZERO_ADDRESS:
                    found.setdefault(to_checksum_address(address), role)
        return found

    def services(self, oracle: str) -> tuple[bytes, ...]:
        """Struct hashes of the service documents measured by this oracle, in order."""
        conditions = [message["annex"]["conditions"] for message in self.messages.values()]
        own = [each for each in conditions if to_checksum_address(each["billing"]["oracle"]) == oracle]
        return tuple(dict.fromkeys(eip712.struct_hash("Service", each["service"]) for each in own))

    def key(self, origin: bytes, who: str) -> bytes:
        """The book of worker equity or payroll that a party's acts for this agreement are in; of none for zero."""
        agreement = self.agreement if any(origin) else ZERO_ADDRESS
        return keccak(encode(["address", "bytes32", "address"], [agreement, origin, who]))

    def service_key(self, document: bytes) -> bytes:
        """The oracle's book of a service document that replaced none."""
        return keccak(encode(["address", "bytes32", "bytes32"], [self.agreement, self.origin, document]))

    @property
    def room_key(self) -> bytes:
        """The book of its room, and of its reviews."""
        return keccak(encode(["address", "bytes32"], [self.agreement, self.origin]))

    def books(self, replaced: Iterable[Entry] = ()) -> tuple[Book, ...]:
        """All books of its record; `replaced` are the oracles' `DocumentReplaced` of this agreement."""
        found = [Book("Agreement", self.agreement, self.origin)]
        moved = {(each.log.address, bytes(each["newDocument"])): bytes(each["book"]) for each in replaced}
        for oracle in self.oracles:
            keys = (moved.get((oracle, each), self.service_key(each)) for each in self.services(oracle))
            found += [Book("SLAOracle", oracle, key) for key in dict.fromkeys(keys)]
        origins = (self.origin, bytes(32))
        for equity in self.equities:
            found += [Book("WorkerEquity", equity, self.key(each, who)) for who in self.parties for each in origins]
        if self.payroll is not None:
            found += [Book("Payroll", self.payroll, self.key(self.origin, who)) for who in self.parties]
        shared = (("DataRoom", self.room), ("TalentRegistry", self.talent))
        found += [Book(name, address, self.room_key) for name, address in shared if address is not None]
        return tuple(found)


def _entries(node: Node, agreement: str, filters: Iterable[list[bytes | None]], born: int, block: int) -> list[Entry]:
    chosen = [each for each in filters if any(topic is not None for topic in each[1:])]
    raw = [log for each in chosen for _, found in node.logs([agreement], each, born, block) for log in found]
    entries = [decoded("Agreement", log) for log in completed(node, raw)]
    return [each for _, each in sorted({each.place: each for each in entries}.items())]


def _message(
    node: Node,
    agreement: str,
    id_: bytes,
    given: Mapping[bytes, AgreementDocument],
    born: int,
    block: int,
) -> Mapping[str, Any]:
    """The message of a document in force: from its file, else from what anybody has published under its id."""
    if id_ in given:
        return given[id_].message
    for entry in _entries(node, agreement, [[PUBLISHED, id_]], born, block):
        message = genuine(entry, node.chain_id)
        if message is not None:
            return message
    raise DocumentMissing(
        f"The document 0x{id_.hex()} was in force and nobody has published it: give its file "
        "(--document FILE), or have a party publish it (ape run agreement publish)."
    )


def genuine(entry: Entry, chain_id: int) -> Mapping[str, Any] | None:
    """The message that a `Published` event has; None if its digest is not the id: anyone publishes anything."""
    domain = eip712.domain(eip712.AGREEMENT_DOMAIN, chain_id, entry.log.address)
    try:
        message = published(entry["document"])
        return message if eip712.digest("Agreement", message, domain) == bytes(entry["id"]) else None
    except (DecodingError, ValueError, OverflowError):
        return None
