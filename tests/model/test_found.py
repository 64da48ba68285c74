"""What the second opinion found: short sequences at which model and contracts once differed, played again."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.model.oracle_hands import OracleHands
from tests.model.pair import Call, Pair
from tests.model.papers import NOBODY, Paper, word

ARBITRATION = {"arbiter": NOBODY, "backup": NOBODY, "fee": 0, "window": 30, "split": 500_000}


@pytest.fixture
def table(second_stage):
    snapshot = second_stage.wire.ask("evm_snapshot")
    yield Table(OracleHands(1, Pair(second_stage)))
    second_stage.wire.ask("evm_revert", snapshot)


class Table:
    """One agreement of two keys: two milestones, no service, nothing held but what is said."""

    def __init__(self, hands: OracleHands) -> None:
        self.hands, self.pair = hands, hands.pair
        self.hands.time = self.pair.model.now
        self.client, self.contractor = hands.stage.people[:2]

    def paper(self, deposit: int = 0, milestones: int = 2) -> Paper:
        """Its document."""
        drafts, now = self.hands.drafts, self.hands.time
        content = drafts.first(now).content
        content["deal"] |= {"client": self.client, "contractor": self.contractor, "review": 50, "holdback": 0}
        content["milestones"] = [{"amount": 1000, "due": now + 100} for _ in range(milestones)]
        content["arbitration"] = ARBITRATION
        content["annex"]["offer"] |= {"openBefore": now + 1000, "deposit": deposit}
        conditions = content["annex"]["conditions"]
        conditions["billing"] = {"oracle": NOBODY, "fixedCharge": 0, "cap": 0, "cover": 0}
        conditions["service"]["schedule"]["ends"] = []
        conditions["ending"] = {"clientNotice": 0, "contractorNotice": 0, "cure": 30}
        return Paper(content, self.hands.stage.domain)

    def following(self, paper: Paper, amount: int) -> Paper:
        """A change order to it: another amount of the first milestone."""
        content, now = copy.deepcopy(paper.content), self.hands.time
        content["deal"]["origin"] = paper.origin
        content["milestones"][0]["amount"] = amount
        offer = {"salt": amount, "openBefore": now + 1000, "deposit": 0, "replaces": paper.id}
        content["annex"]["offer"] |= offer
        return Paper(content, self.hands.stage.domain)

    def open(self, paper: Paper) -> Paper:
        signatures = self.hands.sign(self.client, paper.id, []), self.hands.sign(self.contractor, paper.id, [])
        abi = (paper.abi_proposal, [], *signatures, b"")
        stranger, arguments = self.hands.drafts.stranger, (paper, None, {self.client, self.contractor})
        call = Call("open", stranger, self.hands.time, "open", arguments, "Agreement", "open", abi, (paper,))
        assert self.pair.play(call)
        return paper

    def play(
        self, caller: str, method: str, paper: Paper, function: str, *arguments: Any, conditions: bool = False
    ) -> bool:
        """Whether model and contracts both did it."""
        call = self.hands.agreed(
            function, caller, method, paper, arguments, function, *arguments, conditions=conditions
        )
        return self.pair.play(call)


def test_nothing_held__release_refused_and_yet_unpaid(table):
    """5.6, 4.5: with nothing held there is no release, and yet the milestone is owed from the end of its review."""
    paper = table.open(table.paper())
    assert table.play(table.contractor, "submit", paper, "submit", 0, word("work"))
    table.hands.time += 51
    assert not table.play(table.contractor, "release", paper, "release", 0)
    table.hands.time += 29
    assert not table.play(table.contractor, "end_for_non_payment", paper, "endForNonPayment", 0, False, conditions=True)
    table.hands.time += 1
    assert table.play(table.contractor, "end_for_non_payment", paper, "endForNonPayment", 0, False, conditions=True)


def test_no_milestone_and_no_period__closes_only_after_an_ending(table):
    """4.7: a master agreement is not over because nothing is open in it."""
    paper = table.open(table.paper(deposit=500, milestones=0))
    assert not table.play(table.client, "close", paper, "close", conditions=True)
    assert table.play(table.client, "give_notice", paper, "giveNotice", conditions=True)
    table.hands.time += 1
    assert table.play(table.client, "close", paper, "close", conditions=True)


def test_ruling_that_leaves_a_debt__accepted_once_it_is_paid(table):
    """5.9, 5.6: it counts for gates when it is settled, and can be paid from the second after the ruling."""
    paper = table.open(table.paper(deposit=100))
    assert table.play(table.contractor, "submit", paper, "submit", 0, word("work"))
    assert table.play(table.client, "dispute", paper, "dispute", 0, word("no"))
    table.hands.time += 61
    abi = (paper.abi_arbitration, 0, 500_000)
    call = table.hands.agreed("rule", table.client, "rule", paper, (0, 500_000), "rule", *abi)
    assert table.pair.play(call)
    assert table.pair.model.pacts[paper.id].settled == set()
    assert table.play(table.client, "fund", paper, "fund", 450)
    assert not table.play(table.client, "release", paper, "release", 0)
    table.hands.time += 1
    assert table.play(table.client, "release", paper, "release", 0)
    assert table.pair.model.pacts[paper.id].settled == {0}


def test_silence_with_nothing_held__keeps_an_agreement_open_until_it_is_a_debt(table):
    """4.7, 5.6: what was submitted is in flight for its review; then it is a debt, and nothing is there to pay it."""
    paper = table.open(table.paper())
    assert table.play(table.contractor, "submit", paper, "submit", 0, word("work"))
    assert table.play(table.client, "give_notice", paper, "giveNotice", conditions=True)
    table.hands.time += 50
    assert not table.play(table.client, "close", paper, "close", conditions=True)
    table.hands.time += 1
    assert table.play(table.client, "close", paper, "close", conditions=True)


def test_payee_whom_the_token_refuses__takes_nothing_and_keeps_its_claim(table):
    """4.8."""
    paper = table.open(table.paper(deposit=1000))
    payee, token = table.hands.drafts.payees[0], paper.deal["token"]
    assert table.play(table.contractor, "set_payee", paper, "setPayee", payee, True)
    assert table.play(table.contractor, "submit", paper, "submit", 0, word("work"))
    assert table.play(table.client, "accept", paper, "accept", 1)
    take = ("take", (paper.id, token), "Agreement", "take", (paper.id, token), (paper,))
    for is_blocked in (True, False):
        block = ("block", (token, payee, is_blocked), token, "setBlocked", (payee, is_blocked))
        assert table.pair.play(Call("block", table.hands.drafts.stranger, table.hands.time, *block))
        assert table.pair.play(Call("take", payee, table.hands.time, *take)) != is_blocked


def test_amendment__an_amount_that_was_accepted_already__refused_and_one_unit_more_not(table):
    """4.3: nothing would be left to accept."""
    paper = table.open(table.paper(deposit=1000))
    assert table.play(table.client, "accept_up_to", paper, "acceptUpTo", 0, 400)
    for amount in (400, 401):
        following = table.following(paper, amount)
        signatures = [table.hands.sign(party, following.id, []) for party in paper.parties]
        call = table.hands.agreed(
            "amend",
            table.client,
            "amend",
            paper,
            (following, set(paper.parties)),
            "amend",
            *(following.abi_proposal, paper.offer_hash, [], signatures),
            papers=(following,),
        )
        assert table.pair.play(call) == (amount > 400)
