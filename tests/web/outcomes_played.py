"""A page's numbers and outcomes compared with contracts: views at the block, and what calls of a stranger bring about.

check_many(seeds=(1, 2), states=250)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from eth_abi.abi import decode
from eth_utils.crypto import keccak

from tests.audit.random_stage import CHAIN, Deal
from tests.audit.report_views import compare
from tests.web.random_service import ServiceLife, random_service
from tests.web.stranger import MOVED, Stranger
from workpact.audit.history import head, verified
from workpact.audit.report.facts import facts
from workpact.audit.reports import calls_of, reports_of
from workpact.audit.subject import Subject
from workpact.chain.state import Status
from workpact.records.cap_table import CapTable
from workpact.web.agreement_facts import agreement_facts
from workpact.web.outcomes import Outcome
from workpact.web.service_book import Book
from workpact.web.snapshot import Snapshot
from workpact.web.standing import Item, standing

WANTED = (
    *("live", "open", "submitted", "rejected", "disputed", "owed", "granted", "runs", "competes", "held credit"),
    *("milestone: release", "milestone: reclaim", "milestone: rule", "milestone: close", "ending: close"),
    *("holdback: releaseHoldback", "holdback: rule", "nothing held", "not settled for want of money"),
    *("period open", "period client reported", "period contractor reported", "period contested", "period reported"),
    *("period default, met", "period default, missed", "period: settle"),
    *(f"period: {act}, settle" for act in ("applyDefault", "finalise", "rule")),
)
"""What must be met in many states."""
SHORT = keccak(text="Escrow_Short(uint256,uint256)")[:4]


class Played(Stranger):
    """One agreement of a life, at the life's last block."""

    def __init__(self, life: ServiceLife, deal: Deal) -> None:
        self.life, self.deal = life, deal
        node = life.node
        at = head(node)
        subject = Subject(CHAIN, life.agreement.address, deal.origin, life.payroll.address, deal.messages, {})
        history = verified(node, subject, at)
        entries = [each for each in history.entries if each.contract == "SLAOracle"]
        self.snapshot = Snapshot(history, reports_of(entries, calls_of(node, entries)))
        self.standing = standing(self.snapshot)
        self.seen: Counter[str] = Counter()

    def check(self) -> Counter[str]:
        """Everything; what was met, by name."""
        self._numbers()
        self._book()
        for item in self.standing.items:
            if item.silence is not None:
                self._outcome(item, item.silence)
        return self.seen

    # Numbers

    def _numbers(self) -> None:
        """Those that agreement, equity and payroll answer at the block."""
        history, life = self.snapshot.history, self.life
        value = facts(history, self.snapshot.reports)
        grants = [each.record for each in history.of("WorkerEquity")]
        compare(life.web3, value, [row.grant for row in CapTable.at(grants, history.head.timestamp).grants])
        self._shown(value)
        state = self.state()
        assert (self.standing.cover is not None) == (state["status"] == Status.LIVE)
        if self.standing.cover is not None:
            covered, needed = life.agreement.functions.isCovered(self.deal.terms, self.deal.conditions).call()
            cover = self.standing.cover
            assert (cover.needed, cover.held, cover.lacking == 0) == (needed, state["held"], covered)
            for index, work in enumerate(self.snapshot.progress.works):
                if not work.is_settled:
                    accepted, clock, rounds, phase = self.progress(index)
                    assert (work.accepted, work.clock, work.rounds, work.phase) == (accepted, clock, rounds, phase)
        self.seen.update([value["standing"]["status"], *(each["state"] for each in value["milestones"])])
        self.seen["granted"] += bool(grants)
        self.seen["runs"] += any(each["runs"] for each in value["payroll"])
        for payee, booked in self.standing.owed.items():
            taken = life.agreement.functions.toTake(self.deal.origin, payee, self.deal.token.address).call()
            assert taken <= booked

    def _shown(self, value: dict[str, Any]) -> None:
        """The agreement's page shows the same numbers."""
        shown = agreement_facts(self.snapshot)
        for name in ("standing", "equity", "payroll"):
            assert shown[name] == value[name], name
        for own, told in zip(shown["milestones"], value["milestones"], strict=True):
            # Of what is settled the page shows the whole as accepted.
            names = told.keys() - ({"accepted"} if told["settled"] else set())
            assert {name: own[name] for name in names} == {name: told[name] for name in names}
        money = {name: int(each) for name, each in value["money"].items() if isinstance(each, str)}
        money["owed"] += money.pop("fees")
        assert {name: int(shown["money"][name]) for name in money} == money

    def _book(self) -> None:
        """What the oracle answers of every period."""
        book, functions = Book.of(self.snapshot), self.life.oracle.functions
        place = (self.life.agreement.address, self.deal.origin, self.deal.service)
        assert book.is_in_force == functions.isInForce(*place).call()
        for period in range(len(self._ends)):
            known, final_at, *rest = functions.resultOf(*place, period).call()
            answer = book.answer(period)
            if answer is None:
                assert not known
            else:
                assert (1, bool(final_at), rest) == (
                    known,
                    answer.is_assessed,
                    [answer.variable, answer.rate, answer.least],
                )
                self.seen["held credit"] += answer.rate > answer.least
            kept = book.period(period)
            self.seen[f"period {kept.stage.words}"] += 1

    # Outcomes

    def _outcome(self, item: Item, outcome: Outcome) -> None:
        now, calls = self.snapshot.head.timestamp, list(outcome.calls)
        when = max(outcome.at, now + 1)
        if not calls:
            self._refused_for_want(self.call(item, "release"), when, outcome.still_owed)
            self.seen["nothing held"] += 1
            return
        acts = [self.call(item, each) for each in calls]
        if when > now + 1:
            self._earlier(item, self.at(when - 1, acts)[0])
        before, money = self.state(), self.balance()
        receipts = self.at(when, acts)
        assert [each["status"] for each in receipts] == [1] * len(acts), (item, "not all calls succeed")
        self._moved(item, outcome, receipts, before, money)
        if item.kind == "period" and "settle" in calls and "The charge is at least" not in outcome.words:
            assert "Settled" in {each["event"] for each in self.events(receipts[-1])}, item
        if item.kind == "period" and "settle" not in calls and "close" not in calls:
            self._still_refused(item, outcome)
        self.revert()
        self.seen[f"{item.kind}: {', '.join(calls)}"] += 1
        self.seen["competes"] += outcome.competes

    def _earlier(self, item: Item, first: Any) -> None:
        """A second earlier the first call is refused, or makes an interim payment, which settles nothing."""
        if first["status"]:
            assert item.kind == "period", (item, "the first call is not refused a second earlier")
            names = {each["event"] for each in self.events(first)}
            assert "PaidInterim" in names, (item, names)
        self.seen["interim a second earlier" if first["status"] else "refused a second earlier"] += 1
        self.revert()

    def _moved(self, item: Item, outcome: Outcome, receipts: list[Any], before: dict[str, Any], money: int) -> None:
        told, booked = [0, 0, 0, 0], 0
        for receipt in receipts:
            for event in self.events(receipt):
                booked += event["args"]["amount"] if event["event"] == "Booked" else 0
                for place, name in enumerate(MOVED.get(event["event"], ())):
                    told[place] += event["args"][name] if name else 0
                if event["event"] in ("Settled", "PaidInterim"):
                    for name in ("charge", "credit"):
                        assert self._said(event["args"][name], outcome), (item, name)
        amounts = [outcome.to_contractor, outcome.held_back, outcome.to_client, outcome.fee]
        assert told == amounts, (item, told)
        assert all(self._said(each, outcome) for each in amounts if each), item
        after, sent = self.state(), outcome.to_contractor + outcome.to_client
        assert before["held"] + before["retained"] - after["held"] - after["retained"] == sent + outcome.fee, item
        if item.kind != "holdback":
            assert after["retained"] - before["retained"] == outcome.held_back, item
        if self.deal.token.address != self.life.hostile.address:
            assert money - self.balance() == sent - booked, item
        self._left(item, outcome, after)

    def _left(self, item: Item, outcome: Outcome, after: dict[str, Any]) -> None:
        """What stays of the item."""
        if outcome.calls == ("close",):
            assert after["status"] not in (Status.NONE, Status.LIVE)
        elif item.kind == "milestone":
            assert item.index is not None
            amount, accepted = self.deal.message["milestones"][item.index]["amount"], self.progress(item.index)[0]
            is_settled = bool(after["settled"] >> item.index & 1)
            assert outcome.still_owed == (0 if is_settled else amount - accepted), item

    def _still_refused(self, item: Item, outcome: Outcome) -> None:
        """The period cannot be settled by a stranger in that second either."""
        data = self.refusal(self.call(item, "settle"))
        if outcome.still_owed:
            assert data[:4] == SHORT, item
            assert decode(["uint256", "uint256"], data[4:])[1] == outcome.still_owed, item
        self.seen["not settled for want of money"] += bool(outcome.still_owed)

    def _refused_for_want(self, call: Any, when: int, owed: int) -> None:
        (receipt,) = self.at(when, [call])
        assert receipt["status"] == 0
        data = self.refusal(call)
        assert (data[:4], decode(["uint256", "uint256"], data[4:])) == (SHORT, (0, owed))
        self.revert()

    def _said(self, units: int, outcome: Outcome) -> bool:
        return self.snapshot.words.money(units) in outcome.words

    @property
    def _ends(self) -> list[int]:
        found: list[int] = self.deal.message["annex"]["conditions"]["service"]["schedule"]["ends"]
        return found


def check_many(seeds: Sequence[int], states: int) -> None:
    """So many states of each life, one after each act; everything must be met in them."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        with random_service(seed) as life:
            for _ in range(states):
                life.step()
                seen += _any(life).check()
                seen["states"] += 1
    assert {name for name in WANTED if not seen[name]} == set(), seen


def _any(life: ServiceLife) -> Played:
    """An agreement, rather the one that was just touched."""
    if life.touched is not None and life.random.random() < 0.6:
        return Played(life, life.touched)
    return Played(life, life.random.choice(life.deals[-6:]))
