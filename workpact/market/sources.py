"""Where track records are read from: a node, an index, or bundles of one block (SPEC.md 15.7, 15.10).

What is not proved by a contract's own word is not taken. Nothing of a contract that is not recorded counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workpact.audit.bundle import opened
from workpact.audit.entries import BlockGone, Entry, Log, decoded
from workpact.audit.history import Head, Logs, collected, proved, words_at
from workpact.audit.history import head as block_at
from workpact.audit.node import Node
from workpact.audit.subject import Book, Subject, genuine
from workpact.chain import deployments
from workpact.history import OUTSIDE
from workpact.market.dealings import Facts, Message
from workpact.market.errors import MarketError
from workpact.market.record import Records
from workpact.service_record import Unclear

READ = ("Agreement", "SLAOracle", "TalentRegistry")
"""The contracts that a record is made of."""


class OtherBundle(MarketError):
    """A bundle is not of the block, chain or contract that the others are of."""


@dataclass(frozen=True)
class Contracts:
    """What is recorded for a chain: addresses by name, of `READ`."""

    chain_id: int
    addresses: dict[str, str]

    @classmethod
    def recorded(cls, chain_id: int) -> Contracts:
        """By the record of deployments; raises `NotDeployed` without an Agreement."""
        known = deployments.read(chain_id)
        if "Agreement" not in known:
            raise deployments.NotDeployed(
                f"{deployments.path(chain_id)} records no Agreement: no record counts on chain {chain_id}. Check "
                "--network, or where WORKPACT_DEPLOYMENTS leads."
            )
        return cls(chain_id, {name: known[name].address for name in READ if name in known})

    @property
    def agreement(self) -> str:
        """The Agreement contract."""
        return self.addresses["Agreement"]


class KeptLogs:
    """All logs of some contracts, read once and asked many times, as `workpact.audit.history.Logs`."""

    def __init__(self, logs: Iterable[Log]) -> None:
        self._by_topic: dict[tuple[str, int, bytes], list[Log]] = {}
        for log in logs:
            for place, topic in enumerate(log.topics):
                self._by_topic.setdefault((log.address, place, topic), []).append(log)

    def read(self, address: str, topics: Sequence[bytes | None], last: int) -> list[Log]:
        """As `Logs` says; at least one topic is named."""
        named = [(place, topic) for place, topic in enumerate(topics) if topic is not None]
        chosen = min((self._by_topic.get((address, *each), []) for each in named), key=len)
        return [
            log
            for log in chosen
            if log.block <= last
            and len(log.topics) >= len(topics)
            and all(log.topics[place] == topic for place, topic in named)
        ]


def from_node(node: Node, contracts: Contracts, at: Head, latest: Head, logs: Logs) -> Records:
    """All agreements of the recorded contract as they were at a block.

    Logs are read until `latest`, a block of which the node keeps the state, and proved by the words there: what was
    before is proved by them too. Raises `HistoryDiffers`, `StateGone`, `BlockGone`.
    """
    read = [log for address in contracts.addresses.values() for log in logs.read(address, [], latest.number)]
    entries: dict[bytes, list[Entry]] = {}
    for log in read:
        if log.address == contracts.agreement:
            entry = decoded("Agreement", log)
            if entry.name != "Withdrawn":
                entries.setdefault(log.topics[1], []).append(entry)
    subjects = [
        _subject(contracts, origin, own, entries)
        for origin, own in entries.items()
        if any(each.name == "Opened" for each in own)
    ]
    facts = _proved(node, contracts, subjects, KeptLogs(read), at, latest)
    for each in (at, latest):
        if block_at(node, each.number).hash != each.hash:
            raise BlockGone(f"Block {each.number} was replaced while it was read: run the same again.")
    return Records(contracts.chain_id, at, tuple(facts))


def from_bundles(contracts: Contracts, files: Iterable[tuple[str, bytes]], block_hash: bytes) -> Records:
    """The agreements of bundles, named and each checked offline against the hash of their one block.

    Raises what `workpact.audit.bundle.opened` does, and `OtherBundle`.
    """
    found: dict[bytes, Facts] = {}
    head: Head | None = None
    for name, content in files:
        history = opened(content, [block_hash]).history
        subject, head = history.subject, history.head
        if (subject.chain_id, subject.agreement) != (contracts.chain_id, contracts.agreement):
            raise OtherBundle(
                f"{name} is of agreement contract {subject.agreement} on chain {subject.chain_id}; recorded is "
                f"{contracts.agreement} on chain {contracts.chain_id}: leave it out, or check WORKPACT_DEPLOYMENTS."
            )
        if subject.talent != contracts.addresses.get("TalentRegistry"):
            raise OtherBundle(f"{name} was exported with another TalentRegistry than the recorded one: export it again.")
        own = {each: () for each in READ} | {
            each.book.contract: each.entries
            for each in history.books
            if each.book.address == contracts.addresses.get(each.book.contract)
        }
        oracle = [
            entry
            for each in history.books
            if each.book.contract == "SLAOracle" and each.book.address == contracts.addresses.get("SLAOracle")
            for entry in each.entries
        ]
        found[subject.origin] = Facts(
            subject.origin, own["Agreement"], tuple(oracle), own["TalentRegistry"], dict(subject.messages)
        )
    if head is None:
        raise OtherBundle("No bundle was named: give the files that `ape run market record --export` wrote.")
    return Records(contracts.chain_id, head, tuple(found[each] for each in sorted(found)))


def _subject(contracts: Contracts, origin: bytes, own: Sequence[Entry], entries: dict[bytes, list[Entry]]) -> Subject:
    """An agreement by those of its documents that were published."""
    ids = [origin, *(bytes(each["id"]) for each in own if each.name == "Amended")]
    told = {id_: _published(contracts.chain_id, entries.get(id_, ()), None) for id_ in ids}
    messages = {id_: each for id_, each in told.items() if each is not None}
    talent = contracts.addresses.get("TalentRegistry")
    return Subject(contracts.chain_id, contracts.agreement, origin, None, messages, {}, None, talent)


def _published(chain_id: int, entries: Iterable[Entry], last: int | None) -> Message | None:
    """The message of a document, from what anybody has published under its id until a block."""
    texts = (each for each in entries if each.name == "Published" and (last is None or each.log.block <= last))
    return next((message for each in texts if (message := genuine(each, chain_id)) is not None), None)


def _proved(
    node: Node, contracts: Contracts, subjects: Sequence[Subject], logs: KeptLogs, at: Head, latest: Head
) -> Iterable[Facts]:
    read: list[tuple[Subject, dict[Book, list[Entry]]]] = []
    for subject in subjects:
        books = collected(subject, logs, latest.number)
        own = {book: found for book, found in books.items() if contracts.addresses.get(book.contract) == book.address}
        read.append((subject, own))
    words = words_at(node, [book for _, own in read for book in own], latest.number)
    for subject, own in read:
        kept: dict[str, list[Entry]] = {each: [] for each in READ}
        is_clear = True
        for book, entries in own.items():
            try:
                sure = proved(subject, book, entries, words[book]).entries
            except Unclear:
                sure, is_clear = (), False
            kept[book.contract] += [each for each in sure if each.log.block <= at.number]
        if kept["Agreement"]:
            ordered = {name: tuple(each for each in found if each.name not in OUTSIDE) for name, found in kept.items()}
            yield Facts(subject.origin, *(ordered[name] for name in READ), subject.messages, is_clear)
