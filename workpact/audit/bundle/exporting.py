"""Making a bundle from a node: read, packed, and opened again before it is given out (SPEC.md 13.3–13.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workpact import WorkpactError
from workpact.audit.bundle.anchors import proof_nodes, tied
from workpact.audit.bundle.chain import prove, slot_of
from workpact.audit.bundle.extras import reports_text, sealed_hashes
from workpact.audit.bundle.messages import written
from workpact.audit.bundle.opening import opened
from workpact.audit.bundle.packing import FORMAT, VERSION, Text, packed
from workpact.audit.bundle.receipts import Places, carried
from workpact.audit.entries import BlockGone, Entry
from workpact.audit.history import BookHistory, History
from workpact.audit.node import Node
from workpact.audit.proofs import BadProof, Header, Pool
from workpact.chain.deployments import Deployment
from workpact.sealing import Sealed

Message = Mapping[str, Any]


class NotSubmitted(WorkpactError):
    """A file that shall be revealed has no salted hash in any event."""


def export(
    node: Node,
    history: History,
    *,
    receipts: bool = False,
    papers: bool = False,
    reports: Mapping[bytes, Message] | None = None,
    revealed: Iterable[tuple[Sealed, bytes]] = (),
    deployments: Iterable[Deployment] = (),
) -> bytes:
    """The file of a bundle of a verified history, at its block.

    `reports` are contents by struct hash, `revealed` files with the salts of their hashes; `deployments` say what the
    contracts were deployed from. Raises `StateGone`, `BlockGone`, `BadProof` (the node's proofs do not fit),
    `NotEthereum`, `NotSubmitted`.
    """
    last = Header.of(node.block(history.head.number))
    if last.hash != history.head.hash:
        raise BlockGone(f"Block {last.number} was replaced while it was read: run the same again.")
    nodes = _words(node, history)
    headers, ties, places = {last.number: last}, dict[int, list[int]](), Places()
    if receipts:
        found, places, ways = carried(node, history.entries)
        headers, ties, links = tied(node, found, last)
        nodes += [*ways, *links]
    value = _value(history, deployments) | {
        "books": [_book(each, places if receipts else None) for each in history.books],
        "headers": [_hex(headers[number].raw) for number in sorted(headers)],
        "papers": _papers(history) if papers else None,
        "receipts": receipts,
        "reports": None if reports is None else reports_text(_in_books(history), reports),
        "revealed": _revealed(history, revealed),
        "ties": [{"at": at, "of": ties[at]} for at in sorted(ties, reverse=True)],
        "untied": _loose(headers, ties),
    }
    pool = Pool(nodes)
    try:
        prove(Text.model_validate(value | {"nodes": []}), (), pool)
    except BadProof as error:
        raise BadProof(f"The node's proofs do not fit block {last.number}: {error} Ask another node.") from None
    content = packed(value | {"nodes": [_hex(each) for each in pool.used]})
    opened(content, [last.hash])
    return content


def _value(history: History, deployments: Iterable[Deployment]) -> dict[str, Any]:
    subject, known = history.subject, {each.address: each for each in deployments}
    addresses = dict.fromkeys(each.book.address for each in history.books)
    return {
        "agreement": subject.agreement.lower(),
        "chain": subject.chain_id,
        "contracts": [{"address": each.lower(), "create2": _create2(known.get(each))} for each in addresses],
        "documents": [written("Agreement", each) for each in subject.messages.values()],
        "format": FORMAT,
        **{name: address and address.lower() for name, address in subject.named.items()},
        "version": VERSION,
    }


def _create2(deployment: Deployment | None) -> dict[str, str] | None:
    if deployment is None:
        return None
    return {"initCodeHash": deployment.init_code_hash, "salt": deployment.salt}


def _words(node: Node, history: History) -> list[bytes]:
    """The nodes that show each book's word."""
    slots: dict[str, list[bytes]] = {}
    for each in history.books:
        slots.setdefault(each.book.address, []).append(slot_of(each.book.contract, each.book.key))
    number = history.head.number
    return [each for at in slots for each in proof_nodes(node, bytes.fromhex(at[2:]), slots[at], number)]


def _book(book: BookHistory, places: Places | None) -> dict[str, Any]:
    return {
        "address": book.book.address.lower(),
        "contract": book.book.contract,
        "events": [_event(each, places) for each in book.entries],
        "key": _hex(book.book.key),
    }


def _event(entry: Entry, places: Places | None) -> dict[str, Any]:
    log = entry.log
    if places is None:
        return {"data": _hex(log.data), "time": log.timestamp, "topics": [_hex(each) for each in log.topics]}
    if log.place not in places:
        raise BlockGone(f"The receipts of block {log.block} have no log {log.position} any more: run the same again.")
    transaction, number = places[log.place]
    return {"block": log.block, "log": number, "transaction": transaction}


def _loose(headers: Mapping[int, Header], ties: Mapping[int, Sequence[int]]) -> list[int]:
    shown = {number for each in ties.values() for number in each}
    return [each for each in sorted(headers)[:-1] if each + 1 not in headers and each not in shown]


def _papers(history: History) -> list[str | None]:
    papers = history.subject.papers
    return [papers[each].to_yaml() if each in papers else None for each in history.subject.messages]


def _revealed(history: History, given: Iterable[tuple[Sealed, bytes]]) -> list[dict[str, str]]:
    known = sealed_hashes(_in_books(history))
    found = {}
    for sealed, content in given:
        if sealed.hash not in known:
            raise NotSubmitted(
                f"0x{sealed.hash.hex()}, the salted hash of a file to be revealed, is in no event until block "
                f"{history.head.number}: name the file as it was handed over, with its salt beside it."
            )
        found[sealed.hash] = {"content": _hex(content), "salt": _hex(sealed.salt)}
    return [found[each] for each in sorted(found)]


def _in_books(history: History) -> list[Entry]:
    return [entry for book in history.books for entry in book.entries]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
