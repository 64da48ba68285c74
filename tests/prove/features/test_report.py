"""A report's numbers are those of the contracts, in a thousand random states of many agreements (SPEC.md 13.10)."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.audit.random_life import CHAIN, Life, random_life
from tests.audit.random_stage import Deal
from tests.audit.report_views import compare
from workpact.audit.entries import Entry, decoded
from workpact.audit.history import BookHistory, Head, History, NodeLogs, head, words_at
from workpact.audit.node import Node
from workpact.audit.report.facts import facts
from workpact.audit.subject import Book, Subject
from workpact.history import link
from workpact.records.cap_table import CapTable

STATES = 500


class Record:
    """The books of one agreement of a life, read once, cut at any block. The oracle is a mock, so its book is empty."""

    def __init__(self, life: Life, node: Node, deal: Deal) -> None:
        self.node = node
        self.subject = Subject(CHAIN, life.agreement.address, deal.origin, life.payroll.address, deal.messages, {})
        logs, last = NodeLogs(node), node.height()
        self.books: dict[Book, list[Entry]] = {}
        for book in self.subject.books():
            found = [] if book.contract == "SLAOracle" else logs.read(book.address, [None, book.key], last)
            self.books[book] = [decoded(book.contract, log) for log in found]

    def at(self, at: Head) -> History:
        """As it was at a block, compared with the words there."""
        past = {book: [each for each in found if each.log.block <= at.number] for book, found in self.books.items()}
        real = [book for book in past if book.contract != "SLAOracle"]
        words = words_at(self.node, real, at.number)
        for book in real:
            word = bytes(32)
            for each in past[book]:
                word = link(word, each.log.timestamp, each.log.hash)
            assert word == words[book], book
        # Documents that were not in force yet are not its.
        ids = {
            self.subject.origin,
            *(bytes(each["id"]) for found in past.values() for each in found if each.name == "Amended"),
        }
        messages = {id_: each for id_, each in self.subject.messages.items() if id_ in ids}
        subject = Subject(CHAIN, self.subject.agreement, self.subject.origin, self.subject.payroll, messages, {})
        return History(
            subject,
            at,
            tuple(BookHistory(book, words.get(book, bytes(32)), tuple(each)) for book, each in past.items()),
        )


@pytest.mark.parametrize("seed", [11, 12])
def test_numbers__are_the_contracts_own_in_random_states(seed):
    random, seen = Random(seed), Counter[str]()
    with random_life(seed, 500) as life:
        node = Node(life.web3.provider.endpoint_uri)
        records = [Record(life, node, deal) for deal in life.deals]
        for _ in range(STATES):
            record = random.choice(records)
            own = next(found for book, found in record.books.items() if book.contract == "Agreement")
            first = next(each.log.block for each in own if each.name == "Opened")
            history = record.at(head(node, random.randint(first, node.height())))
            value = facts(history)
            grants = [each.record for each in history.of("WorkerEquity")]
            own_grants = [row.grant for row in CapTable.at(grants, history.head.timestamp).grants]
            compare(life.web3, value, own_grants, is_mock_oracle=True)
            seen.update(each["state"] for each in value["milestones"])
            seen[value["standing"]["status"]] += 1
    wanted = {
        "open",
        "submitted",
        "rejected",
        "disputed",
        "accepted",
        "released",
        "ruled",
        "reclaimed",
        "lapsed",
        "live",
    }
    assert wanted <= set(seen), seen
