"""All events and transfers of a whole deployment, and who the parties of its documents are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from workpact.audit.entries import Entry, decoded
from workpact.audit.history import Logs
from workpact.audit.node import Node
from workpact.audit.reconciliation.escrow import Parties
from workpact.audit.subject import genuine
from workpact.audit.transfers import Transfer, transfers_of
from workpact.chain import contracts
from workpact.terms.fields import ZERO_ADDRESS

TOKENS = {"Opened": "token", "Collected": "token", "PoolOpened": "currency"}
"""The events that name a token that is held, and their argument."""


@dataclass(frozen=True)
class Whole:
    """A deployment until a block."""

    contracts: Mapping[str, str]
    """What is at which address."""
    parties: Parties
    entries: tuple[Entry, ...]
    transfers: tuple[Transfer, ...]

    @classmethod
    def read(cls, node: Node, logs: Logs, named: Mapping[str, str], last: int) -> Whole:
        """All of the contracts `named`, by address, until a block."""
        found = [decoded(name, log) for address, name in named.items() for log in logs.read(address, [], last)]
        entries = tuple(sorted(found, key=lambda each: each.place))
        tokens = {str(each[TOKENS[each.name]]) for each in entries if each.name in TOKENS} - {ZERO_ADDRESS}
        transfers = transfers_of(logs, tokens, named, last)
        return cls(named, _parties(node, entries), entries, tuple(transfers))


def parties_in(messages: Mapping[bytes, Mapping[str, Any]]) -> Parties:
    """Client and contractor of documents by id."""
    deals = {id_: message["deal"] for id_, message in messages.items()}
    return {
        id_: (to_checksum_address(deal["client"]), to_checksum_address(deal["contractor"]))
        for id_, deal in deals.items()
    }


def _parties(node: Node, entries: Iterable[Entry]) -> dict[bytes, tuple[str, str]]:
    """Those of documents that came into force by amendment: from its transaction, else from what was published.

    A document that neither shows has none here.
    """
    amended = {bytes(each["id"]): each for each in entries if each.name == "Amended"}
    texts = [each for each in entries if each.name == "Published" and bytes(each["id"]) in amended]
    found: dict[bytes, tuple[str, str]] = {}
    for each in texts:
        message = genuine(each, node.chain_id)
        found |= parties_in({bytes(each["id"]): message}) if message else {}
    names = {id_: "0x" + each.log.transaction.hex() for id_, each in amended.items() if id_ not in found}
    for id_, sent in zip(names, node.transactions(list(names.values())), strict=True):
        direct = sent["to"] is not None and to_checksum_address(sent["to"]) == amended[id_].log.address
        found |= _called(id_, bytes.fromhex(sent["input"][2:])) if direct else {}
    return found


def _called(id_: bytes, data: bytes) -> dict[bytes, tuple[str, str]]:
    """Who the parties are by the call that made the amendment; nobody if it was made by another."""
    kind = contracts.contract_type("Agreement").mutable_methods["amend"]
    if data[:4] != keccak(text=kind.selector)[:4]:
        return {}
    _, following, *_ = decode([each.canonical_type for each in kind.inputs], data[4:])
    _, client, contractor, *_ = following[0]
    return {id_: (to_checksum_address(client), to_checksum_address(contractor))}
