"""Ways to spoil what a reconciliation reads, each at one place that it must name."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workpact.audit.entries import Entry, decoded
from workpact.audit.node import Node
from workpact.audit.reconciliation import Donation, Reconciliation, Whole
from workpact.audit.reconciliation.replay import Point, Replay
from workpact.audit.reconciliation.sheet import Account
from workpact.audit.reconciliation.views import _question, is_answered
from workpact.audit.transfers import Transfer

STRANGER = "0x000000000000000000000000000000000000dEaD"


@dataclass(frozen=True)
class Spoiled:
    """What was made of the data, and where."""

    kind: str
    whole: Whole
    block: int
    transaction: bytes


def spoil(whole: Whole, donations: Sequence[Donation], draw: random.Random) -> Spoiled:
    """One change, of any kind, at any place."""
    kind = draw.choice(list(KINDS))
    given = {each.transfer.place for each in donations}
    return KINDS[kind](kind, whole, given, draw)


def _events(change: Callable[[Entry], list[Entry]]) -> Callable[..., Spoiled]:
    def made(kind: str, whole: Whole, _: object, draw: random.Random) -> Spoiled:
        chosen = draw.choice([each for each in whole.entries if each.name != "Published"])
        entries = [item for each in whole.entries for item in (change(each) if each is chosen else [each])]
        return Spoiled(kind, replace(whole, entries=tuple(entries)), chosen.log.block, chosen.log.transaction)

    return made


def _transfers(change: Callable[[Transfer, Whole], list[Transfer]], *, moving: bool = False) -> Callable[..., Spoiled]:
    """`moving`: of those that an event tells of; who gives is nobody's business."""

    def made(kind: str, whole: Whole, given: set[tuple[int, int]], draw: random.Random) -> Spoiled:
        chosen = draw.choice([each for each in whole.transfers if not moving or each.place not in given])
        transfers = [item for each in whole.transfers for item in (change(each, whole) if each is chosen else [each])]
        return Spoiled(kind, replace(whole, transfers=tuple(transfers)), chosen.log.block, chosen.log.transaction)

    return made


def _edited(entry: Entry) -> list[Entry]:
    """The last byte of its data is another; without data, its last topic."""
    log = entry.log
    if log.data:
        changed = replace(log, data=log.data[:-1] + bytes([log.data[-1] ^ 1]))
    else:
        changed = replace(log, topics=(*log.topics[:-1], log.topics[-1][:-1] + bytes([log.topics[-1][-1] ^ 1])))
    return [decoded(entry.contract, changed)]


def _elsewhere(transfer: Transfer, whole: Whole) -> Transfer:
    """From a contract of ours to a stranger, or from a stranger to one."""
    side = "receiver" if transfer.sender in whole.contracts else "sender"
    return replace(transfer, **{side: STRANGER})


KINDS: dict[str, Callable[..., Spoiled]] = {
    "event dropped": _events(lambda _: []),
    "event doubled": _events(lambda each: [each, each]),
    "event edited": _events(_edited),
    "transfer dropped": _transfers(lambda *_: []),
    "transfer doubled": _transfers(lambda each, _: [each, each]),
    "amount of a transfer raised": _transfers(lambda each, _: [replace(each, amount=each.amount + 1)]),
    "amount of a transfer lowered": _transfers(lambda each, _: [replace(each, amount=each.amount - 1)]),
    "other side of a transfer": _transfers(lambda each, whole: [_elsewhere(each, whole)], moving=True),
}


class Liar(Node):
    """A node that answers one more for an account, from a block on."""

    def __init__(self, url: str, account: Account, since: int) -> None:
        super().__init__(url)
        self.since = since
        self.wanted, self.word = _question(account)

    def call_many(self, calls: Sequence[tuple[str, bytes]], block: int) -> list[bytes]:
        answers = super().call_many(calls, block)
        return [
            self._more(answer) if block >= self.since and call == self.wanted else answer
            for call, answer in zip(calls, answers, strict=True)
        ]

    def _more(self, answer: bytes) -> bytes:
        at = 32 * self.word
        told = int.from_bytes(answer[at : at + 32]) + 1
        return answer[:at] + told.to_bytes(32) + answer[at + 32 :]


def points(whole: Whole) -> dict[Account, list[Point]]:
    """Of each account, the blocks that touched it."""
    replay = Replay(whole.contracts, whole.parties, whole=True)
    replay.read(whole.entries, whole.transfers)
    return replay.points


def lie(url: str, found: Reconciliation, first: dict[Account, int], draw: random.Random) -> tuple[Liar, Account, int]:
    """A node that lies about some account since some block after the first that touched it."""
    chosen = draw.choice([each.account for each in found.lines if is_answered(each.account)])
    since = draw.randrange(first[chosen], found.head.number + 1)
    return Liar(url, chosen, since), chosen, since
