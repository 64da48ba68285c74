"""A page's numbers and outcomes compared with contracts: views at the block, and what calls of a stranger bring about.

check_many(seeds=(1, 2), states=250)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from eth_abi.abi import decode
from eth_utils.crypto import keccak
from web3.exceptions import Web3Exception
from web3.logs import DISCARD

from tests.audit.random_stage import CHAIN, GAS, HOLDBACK, STRANGER, Deal
from tests.audit.report_views import compare
from tests.web.random_service import SIDES, ServiceLife, groups, random_service
from workpact.audit.history import head, verified
from workpact.audit.report.facts import facts
from workpact.audit.reports import calls_of, reports_of
from workpact.audit.subject import Subject
from workpact.chain.state import Status
from workpact.records.cap_table import CapTable
from workpact.terms import eip712, structs
from workpact.web.outcomes import Outcome
from workpact.web.service_book import Book
from workpact.web.snapshot import Snapshot
from workpact.web.standing import Item, standing

MOVED = {
    "Released": ("paid", "retained", None, None),
    "Reclaimed": (None, None, "refunded", None),
    "Ruled": ("toContractor", None, "toClient", "fee"),
    "HoldbackReleased": ("paid", None, None, None),
    "Ended": ("toContractor", None, "toClient", None),
    "Settled": ("paid", "retained", None, None),
    "PaidInterim": ("paid", "retained", None, None),
}
"""What each event says of money: to the contractor, held back, to the client, fee."""
WANTED = (
    *("live", "open", "submitted", "rejected", "disputed", "owed", "granted", "runs", "competes", "held credit"),
    *("milestone: release", "milestone: reclaim", "milestone: rule", "milestone: close", "ending: close"),
    *("holdback: releaseHoldback", "holdback: rule", "nothing held", "not settled for want of money"),
    *("period open", "period client reported", "period contractor reported", "period contested", "period reported"),
    *("period default, met", "period default, missed", "period: settle", "period: close"),
    *(f"period: {act}, settle" for act in ("applyDefault", "finalise", "rule", "assess")),
)
"""What must be met in many states."""
SHORT = keccak(text="Escrow_Short(uint256,uint256)")[:4]


class Played:
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
        state = self._state()
        assert (self.standing.cover is not None) == (state["status"] == Status.LIVE)
        if self.standing.cover is not None:
            covered, needed = life.agreement.functions.isCovered(self.deal.terms, self.deal.conditions).call()
            cover = self.standing.cover
            assert (cover.needed, cover.held, cover.lacking == 0) == (needed, state["held"], covered)
            for index, work in enumerate(self.snapshot.progress.works):
                if not work.is_settled:
                    accepted, clock, rounds, phase = self._progress(index)
                    assert (work.accepted, work.clock, work.rounds, work.phase) == (accepted, clock, rounds, phase)
        self.seen.update([value["standing"]["status"], *(each["state"] for each in value["milestones"])])
        self.seen["granted"] += bool(grants)
        self.seen["runs"] += any(each["runs"] for each in value["payroll"])
        for payee, booked in self.standing.owed.items():
            taken = life.agreement.functions.toTake(self.deal.origin, payee, self.deal.token.address).call()
            assert taken <= booked

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
            self._refused_for_want(self._call(item, "release"), when, outcome.still_owed)
            self.seen["nothing held"] += 1
            return
        acts = [self._call(item, each) for each in calls]
        if when > now + 1:
            self._earlier(item, self._at(when - 1, acts)[0])
        before, money = self._state(), self._balance()
        receipts = self._at(when, acts)
        assert [each["status"] for each in receipts] == [1] * len(acts), (item, "not all calls succeed")
        self._moved(item, outcome, receipts, before, money)
        if item.kind == "period" and "settle" in calls and "The charge is at least" not in outcome.words:
            assert "Settled" in {each["event"] for each in self._events(receipts[-1])}, item
        if item.kind == "period" and "settle" not in calls and "close" not in calls:
            self._still_refused(item, outcome)
        self._revert()
        self.seen[f"{item.kind}: {', '.join(calls)}"] += 1
        self.seen["competes"] += outcome.competes

    def _earlier(self, item: Item, first: Any) -> None:
        """A second earlier the first call is refused, or makes an interim payment, which settles nothing."""
        if first["status"]:
            assert item.kind == "period", (item, "the first call is not refused a second earlier")
            names = {each["event"] for each in self._events(first)}
            assert "PaidInterim" in names, (item, names)
        self.seen["interim a second earlier" if first["status"] else "refused a second earlier"] += 1
        self._revert()

    def _moved(self, item: Item, outcome: Outcome, receipts: list[Any], before: dict[str, Any], money: int) -> None:
        told, booked = [0, 0, 0, 0], 0
        for receipt in receipts:
            for event in self._events(receipt):
                booked += event["args"]["amount"] if event["event"] == "Booked" else 0
                for place, name in enumerate(MOVED.get(event["event"], ())):
                    told[place] += event["args"][name] if name else 0
                if event["event"] in ("Settled", "PaidInterim"):
                    for name in ("charge", "credit"):
                        assert self._said(event["args"][name], outcome), (item, name)
        amounts = [outcome.to_contractor, outcome.held_back, outcome.to_client, outcome.fee]
        assert told == amounts, (item, told)
        assert all(self._said(each, outcome) for each in amounts if each), item
        after, sent = self._state(), outcome.to_contractor + outcome.to_client
        assert before["held"] + before["retained"] - after["held"] - after["retained"] == sent + outcome.fee, item
        if item.kind != "holdback":
            assert after["retained"] - before["retained"] == outcome.held_back, item
        if self.deal.token.address != self.life.hostile.address:
            assert money - self._balance() == sent - booked, item
        self._left(item, outcome, after)

    def _left(self, item: Item, outcome: Outcome, after: dict[str, Any]) -> None:
        """What stays of the item."""
        if outcome.calls == ("close",):
            assert after["status"] not in (Status.NONE, Status.LIVE)
        elif item.kind == "milestone":
            assert item.index is not None
            amount, accepted = self.deal.message["milestones"][item.index]["amount"], self._progress(item.index)[0]
            is_settled = bool(after["settled"] >> item.index & 1)
            assert outcome.still_owed == (0 if is_settled else amount - accepted), item

    def _still_refused(self, item: Item, outcome: Outcome) -> None:
        """The period cannot be settled by a stranger in that second either."""
        data = self._refusal(self._call(item, "settle"))
        if outcome.still_owed:
            assert data[:4] == SHORT, item
            assert decode(["uint256", "uint256"], data[4:])[1] == outcome.still_owed, item
        self.seen["not settled for want of money"] += bool(outcome.still_owed)

    def _refused_for_want(self, call: Any, when: int, owed: int) -> None:
        (receipt,) = self._at(when, [call])
        assert receipt["status"] == 0
        data = self._refusal(call)
        assert (data[:4], decode(["uint256", "uint256"], data[4:])) == (SHORT, (0, owed))
        self._revert()

    # The chain

    def _call(self, item: Item, name: str) -> Any:
        agreement, terms, conditions = self.life.agreement.functions, self.deal.terms, self.deal.conditions
        if name in ("applyDefault", "finalise", "assess") or (name == "rule" and item.kind == "period"):
            return self._oracle_call(item, name)
        if name == "close":
            return agreement.close(terms, conditions)
        if name == "settle":
            return agreement.settle(terms, conditions, item.index)
        if name == "release":
            return agreement.release(terms, item.index)
        if name == "reclaim":
            assert item.index is not None
            return agreement.reclaim(terms, conditions, 1 << item.index)
        if name == "releaseHoldback":
            return agreement.releaseHoldback(terms)
        rules = self.deal.message["arbitration"]
        which = HOLDBACK if item.kind == "holdback" else item.index
        return agreement.rule(terms, structs.calldata("Arbitration", rules), which, rules["split"])

    def _oracle_call(self, item: Item, name: str) -> Any:
        """By the reports that the life has sent, not by what the page has read."""
        functions = self.life.oracle.functions
        assert item.index is not None
        if name == "applyDefault":
            service = self.deal.message["annex"]["conditions"]["service"]
            schedule, _, levels = groups(service)
            return functions.applyDefault(self.life.agreement.address, self.deal.origin, schedule, levels, item.index)
        given = self.life.given[self.deal.origin, item.index]
        if name == "assess":
            message, service = given["final"]
            schedule = eip712.struct_hash("Schedule", service["schedule"])
            return functions.assess(
                structs.calldata("Report", message), schedule, structs.calldata("Levels", service["levels"])
            )
        if name == "finalise":
            side = SIDES[Book.of(self.snapshot).period(item.index).stage - 1]
            message, service = given[side]
            return functions.finalise(structs.calldata("Report", message), *groups(service))
        (client, service), (contractor, _) = (given[side] for side in SIDES)
        levels, prices = service["levels"]["levels"], service["levels"]["prices"]
        every = (1 << len(levels)) - 1 | ((1 << len(prices)) - 1) << 32
        mask = every if service["schedule"]["contest"]["standing"] else 0
        both = structs.calldata("Report", client), structs.calldata("Report", contractor)
        return functions.rule(*both, *groups(service), mask)

    def _at(self, when: int, calls: list[Any]) -> list[Any]:
        """The receipts of a stranger's calls in one block of that time, after which `_revert` goes back."""
        life, stranger = self.life, self.life.accounts[STRANGER]
        self._kept = life.ask("evm_snapshot")
        life.ask("evm_setAutomine", False)
        life.ask("evm_setNextBlockTimestamp", when)
        nonce = life.web3.eth.get_transaction_count(stranger)
        sent = [
            each.transact({"from": stranger, "gas": GAS, "nonce": nonce + number}) for number, each in enumerate(calls)
        ]
        life.ask("evm_mine")
        life.ask("evm_setAutomine", True)
        assert life.now == when
        return [life.web3.eth.get_transaction_receipt(each) for each in sent]

    def _revert(self) -> None:
        assert self.life.ask("evm_revert", self._kept) is True
        assert self.life.now == self.snapshot.head.timestamp

    def _refusal(self, call: Any) -> bytes:
        """The error of a call that is refused in the last block's second."""
        try:
            call.call({"from": self.life.accounts[STRANGER], "gas": GAS})
        except (Web3Exception, ValueError) as error:
            return bytes.fromhex(str(getattr(error, "data", "0x") or "0x")[2:])
        raise AssertionError(f"{call.fn_name} is not refused")

    def _events(self, receipt: Any) -> list[Any]:
        found = []
        for name in (*MOVED, "Booked"):
            found += self.life.agreement.events[name]().process_receipt(receipt, errors=DISCARD)
        return found

    def _said(self, units: int, outcome: Outcome) -> bool:
        return self.snapshot.words.money(units) in outcome.words

    @property
    def _ends(self) -> list[int]:
        found: list[int] = self.deal.message["annex"]["conditions"]["service"]["schedule"]["ends"]
        return found

    def _state(self) -> dict[str, Any]:
        abi = next(each for each in self.life.agreement.abi if each.get("name") == "stateOf")
        names = [each["name"] for each in abi["outputs"][0]["components"]]  # type: ignore[typeddict-item]
        return dict(zip(names, self.life.agreement.functions.stateOf(self.deal.origin).call(), strict=True))

    def _progress(self, item: int) -> Any:
        return self.life.agreement.functions.progressOfItem(self.deal.origin, item).call()

    def _balance(self) -> int:
        return int(self.deal.token.functions.balanceOf(self.life.agreement.address).call())


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
