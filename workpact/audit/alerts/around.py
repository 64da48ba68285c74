"""The token's transfers around an agreement's people, asked of a node: theirs, and those of whom they deal with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from eth_utils.address import to_checksum_address

from workpact.audit.alerts.facts import Case, Facts
from workpact.audit.entries import TRANSFER, completed
from workpact.audit.history import History
from workpact.audit.node import Node
from workpact.audit.transfers import Transfer, transfers_beside, transfers_in

MOST_LOGS = 1_000
"""Of one address and direction, the first: whoever has more is a shop or an exchange."""
MOST_AROUND = 300
"""Addresses around the people, those met first."""


def transfers_around(node: Node, history: History, born: int = 0) -> tuple[tuple[Transfer, ...], int]:
    """Transfers from block `born` to the history's, and how many addresses around were left out.

    Of the people with a seat all, of the payroll those of its runs, of workers what they send, of everybody whom those
    with a seat deal with, and of purses that several workers send to, all. The same for every node.
    """
    facts = Facts(Case(history))
    span = (born, history.head.number)
    tokens = sorted({to_checksum_address(each["deal"]["token"]) for each in facts.documents})
    runs = [each for each in history.of("Payroll") if each.name == "Paid"]
    found = _places(transfers_beside(node, runs))
    people = [who for who in facts.sides if who not in facts.contracts]
    found |= _places(_all(node, tokens, people, span))
    workers = [each.payee for each in Facts(Case(history, transfers=tuple(found.values()))).wages]
    workers = [who for who in dict.fromkeys(workers) if who not in people]
    spent = _places(_asked(node, tokens, workers, span, is_sender=True))
    around = _met(found.values(), {*people, *workers, *facts.contracts}) + _purses(spent.values(), people)
    chosen = list(dict.fromkeys(around))
    chosen = [who for who in chosen if who not in facts.contracts]
    found |= spent | _places(_all(node, tokens, chosen[:MOST_AROUND], span))
    return tuple(each for _, each in sorted(found.items())), max(0, len(chosen) - MOST_AROUND)


def _places(transfers: Iterable[Transfer]) -> dict[tuple[int, int], Transfer]:
    return {each.log.place: each for each in transfers}


def _met(transfers: Iterable[Transfer], known: set[str]) -> list[str]:
    ordered = sorted(transfers, key=lambda each: each.log.place)
    return [who for each in ordered for who in (each.sender, each.receiver) if who not in known]


def _purses(transfers: Iterable[Transfer], people: Sequence[str]) -> list[str]:
    """Whom several workers send to."""
    senders: dict[str, set[str]] = {}
    for each in sorted(transfers, key=lambda each: each.log.place):
        senders.setdefault(each.receiver, set()).add(each.sender)
    return [who for who, by in senders.items() if len(by) > 1 and who not in people]


def _all(node: Node, tokens: Sequence[str], people: Sequence[str], span: tuple[int, int]) -> Iterator[Transfer]:
    yield from _asked(node, tokens, people, span, is_sender=True)
    yield from _asked(node, tokens, people, span, is_sender=False)


def _asked(
    node: Node, tokens: Sequence[str], people: Sequence[str], span: tuple[int, int], *, is_sender: bool
) -> Iterator[Transfer]:
    for token in tokens:
        for who in people:
            topic = bytes.fromhex(who[2:]).rjust(32, b"\0")
            topics = [TRANSFER, topic] if is_sender else [TRANSFER, None, topic]
            raw = list(islice(_one_by_one(node, token, topics, span), MOST_LOGS))
            yield from transfers_in(completed(node, raw))


def _one_by_one(
    node: Node, token: str, topics: Sequence[bytes | None], span: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    """In order, so that the first ones are the same whatever ranges the node gives."""
    for _, logs in node.logs([token], topics, *span):
        yield from logs
