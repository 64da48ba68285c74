"""Where track records are read from: a node, an index, or bundles of one block (SPEC.md 15.7, 15.10).

What is not proved by a contract's own word is not taken. Nothing of a contract that is not recorded counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workpact.audit.bundle import opened
from workpact.audit.entries import BlockGone, Entry, Log, decoded
from workpact.audit.history import Head, Logs, collected, proved, words_at
from workpact.audit.history import head as block_at
from workpact.audit.node import Node
from workpact.audit.subject import Book, Subject, genuine
from workpact.chain import deployments
from workpact.market.dealings import Facts, Message
from workpact.market.errors import MarketError
from workpact.market.record import Records
from workpact.market.request import Request
from workpact.service_record import Unclear

READ = ("Agreement", "SLAOracle", "TalentRegistry")
"""The contracts that a record is made of."""
Published = Mapping[bytes, Sequence[tuple[int, Message]]]
"""Documents by id, with the blocks in which they were published, in order."""


class OtherBundle(MarketError):
    """A bundle is not of the chain or the contracts that are recorded."""


class OtherContracts(MarketError):
    """A request is for other contracts than those recorded."""


@dataclass(frozen=True)
class Contracts:
    """What is recorded for a chain: addresses by name, of `READ`."""

    chain_id: int
    addresses: Mapping[str, str]

    @classmethod
    def recorded(cls, chain_id: int) -> Contracts:
        """By the record of deployments; raises `NotDeployed` unless Agreement and TalentRegistry are there."""
        known = deployments.read(chain_id)
        for name in ("Agreement", "TalentRegistry"):
            if name not in known:
                raise deployments.NotDeployed(
                    f"{deployments.path(chain_id)} records no {name}: no record counts on chain {chain_id}. Check "
                    "--network, or where WORKPACT_DEPLOYMENTS leads."
                )
        return cls(chain_id, {name: known[name].address for name in READ if name in known})

    @property
    def agreement(self) -> str:
        """The Agreement contract."""
        return self.addresses["Agreement"]

    @property
    def registry(self) -> str:
        """The TalentRegistry."""
        return self.addresses["TalentRegistry"]


def require_same(request: Request, contracts: Contracts) -> None:
    """Raises `OtherContracts` unless a request is for the recorded contracts."""
    if (request.agreement, request.registry) != (contracts.agreement, contracts.registry):
        raise OtherContracts(
            f"The request {request.id} is for Agreement {request.agreement} and TalentRegistry {request.registry}; "
            f"recorded for chain {contracts.chain_id} are {contracts.agreement} and {contracts.registry}."
        )


class KeptLogs:
    """Logs of some contracts, read once and asked many times, as `workpact.audit.history.Logs`."""

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


def block_until(node: Node, timestamp: int) -> Head:
    """The last block whose time is not after an instant, Unix seconds."""
    low, high = 0, node.height()
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if block_at(node, middle).timestamp <= timestamp else (low, middle - 1)
    return block_at(node, low)


def from_node(node: Node, contracts: Contracts, at: Head, latest: Head, logs: Logs) -> Records:
    """All agreements of the recorded contract as they were at a block.

    Logs are read until `latest`, a block of which the node keeps the state, and proved by the words there: what was
    before is proved by them too. Documents are those published until the block. Raises `HistoryDiffers`, `StateGone`,
    `BlockGone`.
    """
    read = [log for address in contracts.addresses.values() for log in logs.read(address, [], latest.number)]
    own: dict[bytes, list[Entry]] = {}
    texts: dict[bytes, list[tuple[int, Message]]] = {}
    for log in read:
        if log.address != contracts.agreement:
            continue
        entry = decoded("Agreement", log)
        if entry.name == "Published":
            message = genuine(entry, contracts.chain_id)
            texts.setdefault(bytes(entry["id"]), []).extend([(log.block, message)] if message else [])
        elif entry.name in ("Opened", "Amended"):
            own.setdefault(bytes(entry["origin"]), []).append(entry)
    subjects = [_subject(contracts, origin, changes, texts) for origin, changes in own.items()]
    facts = tuple(_proved(node, contracts, subjects, KeptLogs(read), texts, (at, latest)))
    for each in (at, latest):
        if block_at(node, each.number).hash != each.hash:
            raise BlockGone(f"Block {each.number} was replaced while it was read: run the same again.")
    return Records(contracts.chain_id, at, facts)


def from_bundles(contracts: Contracts, files: Iterable[tuple[str, bytes]], block_hash: bytes) -> Records:
    """The agreements of bundles, named and each checked offline against the hash of their one block.

    Raises what `workpact.audit.bundle.opened` does, and `OtherBundle`.
    """
    found: dict[bytes, Facts] = {}
    head: Head | None = None
    for name, content in files:
        history = opened(content, [block_hash]).history
        subject, head = history.subject, history.head
        given = subject.chain_id, subject.agreement, subject.talent
        if given != (contracts.chain_id, contracts.agreement, contracts.registry):
            raise OtherBundle(
                f"{name} is of Agreement {subject.agreement} and TalentRegistry {subject.talent} on chain "
                f"{subject.chain_id}; recorded are {contracts.agreement} and {contracts.registry} on chain "
                f"{contracts.chain_id}: leave it out, or check WORKPACT_DEPLOYMENTS."
            )
        kept: dict[str, list[Entry]] = {each: [] for each in READ}
        for each in history.books:
            if contracts.addresses.get(each.book.contract) == each.book.address:
                kept[each.book.contract] += each.entries
        found[subject.origin] = _facts(subject.origin, kept, dict(subject.messages))
    if head is None:
        raise OtherBundle("There is no bundle: name the folder that `ape run market rank --export` wrote, or files.")
    return Records(contracts.chain_id, head, tuple(found[each] for each in sorted(found)))


def subject_of(contracts: Contracts, facts: Facts) -> Subject:
    """An agreement as the audit takes it; for those of which every document is known."""
    ids = [facts.origin, *(bytes(each["id"]) for each in facts.agreement if each.name == "Amended")]
    messages = {each: facts.messages[each] for each in ids}
    return Subject(contracts.chain_id, contracts.agreement, facts.origin, None, messages, {}, talent=contracts.registry)


def _subject(contracts: Contracts, origin: bytes, changes: Sequence[Entry], texts: Published) -> Subject:
    """An agreement by those of its documents that were published."""
    ids = [origin, *(bytes(each["id"]) for each in changes if each.name == "Amended")]
    messages = {id_: texts[id_][0][1] for id_ in ids if texts.get(id_)}
    return Subject(contracts.chain_id, contracts.agreement, origin, None, messages, {}, talent=contracts.registry)


def _proved(
    node: Node,
    contracts: Contracts,
    subjects: Sequence[Subject],
    logs: KeptLogs,
    texts: Published,
    heads: tuple[Head, Head],
) -> Iterator[Facts]:
    at, latest = heads
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
        if any(each.name == "Opened" for each in kept["Agreement"]):
            told = {id_: message for id_, message in subject.messages.items() if texts[id_][0][0] <= at.number}
            yield _facts(subject.origin, kept, told, is_clear)


def _facts(
    origin: bytes, kept: Mapping[str, Sequence[Entry]], messages: Mapping[bytes, Message], is_clear: bool = True
) -> Facts:
    agreement, oracle, reviews = (tuple(kept[name]) for name in READ)
    return Facts(origin, agreement, oracle, reviews, messages, is_clear)
